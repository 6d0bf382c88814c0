"""Lungs in a frontal radiograph: two masks, their zones, and the zones of a point, a box or a heat map.

A lung's zones are the thirds of its height, from the highest to the lowest row of its mask: upper, middle, lower. They
are not lobes, and not the zones that radiologists derive from ribs or hila. The patient's right lung lies on the left
of the image, as in every frontal radiograph in the usual orientation; a mirrored image gets mirrored sides.

Examples
--------
>>> lungs = draw_ellipses((0, 0, 400, 400))
>>> lungs.find_zone((120, 100))
Zone(side='right', level='upper')
>>> lungs.find_zone((290, 280)).label
'left lower zone'
>>> [zone.label for zone, share in lungs.weigh_box((100, 150, 160, 240)).items() if share > 0.5]
['right middle zone']
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from thoracite.errors import UsageError

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Side = Literal["right", "left"]
Level = Literal["upper", "middle", "lower"]
Box = tuple[float, float, float, float]

SIDES: tuple[Side, Side] = ("right", "left")
"""Sides of the patient, in the order in which they lie in the image."""

LEVELS: tuple[Level, Level, Level] = ("upper", "middle", "lower")
"""Thirds of a lung's height, from its top."""

SMALLEST = 0.02
"""Least share of the frame that a lung covers; anything smaller counts as not found."""


ACROSS, DOWN = 1.78, 2.28
"""Half a side of the square round the lungs, in standard deviations of their cells across and down; the larger of both.
Most lungs just fit."""

REACH = 1.3
"""Extent of the search for findings round the middle of a lung, in standard deviations of its mask."""


class Zone(NamedTuple):
    """A third of a lung.

    Parameters
    ----------
    side : str
        ``right`` or ``left``, as the patient's.
    level : str
        ``upper``, ``middle`` or ``lower``.
    """

    side: Side
    level: Level

    @property
    def label(self) -> str:
        """In words."""
        return f"{self.side} {self.level} zone"


ZONES = tuple(Zone(side, level) for side in SIDES for level in LEVELS)
"""The six zones."""


