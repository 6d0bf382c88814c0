"""From the network's map of a finding to a box in the image.

The map is coarse and was never shown a box, so it is read only where the finding can be: for findings of the lungs it
is weighed with where lungs lie in a frontal radiograph. No side and no zone is put into words: measured against
radiologists' boxes the maps do not earn that (``thoracite evaluate localisation``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from thoracite.retrieval.framing import unframe_box
from thoracite.types import Region

FINE = 56
"""Side of the map that boxes are drawn on."""

LUNGS = ((0.3, 0.48), (0.7, 0.48))
"""Middles of the patient's right and left lung, as shares of the frame's width and height."""

_SPREAD = (0.13, 0.2)
"""How far a lung reaches about its middle, in the same measure, as standard deviations."""

_SHARE = 0.6
"""The box holds what is at least this share of the highest point, and hangs together with it."""

Floats = npt.NDArray[np.float64]


def weigh_map(heat: npt.NDArray[np.float32], *, lungs: bool = True) -> Floats:
    """A map on a finer grid, its lowest point 0, weighed with where lungs lie.

    Parameters
    ----------
    heat : ndarray, shape (rows, columns), float32
        How much each place adds to the finding's logit; any unit.
    lungs : bool
        Whether the finding is one of the lungs and pleura.

    Returns
    -------
    ndarray, shape (56, 56), float64
        At most 1.

    Examples
    --------
    >>> weigh_map(np.eye(7, dtype=np.float32)).shape
    (56, 56)
    """
    factors = (FINE / heat.shape[0], FINE / heat.shape[1])
    fine: Floats = ndimage.zoom(heat.astype(np.float64), factors, order=1, grid_mode=True, mode="nearest")
    fine -= fine.min()
    fine /= max(float(fine.max()), 1e-9)
    return fine * _draw_lungs() if lungs else fine


def find_region(
    heat: npt.NDArray[np.float32], frame: tuple[int, int, int, int], *, anatomy: str = "", lungs: bool = True
) -> Region:
    """The box that a map points at.

    Parameters
    ----------
    heat : ndarray, shape (rows, columns), float32
        How much each place adds to the finding's logit; any unit.
    frame : tuple of int
        x0, y0, x1, y1 of what the map covers, in pixels of the radiograph.
    anatomy : str
        What the place is called where the finding has but one; empty where it is not named.
    lungs : bool
        Whether the finding is one of the lungs and pleura.

    Examples
    --------
    >>> heat = np.zeros((7, 7), dtype=np.float32)
    >>> heat[3, 5] = 1.0
    >>> region = find_region(heat, (0, 0, 700, 700))
    >>> x0, y0, x1, y1 = region.box
    >>> x0 < 550 < x1, y0 < 350 < y1, region.anatomy, region.side
    (True, True, '', None)
    """
    weighed = weigh_map(heat, lungs=lungs)
    spots, _ = ndimage.label(weighed >= _SHARE * weighed.max())
    spot = spots == spots[np.unravel_index(int(weighed.argmax()), weighed.shape)]
    rows, columns = np.flatnonzero(spot.any(axis=1)), np.flatnonzero(spot.any(axis=0))
    x0, x1, y0, y1 = (float(edge) / FINE for edge in (columns[0], columns[-1] + 1, rows[0], rows[-1] + 1))
    return Region(box=unframe_box((x0, y0, x1, y1), frame), anatomy=anatomy)


def _draw_lungs() -> Floats:
    y, x = (np.mgrid[0:FINE, 0:FINE] + 0.5) / FINE
    reach = [((x - cx) / _SPREAD[0]) ** 2 + ((y - cy) / _SPREAD[1]) ** 2 for cx, cy in LUNGS]
    return np.asarray(np.exp(-0.5 * np.minimum(*reach)), dtype=np.float64)


__all__ = ["FINE", "LUNGS", "find_region", "weigh_map"]
