"""The rim of a lung: a band along the wall, a cap over the apex, and a line above the diaphragm."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from thoracite.vision.mini.chest import Floats
from thoracite.vision.mini.lungs import find_ends
from thoracite.vision.mini.signs.halves import Half, read_profiles
from thoracite.vision.mini.signs.measured import Measured, silence

_WALL = (0.3, 0.85)
"""Part of a lung's height in which its outer wall is read."""

_NEAR, _FAR = (0.0, 0.025), (0.035, 0.08)
"""Depths of the strip next to the border and of the one it is compared with, in chest widths."""

_LOWER = 0.65
"""A line above the diaphragm is looked for below this part of a lung's height."""


def measure_band(half: Half) -> Measured:
    """Measure how much denser the outermost strip of a lung is than the next, in contrasts; median over the wall."""
    top, bottom = find_ends(half.lung)
    rows = np.arange(top + int(_WALL[0] * (bottom - top)), top + int(_WALL[1] * (bottom - top)))
    columns = half.lung[rows].argmax(axis=1).astype(float)
    smooth = ndimage.gaussian_filter1d(columns, 1.5, mode="nearest")
    return _measure_strip(half, smooth, rows + 0.5, (1.0, 0.0), half.chest.across)


def measure_cap(half: Half) -> Measured:
    """Measure how much denser the uppermost strip of a lung is than the next, in contrasts; median over the apex."""
    lung = half.lung
    columns = np.flatnonzero(lung.any(axis=0))
    rows = lung[:, columns].argmax(axis=0).astype(float)
    apex = rows < rows.min() + 0.06 / half.chest.down
    x, y = columns[apex] + 0.5, ndimage.gaussian_filter1d(rows[apex], 1.5, mode="nearest")
    return _measure_strip(half, x, y, (0.0, 1.0), half.chest.down)


def _measure_strip(half: Half, x: Floats, y: Floats, inwards: tuple[float, float], cell: float) -> Measured:
    if len(x) < 5:
        return silence(f"the rim of the {half.side} lung is too short to trace")
    near, far = (
        read_profiles(half.values, x, y, inwards, np.linspace(*ends, 5) / cell).mean(axis=0) for ends in (_NEAR, _FAR)
    )
    return Measured(float(np.median(near - far)), None, (half.draw(zip(x[::4], y[::4], strict=True)),))


def measure_line(half: Half) -> Measured:
    """Measure the strongest near-horizontal bright line above a lung's base, in contrasts."""
    top, bottom = find_ends(half.lung)
    first = top + int(_LOWER * (bottom - top))
    lung = half.lung[first - 8 : bottom]
    rim = max(round(0.02 * half.chest.width), 1)
    inside = ndimage.binary_erosion(lung, iterations=rim + 1)
    inside[:8] = False
    if inside.sum() < 30:
        return silence(f"too little of the {half.side} lung's base is free of its rim")
    values = ndimage.gaussian_filter1d(half.values[first - 8 : bottom], 3.0, axis=1)
    ridges = -ndimage.gaussian_filter1d(values, 1.2, axis=0, order=2) * 1.2**2
    ridges = np.where(inside, ridges, -1)
    row, column = np.unravel_index(int(ridges.argmax()), ridges.shape)
    strongest = float(np.sort(ridges[inside])[-max(int(0.02 * inside.sum()), 1) :].mean())
    y, reach = first - 8 + float(row) + 0.5, 4.0
    return Measured(strongest, None, (half.draw([(float(column) - reach, y), (float(column) + reach, y)]),))


__all__ = ["measure_band", "measure_cap", "measure_line"]
