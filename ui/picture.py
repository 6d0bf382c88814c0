"""An image for a page: eight bits, at most 1024 pixels a side, never a DICOM header."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from thoracite.settings import Settings
from thoracite.types import Noun

LONGEST = 1024
"""Longest side of the picture, in pixels."""


class Picture(Noun):
    """The picture of an image.

    Parameters
    ----------
    png : bytes
        Eight-bit greyscale PNG, longest side at most 1024 pixels, without metadata.
    width, height : int
        Size of the original image in pixels, the unit of regions.
    """

    png: bytes
    width: int
    height: int

    @property
    def uri(self) -> str:
        """Return the picture as a URI for a page: ``data:image/png;base64,…``."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


def render_pixels(pixels: NDArray[np.float32]) -> Picture:
    """Render pixels as a picture.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float, intensity in [0, 1]
        Air dark, bone bright.

    Examples
    --------
    >>> picture = render_pixels(np.zeros((2048, 1024), dtype=np.float32))
    >>> picture.width, picture.height, Image.open(io.BytesIO(picture.png)).size
    (1024, 2048, (512, 1024))
    """
    height, width = pixels.shape
    shown = Image.fromarray((np.clip(pixels, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8))
    shown.thumbnail((LONGEST, LONGEST))
    buffer = io.BytesIO()
    shown.save(buffer, format="PNG", optimize=True)
    return Picture(png=buffer.getvalue(), width=width, height=height)


def render_picture(path: Path, settings: Settings) -> Picture:
    """Render an image file as a picture: PNG, JPEG or DICOM.

    Parameters
    ----------
    path : Path
        The file.
    settings : Settings
        Limits on its size.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    from thoracite.vision.image import read_radiograph

    return render_pixels(read_radiograph(path, settings=settings).pixels)


__all__ = ["Picture", "render_picture", "render_pixels"]
