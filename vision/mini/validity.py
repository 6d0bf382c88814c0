"""Validity of drawn lungs and heart: may anything be measured on them?

A mask that leaves the rib cage, a chest that is cropped or turned, a lung that could not be outlined: each makes every
measurement on it wrong. So each mask is described by a few numbers, and called invalid where one of them lies outside
its limits; :mod:`thoracite.vision.training.fit_limits` fits them on chests that radiologists found normal.

Examples
--------
>>> limits = {"tilt": Limit(low=-8.0, high=8.0)}
>>> judge_traits({"tilt": 19.0}, limits)
('the chest is turned',)
>>> judge_traits({"tilt": 2.0}, limits)
()
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from PIL import Image

from thoracite.types import Noun
from thoracite.vision.mini.anatomy import Anatomy, Heart
from thoracite.vision.mini.framing import Frame
from thoracite.vision.mini.lungs import Lungs, Mask, find_ends

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

REASONS = {
    "tilt": "the chest is turned",
    "cut off": "the chest reaches the image's edge",
    "ratio of areas": "one lung could not be outlined",
    "ratio of heights": "one lung could not be outlined",
    "overlap of heights": "the lungs do not lie side by side",
    "wall contrast": "the outline does not follow the rib cage",
    "base contrast": "the lower border of a lung is not visible",
    "heart contrast": "the border of the heart is not visible",
    "heart place": "the heart does not lie between the lungs",
}
"""Traits of a mask, each with the clause that says what is wrong where it lies outside its limits."""

NOT_FOUND = "lungs or heart were not found"

_NEAR, _FAR = 0.012, 0.035
"""Distances from a border between which grey values are compared, in shares of the frame."""


class Limit(Noun):
    """Range of a trait in valid masks.

    Parameters
    ----------
    low, high : float
        Its ends; any unit.
    """

    low: float
    high: float


def judge_anatomy(frame: Frame, anatomy: Anatomy, limits: Mapping[str, Limit]) -> tuple[str, ...]:
    """Return the reasons why nothing may be measured on these masks; empty where it may.

    Parameters
    ----------
    frame : Frame
        The framed radiograph.
    anatomy : Anatomy
        Lungs and heart drawn on it.
    limits : mapping of str to Limit
        By trait.
    """
    if not (anatomy.lungs.found and anatomy.heart.found):
        return (NOT_FOUND,)
    return judge_traits(describe_anatomy(frame, anatomy), limits)


def judge_traits(traits: Mapping[str, float], limits: Mapping[str, Limit]) -> tuple[str, ...]:
    """Return the reasons of the traits that lie outside their limits, each once."""
    outside = [name for name, limit in limits.items() if not limit.low <= traits[name] <= limit.high]
    return tuple(dict.fromkeys(REASONS[name] for name in outside))


def describe_anatomy(frame: Frame, anatomy: Anatomy) -> dict[str, float]:
    """Describe masks by the traits of :data:`REASONS`.

    Parameters
    ----------
    frame : Frame
        The framed radiograph.
    anatomy : Anatomy
        Lungs and heart, both found.
    """
    lungs, heart = anatomy
    rows, columns = lungs.right.shape
    grey = np.asarray(Image.fromarray(frame.pixels).resize((columns, rows), Image.Resampling.BILINEAR), dtype=float)
    x0, y0, x1, y1 = frame.box
    cell = ((x1 - x0) / columns, (y1 - y0) / rows)
    both = (lungs.right, lungs.left)
    ends = [find_ends(mask) for mask in both]
    shared = min(end for _, end in ends) - max(start for start, _ in ends)
    contrast = max(float(grey[heart.mask].mean() - grey[lungs.right | lungs.left].mean()), 0.05)
    return {
        "tilt": float(np.mean([_find_lean(mask, cell) for mask in both])),
        "cut off": max(_find_cut(mask) for mask in (*both, heart.mask)),
        "ratio of areas": float(np.log(lungs.right.sum() / lungs.left.sum())),
        "ratio of heights": float(np.log((ends[0][1] - ends[0][0]) / (ends[1][1] - ends[1][0]))),
        "overlap of heights": shared / max(end - start for start, end in ends),
        "wall contrast": min(_compare_border(grey, mask, side) for mask, side in zip(both, (-1, 1), strict=True))
        / contrast,
        "base contrast": min(_compare_base(grey, mask) for mask in both) / contrast,
        "heart contrast": min(-_compare_border(grey, heart.mask, side) for side in (-1, 1)) / contrast,
        "heart place": _find_place(lungs, heart),
    }


def _find_lean(mask: Mask, cell: tuple[float, float]) -> float:
    """Return the angle of a mask's long axis against the vertical, in degrees; positive leans to the image's right."""
    y, x = np.nonzero(mask)
    spread = np.cov(np.stack([x * cell[0], y * cell[1]]))
    across, down = np.linalg.eigh(spread)[1][:, -1]
    return float(np.degrees(np.arctan2(-across * np.sign(down), abs(down))))


def _find_cut(mask: Mask) -> float:
    """Return the cells of a mask at the frame's edge, as a share of the side of a square of its area."""
    edge = max(int(each.sum()) for each in (mask[0], mask[-1], mask[:, 0], mask[:, -1]))
    return edge / float(np.sqrt(mask.sum()))


