"""Files written whole or not at all, and tables read row by row.

A file is written beside its place under a name that ends in ``.part`` and renamed when complete, so that a process
that dies leaves the old file unchanged.

Examples
--------
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     path = Path(folder) / "table.csv"
...     write_text(path, "name,size\\nlung,2\\n")
...     [(row, row.line) for row in read_rows(path)]
[({'name': 'lung', 'size': '2'}, 2)]
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from thoracite.errors import InputError, UsageError

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".dcm", ".dicom")
"""File name endings of images; the first bytes decide how a file is read."""


def names_image(text: str) -> bool:
    """Tell whether a text is the path of an image: it ends like one, or names a file; a long text does not.

    Examples
    --------
    >>> names_image("earlier/film.PNG"), names_image("No effusion. Heart size normal.")
    (True, False)
    """
    try:
        return Path(text).suffix.lower() in IMAGE_SUFFIXES or Path(text).is_file()
    except (OSError, ValueError):
        return False


@contextmanager
def replace_path(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield a path beside ``path``; its file takes the place of ``path`` if the block raises nothing.

    Parameters
    ----------
    path : Path
        Where the file shall stand; its folder must be there.
    private : bool
        Whether only the owner may read the file.

    Yields
    ------
    Path
        Where to write; nothing is there, or an empty file where it is private.

    Raises
    ------
    OSError
        If the file cannot be written; an old file at ``path`` stays unchanged.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        if private:
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield part
        with part.open("rb+") as file:  # on the disk before it is renamed
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def replace_file(
    path: Path, *, binary: bool = False, newline: str | None = None, private: bool = False
) -> Iterator[IO[Any]]:
    """Open a file for writing that takes the place of ``path`` if the block raises nothing.

    Parameters
    ----------
    path : Path
        Path of the file; its folder must exist.
    binary : bool
        Whether bytes are written; text in UTF-8 otherwise.
    newline : str or None
        Passed to :func:`open`: ``""`` for tables.
    private : bool
        Whether only the owner may read the file.

    Yields
    ------
    file
        Open for writing.

    Raises
    ------
    OSError
        If the file cannot be written; what stood at ``path`` is left as it was.
    """
    with (
        replace_path(path, private=private) as part,
        open(part, "wb" if binary else "w", encoding=None if binary else "utf-8", newline=newline) as file,
    ):
        yield file


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all.

    Parameters
    ----------
    path : Path
        Path of the file; its folder must exist.
    text : str
        The whole content.

    Raises
    ------
    OSError
        If it cannot be written; an old file stays unchanged.
    """
    with replace_file(path, newline="") as file:
        file.write(text)


@contextmanager
def explain_writing(path: Path) -> Iterator[None]:
    """Turn any error while a file is written into one sentence.

    Parameters
    ----------
    path : Path
        The file that the block writes.

    Raises
    ------
    UsageError
        If the block raises an :class:`OSError`.

    Examples
    --------
    >>> try:
    ...     with explain_writing(Path("none/table.csv")):
    ...         write_text(Path("none/table.csv"), "")
    ... except UsageError as error:
    ...     print(error)
    none/table.csv cannot be written: No such file or directory; name a file in a folder that you may write to
    """
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror or error}; name a file in a folder that you may write to"
        ) from error


class TableRow(dict[str, str]):
    """A row of a table, cell by column.

    Parameters
    ----------
    cells : dict of str to str
        Column to cell.
    line : int
        Number of the row's last line in the file, from 1.
    """

    def __init__(self, cells: dict[str, str], line: int) -> None:
        super().__init__(cells)
        self.line = line


def read_rows(
    path: Path, *, columns: Iterable[str] = (), expected: str = "a table", short: bool = False
) -> Iterator[TableRow]:
    """Read the rows of a table with a header line.

    Parameters
    ----------
    path : Path
        In UTF-8, with or without byte order mark; tabs separate the cells of ``.tsv``, commas those of any other file.
    columns : iterable of str
        Required columns.
    expected : str
        Expected kind of table, for error messages.
    short : bool
        Whether a row may have fewer cells than the header; missing cells are empty.

    Yields
    ------
    TableRow
        Column to cell; as the table has them, so that spaces around a cell stay.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or a row has more cells than the header, or fewer.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
            header = next(rows, [])
            if missing := sorted(set(columns) - set(header)):
                raise InputError(f"{path} lacks the columns {', '.join(missing)}; expected {expected}")
            for cells in filter(None, rows):
                if short:
                    cells += [""] * (len(header) - len(cells))
                if len(cells) != len(header):
                    raise InputError(
                        f"line {rows.line_num} of {path} has {len(cells)} cells under {len(header)} columns; "
                        f"expected {expected}"
                    )
                yield TableRow(dict(zip(header, cells, strict=True)), rows.line_num)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}; expected {expected}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is no proper table in UTF-8 ({error}); expected {expected}") from error


__all__ = [
    "IMAGE_SUFFIXES",
    "TableRow",
    "explain_writing",
    "names_image",
    "read_rows",
    "replace_file",
    "replace_path",
    "write_text",
]
