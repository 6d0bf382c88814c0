"""DICOM as archives and machines write it: padding, windows, preambles and pages that surprise."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.uid import ImplicitVRLittleEndian

from tests.vision.test_image import GREY, read, write_dicom
from thoracite.errors import InputError
from thoracite.vision.dicom import is_dicom

RAMP = GREY.astype(np.uint16) * 10 + 100


@pytest.mark.parametrize(
    ("padding", "photometric"), [(65535, "MONOCHROME2"), (0, "MONOCHROME2"), (65535, "MONOCHROME1"), (0, "MONOCHROME1")]
)
def test_padding_is_dark_and_does_not_set_the_scale(tmp_path: Path, padding: int, photometric: str) -> None:
    padded = RAMP.copy()
    padded[:20] = padding
    path = write_dicom(tmp_path / "a.dcm", padded, PhotometricInterpretation=photometric, PixelPaddingValue=padding)
    plain = read(write_dicom(tmp_path / "b.dcm", RAMP, PhotometricInterpretation=photometric)).pixels
    pixels = read(path).pixels
    np.testing.assert_allclose(pixels[20:], plain[20:], atol=1e-6)
    assert pixels[:20].max() == 0


def test_a_range_of_padding_is_padding(tmp_path: Path) -> None:
    padded = RAMP.copy()
    padded[:10], padded[10:20] = 3900, 4000
    pixels = read(write_dicom(tmp_path / "a.dcm", padded, PixelPaddingValue=4095, PixelPaddingRangeLimit=3900)).pixels
    assert pixels[:20].max() == 0
    assert pixels[20:].max() == 1


@pytest.mark.parametrize("width", [0, 0.5, -10])
def test_a_window_that_shows_nothing_is_passed_over(tmp_path: Path, width: float) -> None:
    windowed = read(write_dicom(tmp_path / "a.dcm", RAMP, WindowCenter=1000, WindowWidth=width)).pixels
    np.testing.assert_array_equal(windowed, read(write_dicom(tmp_path / "b.dcm", RAMP)).pixels)


def test_several_windows_are_read_by_the_first(tmp_path: Path) -> None:
    both = read(write_dicom(tmp_path / "a.dcm", RAMP, WindowCenter=[1000, 5], WindowWidth=[400, 0])).pixels
    one = read(write_dicom(tmp_path / "b.dcm", RAMP, WindowCenter=1000, WindowWidth=400)).pixels
    np.testing.assert_array_equal(both, one)


@pytest.mark.parametrize("meta", [True, False], ids=["group 0002 first", "group 0008 first"])
def test_a_file_without_preamble_is_read(tmp_path: Path, meta: bool) -> None:
    whole = write_dicom(tmp_path / "a.dcm", RAMP)
    data = whole.read_bytes()[132:]
    if not meta:
        (length,) = struct.unpack("<I", data[8:12])
        data = data[12 + length :]
    bare = tmp_path / "bare"
    bare.write_bytes(data)
    assert is_dicom(data[:132])
    np.testing.assert_array_equal(read(bare).pixels, read(whole).pixels)


def test_a_file_without_preamble_in_implicit_encoding_is_read(tmp_path: Path) -> None:
    whole = write_dicom(tmp_path / "a.dcm", RAMP)
    data: Any = pydicom.dcmread(whole)
    expected = read(whole).pixels
    data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    data.save_as(tmp_path / "b.dcm", implicit_vr=True, little_endian=True)
    (length,) = struct.unpack("<I", (tmp_path / "b.dcm").read_bytes()[140:144])
    bare = tmp_path / "bare.dcm"
    bare.write_bytes((tmp_path / "b.dcm").read_bytes()[144 + length :])
    np.testing.assert_array_equal(read(bare).pixels, expected)


def test_pages_without_their_number_are_refused(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "a.dcm", np.stack([RAMP, RAMP]))
    data = pydicom.dcmread(path)
    if "NumberOfFrames" in data:
        del data.NumberOfFrames
    data.Rows, data.Columns = RAMP.shape
    data.save_as(path)
    with pytest.raises(InputError, match=r"frames|cannot be decoded"):
        read(path)


def test_a_long_reason_ends_at_a_word(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "a.dcm", RAMP)
    data = pydicom.dcmread(path)
    data.PixelData = data.PixelData[:100]
    data.save_as(path)
    with pytest.raises(InputError, match="export it again") as caught:
        read(path)
    reason = str(caught.value).split("(", 1)[1].rsplit(")", 1)[0]
    assert len(reason) < 170
    assert reason.endswith(" …") or len(reason) <= 160
