"""Cells: what is counted of a triple at one certainty, and when it may be told.

A cell is released where at least k patients are behind it. Everything else of a triple is computed from its released
cells alone (:mod:`thoracite.kg.aggregate.tally`), by the functions here; the ledger computes the same without one
patient.

Examples
--------
>>> cells = [Cell(0, 5, 6, (5, 0, 0), (5, 0, 0)), Cell(2, 3, 3, (3, 0, 0), (0, 0, 3))]
>>> counted = measure_cells(cells, shows=False, minimum=3)
>>> counted.counts.present, counted.counts.absent, counted.support, counted.object_certainty.value
(6, 3, 5, 'definitely present')
>>> find_lift(6, 100, 12, 10)
5.0
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from thoracite.types import Certainty, Counts

DEGREES = tuple(Certainty)
ABSENT = DEGREES.index(Certainty.ABSENT)


class Cell(NamedTuple):
    """A released cell.

    Parameters
    ----------
    degree : int
        Number of its certainty in :data:`DEGREES`.
    patients, reports : int
        How many are behind it.
    subject, object : sequence of int
        Patients by the certainty that they give each end.
    """

    degree: int
    patients: int
    reports: int
    subject: Sequence[int]
    object: Sequence[int]


class Counted(NamedTuple):
    """What released cells say of a triple; fields as of :class:`~thoracite.types.Triple`."""

    counts: Counts
    subject_certainty: Certainty
    object_certainty: Certainty
    support: int

    @property
    def affirmed(self) -> int:
        """Return the reports in which it is present or uncertain."""
        return self.counts.present + self.counts.uncertain


def measure_cells(cells: Iterable[Cell], *, shows: bool, minimum: int) -> Counted:
    """Measure a triple.

    Parameters
    ----------
    cells : iterable of Cell
        Its released cells, at least one.
    shows : bool
        Whether its relation is ``thx:shows``, which is known by its denials too.
    minimum : int
        The k of k-anonymity.
    """
    by_degree = {cell.degree: cell for cell in cells}
    # who denies a relation does not support it; what a radiograph shows may be known by its denials alone
    carrying = [cell for cell in by_degree.values() if not shows and cell.degree < ABSENT] or by_degree.values()
    largest = max(carrying, key=lambda cell: cell.patients)
    counts = [by_degree[degree].reports if degree in by_degree else 0 for degree in range(len(DEGREES))]
    return Counted(
        counts=Counts(present=counts[0], uncertain=counts[1], absent=counts[2]),
        subject_certainty=_find_most(largest.subject, minimum),
        object_certainty=_find_most(largest.object, minimum),
        support=largest.patients,
    )


def _find_most(patients: Sequence[int], minimum: int) -> Certainty:
    """What most patients give an end; where no certainty has enough patients to be told, uncertain."""
    return DEGREES[patients.index(max(patients))] if max(patients) >= minimum else Certainty.UNCERTAIN


def find_lift(affirmed: int, reports: int, first: int, second: int) -> float | None:
    """Return observed over expected co-occurrence; None where nothing is affirmed, or an end is never counted.

    Parameters
    ----------
    affirmed : int
        Reports that affirm the relation.
    reports : int
        All reports.
    first, second : int
        Reports that affirm each end.
    """
    expected = first * second
    return round(affirmed * reports / expected, 3) if affirmed and expected else None


__all__ = ["ABSENT", "DEGREES", "Cell", "Counted", "find_lift", "measure_cells"]
