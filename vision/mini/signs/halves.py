"""Half a chest, turned so that its outer wall is on the left: each side is measured by the same code.

Examples
--------
>>> from thoracite.vision.mini.anatomy import Anatomy, Heart
>>> from thoracite.vision.mini.framing import Frame
>>> from thoracite.vision.mini.lungs import draw_ellipses
>>> frame = Frame(np.tile(np.linspace(0, 1, 96, dtype=np.float32), (96, 1)), (0, 0, 960, 960))
>>> chest = Chest(frame, Anatomy(draw_ellipses(frame.box), Heart(np.zeros((96, 96), dtype=bool), frame.box)))
>>> right, left = halve_chest(chest)
>>> right.place(0, 0), left.place(0, 0)
((30.0, 50.0), (930.0, 50.0))
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from thoracite.types import Drawing
from thoracite.vision.mini.chest import Chest, Floats
from thoracite.vision.mini.lungs import Mask, Side

Places = npt.NDArray[np.floating]
Direction = tuple[float, float]


class Half(NamedTuple):
    """One side of a chest, with the patient's side as its name; its outer wall is on the left.

    Parameters
    ----------
    chest : Chest
        The chest that it belongs to.
    side : str
        ``right`` or ``left``.
    lung, heart : ndarray, shape (rows, columns), bool
        Masks.
    values : ndarray, shape (rows, columns), float64
        Grey values in contrasts.
    cut : bool
        Whether the lung reaches the lower edge of the image.
    """

    chest: Chest
    side: Side
    lung: Mask
    heart: Mask
    values: Floats
    cut: bool

    def place(self, column: float, row: float) -> tuple[float, float]:
        """Return x, y of a place in cells, in pixels of the radiograph."""
        return self.chest.place(self.turn(column), row)

    def turn(self, column: float) -> float:
        """Return a column of this half as one of the chest, and the other way round."""
        return column if self.side == "right" else self.lung.shape[1] - column

    def face(self, mask: Mask) -> Mask:
        """Turn a mask of this half as the chest lies."""
        return mask if self.side == "right" else mask[:, ::-1]

    def draw(
        self, points: Iterable[tuple[float, float]], kind: Literal["line", "outline", "box", "point"] = "line"
    ) -> Drawing:
        """Draw through places given as column and row."""
        return Drawing(kind=kind, points=tuple(self.place(*point) for point in points))


def halve_chest(chest: Chest) -> tuple[Half, Half]:
    """Return the right half and the left one."""
    right = Half(chest, "right", chest.right, chest.heart, chest.values, chest.cut[0])
    left = Half(chest, "left", chest.left[:, ::-1], chest.heart[:, ::-1], chest.values[:, ::-1], chest.cut[1])
    return right, left


def read_profiles(values: Floats, columns: Places, rows: Places, direction: Direction, offsets: Places) -> Floats:
    """Read grey values along short lines through places, by linear interpolation.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        Grey values; the middle of the first cell is at 0.5.
    columns, rows : ndarray, shape (places,)
        The places.
    direction : tuple of float
        Step in columns and in rows for an offset of 1.
    offsets : ndarray, shape (offsets,)
        Distances along each line.

    Returns
    -------
    ndarray, shape (offsets, places)

    Examples
    --------
    >>> values = np.tile(np.arange(5.0), (5, 1))
    >>> read_profiles(values, np.array([2.5]), np.array([2.5]), (1, 0), np.array([-1.0, 0.0, 0.5])).ravel().tolist()
    [1.0, 2.0, 2.5]
    """
    x = columns[None] + offsets[:, None] * direction[0] - 0.5
    y = rows[None] + offsets[:, None] * direction[1] - 0.5
    read: Floats = ndimage.map_coordinates(values, np.stack([y, x]), order=1, mode="nearest")
    return read


REACH, STEP = 4, 3
"""A border may lie this many cells off its mask; the values of so many cells on both its sides are compared."""


def measure_steps(values: Floats, columns: Places, rows: Places, direction: Direction) -> Floats:
    """Return for each place how much brighter it becomes along a direction: the largest step near the place.

    Examples
    --------
    >>> values = np.repeat([[0.0], [1.0]], 20, axis=0) * np.ones((1, 5))
    >>> measure_steps(values, np.array([2.5]), np.array([18.0]), (0, 1)).round(2).tolist()
    [1.0]
    """
    offsets = np.arange(-REACH - STEP, REACH + STEP) + 0.5
    sums = np.cumsum(read_profiles(values, columns, rows, direction, offsets), axis=0)
    sums = np.concatenate([np.zeros_like(sums[:1]), sums])
    means = (sums[STEP:] - sums[:-STEP]) / STEP
    return np.asarray((means[STEP:] - means[:-STEP]).max(axis=0))


__all__ = ["REACH", "STEP", "Half", "Places", "halve_chest", "measure_steps", "read_profiles"]
