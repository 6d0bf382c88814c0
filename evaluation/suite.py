"""What every published figure looks like.

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
        What was measured; baselines are systems too.
    metric : str
        What the figure is.
    value : float
        The figure.
    low, high : float or None
        Ends of its 95 % interval; None where there is none.
    n : int or None
        How many cases it rests on.
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
        Its name, as ``thoracite evaluate`` takes it.
    data : str
        What it was measured on.
    n : int
        How many cases that holds.
    rows : tuple of Row
        The figures, baselines among them.
    """

    suite: str
    data: str
    n: int
    rows: tuple[Row, ...]


__all__ = ["Row", "Suite"]
