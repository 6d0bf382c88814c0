"""Framing of a radiograph for the network: borders cropped, range normalised, resized; and the way back to its pixels.

Examples
--------
>>> pixels = np.zeros((100, 200), dtype=np.float32)
>>> pixels[10:90, 50:150] = np.linspace(0.2, 0.9, 100, dtype=np.float32)
>>> frame = frame_pixels(pixels, size=64)
>>> frame.pixels.shape, frame.box
((64, 64), (50, 10, 150, 90))
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image

from thoracite.vision.image import Pixels

LONGEST = 128
"""Length of the longer side that every radiograph is shrunk to before anything else, in pixels: that of the smallest
images of the training, so that none is told by its sharpness."""

_DARK = 0.06
"""A row or column is border if almost all of it is darker than this share of the range."""

_DEEPEST = 0.3
"""Largest share of a side that is cropped as border."""


Box = tuple[int, int, int, int]


class Frame(NamedTuple):
    """A framed radiograph.

    Parameters
    ----------
    pixels : ndarray, shape (size, size), float32, intensity in [0, 1]
        A square; the 1st percentile is 0 and the 99th 1.
    box : tuple of int
        x0, y0, x1, y1 of the framed part, in pixels of the radiograph.
    """

    pixels: Pixels
    box: tuple[int, int, int, int]


def shrink_pixels(pixels: Pixels) -> Pixels:
    """Shrink a radiograph to :data:`LONGEST` pixels on its longer side; a smaller one is left as it is.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Any radiograph.

    Examples
    --------
    >>> shrink_pixels(np.ones((200, 400), dtype=np.float32)).shape
    (64, 128)
    """
    height, width = pixels.shape
    share = LONGEST / max(height, width)
    if share >= 1:
        return pixels
    size = max(round(width * share), 1), max(round(height * share), 1)
    small = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, reducing_gap=4)
    return np.clip(np.asarray(small, dtype=np.float32), 0, 1)


def scale_box(box: Box, shape: tuple[int, ...], other: tuple[int, ...]) -> Box:
    """Scale a box from an image of one shape, (height, width), to the same image in another.

    Examples
    --------
    >>> scale_box((1, 2, 3, 4), (10, 10), (20, 30))
    (3, 4, 9, 8)
    """
    x0, y0, x1, y1 = box
    across, down = other[1] / shape[1], other[0] / shape[0]
    return round(x0 * across), round(y0 * down), round(x1 * across), round(y1 * down)


def frame_pixels(pixels: Pixels, *, size: int) -> Frame:
    """Crop uniform dark borders, normalise the range, resize.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Air dark, bone bright.
    size : int
        Side of the result, in pixels.
    """
    even = _even(pixels)
    top, bottom = _find_edges(np.percentile(even, 95, axis=1))
    left, right = _find_edges(np.percentile(even, 95, axis=0))
    inner = _even(even[top:bottom, left:right])
    return Frame(_resize(inner, size), (left, top, right, bottom))


def frame_box(pixels: Pixels, box: tuple[int, int, int, int], *, size: int) -> Frame:
    """Cut out a box, normalise the range inside the radiograph, resize.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Air dark, bone bright.
    box : tuple of int
        x0, y0, x1, y1 in pixels; pixels outside the radiograph become 0.
    size : int
        Side of the result, in pixels.

    Examples
    --------
    >>> frame = frame_box(np.tile(np.linspace(0, 1, 40, dtype=np.float32), (40, 1)), (-20, 0, 20, 40), size=4)
    >>> [round(float(value), 1) for value in frame.pixels[0]]
    [0.0, 0.0, 0.3, 0.7]
    """
    x0, y0, x1, y1 = box
    height, width = pixels.shape
    top, bottom, left, right = max(y0, 0), min(y1, height), max(x0, 0), min(x1, width)
    cut = np.zeros((y1 - y0, x1 - x0), dtype=np.float32)
    cut[top - y0 : bottom - y0, left - x0 : right - x0] = _even(pixels[top:bottom, left:right])
    return Frame(_resize(cut, size), box)


def unframe_box(
    box: tuple[float, float, float, float], frame: tuple[int, int, int, int]
) -> tuple[float, float, float, float]:
    """Map a box in shares of the frame, [0, 1], to the radiograph's pixels.

    Examples
    --------
    >>> unframe_box((0.0, 0.5, 1.0, 1.0), (50, 10, 150, 90))
    (50.0, 50.0, 150.0, 90.0)
    """
    x0, y0, x1, y1 = frame
    return (
        x0 + box[0] * (x1 - x0),
        y0 + box[1] * (y1 - y0),
        x0 + box[2] * (x1 - x0),
        y0 + box[3] * (y1 - y0),
    )


def _resize(pixels: Pixels, size: int) -> Pixels:
    small = Image.fromarray(pixels).resize((size, size), Image.Resampling.BILINEAR)  # with antialiasing
    return np.array(small, dtype=np.float32)


def _even(pixels: Pixels) -> Pixels:
    low, high = np.percentile(pixels, (1, 99))
    return np.asarray(np.clip((pixels - low) / max(float(high - low), 1e-6), 0, 1), dtype=np.float32)


def _find_edges(brightest: Pixels) -> tuple[int, int]:
    """Return the first position that is not border, and the one behind the last."""
    lit = np.flatnonzero(brightest > _DARK)
    length = len(brightest)
    if not lit.size:
        return 0, length
    deepest = int(_DEEPEST * length)
    return min(int(lit[0]), deepest), max(int(lit[-1]) + 1, length - deepest)


__all__ = ["LONGEST", "Frame", "frame_box", "frame_pixels", "scale_box", "shrink_pixels", "unframe_box"]
