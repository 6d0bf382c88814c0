"""Labels of the images of a folder: known concepts and patients, and nothing else of the table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from thoracite.errors import InputError
from thoracite.files import read_rows
from thoracite.kg.linking.labels import LabelLinker

_SEPARATOR = re.compile(r"[;|]")


class Labelled(NamedTuple):
    """What a table says of an image.

    Parameters
    ----------
    labels : tuple of str
        CURIEs of concepts, in the table's order.
    patient : str
        As the table names the patient; empty where it does not.
    """

    labels: tuple[str, ...]
    patient: str = ""


class LabelTable(NamedTuple):
    """What a table says of images.

    Parameters
    ----------
    rows : mapping of str to Labelled
        By the image's name.
    unknown : int
        Labels that are no concept and were left out.
    """

    rows: Mapping[str, Labelled]
    unknown: int


def read_labels(path: Path) -> LabelTable:
    """Read a table of labels.

    Parameters
    ----------
    path : Path
        CSV with the columns ``image`` (name relative to the folder of images), ``labels`` (separated by ``;`` or ``|``:
        CURIEs, codes of ChestX-ray14, CheXpert or PadChest, names of concepts) and perhaps ``patient``. An image may
        have several rows.

    Raises
    ------
    InputError
        If it cannot be read, lacks a column, or names two patients for one image.
    """
    linker, rows, unknown = LabelLinker(), dict[str, Labelled](), 0
    for row in read_rows(path, columns=("image", "labels"), expected="a CSV with image,labels and perhaps patient"):
        name, patient = PurePosixPath(row["image"].strip()).as_posix(), row.get("patient", "").strip()
        old = rows.get(name, Labelled((), patient))
        if patient and old.patient and patient != old.patient:
            raise InputError(f"{path} names two patients for {name}; expected one patient an image")
        named = [label.strip() for label in _SEPARATOR.split(row["labels"]) if label.strip()]
        linked = [entity.id for label in named if (entity := linker.link(label)) is not None]
        unknown += len(named) - len(linked)
        rows[name] = Labelled(tuple(dict.fromkeys([*old.labels, *linked])), old.patient or patient)
    return LabelTable(rows, unknown)


__all__ = ["LabelTable", "Labelled", "read_labels"]
