"""A chest prepared for measuring: masks and grey values cut out round the lungs, with what many measurements share.

Lengths are in widths of the chest, the distance between the outer borders of both lungs, unless said otherwise; grey
values in contrasts, the difference between mediastinum and lung, from the median of both lungs.

Examples
--------
>>> from thoracite.vision.mini.anatomy import Heart
>>> from thoracite.vision.mini.lungs import draw_ellipses
>>> frame = Frame(np.tile(np.linspace(0, 1, 96, dtype=np.float32), (96, 1)), (0, 0, 960, 960))
>>> chest = Chest(frame, Anatomy(draw_ellipses(frame.box), Heart(np.zeros((96, 96), dtype=bool), frame.box)))
>>> chest.width, chest.place(0, 0), chest.right.shape
(72, (30.0, 50.0), (82, 90))
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from thoracite.vision.mini.anatomy import Anatomy
from thoracite.vision.mini.framing import Frame
from thoracite.vision.mini.lungs import Mask, find_ends

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

SCALES = {"small": 0.006, "middling": 0.01, "large": 0.016}
"""Sizes of spots: the standard deviation of the filter that answers them, as a share of the frame."""

_ABOVE = 0.4
"""Part of the lungs' height above the heart."""

_FINE = 0.01
"""Roughness is the standard deviation of grey values round a place, within this share of the frame."""

_EDGE = 0.01
"""A lung that comes this near to the lower edge of the frame, as a share of it, may be cut off there."""

_MARGIN = 0.075
"""What is kept round the lungs, as a share of the frame: more than the widest filter reaches."""


class Gaps(NamedTuple):
    """The gap between both lungs in each row that has both.

    Parameters
    ----------
    rows : ndarray, shape (shared rows,)
        The rows.
    down : ndarray, shape (shared rows,)
        Their heights, 0 at the first and 1 at the last.
    right, left : ndarray, shape (shared rows,)
        Columns of the inner borders of the right lung and of the left one.
    """

    rows: Numbers
    down: Floats
    right: Numbers
    left: Numbers


