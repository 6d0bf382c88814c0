"""Reading of images: a file, array, picture or DICOM dataset becomes a :class:`Radiograph`, or an error says why not.

Only pixels are taken in: names, dates and identifiers of a DICOM file, and the metadata of a PNG or JPEG, are not
kept after the call.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from thoracite.errors import InputError
from thoracite.settings import Settings
from thoracite.types import View
from thoracite.vision.dicom import decode_pixels, is_dicom, read_dicom

if TYPE_CHECKING:
    from pydicom import Dataset

Pixels = npt.NDArray[np.float32]
ImageInput: TypeAlias = "str | Path | npt.NDArray[Any] | Image.Image | Dataset"
"""Readable kinds of image: a path, an array, a PIL image, a pydicom dataset."""

SMALLEST = 64
"""Least length of the shorter side, in pixels."""

_EXPECTED = "expected a PNG, JPEG or DICOM file"
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)
_VIEWS: dict[str, View] = {"PA": "PA", "AP": "AP", "LL": "lateral", "RL": "lateral", "LATERAL": "lateral"}


class Radiograph(NamedTuple):
    """A radiograph as encoders take it.

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


def read_radiograph(image: ImageInput, *, settings: Settings) -> Radiograph:
    """Read an image.

    Parameters
    ----------
    image : str, Path, ndarray, PIL.Image.Image or pydicom.Dataset
        A file: PNG or JPEG (8 or 16 bit, grey, colour or palette, EXIF orientation respected) or DICOM (compressed or
        not, ``MONOCHROME1`` turned, modality and window applied); its first bytes say what it is, not its name. An
        array, shape (height, width) or (height, width, 3 or 4): uint8, floats in [0, 1], or any numbers, which are
        stretched; air dark, bone bright. A picture or dataset as the libraries hold them.
    settings : Settings
        ``max_bytes`` and ``max_pixels`` are checked before anything is decoded.

    Raises
    ------
    InputError
        If the image is missing, empty, too large, broken, or no single image.
    ModelError
        If it is a DICOM file and pydicom is not installed.

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
    >>> read_radiograph(np.zeros((64, 80), dtype=np.uint8), settings=Settings.read()).pixels.shape
    (64, 80)
    """
    radiograph = _read(image, settings)
    height, width = radiograph.pixels.shape
    if min(height, width) < SMALLEST:
        name = name_image(image)
        raise InputError(f"{name} is {width}×{height} pixels; expected at least {SMALLEST} on each side")
    return radiograph


def name_image(image: ImageInput) -> str:
    """Name an image in answers and errors: by its path, or by its kind.

    Examples
    --------
    >>> name_image(Path("chest.png")), name_image(np.zeros((64, 64)))
    ('chest.png', 'array')
    """
    if isinstance(image, str | Path):
        return str(image)
    if isinstance(image, np.ndarray):
        return "array"
    if isinstance(image, Image.Image):
        return str(getattr(image, "filename", "") or "picture")
    return "dataset"


def _read(image: ImageInput, settings: Settings) -> Radiograph:
    if isinstance(image, str | Path):
        path = Path(image)
        head = _read_head(path, settings)
        return _read_dataset(read_dicom(path), str(path), settings) if is_dicom(head) else _read_raster(path, settings)
    if isinstance(image, np.ndarray):
        return _read_array(image, settings)
    if isinstance(image, Image.Image):
        _check_size(name_image(image), image.width, image.height, settings)
        return _normalise_raster(image)
    if hasattr(image, "PixelData") or hasattr(image, "pixel_array"):
        return _read_dataset(image, "dataset", settings)
    raise InputError(
        f"an image of type {type(image).__name__} cannot be read; expected a path, a numpy array, a PIL image or a "
        "pydicom Dataset with pixels"
    )


def _read_array(array: npt.NDArray[Any], settings: Settings) -> Radiograph:
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)) or array.dtype.kind not in "buif":
        raise InputError(
            f"an array of shape {array.shape} and type {array.dtype} is not an image; expected numbers of shape "
            "(height, width) or (height, width, 3)"
        )
    if array.size == 0:
        raise InputError("the array is empty; expected numbers of shape (height, width)")
    _check_size("array", array.shape[1], array.shape[0], settings)
    if array.dtype == np.uint8:
        return _normalise_raster(Image.fromarray(array))
    flat = array[..., :3].mean(axis=2) if array.ndim == 3 else array
    values = flat.astype(np.float32)
    within = bool(np.isfinite(values).all()) and values.min() >= 0 and values.max() <= 1
    return Radiograph(values if within and array.dtype.kind == "f" else _stretch(values))


def _read_head(path: Path, settings: Settings) -> bytes:
    """Read the first bytes of a file, once it is known that it may be read."""
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


def _check_size(name: object, width: int, height: int, settings: Settings) -> None:
    if width * height > settings.max_pixels:
        raise InputError(
            f"{name} is {width:,}×{height:,} pixels; at most {settings.max_pixels:,} are decoded (setting max_pixels)"
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
        raise InputError(f"{path} is not a readable image; {_EXPECTED}") from error
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
    flat = Image.new("RGBA", image.size, (0, 0, 0, 255))  # transparent parts show no chest
    flat.alpha_composite(image.convert("RGBA"))
    channels = np.asarray(flat.convert("RGB"), dtype=np.float32) / np.float32(255)
    colour = float(np.abs(np.diff(channels, axis=2)).mean())
    return Radiograph(channels @ np.array([0.299, 0.587, 0.114], dtype=np.float32), colour=colour)


def _stretch(values: npt.NDArray[np.floating]) -> Pixels:
    """Stretch values of any range to [0, 1]; values that are not finite count as the lowest."""
    finite = np.isfinite(values)
    low, high = (float(values[finite].min()), float(values[finite].max())) if finite.any() else (0.0, 0.0)
    values = np.where(finite, values, low)
    return np.asarray((values - low) / max(high - low, 1e-6), dtype=np.float32)


def _read_dataset(data: Any, name: str, settings: Settings) -> Radiograph:
    pixels = _stretch(decode_pixels(data, name, partial(_check_size, settings=settings)))
    view = _VIEWS.get(str(data.get("ViewPosition") or "").upper(), "unknown")
    return Radiograph(pixels, view=view, modality=str(data.get("Modality") or ""))


__all__ = ["SMALLEST", "ImageInput", "Pixels", "Radiograph", "name_image", "read_radiograph"]