def _compare_border(grey: Floats, mask: Mask, side: int) -> float:
    """Return how much brighter it is outside a mask's left (-1) or right (1) border than inside; median over rows."""
    top, bottom = find_ends(mask)
    rows = np.arange(top + (bottom - top) // 4, bottom - (bottom - top) // 4)
    rows = rows[mask[rows].any(axis=1)]
    columns = mask.shape[1]
    edges = mask[rows].argmax(axis=1) if side < 0 else columns - 1 - mask[rows, ::-1].argmax(axis=1)
    before, behind = _average_beside(grey, rows, edges)
    return _take_median(before - behind if side < 0 else behind - before)


def _compare_base(grey: Floats, mask: Mask) -> float:
    """Return how much brighter it is below a mask's lower border than above it; median over the middle columns."""
    columns = np.flatnonzero(mask.any(axis=0))
    quarter = len(columns) // 4
    columns = columns[quarter : len(columns) - quarter]
    edges = mask.shape[0] - 1 - mask[::-1, columns].argmax(axis=0)
    above, below = _average_beside(grey.T, columns, edges)
    return _take_median(below - above)


def _average_beside(grey: Floats, lines: Numbers, edges: Numbers) -> tuple[Floats, Floats]:
    """Return the mean grey value a little before and a little behind an edge in each line; NaN beyond the frame."""
    near, far = (max(round(share * max(grey.shape)), 1) for share in (_NEAR, _FAR))
    total = np.pad(np.cumsum(grey[lines], axis=1), ((0, 0), (1, 0)))
    numbers, means = np.arange(len(lines)), []
    for first, last in ((edges - far, edges - near), (edges + near, edges + far)):
        start, stop = (np.clip(each, 0, grey.shape[1]) for each in (first, last))
        with np.errstate(invalid="ignore"):
            means.append((total[numbers, stop] - total[numbers, start]) / (stop - start))
    return means[0], means[1]


def _take_median(differences: Floats) -> float:
    """Return the median of what is a number; 0 where nothing is."""
    known = differences[~np.isnan(differences)]
    return float(np.median(known)) if known.size else 0.0


def _find_place(lungs: Lungs, heart: Heart) -> float:
    """Return where the heart's middle lies between the lungs' outer borders: 0 at the right one, 1 at the left one."""
    columns = np.flatnonzero((lungs.right | lungs.left).any(axis=0))
    middle = float(np.nonzero(heart.mask)[1].mean())
    return (middle - float(columns[0])) / max(int(columns[-1] - columns[0]), 1)


__all__ = ["NOT_FOUND", "REASONS", "Limit", "describe_anatomy", "judge_anatomy", "judge_traits"]
