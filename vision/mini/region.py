"""From the network's map of a finding to a box in the image.

The map is coarse and was not trained on boxes, so it is read only where the finding can be: for findings of the lungs
it is weighted with their place in this image. No side and no zone is put into words: measured against
radiologists' boxes the maps are not good enough for that (``thoracite evaluate localisation``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from thoracite.types import Region
from thoracite.vision.mini.framing import unframe_box
from thoracite.vision.mini.lungs import Lungs, fit_grid

FINE = 56
"""Side of the map that boxes are drawn on."""

_SHARE = 0.6
"""The box holds the connected part that is at least this share of the highest point."""

Floats = npt.NDArray[np.float64]


def weigh_map(heat: npt.NDArray[np.float32], lungs: Lungs | None) -> Floats:
    """Put a map on a finer grid, its lowest point 0, weighted with the place of the lungs.

    Parameters
    ----------
    heat : ndarray, shape (rows, columns), float32
        Part of the finding's logit from each place; any unit.
    lungs : Lungs or None
        Lungs of the same box; None for findings outside lungs and pleura, which may lie anywhere.

    Returns
    -------
    ndarray, shape (56, 56), float64
        At most 1.

    Examples
    --------
    >>> weigh_map(np.eye(7, dtype=np.float32), None).shape
    (56, 56)
    """
    fine = fit_grid(heat, (FINE, FINE))
    fine -= fine.min()
    fine /= max(float(fine.max()), 1e-9)
    return fine if lungs is None else fine * lungs.draw_soft((FINE, FINE))


def lay_maps(
    maps: npt.NDArray[np.float32], boxes: Sequence[tuple[int, int, int, int]], frame: tuple[int, int, int, int]
) -> npt.NDArray[np.float32]:
    """Lay maps of several crops of one radiograph over one of them, and average them.

    Parameters
    ----------
    maps : ndarray, shape (crops, outputs, rows, columns), float32
        Part of a logit from each place; any unit.
    boxes : sequence of tuple of int
        x0, y0, x1, y1 of the area that each crop covers, in pixels of the radiograph.
    frame : tuple of int
        The same box for the result.

    Returns
    -------
    ndarray, shape (outputs, 56, 56), float32
        Beyond its borders a crop counts as at its border.

    Examples
    --------
    >>> maps = np.arange(4, dtype=np.float32).reshape(1, 1, 2, 2)
    >>> laid = lay_maps(maps, [(0, 0, 10, 10)], (0, 0, 20, 10))
    >>> laid.shape, float(laid[0, 0, 0]), float(laid[0, 0, -1])
    ((1, 56, 56), 0.0, 1.0)
    """
    (x0, y0, x1, y1), cells = frame, (np.arange(FINE) + 0.5) / FINE
    laid = []
    for crop, (left, top, right, bottom) in zip(maps, boxes, strict=True):
        down = _weigh_lines((y0 + cells * (y1 - y0) - top) / (bottom - top), crop.shape[1])
        across = _weigh_lines((x0 + cells * (x1 - x0) - left) / (right - left), crop.shape[2])
        laid.append(down @ crop @ across.T)
    mean: npt.NDArray[np.float32] = np.mean(laid, axis=0, dtype=np.float32)
    return mean


def _weigh_lines(positions: Floats, lines: int) -> npt.NDArray[np.float32]:
    """Return weights of linear interpolation between the middles of lines; shape (positions, lines)."""
    places = np.clip(positions * lines - 0.5, 0, lines - 1)
    weights: npt.NDArray[np.float32] = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(lines))).astype(np.float32)
    return weights


def find_region(
    heat: npt.NDArray[np.float32], frame: tuple[int, int, int, int], *, anatomy: str = "", lungs: Lungs | None = None
) -> Region:
    """Find the box that a map points at.

    Parameters
    ----------
    heat : ndarray, shape (rows, columns), float32
        Part of the finding's logit from each place; any unit.
    frame : tuple of int
        x0, y0, x1, y1 of the area that the map covers, in pixels of the radiograph.
    anatomy : str
        Name of the place where the finding has only one; empty where it is not named.
    lungs : Lungs or None
        Lungs of the same frame; None for findings outside lungs and pleura, which may lie anywhere.

    Examples
    --------
    >>> heat = np.zeros((7, 7), dtype=np.float32)
    >>> heat[3, 5] = 1.0
    >>> region = find_region(heat, (0, 0, 700, 700))
    >>> x0, y0, x1, y1 = region.box
    >>> x0 < 550 < x1, y0 < 350 < y1, region.anatomy, region.side
    (True, True, '', None)
    """
    weighed = weigh_map(heat, lungs)
    spots, _ = ndimage.label(weighed >= _SHARE * weighed.max())
    spot = spots == spots[np.unravel_index(int(weighed.argmax()), weighed.shape)]
    rows, columns = np.flatnonzero(spot.any(axis=1)), np.flatnonzero(spot.any(axis=0))
    x0, x1, y0, y1 = (float(edge) / FINE for edge in (columns[0], columns[-1] + 1, rows[0], rows[-1] + 1))
    return Region(box=unframe_box((x0, y0, x1, y1), frame), anatomy=anatomy)


__all__ = ["FINE", "find_region", "lay_maps", "weigh_map"]
