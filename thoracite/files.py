"""Files that are written whole or not at all, and tables that are read row by row.

A file is written beside its place under a name that ends in ``.part`` and renamed when it is whole, so that a process
that dies leaves the old file as it was.

Examples
--------
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     path = Path(folder) / "table.csv"
...     write_text(path, "name,size\\nlung,2\\n")
...     list(read_rows(path))
[{'name': 'lung', 'size': '2'}]
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from thoracite.errors import InputError


@contextmanager
def replace_file(path: Path, *, binary: bool = False, newline: str | None = None) -> Iterator[IO[Any]]:
    """Open a file for writing that takes the place of ``path`` when the block ends without an error.

    Parameters
    ----------
    path : Path
        Where the file shall stand; its folder must be there.
    binary : bool
        Whether bytes are written; text in UTF-8 otherwise.
    newline : str or None
        As :func:`open` takes it: ``""`` for tables.

    Yields
    ------
    file
        Open for writing; it is on the disk before it is renamed.

    Raises
    ------
    OSError
        If it cannot be written; what stood at ``path`` is left as it was.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with open(part, "wb" if binary else "w", encoding=None if binary else "utf-8", newline=newline) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all.

    Parameters
    ----------
    path : Path
        Where the file shall stand; its folder must be there.
    text : str
        All of it.

    Raises
    ------
    OSError
        If it cannot be written; what stood there is left as it was.
    """
    with replace_file(path, newline="") as file:
        file.write(text)


def read_rows(path: Path, *, columns: Iterable[str] = (), delimiter: str = ",") -> Iterator[dict[str, str]]:
    """Rows of a table with a header line.

    Parameters
    ----------
    path : Path
        CSV in UTF-8, with or without a byte order mark.
    columns : iterable of str
        Columns that must be there.
    delimiter : str
        What separates the cells.

    Yields
    ------
    dict of str to str
        Column to cell.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or a row has more or fewer cells than the header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=delimiter, strict=True)
            if missing := [name for name in columns if name not in (reader.fieldnames or ())]:
                raise InputError(f"{path} lacks the column {', '.join(missing)}; expected {', '.join(columns)}")
            for row in reader:
                if None in row or None in row.values():
                    raise InputError(
                        f"{path}, line {reader.line_num} has another number of cells than the header; "
                        f"expected {len(reader.fieldnames or ())}"
                    )
                yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}; expected a table in UTF-8 with a header line") from error


__all__ = ["read_rows", "replace_file", "write_text"]
