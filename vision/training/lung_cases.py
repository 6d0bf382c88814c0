"""Radiographs with drawn lungs, for training and measuring the segmenter.

They come from ``manifest.csv`` of the data folder: rows whose ``extra_json`` names a mask (``v7_lung_mask``, an archive
and a member of it, ``archive.zip:folder/mask.png``; the archive lies in the folder itself). The masks hold the lung
as far as it is visible *and* behind the heart, but not below the diaphragm's domes. Lateral views are left out, and
masks whose shape differs from their image's, since they were drawn on another crop. Patients are kept apart by
``suggested_split``, which comes with the data.

Radiographs of another hospital (Hannover; ``v7_lung_mask_of_the_cohen_copy``) are the part ``elsewhere``, which is
never trained on. Their masks were drawn on square copies of the middle of the image; many copies of AP views
were turned as well, so only PA views are taken.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from thoracite.errors import InputError
from thoracite.files import read_rows
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.lungs import Mask
from thoracite.vision.training.frames import frame_drawn

VIEWS = ("PA", "AP", "AP Supine")
"""Frontal views."""

ELSEWHERE = "elsewhere"
"""Name of the part from another hospital."""

SKEW = 0.02
"""Largest difference of width over height between a mask and its image, as a share."""


class LungCase(NamedTuple):
    """A radiograph with drawn lungs.

    Parameters
    ----------
    path : Path
        The image.
    archive, member : Path, str
        The mask, and the zip that it lies in.
    group : str
        Patient, with near-duplicate images.
    view : str
        ``PA``, ``AP`` or ``AP Supine``.
    split : str
        ``train``, ``val`` (for choosing settings), ``test`` or ``elsewhere``.
    middle : bool
        Whether the mask shows only the middle square of the image.
    """

    path: Path
    archive: Path
    member: str
    group: str
    view: str
    split: str
    middle: bool = False


def read_lung_cases(folder: Path, *splits: str) -> list[LungCase]:
    """Read frontal radiographs with a mask; of these parts, or of all.

    Parameters
    ----------
    folder : Path
        Holds ``manifest.csv``, the images and the archive of masks.
    *splits : str
        ``train``, ``val``, ``test``, ``elsewhere``.

    Raises
    ------
    InputError
        If the manifest or the archive is missing, or there is no such radiograph.
    """
    manifest = folder / "manifest.csv"
    if not manifest.is_file():
        raise InputError(f"{manifest} is missing; expected a folder with manifest.csv and the images that it names")
    named = [case for row in read_rows(manifest) if (case := _parse_row(row, folder)) is not None]
    cases = [case for case in named if (not splits or case.split in splits) and _fits(case)]
    if not cases:
        raise InputError(f"{manifest} names no lung mask (v7_lung_mask) of a frontal view in {', '.join(splits)}")
    return cases


def read_lungs(case: LungCase, *, shape: tuple[int, int]) -> tuple[Mask, Mask]:
    """Read the patient's right and left lung as drawn.

    Parameters
    ----------
    case : LungCase
        The case to read.
    shape : tuple of int
        Height and width of its image, in pixels.

    Returns
    -------
    tuple of ndarray, shape ``shape``, bool
        The two largest connected parts of the mask, the image's left one first.

    Raises
    ------
    InputError
        If the mask does not have two parts.
    """
    height, width = (min(shape), min(shape)) if case.middle else shape
    with _open_mask(case) as mask:
        grey = np.array(mask.convert("L").resize((width, height), Image.Resampling.BILINEAR))
    whole = np.zeros(shape, dtype=np.bool_)
    top, left_edge = (shape[0] - height) // 2, (shape[1] - width) // 2
    whole[top : top + height, left_edge : left_edge + width] = grey > 127
    parts, number = ndimage.label(whole)
    if number < 2:
        raise InputError(f"{case.member} shows {number} lung; expected two that do not touch")
    sizes = ndimage.sum_labels(np.ones(shape), parts, np.arange(1, number + 1))
    largest = 1 + np.argsort(sizes)[-2:]
    middles = [centre[1] for centre in ndimage.center_of_mass(parts > 0, parts, largest)]
    right, left = (parts == largest[place] for place in np.argsort(middles))
    return right, left


def read_lung_frames(cases: list[LungCase], *, size: int, settings: Settings) -> npt.NDArray[np.uint8]:
    """Read framed images and their lungs.

    Parameters
    ----------
    cases : list of LungCase
        The cases to read.
    size : int
        Side, in pixels.
    settings : Settings
        Limits for reading images.

    Returns
    -------
    ndarray, shape (cases, 3, size, size), uint8
        Intensity, right lung, left lung, each from 0 to 255.
    """
    frames = np.empty((len(cases), 3, size, size), dtype=np.uint8)
    for row, case in enumerate(cases):
        pixels = read_radiograph(case.path, settings=settings).pixels
        height, width = pixels.shape
        frames[row] = frame_drawn(pixels, read_lungs(case, shape=(height, width)), size=size)
    return frames


def _parse_row(row: dict[str, str], folder: Path) -> LungCase | None:
    extra = json.loads(row.get("extra_json") or "{}")
    copied = extra.get("v7_lung_mask_of_the_cohen_copy") if row["view"] == "PA" else None
    named = extra.get("v7_lung_mask") or copied
    if not named or row["view"] not in VIEWS:
        return None
    archive, _, member = named.partition(":")
    return LungCase(
        path=folder / row["file"],
        archive=folder / Path(archive).name,
        member=member,
        group=row["group_id"],
        view=row["view"],
        split=ELSEWHERE if copied else row["suggested_split"],
        middle=bool(copied),
    )


def _open_mask(case: LungCase) -> Image.Image:
    try:
        with zipfile.ZipFile(case.archive) as archive:
            return Image.open(io.BytesIO(archive.read(case.member)))
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"the lung mask {case.member} cannot be read from {case.archive} ({error})") from error


def _fits(case: LungCase) -> bool:
    with _open_mask(case) as mask, Image.open(case.path) as image:
        width, height = (1, 1) if case.middle else image.size
        ratio = mask.width * height / (mask.height * width)
    return abs(ratio - 1) < SKEW


__all__ = ["ELSEWHERE", "SKEW", "VIEWS", "LungCase", "read_lung_cases", "read_lung_frames", "read_lungs"]
