"""Places that are hidden in an image: those that radiologists drew, and others of the same size inside the lungs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from thoracite.evaluation.localisation import find_middle
from thoracite.vision.image import Pixels
from thoracite.vision.mini.lungs import Box, Lungs
from thoracite.vision.occlusion import hide_box

STEPS = 24
"""Places across and down that are tried."""

INSIDE = 0.5
"""Least share of another place that lies in a lung."""

_GRID = np.linspace(0.1, 0.9, 5)


class Places(NamedTuple):
    """Boxes to hide in one image.

    Parameters
    ----------
    relevant : tuple of Box
        As they were drawn: x0, y0, x1, y1 in pixels.
    irrelevant : tuple of Box
        As large, near the mirrored place; they meet no drawn box.
    """

    relevant: tuple[Box, ...]
    irrelevant: tuple[Box, ...]


def find_irrelevant(boxes: Sequence[Box], drawn: Sequence[Box], lungs: Lungs) -> tuple[Box, ...] | None:
    """Find a place for each box: of its size, inside the lungs, clear of all drawn boxes, as near the mirror as can be.

    Parameters
    ----------
    boxes : sequence of Box
        That are to be mirrored.
    drawn : sequence of Box
        All boxes of the image, of other findings too.
    lungs : Lungs
        Of the image.

    Returns
    -------
    tuple of Box or None
        None where a box finds no place.

    Examples
    --------
    >>> from thoracite.vision.mini.lungs import draw_ellipses
    >>> lungs = draw_ellipses((0, 0, 400, 400))
    >>> box = (80.0, 160.0, 140.0, 220.0)
    >>> [[round(edge) for edge in place] for place in find_irrelevant([box], [box], lungs)]
    [[260, 160, 320, 220]]
    """
    if not lungs.found:
        return None
    placed: list[Box] = []
    for box in boxes:
        found = _find_place(box, [*drawn, *placed], lungs)
        if found is None:
            return None
        placed.append(found)
    return tuple(placed)


def _find_place(box: Box, taken: Sequence[Box], lungs: Lungs) -> Box | None:
    axis = (lungs.find_middle("right")[0] + lungs.find_middle("left")[0]) / 2
    mirrored = (2 * axis - box[2], box[1], 2 * axis - box[0], box[3])
    wide, high = box[2] - box[0], box[3] - box[1]
    x0, y0, x1, y1 = lungs.box
    across, down = np.linspace(x0, x1 - wide, STEPS), np.linspace(y0, y1 - high, STEPS)
    others = [(float(x), float(y), float(x) + wide, float(y) + high) for x in across for y in down]
    others.sort(key=lambda place: (place[0] - mirrored[0]) ** 2 + (place[1] - mirrored[1]) ** 2)
    return next((place for place in (mirrored, *others) if _fits(place, taken, lungs)), None)


def _fits(place: Box, taken: Iterable[Box], lungs: Lungs) -> bool:
    if any(_meet(place, other) for other in taken) or not lungs.holds(find_middle(place)):
        return False
    x0, y0, x1, y1 = place
    points = [(x0 + across * (x1 - x0), y0 + down * (y1 - y0)) for across in _GRID for down in _GRID]
    return sum(lungs.holds(point) for point in points) >= INSIDE * len(points)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def hide_all(pixels: Pixels, boxes: Iterable[Box]) -> Pixels:
    """Hide boxes one after the other.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Left as they are.
    boxes : iterable of Box
        x0, y0, x1, y1 in pixels.

    Raises
    ------
    InputError
        If a box does not meet the image, or covers all of it.
    """
    for box in boxes:
        pixels = hide_box(pixels, box)
    return pixels


__all__ = ["INSIDE", "STEPS", "Places", "find_irrelevant", "hide_all"]
