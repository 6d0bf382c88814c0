"""Features of a data folder's labelled images, kept in files, so that signs are learned without reading images again.

Each image is read by the head that did not see its patient; locked patients' by the merged one, as deployed. A part of
:data:`PART` images is one file, written when complete; an interrupted run goes on with the next part.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError
from thoracite.files import replace_file
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.signs.evidence import list_values
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.frames import map_cores

PART = 256
"""Images of a file; with maps in half precision it has some 33 MB."""


class FeatureTable(NamedTuple):
    """Features of some cases.

    Parameters
    ----------
    cases : list of Case
        The images.
    maps : ndarray, shape (cases, 2, 1280, rows, columns), float16
        Last maps of whole and chest.
    boxes : ndarray, shape (cases, 2, 4), int64
        x0, y0, x1, y1 of both crops, in pixels of each radiograph.
    logits : ndarray, shape (cases, outputs), float64
        The network's.
    values : ndarray, shape (cases, values), float64
        Values of the signs; NaN for what cannot be measured.
    masks : ndarray, shape (cases, 3, side, side), bool
        Right lung, left lung and heart on the frame of the whole; all False where the masks are not valid.
    """

    cases: list[Case]
    maps: npt.NDArray[np.float16]
    boxes: npt.NDArray[np.int64]
    logits: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    masks: npt.NDArray[np.bool_]


def cache_features(data: Path, output: Path, *, cases: Sequence[Case] | None = None) -> str:
    """Write the features of a data folder.

    Parameters
    ----------
    data : Path
        Folder with the manifests and images.
    output : Path
        Folder for the files; about 1.7 GB for 12,000 images.
    cases : sequence of Case or None
        Part of the labelled images; all unless given.

    Returns
    -------
    str
        What was written, as a sentence.

    Raises
    ------
    InputError
        If the data cannot be read.
    """
    chosen = list(read_labelled(data) if cases is None else cases)
    output.mkdir(parents=True, exist_ok=True)
    parts = {output / f"{start // PART:04}.npz": chosen[start : start + PART] for start in range(0, len(chosen), PART)}
    missing = {path: part for path, part in parts.items() if not path.is_file()}
    asked = [(case.path, case.head) for part in missing.values() for case in part]
    read = map_cores(_read_one, asked, told="images read")
    for path, part in missing.items():
        columns = zip(*itertools.islice(read, len(part)), strict=True)
        arrays = {name: np.stack(values) for name, values in zip(FeatureTable._fields[1:], columns, strict=True)}
        with replace_file(path, binary=True) as file:
            np.savez(file, allow_pickle=False, **arrays)
    return f"features of {len(chosen)} images are in {output}"


def read_features(folder: Path, cases: Sequence[Case]) -> FeatureTable:
    """Read the features that :func:`cache_features` wrote for the same cases.

    Raises
    ------
    InputError
        If a part is missing, or the files are of other cases.
    """
    paths = [folder / f"{number:04}.npz" for number in range(-(-len(cases) // PART))]
    if missing := [path for path in paths if not path.is_file()]:
        raise InputError(f"{missing[0]} is missing; write it with `thoracite features DATA --output {folder}`")
    parts = [np.load(path) for path in paths]
    arrays = [np.concatenate([part[name] for part in parts]) for name in FeatureTable._fields[1:]]
    if len(arrays[0]) != len(cases):
        raise InputError(f"{folder} holds features of {len(arrays[0])} images; expected those of {len(cases)}")
    return FeatureTable(list(cases), *arrays)


def _read_one(asked: tuple[Path, int | None]) -> tuple[npt.NDArray[np.generic], ...]:
    path, head = asked
    seen = _load_encoder().forward(read_radiograph(path, settings=Settings.read()).pixels, head=head)
    (right, left, _), (heart, _) = seen.crops.anatomy
    masks = np.stack([right, left, heart]) & (not seen.crops.faults)
    boxes = np.array(seen.boxes, dtype=np.int64)
    return seen.last.astype(np.float16), boxes, seen.logits, list_values(seen.signs), masks


@cache
def _load_encoder() -> MiniEncoder:
    return MiniEncoder.load()


__all__ = ["PART", "FeatureTable", "cache_features", "read_features"]
