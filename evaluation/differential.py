"""The suite ``differential``: written cases, signs present and absent, and the diagnosis that their page gives.

The cases (``differential_cases.csv``) were written from pages that anybody can open, each with its place, and committed
before the ranking was; their signs were put into the graph's names by whoever wrote them. Half ``tuned`` may be looked
at while the ranking is mended, half ``kept`` may not. *Right* is the diagnosis of the page, or one that the case names
beside it (a kind of it, or the disease behind it).

Examples
--------
>>> cases = read_cases()
>>> len(cases) >= 40, {case.half for case in cases} == {"tuned", "kept"}
(True, True)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row, Suite
from thoracite.files import read_rows
from thoracite.kg.build.build import build_graph
from thoracite.kg.vocabulary import ARGUES_AGAINST
from thoracite.retrieval.diagnosis.likelihood import SignTable
from thoracite.retrieval.retriever import Retriever
from thoracite.settings import Settings
from thoracite.types import Entity, View

CASES = Path(__file__).with_name("differential_cases.csv")
COLUMNS = ("id", "half", "view", "present", "absent", "diagnosis", "also", "source", "place")
FIRST = 3
"""Diagnoses that count as the first ones."""


class Case(NamedTuple):
    """A written case.

    Parameters
    ----------
    id, half : str
        Its number, and ``tuned`` or ``kept``.
    view : str
        View of its film.
    present, absent : tuple of str
        CURIEs of signs and findings.
    right : frozenset of str
        CURIEs of the diagnosis and of those that are as right.
    source, place : str
        Page that it was read in, and where on it.
    """

    id: str
    half: str
    view: View
    present: tuple[str, ...]
    absent: tuple[str, ...]
    right: frozenset[str]
    source: str
    place: str


def read_cases(path: Path | None = None) -> list[Case]:
    """Read the cases.

    Raises
    ------
    InputError
        If the table is not there, or lacks a column.
    """
    rows = read_rows(path or CASES, columns=COLUMNS, expected=f"the columns {', '.join(COLUMNS)}")
    return [
        Case(
            id=row["id"],
            half=row["half"],
            view=row["view"],  # type: ignore[arg-type]
            present=_split(row["present"]),
            absent=_split(row["absent"]),
            right=frozenset((row["diagnosis"], *_split(row["also"]))),
            source=row["source"],
            place=row["place"],
        )
        for row in rows
    ]


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def run_differential(data: Path | None = None) -> Suite:  # noqa: ARG001 - every suite is given the development data
    """Measure how often the right diagnosis is the first, and among the first three, by halves and together.

    Parameters
    ----------
    data : Path or None
        Not needed: the cases are bundled.
    """
    cases = read_cases()
    with TemporaryDirectory() as folder:
        build_graph(Path(folder) / "graph")
        with Retriever(Settings(graph=Path(folder) / "graph")) as retriever:
            placed = {
                "differential": place_cases(cases, lambda case: _rank(retriever, case)),
                "vote by counts": place_cases(cases, lambda case: vote(retriever.sign_table, case.present)),
            }
    rows = [row for system, places in placed.items() for row in _measure(system, cases, places)]
    rows += _compare(cases, placed["differential"], placed["vote by counts"])
    return Suite(suite="differential", data=CASES.name, n=len(cases), rows=tuple(rows))


def place_cases(cases: Iterable[Case], rank: Callable[[Case], Sequence[str]]) -> list[int]:
    """Return the place of the first right diagnosis of each case, from 1; a thousand where there is none."""
    ranked = ((case, rank(case)) for case in cases)
    return [next((at for at, one in enumerate(order, 1) if one in case.right), 1000) for case, order in ranked]


def _rank(retriever: Retriever, case: Case) -> list[str]:
    found = retriever.differential(case.present, denied=case.absent, view=case.view)
    return [one.entity.id for one in found.diagnoses]


def vote(table: SignTable, present: Sequence[str]) -> list[str]:
    """Rank diagnoses by how many facts and reports tie the signs that are there to them: the baseline.

    Parameters
    ----------
    table : SignTable
        Facts of the graph.
    present : sequence of str
        CURIEs of what is there.
    """
    votes: Counter[str] = Counter()
    for diagnosis in table.diagnoses:
        tied = table.list_signs(diagnosis)
        for sign in present:
            fact = tied.get(sign)
            if fact is not None and fact.triple.relation.id != ARGUES_AGAINST and diagnosis not in present:
                votes[diagnosis] += fact.triple.support
    return sorted(votes, key=lambda one: (-votes[one], one))


def _measure(system: str, cases: Sequence[Case], places: Sequence[int]) -> list[Row]:
    rows = []
    for metric, most in (("right one first", 1), (f"right one in the first {FIRST}", FIRST)):
        held = np.array([place <= most for place in places], float)
        for half in ("kept", "tuned", "all"):
            chosen = held[[half in (case.half, "all") for case in cases]]
            low, high = bootstrap_interval(lambda drawn, chosen=chosen: float(chosen[drawn].mean()), len(chosen))  # type: ignore[misc]
            named = f"{metric}, {half}"
            rows.append(Row(system=system, metric=named, value=chosen.mean(), low=low, high=high, n=len(chosen)))
    return rows


def _compare(cases: Sequence[Case], ours: Sequence[int], other: Sequence[int]) -> list[Row]:
    apart = np.array([float(one <= 1) - float(two <= 1) for one, two in zip(ours, other, strict=True)])
    kept = apart[[case.half == "kept" for case in cases]]
    low, high = bootstrap_interval(lambda drawn: float(kept[drawn].mean()), len(kept))
    system = "differential minus vote by counts"
    return [Row(system=system, metric="right one first, kept", value=kept.mean(), low=low, high=high, n=len(kept))]


def list_misses(cases: Sequence[Case], rank: Callable[[Case], Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Return the first three diagnoses of each case whose first is wrong, by its number."""
    orders = {case.id: (case, list(rank(case))) for case in cases}
    return {name: order[:FIRST] for name, (case, order) in orders.items() if not {*order[:1]} & case.right}


def name_entities(table: SignTable) -> dict[str, Entity]:
    """Return every concept of a table by CURIE."""
    return table.signs | table.diagnoses


__all__ = ["CASES", "Case", "list_misses", "name_entities", "place_cases", "read_cases", "run_differential", "vote"]
