"""The image door: every kind of file that holds a radiograph, and one sentence for every other."""

from __future__ import annotations

import contextlib
import io
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, SecondaryCaptureImageStorage, generate_uid

from thoracite.errors import InputError
from thoracite.settings import Settings
from thoracite.vision.image import Radiograph, name_image, read_radiograph

SETTINGS = Settings(max_pixels=1_000_000)
GREY = np.tile(np.linspace(0, 255, 128).astype(np.uint8), (96, 1))


def read(path: Path) -> Radiograph:
    return read_radiograph(path, settings=SETTINGS)


def write_dicom(path: Path, values: npt.NDArray[np.uint16], **tags: Any) -> Path:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    data.PatientName, data.PatientID = "Doe^Jane", "12345"
    data.Rows, data.Columns = values.shape[-2:]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.PixelData = values.astype(np.uint16).tobytes()
    for name, value in tags.items():
        if name == "compress":
            data.compress(RLELossless)
        else:
            setattr(data, name, value)
    data.save_as(path, enforce_file_format=True)
    return path


def save(image: Image.Image, path: Path, **options: Any) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "1", "CMYK"])
def test_every_mode_becomes_grey_in_the_unit_range(tmp_path: Path, mode: str) -> None:
    suffix = "jpg" if mode == "CMYK" else "png"
    radiograph = read(save(Image.fromarray(GREY).convert(mode), tmp_path / f"a.{suffix}"))
    assert radiograph.pixels.shape == GREY.shape
    assert radiograph.pixels.dtype == np.float32
    assert 0 <= radiograph.pixels.min() < 0.05
    assert 0.95 < radiograph.pixels.max() <= 1.0001
    assert radiograph.pixels[:, :30].mean() < radiograph.pixels[:, -30:].mean()
    assert radiograph.colour < 0.02


def test_sixteen_bits_keep_their_fine_steps(tmp_path: Path) -> None:
    values = np.tile(np.arange(0, 4096, 16, dtype=np.uint16), (96, 1))
    radiograph = read(save(Image.fromarray(values), tmp_path / "a.png"))
    assert len(np.unique(radiograph.pixels)) == 256
    assert radiograph.pixels.max() == 1


def test_colour_is_told(tmp_path: Path) -> None:
    photo = np.zeros((96, 128, 3), dtype=np.uint8)
    photo[..., 0] = 200
    assert read(save(Image.fromarray(photo), tmp_path / "a.png")).colour > 0.2


def test_orientation_of_a_camera_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    radiograph = read(save(Image.fromarray(GREY), tmp_path / "a.jpg", exif=exif))
    assert radiograph.pixels.shape == (128, 96)


def test_what_a_file_is_its_bytes_say(tmp_path: Path) -> None:
    assert read(save(Image.fromarray(GREY), tmp_path / "named.dcm", format="PNG")).pixels.shape == GREY.shape
    path = write_dicom(tmp_path / "named.png", GREY.astype(np.uint16))
    assert read(path).pixels.shape == GREY.shape


def test_dicom_is_rescaled_windowed_and_turned(tmp_path: Path) -> None:
    values = GREY.astype(np.uint16) * 16
    plain = read(write_dicom(tmp_path / "a.dcm", values, RescaleSlope=2, RescaleIntercept=-100)).pixels
    assert plain[0, 0] == 0
    assert plain[0, -1] == 1
    turned = read(write_dicom(tmp_path / "b.dcm", values, PhotometricInterpretation="MONOCHROME1")).pixels
    np.testing.assert_allclose(turned, 1 - plain, atol=1e-6)
    narrow = read(write_dicom(tmp_path / "c.dcm", values, WindowCenter=2000, WindowWidth=400)).pixels
    assert (narrow == 0).mean() > 0.3
    assert (narrow == 1).mean() > 0.3


def test_dicom_compressed_reads_the_same(tmp_path: Path) -> None:
    values = GREY.astype(np.uint16) * 16
    plain = read(write_dicom(tmp_path / "a.dcm", values)).pixels
    np.testing.assert_array_equal(read(write_dicom(tmp_path / "b.dcm", values, compress=True)).pixels, plain)


def test_dicom_view_and_modality_are_kept_and_no_name(tmp_path: Path) -> None:
    radiograph = read(write_dicom(tmp_path / "a.dcm", GREY.astype(np.uint16), ViewPosition="AP", Modality="DX"))
    assert (radiograph.view, radiograph.modality) == ("AP", "DX")
    assert "Doe" not in repr(radiograph)


def test_real_compressed_dicom_of_pydicom_reads() -> None:
    from pydicom.data import get_testdata_file

    for name in ("JPEG2000.dcm", "693_J2KI.dcm"):
        path = get_testdata_file(name, download=False)
        assert read_radiograph(Path(str(path)), settings=Settings()).pixels.ndim == 2


