"""Measurements of a chest: numbers with names, taken from the masks of lungs and heart and the grey values in them.

Once lungs and heart are drawn, many signs of radiologists can simply be measured: the length of the lungs (long in
emphysema), the width of the heart against the chest, which base stands higher, whether one lung is denser than the
other, whether it holds something round. A finding's logit is the network's plus the part of these measurements
(:mod:`thoracite.vision.mini.measure_reader`).

Lengths are in widths of the chest, the distance between the outer borders of both lungs, unless said otherwise; grey
values in contrasts, the difference between mediastinum and lung, from the median of both lungs. Differences are those
of the patient's right side less the left.

Examples
--------
>>> from thoracite.vision.mini.lungs import draw_ellipses
>>> frame = Frame(np.tile(np.linspace(0, 1, 96, dtype=np.float32), (96, 1)), (0, 0, 960, 960))
>>> from thoracite.vision.mini.anatomy import Heart
>>> heart = Heart(np.zeros((96, 96), dtype=bool), frame.box)
>>> measures = dict(zip(MEASURES, measure_chest(frame, Anatomy(draw_ellipses(frame.box), heart)), strict=True))
>>> [round(float(measures[name]), 2) for name in ("lung height", "chest width in the frame")]
[0.89, 0.75]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from thoracite.vision.mini.anatomy import Anatomy, measure_ratio
from thoracite.vision.mini.crops import Crops
from thoracite.vision.mini.framing import Frame
from thoracite.vision.mini.lungs import LEVELS, Lungs, Mask, find_ends

Floats = npt.NDArray[np.float64]

_SIZES = (
    "lung height", "lung area", "lung height in the frame", "chest width in the frame", "lung area in the frame",
    "difference of heights", "difference of areas", "right base below left base", "upper mediastinal width",
    "lower mediastinal width",
)  # fmt: skip
_HEART = ("cardiothoracic ratio", "heart area", "heart to the right", "heart to the left")
_PARTS = tuple(f"{level} {across} parts" for level in LEVELS for across in ("outer", "middle", "inner"))
_DENSITIES = tuple(f"{what} of {part}" for part in _PARTS for what in ("density", "difference of densities"))
_ROUGHNESS = tuple(f"{what} of {level} zones" for level in LEVELS for what in ("roughness", "difference of roughness"))
_SCALES = {"small": 0.006, "middling": 0.01, "large": 0.016}
_SPOTS = tuple(f"{what} {size} spots" for size in _SCALES for what in ("strongest", "many"))

MEASURES = (*_SIZES, *_HEART, "contrast", *_DENSITIES, *_ROUGHNESS, *_SPOTS)
"""Names of the measurements, in order."""

_ABOVE = 0.4
"""Part of the lungs' height above the heart."""

_FINE = 0.01
"""Roughness is the standard deviation of grey values round a place, within this share of the frame."""


def measure_chest(frame: Frame, anatomy: Anatomy) -> Floats:
    """Measure one radiograph.

    Parameters
    ----------
    frame : Frame
        A frame of any size.
    anatomy : Anatomy
        Lungs and heart, drawn on the frame.

    Returns
    -------
    ndarray, shape (measures,), float64
        In the order of :data:`MEASURES`; NaN for what cannot be measured, all NaN where no lungs were found.
    """
    lungs = anatomy.lungs
    if not lungs.found:
        return np.full(len(MEASURES), np.nan)
    rows, columns = lungs.right.shape
    pixels = np.asarray(Image.fromarray(frame.pixels).resize((columns, rows), Image.Resampling.BILINEAR), dtype=float)
    x0, y0, x1, y1 = frame.box
    cell = (x1 - x0) / columns, (y1 - y0) / rows
    grey = _Grey(pixels, lungs)
    found = [*_measure_sizes(lungs, cell), *_measure_heart(anatomy, grey.middle, cell), grey.contrast]
    for measure in (_measure_densities, _measure_roughness, _measure_spots):
        found += measure(grey, lungs)
    return np.array(found)


def measure_crops(crops: Crops) -> Floats:
    """Measure the crops of one radiograph; all NaN where its masks are invalid."""
    if crops.faults:
        return np.full(len(MEASURES), np.nan)
    return measure_chest(crops.whole, crops.anatomy)


class _Grey:
    """Grey values of the lungs, from their median, in contrasts."""

    def __init__(self, pixels: Floats, lungs: Lungs) -> None:
        both = lungs.right | lungs.left
        self.middle, self.top, self.bottom = _find_middle(lungs)
        half = max(int(0.04 * np.ptp(np.flatnonzero(both.any(axis=0)))), 1)
        strip = pixels[self.top : self.bottom, max(self.middle - half, 0) : self.middle + half + 1]
        self.mediastinum = float(np.median(strip))
        self.contrast = max(self.mediastinum - float(np.median(pixels[both])), 0.1)
        self.pixels = pixels
        self.values = (pixels - np.median(pixels[both])) / self.contrast


def _find_middle(lungs: Lungs) -> tuple[int, int, int]:
    """Return the midline's column, the first row of both lungs, and the row behind the last of both.

    The midline lies midway between the lungs above the heart, which pushes the left one aside.
    """
    (top, bottom), (other_top, other_bottom) = find_ends(lungs.right), find_ends(lungs.left)
    top, bottom = max(top, other_top), max(min(bottom, other_bottom), max(top, other_top) + 1)
    inner = [inner for down, inner in _find_gaps(lungs) if down < _ABOVE]
    return int(np.median([sum(borders) / 2 for borders in inner])) if inner else lungs.right.shape[1] // 2, top, bottom