class Lungs(NamedTuple):
    """Lungs of one radiograph.

    Parameters
    ----------
    right, left : ndarray, shape (rows, columns), bool
        The patient's lungs, the parts behind heart and great vessels included; all False where none was found.
    box : tuple of int
        x0, y0, x1, y1 of the area that the masks cover, in pixels of the radiograph.
    """

    right: Mask
    left: Mask
    box: tuple[int, int, int, int]

    @property
    def found(self) -> bool:
        """Tell whether both lungs were found, the right one on the left of the image."""
        if min(float(self.right.mean()), float(self.left.mean())) < SMALLEST:
            return False
        right, left = (float(np.flatnonzero(mask.any(axis=0)).mean()) for mask in (self.right, self.left))
        return right < left

    def holds(self, point: tuple[float, float]) -> bool:
        """Tell whether a point, x, y in pixels of the radiograph, lies in a lung."""
        return self._holds(self.right | self.left, point)

    def find_side(self, point: tuple[float, float]) -> Side | None:
        """Return the side of the lung, or else of the half, that a point lies in; None where no lungs were found.

        Parameters
        ----------
        point : tuple of float
            x, y in pixels of the radiograph. The halves meet midway between the centres of the lungs.
        """
        if not self.found:
            return None
        for side in SIDES:
            if self._holds(self._mask(side), point):
                return side
        middle = (self.find_middle("right")[0] + self.find_middle("left")[0]) / 2
        return "right" if point[0] < middle else "left"

    def find_zone(self, point: tuple[float, float]) -> Zone | None:
        """Find the zone of a point; above or below its lung, the highest or the lowest. None where no lungs were found.

        Parameters
        ----------
        point : tuple of float
            x, y in pixels of the radiograph.
        """
        side = self.find_side(point)
        if side is None:
            return None
        top, bottom = find_ends(self._mask(side))
        part = (self._place(point)[1] - top) / (bottom - top)
        return Zone(side, LEVELS[int(np.clip(3 * part, 0, 2))])

    def weigh_box(self, box: Box) -> dict[Zone, float]:
        """Return the shares of a box that lie in each zone.

        Parameters
        ----------
        box : tuple of float
            x0, y0, x1, y1 in pixels of the radiograph.

        Returns
        -------
        dict of Zone to float
            Shares of the box's area within lungs, [0, 1], with sum 1; all 0 where the box meets no lung.
        """
        (x0, y0), (x1, y1) = self._place(box[:2]), self._place(box[2:])
        rows, columns = self.right.shape
        inside = np.zeros((rows, columns))
        y, x = np.mgrid[0:rows, 0:columns] + 0.5
        inside[(x >= x0) & (x < x1) & (y >= y0) & (y < y1)] = 1
        return self._weigh(inside)

    def weigh_heat(self, heat: npt.NDArray[np.floating]) -> dict[Zone, float]:
        """Return the shares of a heat map that lie in each zone.

        Parameters
        ----------
        heat : ndarray, shape (any rows, any columns), float
            Not negative, any unit; covers the same box as the masks.

        Returns
        -------
        dict of Zone to float
            Shares of the heat within lungs, [0, 1], with sum 1; all 0 where there is none.
        """
        return self._weigh(fit_grid(heat, self.right.shape))

    def draw_soft(self, shape: tuple[int, int]) -> Floats:
        """Draw weights for places of findings: highest at the middles of the lungs, low at the borders, near 0 beyond.

        Parameters
        ----------
        shape : tuple of int
            Rows and columns of the result, which covers the same box.

        Returns
        -------
        ndarray, shape ``shape``, float64, in [0, 1]
            The higher of two Gaussians, each centred on a lung and :data:`REACH` times as wide and high as its
            mask. Where no lungs were found, they are those of :func:`draw_ellipses`.
        """
        lungs = self if self.found else draw_ellipses(self.box)
        y, x = ((np.arange(cells) + 0.5) / cells for cells in shape)
        soft = [_draw_gaussian(mask, y[:, None], x[None]) for mask in (lungs.right, lungs.left)]
        return np.maximum(*soft)

    def find_middle(self, side: Side) -> tuple[float, float]:
        """Return the centre of a lung's mask: x, y in pixels of the radiograph."""
        row, column = ndimage.center_of_mass(self._mask(side))
        x0, y0, x1, y1 = self.box
        rows, columns = self.right.shape
        return x0 + (column + 0.5) / columns * (x1 - x0), y0 + (row + 0.5) / rows * (y1 - y0)

    def find_square(self) -> tuple[int, int, int, int]:
        """Return the square round both lungs, in pixels of the radiograph; it may reach beyond it.

        It depends on the middle and the spread of the lungs' cells, so that a few cells more or less do not move it.

        Raises
        ------
        ValueError
            If no lungs were found.
        """
        rows, columns = np.nonzero(self.right | self.left)
        if not rows.size:
            raise ValueError("no lungs were found; ask `found` first")
        x0, y0, x1, y1 = self.box
        wide, high = (x1 - x0) / self.right.shape[1], (y1 - y0) / self.right.shape[0]
        half = max(ACROSS * columns.std() * wide, DOWN * rows.std() * high)
        x, y = x0 + (columns.mean() + 0.5) * wide, y0 + (rows.mean() + 0.5) * high
        return round(x - half), round(y - half), round(x + half), round(y + half)

    def find_box(self, side: Side, level: Level | None = None) -> Box:
        """Return the box round a lung, or round one of its zones: x0, y0, x1, y1 in pixels of the radiograph.

        Raises
        ------
        ValueError
            If no lungs were found.
        """
        if not self.found:
            raise ValueError("no lungs were found; ask `found` first")
        mask = self._mask(side)
        rows, columns = np.nonzero(mask if level is None else mask & find_level(mask, level))
        x0, y0, x1, y1 = self.box
        wide, high = (x1 - x0) / mask.shape[1], (y1 - y0) / mask.shape[0]
        left, right = x0 + columns.min() * wide, x0 + (columns.max() + 1) * wide
        return float(left), float(y0 + rows.min() * high), float(right), float(y0 + (rows.max() + 1) * high)

    def _holds(self, mask: Mask, point: tuple[float, float]) -> bool:
        column, row = self._place(point)
        within = 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]
        return within and bool(mask[int(row), int(column)])

    def _mask(self, side: Side) -> Mask:
        return self.right if side == "right" else self.left

    def _place(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return column and row of a point, in cells of the masks from their top left corner."""
        x0, y0, x1, y1 = self.box
        rows, columns = self.right.shape
        return (point[0] - x0) / (x1 - x0) * columns, (point[1] - y0) / (y1 - y0) * rows

    def _weigh(self, grid: Floats) -> dict[Zone, float]:
        sums = {}
        for zone in ZONES:
            mask = self._mask(zone.side)
            sums[zone] = float(grid[mask & find_level(mask, zone.level)].sum())
        total = sum(sums.values())
        return {zone: value / total if total > 0 else 0.0 for zone, value in sums.items()}


def parse_place(name: str) -> tuple[Side, Level | None]:
    """Parse the name of a lung or a zone.

    Raises
    ------
    UsageError
        If no lung and no zone has the name.

    Examples
    --------
    >>> parse_place("left lung"), parse_place("right lower zone")
    (('left', None), ('right', 'lower'))
    """
    places: dict[str, tuple[Side, Level | None]] = {f"{side} lung": (side, None) for side in SIDES}
    places |= {zone.label: (zone.side, zone.level) for zone in ZONES}
    if name not in places:
        raise UsageError(f"there is no place {name!r}; expected {', '.join(places)}")
    return places[name]


def find_ends(mask: Mask) -> tuple[int, int]:
    """Return the first row of a mask and the row behind its last; 0 and all rows where it is empty."""
    rows = np.flatnonzero(mask.any(axis=1))
    return (int(rows[0]), int(rows[-1]) + 1) if rows.size else (0, mask.shape[0])


def find_level(mask: Mask, level: Level) -> Mask:
    """Return the rows of a third of a lung's height, shape (rows, 1).

    Examples
    --------
    >>> find_level(np.ones((6, 2), dtype=bool), "middle").ravel().tolist()
    [False, False, True, True, False, False]
    """
    top, bottom = find_ends(mask)
    part = (np.arange(mask.shape[0]) + 0.5 - top) / (bottom - top)
    return np.asarray(np.clip(np.floor(3 * part), 0, 2) == LEVELS.index(level))[:, None]


def _draw_gaussian(mask: Mask, y: Floats, x: Floats) -> Floats:
    reach = 0.0
    for grid, counts in ((y, mask.sum(axis=1)), (x, mask.sum(axis=0))):
        places = (np.arange(len(counts)) + 0.5) / len(counts)
        middle = np.average(places, weights=counts)
        spread = np.sqrt(np.average((places - middle) ** 2, weights=counts))
        reach = reach + ((grid - middle) / (REACH * spread)) ** 2
    return np.asarray(np.exp(-0.5 * reach), dtype=np.float64)


def fit_grid(grid: npt.NDArray[np.floating], shape: tuple[int, ...]) -> Floats:
    """Resample a map to another shape, by linear interpolation."""
    if grid.shape == shape:
        return grid.astype(np.float64)
    factors = [new / old for new, old in zip(shape, grid.shape, strict=True)]
    fitted: Floats = ndimage.zoom(grid.astype(np.float64), factors, order=1, grid_mode=True, mode="nearest")
    return fitted


def draw_ellipses(box: tuple[int, int, int, int], *, size: int = 96) -> Lungs:
    """Draw lungs at their usual place, for images where none were found.

    Parameters
    ----------
    box : tuple of int
        x0, y0, x1, y1 of the area that the masks cover, in pixels of the radiograph.
    size : int
        Rows and columns of the masks.
    """
    y, x = (np.mgrid[0:size, 0:size] + 0.5) / size
    right, left = (((x - middle) / 0.16) ** 2 + ((y - 0.48) / 0.33) ** 2 < 1 for middle in (0.29, 0.71))
    return Lungs(right, left, box)


__all__ = [
    "ACROSS",
    "DOWN",
    "LEVELS",
    "REACH",
    "SIDES",
    "ZONES",
    "Box",
    "Lungs",
    "Mask",
    "Zone",
    "draw_ellipses",
    "find_ends",
    "find_level",
    "fit_grid",
]
