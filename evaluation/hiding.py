"""Places that are hidden in an image: those that radiologists drew, and others of the same size inside the lungs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from thoracite.evaluation.localisation import find_middle
from thoracite.vision.image import Pixels
from thoracite.vision.mini.lungs import Box, Lungs, Mask
from thoracite.vision.occlusion import hide_box

STEPS = 24
"""Places across and down that are tried."""

INSIDE = 0.5
"""Least share of another place that lies in a lung."""

FEWEST, DARK = 50, 0.25
"""Fewest pixels of clear lung that a grey is taken from, and the quantile of all lung where there are fewer."""

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


def clear_lung(pixels: Pixels, boxes: Iterable[Box], drawn: Iterable[Box], lungs: Lungs) -> Pixels:
    """Make the lung within boxes as dark as lung outside all drawn boxes; what is no lung stays as it is.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Left as they are.
    boxes : iterable of Box
        That are hidden.
    drawn : iterable of Box
        Where the lung may not be clear; none of it is taken for the grey. Where nothing else is left of the lungs, the
        darker quarter of them is taken.
    lungs : Lungs
        Of the image.

    Examples
    --------
    >>> from thoracite.vision.mini.lungs import draw_ellipses
    >>> lungs, pixels = draw_ellipses((0, 0, 400, 400)), np.full((400, 400), 0.3, dtype=np.float32)
    >>> pixels[180:220, 90:130] = 0.8
    >>> box = (80.0, 170.0, 140.0, 230.0)
    >>> round(float(clear_lung(pixels, [box], [box], lungs).max()), 2)
    0.3
    """
    within, clear = _draw_lungs(lungs, pixels.shape), _draw_lungs(lungs, pixels.shape)
    for box in drawn:
        clear[_cut(box, pixels.shape)] = False
    grey = np.median(pixels[clear]) if clear.sum() > FEWEST else np.quantile(pixels[within], DARK)
    hidden = pixels.copy()
    for box in boxes:
        place = _cut(box, pixels.shape)
        hidden[place] = np.where(within[place], grey, hidden[place])
    return hidden


def _draw_lungs(lungs: Lungs, shape: tuple[int, ...]) -> Mask:
    """Return both lungs in the image's own pixels."""
    x0, y0, x1, y1 = lungs.box
    mask = lungs.right | lungs.left
    y = ((np.arange(shape[0]) + 0.5 - y0) / (y1 - y0) * mask.shape[0]).astype(int)
    x = ((np.arange(shape[1]) + 0.5 - x0) / (x1 - x0) * mask.shape[1]).astype(int)
    inside = ((y >= 0) & (y < mask.shape[0]))[:, None] & ((x >= 0) & (x < mask.shape[1]))[None]
    drawn: Mask = mask[np.clip(y, 0, mask.shape[0] - 1)[:, None], np.clip(x, 0, mask.shape[1] - 1)[None]] & inside
    return drawn


def _cut(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return a box as whole pixels of an image."""
    x0, x1 = (round(min(max(edge, 0), shape[1])) for edge in (box[0], box[2]))
    y0, y1 = (round(min(max(edge, 0), shape[0])) for edge in (box[1], box[3]))
    return slice(y0, y1), slice(x0, x1)


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


__all__ = ["DARK", "FEWEST", "INSIDE", "STEPS", "Places", "clear_lung", "find_irrelevant", "hide_all"]
