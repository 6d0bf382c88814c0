"""What sentences say of the fourteen findings, read by code that shares nothing with the verifier.

Names of findings are looked up clause by clause; the words of the clause decide whether it asserts, denies or leaves
undecided. What a finding is carried by, and what a sign would mean in general, is not said of the image.

Examples
--------
>>> told = read_told("A pleural effusion is likely (probability 0.56), partly carried by flat domes [E1]; there is no "
...                  "sign of cardiomegaly or edema.")
>>> sorted(told.asserted), sorted(told.denied), sorted(told.undecided)
(['Effusion'], ['Cardiomegaly', 'Edema'], [])
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from thoracite.kg.concepts import read_concepts
from thoracite.vision.labels import FINDINGS

_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[E\d+\])")
_CLAUSE = re.compile(r"[;.](?:\s|$)")
_REASONS = re.compile(
    r",?\s*\b(?:partly |mainly |mostly )?"
    r"(?:carried by|because|since|as (?:the|a|there)|given|on account of|owing to)\b.*",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"\b(?:would|can be|may be|is (?:a|one) (?:radiographic )?(?:sign|kind|form)|sign of|suggests?"
    r"|speaks? (?:for|against)|points? to|indicates?|argues? against)\b",
    re.IGNORECASE,
)
_UNDECIDED = re.compile(
    r"\b(?:does not decide|undecided|not decided|cannot (?:tell|decide)|remains? open)\b", re.IGNORECASE
)
_DENIED = re.compile(
    r"\b(?:no (?:sign|evidence|indication) of|unlikely|absent|is not (?:seen|shown|present)|no\b|without|free of"
    r"|not enlarged|excluded|ruled out)",
    re.IGNORECASE,
)
_ASSERTED = re.compile(
    r"\b(?:likely|suspected|possible|probable|present|seen|shown|there is|there are|may have|suspicion|appears?"
    r"|consistent with|compatible with)\b",
    re.IGNORECASE,
)


class Told(NamedTuple):
    """Findings of ChestX-ray14 that a text asserts, denies, and leaves undecided."""

    asserted: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()


def read_told(text: str) -> Told:
    """Read what a text says of the fourteen findings.

    Parameters
    ----------
    text : str
        Sentences, with or without citations.
    """
    asserted, denied, undecided = set[str](), set[str](), set[str]()
    for clause in _CLAUSE.split(_BRACKETS.sub("", text)):
        clause = _REASONS.sub("", clause)
        named = find_named(clause)
        if _UNDECIDED.search(clause):
            undecided |= named
        elif re.search(r"\bno (?:sign|evidence|indication) of\b", clause, re.IGNORECASE) or (
            _DENIED.search(clause) and not _ASSERTED.search(_DENIED.sub("", clause))
        ):
            denied |= named
        elif _ASSERTED.search(clause) and not _GENERAL.search(clause):
            asserted |= named
    return Told(frozenset(asserted), frozenset(denied - asserted), frozenset(undecided - asserted - denied))


def reduce_to_report(sentences: Iterable[str]) -> str:
    """Return what sentences report of an image: without numbers in brackets, reasons, generalities, undecided findings.

    Examples
    --------
    >>> reduce_to_report(["An effusion is likely (probability 0.56), carried by a blunt angle.",
    ...                   "A blunt angle would be a sign of pleural effusion."])
    'An effusion is likely.'
    """
    clauses = (clause for one in sentences for clause in _CLAUSE.split(_BRACKETS.sub("", one)))
    kept = (_REASONS.sub("", clause).strip(" .") for clause in clauses)
    return " ".join(f"{one[0].upper()}{one[1:]}." for one in kept if one and not _is_general(one))


def _is_general(clause: str) -> bool:
    if re.search(r"\bno (?:sign|evidence|indication) of\b", clause, re.IGNORECASE):
        return False
    return bool(_UNDECIDED.search(clause) or _GENERAL.search(clause))


def join_told(texts: Iterable[str]) -> Told:
    """Read several sentences together."""
    return read_told(" ".join(text if text.rstrip().endswith(".") else f"{text}." for text in texts))


def find_named(clause: str) -> set[str]:
    """Find the findings of ChestX-ray14 that a clause names."""
    return {label for label, pattern in _find_names().items() if pattern.search(clause)}


@cache
def _find_names() -> dict[str, re.Pattern[str]]:
    found = {}
    for node in read_concepts():
        for code in node.entity.codes:
            label = code.removeprefix("NIH14:")
            if code.startswith("NIH14:") and label in FINDINGS:
                names = sorted({node.entity.label, *node.names}, key=len, reverse=True)
                joined = "|".join(re.escape(name) for name in names if len(name) > 3)
                found[label] = re.compile(rf"\b(?:{joined})\b", re.IGNORECASE)
    return found


__all__ = ["Told", "find_named", "join_told", "read_told", "reduce_to_report"]
