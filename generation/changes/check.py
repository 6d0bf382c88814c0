"""Sentences of change read and held against differences: name, word of change, values, verdicts, unit, direction.

A sentence is read only in the forms below, whole: what is compared, by a name that the difference has; what it is now
and was then; one word of change. Words that no difference bears out are refused, and so is every word that says how
severe something is: "worse" and "improved" are no differences of a verdict. A finding needs its verdict beside the word
of change, for "a new effusion" is surer than "a new effusion is likely".

Examples
--------
>>> ratio = Difference(name="cardiothoracic ratio", change="larger", before=0.48, now=0.561, limit=0.05, view="PA")
>>> for sentence in ("The heart is larger than on the earlier film.", "The cardiothoracic ratio is unchanged.",
...                  "The cardiothoracic ratio has increased from 0.48 to 0.56.", "The heart is worse."):
...     print([fault.why for fault in check_difference(sentence, ratio)])
[]
['the sentence says unchanged of the cardiothoracic ratio, the two films larger']
[]
['it is not clear what it says of the earlier film']
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from thoracite.generation.changes.compare import read_values, write_digits
from thoracite.generation.citations import strip_citations
from thoracite.generation.faults import Fault
from thoracite.generation.others import check_others
from thoracite.generation.signs.words import UNITS
from thoracite.types import Change, Difference, Evidence

_WORDS: Mapping[str, Change] = {
    "larger": "larger", "bigger": "larger", "greater": "larger", "wider": "larger", "increased": "larger",
    "grown": "larger", "smaller": "smaller", "narrower": "smaller", "decreased": "smaller", "shrunk": "smaller",
    "reduced": "smaller",
    "unchanged": "unchanged", "stable": "unchanged", "the same": "unchanged", "not changed": "unchanged",
    "new": "new", "gone": "gone", "resolved": "gone", "no longer seen": "gone", "surer": "surer",
    "more certain": "surer", "less sure": "less sure", "less certain": "less sure",
}  # fmt: skip
"""Words of change and the difference that bears each out."""

_KEPT: Mapping[str, Change] = dict.fromkeys(
    ("remains", "remain", "stays", "stay", "is still", "are still"), "unchanged"
)
"""Verbs before a verdict that say that it was the same."""

_FILM = r"(?:the|an|a) (?:earlier|previous|prior) (?:film|image|radiograph|x-ray|chest x-ray|study|examination)"
_SINCE = (
    rf"(?:since {_FILM}|than (?:on |in )?{_FILM}|(?:when )?compared (?:with|to) {_FILM}|in comparison (?:with|to) "
    rf"{_FILM}|from {_FILM})"
)
_LEAD = rf"(?:(?:(?:compared|in comparison) (?:with|to)|since) {_FILM},? )?"
_UNIT = "|".join(re.escape(unit) for unit in sorted(set(UNITS.values()), key=len, reverse=True))
_NUMBER = r"-?\d+(?:\.\d+)?"
_WORD = f"(?P<word>{'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))})"
_VERDICT = "likely|suspected|possible|undecided|unlikely"
_FORMS = tuple(
    re.compile(rf"{_LEAD}{form}\.?", re.IGNORECASE)
    for form in (
        rf"(?P<name>.+?) (?:is|are|measures?) (?:now )?(?P<now>{_NUMBER})(?: (?P<unit>{_UNIT}))?,? (?:and|but) "
        rf"(?:was|were|measured) (?P<before>{_NUMBER})(?: (?P<unit2>{_UNIT}))? (?:on|in) {_FILM}"
        rf"(?:[:,;] {_WORD}(?: within (?P<limit>{_NUMBER})(?: (?P<unit3>{_UNIT}))?)?)?",
        rf"(?P<name>.+?) (?:has|have) {_WORD} from (?P<before>{_NUMBER})(?: (?P<unit2>{_UNIT}))? to "
        rf"(?P<now>{_NUMBER})(?: (?P<unit>{_UNIT}))?(?: {_SINCE})?",
        rf"(?P<name>.+?) (?:is|are|has|have|has become|have become|looks?|appears?|remains?)(?: now)? {_WORD}"
        rf"(?: {_SINCE})?",
        rf"(?P<name>.+?) (?:is|are) (?:now )?(?P<verdict>{_VERDICT}),? (?:and|but) (?:was|were) "
        rf"(?P<verdict2>{_VERDICT}) (?:on|in) {_FILM}(?:[:,;] {_WORD})?",
        rf"(?:an? )?{_WORD} (?P<name>.+?) (?:is|are) (?P<verdict>{_VERDICT})(?: {_SINCE})?",
        rf"(?P<name>.+?) (?:is|are) (?P<verdict>{_VERDICT})(?:,| and|, and|:) {_WORD}(?: {_SINCE})?",
        rf"(?P<name>.+?) (?P<word>{'|'.join(_KEPT)}) (?P<verdict>{_VERDICT})(?: {_SINCE})?",
    )
)
_FILMS = r"(?:films?|images?|radiographs?|x-rays?|stud(?:y|ies)|exam(?:ination)?s?|reports?|scans?|ones?)"
_EARLIER = r"(?:earlier|previous|prior|preceding|last|old|older|comparison|baseline)"
_COMPARES = re.compile(
    r"\b(?:again|once more|interval|previously|formerly|newly|unchanged|now|as before|(?:than|like) before|"
    r"persist(?:s|ed|ing|ently)?|continu(?:es|ed|ing) to|re-?demonstrated|"
    r"(?:has|have|had) (?:become|remained|stayed|persisted|developed)|"
    rf"(?:the|an?|any|all|with|to|than) {_EARLIER} (?:chest )?{_FILMS})\b",
    re.IGNORECASE,
)
"""Words that compare with an earlier film, whatever they are said of; adjectives of change are refused as modifiers."""

_STAYS = (
    r"\bstill\b|\b(?:remain|stay)(?:s|ed|ing)?\b"
    r"(?! (?:undecided|below|under|above|over|within|beyond|short of|in excess of)\b)"
)
_LASTS = re.compile(_STAYS, re.IGNORECASE)
"""Words that say of what is amiss that it was so before. Of what is as it should be they need no earlier film: "the
angle is still sharp". Nor do a value that stays below its limit, and a finding that remains undecided."""

