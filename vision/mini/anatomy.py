"""Lungs and heart of a frontal radiograph, and the cardiothoracic ratio with the lines that show it.

Examples
--------
>>> from thoracite.vision.mini.lungs import draw_ellipses
>>> heart = Heart(np.zeros((100, 100), dtype=bool), (0, 0, 400, 400))
>>> heart.mask[50:80, 40:70] = True
>>> ratio = measure_ratio(Anatomy(draw_ellipses((0, 0, 400, 400)), heart))
>>> round(ratio.value, 2), [round(x) for x, _ in ratio.heart]
(0.42, [160, 280])
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from thoracite.vision.mini.lungs import Lungs, Mask

SMALLEST = 0.01
"""Least share of the frame that a heart covers; anything smaller counts as not found."""

Line = tuple[tuple[float, float], tuple[float, float]]


class Heart(NamedTuple):
    """The heart of one radiograph.

    Parameters
    ----------
    mask : ndarray, shape (rows, columns), bool
        The heart's shadow; all False where none was found.
    box : tuple of int
        x0, y0, x1, y1 of the area that the mask covers, in pixels of the radiograph.
    """

    mask: Mask
    box: tuple[int, int, int, int]

    @property
    def found(self) -> bool:
        """Tell whether a heart was found."""
        return float(self.mask.mean()) >= SMALLEST


class Anatomy(NamedTuple):
    """Lungs and heart of one radiograph.

    Parameters
    ----------
    lungs : Lungs
        Both lungs, as far as they are visible beside the heart.
    heart : Heart
        The heart's shadow, on the same grid.
    """

    lungs: Lungs
    heart: Heart


class Ratio(NamedTuple):
    """A cardiothoracic ratio and the two widths it compares.

    Parameters
    ----------
    value : float
        Width of the heart over the width of the chest.
    heart, chest : tuple of points
        Horizontal lines, from the patient's right to the left, in pixels of the radiograph.
    """

    value: float
    heart: Line
    chest: Line


def measure_ratio(anatomy: Anatomy) -> Ratio | None:
    """Measure the cardiothoracic ratio: greatest width of the heart over that of the chest between the lungs' borders.

    Parameters
    ----------
    anatomy : Anatomy
        Lungs and heart.

    Returns
    -------
    Ratio or None
        None where lungs or heart were not found.

    References
    ----------
    Danzer CS. The cardiothoracic ratio. Am J Med Sci 1919;157:513-521.
    """
    lungs, heart = anatomy
    if not (lungs.found and heart.found):
        return None
    x0, y0, x1, y1 = heart.box
    wide, high = (x1 - x0) / heart.mask.shape[1], (y1 - y0) / heart.mask.shape[0]
    lines = []
    for mask in (heart.mask, lungs.right | lungs.left):
        columns = np.flatnonzero(mask.any(axis=0))
        rows = np.flatnonzero(mask[:, [columns[0], columns[-1]]].any(axis=1))
        y = y0 + (float(np.median(rows)) + 0.5) * high
        lines.append(((x0 + float(columns[0]) * wide, y), (x0 + float(columns[-1] + 1) * wide, y)))
    across, around = lines
    return Ratio(float((across[1][0] - across[0][0]) / (around[1][0] - around[0][0])), across, around)


__all__ = ["Anatomy", "Heart", "Ratio", "measure_ratio"]
