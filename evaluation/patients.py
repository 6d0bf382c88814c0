"""Figures with intervals that draw patients, not images, since images of one patient are alike.

Examples
--------
>>> row = summarise("thoracite-mini", "hits", [1, 0, 1, 1], ["a", "a", "b", "c"])
>>> row.value, row.n
(0.75, 4)
>>> find_auroc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))
0.75
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row

Positions = npt.NDArray[np.int64]


def summarise(system: str, metric: str, values: Sequence[float], groups: Sequence[str]) -> Row:
    """Average values, with an interval by drawing patients.

    Parameters
    ----------
    system, metric : str
        Name of the measured system, and of the figure.
    values : sequence of float
        One for each case, at least one.
    groups : sequence of str
        Patient of each case.
    """
    array = np.asarray(values, dtype=np.float64)
    return measure_drawn(system, metric, lambda drawn: float(array[drawn].mean()), groups, repeats=1000)


def measure_drawn(
    system: str,
    metric: str,
    statistic: Callable[[Positions], float],
    groups: Sequence[str],
    *,
    n: int | None = None,
    repeats: int = 300,
) -> Row:
    """Compute any figure of cases, with an interval by drawing patients.

    Parameters
    ----------
    system, metric : str
        Name of the measured system, and of the figure.
    statistic : callable
        Takes the positions of the drawn cases, with repetitions; returns the figure. NaN is left out of the interval.
    groups : sequence of str
        Patient of each case, at least one.
    n : int or None
        Number that the figure rests on; that of the cases unless given.
    repeats : int
        Number of draws.
    """
    patients: dict[str, list[int]] = {}
    for position, group in enumerate(groups):
        patients.setdefault(group, []).append(position)
    members = [np.array(own) for own in patients.values()]

    def drawn(chosen: Positions) -> float:
        return statistic(np.concatenate([members[patient] for patient in chosen]))

    low, high = bootstrap_interval(drawn, len(members), repeats=repeats)
    value = statistic(np.arange(len(groups)))
    return Row(system=system, metric=metric, value=value, low=low, high=high, n=len(groups) if n is None else n)


def find_auroc(scores: npt.NDArray[np.floating], targets: npt.ArrayLike) -> float:
    """Compute the area under the receiver operating characteristic; NaN where only one kind of target occurs.

    Parameters
    ----------
    scores : ndarray, shape (cases,)
        Higher where the target is likelier; any unit.
    targets : array, shape (cases,)
        True or 1 for positive cases.
    """
    positive = np.asarray(targets) > 0.5
    n = int(positive.sum())
    rest = len(positive) - n
    if not n or not rest:
        return float("nan")
    return float((rankdata(scores)[positive].sum() - n * (n + 1) / 2) / (n * rest))


Statistic = Callable[[Positions], float]
"""A figure of drawn cases, by their positions."""


def average_auroc(scores: npt.NDArray[np.floating], targets: npt.NDArray[np.bool_], columns: Positions) -> Statistic:
    """Return the mean area over some findings, as a figure of drawn cases.

    Parameters
    ----------
    scores : ndarray, shape (cases, findings)
        Higher where the finding is likelier; any unit.
    targets : ndarray, shape (cases, findings), bool
        Whether the finding is there.
    columns : ndarray of int
        Numbers of the findings.
    """
    return lambda drawn: float(np.nanmean([find_auroc(scores[drawn, n], targets[drawn, n]) for n in columns]))


def average_auroc_within(
    scores: npt.NDArray[np.floating],
    targets: npt.NDArray[np.bool_],
    columns: Positions,
    folds: npt.NDArray[np.int64],
) -> Statistic:
    """Return the mean area over some findings where only images of one fold are compared with each other.

    Each fold is read by a network of its own, whose numbers need not have the scale of the others'; to compare them
    across folds, as :func:`average_auroc` does, tells the areas of the networks too low.

    Parameters
    ----------
    scores, targets, columns
        As for :func:`average_auroc`.
    folds : ndarray, shape (cases,)
        Fold of each case.

    References
    ----------
    Airola A, et al. An experimental comparison of cross-validation techniques for estimating the area under the ROC
    curve. Comput Stat Data Anal 2011. doi:10.1016/j.csda.2010.11.018

    Examples
    --------
    >>> scores, targets = np.array([[0.1], [0.3], [0.6], [0.9]]), np.array([[False], [True], [False], [True]])
    >>> folds, every, one = np.array([0, 0, 1, 1]), np.arange(4), np.array([0])
    >>> average_auroc(scores, targets, one)(every), average_auroc_within(scores, targets, one, folds)(every)
    (0.75, 1.0)
    """

    def average(drawn: Positions) -> float:
        parts = [drawn[folds[drawn] == fold] for fold in np.unique(folds)]
        return float(np.nanmean([_find_within(scores[:, n], targets[:, n], parts) for n in columns]))

    return average


def _find_within(scores: npt.NDArray[np.floating], targets: npt.NDArray[np.bool_], parts: Sequence[Positions]) -> float:
    """Return the mean area of some parts, weighted by their pairs of a positive and another case."""
    areas = np.array([find_auroc(scores[part], targets[part]) for part in parts])
    pairs = np.array([targets[part].sum() * (~targets[part]).sum() for part in parts], dtype=float)
    known = pairs > 0
    return float(np.average(areas[known], weights=pairs[known])) if known.any() else float("nan")


def find_lead(one: Statistic, other: Statistic) -> Statistic:
    """Return by how much one figure is ahead of another on the same drawn cases."""
    return lambda drawn: one(drawn) - other(drawn)


__all__ = [
    "Positions",
    "Statistic",
    "average_auroc",
    "average_auroc_within",
    "find_auroc",
    "find_lead",
    "measure_drawn",
    "summarise",
]