_LASTS_OR_ENDS = re.compile(
    rf"{_STAYS}|\b(?:no longer|any ?more|any longer|not yet|so far|to date|at present|presently|currently|today|"
    r"known(?! (?:to|as|by|from|causes?|signs?|features?|mimics?)\b))\b",
    re.IGNORECASE,
)
"""The same of a finding, whose verdict is this film's alone. A border that is "no longer seen" is one that is lost."""

_ARTICLE = re.compile(r"^(?:the|an|a) (?=\S)", re.IGNORECASE)


class Said(NamedTuple):
    """What a sentence says of two films, in one of the forms; None where it does not say it."""

    name: str
    word: Change | None
    before: str | None
    now: str | None
    units: tuple[str, ...]
    limit: str | None
    verdict_before: str | None
    verdict_now: str | None


def read_said(sentence: str) -> Said | None:
    """Read a sentence without citations; None where it has none of the forms."""
    for form in _FORMS:
        match = form.fullmatch(" ".join(sentence.split()))
        if match is not None:
            found = {name: value.lower() for name, value in match.groupdict().items() if value is not None}
            return Said(
                name=_ARTICLE.sub("", found["name"]),
                word={**_WORDS, **_KEPT}[found["word"]] if "word" in found else None,
                before=found.get("before"),
                now=found.get("now"),
                units=tuple(found[name] for name in ("unit", "unit2", "unit3") if name in found),
                limit=found.get("limit"),
                verdict_before=found.get("verdict2"),
                verdict_now=found.get("verdict"),
            )
    return None


def check_uncompared(sentence: str, cited: Sequence[Evidence], evidence: Iterable[Evidence]) -> Iterator[Fault]:
    """Check a sentence that cites no difference: it compares with no earlier film, and its "others" are there.

    Parameters
    ----------
    sentence : str
        With its citations.
    cited, evidence : sequence of Evidence, iterable of Evidence
        What it cites, and all of the image.

    Examples
    --------
    >>> [fault.why for fault in check_uncompared("Again seen is a mass.", [], [])]
    ["no difference from an earlier film bears out 'Again'"]
    """
    text = strip_citations(sentence)
    if match := _COMPARES.search(text) or _find_lasting(text, cited):
        yield Fault("unsupported", f"no difference from an earlier film bears out {match.group()!r}")
    yield from check_others(sentence, cited, evidence)


def _find_lasting(text: str, cited: Sequence[Evidence]) -> re.Match[str] | None:
    """Find a word that says of a finding, or of an abnormal sign, that it was so before."""
    if any(piece.finding is not None for piece in cited):
        return _LASTS_OR_ENDS.search(text)
    amiss = any(piece.sign is not None and piece.sign.answer == "yes" for piece in cited)
    return _LASTS.search(text) if amiss else None


