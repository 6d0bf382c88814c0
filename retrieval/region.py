"""From the network's map of a finding to a place in the image, in words only as far as the map commits itself.

Sides are the patient's: the image's left is the patient's right.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from thoracite.retrieval.framing import unframe_box
from thoracite.types import Region

Side = Literal["left", "right", "bilateral"]

FINE = 56
"""Side of the map that boxes are drawn on."""

_HALF = 0.6
"""A place belongs to a finding where the map is at least this share of its highest point."""

_SECOND = 0.75
"""The other side is named too when it reaches this share of the highest point."""

_MIDDLE = 0.06
"""Within this distance from the middle, in shares of the width, no side is named."""

_ZONES = ((0.38, "upper"), (0.58, "mid"), (1.0, "lower"))
"""Lower ends of the lung zones, as shares of the frame's height."""


def find_region(heat: npt.NDArray[np.float32], frame: tuple[int, int, int, int], *, anatomy: str = "") -> Region:
    """The place that a map points at.

    Parameters
    ----------
    heat : ndarray, shape (rows, columns), float32
        How much each place adds to the finding's logit; any unit.
    frame : tuple of int
        x0, y0, x1, y1 of what the map covers, in pixels of the radiograph.
    anatomy : str
        What to call the place where the finding has only one; then no side is named.

    Examples
    --------
    >>> heat = np.zeros((7, 7), dtype=np.float32)
    >>> heat[5, 5] = 1.0
    >>> region = find_region(heat, (0, 0, 700, 700))
    >>> region.anatomy, region.side
    ('left lower zone', 'left')
    """
    fine = _refine(heat)
    spots, _ = ndimage.label(fine >= _HALF)
    peak = np.unravel_index(int(fine.argmax()), fine.shape)
    main = spots == spots[peak]
    box = unframe_box(_find_box(main), frame)
    if anatomy:
        return Region(box=box, anatomy=anatomy)
    y, x = ndimage.center_of_mass(main)
    side = _find_side((x + 0.5) / FINE, fine)
    zone = next(name for end, name in _ZONES if (y + 0.5) / FINE <= end)
    if side == "bilateral":
        return Region(box=unframe_box(_find_box(spots > 0), frame), anatomy=f"both {zone} zones", side=side)
    return Region(box=box, anatomy=f"{side} {zone} zone" if side else f"{zone} zone", side=side)


def _refine(heat: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """A map on a finer grid, its lowest point 0 and its highest 1."""
    factors = (FINE / heat.shape[0], FINE / heat.shape[1])
    fine = ndimage.zoom(heat.astype(np.float64), factors, order=1, grid_mode=True, mode="nearest")
    low, high = float(fine.min()), float(fine.max())
    return np.asarray((fine - low) / max(high - low, 1e-9), dtype=np.float64)


def _find_box(spot: npt.NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Box of what is True, as shares of width and height."""
    rows, columns = np.flatnonzero(spot.any(axis=1)), np.flatnonzero(spot.any(axis=0))
    x0, x1, y0, y1 = (float(v) / FINE for v in (columns[0], columns[-1] + 1, rows[0], rows[-1] + 1))
    return x0, y0, x1, y1


def _find_side(x: float, fine: npt.NDArray[np.float64]) -> Side | None:
    if abs(x - 0.5) < _MIDDLE:
        return None
    half = FINE // 2
    right, left = float(fine[:, : half - 4].max()), float(fine[:, half + 4 :].max())
    if min(right, left) >= _SECOND * max(right, left):
        return "bilateral"
    return "left" if x > 0.5 else "right"


__all__ = ["FINE", "Side", "find_region"]
