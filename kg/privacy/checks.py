"""What is taken of the names that only the tagger has seen: none that the rules know for a thing or a role."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from thoracite.kg.privacy.names import TITLES
from thoracite.kg.privacy.overlap import Stretches
from thoracite.kg.privacy.patterns import Span
from thoracite.kg.privacy.slots import AMBIGUOUS, GROUPS, LISTS, SPOKEN, is_nameable
from thoracite.kg.privacy.tagger import Hint
from thoracite.kg.privacy.tokens import NEVER, ReportText, is_known_eponym
from thoracite.kg.privacy.words import is_ordinary, read_words

_GRADE = re.compile(r"\s(?:[A-Z]?\d[A-Da-d]?|I{1,3}|IV|V)(?=[\s.,;)]|\Z)")
_LITTLE = TITLES | NEVER | LISTS["particle"]
_RANKS = frozenset({
    "sergeant", "corporal", "lieutenant", "captain", "colonel", "private", "officer", "professor", "sister",
    "constable", "emeritus", "specialty", "consultant", "radiologist", "registrar", "doctor",
})  # fmt: skip
_TITLED = frozenset({"dr", "drs", "mr", "mrs", "ms", "miss", "prof", "professor", "doctor", "nurse"})
_DOCTORS = frozenset({
    "spr", "sho", "registrar", "fellow", "surgeon", "intensivist", "radiologist", "radiographer", "anaesthetist",
})  # fmt: skip
_GRADES = frozenset({"RMO", "SHO", "SpR", "MO", "SMO", "HO", "CNS", "CRNA", "NP", "RN", "Reg", "Cons"})
"""Before these a role in lower case is a surname: "RMO porter aware"."""
_FIELDS = _DOCTORS | {
    "attending", "resident", "consultant", "attg", "ordering", "referring", "cons", "intern", "staff", "tech", "rad",
}  # fmt: skip
"""Before these a role is a surname: "Dr Nurse", "SpR Nurse", "Attending: Nurse"."""
_SAID = frozenset({"asks", "says", "states", "reports", "denies", "dated", "via", "re", "about", "who"})
_ACRONYMS = re.compile(r"[A-Z]{2,6}")
"""An acronym and its degree: "NYHA III"."""
_TRADE = re.compile(
    r"(?!(?:Mc|Mac|De|Di|Da|Du|La|Le|Van|Von|Fitz|St|Al|El|Ben|Abu|Ni)[A-Z])[A-Z][a-z]{2,}[A-Z][A-Za-z]+"
)
_COUNTRY = re.compile(
    r"(?:South|North|East|West|Southern|Northern|Eastern|Western|Central|Southeast) "
    r"(?:Africa|America|Asia|Europe|Korea|Sudan|Wales|Macedonia|Timor|Carolina|Dakota|Virginia|Australia|Ireland|Bengal)"
)
"""Countries and states that begin as many towns do."""
_NOUNS = frozenset({"syndrome", "disease", "sign", "catheter"})
"""Behind an eponym, and no surname."""
_POSSESSIVE = re.compile(r"['’]s\Z")
_COMPOUND = re.compile(r"(?:peri|para|mid|sub|supra|infra|retro|juxta|inter|intra|extra|bi|hemi)-?([a-z]{4,})")
"""A word of place, as reports make them."""


def check_names(text: str, spans: Iterable[Span], hints: Iterable[Hint]) -> Iterator[Span]:
    """Spans without the names that no rule has seen and that are none, the others from their first word of a name on.

    Parameters
    ----------
    text : str
        The report.
    spans : iterable of tuple
        Of all kinds; those of other kinds come back as they are.
    hints : iterable of tuple
        Where the rules see names.

    Examples
    --------
    >>> list(check_names("Riedel lobe. Riedel rang.", [("NAME", 0, 6), ("NAME", 13, 19)], []))
    [('NAME', 13, 19)]
    """
    read: ReportText | None = None
    starts: list[int] = []
    seen = Stretches((first, last) for first, last, _ in hints)
    for kind, start, end in spans:
        if kind in {"NAME", "LOCATION"} and is_service(text[start:end]):
            continue
        if kind == "LOCATION" and is_state(text[start:end]):
            continue
        if kind != "NAME":
            yield kind, start, end
            continue
        if possessive := _POSSESSIVE.search(text, start, end):
            end = possessive.start()
        if read is None:
            read = ReportText(text, read_words())
            starts = [token.start for token in read.tokens]
        inside = [i for i in _find_around(starts, start, end) if start < read.tokens[i].end]
        begins = seen.meet(start, start + 1)
        while len(inside) > 1 and not begins and _is_role(read, inside[0]):
            start = read.tokens[inside.pop(0) + 1].start
        while len(inside) > 1 and _is_rank(read, inside):
            start = read.tokens[inside.pop(0) + 1].start
        while len(inside) > 1 and _is_said_of(read, inside):
            end = read.tokens[inside.pop() - 1].end
        if _is_phrase(read, inside) or (not seen.meet(start, end) and (not inside or _is_none(read, inside))):
            continue
        yield kind, start, end


def is_service(words: str) -> bool:
    """Whether two words are a part of a hospital, or a country: "Chest Clinic", "Night Float", "South Africa"."""
    if _COUNTRY.fullmatch(words):
        return True
    kind, _, service = words.lower().partition(" ")
    return kind in LISTS["kind of service"] and service in LISTS["service"]


def is_state(words: str) -> bool:
    """Whether a word is a state or a province: "Kentucky", "Bihar"; the Safe Harbor lets it stay."""
    return words.lower() in read_words().proper["state"]


def _find_around(starts: Sequence[int], start: int, end: int) -> range:
    """The tokens that begin within a stretch, and the one before them, which may reach into it."""
    return range(max(0, bisect_left(starts, start) - 1), bisect_left(starts, end))


def _is_role(read: ReportText, index: int) -> bool:
    word = read.tokens[index].text
    return word.lower() in read.words.proper["role"] and not is_nameable(word.title())


def _is_rank(read: ReportText, inside: list[int]) -> bool:
    """Whether a name begins with what the person is: "Sergeant Pink"."""
    word = read.tokens[inside[0]].text
    return word.istitle() and word.lower() in _RANKS and read.gap(inside[0]) == " "


def _is_said_of(read: ReportText, inside: list[int]) -> bool:
    """Whether a name ends with what its bearer does, or what is said of the letter: "Key asks", "Gall dated"."""
    first, last = read.tokens[inside[0]].text, read.tokens[inside[-1]].text
    return first[0].isupper() and last.islower() and (last in SPOKEN or last.endswith("ed") or last in _SAID)


def _is_titled(read: ReportText, index: int) -> bool:
    """Whether a title that only people bear stands before a word: "Dr. Nurse", "nurse ward"."""
    gap = read.gap(index - 1) if index else ""
    before, word = read.tokens[index - 1].text, read.tokens[index].text
    if GROUPS.fullmatch(word.lower()):  # "Dr. Radiologist"
        return False
    if gap == ": ":
        return before.lower() in _FIELDS
    if gap not in {" ", ". "}:
        return False
    same = before.islower() == word.islower() and not word.isupper()
    return before.lower() in _DOCTORS or (same and before.lower() in _TITLED) or (before in _GRADES and word.islower())


def _is_phrase(read: ReportText, inside: list[int]) -> bool:
    """Whether little words stand before a plain word of reports: "van der Left"."""
    words = [read.tokens[i].text.lower() for i in inside]
    return len(words) > 1 and LISTS["particle"].issuperset(words[:-1]) and read.ordinary(inside[-1], report=True)


def _is_none(read: ReportText, inside: list[int]) -> bool:
    """Whether a run is titles, roles and little words alone, an eponym before its noun, or a disease."""
    words, last = [read.tokens[i].text for i in inside], inside[-1]
    bare = [word.lower() for word in words]
    if len(words) == 1 and _is_titled(read, last):
        return False
    if all(word in _LITTLE or _is_role(read, i) for word, i in zip(bare, inside, strict=True)):
        return True
    if len(words) == 1 and words[0].islower() and _is_compound(words[0], read):
        return True
    department = bare[0] in read.words.proper["department"] and bare[0] not in AMBIGUOUS
    if len(words) == 1 and (department or bare[0] in LISTS["told as a group"] | _NOUNS):
        return True
    if len(words) == 1 and _TRADE.fullmatch(words[0]) and not words[0].isupper():
        return True
    if words[0].lower() in read.words.proper["acronym"] and all(map(_ACRONYMS.fullmatch, words)):
        return inside[0] == 0 or read.tokens[inside[0] - 1].text.lower() not in TITLES
    if not read.capital(last) or words[-1].isupper():
        return False
    graded = is_known_eponym(words[-1]) and _GRADE.match(read.text, read.tokens[last].end) is not None
    lone = len(words) == 1 and (read.thing(last) or read.suspected(last))
    return graded or lone or read.eponym(last)


def _is_compound(word: str, read: ReportText) -> bool:
    """Whether a prefix of place makes it of a word of reports: "peri-hilar", "midbasilar"."""
    found = _COMPOUND.fullmatch(word)
    return found is not None and is_ordinary(found[1], read.words, report=True)


__all__ = ["check_names", "is_service", "is_state"]
