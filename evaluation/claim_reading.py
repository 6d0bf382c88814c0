"""Claims of a chest X-ray text: what, how surely, where, how much, how it changed.

Findings come from :mod:`~thoracite.evaluation.claim_frames`. What qualifies them is taken from the part of the sentence
around each: between two findings the last comma, "and" or "with" is the border. A denial holds for the list that
follows
it, or that it follows; a doubt for what follows it at once, or else for what stands before.

Examples
--------
>>> claim, = read_claims("Fluid around the left lung cannot be excluded.")
>>> claim.concept, claim.certainty, sorted(claim.sides)
('pleural_effusion', 0.5, ['left'])
>>> [(claim.concept, claim.certainty) for claim in read_claims("No nodule. Small effusion, worse than before.")]
[('pulmonary_nodule', 0.0), ('pleural_effusion', 1.0)]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from thoracite.evaluation.claim_frames import Head, find_heads
from thoracite.evaluation.claim_places import canonise, merge, read_device
from thoracite.evaluation.claim_scope import JOINTS, read_certainty
from thoracite.evaluation.claim_words import Mark, find_marks, split_words

_PREPOSITIONS = frozenset(
    {"in", "on", "at", "of", "within", "to", "from", "over", "behind", "above", "below", "toward"}
)
_NUMBERED = re.compile(r"(\d+)(?:st|nd|rd|th)?")
_ORDINALS = {
    name: str(value)
    for value, name in enumerate(
        (
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
        ),
        1,
    )
}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)mm")
_BEFORE = frozenset(
    {"previously", "previous", "from", "before", "earlier", "prior", "was", "formerly", "initially", "former"}
)
_MORE = (
    r"(?:greater|larger|more|worse|bigger|heavier|worst|greatest|largest|predominant\w*|dominant|chiefly|mainly|"
    r"especially)"
)
_MORE_THAN = re.compile(rf"(?:{_MORE}(?: \w+){{0,2}} than|>)(?: on| in| that on)? (left|right)")
_MORE_ON = re.compile(
    rf"{_MORE}(?: \w+)?(?: on| in| to)(?: left| right)? ?(?=left|right)(left|right)|"
    rf"(left|right)(?: side| sided| one)?(?: being| is)? {_MORE}\b"
)


class Claim(NamedTuple):
    """One claim of a text.

    Parameters
    ----------
    concept : str
        Name of a concept, without ``thx:`` where the graph has it; ``any_lung`` and the like for all of a place.
    certainty : float
        From 0, denied, to 1, stated.
    sides : frozenset of str
        ``left``, ``right``.
    places : frozenset of str
        ``upper``, ``mid``, ``lower``, ``hilar``, ``peripheral``, ``anterior``, ``posterior``, a rib's number.
    degree : float or None
        From 0, trace, to 3, large or severe.
    change : str
        ``new``, ``more``, ``less``, ``same``, or empty.
    length : float
        Millimetres, 0 where none is stated.
    tips : frozenset of str
        Where a device ends.
    placed : str
        ``ok`` or ``bad`` for a device, or empty.
    old : bool
        Whether it is said to be old or healed.
    more_on : str
        Side on which there is more of it, or empty.
    number : str
        ``many``, ``one``, or empty.
    device : bool
        Whether it is a device.
    """

    concept: str
    certainty: float = 1.0
    sides: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    degree: float | None = None
    change: str = ""
    length: float = 0.0
    tips: frozenset[str] = frozenset()
    placed: str = ""
    old: bool = False
    more_on: str = ""
    number: str = ""
    device: bool = False


@lru_cache(maxsize=4096)
def read_claims(text: str) -> tuple[Claim, ...]:
    """Read the claims of a text, in order, each once.

    Parameters
    ----------
    text : str
        Sentences about one chest radiograph.
    """
    claims: list[Claim] = []
    seen: frozenset[str] = frozenset()
    for words in split_words(text):
        found = [one for claim in _read_sentence(words, seen) for one in canonise(claim)]
        seen = next((claim.sides for claim in reversed(found) if claim.sides), seen)
        if not found and claims:
            claims[-1] = _add(claims[-1], words)  # "It is unchanged."
        claims += merge(found)
    return tuple(dict.fromkeys(claims))


def _add(claim: Claim, words: tuple[str, ...]) -> Claim:
    """Add what a sentence that names nothing says of the claim before it."""
    marks = find_marks(words)
    length, grown = _read_lengths(words)
    change = grown or _choose_change([mark.value for mark in marks if mark.role == "change"])
    sides = _find_sides(marks, claim.sides, words, marks)
    return claim._replace(change=claim.change or change, length=claim.length or length, sides=claim.sides or sides)


def _read_sentence(words: tuple[str, ...], seen: frozenset[str]) -> Iterator[Claim]:
    marks = find_marks(words)
    heads = find_heads(words, marks)
    spans = _split_parts(words, heads)
    certainties = read_certainty(words, marks, heads)
    before: frozenset[str] = frozenset()
    for head, (start, end), certainty in zip(heads, spans, certainties, strict=True):
        near = [mark for mark in marks if start <= mark.start < end and not _is_named(mark, head)]
        located = head.concept == "any_lung" and any(mark.role in {"side", "zone"} for mark in near)
        if head.concept.startswith("any") and certainty >= 0.5 and _is_vague(head, marks) and not located:
            continue
        claim = _qualify(head, certainty, near, words, (start, end))
        sides = _find_sides(near, before or seen, words, marks)
        before = sides or before
        inherits = certainty > 0 and not head.concept.startswith("any")
        yield claim._replace(sides=sides or (before if inherits else sides))


def _is_named(mark: Mark, head: Head) -> bool:
    """Tell whether a finding's own name has a word of size: "the heart is big"."""
    return mark.role in {"degree", "change", "old"} and head.anchor <= mark.start < head.until


