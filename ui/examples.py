"""Examples for the demo: the user's own folder, and drawings that are no one's chest.

The drawings follow a chest radiograph's plan (lungs, heart, spine, ribs, diaphragm, clavicles) closely enough to show
how the page works. They are marked SYNTHETIC and the image gate may withhold them, which is an example too.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from thoracite.errors import InputError
from thoracite.retrieval.retriever import IMAGE_SUFFIXES
from thoracite.settings import Settings
from thoracite.ui.picture import render_picture

Pixels = NDArray[np.float32]

BODY = ((440, 1000), (410, 420), (320, 200), (100, 130), (60, 0))
"""Half of the body's outline from the hip to the neck: distance from the middle, height, of 1000."""

LUNG = ((60, 190), (150, 165), (240, 230), (310, 420), (335, 640), (330, 770), (190, 720), (75, 770), (50, 560))
"""One lung, in the same measure."""


class Drawing(NamedTuple):
    """What is changed in a drawn chest: width of the heart (1 normal), fluid as a share of the left lung."""

    heart: float = 1.0
    fluid: float = 0.0


DRAWINGS: Mapping[str, Drawing] = {
    "synthetic normal": Drawing(),
    "synthetic large heart": Drawing(heart=1.45),
    "synthetic effusion": Drawing(fluid=0.32),
}
"""The drawn examples."""


class Example(NamedTuple):
    """A file and the name it is offered under."""

    name: str
    path: Path


def find_examples(folder: Path | None, drawn: Path, *, limit: int = 24) -> list[Example]:
    """What the demo offers to pick.

    Parameters
    ----------
    folder : Path or None
        The user's folder; its images come first, by name.
    drawn : Path
        A folder to write the drawings to.
    limit : int
        At most this many of the user's images.

    Raises
    ------
    InputError
        If the folder is missing or holds no image.
    """
    own: list[Example] = []
    if folder is not None:
        if not folder.is_dir():
            raise InputError(f"{folder} is not a folder; --examples expects a folder of PNG, JPEG or DICOM images")
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file())
        if not paths:
            raise InputError(f"{folder} holds no image; --examples expects PNG, JPEG or DICOM files directly in it")
        own = [Example(path.name, path) for path in paths[:limit]]
    return own + write_drawings(drawn)


def write_drawings(folder: Path, *, size: int = 512) -> list[Example]:
    """Draw the synthetic examples as PNG files.

    Parameters
    ----------
    folder : Path
        Made when missing.
    size : int
        Side in pixels.
    """
    folder.mkdir(parents=True, exist_ok=True)
    examples = []
    for name, drawing in DRAWINGS.items():
        path = folder / f"{name.replace(' ', '_')}.png"
        pixels = draw_thorax(drawing, size=size)
        image = Image.fromarray((pixels * 255).astype(np.uint8))
        ImageDraw.Draw(image).text((size * 0.03, size * 0.03), "SYNTHETIC", fill=230)
        image.save(path)
        examples.append(Example(name, path))
    return examples


def write_thumbnails(examples: Sequence[Example], folder: Path, settings: Settings) -> list[Path]:
    """One small PNG an example; a blank one for an image that cannot be read.

    Parameters
    ----------
    examples : sequence of Example
        Their images.
    folder : Path
        Where to write, in ``thumbnails``.
    settings : Settings
        Limits for reading.
    """
    thumbnails = folder / "thumbnails"
    thumbnails.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, example in enumerate(examples):
        path = thumbnails / f"{number:02}.png"
        try:
            image = Image.open(io.BytesIO(render_picture(example.path, settings).png)).copy()
            image.thumbnail((160, 160))
        except InputError:  # offered all the same: picking it says what is wrong with it
            image = Image.new("L", (160, 160), 96)
        image.save(path)
        paths.append(path)
    return paths


def draw_thorax(drawing: Drawing = Drawing(), *, size: int = 512, seed: int = 0) -> Pixels:  # noqa: B008 - immutable
    """A schematic frontal chest radiograph.

    Parameters
    ----------
    drawing : Drawing
        What is changed.
    size : int
        Side in pixels.
    seed : int
        Of the noise.

    Returns
    -------
    ndarray, shape (size, size), float32, intensity in [0, 1]
        Air dark, bone bright; the patient's left on the right.

    Examples
    --------
    >>> image = draw_thorax(size=64)
    >>> image.shape, bool(image[32, 16] < image[60, 32])
    ((64, 64), True)
    """
    image = Image.new("L", (1000, 1000), 12)
    draw = ImageDraw.Draw(image)
    draw.polygon([(500 + side * x, y) for side, outline in ((-1, BODY), (1, BODY[::-1])) for x, y in outline], fill=150)
    for side in (-1, 1):
        draw.polygon([(500 + side * x, y) for x, y in LUNG], fill=52)
    image = image.filter(ImageFilter.GaussianBlur(14))
    draw = ImageDraw.Draw(image)
    draw.ellipse((500 - 95 * drawing.heart, 430, 500 + 185 * drawing.heart, 800), fill=165)
    draw.polygon([(440, 130), (560, 130), (575, 470), (440, 500)], fill=150)
    if drawing.fluid > 0:  # higher at the chest wall: a meniscus
        rises = ((845, 520), (760, 330), (640, 240))
        level = [(x, 770 - rise * drawing.fluid) for x, rise in rises]
        draw.polygon([(590, 775), (845, 775), *level], fill=178)
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(9)), dtype=np.float32) / 255
    soft = soft + _draw_bones() + np.random.default_rng(seed).normal(0, 0.018, soft.shape)
    small = Image.fromarray((np.clip(soft, 0, 1) * 255).astype(np.uint8)).resize((size, size), Image.Resampling.LANCZOS)
    return np.asarray(small, dtype=np.float32) / np.float32(255)


def _draw_bones() -> Pixels:
    """Ribs, clavicles and spine to add to the soft tissue, shape (1000, 1000)."""
    image = Image.new("L", (1000, 1000), 0)
    draw = ImageDraw.Draw(image)
    for rib in range(8):
        y = 170 + 68 * rib
        reach = 250 + 26 * min(rib, 4)
        draw.arc((500 - reach - 60, y - 40, 480, y + 190), 160, 330, fill=34, width=20)
        draw.arc((520, y - 40, 500 + reach + 60, y + 190), 210, 20, fill=34, width=20)
    draw.line([(470, 205), (330, 165), (180, 175)], fill=52, width=24, joint="curve")
    draw.line([(530, 205), (670, 165), (820, 175)], fill=52, width=24, joint="curve")
    for vertebra in range(14):
        draw.rounded_rectangle((466, 30 + 70 * vertebra, 534, 88 + 70 * vertebra), 10, fill=30)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(4)), dtype=np.float32) / np.float32(255)


__all__ = ["DRAWINGS", "Drawing", "Example", "draw_thorax", "find_examples", "write_drawings", "write_thumbnails"]
