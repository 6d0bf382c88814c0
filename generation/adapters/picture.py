"""A radiograph as the pictures that models take.

Examples
--------
>>> import numpy as np
>>> from thoracite.vision.image import Radiograph
>>> picture = paint(Radiograph(np.full((64, 96), 0.5, np.float32)), longest=48)
>>> picture.size, picture.mode
((48, 32), 'RGB')
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from thoracite.vision.image import Radiograph

LONGEST = 1024
"""Most pixels of the longer side of a picture that is sent: more than any of these models sees."""


def paint(radiograph: Radiograph, *, longest: int = LONGEST) -> Image.Image:
    """Paint a radiograph in 8 bits and three equal channels, scaled down where it is larger.

    Parameters
    ----------
    radiograph : Radiograph
        ``pixels`` : ndarray, shape (height, width), float32, intensity in [0, 1], air dark and bone bright.
    longest : int
        Most pixels of its longer side.
    """
    grey = np.round(np.clip(radiograph.pixels, 0, 1) * 255).astype(np.uint8)
    picture = Image.fromarray(grey)
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return picture.convert("RGB")


def encode_png(picture: Image.Image) -> bytes:
    """Encode a picture as a PNG file, without metadata."""
    stream = io.BytesIO()
    picture.convert("L").save(stream, format="PNG")
    return stream.getvalue()


__all__ = ["LONGEST", "encode_png", "paint"]