def _bomb(side: int) -> bytes:
    """A PNG that says it is very large; no pixels need to follow."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def _jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 200), dtype=np.uint8)).save(buffer, format="JPEG")
    return buffer.getvalue()


def _tiny() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (1, 1)).save(buffer, format="PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.png", b"", "is empty"),
        ("text.png", b"this is no image at all", "is not a readable image"),
        ("cut.jpg", _jpeg()[:3000], "damaged or cut off"),
        ("cut.png", _bomb(300)[:60], "damaged or cut off"),
        ("bomb.png", _bomb(30_000), "at most 1,000,000"),
        ("wide.png", _bomb(9_000), "at most 1,000,000"),
        ("tiny.png", _tiny(), "1×1 pixels"),
        ("fake.dcm", b"\0" * 128 + b"DICM" + b"\xff" * 300, "without pixels"),
        ("page.gif", b"GIF89a" + b"\0" * 40, "is not a readable image"),
    ],
)
def test_what_is_no_image_gets_one_sentence(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=words) as told:
        read(path)
    assert name in str(told.value)
    assert "\n" not in str(told.value)


def test_a_dicom_without_pixels_or_with_many_frames_is_refused(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "a.dcm", GREY.astype(np.uint16))
    data = pydicom.dcmread(path)
    del data.PixelData
    data.save_as(path)
    with pytest.raises(InputError, match="without pixels"):
        read(path)
    frames = np.stack([GREY, GREY]).astype(np.uint16)
    with pytest.raises(InputError, match="2 frames"):
        read(write_dicom(tmp_path / "b.dcm", frames, NumberOfFrames=2))


def test_missing_files_folders_and_large_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "nothing.png")
    with pytest.raises(InputError, match="is not a file"):
        read(tmp_path)
    (tmp_path / "a.png").write_bytes(b"x" * 100)
    with pytest.raises(InputError, match="at most 10 are read"):
        read_radiograph(tmp_path / "a.png", settings=Settings(max_bytes=10))


def test_broken_bytes_never_escape_as_another_error(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    whole = [_jpeg(), _tiny(), write_dicom(tmp_path / "a.dcm", GREY.astype(np.uint16)).read_bytes()]
    for number in range(90):
        data = bytearray(whole[number % 3])
        for _ in range(int(random.integers(1, 30))):
            data[int(random.integers(len(data)))] = int(random.integers(256))
        path = tmp_path / "fuzzed"
        path.write_bytes(bytes(data[: int(random.integers(1, len(data) + 1))]))
        with contextlib.suppress(InputError):  # any other error fails the test
            assert np.isfinite(read(path).pixels).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_arrays_are_read_as_the_file_of_the_same_pixels(dtype: type, tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 1, 96), (80, 1))
    stored = (
        (ramp * np.iinfo(dtype).max).round().astype(dtype) if np.issubdtype(dtype, np.integer) else ramp.astype(dtype)
    )
    pixels = read_radiograph(stored, settings=Settings()).pixels
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels, ramp, atol=1 / 255)
    if dtype is np.uint8:
        Image.fromarray(stored).save(tmp_path / "a.png")
        np.testing.assert_array_equal(pixels, read_radiograph(tmp_path / "a.png", settings=Settings()).pixels)


def test_pictures_and_datasets_are_read_as_their_files() -> None:
    from pydicom.data import get_testdata_file

    picture = Image.fromarray(np.tile(np.arange(96, dtype=np.uint8), (80, 1)))
    assert read_radiograph(picture, settings=Settings()).pixels.shape == (80, 96)
    path = get_testdata_file("CT_small.dcm")
    one = read_radiograph(pydicom.dcmread(path), settings=Settings())
    other = read_radiograph(Path(path), settings=Settings())
    np.testing.assert_array_equal(one.pixels, other.pixels)
    assert (one.view, one.modality) == (other.view, other.modality) == ("unknown", "CT")


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (np.zeros((2, 3, 4, 5)), "shape (2, 3, 4, 5)"),
        (np.array([["a"] * 80] * 80), "is not an image"),
        (np.zeros((0, 80)), "empty"),
        (np.zeros((80, 10)), "array is 10×80 pixels"),
        (np.zeros((9000, 9000), dtype=np.uint8), "at most 64,000,000 are decoded"),
        (Image.new("L", (8, 8)), "picture is 8×8 pixels"),
        (3.5, "an image of type float cannot be read"),
        (pydicom.Dataset(), "cannot be read; expected a path"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_no_image_is_one_sentence(image: Any, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        read_radiograph(image, settings=Settings())


def test_names_of_images(tmp_path: Path) -> None:
    Image.new("L", (80, 80)).save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as opened:
        assert name_image(opened) == str(tmp_path / "a.png")
    assert [name_image(image) for image in (Image.new("L", (8, 8)), pydicom.Dataset())] == ["picture", "dataset"]
