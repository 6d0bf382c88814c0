"""Radiographs with drawn hearts and lungs, for training and measuring the segmenter.

They are the rows of the manifests whose ``extra_json`` has ``masks``, files relative to the folder:
``{"heart": …, "right_lung": …, "left_lung": …}``. The lungs are drawn as far as they are *visible*: what lies behind
the heart is left out, so that heart and lungs hardly overlap. Part of the chests is kept back for measuring, by the
hash of their names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from thoracite.errors import InputError
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.lungs import Mask
from thoracite.vision.training.cases import read_manifests
from thoracite.vision.training.frames import frame_drawn

PARTS = ("right_lung", "left_lung", "heart")
"""Drawn parts, in the order of the network's outputs."""

KEPT = 0.3
"""Share of chests that is kept back for measuring."""


class ChestCase(NamedTuple):
    """A radiograph with drawn heart and lungs.

    Parameters
    ----------
    path : Path
        The image.
    masks : tuple of Path
        Masks, in the order of :data:`PARTS`.
    group : str
        Patient.
    ratio : float or None
        Cardiothoracic ratio as given with the image.
    """

    path: Path
    masks: tuple[Path, ...]
    group: str
    ratio: float | None

    @property
    def kept(self) -> bool:
        """Tell whether the chest is kept back for measuring, from the patient's name alone."""
        number = int.from_bytes(hashlib.sha256(f"chest {self.group}".encode()).digest()[:8], "big")
        return number / 2**64 < KEPT


def read_chest_cases(folder: Path, *, kept: bool) -> list[ChestCase]:
    """Read the chests with drawn hearts: those to train on, or those kept back.

    Parameters
    ----------
    folder : Path
        Holds the manifests, images and masks.
    kept : bool
        True for those kept back.

    Raises
    ------
    InputError
        If there is no manifest, or no such chest in it.
    """
    cases = [case for case in _parse_rows(read_manifests(folder), folder) if case.kept == kept]
    if not cases:
        raise InputError(
            f"{folder / 'manifest.csv'} names no drawn hearts and lungs; expected rows whose extra_json has "
            '"masks" with heart, right_lung and left_lung'
        )
    return cases


def _parse_rows(rows: Iterable[Mapping[str, str]], folder: Path) -> Iterator[ChestCase]:
    for row in rows:
        extra = json.loads(row.get("extra_json") or "{}")
        drawn = extra.get("masks") or {}
        if set(PARTS) <= set(drawn):
            masks = tuple(folder / drawn[part] for part in PARTS)
            yield ChestCase(folder / row["file"], masks, row["group_id"], extra.get("ctr_ground_truth"))


def read_masks(case: ChestCase) -> tuple[Mask, ...]:
    """Read the drawn parts of a chest, each at the size of its file.

    Raises
    ------
    InputError
        If a mask cannot be read.
    """
    masks = []
    for path in case.masks:
        try:
            with Image.open(path) as image:
                masks.append(np.asarray(image.convert("L")) > 127)
        except OSError as error:
            raise InputError(f"the mask {path} cannot be read ({error}); expected a PNG") from error
    return tuple(masks)


def read_chest_frames(cases: Sequence[ChestCase], *, size: int, settings: Settings) -> npt.NDArray[np.uint8]:
    """Read framed images with their drawn parts.

    Parameters
    ----------
    cases : sequence of ChestCase
        The cases to read.
    size : int
        Side, in pixels.
    settings : Settings
        Limits for reading images.

    Returns
    -------
    ndarray, shape (cases, 4, size, size), uint8
        Intensity, then the parts of :data:`PARTS`, each from 0 to 255.
    """
    frames = np.empty((len(cases), 1 + len(PARTS), size, size), dtype=np.uint8)
    for row, case in enumerate(cases):
        pixels = read_radiograph(case.path, settings=settings).pixels
        frames[row] = frame_drawn(pixels, read_masks(case), size=size)
    return frames


__all__ = ["KEPT", "PARTS", "ChestCase", "read_chest_cases", "read_chest_frames", "read_masks"]