class Chest:
    """Masks and grey values of one chest, cut out round the lungs.

    Parameters
    ----------
    frame : Frame
        A frame of any size.
    anatomy : Anatomy
        Lungs, which must have been found, and heart, drawn on the frame.

    Attributes
    ----------
    cut : tuple of bool
        Whether the right lung and the left one reach the lower edge of the frame.
    """

    def __init__(self, frame: Frame, anatomy: Anatomy) -> None:
        lungs = anatomy.lungs
        self.anatomy = anatomy
        self.shape: tuple[int, int] = lungs.right.shape
        rows, columns = self.shape
        x0, y0, x1, y1 = frame.box
        self.cell = (x1 - x0) / columns, (y1 - y0) / rows
        pixels = Image.fromarray(frame.pixels)
        if pixels.size != (columns, rows):
            pixels = pixels.resize((columns, rows), Image.Resampling.BILINEAR)
        window = _find_window(lungs.right | lungs.left | anatomy.heart.mask)
        self.origin = x0 + window[1].start * self.cell[0], y0 + window[0].start * self.cell[1]
        self.pixels: Floats = np.asarray(pixels, dtype=np.float64)[window]
        self.cut = tuple(find_ends(mask)[1] > (1 - _EDGE) * rows for mask in (lungs.right, lungs.left))
        self.right, self.left, self.heart = (mask[window] for mask in (lungs.right, lungs.left, anatomy.heart.mask))
        self.both = self.right | self.left
        across = np.flatnonzero(self.both.any(axis=0))
        self.first = int(across[0])
        self.width = int(np.ptp(across)) + 1
        self.middle, self.top, self.bottom = self._find_middle(columns // 2 - window[1].start)
        half = max(int(0.04 * (self.width - 1)), 1)
        strip = self.pixels[self.top : self.bottom, max(self.middle - half, 0) : self.middle + half + 1]
        lung = float(np.median(self.pixels[self.both]))
        self.contrast = max(float(np.median(strip)) - lung, 0.1)
        self.values: Floats = (self.pixels - lung) / self.contrast

    def place(self, column: float, row: float) -> tuple[float, float]:
        """Return x, y of a place in cells from the cut-out's top left corner, in pixels of the radiograph."""
        return self.origin[0] + float(column) * self.cell[0], self.origin[1] + float(row) * self.cell[1]

    @property
    def across(self) -> float:
        """Return the width of a cell, in chest widths."""
        return 1 / self.width

    @property
    def down(self) -> float:
        """Return the height of a cell, in chest widths."""
        return self.cell[1] / (self.cell[0] * self.width)

    @cached_property
    def gaps(self) -> Gaps:
        """Return the gap between the lungs, row by row."""
        shared = np.flatnonzero(self.right.any(axis=1) & self.left.any(axis=1))
        height = max(int(np.ptp(shared)), 1) if shared.size else 1
        right = self.right.shape[1] - 1 - self.right[shared, ::-1].argmax(axis=1)
        return Gaps(shared, (shared - shared[:1].sum()) / height, right, self.left[shared].argmax(axis=1))

    @cached_property
    def parts(self) -> tuple[Numbers, Numbers]:
        """Return the number of the part at each place, for the right lung and the left one; see :func:`split_lung`."""
        return split_lung(self.right, mirrored=False), split_lung(self.left, mirrored=True)

    @cached_property
    def roughness(self) -> Floats:
        """Return the standard deviation of grey values round each place, in contrasts."""
        fine = _FINE * self.shape[0]
        squares = ndimage.gaussian_filter(self.values**2, fine) - ndimage.gaussian_filter(self.values, fine) ** 2
        rough: Floats = np.sqrt(np.maximum(squares, 0))
        return rough

    @cached_property
    def inside(self) -> Mask:
        """Return the lungs without their rim, where spots are looked for."""
        eroded: Mask = ndimage.binary_erosion(self.both, iterations=max(self.shape[0] // 64, 1))
        return eroded

    @cached_property
    def spots(self) -> dict[str, Floats]:
        """Return for each size of :data:`SCALES` how strongly each place is a bright spot: the weaker curvature."""
        return {size: self.find_spots(share * self.shape[0]) for size, share in SCALES.items()}

    def find_spots(self, sigma: float) -> Floats:
        """Return how strongly each place is a bright spot to a filter of this standard deviation, in cells."""
        orders = ((0, 2), (2, 0), (1, 1))
        xx, yy, xy = (ndimage.gaussian_filter(self.pixels, sigma, order=order) for order in orders)
        weaker = (xx + yy) / 2 + np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
        return np.asarray(np.maximum(-weaker, 0) * sigma**2)

    def _find_middle(self, otherwise: int) -> tuple[int, int, int]:
        """Return the midline's column, the first row of both lungs, and the row behind the last of both.

        The midline lies midway between the lungs above the heart, which pushes the left one aside.
        """
        (top, bottom), (other_top, other_bottom) = find_ends(self.right), find_ends(self.left)
        top, bottom = max(top, other_top), max(min(bottom, other_bottom), max(top, other_top) + 1)
        upper = self.gaps.down < _ABOVE
        middles = (self.gaps.right[upper] + self.gaps.left[upper]) / 2
        return int(np.median(middles)) if middles.size else otherwise, top, bottom


def _find_window(mask: Mask) -> tuple[slice, slice]:
    """Return the rows and columns round a mask, with a margin as far as the frame goes."""
    ends = []
    for axis, cells in enumerate(mask.shape):
        kept = np.flatnonzero(mask.any(axis=1 - axis))
        margin = int(np.ceil(_MARGIN * cells)) + 1
        ends.append(slice(max(int(kept[0]) - margin, 0), min(int(kept[-1]) + 1 + margin, cells)))
    return ends[0], ends[1]


def split_lung(lung: Mask, *, mirrored: bool) -> Numbers:
    """Number the nine parts of a lung at each place: three times its third from above, plus the third from outside.

    Thirds across are taken in each row, so that the parts bend as the lung does. Values outside the lung mean nothing.

    Parameters
    ----------
    lung : ndarray, shape (rows, columns), bool
        Its mask.
    mirrored : bool
        Whether its outer border is on the image's right.

    Examples
    --------
    >>> split_lung(np.ones((3, 6), dtype=bool), mirrored=False)[0].tolist()
    [0, 0, 1, 1, 2, 2]
    """
    rows, columns = lung.shape
    top, bottom = find_ends(lung)
    down = (np.arange(rows) - top) * 3 // max(bottom - top, 1)
    first, last = lung.argmax(axis=1)[:, None], columns - 1 - lung[:, ::-1].argmax(axis=1)[:, None]
    across = (np.arange(columns)[None] - first) * 3 // np.maximum(last - first + 1, 1)
    parts: Numbers = 3 * np.clip(down, 0, 2)[:, None] + np.clip(2 - across if mirrored else across, 0, 2)
    return parts


def average_parts(values: Floats, lung: Mask, parts: Numbers, number: int = 9) -> Floats:
    """Average the values in each part of a lung; NaN where a part is empty.

    Examples
    --------
    >>> lung = np.ones((3, 3), dtype=bool)
    >>> average_parts(np.arange(9.0).reshape(3, 3), lung, split_lung(lung, mirrored=False) // 3, 3).tolist()
    [1.0, 4.0, 7.0]
    """
    count = np.bincount(parts[lung], minlength=number)
    total = np.bincount(parts[lung], weights=values[lung], minlength=number)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


__all__ = ["SCALES", "Chest", "Floats", "Gaps", "Numbers", "average_parts", "split_lung"]
