"""The midline of the chest: how far mediastinum and trachea lie from the middle of the rib cage."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from thoracite.vision.mini.chest import Chest, Floats, Numbers
from thoracite.vision.mini.signs.measured import Measured, draw_points, silence

_TRACHEA = (-0.02, 0.24)
"""Where the trachea is looked for, as parts of the lungs' height below their top: above the carina."""

_CLEAR = 0.04
"""Least darkness of the trachea against its surroundings, in contrasts."""


def find_cage(chest: Chest, rows: Numbers) -> Floats:
    """Return the middle of the rib cage in each row, between the outer borders of both lungs; in columns."""
    right = chest.right[rows].argmax(axis=1)
    left = chest.left.shape[1] - chest.left[rows, ::-1].argmax(axis=1)
    return np.asarray((right + left) / 2)


def measure_shift(chest: Chest) -> Measured:
    """Measure how far the mediastinum lies to the patient's left of the middle of the rib cage, in chest widths."""
    gaps = chest.gaps
    if gaps.rows.size < 20:
        return silence("the lungs do not lie side by side")
    inner = (gaps.right + 1 + gaps.left) / 2
    cage = find_cage(chest, gaps.rows)
    kept = (gaps.down > 0.15) & (gaps.down < 0.9)
    shift = float(np.mean((inner - cage)[kept]))
    rows = gaps.rows[kept]
    lines = [(inner[kept][::8], rows[::8]), (cage[kept][::8], rows[::8])]
    drawing = tuple(draw_points(chest, "line", zip(x, y + 0.5, strict=True)) for x, y in lines)
    return Measured(shift * chest.across, None, drawing)


def measure_trachea(chest: Chest) -> Measured:
    """Measure how far the trachea lies to the patient's left of the middle of the rib cage, in chest widths."""
    gaps = chest.gaps
    if gaps.rows.size < 20:
        return silence("the lungs do not lie side by side")
    height = np.ptp(gaps.rows)
    first, last = (int(gaps.rows[0] + part * height) for part in _TRACHEA)
    rows = np.arange(max(first, 0), last)
    half = round(0.09 * chest.width)
    middle = float(np.median(((gaps.right + gaps.left) / 2)[gaps.down < 0.3]))
    columns = np.arange(max(round(middle) - half, 0), min(round(middle) + half, chest.values.shape[1]))
    profile = _find_dip(chest.values[rows][:, columns], 0.02 * chest.width)
    if profile.size < 5:
        return silence("the trachea is not clear")
    best = int(profile.argmax())
    if profile[best] < _CLEAR or best in (0, len(profile) - 1):
        return silence("the trachea is not clear")
    before, at, after = profile[best - 1 : best + 2]
    column = float(columns[best]) + 0.5 + float((after - before) / (2 * (2 * at - before - after)))
    upper = gaps.rows[(gaps.down > 0.05) & (gaps.down < 0.5)]
    cage = float(np.mean(find_cage(chest, upper)))
    ends = (float(rows[0]), float(rows[-1]))
    drawing = tuple(draw_points(chest, "line", [(x, y) for y in ends]) for x in (column, cage))
    return Measured((column - cage) * chest.across, None, drawing)


def _find_dip(values: Floats, width: float) -> Floats:
    """Return for each column how much darker it is than what lies on both sides at a distance."""
    profile = ndimage.gaussian_filter1d(np.median(values, axis=0), 0.6 * width)
    far = round(2.2 * width)
    if len(profile) <= 2 * far:
        return np.zeros(0)
    dip = np.minimum(profile[: -2 * far], profile[2 * far :]) - profile[far:-far]
    return np.asarray(np.pad(dip, far, constant_values=-1))


__all__ = ["find_cage", "measure_shift", "measure_trachea"]
