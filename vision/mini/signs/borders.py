"""Borders that an opacity beside them erases: those of the heart and of the aortic knob (the silhouette sign)."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from thoracite.vision.mini.lungs import find_ends
from thoracite.vision.mini.signs.halves import Half, Places, measure_steps
from thoracite.vision.mini.signs.measured import Measured, draw_outline, silence

_HEART = (0.1, 0.95)
"""Part of the heart's height in which its border is read."""

_LOST = 25
"""Percentile of the steps along a border: a quarter that is lost tells as much as the whole."""

_KNOB = (0.12, 0.42)
"""Part of the left lung's height in which the aortic knob is looked for."""


def measure_heart_edge(half: Half) -> Measured:
    """Measure the step of brightness across the heart's border on one side, in contrasts; lower quartile over rows."""
    top, bottom = find_ends(half.heart)
    rows = np.arange(top + int(_HEART[0] * (bottom - top)), top + int(_HEART[1] * (bottom - top)))
    columns = half.heart[rows].argmax(axis=1).astype(float)
    return _measure_border(half, columns, rows + 0.5, f"the heart's border on the {half.side} is too short to trace")


def measure_knob(left: Half) -> Measured:
    """Measure the step of brightness across the border of the aortic knob, in contrasts; lower quartile over rows."""
    top, bottom = find_ends(left.lung)
    rows = np.arange(top + int(_KNOB[0] * (bottom - top)), top + int(_KNOB[1] * (bottom - top)))
    inner = left.lung.shape[1] - left.lung[rows, ::-1].argmax(axis=1).astype(float)
    smooth = ndimage.gaussian_filter1d(inner, 2.0, mode="nearest")
    # the knob bulges into the lung: there its border lies farthest outside the line between both ends
    ends = np.interp(rows, [rows[0], rows[-1]], [smooth[0], smooth[-1]])
    knob = int((ends - smooth).argmax())
    near = slice(max(knob - 5, 0), knob + 6)
    return _measure_border(left, inner[near], rows[near] + 0.5, "the aortic knob cannot be traced")


def _measure_border(half: Half, columns: Places, rows: Places, fault: str) -> Measured:
    if len(rows) < 5:
        return silence(fault)
    smooth = ndimage.gaussian_filter1d(columns, 1.0, mode="nearest")
    steps = measure_steps(half.values, smooth, rows, (1.0, 0.0))
    return Measured(float(np.percentile(steps, _LOST)), None, (half.draw(zip(smooth[::2], rows[::2], strict=True)),))


def measure_behind_heart(left: Half) -> Measured:
    """Measure how much denser the heart's shadow is low and left of the spine than higher up, in contrasts."""
    chest = left.chest
    top, bottom = find_ends(left.heart)
    middle = left.turn(chest.middle)
    columns = np.arange(left.heart.shape[1])
    spine, reach = 0.03 * chest.width, 0.02 * chest.width
    behind = left.heart.copy()
    behind[: top + (bottom - top) // 2] = False
    behind[:, columns > middle - spine] = False
    behind = ndimage.binary_erosion(behind, iterations=max(round(reach), 1))
    other = left.heart.copy()
    other[: top + (bottom - top) // 4] = False
    other[top + (bottom - top) // 2 :] = False
    if behind.sum() < 20 or other.sum() < 20:
        return silence("too little of the heart lies left of the spine")
    value = float(left.values[behind].mean() - left.values[other].mean())
    drawing = (*draw_outline(chest, left.face(behind)), *draw_outline(chest, left.face(other)))
    return Measured(value, None, drawing)


__all__ = ["measure_behind_heart", "measure_heart_edge", "measure_knob"]
