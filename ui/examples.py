"""Examples for the demo: the user's own folder, and synthetic phantoms.

The phantoms are marked SYNTHETIC in their pixels and in their names.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from thoracite.errors import InputError
from thoracite.phantom import Abnormality, Kind, draw_phantom, render_picture
from thoracite.retrieval.retriever import IMAGE_SUFFIXES
from thoracite.settings import Settings
from thoracite.ui.picture import render_picture as render_upload

PHANTOMS: Mapping[str, tuple[int, tuple[Abnormality, ...]]] = {
    "synthetic normal": (50, ()),
    "synthetic large heart": (189, (Abnormality(kind=Kind.CARDIOMEGALY, severity="severe"),)),
    "synthetic effusion": (200, (Abnormality(kind=Kind.EFFUSION, side="left", severity="severe"),)),
    "synthetic blunt angle": (214, (Abnormality(kind=Kind.EFFUSION, side="right"),)),
    "synthetic consolidation": (
        201,
        (Abnormality(kind=Kind.CONSOLIDATION, side="right", zone="lower", severity="severe"),),
    ),
    "synthetic mass": (200, (Abnormality(kind=Kind.MASS, side="left", zone="upper", severity="severe"),)),
    "synthetic edema": (200, (Abnormality(kind=Kind.EDEMA, severity="severe"),)),
    "synthetic pneumothorax": (64, (Abnormality(kind=Kind.PNEUMOTHORAX, side="right", severity="severe"),)),
}
"""Seed and findings of the synthetic examples; chosen among few so that most of what was drawn is read. The model is
weak, and misses the pneumothorax: that is shown too."""

SIDE, THUMBNAIL = 320, 96
"""Side of an example and of its first small picture, in pixels: drawing 320 takes most of a second, 96 a tenth."""


class Example(NamedTuple):
    """A file and the name that the page shows.

    Parameters
    ----------
    name : str
        Name on the page.
    path : Path
        The image file; that of a phantom is drawn when it is first asked for (:func:`draw_example`).
    """

    name: str
    path: Path


def find_examples(folder: Path | None, drawn: Path, *, limit: int = 24) -> list[Example]:
    """Find the examples that the page offers.

    Parameters
    ----------
    folder : Path or None
        The user's folder; its images come first, by name.
    drawn : Path
        A folder for the phantoms, which :func:`draw_example` draws when they are picked.
    limit : int
        Most images from the user's folder.

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
    return own + [Example(name, drawn / f"{name.replace(' ', '_')}.png") for name in PHANTOMS]


def draw_example(example: Example, *, size: int = SIDE) -> Path:
    """Return the file of an example; a phantom is drawn unless that was done before.

    Parameters
    ----------
    example : Example
        Any.
    size : int
        Side of a phantom in pixels.
    """
    if example.name in PHANTOMS and not example.path.exists():
        example.path.parent.mkdir(parents=True, exist_ok=True)
        part = example.path.with_suffix(f".{secrets.token_hex(4)}.part")
        _draw(example.name, size).save(part, format="PNG")
        part.replace(example.path)  # whoever picks the same one at the same time reads a whole file
    return example.path


def write_examples(folder: Path, *, size: int = SIDE) -> list[Example]:
    """Draw all synthetic examples as PNG files.

    Parameters
    ----------
    folder : Path
        Made if missing.
    size : int
        Side in pixels.
    """
    examples = find_examples(None, folder)
    for example in examples:
        draw_example(example, size=size)
    return examples


def _draw(name: str, size: int) -> Image.Image:
    seed, abnormalities = PHANTOMS[name]
    return render_picture(draw_phantom(seed, abnormalities=abnormalities, size=size, view="PA"))


def write_thumbnails(examples: Sequence[Example], folder: Path, settings: Settings) -> list[Path]:
    """Write one small PNG for each example; a blank one for an image that cannot be read.

    Parameters
    ----------
    examples : sequence of Example
        Their images.
    folder : Path
        Folder to write to, in ``thumbnails``.
    settings : Settings
        Limits for reading.
    """
    thumbnails = folder / "thumbnails"
    thumbnails.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, example in enumerate(examples):
        path = thumbnails / f"{number:02}.png"
        try:
            image = _draw_small(example, settings)
            image.thumbnail((160, 160))
        except InputError:  # offered all the same: picking it shows the error
            image = Image.new("L", (160, 160), 96)
        image.save(path)
        paths.append(path)
    return paths


def _draw_small(example: Example, settings: Settings) -> Image.Image:
    if example.name in PHANTOMS and not example.path.exists():
        return _draw(example.name, THUMBNAIL)
    return Image.open(io.BytesIO(render_upload(example.path, settings).png)).copy()


__all__ = ["PHANTOMS", "Example", "draw_example", "find_examples", "write_examples", "write_thumbnails"]
