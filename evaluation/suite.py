"""The form of every published figure.

Examples
--------
>>> row = Row(system="rules", metric="entity F1", value=0.9, low=0.8, high=0.95, n=30)
>>> Suite(suite="extraction", data="30 reports", n=30, rows=(row,)).rows[0].value
0.9
"""

from __future__ import annotations

from thoracite.types import Noun


class Row(Noun):
    """One figure.

    Parameters
    ----------
    system : str
        Name of the measured system; baselines are systems too.
    metric : str
        Name of the figure.
    value : float
        The figure.
    low, high : float or None
        Ends of the 95 % interval; None where there is none.
    n : int or None
        Number of cases behind it.
    """

    system: str
    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


class Suite(Noun):
    """The figures of one measurement.

    Parameters
    ----------
    suite : str
        Name of the suite, for ``thoracite evaluate``.
    data : str
        The measured data.
    n : int
        Number of cases in the data.
    rows : tuple of Row
        The figures, baselines among them.
    """

    suite: str
    data: str
    n: int
    rows: tuple[Row, ...]


__all__ = ["Row", "Suite"]
