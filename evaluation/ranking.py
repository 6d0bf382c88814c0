"""Suite ``ranking``: does a score of texts rank candidates as an expert would?

``ranking_cases.csv`` holds ninety cases in ten kinds, written by somebody who did not know the score and committed
before it was tuned: a reference and two candidates, of which one is the better rendering, or both are as good. A score
decides by the difference of its two values; what differs less than its tolerance is a tie. Tolerances, and the weights
of our score, were set on the development third (n 30); the test half (n 60) is what counts. The cases are a language
model's, not a radiologist's. A constant score calls everything a tie.

References
----------
Ten kinds of our own, after the idea of RadJudge's ranking cases; its own list could not be had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from thoracite.evaluation.claim_score import score_claims
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.radgraph_f1 import radgraph_f1
from thoracite.evaluation.suite import Row, Suite
from thoracite.evaluation.text_overlap import measure_overlap
from thoracite.files import read_rows
from thoracite.kg.extract.extractor import open_extractor

CASES = Path(__file__).with_name("ranking_cases.csv")
COLUMNS = ("id", "half", "kind", "reference", "first", "second", "better")
TOLERANCES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2)
OURS = "claim score"


class RankingCase(NamedTuple):
    """A reference, two candidates, and which is better: ``first``, ``second`` or ``tie``."""

    id: str
    half: str
    kind: str
    reference: str
    first: str
    second: str
    better: str


def read_cases(path: Path = CASES) -> list[RankingCase]:
    """Read the cases.

    Raises
    ------
    InputError
        If the table is not there, or lacks a column.
    """
    rows = read_rows(path, columns=COLUMNS, expected=f"the columns {', '.join(COLUMNS)}")
    return [RankingCase(*(row[name] for name in COLUMNS)) for row in rows]


def run_ranking(data: Path | None = None) -> Suite:  # noqa: ARG001 - every suite is given the development data
    """Measure how often each score ranks as the expert does."""
    cases = read_cases()
    rows = list(rank_all(cases, score_all(cases)))
    return Suite(suite="ranking", data=CASES.name, n=len(cases), rows=tuple(rows))


def score_all(cases: Sequence[RankingCase]) -> Mapping[str, np.ndarray]:
    """Return each score of both candidates, shape (cases, 2)."""
    candidates = [text for case in cases for text in (case.first, case.second)]
    references = [case.reference for case in cases for _ in range(2)]
    overlaps = measure_overlap(candidates, references)
    scores = {OURS: [score_claims(*pair) for pair in zip(candidates, references, strict=True)]}
    scores["RadGraph F1, by our extractor"] = _score_radgraph(candidates, references)
    scores |= {name: overlaps[name].tolist() for name in sorted(overlaps)}
    scores["a constant"] = [1.0] * len(candidates)
    return {name: np.array(values).reshape(len(cases), 2) for name, values in scores.items()}


def _score_radgraph(candidates: Sequence[str], references: Sequence[str]) -> list[float]:
    extractor = open_extractor()
    pairs = zip(map(extractor.extract, candidates), map(extractor.extract, references), strict=True)
    return [radgraph_f1(candidate, reference, level="partial") for candidate, reference in pairs]


def rank_all(cases: Sequence[RankingCase], scores: Mapping[str, np.ndarray]) -> Iterator[Row]:
    """Choose each score's tolerance on the development cases, and count what it ranks right on the others."""
    development = np.array([case.half == "development" for case in cases])
    kinds = np.array([case.kind for case in cases])
    for name, values in scores.items():
        right = {tolerance: judge(cases, values, tolerance) for tolerance in TOLERANCES}
        best = max(TOLERANCES, key=lambda tolerance: (right[tolerance][development].mean(), tolerance))
        yield _count(name, "ranked right, test", right[best][~development])
        yield _count(name, "ranked right, development", right[best][development])
        if name == OURS:
            for kind in dict.fromkeys(kinds):
                yield _count(name, f"ranked right, test, {kind}", right[best][~development & (kinds == kind)])


def judge(cases: Sequence[RankingCase], values: np.ndarray, tolerance: float) -> np.ndarray:
    """Return which cases are ranked right, shape (cases,), bool.

    Examples
    --------
    >>> case = RankingCase("R1", "test", "negation", "", "", "", "first")
    >>> judge([case, case], np.array([[0.9, 0.2], [0.5, 0.49]]), 0.02).tolist()
    [True, False]
    """
    difference = values[:, 0] - values[:, 1]
    said = np.where(np.abs(difference) <= tolerance, "tie", np.where(difference > 0, "first", "second"))
    return np.array([one == case.better for one, case in zip(said, cases, strict=True)])


def _count(system: str, metric: str, right: np.ndarray) -> Row:
    find: Callable[[np.ndarray], float] = lambda drawn: float(right[drawn].mean())  # noqa: E731
    low, high = bootstrap_interval(find, len(right))
    return Row(system=system, metric=metric, value=float(right.mean()), low=low, high=high, n=len(right))


__all__ = ["CASES", "OURS", "RankingCase", "judge", "rank_all", "read_cases", "run_ranking", "score_all"]
