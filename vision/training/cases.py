"""Cases for training and measuring: a manifest of images with labels, read by the same rules everywhere.

The manifest is a CSV with one row for each image: ``file, source, group_id, view, labels`` (separated by semicolons),
``repo`` (its collection), ``extra_json`` (``{"rsna": {"cls": …}}`` where radiologists read it again) and
``bbox_json``. Patients are kept together by ``group_id``; the fold of a group follows from its name alone, so that a
published network and a later measurement hold out the same patients.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError
from thoracite.files import read_rows
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS, READINGS


class Case(NamedTuple):
    """A row of the manifest.

    Parameters
    ----------
    path : Path
        The image.
    source, collection : str
        Data set, and the collection within it.
    group : str
        Patient, with near-duplicate images.
    view : str
        ``PA``, ``AP`` …
    labels : frozenset of str
        Labels of the source.
    reading : str
        Radiologists' class; empty where they did not read the image.
    boxes : tuple of (str, float, float, float, float)
        Label, then x0, y0, x1, y1 as shares of width and height.
    """

    path: Path
    source: str
    collection: str
    group: str
    view: str
    labels: frozenset[str]
    reading: str
    boxes: tuple[tuple[str, float, float, float, float], ...]

    @property
    def fold(self) -> int:
        """Return the fold of the patient."""
        return find_fold(self.group)


def find_fold(group: str) -> int:
    """Return the fold of a patient, from the identifier alone.

    Examples
    --------
    >>> find_fold("nih:00000061") == find_fold("nih:00000061"), find_fold("a") in range(FOLDS)
    (True, True)
    """
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:8], "big") % FOLDS


def read_cases(folder: Path, *sources: str) -> list[Case]:
    """Read the rows of ``manifest.csv`` from these sources; all rows unless any are given.

    Parameters
    ----------
    folder : Path
        Holds ``manifest.csv``; its column ``file`` is relative to it.
    *sources : str
        Names such as ``nih``.

    Raises
    ------
    InputError
        If the manifest is missing or has no such rows.
    """
    manifest = folder / "manifest.csv"
    if not manifest.is_file():
        raise InputError(f"{manifest} is missing; expected a folder with manifest.csv and the images that it names")
    cases = [_parse_row(row, folder) for row in read_rows(manifest) if not sources or row["source"] in sources]
    if not cases:
        raise InputError(f"{manifest} has no rows of {', '.join(sources) or 'any source'}")
    return cases


def _parse_row(row: dict[str, str], folder: Path) -> Case:
    extra = json.loads(row.get("extra_json") or "{}")
    width, height = float(row["orig_width"] or 1), float(row["orig_height"] or 1)
    boxes = json.loads(row.get("bbox_json") or "[]")
    return Case(
        path=folder / row["file"],
        source=row["source"],
        collection=row["repo"],
        group=row["group_id"],
        view=row["view"],
        labels=frozenset(filter(None, row["labels"].split(";"))),
        reading=(extra.get("rsna") or {}).get("cls", ""),
        boxes=tuple(
            (b["label"], b["x"] / width, b["y"] / height, (b["x"] + b["w"]) / width, (b["y"] + b["h"]) / height)
            for b in boxes
            if isinstance(b, dict) and "x" in b
        ),
    )


def read_targets(cases: list[Case]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the target of each output, and weights that say where it is known.

    Returns
    -------
    tuple of ndarray, shape (cases, outputs), float32
        Targets, 0 or 1; weights, 0 where the target is not known.
    """
    targets = np.zeros((len(cases), len(OUTPUTS)), dtype=np.float32)
    known = np.ones_like(targets)
    for row, case in enumerate(cases):
        named = [*FINDINGS, "No Finding"]
        targets[row] = [*(name in case.labels for name in named), *(name == case.reading for name in READINGS)]
        known[row, len(named) :] = bool(case.reading)
    return targets, known


__all__ = [
    "Case",
    "find_fold",
    "read_cases",
    "read_targets",
]
