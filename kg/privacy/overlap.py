"""Whether any of many stretches of a text meets another one, without looking at each of them.

A report may hold hundreds of thousands of characters and a name in each line, so that every pair cannot be compared.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate


class Stretches:
    """Stretches of a text, in any order; they may overlap.

    Parameters
    ----------
    spans : iterable of (start, end)
        The end is not included.

    Examples
    --------
    >>> names = Stretches([(20, 24), (0, 4)])
    >>> names.meet(3, 9), names.meet(4, 20), names.meet(0, 30)
    (True, False, True)
    """

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def meet(self, start: int, end: int) -> bool:
        """Whether one of them shares a character with a stretch."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start


__all__ = ["Stretches"]
