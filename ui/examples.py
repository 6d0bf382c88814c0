"""Examples for the demo: the user's own folder, and synthetic phantoms.

The phantoms are marked SYNTHETIC in their pixels and in their names.
"""

from __future__ import annotations

import io
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
    "synthetic large heart": (57, (Abnormality(kind=Kind.CARDIOMEGALY, severity="severe"),)),
    "synthetic effusion": (61, (Abnormality(kind=Kind.EFFUSION, side="left", severity="moderate"),)),
}
"""Seed and findings of the synthetic examples."""


class Example(NamedTuple):
    """A file and the name that the page shows.

    Parameters
    ----------
    name : str
        Name on the page.
    path : Path
        The image file.
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
        A folder to write the phantoms to.
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
    return own + write_examples(drawn)


def write_examples(folder: Path, *, size: int = 320) -> list[Example]:
    """Draw the synthetic examples as PNG files.

    Parameters
    ----------
    folder : Path
        Made if missing.
    size : int
        Side in pixels; the page waits for them when it starts, and 320 takes about a third of a second each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    examples = []
    for name, (seed, abnormalities) in PHANTOMS.items():
        path = folder / f"{name.replace(' ', '_')}.png"
        render_picture(draw_phantom(seed, abnormalities=abnormalities, size=size, view="PA")).save(path)
        examples.append(Example(name, path))
    return examples


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
            image = Image.open(io.BytesIO(render_upload(example.path, settings).png)).copy()
            image.thumbnail((160, 160))
        except InputError:  # offered all the same: picking it shows the error
            image = Image.new("L", (160, 160), 96)
        image.save(path)
        paths.append(path)
    return paths


__all__ = ["PHANTOMS", "Example", "find_examples", "write_examples", "write_thumbnails"]
