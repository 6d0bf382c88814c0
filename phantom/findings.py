"""Findings of a phantom, and their effects on the anatomy.

Examples
--------
>>> effusion = Abnormality(kind=Kind.EFFUSION, side="left", severity="moderate")
>>> effusion.size_word, effusion.kind.value
('moderate', 'pleural effusion')
>>> [a.kind.name for a in draw_abnormalities(np.random.default_rng(4))]
['CARDIOMEGALY']
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import combinations, permutations
from typing import Literal, Self

import numpy as np
from pydantic import model_validator

from thoracite.errors import UsageError
from thoracite.phantom.anatomy import Side
from thoracite.types import Noun

Severity = Literal["mild", "moderate", "severe"]
Zone = Literal["upper", "mid", "lower"]
ZONES: tuple[Zone, ...] = ("upper", "mid", "lower")
SEVERITIES: tuple[Severity, ...] = ("mild", "moderate", "severe")


class Kind(StrEnum):
    """A finding that can be drawn; its value is the label of a concept of the graph."""

    EFFUSION = "pleural effusion"
    PNEUMOTHORAX = "pneumothorax"
    CARDIOMEGALY = "cardiomegaly"
    CONSOLIDATION = "consolidation"
    NODULE = "pulmonary nodule"
    MASS = "lung mass"
    EDEMA = "pulmonary edema"
    ATELECTASIS = "linear atelectasis"
    HYPERINFLATION = "hyperinflation"


ONE_SIDED = frozenset({Kind.EFFUSION, Kind.PNEUMOTHORAX})
IN_A_ZONE = frozenset({Kind.CONSOLIDATION, Kind.NODULE, Kind.MASS, Kind.ATELECTASIS})
"""Findings with a side and a zone."""

HIDDEN: Mapping[Kind, tuple[str, str, str]] = {
    Kind.EFFUSION: ("lower", "lower", "lower mid"),
    Kind.PNEUMOTHORAX: ("upper", "upper mid", "upper mid lower"),
}
"""Zones of the same side in which a small, moderate or large one hides findings of the lung."""

FREQUENCY: Mapping[Kind, float] = {
    Kind.EFFUSION: 0.16, Kind.PNEUMOTHORAX: 0.10, Kind.CARDIOMEGALY: 0.16, Kind.CONSOLIDATION: 0.14,
    Kind.NODULE: 0.10, Kind.MASS: 0.08, Kind.EDEMA: 0.10, Kind.ATELECTASIS: 0.08, Kind.HYPERINFLATION: 0.07,
}  # fmt: skip
"""Probability of each finding; independent of each other, except where they exclude each other."""


class Abnormality(Noun):
    """One finding to draw.

    Parameters
    ----------
    kind : Kind
        Kind of finding.
    side : str or None
        ``left`` or ``right``, as the patient's; None for heart, oedema and overinflation.
    zone : str or None
        ``upper``, ``mid`` or ``lower``, for findings in the lung.
    severity : str
        ``mild``, ``moderate`` or ``severe``.

    Raises
    ------
    pydantic.ValidationError
        If side or zone is missing where the kind needs it, or given where the kind has none.
    """

    kind: Kind
    side: Side | None = None
    zone: Zone | None = None
    severity: Severity = "moderate"

    @model_validator(mode="after")
    def _has_its_place(self) -> Self:
        if (self.side is not None) != (self.kind in ONE_SIDED | IN_A_ZONE):
            raise ValueError(f"{self.kind.value} {'has no side' if self.side else 'needs a side, left or right'}")
        if (self.zone is not None) != (self.kind in IN_A_ZONE):
            raise ValueError(f"{self.kind.value} {'has no zone' if self.zone else 'needs a zone: upper, mid or lower'}")
        return self

    @property
    def grade(self) -> int:
        """Return the severity as 0, 1 or 2."""
        return SEVERITIES.index(self.severity)

    @property
    def size_word(self) -> str:
        """Return the severity as a size: small, moderate, large."""
        return ("small", "moderate", "large")[self.grade]


def draw_abnormalities(generator: np.random.Generator, *, normal: float = 0.3) -> tuple[Abnormality, ...]:
    """Draw the findings of a random patient.

    Parameters
    ----------
    generator : numpy.random.Generator
        Generator of random numbers.
    normal : float
        Share of patients without a finding.
    """
    if generator.random() < normal:
        return ()
    chosen: list[Abnormality] = []
    while not chosen:
        for kind, share in FREQUENCY.items():
            if generator.random() < 1.4 * share:
                other = _draw_one(kind, generator)
                if find_conflict([*chosen, other]) is None:
                    chosen.append(other)
    return tuple(chosen)


def _draw_one(kind: Kind, generator: np.random.Generator) -> Abnormality:
    side: Side | None = ("left", "right")[generator.integers(2)] if kind in ONE_SIDED | IN_A_ZONE else None
    zone = None
    if kind in IN_A_ZONE:
        zone = "lower" if kind is Kind.ATELECTASIS else ZONES[generator.choice(3, p=[0.3, 0.3, 0.4])]
    return Abnormality(kind=kind, side=side, zone=zone, severity=SEVERITIES[generator.choice(3, p=[0.35, 0.4, 0.25])])


def find_conflict(abnormalities: Iterable[Abnormality]) -> str | None:
    """Return the reason, in words, why the findings exclude each other; None if they do not."""
    chosen = list(abnormalities)
    for one, other in combinations(chosen, 2):
        if (one.kind, one.side, one.zone) == (other.kind, other.side, other.zone):
            return f"{one.kind.value} stands twice in the same place"
        if {one.kind, other.kind} == ONE_SIDED and one.side == other.side:
            return f"fluid and air in the {one.side} pleural space at once are not drawn"
        if {one.kind, other.kind} in ({Kind.HYPERINFLATION, Kind.CARDIOMEGALY}, {Kind.HYPERINFLATION, Kind.EDEMA}):
            return "overinflation with a large heart or oedema is not drawn"
    for one, other in permutations(chosen, 2):
        if one.kind in HIDDEN and one.side == other.side and (other.zone or "none") in HIDDEN[one.kind][one.grade]:
            return f"{one.size_word} {one.side} {one.kind.value} hides {other.kind.value} in the {other.zone} zone"
    return None


def check_abnormalities(abnormalities: Iterable[Abnormality]) -> None:
    """Refuse findings that exclude each other.

    Raises
    ------
    UsageError
        If two findings exclude each other; the message names both.
    """
    if (conflict := find_conflict(abnormalities)) is not None:
        raise UsageError(f"{conflict}; leave one of the two out")


__all__ = [
    "FREQUENCY",
    "HIDDEN",
    "IN_A_ZONE",
    "ONE_SIDED",
    "SEVERITIES",
    "ZONES",
    "Abnormality",
    "Kind",
    "Severity",
    "Zone",
    "check_abnormalities",
    "draw_abnormalities",
    "find_conflict",
]
