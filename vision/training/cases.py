"""Cases for training and measuring: a manifest of images with labels, read by the same rules everywhere.

A manifest is a CSV with one row for each image: ``file, source, group_id, view, age, sex, labels`` (separated by
semicolons), ``repo`` (its collection), ``width``, ``extra_json`` (``{"rsna": {"cls": …}}`` where radiologists read it
again) and ``bbox_json``. ``manifest_more.csv``, where it stands beside ``manifest.csv``, adds rows. Patients are kept
together by ``group_id``; the fold of a group follows from its name alone, so that a published network and a later
measurement hold out the same patients.

Some patients are *locked*: no weights that ship are trained on them, whatever the source, and nothing is chosen by
them. :func:`is_locked` is the rule, again from the name alone. It was committed before any training that uses it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError
from thoracite.files import TableRow, read_rows
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS, READINGS

LOCKED = 0.0995
"""Share of patients that are locked, by the hash of their names."""


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
    age : float
        Years; NaN where it is not stated.
    sex : str
        ``M`` or ``F``; empty where it is not stated.
    side : int
        Longest side of the file, in pixels.
    """

    path: Path
    source: str
    collection: str
    group: str
    view: str
    labels: frozenset[str]
    reading: str
    boxes: tuple[tuple[str, float, float, float, float], ...]
    age: float = math.nan
    sex: str = ""
    side: int = 0

    @property
    def fold(self) -> int:
        """Return the fold of the patient."""
        return find_fold(self.group)

    @property
    def locked(self) -> bool:
        """Return whether the patient is kept out of every training of weights that ship."""
        return is_locked(self.group)

    @property
    def head(self) -> int | None:
        """Return the head that did not see the patient: that of the fold; None, the merged one, for locked patients."""
        return None if self.locked else self.fold


def find_fold(group: str) -> int:
    """Return the fold of a patient, from the identifier alone.

    Examples
    --------
    >>> find_fold("nih:00000061") == find_fold("nih:00000061"), find_fold("a") in range(FOLDS)
    (True, True)
    """
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:8], "big") % FOLDS


def is_locked(group: str) -> bool:
    """Return whether a patient is locked: kept for the final measurement, whichever source an image comes from.

    The share was chosen so that 300 of the 2,945 patients of ``nih_lowres`` are locked; 97 of the 956 of ``nih`` are.

    Parameters
    ----------
    group : str
        Name of the patient: ``nih:61``.

    Examples
    --------
    >>> is_locked("nih:61"), sum(is_locked(f"nih:{number}") for number in range(1000))
    (False, 96)
    """
    return int.from_bytes(hashlib.sha256(f"locked {group}".encode()).digest()[:8], "big") / 2**64 < LOCKED


def read_cases(folder: Path, *sources: str) -> list[Case]:
    """Read the rows of the manifests from these sources; all rows unless any are given.

    Parameters
    ----------
    folder : Path
        Holds ``manifest.csv``, and perhaps ``manifest_more.csv``; their column ``file`` is relative to it.
    *sources : str
        Names such as ``nih``.

    Raises
    ------
    InputError
        If the manifest is missing or has no such rows.
    """
    cases = [_parse_row(row, folder) for row in read_manifests(folder) if not sources or row["source"] in sources]
    if not cases:
        raise InputError(f"{folder / 'manifest.csv'} has no rows of {', '.join(sources) or 'any source'}")
    return cases


LABELLED = ("nih", "nih_lowres", "nih_more")
"""Sources with the fourteen labels."""

_LEFT_OUT = "Pneumonia"
"""The label whose images ``nih_lowres`` leaves out."""

_ONE_CLASS = ("austinauyeung/covid-classifier", 300)
"""A collection and its size of which every image has the same label; nothing is learned from it but its origin."""


def read_labelled(folder: Path) -> list[Case]:
    """Read the images with the fourteen labels, locked patients too; they split by patient, not by source.

    Parameters
    ----------
    folder : Path
        Holds the manifests.

    Raises
    ------
    InputError
        If the manifest is missing or has no such rows.
    """
    return [case for case in read_cases(folder, *LABELLED) if (case.collection, case.side) != _ONE_CLASS]


def read_manifests(folder: Path) -> Iterator[TableRow]:
    """Read the rows of ``manifest.csv``, then those of ``manifest_more.csv`` where it stands beside it.

    Raises
    ------
    InputError
        If ``manifest.csv`` is missing, or one of them cannot be read.
    """
    manifest, more = folder / "manifest.csv", folder / "manifest_more.csv"
    if not manifest.is_file():
        raise InputError(f"{manifest} is missing; expected a folder with manifest.csv and the images that it names")
    yield from read_rows(manifest)
    if more.is_file():
        yield from read_rows(more)


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
        age=_parse_age(row.get("age") or ""),
        sex=row.get("sex") or "",
        side=max(int(row.get("width") or 0), int(row.get("height") or 0)),
    )


def _parse_age(text: str) -> float:
    """Return years; NaN for what is no plain number, such as ``50+``."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def read_targets(cases: list[Case]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the target of each output, and weights that say where it is known.

    Pneumonia is not known where the source has left its images out, and readings and view only where they are stated.

    Returns
    -------
    tuple of ndarray, shape (cases, outputs), float32
        Targets, 0 or 1; weights, 0 where the target is not known.
    """
    targets = np.zeros((len(cases), len(OUTPUTS)), dtype=np.float32)
    known = np.ones_like(targets)
    for row, case in enumerate(cases):
        named = [*FINDINGS, "No Finding"]
        readings = [name == case.reading for name in READINGS]
        targets[row] = [*(name in case.labels for name in named), *readings, case.view == "AP"]
        known[row, named.index(_LEFT_OUT)] = case.source != "nih_lowres"
        known[row, len(named) : len(named) + len(readings)] = bool(case.reading)
        known[row, -1] = case.view in {"PA", "AP"}
    return targets, known


__all__ = [
    "LABELLED",
    "LOCKED",
    "Case",
    "find_fold",
    "is_locked",
    "read_cases",
    "read_labelled",
    "read_manifests",
    "read_targets",
]
