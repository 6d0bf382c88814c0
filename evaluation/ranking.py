"""Suite ``ranking``: does a score of texts rank candidates as an expert would?

``ranking_cases.csv`` holds ninety cases in ten kinds, written by somebody who did not know the score and committed
before it was tuned: a reference and two candidates, of which one is the better rendering, or both are as good. A score
decides by the difference of its two values; what differs by no more than its tolerance is a tie. Each score's tolerance
is chosen in five folds, on the other four. Our score's words and weights were set with all ninety in view, so its
figure
on them is no estimate of what it does on others: that is ``ranking_unseen.csv``, by another writer, where it is there,
with the tolerance of the ninety. The cases are a language model's, not a radiologist's. A constant score calls
everything a tie.

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
UNSEEN = Path(__file__).with_name("ranking_unseen.csv")
COLUMNS = ("id", "half", "kind", "reference", "first", "second", "better")
TOLERANCES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2)
OURS = "claim score"
FOLDS = 5


class RankingCase(NamedTuple):
    """A reference, two candidates, and which is better: ``first``, ``second`` or ``tie``.

    ``half`` is how the ninety were divided when they were written; all are development cases now.
    """

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
    scores = score_all(cases)
    rows = list(cross_validate(cases, scores))
    if UNSEEN.exists():
        unseen = read_cases(UNSEEN)
        rows += rank_unseen(unseen, score_all(unseen), {name: choose(cases, values) for name, values in scores.items()})
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


def cross_validate(cases: Sequence[RankingCase], scores: Mapping[str, np.ndarray]) -> Iterator[Row]:
    """Choose each score's tolerance on four folds, and count what it ranks right on the fifth.

    Parameters
    ----------
    cases : sequence of RankingCase
        At least five.
    scores : mapping of str to ndarray, shape (cases, 2)
        Each score's value of both candidates.
    """
    folds = np.arange(len(cases)) % FOLDS
    for name, values in scores.items():
        right = np.zeros(len(cases), dtype=bool)
        for fold in range(FOLDS):
            kept, held = (np.flatnonzero(where).tolist() for where in (folds != fold, folds == fold))
            tolerance = choose([cases[at] for at in kept], values[kept])
            right[held] = judge([cases[at] for at in held], values[held], tolerance)
        yield from _count_kinds(name, "ranked right, five folds", cases, right)


def rank_unseen(
    cases: Sequence[RankingCase], scores: Mapping[str, np.ndarray], tolerances: Mapping[str, float]
) -> Iterator[Row]:
    """Count what each score ranks right of cases that it was not tuned on, by tolerances chosen before."""
    for name, values in scores.items():
        yield from _count_kinds(name, "ranked right, unseen", cases, judge(cases, values, tolerances[name]))


def choose(cases: Sequence[RankingCase], values: np.ndarray) -> float:
    """Choose the tolerance that ranks most cases right; of several, the middle one."""
    counts = [judge(cases, values, tolerance).sum() for tolerance in TOLERANCES]
    best = [tolerance for tolerance, count in zip(TOLERANCES, counts, strict=True) if count == max(counts)]
    return best[(len(best) - 1) // 2]


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


def _count_kinds(name: str, metric: str, cases: Sequence[RankingCase], right: np.ndarray) -> Iterator[Row]:
    yield _count(name, metric, right)
    if name == OURS:
        kinds = np.array([case.kind for case in cases])
        for kind in dict.fromkeys(kinds.tolist()):
            yield _count(name, f"{metric}, {kind}", right[kinds == kind])


def _count(system: str, metric: str, right: np.ndarray) -> Row:
    find: Callable[[np.ndarray], float] = lambda drawn: float(right[drawn].mean())  # noqa: E731
    low, high = bootstrap_interval(find, len(right))
    return Row(system=system, metric=metric, value=float(right.mean()), low=low, high=high, n=len(right))


__all__ = [
    "CASES",
    "OURS",
    "UNSEEN",
    "RankingCase",
    "choose",
    "cross_validate",
    "judge",
    "rank_unseen",
    "read_cases",
    "run_ranking",
    "score_all",
]
