"""Images other than frontal chest radiographs, to train and measure the gate: bundled files and generated images.

The files come with scikit-image, scikit-learn and pydicom; each belongs to tuning or to test by its name, never to
both. Generated images are drawn with separate seeds. Turned or inverted radiographs are two more kinds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage

from thoracite.errors import ThoraciteError
from thoracite.settings import Settings
from thoracite.vision.image import Pixels, read_radiograph

Split = Literal["tuning", "test"]

SIDE = 320
"""Side of a generated image, in pixels."""

_DICOM = (
    "CT_small.dcm", "MR_small.dcm", "693_J2KI.dcm", "JPEG2000.dcm", "examples_overlay.dcm", "examples_palette.dcm",
    "examples_rgb_color.dcm", "examples_ybr_color.dcm", "liver_1frame.dcm", "image_dfl.dcm", "SC_rgb_jpeg.dcm",
    "rtdose_1frame.dcm", "JPEGLSNearLossless_08.dcm", "GDCMJ2K_TextGBR.dcm",
)  # fmt: skip


class Negative(NamedTuple):
    """An image that must be withheld.

    Parameters
    ----------
    name : str
        File name, or kind and seed of a generated image.
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Grey: colour alone must not decide.
    split : str
        ``tuning`` or ``test``.
    """

    name: str
    pixels: Pixels
    split: Split


def read_negatives(*, generated: int = 40) -> Iterator[Negative]:
    """Read every negative of both splits.

    Parameters
    ----------
    generated : int
        Number of generated images of each kind in each split.
    """
    for path in find_files():
        try:
            pixels = read_radiograph(path, settings=Settings.read()).pixels
        except ThoraciteError:  # refused when it is read, as for a user
            continue
        yield Negative(path.name, pixels, find_split(path.name))
    starts: dict[Split, int] = {"tuning": 0, "test": 100_000}
    for split, start in starts.items():
        for kind, draw in DRAWN.items():
            for seed in range(start, start + generated):
                yield Negative(
                    f"{kind} {seed}", draw(np.random.default_rng(seed)), "test" if split == "test" else "tuning"
                )


def find_split(name: str) -> Split:
    """Return tuning or test, from the name alone.

    Examples
    --------
    >>> find_split("camera.png") == find_split("camera.png")
    True
    """
    return "test" if hashlib.sha256(name.encode()).digest()[0] % 2 else "tuning"


def find_files() -> list[Path]:
    """Find bundled images of scikit-image, scikit-learn and pydicom, as far as installed; sorted by name."""
    import pydicom
    import sklearn

    folders = [Path(sklearn.__file__).parent / "datasets" / "images"]
    try:
        import skimage

        folders.append(Path(skimage.__file__).parent / "data")
    except ImportError:
        pass
    found = [path for folder in folders for path in folder.glob("*") if path.suffix in {".png", ".jpg"}]
    medical = Path(pydicom.__file__).parent / "data" / "test_files"
    return sorted([*found, *(medical / name for name in _DICOM if (medical / name).is_file())], key=lambda p: p.name)


def vary_image(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Crop at least half of each side, mirror half the time, and change the brightness."""
    height, width = pixels.shape
    h, w = (int(side * random.uniform(0.5, 1.0)) for side in (height, width))
    y, x = int(random.integers(height - h + 1)), int(random.integers(width - w + 1))
    crop = pixels[y : y + h, x : x + w]
    crop = crop[:, ::-1] if random.random() < 0.5 else crop
    return np.asarray(np.clip(crop, 0, 1) ** np.exp(random.uniform(-0.5, 0.5)), dtype=np.float32)


