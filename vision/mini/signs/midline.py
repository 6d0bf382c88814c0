"""The midline of the chest: how far mediastinum and trachea lie from the middle of the rib cage."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from thoracite.vision.mini.chest import Chest, Floats, Numbers
from thoracite.vision.mini.signs.measured import Measured, draw_points, silence

_FEWEST = 20
"""Fewest rows that hold both lungs."""

_MEDIASTINUM = (0.15, 0.9)
"""Part of the lungs' height in which the mediastinum is compared with the rib cage."""

_TRACHEA = (-0.1, 0.15)
"""Where the trachea is looked for, as parts of the lungs' height below their top: above the carina."""

_LUMEN, _FLANK = 0.02, 0.045
"""Width of the trachea's dark middle, and the distance of the brighter flanks from it, in chest widths."""

_ASIDE = 0.075
"""Farthest that the trachea is looked for from the middle of the upper mediastinum, in chest widths."""

_CLEAR = 0.002
"""Least darkness of the trachea against both flanks, in contrasts."""


def find_cage(chest: Chest, rows: Numbers) -> Floats:
    """Return the middle of the rib cage in each row, between the outer borders of both lungs; in columns."""
    right = chest.right[rows].argmax(axis=1)
    left = chest.left.shape[1] - chest.left[rows, ::-1].argmax(axis=1)
    return np.asarray((right + left) / 2)


def measure_shift(chest: Chest) -> Measured:
    """Measure how far the mediastinum lies to the patient's left of the middle of the rib cage, in chest widths.

    Both middles are taken in the same rows, so that a chest that leans is not shifted.
    """
    gaps = chest.gaps
    kept = (gaps.down > _MEDIASTINUM[0]) & (gaps.down < _MEDIASTINUM[1])
    if kept.sum() < _FEWEST:
        return silence("the lungs do not lie side by side")
    rows, inner = gaps.rows[kept], ((gaps.right + 1 + gaps.left) / 2)[kept]
    cage = find_cage(chest, rows)
    lines = [zip(x[::6], rows[::6] + 0.5, strict=True) for x in (inner, cage)]
    shift = float(np.mean(inner - cage)) * chest.across
    return Measured(shift, None, tuple(draw_points(chest, "line", line) for line in lines))


def measure_trachea(chest: Chest) -> Measured:
    """Measure how far the trachea lies to the patient's left of the middle of the rib cage, in chest widths.

    The middle of the cage is carried up to the trachea along the line that fits it, so that a chest that leans has no
    deviated trachea.
    """
    gaps = chest.gaps
    kept = (gaps.down > _MEDIASTINUM[0]) & (gaps.down < _MEDIASTINUM[1])
    if kept.sum() < _FEWEST:
        return silence("the lungs do not lie side by side")
    first, last = (int(gaps.rows[0] + part * np.ptp(gaps.rows)) for part in _TRACHEA)
    rows = np.arange(max(first, 0), last)
    column = _find_trachea(chest, rows)
    if column is None:
        return silence("the trachea is not clear")
    slope, start = np.polyfit(gaps.rows[kept], find_cage(chest, gaps.rows[kept]), 1)
    ends = float(rows[0]), float(rows[-1] + 1)
    lines = [[(column, row) for row in ends], [(float(slope * row + start), row) for row in ends]]
    shift = (column - float(slope * rows.mean() + start)) * chest.across
    return Measured(shift, None, tuple(draw_points(chest, "line", line) for line in lines))


def _find_trachea(chest: Chest, rows: Numbers) -> float | None:
    """Return the column that is darkest against what lies on both its sides; None where there is no clear one."""
    upper = chest.gaps.down < 0.3
    middle = float(np.median(((chest.gaps.right + 1 + chest.gaps.left) / 2)[upper]))
    aside, far = _ASIDE * chest.width, round(_FLANK * chest.width)
    first = max(int(middle - aside) - 2 * far, 0)
    strip = chest.values[rows, first : int(middle + aside) + 2 * far]
    if len(rows) < 5 or strip.shape[1] <= 4 * far:
        return None
    profile = ndimage.gaussian_filter1d(np.median(strip - np.median(strip, axis=1, keepdims=True), axis=0), 1.0)
    smooth = ndimage.uniform_filter1d(profile, max(round(_LUMEN * chest.width), 1) | 1)
    dips = np.minimum(smooth[: -2 * far], smooth[2 * far :]) - smooth[far:-far]
    columns = first + far + np.arange(len(dips)) + 0.5
    inner = dips[1:-1]
    peaks = (inner >= dips[:-2]) & (inner >= dips[2:]) & (abs(columns[1:-1] - middle) <= aside)
    best = 1 + int(np.where(peaks, inner, -1).argmax())
    if not peaks[best - 1] or dips[best] < _CLEAR:
        return None
    before, at, after = dips[best - 1 : best + 2]
    # the top of the parabola through the three: a fraction of a cell
    return float(columns[best] + np.clip((after - before) / (2 * (2 * at - before - after) + 1e-9), -0.5, 0.5))


__all__ = ["find_cage", "measure_shift", "measure_trachea"]
