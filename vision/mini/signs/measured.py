"""What a measurement of a sign is: a value or the reason why there is none, and the lines that show it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from thoracite.types import Drawing
from thoracite.vision.mini.chest import Chest
from thoracite.vision.mini.lungs import LEVELS, Mask

MOST_POINTS = 16
"""Most points of one side of an outline."""

CUT = "a lung reaches the lower edge of the image"
"""Why nothing that rests on the bases is measured."""


class Measured(NamedTuple):
    """A value that answers a sign's question.

    Parameters
    ----------
    value : float
        NaN where it cannot be measured.
    fault : str or None
        Reason why not, as a clause for the user; None where it was measured.
    drawing : tuple of Drawing
        Lines, outlines and points in pixels of the radiograph.
    """

    value: float
    fault: str | None = None
    drawing: tuple[Drawing, ...] = ()


def silence(fault: str, *drawing: Drawing) -> Measured:
    """Return a measurement that says only why there is none.

    Examples
    --------
    >>> silence("the chest is turned").fault
    'the chest is turned'
    """
    return Measured(math.nan, fault, drawing)


def draw_points(
    chest: Chest, kind: Literal["line", "outline", "box", "point"], points: Iterable[tuple[float, float]]
) -> Drawing:
    """Draw through places given as column and row, in cells of the cut-out."""
    return Drawing(kind=kind, points=tuple(chest.place(*point) for point in points))


def draw_outline(chest: Chest, mask: Mask) -> tuple[Drawing, ...]:
    """Outline a part that each row crosses once; nothing where it is empty."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return ()
    picked = np.unique(np.linspace(rows[0], rows[-1], MOST_POINTS).round().astype(int))
    picked = picked[mask[picked].any(axis=1)]
    first = mask[picked].argmax(axis=1)
    last = mask.shape[1] - mask[picked, ::-1].argmax(axis=1)
    y = picked + 0.5
    y[0], y[-1] = rows[0], rows[-1] + 1
    return (draw_points(chest, "outline", [*zip(first, y, strict=True), *zip(last[::-1], y[::-1], strict=True)]),)


def draw_circle(chest: Chest, middle: tuple[float, float], radius: float) -> Drawing:
    """Draw a circle round a place, with a radius in chest widths."""
    angles = np.linspace(0, 2 * np.pi, MOST_POINTS, endpoint=False)
    x, y = radius / chest.across * np.cos(angles), radius / chest.down * np.sin(angles)
    return draw_points(chest, "outline", zip(middle[0] + x, middle[1] + y, strict=True))


class Outlines:
    """Outlines of the lungs and their levels, drawn once for all measures that show them."""

    def __init__(self, chest: Chest) -> None:
        lungs = (chest.right, chest.left)
        self.sides = tuple(draw_outline(chest, lung) for lung in lungs)
        self.both = (*self.sides[0], *self.sides[1])
        cut = [
            [draw_outline(chest, lung & (parts // 3 == number)) for number in range(len(LEVELS))]
            for lung, parts in zip(lungs, chest.parts, strict=True)
        ]
        self.levels = tuple((*right, *left) for right, left in zip(*cut, strict=True))
        self.ends = (*self.levels[0], *self.levels[-1])


__all__ = ["CUT", "MOST_POINTS", "Measured", "Outlines", "draw_circle", "draw_outline", "draw_points", "silence"]
