"""Places of a radiograph that are hidden before it is read: what a finding rests on shows when its place is gone.

References
----------
Zeiler MD, Fergus R. Visualizing and understanding convolutional networks. ECCV 2014 (occlusion by a grey patch).
"""

from __future__ import annotations

import numpy as np

from thoracite.errors import InputError
from thoracite.vision.image import Pixels

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels of the image as given, from its top left corner."""

FRAME = 0.02
"""Width of the frame round a hidden box, as a share of the image's longer side."""


def hide_box(pixels: Pixels, box: Box) -> Pixels:
    """Fill a box with the mean of the frame round it.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Left as they are.
    box : tuple of float
        x0, y0, x1, y1 in pixels; what lies beyond the image is cut off.

    Returns
    -------
    ndarray, shape (height, width), float32, intensity in [0, 1]

    Raises
    ------
    InputError
        If the box is empty, does not meet the image, or covers all of it.

    Examples
    --------
    >>> pixels = np.full((100, 100), 0.5, dtype=np.float32)
    >>> pixels[40:60, 40:60] = 1
    >>> float(hide_box(pixels, (40, 40, 60, 60)).max())
    0.5
    """
    height, width = pixels.shape
    x0, x1 = (round(min(max(edge, 0), width)) for edge in (box[0], box[2]))
    y0, y1 = (round(min(max(edge, 0), height)) for edge in (box[1], box[3]))
    if x0 >= x1 or y0 >= y1:
        raise InputError(
            f"the box {state_box(box)} meets no pixel of an image of {width}×{height}; expected x0,y0,x1,y1 in pixels"
        )
    frame = _find_frame(pixels, (x0, y0, x1, y1))
    if not frame.size:
        raise InputError(f"the box {state_box(box)} covers the whole image; expected a part of it")
    hidden = pixels.copy()
    hidden[y0:y1, x0:x1] = frame.mean()
    return hidden


def state_box(box: Box) -> str:
    """Write a box in whole pixels.

    Examples
    --------
    >>> state_box((300.2, 380.0, 470.0, 490.9))
    '300,380,470,491'
    """
    return ",".join(str(round(edge)) for edge in box)


def _find_frame(pixels: Pixels, box: tuple[int, int, int, int]) -> Pixels:
    """Return the pixels just outside a box."""
    x0, y0, x1, y1 = box
    wide = max(1, round(FRAME * max(pixels.shape)))
    top, left = max(y0 - wide, 0), max(x0 - wide, 0)
    around = pixels[top : y1 + wide, left : x1 + wide]
    outside = np.ones(around.shape, dtype=bool)
    outside[y0 - top : y1 - top, x0 - left : x1 - left] = False
    return around[outside]


__all__ = ["Box", "hide_box", "state_box"]
