"""The same radiograph as another export might give it: paler, compressed, turned a little, cropped, smaller.

None of these changes alters a radiologist's findings. Each is applied to the image *file*, so that every reader goes
the whole way: file reader, framing, network.

Examples
--------
>>> import tempfile
>>> path = Path(tempfile.mkdtemp()) / "grey.png"
>>> Image.fromarray(np.full((400, 800), 100, dtype=np.uint8)).save(path)
>>> with Image.open(write_perturbed(path, "crop 5 %", path.parent)) as image:
...     image.size
(760, 380)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image

Picture = Image.Image


def _scale_contrast(factor: float) -> Callable[[Picture], Picture]:
    def perturb(picture: Picture) -> Picture:
        pixels = np.asarray(picture, dtype=np.float32)
        mean = pixels.mean()
        return Image.fromarray(np.clip(np.rint((pixels - mean) * factor + mean), 0, 255).astype(np.uint8))

    return perturb


def _turn(degrees: float) -> Callable[[Picture], Picture]:
    return lambda picture: picture.rotate(degrees, Image.Resampling.BICUBIC)


def _crop(left: float, top: float, right: float, bottom: float) -> Callable[[Picture], Picture]:
    def perturb(picture: Picture) -> Picture:
        width, height = picture.size
        x0, y0 = round(left * width), round(top * height)
        return picture.crop((x0, y0, width - round(right * width), height - round(bottom * height)))

    return perturb


def _shrink(side: int) -> Callable[[Picture], Picture]:
    def perturb(picture: Picture) -> Picture:
        factor = side / max(picture.size)
        width, height = (max(1, round(length * factor)) for length in picture.size)
        return picture.resize((width, height), Image.Resampling.LANCZOS)

    return perturb


_JPEG = "JPEG quality 60"

PERTURBATIONS: Mapping[str, Callable[[Picture], Picture]] = MappingProxyType(
    {
        "contrast −15 %": _scale_contrast(0.85),
        "contrast +15 %": _scale_contrast(1.15),
        _JPEG: lambda picture: picture,
        "turned +2°": _turn(2),
        "turned −2°": _turn(-2),
        "crop 5 %": _crop(0.025, 0.025, 0.025, 0.025),
        "crop 5 % at a corner": _crop(0.05, 0.05, 0, 0),
        "longest side 224": _shrink(224),
        "longest side 448": _shrink(448),
    }
)
"""Changes of a grey picture of 8 bits. Contrast about the picture's mean, clipped; turned about the middle,
positive anticlockwise, the same size, filled with black; ``crop 5 %`` removes 5 % of width and of height, half of
it at each edge, ``at a corner`` all of it left and top; smaller by Lanczos' filter. All are saved without loss except
``JPEG quality 60``."""


def write_perturbed(path: Path, name: str, folder: Path) -> Path:
    """Perturb an image file.

    Parameters
    ----------
    path : Path
        PNG or JPEG; read as grey of 8 bits.
    name : str
        One of :data:`PERTURBATIONS`.
    folder : Path
        Folder of the new file, which has a name for each perturbation; an old one is replaced.
    """
    with Image.open(path) as image:
        picture = PERTURBATIONS[name](image.convert("L"))
    written = folder / f"{[*PERTURBATIONS].index(name)}.{'jpg' if name == _JPEG else 'png'}"
    if name == _JPEG:
        picture.save(written, quality=60)
    else:
        picture.save(written, compress_level=1)
    return written


__all__ = ["PERTURBATIONS", "write_perturbed"]