def _is_vague(head: Head, marks: Sequence[Mark]) -> bool:
    return not head.denied and any(mark.value == "abnormal" and mark.start == head.anchor for mark in marks)


def _split_parts(words: Sequence[str], heads: Sequence[Head]) -> list[tuple[int, int]]:
    """Split a sentence into one part for each finding."""
    borders = [0]
    for first, second in pairwise(heads):
        after = max(first.anchor + 1, min(first.end, second.anchor))
        joints = [at for at in range(after, second.anchor) if words[at] in JOINTS]
        if joints:
            border = joints[-1]
        else:
            between = words[after : second.anchor]
            border = second.anchor if _PREPOSITIONS.intersection(between[:2]) else after
        borders.append(max(border, borders[-1]))
    return list(zip(borders, [*borders[1:], len(words)], strict=True))[: len(heads)]


def _qualify(head: Head, certainty: float, near: Sequence[Mark], words: Sequence[str], span: tuple[int, int]) -> Claim:
    part = words[span[0] : span[1]]
    values = {
        role: [mark.value for mark in near if mark.role == role]
        for role in ("zone", "degree", "change", "old", "count")
    }
    if head.concept.startswith("any_lung") and certainty > 0 and not head.denied:
        head = head._replace(concept="lesion")  # "disease in the right middle lobe"
    if any(mark.role == "tension" for mark in near) and head.concept == "pneumothorax":
        head = head._replace(concept="tension_pneumothorax")
    length, change = _read_lengths(part)
    more_on = _find_more(part)
    marked = [mark for mark in near if mark.role == "degree"]
    degrees = [
        float(mark.value) for mark in marked if not _BEFORE.intersection(words[max(0, mark.start - 2) : mark.start])
    ]
    earlier = [float(mark.value) for mark in marked if float(mark.value) not in degrees]
    if earlier and degrees and not change:
        change = "more" if max(degrees) > max(earlier) else "less"
    numbers = _read_numbers(part) if "rib" in part else set()
    tips, placed = read_device(head.concept, near, words) if head.device else (frozenset(), "")
    return Claim(
        head.concept,
        certainty,
        places=frozenset(values["zone"]) | numbers,
        degree=max(degrees, default=None),
        change=change or _choose_change([one for one in values["change"] if not more_on or one != "more"]),
        length=length,
        tips=tips,
        placed=placed,
        old=bool(values["old"]),
        number=next(iter(values["count"]), ""),
        more_on=more_on,
        device=head.device,
    )


def _choose_change(values: Sequence[str]) -> str:
    """Choose what is said of change: "no longer increasing" is unchanged."""
    return next((name for name in ("same", "less", "more", "new") if name in values), "")


def _read_lengths(part: Sequence[str]) -> tuple[float, str]:
    """Read the present length, and whether it grew."""
    now, then = 0.0, 0.0
    for at, word in enumerate(part):
        found = _LENGTH.fullmatch(word)
        if found is None:
            continue
        before = part[max(0, at - 3) : at]
        if "by" in before:
            continue
        if _BEFORE.intersection(before) and not {"now", "to", "currently"}.intersection(before[-2:]):
            then = float(found[1])
        else:
            now = max(now, float(found[1]))
    change = "" if not now or not then else "same" if now == then else "more" if now > then else "less"
    return now or then, change


def _read_numbers(part: Sequence[str]) -> set[str]:
    numbers = {_ORDINALS.get(word) or (found[1] if (found := _NUMBERED.fullmatch(word)) else "") for word in part}
    return {f"rib {number}" for number in numbers - {""}}


def _find_sides(
    near: Sequence[Mark], before: frozenset[str], words: Sequence[str], marks: Sequence[Mark]
) -> frozenset[str]:
    """Find the sides of a finding; "the other side" is told by the side named before."""
    found: set[str] = set()
    for mark in near:
        before_it = words[max(0, mark.start - 2) : mark.start]
        compared = before_it[-1:] == ("than",) and not re.fullmatch(_MORE, before_it[0])
        if mark.role != "side" or compared or before_it[-1:] == ("not",):
            continue
        known = before or frozenset(one.value for one in marks if one.role == "side" and one.value in {"left", "right"})
        if mark.value == "opposite":
            found |= {"left", "right"} - known if len(known) == 1 else set()
        elif mark.value == "same":
            found |= known
        else:
            found |= {"bilateral": {"left", "right"}, "lingula": {"left"}}.get(mark.value, {mark.value})
    return frozenset(found)


def _find_more(part: Sequence[str]) -> str:
    """Find the side with more of it: "larger on the left", "left greater than right", "right > left"."""
    text = " ".join(part)
    if found := _MORE_THAN.search(text):
        return "left" if found[1] == "right" else "right"
    found = _MORE_ON.search(text)
    return next(filter(None, found.groups()), "") if found else ""


__all__ = ["Claim", "read_claims"]
