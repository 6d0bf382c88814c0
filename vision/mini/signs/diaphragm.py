"""The base of a lung: the line of the diaphragm from the costophrenic angle to the heart, and what it shows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from thoracite.types import Drawing
from thoracite.vision.mini.chest import Floats
from thoracite.vision.mini.lungs import find_ends
from thoracite.vision.mini.signs.halves import Half, Places, measure_steps
from thoracite.vision.mini.signs.measured import Measured, silence

_SMOOTH = 1.5
"""Standard deviation of the filter that smooths the traced line, in cells."""

_FEWEST = 4
"""Fewest columns of a base."""

_NEAR_HEART = 4
"""A column whose line has the heart within this many cells below runs along the heart, not the diaphragm."""

_STEEP = 3
"""A line that rises by more than this many cells from one column to the next runs along the mediastinum."""

_EDGE = 0.3
"""Least step of brightness at an edge, in contrasts."""

_FAINT, _TRACED = 0.15, 0.2
"""Least share of the line with at least a faint step of brightness, in contrasts, for its shape to mean something.

The angle is narrow: so near to the wall even a sharp one is not as dark as the lung above it.
"""


class Base(NamedTuple):
    """The lower border of a lung between the costophrenic angle and the heart.

    Parameters
    ----------
    half : Half
        The side.
    columns, rows : ndarray, shape (columns,)
        The line, from the angle to the heart; columns and smoothed rows in cells.
    steps : ndarray, shape (columns,)
        How much brighter it becomes below, or darker where the stomach's gas lies there, in contrasts.
    """

    half: Half
    columns: Places
    rows: Places
    steps: Floats

    @property
    def edge(self) -> float:
        """Return the share of the line with an edge."""
        return float((self.steps > _EDGE).mean())

    @property
    def fault(self) -> str | None:
        """Return why the line's shape means nothing here; None where it does."""
        if self.lost:
            return self.lost
        if (self.steps > _FAINT).mean() < _TRACED:
            return f"the edge of the {self.half.side} base cannot be traced"
        return None

    @property
    def lost(self) -> str | None:
        """Return why there is no line to speak of; None where there is one."""
        if self.half.cut:
            return f"the {self.half.side} base reaches the image's edge"
        return f"the {self.half.side} base is too short to trace" if len(self.columns) < _FEWEST else None

    @property
    def dome(self) -> int:
        """Return the place of the highest point on the line."""
        return int(self.rows.argmin())


def trace_base(half: Half) -> Base:
    """Trace the lower border of a lung."""
    lung, chest = half.lung, half.chest
    columns = np.flatnonzero(lung.any(axis=0))
    rows = (lung.shape[0] - lung[::-1, columns].argmax(axis=0)).astype(float)
    corner = int((rows * chest.down - columns * chest.across).argmax())
    columns, rows = columns[corner:], rows[corner:]
    below = [half.heart[np.minimum(rows.astype(int) + by, len(lung) - 1), columns] for by in range(_NEAR_HEART)]
    rising = np.append(np.diff(rows) < -_STEEP, False) & (np.arange(len(rows)) > _FEWEST)
    along = np.flatnonzero(np.any(below, axis=0) | rising)
    end = max(int(along[0]), 1) if along.size else len(columns)
    x, y = columns[:end] + 0.5, ndimage.gaussian_filter1d(rows[:end], _SMOOTH, mode="nearest")
    steps = [measure_steps(sign * half.values, x, y, (0.0, 1.0)) for sign in (1, -1)]
    return Base(half, x, y, np.maximum(*steps))


def measure_depth(base: Base) -> Measured:
    """Measure how far the costophrenic angle lies below the dome, in chest widths."""
    drawing = (base.half.draw(zip(base.columns[::3], base.rows[::3], strict=True)),)
    if base.fault:
        return silence(base.fault, *drawing)
    depth = float(base.rows[0] - base.rows[base.dome]) * base.half.chest.down
    x, y, dome = float(base.columns[0]), float(base.rows[0]), float(base.rows[base.dome])
    return Measured(depth, None, (*drawing, base.half.draw([(x, y), (x, dome)])))


def measure_edge(base: Base) -> Measured:
    """Measure the share of the line with an edge."""
    if base.lost:
        return silence(base.lost)
    return Measured(base.edge, None, (base.half.draw(zip(base.columns[::3], base.rows[::3], strict=True)),))


def measure_curve(right: Base, left: Base) -> Measured:
    """Measure the height of the domes above their chords, in chest widths; the mean of the sides that can be traced.

    The heart often hides the left one.
    """
    heights: list[float] = []
    drawing: list[Drawing] = []
    for base in (base for base in (right, left) if not base.fault):
        chest = base.half.chest
        ends = [(float(base.columns[end]), float(base.rows[end])) for end in (0, -1)]
        chord = np.interp(base.columns, [x for x, _ in ends], [y for _, y in ends])
        heights.append(float((chord - base.rows).max()) * chest.down)
        drawing += [base.half.draw(ends), base.half.draw(zip(base.columns[::3], base.rows[::3], strict=True))]
    if not heights:
        return silence(str(right.fault))
    return Measured(float(np.mean(heights)), None, tuple(drawing))


def compare_domes(right: Base, left: Base) -> Measured:
    """Measure how far the right dome stands above the left one, in chest widths."""
    fault = right.fault or left.fault
    if fault:
        return silence(fault)
    heights = [float(base.rows[base.dome]) for base in (right, left)]
    ends = [(base.columns[0], base.columns[-1]) for base in (right, left)]
    drawing = [
        base.half.draw([(first, height), (last, height)])
        for base, height, (first, last) in zip((right, left), heights, ends, strict=True)
    ]
    return Measured((heights[1] - heights[0]) * right.half.chest.down, None, tuple(drawing))


def measure_bases(right: Base, left: Base) -> dict[str, Measured]:
    """Measure both bases; one entry for each value's name in the list of signs."""
    depths = {base.half.side: measure_depth(base) for base in (right, left)}
    found = {f"{side} costophrenic depth": depth for side, depth in depths.items()}
    faults = [depth for depth in depths.values() if depth.fault]
    deeper = max(depths.values(), key=lambda depth: depth.value)
    found["height above the domes"] = _measure_height(right, left)
    found["deeper costophrenic depth"] = faults[0] if faults else deeper
    found |= {f"{base.half.side} diaphragm edge": measure_edge(base) for base in (right, left)}
    return found | {
        "right dome above left": compare_domes(right, left),
        "dome above its chord": measure_curve(right, left),
    }


def _measure_height(right: Base, left: Base) -> Measured:
    """Measure the lungs from apex to dome, in chest widths; the mean of both sides."""
    heights, drawing = [], []
    for base in (right, left):
        if base.half.cut:
            return silence(str(base.fault))
        top, dome = float(find_ends(base.half.lung)[0]), float(base.rows[base.dome])
        column = float(base.columns[base.dome])
        heights.append((dome - top) * base.half.chest.down)
        drawing.append(base.half.draw([(column, top), (column, dome)]))
    return Measured(float(np.mean(heights)), None, tuple(drawing))


__all__ = ["Base", "compare_domes", "measure_bases", "measure_curve", "measure_depth", "measure_edge", "trace_base"]