def _find_gaps(lungs: Lungs) -> list[tuple[float, tuple[int, int]]]:
    """Return for each row with both lungs its height, 0 at the top, and the inner borders of right and left."""
    shared = np.flatnonzero(lungs.right.any(axis=1) & lungs.left.any(axis=1))
    height = max(int(np.ptp(shared)), 1) if shared.size else 1
    return [
        (
            float(row - shared[0]) / height,
            (int(np.flatnonzero(lungs.right[row])[-1]), int(np.flatnonzero(lungs.left[row])[0])),
        )
        for row in shared
    ]


def _measure_sizes(lungs: Lungs, cell: tuple[float, float]) -> list[float]:
    wide, high = cell
    both = lungs.right | lungs.left
    width = (np.ptp(np.flatnonzero(both.any(axis=0))) + 1) * wide
    heights = [(bottom - top) * high / width for top, bottom in map(find_ends, (lungs.right, lungs.left))]
    areas = [mask.sum() * wide * high / width**2 for mask in (lungs.right, lungs.left)]
    bases = [find_ends(mask)[1] * high / width for mask in (lungs.right, lungs.left)]
    gaps = [(down, (left - right) * wide / width) for down, (right, left) in _find_gaps(lungs)]
    upper, lower = [gap for down, gap in gaps if 0.1 < down < 0.4], [gap for down, gap in gaps if down > 0.45]
    rows, columns = both.shape
    return [
        float(np.mean(heights)),
        float(sum(areas)),
        float(np.mean(heights)) * width / (rows * high),
        width / (columns * wide),
        float(both.mean()),
        float(np.log(heights[0] / heights[1])),
        float(np.log(areas[0] / areas[1])),
        float(bases[0] - bases[1]),
        float(np.median(upper)) if upper else np.nan,
        float(np.percentile(lower, 80)) if lower else np.nan,
    ]


def _measure_heart(anatomy: Anatomy, middle: int, cell: tuple[float, float]) -> list[float]:
    """Measure the ratio, the heart's area, and how far it reaches beyond the midline on both sides."""
    ratio = measure_ratio(anatomy)
    if ratio is None:
        return [np.nan] * len(_HEART)
    columns = np.flatnonzero((anatomy.lungs.right | anatomy.lungs.left).any(axis=0))
    width = (np.ptp(columns) + 1) * cell[0]
    across = np.flatnonzero(anatomy.heart.mask.any(axis=0))
    right, left = (middle - across[0]) * cell[0] / width, (across[-1] + 1 - middle) * cell[0] / width
    return [ratio.value, float(anatomy.heart.mask.sum()) * cell[0] * cell[1] / width**2, float(right), float(left)]


def _measure_densities(grey: _Grey, lungs: Lungs) -> list[float]:
    return _compare(*(_average(grey.values, lung, _split(lung, mirrored)) for lung, mirrored in _sides(lungs)))


def _measure_roughness(grey: _Grey, lungs: Lungs) -> list[float]:
    fine = _FINE * len(grey.values)
    squares = ndimage.gaussian_filter(grey.values**2, fine) - ndimage.gaussian_filter(grey.values, fine) ** 2
    rough = np.sqrt(np.maximum(squares, 0))
    return _compare(*(_average(rough, lung, _split(lung, mirrored) // 3, 3) for lung, mirrored in _sides(lungs)))


def _sides(lungs: Lungs) -> tuple[tuple[Mask, bool], tuple[Mask, bool]]:
    """Return both lungs, and whether each outer border is on the image's right."""
    return (lungs.right, False), (lungs.left, True)


def _split(lung: Mask, mirrored: bool) -> npt.NDArray[np.int64]:
    """Number the nine parts of a lung at each place: three times its third from above, plus the third from outside.

    Thirds across are taken in each row, so that the parts bend as the lung does. Values outside the lung mean nothing.
    """
    rows, columns = lung.shape
    top, bottom = find_ends(lung)
    down = (np.arange(rows) - top) * 3 // max(bottom - top, 1)
    first, last = lung.argmax(axis=1)[:, None], columns - 1 - lung[:, ::-1].argmax(axis=1)[:, None]
    across = (np.arange(columns)[None] - first) * 3 // np.maximum(last - first + 1, 1)
    parts: npt.NDArray[np.int64] = 3 * np.clip(down, 0, 2)[:, None] + np.clip(2 - across if mirrored else across, 0, 2)
    return parts


def _average(values: Floats, lung: Mask, parts: npt.NDArray[np.int64], number: int = 9) -> Floats:
    """Average the values in each part of a lung; NaN where a part is empty."""
    count = np.bincount(parts[lung], minlength=number)
    total = np.bincount(parts[lung], weights=values[lung], minlength=number)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _compare(right: Floats, left: Floats) -> list[float]:
    """Return the mean of both sides and right less left, one pair for each part."""
    return [float(value) for pair in zip((right + left) / 2, right - left, strict=True) for value in pair]


def _measure_spots(grey: _Grey, lungs: Lungs) -> list[float]:
    """Measure spots: the weaker of both curvatures of brightness, within the lungs."""
    size = len(grey.pixels)
    inside = ndimage.binary_erosion(lungs.right | lungs.left, iterations=max(size // 64, 1))
    if inside.sum() < 100:
        return [np.nan] * len(_SPOTS)
    found = []
    for share in _SCALES.values():
        sigma = share * size
        xx, yy, xy = (ndimage.gaussian_filter(grey.pixels, sigma, order=order) for order in ((0, 2), (2, 0), (1, 1)))
        weaker = (xx + yy) / 2 + np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
        spots = np.sort(np.maximum(-weaker[inside], 0) * sigma**2)[::-1]
        found += [float(np.log(1e-3 + spots[: max(int(len(spots) * part), 1)].mean())) for part in (0.001, 0.02)]
    return found


__all__ = ["MEASURES", "measure_chest", "measure_crops"]
