"""Where a report speaks against itself: states what it denies, changes side or degree, gives a length that cannot be.

Only what both statements are sure of is called an error (decision 9): a hedge, another side, place or time, a denial
of less ("no large effusion" beside a small one) and degrees one step apart contradict nothing.

Examples
--------
>>> from thoracite.generation.report.statements import read_report
>>> from thoracite.kg.extract.extractor import open_extractor
>>> from thoracite.kg.linking.linker import Linker
>>> text = "FINDINGS: Small left effusion. IMPRESSION: Small right effusion."
>>> report = read_report(text, extractor=open_extractor(), link=Linker().link)
>>> [(one.kind, one.sentence, one.other) for one in find_conflicts(report)]
[('side', 'Small right effusion.', 'Small left effusion.')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from thoracite.generation.report.statements import CLASSES, ReadReport, Said, SaidOfClass, find_labelled
from thoracite.kg.ties import find_wider
from thoracite.types import Certainty

_ONE_SIDE = (frozenset({"left"}), frozenset({"right"}))
_OLD = frozenset({
    "old", "calcified", "chronic", "healed", "healing", "remote", "prior", "previous", "previously", "known",
    "resolved", "resolving", "residual", "postoperative", "postsurgical",
})  # fmt: skip
_ELSEWHEN = re.compile(
    r"^\W*(?:prior|previous)\b|\bevidence of (?:previous|prior|old)\b|\b(?:on|by) (?:\w+ )?(?:ct|mri|prior|previous)\b"
    r"|\bhistory of\b|\bevaluat\w+ (?:of|for)\b",
    re.IGNORECASE,
)
"""Sentences about another film, another time or a question."""
_LESS = re.compile(r"\b(?:no|without)(?: evidence of)? (?:other|additional|further|new|xxxx|_|\[)", re.IGNORECASE)
"""Denials of less than they name, and those from which a word was removed."""
_IMPOSSIBLE = re.compile(r"\b(?:left middle lobe|right lingula\w*|left (?:minor|horizontal) fissure)\b", re.IGNORECASE)
_LENGTH = re.compile(r"\b(\d+(?:\.\d+)?)(?: ?(?:x|by|-|to) ?(\d+(?:\.\d+)?))? ?-? ?(cm|mm)\b", re.IGNORECASE)
_DEVICE = re.compile(r"\b(?:tubes?|catheters?|lines?|picc|tip|leads?|carina|drains?)\b", re.IGNORECASE)
_NODULE = re.compile(r"\b(?:nodules?|granulomas?)\b", re.IGNORECASE)
_MILLIMETRES = {"mm": 1.0, "cm": 10.0}
_SHORTEST, _LONGEST, _LONGEST_NODULE = 1.0, 300.0, 30.0


class Conflict(NamedTuple):
    """Two sentences that cannot both be true, or one that cannot be true at all.

    Parameters
    ----------
    kind : str
        ``inconsistent`` (stated and denied), ``side``, ``severity`` or ``unit``.
    sentence : str
        The one that is named.
    other : str
        The one it is held against; empty where there is none.
    why : str
        What is wrong, as a clause.
    """

    kind: Literal["inconsistent", "side", "severity", "unit"]
    sentence: str
    other: str
    why: str


def find_conflicts(report: ReadReport) -> Iterator[Conflict]:
    """Every conflict of a report with itself; each pair of sentences once a kind.

    Parameters
    ----------
    report : ReadReport
        From :func:`thoracite.generation.report.statements.read_report`.
    """
    seen: set[tuple[str, frozenset[str]]] = set()
    said = [one for one in report.statements if one.section != "addendum"]  # an addendum overrules
    classes = [one for one in report.classes if one.section != "addendum"]
    for one in (
        *_find_denied(said, classes),
        *_find_denied_classes(classes),
        *_find_sides(said),
        *_find_degrees(said),
        *_find_impossible(report.sentences),
        *_find_lengths(report.sentences),
        *_find_units(report.sentences, said),
    ):
        key = (one.kind, frozenset({one.sentence, one.other}))
        if key not in seen:
            seen.add(key)
            yield one


def _find_denied(statements: Sequence[Said], classes: Sequence[SaidOfClass]) -> Iterator[Conflict]:
    """Findings that are stated and denied, by name or by a sentence about their class."""
    labelled = {entity.id: label for label, entity in find_labelled().items()}
    now = [one for one in statements if not _ELSEWHEN.search(one.sentence)]
    denied = [one for one in now if one.certainty is Certainty.ABSENT and not _LESS.search(one.sentence)]
    for one in now:
        if one.certainty is not Certainty.PRESENT or one.words & _OLD:
            continue
        for other in denied:
            if _denies(other, one):
                yield Conflict("inconsistent", other.sentence, one.sentence, f"{one.entity.label} stated and denied")
        for said in classes:
            if said.holds and labelled.get(one.entity.id) in CLASSES[said.name] and said.sentence != one.sentence:
                yield Conflict("inconsistent", said.sentence, one.sentence, f"{one.entity.label} beside {said.name}")


def _denies(denial: Said, one: Said) -> bool:
    """Whether a denial leaves no room for a statement."""
    if denial.entity.id not in find_wider(one.entity.id) or (denial.sides and denial.sides != one.sides):
        return False
    if denial.places and not denial.places & one.places:
        return False
    local = {"focal"} if one.places or one.sides else set()
    return denial.words <= one.words | local


def _find_denied_classes(classes: Sequence[SaidOfClass]) -> Iterator[Conflict]:
    """Clear lungs that are not clear, an acute abnormality where there is none."""
    for one in classes:
        for other in classes:
            same = one.name == other.name or (other.name == "normal chest" and one.name != "no acute abnormality")
            if same and other.holds and not one.holds:
                yield Conflict("inconsistent", other.sentence, one.sentence, f"{one.name} stated and denied")


def _find_sides(statements: Sequence[Said]) -> Iterator[Conflict]:
    """Findings that one section puts on the left alone and another on the right alone."""
    present = [one for one in statements if one.certainty is Certainty.PRESENT and one.sides]
    for entity in dict.fromkeys(one.entity.id for one in present):
        said = [one for one in present if one.entity.id == entity]
        sides = {section: {one.sides for one in said if one.section == section} for section in _sections(said)}
        if len(sides) == 2 and all(len(told) == 1 and told <= set(_ONE_SIDE) for told in sides.values()):
            first, last = (next(one for one in said if one.section == section) for section in sides)
            if first.sides != last.sides and _same_place(first, last):
                yield Conflict("side", last.sentence, first.sentence, f"{last.entity.label} on both sides")


def _sections(said: Sequence[Said]) -> list[str]:
    return list(dict.fromkeys(one.section for one in said))


def _find_degrees(statements: Sequence[Said]) -> Iterator[Conflict]:
    """Degrees of one finding that are two steps or more apart."""
    graded = [one for one in statements if one.certainty is Certainty.PRESENT and one.degrees]
    for first, last in combinations(graded, 2):
        apart = max(last.degrees[0] - first.degrees[-1], first.degrees[0] - last.degrees[-1])
        if first.entity == last.entity and first.sides == last.sides and _same_place(first, last) and apart >= 2:
            yield Conflict("severity", last.sentence, first.sentence, f"two degrees of {last.entity.label}")


def _same_place(one: Said, other: Said) -> bool:
    return not one.places or not other.places or bool(one.places & other.places)


def _find_impossible(sentences: Sequence[str]) -> Iterator[Conflict]:
    for sentence in sentences:
        if found := _IMPOSSIBLE.search(sentence):
            yield Conflict("side", sentence, "", f"there is no {found.group().lower()}")


def _find_lengths(sentences: Sequence[str]) -> Iterator[Conflict]:
    """Lengths that cannot be."""
    for sentence, match in _list_lengths(sentences):
        unit = match[3].lower()
        longest = max(float(number) for number in match.group(1, 2) if number) * _MILLIMETRES[unit]
        if not _SHORTEST <= longest <= _LONGEST:
            yield Conflict("unit", sentence, "", f"{match.group()} is no length that is measured in a chest radiograph")
        elif longest > _LONGEST_NODULE and _NODULE.search(sentence):
            yield Conflict("unit", sentence, "", f"a nodule has at most 3 cm, and {match.group()} is given")


def _find_units(sentences: Sequence[str], statements: Sequence[Said]) -> Iterator[Conflict]:
    """The same number in millimetres and in centimetres; a bare digit counts only where both speak of one concept."""
    named: dict[str, set[str]] = {}
    for said in statements:
        named.setdefault(said.sentence, set()).add(said.entity.id)
    for (first, one), (last, other) in combinations(_list_lengths(sentences), 2):
        if one.group(1, 2) != other.group(1, 2) or one[3].lower() == other[3].lower():
            continue
        rare = len("".join(filter(None, one.group(1, 2)))) > 1 and not _DEVICE.search(f"{first} {last}")
        if rare or named.get(first, set()) & named.get(last, set()):
            yield Conflict("unit", last, first, f"{other.group()} and {one.group()}")


def _list_lengths(sentences: Sequence[str]) -> list[tuple[str, re.Match[str]]]:
    return [(sentence, match) for sentence in sentences for match in _LENGTH.finditer(sentence)]


__all__ = ["Conflict", "find_conflicts"]
