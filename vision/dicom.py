"""Pixels of DICOM files and datasets; names, dates and identifiers stay in the file.

References
----------
DICOM PS3.3 C.7.5.1.1.2 (Pixel Padding Value), C.7.6.3 (Image Pixel), C.11.1 (Modality LUT), C.11.2 (VOI LUT).
DICOM PS3.10 7.1 (File Meta Information).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError, ModelError

CheckSize = Callable[[object, int, int], None]
"""Refuses an image by its name, width and height."""

_FIRST_TAGS = (b"\x02\x00", b"\x08\x00")
"""First bytes of a file without preamble: group 0002 or 0008, little endian."""


def is_dicom(head: bytes) -> bool:
    """Tell by the first 132 bytes whether a file is DICOM; older archives may lack the preamble.

    Examples
    --------
    >>> is_dicom(bytes(128) + b"DICM"), is_dicom(b"\\x08\\x00\\x05\\x00CS"), is_dicom(b"\\x89PNG")
    (True, True, False)
    """
    explicit, implicit = head[4:6].isalpha(), head[6:8] == b"\x00\x00"  # value representation, or a short length
    bare = head[:2] in _FIRST_TAGS and head[3:4] == b"\x00" and (explicit or implicit)
    return head[128:132] == b"DICM" or bare


def read_dicom(path: Path) -> Any:
    """Read the dataset of a file.

    Parameters
    ----------
    path : Path
        With or without preamble.

    Raises
    ------
    InputError
        If it is damaged.
    ModelError
        If pydicom is not installed.
    """
    try:
        import pydicom
    except ImportError as error:
        raise ModelError(
            f"{path} is a DICOM file and pydicom is missing; install it with pip install 'thoracite[explain]'"
        ) from error
    with _explain(str(path)):
        return pydicom.dcmread(path, force=True)


def decode_pixels(data: Any, name: str, check_size: CheckSize) -> npt.NDArray[np.float32]:
    """Decode a single radiograph to grey values, air dark, in the unit of its modality and window.

    Parameters
    ----------
    data : pydicom.Dataset
        With pixels.
    name : str
        Name for error messages.
    check_size : callable
        Refuses images that are too large, before decoding.

    Returns
    -------
    ndarray, shape (height, width), float32
        Padding gets the value of the darkest image pixel.

    Raises
    ------
    InputError
        If there are no pixels, several frames, or pixels that cannot be decoded.
    """
    with _explain(name):
        frames, rows, columns = (int(data.get(field) or 0) for field in ("NumberOfFrames", "Rows", "Columns"))
        if "PixelData" not in data:
            raise InputError(f"{name} is a DICOM file without pixels; expected an image such as DX or CR")
        _check_frames(frames, name)
        check_size(name, columns, rows)
        if "file_meta" not in data.__dict__ or "TransferSyntaxUID" not in data.file_meta:
            _assume_uncompressed(data)
        stored = data.pixel_array
        if stored.ndim == 3 and int(data.get("SamplesPerPixel") or 1) == 1:
            _check_frames(len(stored), name)
        values = _apply_window(stored, data) if stored.ndim == 2 else stored.mean(axis=2)
    values = np.asarray(values, dtype=np.float32)
    dark = -1 if data.get("PhotometricInterpretation") == "MONOCHROME1" else 1
    values = np.float32(dark) * values
    return _fill_padding(values, stored, data)


def _check_frames(frames: int, name: str) -> None:
    if frames > 1:
        raise InputError(f"{name} is a DICOM file of {frames} frames; expected a single radiograph")


def _assume_uncompressed(data: Any) -> None:
    """Assume the default transfer syntax where a file has no meta information (PS3.5 10.1)."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

    data.file_meta = FileMetaDataset()
    implicit = data.original_encoding[0]
    data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian


def _apply_window(stored: npt.NDArray[Any], data: Any) -> npt.NDArray[Any]:
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

    values = apply_modality_lut(stored, data)
    return np.asarray(apply_voi_lut(values, data) if _has_window(data) else values)


def _has_window(data: Any) -> bool:
    """Tell whether a usable window is given: a width below 1 shows nothing (PS3.3 C.11.2.1.2)."""
    if "VOILUTSequence" in data:
        return True
    width = data.get("WindowWidth")
    first = width[0] if isinstance(width, list | tuple) or hasattr(width, "__getitem__") else width
    return first is not None and float(first) >= 1


def _fill_padding(values: npt.NDArray[np.float32], stored: npt.NDArray[Any], data: Any) -> npt.NDArray[np.float32]:
    """Darken the padding, which is no part of the image and would set the scale of everything else."""
    padding = data.get("PixelPaddingValue")
    if padding is None or stored.ndim != 2:
        return values
    limit = data.get("PixelPaddingRangeLimit", padding)
    # pydicom drops the bits of unsigned pixels above the stored ones, so that the padding loses them too
    kept = -1 if data.get("PixelRepresentation") else (1 << int(data.get("BitsStored") or 16)) - 1
    low, high = sorted((int(padding) & kept, int(limit) & kept))
    outside = (stored >= low) & (stored <= high)
    if outside.any() and not outside.all():
        values = np.where(outside, values[~outside].min(), values).astype(np.float32)
    return values


@contextmanager
def _explain(name: str) -> Iterator[None]:
    """Turn pydicom's errors on a damaged file into one sentence; its warnings about values are not shown."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except InputError:
        raise
    except Exception as error:  # pydicom's decoders raise errors of many kinds
        reason = " ".join(str(error).split())
        short = reason if len(reason) <= 160 else reason[:160].rsplit(" ", 1)[0] + " …"
        raise InputError(f"{name} is a DICOM file that cannot be decoded ({short}); export it again") from error


__all__ = ["decode_pixels", "is_dicom", "read_dicom"]
