"""The image door: a PNG, JPEG or DICOM file becomes a :class:`Radiograph`, or one sentence says why not.

Nothing but pixels comes in: names, dates and identifiers of a DICOM file, and the metadata of a PNG or JPEG, are never
read into memory that outlives the call.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from thoracite.errors import InputError, ModelError
from thoracite.settings import Settings

Pixels = npt.NDArray[np.float32]
View = Literal["PA", "AP", "lateral", "unknown"]

SMALLEST = 64
"""Shortest side that can be read, in pixels."""

_EXPECTED = "expected a PNG, JPEG or DICOM file"
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)
_VIEWS: dict[str, View] = {"PA": "PA", "AP": "AP", "LL": "lateral", "RL": "lateral", "LATERAL": "lateral"}


class Radiograph(NamedTuple):
    """An image as the encoders see it.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Air dark, bone bright.
    colour : float
        Mean difference of the colour channels, in [0, 1]; 0 in every genuine radiograph.
    view : str
        ``PA``, ``AP``, ``lateral`` or ``unknown``, as a DICOM file states it.
    modality : str
        DICOM modality (``DX``, ``CR``, ``CT`` …); empty where the file has none.
    """

    pixels: Pixels
    colour: float = 0.0
    view: View = "unknown"
    modality: str = ""


def read_radiograph(path: Path, *, settings: Settings) -> Radiograph:
    """Read an image file.

    Parameters
    ----------
    path : Path
        PNG or JPEG (8 or 16 bit, grey, colour or palette, EXIF orientation respected) or DICOM (compressed or not,
        ``MONOCHROME1`` turned, modality and window applied). What it is, its first bytes say, not its name.
    settings : Settings
        ``max_bytes`` and ``max_pixels`` are checked before anything is decoded.

    Raises
    ------
    InputError
        If the file is missing, empty, too large, broken, or no single image.

    References
    ----------
    DICOM PS3.3 C.7.6.3 (Image Pixel), C.11.1 (Modality LUT), C.11.2 (VOI LUT).

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "grey.png"
    >>> Image.new("L", (96, 64), 51).save(path)
    >>> radiograph = read_radiograph(path, settings=Settings.read())
    >>> radiograph.pixels.shape, round(float(radiograph.pixels.mean()), 3)
    ((64, 96), 0.2)
    """
    head = _read_head(path, settings)
    radiograph = _read_dicom(path, settings) if head[128:132] == b"DICM" else _read_raster(path, settings)
    height, width = radiograph.pixels.shape
    if min(height, width) < SMALLEST:
        raise InputError(f"{path} is {width}×{height} pixels; expected at least {SMALLEST} on each side")
    return radiograph


def _read_head(path: Path, settings: Settings) -> bytes:
    """The first bytes, once the file is known to be one that may be read."""
    if not path.exists():
        raise InputError(f"{path} does not exist; {_EXPECTED}")
    if not path.is_file():
        raise InputError(f"{path} is not a file; {_EXPECTED}")
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"{path} is empty (0 bytes); {_EXPECTED}")
    if size > settings.max_bytes:
        raise InputError(f"{path} has {size:,} bytes; at most {settings.max_bytes:,} are read (setting max_bytes)")
    try:
        with path.open("rb") as file:
            return file.read(132)
    except OSError as error:
        raise InputError(f"{path} cannot be opened: {error.strerror}; {_EXPECTED}") from error


def _check_size(path: Path, width: int, height: int, settings: Settings) -> None:
    if width * height > settings.max_pixels:
        raise InputError(
            f"{path} is {width:,}×{height:,} pixels; at most {settings.max_pixels:,} are decoded (setting max_pixels)"
        )


def _read_raster(path: Path, settings: Settings) -> Radiograph:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own limits are above ours, which are checked next
            with Image.open(path, formats=("PNG", "JPEG")) as image:
                _check_size(path, image.width, image.height, settings)
                image.load()
                upright = ImageOps.exif_transpose(image)
    except UnidentifiedImageError as error:
        raise InputError(f"{path} is no image that can be read; {_EXPECTED}") from error
    except Image.DecompressionBombError as error:
        raise InputError(
            f"{path} is too large to be decoded; at most {settings.max_pixels:,} pixels are (setting max_pixels)"
        ) from error
    except _BROKEN as error:
        raise InputError(f"{path} is damaged or cut off ({error}); export the image again") from error
    return _normalise_raster(upright)


def _normalise_raster(image: Image.Image) -> Radiograph:
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        return Radiograph(_stretch(np.asarray(image, dtype=np.float32)))
    if image.mode in {"1", "L"}:
        return Radiograph(np.asarray(image.convert("L"), dtype=np.float32) / np.float32(255))
    flat = Image.new("RGBA", image.size, (0, 0, 0, 255))  # what is transparent is no part of the chest
    flat.alpha_composite(image.convert("RGBA"))
    channels = np.asarray(flat.convert("RGB"), dtype=np.float32) / np.float32(255)
    colour = float(np.abs(np.diff(channels, axis=2)).mean())
    return Radiograph(channels @ np.array([0.299, 0.587, 0.114], dtype=np.float32), colour=colour)


def _stretch(values: npt.NDArray[np.floating]) -> Pixels:
    """Values of any range to [0, 1]; what is not finite counts as the lowest."""
    finite = np.isfinite(values)
    low, high = (float(values[finite].min()), float(values[finite].max())) if finite.any() else (0.0, 0.0)
    values = np.where(finite, values, low)
    return np.asarray((values - low) / max(high - low, 1e-6), dtype=np.float32)


def _read_dicom(path: Path, settings: Settings) -> Radiograph:
    try:
        import pydicom
        from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut
    except ImportError as error:
        raise ModelError(
            f"{path} is a DICOM file and pydicom is missing; install it with pip install 'thoracite[explain]'"
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom's remarks on values; what cannot be used is an error below
            data = pydicom.dcmread(path)
            frames, rows, columns = (int(data.get(name) or 0) for name in ("NumberOfFrames", "Rows", "Columns"))
            if "PixelData" not in data:
                raise InputError(f"{path} is a DICOM file without pixels; expected an image such as DX or CR")
            if frames > 1:
                raise InputError(f"{path} is a DICOM file of {frames} frames; expected a single radiograph")
            _check_size(path, columns, rows, settings)
            values = data.pixel_array
            if values.ndim == 2:
                values = apply_voi_lut(apply_modality_lut(values, data), data)
    except InputError:
        raise
    except Exception as error:  # pydicom's decoders raise whatever they met in a damaged file
        reason = " ".join(str(error).split())[:160]
        raise InputError(f"{path} is a DICOM file that cannot be decoded ({reason}); export it again") from error
    pixels = _stretch(np.asarray(values, dtype=np.float32).mean(axis=2) if values.ndim == 3 else values)
    if data.get("PhotometricInterpretation") == "MONOCHROME1":
        pixels = np.float32(1) - pixels
    view = _VIEWS.get(str(data.get("ViewPosition") or "").upper(), "unknown")
    return Radiograph(pixels, view=view, modality=str(data.get("Modality") or ""))


__all__ = ["SMALLEST", "Pixels", "Radiograph", "View", "read_radiograph"]