def turn_radiograph(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Turn by one, two or three quarters."""
    return np.ascontiguousarray(np.rot90(pixels, int(random.integers(1, 4))))


def _draw_noise(random: np.random.Generator) -> Pixels:
    noise = random.normal(0.5, 0.2, (SIDE, SIDE))
    blurred = ndimage.gaussian_filter(noise, float(random.choice([0.0, 1.0, 4.0, 16.0])))
    return _even(blurred)


def _draw_gradient(random: np.random.Generator) -> Pixels:
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    angle = random.uniform(0, 2 * np.pi)
    waves = np.sin(2 * np.pi * random.uniform(0.2, 6) * (x * np.cos(angle) + y * np.sin(angle)))
    round_ = np.hypot(x - random.uniform(0.2, 0.8), y - random.uniform(0.2, 0.8))
    return _even(waves if random.random() < 0.5 else round_ + 0.01 * random.normal(size=x.shape))


def _draw_shapes(random: np.random.Generator) -> Pixels:
    image = Image.new("L", (SIDE, SIDE), int(random.integers(256)))
    draw = ImageDraw.Draw(image)
    for _ in range(int(random.integers(1, 12))):
        x0, y0 = (int(v) for v in random.integers(0, SIDE - 20, 2))
        x1, y1 = x0 + int(random.integers(10, SIDE)), y0 + int(random.integers(10, SIDE))
        shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
        shape((x0, y0, x1, y1), fill=int(random.integers(256)))
    return _even(ndimage.gaussian_filter(np.asarray(image, dtype=np.float64), float(random.choice([0, 3, 12]))))


def _draw_text(random: np.random.Generator) -> Pixels:
    image = Image.new("L", (SIDE, SIDE), 255)
    draw = ImageDraw.Draw(image)
    for line in range(int(random.integers(4, 24))):
        word = "".join(chr(int(c)) for c in random.integers(97, 123, int(random.integers(8, 60))))
        draw.text((int(random.integers(4, 60)), 6 + 13 * line), word, fill=int(random.integers(0, 90)))
    return _even(
        np.asarray(image, dtype=np.float64) if random.random() < 0.5 else 255 - np.asarray(image, dtype=np.float64)
    )


def _draw_slice(random: np.random.Generator) -> Pixels:
    """Draw an axial slice, an ellipse with organs on black: a rough picture of CT."""
    image = Image.new("L", (SIDE, SIDE), 0)
    draw = ImageDraw.Draw(image)
    w, h = random.uniform(0.3, 0.46), random.uniform(0.22, 0.4)
    draw.ellipse([SIDE * v for v in (0.5 - w, 0.5 - h, 0.5 + w, 0.5 + h)], fill=int(random.integers(90, 200)))
    for _ in range(int(random.integers(2, 9))):
        cx, cy, r = random.uniform(0.3, 0.7), random.uniform(0.35, 0.65), random.uniform(0.02, 0.14)
        draw.ellipse([SIDE * v for v in (cx - r, cy - r * 0.8, cx + r, cy + r * 0.8)], fill=int(random.integers(256)))
    soft = ndimage.gaussian_filter(np.asarray(image, dtype=np.float64), random.uniform(0.5, 3))
    return _even(soft + random.normal(0, 6, soft.shape))


def _draw_limb(random: np.random.Generator) -> Pixels:
    """Draw one or two bones in soft tissue: another part of the body."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    axis = 0.5 + random.uniform(-0.15, 0.15) + random.uniform(-0.3, 0.3) * (y - 0.5)
    soft = np.sqrt(np.clip(random.uniform(0.15, 0.3) ** 2 - (x - axis) ** 2, 0, None))
    bones = sum(
        np.clip(0.05 - np.abs(x - axis - shift), 0, None) * random.uniform(6, 12)
        for shift in random.uniform(-0.1, 0.1, int(random.integers(1, 3)))
    )
    return _even(np.rot90(soft + bones + random.normal(0, 0.01, x.shape), int(random.integers(4))))


def _even(values: npt.NDArray[np.floating]) -> Pixels:
    return np.asarray((values - values.min()) / max(float(np.ptp(values)), 1e-6), dtype=np.float32)


DRAWN: dict[str, Callable[[np.random.Generator], Pixels]] = {
    "noise": _draw_noise,
    "gradient": _draw_gradient,
    "shapes": _draw_shapes,
    "text": _draw_text,
    "slice": _draw_slice,
    "limb": _draw_limb,
}
"""Kinds of generated negatives."""


__all__ = [
    "DRAWN",
    "Negative",
    "Split",
    "find_files",
    "find_split",
    "read_negatives",
    "turn_radiograph",
    "vary_image",
]