def find_compared(sentence: str, evidence: Sequence[Evidence]) -> Iterator[Evidence]:
    """Yield the differences that a sentence without citations speaks of, by name."""
    said = read_said(sentence)
    if said is None:
        return
    for piece in evidence:
        if piece.difference is not None and said.name in _list_names(piece.difference, said.word):
            yield piece


def _list_names(difference: Difference, word: Change | None) -> set[str]:
    """List names of what is compared; what has the size, such as the heart, may be larger or smaller and no more."""
    named = {difference.name.lower()}
    for value in (value for value in read_values() if difference.of_value and value.name == difference.name):
        named |= {*value.words, *(value.things if word in ("larger", "smaller") else ())}
    return named


def check_change(sentence: str, cited: Sequence[Evidence]) -> Iterator[Fault]:
    """Check a sentence that cites a difference.

    Parameters
    ----------
    sentence : str
        With its citations.
    cited : sequence of Evidence
        What it cites: one difference, and nothing else.
    """
    differences = [piece.difference for piece in cited if piece.difference is not None]
    if len(differences) != 1 or len(cited) != 1:
        yield Fault("unsupported", "it cites more than one difference of two films")
        return
    yield from check_difference(strip_citations(sentence), differences[0])


def check_difference(sentence: str, difference: Difference) -> list[Fault]:
    """Check a sentence without citations against one difference.

    Parameters
    ----------
    sentence : str
        Any.
    difference : Difference
        What it is about.
    """
    said = read_said(sentence)
    if said is None:
        return [Fault("unsupported", "it is not clear what it says of the earlier film")]
    if said.name not in _list_names(difference, said.word):
        return [Fault("unsupported", f"the difference is one of the {difference.name}, not of {said.name!r}")]
    return [
        *_check_word(said, difference),
        *(_check_value if difference.of_value else _check_verdict)(said, difference),
    ]


def lacks_verdict(sentence: str, difference: Difference) -> bool:
    """Tell whether a sentence says the right change of a finding and lacks only how likely it is: "effusion is new"."""
    said = read_said(sentence)
    return (
        said is not None
        and not difference.of_value
        and said.name == difference.name.lower()
        and said.verdict_now is None
        and said.word == difference.change
    )


def _check_word(said: Said, difference: Difference) -> Iterator[Fault]:
    if said.word not in (None, difference.change):
        yield Fault(
            "contradicted",
            f"the sentence says {said.word} of the {difference.name}, the two films {difference.change}",
        )


def _check_value(said: Said, difference: Difference) -> Iterator[Fault]:
    if said.verdict_now is not None:
        yield Fault("unsupported", f"the {difference.name} has no verdict")
    for number, value, when in ((said.now, difference.now, "now"), (said.before, difference.before, "then")):
        if number is not None and not _equals(number, value):
            yield Fault("contradicted", f"the {difference.name} is {value:.4g} {when}, not {number}")
    if said.limit is not None and not _equals(said.limit, difference.limit or 0.0):
        yield Fault("contradicted", f"films differ by up to {write_digits(difference.limit or 0.0)}, not {said.limit}")
    for unit in said.units:
        if unit != UNITS.get(difference.unit):
            yield Fault("contradicted", f"the {difference.name} is not in {unit}")


def _check_verdict(said: Said, difference: Difference) -> Iterator[Fault]:
    if said.now is not None or said.before is not None:
        yield Fault("unsupported", f"no cited evidence has values of {difference.name}")
    if said.verdict_now is None:
        yield Fault("unsupported", f"it does not say how likely {difference.name} is now")
    for word, verdict, when in (
        (said.verdict_now, difference.verdict_now, "on this film"),
        (said.verdict_before, difference.verdict_before, "on the earlier one"),
    ):
        if word not in (None, verdict):
            yield Fault("contradicted", f"{difference.name} is {verdict} {when}, not {word}")


def _equals(text: str, value: float) -> bool:
    """Tell whether a number in a text is the value, rounded to the same digits, two decimals below 10."""
    decimals = len(text.partition(".")[2])
    if decimals < 2 and abs(value) < 10:
        return False
    return abs(float(text) - value) <= 0.5 * 10.0 ** (-decimals) + 1e-9


__all__ = [
    "Said",
    "check_change",
    "check_difference",
    "check_uncompared",
    "find_compared",
    "lacks_verdict",
    "read_said",
]
