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

from thoracite.vision.mini.anatomy import Anatomy, measure_ratio
from thoracite.vision.mini.chest import SCALES, Chest, Floats, average_parts
from thoracite.vision.mini.crops import Crops
from thoracite.vision.mini.framing import Frame
from thoracite.vision.mini.lungs import LEVELS, find_ends

_SIZES = (
    "lung height", "lung area", "lung height in the frame", "chest width in the frame", "lung area in the frame",
    "difference of heights", "difference of areas", "right base below left base", "upper mediastinal width",
    "lower mediastinal width",
)  # fmt: skip
_HEART = ("cardiothoracic ratio", "heart area", "heart to the right", "heart to the left")
_PARTS = tuple(f"{level} {across} parts" for level in LEVELS for across in ("outer", "middle", "inner"))
_DENSITIES = tuple(f"{what} of {part}" for part in _PARTS for what in ("density", "difference of densities"))
_ROUGHNESS = tuple(f"{what} of {level} zones" for level in LEVELS for what in ("roughness", "difference of roughness"))
_SPOTS = tuple(f"{what} {size} spots" for size in SCALES for what in ("strongest", "many"))

MEASURES = (*_SIZES, *_HEART, "contrast", *_DENSITIES, *_ROUGHNESS, *_SPOTS)
"""Names of the measurements, in order."""


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
    if not anatomy.lungs.found:
        return np.full(len(MEASURES), np.nan)
    return measure_prepared(Chest(frame, anatomy))


def measure_prepared(chest: Chest) -> Floats:
    """Measure a chest; shape (measures,), float64, in the order of :data:`MEASURES`."""
    found = [*_measure_sizes(chest), *_measure_heart(chest), chest.contrast]
    for measure in (_measure_densities, _measure_roughness, _measure_spots):
        found += measure(chest)
    return np.array(found)


def measure_crops(crops: Crops) -> Floats:
    """Measure the crops of one radiograph; all NaN where its masks are invalid."""
    if crops.faults:
        return np.full(len(MEASURES), np.nan)
    return measure_chest(crops.whole, crops.anatomy)


def _measure_sizes(chest: Chest) -> list[float]:
    (wide, high), sides = chest.cell, (chest.right, chest.left)
    width = chest.width * wide
    heights = [(bottom - top) * high / width for top, bottom in map(find_ends, sides)]
    areas = [mask.sum() * wide * high / width**2 for mask in sides]
    bases = [find_ends(mask)[1] * high / width for mask in sides]
    down, gaps = chest.gaps.down, (chest.gaps.left - chest.gaps.right) / chest.width
    upper, lower = gaps[(down > 0.1) & (down < 0.4)], gaps[down > 0.45]
    rows, columns = chest.shape
    return [
        float(np.mean(heights)),
        float(sum(areas)),
        float(np.mean(heights)) * width / (rows * high),
        width / (columns * wide),
        float(chest.both.sum()) / (rows * columns),
        float(np.log(heights[0] / heights[1])),
        float(np.log(areas[0] / areas[1])),
        float(bases[0] - bases[1]),
        float(np.median(upper)) if upper.size else np.nan,
        float(np.percentile(lower, 80)) if lower.size else np.nan,
    ]


def _measure_heart(chest: Chest) -> list[float]:
    """Measure the ratio, the heart's area, and how far it reaches beyond the midline on both sides."""
    ratio = measure_ratio(chest.anatomy)
    if ratio is None:
        return [np.nan] * len(_HEART)
    across = np.flatnonzero(chest.heart.any(axis=0))
    right, left = (chest.middle - across[0]) / chest.width, (across[-1] + 1 - chest.middle) / chest.width
    return [ratio.value, float(chest.heart.sum()) * chest.across * chest.down, float(right), float(left)]


def _measure_densities(chest: Chest) -> list[float]:
    sides = zip((chest.right, chest.left), chest.parts, strict=True)
    return _compare(*(average_parts(chest.values, lung, parts) for lung, parts in sides))


def _measure_roughness(chest: Chest) -> list[float]:
    sides = zip((chest.right, chest.left), chest.parts, strict=True)
    return _compare(*(average_parts(chest.roughness, lung, parts // 3, 3) for lung, parts in sides))


def _compare(right: Floats, left: Floats) -> list[float]:
    """Return the mean of both sides and right less left, one pair for each part."""
    return [float(value) for pair in zip((right + left) / 2, right - left, strict=True) for value in pair]


def _measure_spots(chest: Chest) -> list[float]:
    """Measure spots: the weaker of both curvatures of brightness, within the lungs."""
    if chest.inside.sum() < 100:
        return [np.nan] * len(_SPOTS)
    found = []
    for spots in chest.spots.values():
        inside = np.sort(spots[chest.inside])[::-1]
        found += [float(np.log(1e-3 + inside[: max(int(len(inside) * part), 1)].mean())) for part in (0.001, 0.02)]
    return found


__all__ = ["MEASURES", "measure_chest", "measure_crops", "measure_prepared"]
