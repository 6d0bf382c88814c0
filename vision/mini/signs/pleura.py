"""The rim of a lung: a band along the wall, a cap over the apex, and a line above the diaphragm.

Wall and apex are compared side against side, so that what both sides share (dose, arms, fat) drops out.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from thoracite.vision.mini.lungs import find_ends
from thoracite.vision.mini.signs.halves import Half, read_profiles
from thoracite.vision.mini.signs.measured import Measured, silence

_WALL = (0.15, 0.5)
"""Part of a lung's height in which its outer wall is read."""

_NEAR, _FAR = (-0.03, -0.01), (0.06, 0.12)
"""Depths of the strip at the border and of the one that it is compared with, in chest widths; a band moves the border
inwards."""

_APEX, _CAP = 0.06, 0.03
"""Depth below a lung's top down to which its upper border counts as the apex, and depth of the strip in which a cap
lies, in chest widths."""

_FEWEST = 5
"""Fewest places of a border."""

_LONG, _THIN = 4.0, 0.8
"""Standard deviations of the filter that answers lines, along them and across, in cells."""

_LOWER = 0.65
"""A line above the diaphragm is looked for below this part of a lung's height."""


def compare_bands(right: Half, left: Half) -> Measured:
    """Measure how much denser the wall is than the lung inside it, right less left, in contrasts."""
    return _compare(_measure_band(right), _measure_band(left))


def compare_apices(right: Half, left: Half) -> Measured:
    """Measure how dense the uppermost strip of the lungs is, right less left, in contrasts."""
    return _compare(_measure_apex(right), _measure_apex(left))


def _compare(right: Measured, left: Measured) -> Measured:
    return Measured(right.value - left.value, right.fault or left.fault, right.drawing + left.drawing)


def _measure_band(half: Half) -> Measured:
    top, bottom = find_ends(half.lung)
    rows = np.arange(top + int(_WALL[0] * (bottom - top)), top + int(_WALL[1] * (bottom - top)))
    if len(rows) < _FEWEST:
        return silence(f"the wall of the {half.side} lung is too short to trace")
    x = ndimage.gaussian_filter1d(half.lung[rows].argmax(axis=1).astype(float), 1.5, mode="nearest")
    near, far = (
        read_profiles(half.values, x, rows + 0.5, (1.0, 0.0), np.linspace(*ends, 6) / half.chest.across).mean(axis=0)
        for ends in (_NEAR, _FAR)
    )
    return Measured(float(np.median(near - far)), None, (half.draw(zip(x[::4], rows[::4] + 0.5, strict=True)),))


def _measure_apex(half: Half) -> Measured:
    columns = np.flatnonzero(half.lung.any(axis=0))
    rows = half.lung[:, columns].argmax(axis=0).astype(float)
    apex = rows < rows.min() + _APEX / half.chest.down
    if apex.sum() < _FEWEST:
        return silence(f"the apex of the {half.side} lung is too narrow to trace")
    x, y = columns[apex] + 0.5, ndimage.gaussian_filter1d(rows[apex], 1.5, mode="nearest")
    rim = read_profiles(half.values, x, y, (0.0, 1.0), np.linspace(0, _CAP, 6) / half.chest.down)
    return Measured(float(np.median(rim.mean(axis=0))), None, (half.draw(zip(x[::3], y[::3], strict=True)),))


def measure_line(half: Half) -> Measured:
    """Measure the lines across a lung above its base, in contrasts: the spread of a filter that answers them.

    The drawing is the strongest one.
    """
    if half.cut:
        return silence(f"the {half.side} base reaches the image's edge")
    top, bottom = find_ends(half.lung)
    first = top + int(_LOWER * (bottom - top))
    lung = half.lung[first - 8 : bottom]
    rim = max(round(0.02 * half.chest.width), 1)
    inside = ndimage.binary_erosion(lung, iterations=rim + 1)
    inside[:8] = False
    if inside.sum() < 30:
        return silence(f"too little of the {half.side} lung's base is free of its rim")
    values = ndimage.gaussian_filter1d(half.values[first - 8 : bottom], _LONG, axis=1)
    ridges = -ndimage.gaussian_filter1d(values, _THIN, axis=0, order=2) * _THIN**2
    row, column = np.unravel_index(int(np.where(inside, ridges, -np.inf).argmax()), ridges.shape)
    y = first - 8 + float(row) + 0.5
    line = half.draw([(float(column) + 0.5 + reach, y) for reach in (-2 * _LONG, 2 * _LONG)])
    return Measured(float(ridges[inside].std()), None, (line,))


__all__ = ["compare_apices", "compare_bands", "measure_line"]
