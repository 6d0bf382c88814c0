"""Sentences about what signs do not say: which could not be measured, and a verdict that no named sign carries.

Examples
--------
>>> check_unmeasured("3 signs could not be measured.", [])
[Fault(verdict='unsupported', why='it cites no sign that could not be measured')]
>>> tuple(take_own_reading("Edema is possible, by the network's own reading more than by any named sign [E1]."))
('Edema is possible [E1].', True)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from thoracite.generation.citations import strip_citations
from thoracite.generation.faults import Fault
from thoracite.generation.signs.sentences import OWN_READING, UNMEASURED, count_unmeasured, name_reason, reads_alone
from thoracite.types import Claim, Evidence
from thoracite.vision.encoder import UNMEASURED as NOT_MEASURED

_UNMEASURED = re.compile(rf"(?P<number>\d+) {UNMEASURED}: (?P<reasons>.+)\.", re.IGNORECASE)
_OWN_READING = re.compile(rf",?(?: but)? {OWN_READING}\b", re.IGNORECASE)


class Taken(NamedTuple):
    """A sentence without the words about the network's own reading, and whether they stood there."""

    sentence: str
    said: bool


def is_unmeasured(sentence: str) -> bool:
    """Tell whether a sentence says which signs could not be measured."""
    return UNMEASURED in sentence.lower()


def check_unmeasured(sentence: str, cited: Sequence[Evidence]) -> list[Fault]:
    """Check number and reasons of the signs that could not be measured.

    Parameters
    ----------
    sentence : str
        With its citations.
    cited : sequence of Evidence
        What it cites.
    """
    return list(_find_faults(sentence, cited))


def _find_faults(sentence: str, cited: Sequence[Evidence]) -> Iterator[Fault]:
    silent = [piece for piece in cited if piece.sign is not None and not piece.sign.valid]
    if not silent:
        yield Fault("unsupported", "it cites no sign that could not be measured")
        return
    for piece in cited:
        if piece not in silent:
            yield Fault("unsupported", f"{piece.key} is about something that the sentence does not say")
    said = _UNMEASURED.fullmatch(strip_citations(sentence))
    if said is None:
        yield Fault("unsupported", "it is not clear which signs could not be measured, and why")
        return
    number = count_unmeasured(silent[0])
    if int(said["number"]) != number:
        yield Fault("contradicted", f"{number} signs could not be measured, not {said['number']}")
    left = said["reasons"].lower()
    for piece in silent:
        reason = name_reason(piece).lower()
        if reason not in left:
            yield Fault("unsupported", f"{piece.key} was not measured for another reason: {reason}")
        left = left.replace(reason, "", 1)
    if rest := re.sub(r"\band\b|[,\s]", "", left):
        yield Fault("unsupported", f"no cited evidence says {rest!r}")


def drop_told(notes: Sequence[str], claims: Iterable[Claim], evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Drop notes that say why lungs and heart were not measured where a sentence says so, with its evidence.

    Parameters
    ----------
    notes : sequence of str
        What cannot be judged in an image.
    claims : iterable of Claim
        What is released.
    evidence : sequence of Evidence
        All of the image.

    Examples
    --------
    >>> drop_told(["The image has only 64×64 pixels."], [], [])
    ('The image has only 64×64 pixels.',)
    """
    cited = {key for claim in claims if is_unmeasured(claim.sentence) for key in claim.citations}
    told = {f"{NOT_MEASURED}: {name_reason(piece)}." for piece in evidence if piece.key in cited}
    return tuple(note for note in notes if note not in told)


def take_own_reading(sentence: str) -> Taken:
    """Take the words that no named sign carries a verdict out of a sentence."""
    left = _OWN_READING.sub("", sentence, count=1)
    return Taken(left, left != sentence)


def check_own_reading(cited: Sequence[Evidence]) -> Iterator[Fault]:
    """Check that the network's own reading carries the cited finding more than its signs."""
    findings = {piece.about.id: piece.finding for piece in cited if piece.finding is not None}
    if len(findings) != 1:
        yield Fault("unsupported", "it is not clear which finding the network's own reading carries")
    for finding in findings.values():
        if not reads_alone(finding):
            yield Fault(
                "contradicted", f"named signs add more to {finding.entity.label} than the network's own reading"
            )


__all__ = ["Taken", "check_own_reading", "check_unmeasured", "drop_told", "is_unmeasured", "take_own_reading"]
