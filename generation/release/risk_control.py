"""Learn then Test: a threshold that keeps a risk below a level which the user sets, certified on labelled cases.

Thresholds are tested one after the other, the most careful first, and testing stops at the first that is not shown to
keep the risk below the level. As each test errs with chance ``delta`` at most, and only the first wrong one can be
passed, the chosen threshold keeps the risk with chance 1 − ``delta`` at least, whatever the model and the cases are, as
long as new cases are drawn as these were.

References
----------
Angelopoulos AN, Bates S, Candès EJ, Jordan MI, Lei L. Learn then Test: calibrating predictive algorithms to achieve
risk control. 2021. arXiv:2110.01052 (fixed-sequence testing).
Bates S, Angelopoulos A, Lei L, Malik J, Jordan MI. Distribution-free, risk-controlling prediction sets. 2021.
arXiv:2101.02703 (Hoeffding-Bentkus bound).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr

from thoracite.errors import UsageError

Floats = npt.NDArray[np.float64]

DELTA = 0.1
"""Chance that a chosen threshold does not keep the risk."""


def find_p_value(risk: float, alpha: float, n: int) -> float:
    """Return the Hoeffding-Bentkus p-value of the hypothesis that a mean loss is above ``alpha``.

    Parameters
    ----------
    risk : float
        Mean loss of independent cases, in [0, 1].
    alpha : float
        Level, in (0, 1).
    n : int
        Number of cases, at least 1.

    Examples
    --------
    >>> find_p_value(0.2, 0.1, 100), find_p_value(0.0, 0.1, 21) > 0.1, find_p_value(0.0, 0.1, 22) < 0.1
    (1.0, True, True)
    """
    if risk >= alpha:
        return 1.0
    hoeffding = math.exp(-n * _diverge(risk, alpha))
    return min(1.0, hoeffding, math.e * float(bdtr(math.ceil(n * risk - 1e-9), n, alpha)))


def _diverge(one: float, other: float) -> float:
    """Return the Kullback-Leibler divergence of two Bernoulli means."""
    whole = 0.0 if one == 0 else one * math.log(one / other)
    return whole + (1 - one) * math.log((1 - one) / (1 - other))


def choose_threshold(losses: Floats, alpha: float, *, delta: float = DELTA, patients: int | None = None) -> int | None:
    """Choose the boldest threshold that is certified.

    Parameters
    ----------
    losses : ndarray, shape (patients, thresholds) or (thresholds,), in [0, 1]
        Loss of each patient at each threshold, or its mean, the most careful threshold first; patients are independent.
    alpha : float
        Level that the risk has to stay below, in (0, 1).
    delta : float
        Chance that it does not, in (0, 1).
    patients : int or None
        Number of patients where only means are given.

    Returns
    -------
    int or None
        Column of the threshold; None where not even the most careful one is certified.

    Raises
    ------
    UsageError
        If ``alpha`` or ``delta`` is not between 0 and 1.

    Examples
    --------
    >>> losses = np.zeros((100, 3))
    >>> losses[:50, 2] = 1
    >>> choose_threshold(losses, 0.1), choose_threshold(losses, 0.7), choose_threshold(losses[:10], 0.1)
    (1, 2, None)
    """
    for name, value in (("alpha", alpha), ("delta", delta)):
        if not 0 < value < 1:
            raise UsageError(f"the risk {name} = {value} is out of range; expected a number between 0 and 1")
    chosen, number = None, len(losses) if patients is None else patients
    for column, risk in enumerate(np.atleast_2d(losses).mean(axis=0)):
        if find_p_value(float(risk), alpha, number) > delta:
            break
        chosen = column
    return chosen


def average_patients(values: npt.NDArray[np.generic], groups: Sequence[str]) -> Floats:
    """Average the rows of each patient, whose images are not independent, in order of first occurrence.

    Parameters
    ----------
    values : ndarray, shape (cases, any)
        Numbers or flags of each case.
    groups : sequence of str
        Patient of each case.

    Examples
    --------
    >>> average_patients(np.array([[0.0], [1.0], [1.0]]), ["a", "a", "b"]).ravel()
    array([0.5, 1. ])
    """
    patients = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    rows = np.array([patients[group] for group in groups])
    totals = np.zeros((len(patients), values.shape[1]))
    np.add.at(totals, rows, values.astype(np.float64))
    return totals / np.bincount(rows)[:, None]


__all__ = ["DELTA", "average_patients", "choose_threshold", "find_p_value"]
