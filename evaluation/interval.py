"""Bootstrap intervals: how much a figure varies with the drawn cases.

References
----------
Efron B, Tibshirani R. An Introduction to the Bootstrap. 1993, chapter 13 (percentile interval).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt


def bootstrap_interval(
    statistic: Callable[[npt.NDArray[np.int64]], float], n: int, *, repeats: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Compute the 95 % percentile interval of a statistic of ``n`` cases.

    Parameters
    ----------
    statistic : callable
        Takes the positions of the drawn cases, shape (n,), with repetitions; returns the figure. NaN is left out.
    n : int
        Number of cases, at least 1.
    repeats : int
        Number of draws of n cases.
    seed : int
        The same seed gives the same interval.

    Returns
    -------
    tuple of float
        The 2.5th and 97.5th percentile; NaN where no draw has a figure.

    Examples
    --------
    >>> values = np.array([0.0, 1.0] * 50)
    >>> low, high = bootstrap_interval(lambda drawn: float(values[drawn].mean()), len(values))
    >>> 0.38 < low < 0.45 and 0.55 < high < 0.62
    True
    """
    random = np.random.default_rng(seed)
    values = [statistic(random.integers(0, n, size=n)) for _ in range(repeats)]
    if np.isnan(values).all():
        return float("nan"), float("nan")
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


__all__ = ["bootstrap_interval"]
