"""ChestX-ray14 as its holders have it: ``Data_Entry_2017.csv`` (or ``_v2020``) and images anywhere below a folder.

Only patients that no shipped weights were trained on are read (:func:`thoracite.vision.training.cases.is_locked`).

References
----------
Wang X, et al. ChestX-ray8. CVPR 2017. doi:10.1109/CVPR.2017.369
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from thoracite.errors import InputError
from thoracite.files import TableRow, read_rows
from thoracite.vision.training.cases import Case, is_locked

TABLES = ("Data_Entry_2017_v2020.csv", "Data_Entry_2017.csv")


def read_nih(folder: Path) -> list[Case]:
    """Read the adults among the locked patients whose images are there.

    Parameters
    ----------
    folder : Path
        Holds one of :data:`TABLES`; images are looked for below it by their names.

    Raises
    ------
    InputError
        If the table or all images are missing.
    """
    table = next((folder / name for name in TABLES if (folder / name).is_file()), None)
    if table is None:
        raise InputError(f"{folder} holds no {TABLES[-1]}; expected ChestX-ray14 as NIH gives it, table and images")
    images = {path.name: path for path in folder.rglob("*.png")}
    rows = read_rows(table, columns=("Image Index", "Finding Labels", "Patient ID", "View Position"))
    cases = [_read_row(row, images[row["Image Index"]]) for row in rows if row["Image Index"] in images]
    found = [case for case in cases if is_locked(case.group) and not case.age < 18]
    if not found:
        raise InputError(
            f"no image of a patient that is kept for measuring lies below {folder}; unpack the archives there"
        )
    return found


def _read_row(row: TableRow, path: Path) -> Case:
    labels = frozenset(row["Finding Labels"].split("|"))
    return Case(
        path=path,
        source="nih",
        collection="nih",
        group=f"nih:{int(row['Patient ID'])}",
        view=row["View Position"],
        labels=labels,
        reading="",
        boxes=(),
        age=next(_read_ages(row), math.nan),
        sex=row.get("Patient Sex") or row.get("Patient Gender") or "",
    )


def _read_ages(row: TableRow) -> Iterator[float]:
    """Read the age, which early releases write as ``058Y``."""
    digits = (row.get("Patient Age") or "").rstrip("YMD")
    if digits.isdigit():
        yield float(digits)


__all__ = ["TABLES", "read_nih"]
