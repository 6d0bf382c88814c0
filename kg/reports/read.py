"""Reports from what a user has, one at a time: archives, folders, tables.

The reader follows from what the path is: Open-i's archive or one of its XML files, MIMIC-CXR's tree or archive, a
folder of ``.txt`` or one such file, a CSV, TSV or JSONL with ``id`` and ``text`` (``patient`` where known). RadGraph
JSON is annotated already and is read by :mod:`thoracite.kg.radgraph`.

Examples
--------
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     table = Path(folder, "reports.csv")
...     _ = table.write_text("id,text\\na,Clear lungs.\\nb,No effusion.\\n")
...     [(report.id, report.text) for report in read_reports(table)]
[('a', 'Clear lungs.'), ('b', 'No effusion.')]
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

from thoracite.errors import InputError
from thoracite.kg.reports.archive import MAX_MEMBER, parse_openi, read_members
from thoracite.kg.reports.report import MAX_CHARACTERS, Report, find_patient, parse_report, split_sections

Pending = Callable[[], Report]
"""A report that was found but not parsed, so that one can be passed over whatever is wrong with it."""

_MIMIC = re.compile(r"(?:^|/)(p\d{8})/(s\d+)\.txt$")
_ARCHIVES = (".tgz", ".tar.gz", ".tar", ".zip")
_MAX_LINE = 8 * MAX_CHARACTERS


def read_reports(path: Path, *, skip: int = 0) -> Iterator[Report]:
    """Every report of a path, one at a time.

    Parameters
    ----------
    path : Path
        See the module.
    skip : int
        Reports at the start to pass over unparsed: where an earlier reading stopped.

    Yields
    ------
    Report
        In the archive's or table's order; a folder's by name.

    Raises
    ------
    InputError
        If the path is missing, is nothing that is read here, breaks off, is not UTF-8, exceeds a limit, or two
        reports share an id. The sentence says which report it was; what came before was yielded.
    """
    number, seen = skip, set[str]()
    try:
        for pending in islice(_find_reports(path), skip, None):
            number += 1
            report = pending()
            if report.id in seen:
                raise InputError(f"the id {report.id!r} stands twice in {path}; expected a different one a report")
            seen.add(report.id)
            yield report
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; expected reports") from error
    except InputError as error:
        if number == skip:
            raise
        raise InputError(f"{error} (at or after report {number}; resume there or behind it)") from error
    if not number:
        raise InputError(f"{path} holds no report; expected at least one")


def _find_reports(path: Path) -> Iterator[Pending]:
    name = path.name.lower()
    if path.is_dir():
        return _find_in_folder(path)
    if not path.exists():
        raise InputError(f"{path} does not exist; name an archive, a folder or a table of reports")
    if not path.stat().st_size:
        raise InputError(f"{path} is empty (0 bytes); expected reports")
    if name.endswith(_ARCHIVES):
        return _find_in_archive(path)
    if name.endswith((".csv", ".tsv")):
        return _find_in_table(path)
    if name.endswith((".jsonl", ".ndjson")):
        return _find_in_lines(path)
    if name.endswith((".txt", ".xml")):
        return iter([partial(_read_file, path, path.name)])
    if name.endswith(".json"):
        raise InputError(
            f"{path} ends in .json; RadGraph JSON is annotated already (give it to `thoracite aggregate`), "
            "and texts are expected as JSONL, one object a line"
        )
    raise InputError(
        f"{path} is no kind of file that reports are read from; expected {', '.join(_ARCHIVES)}, .csv, .tsv, .jsonl, "
        ".txt, .xml or a folder of .txt"
    )


def _find_in_archive(path: Path) -> Iterator[Pending]:
    for name, data in read_members(path):
        yield partial(_parse_file, data, name, f"{name} in {path}")


def _find_in_folder(path: Path) -> Iterator[Pending]:
    found = False
    for folder, folders, files in os.walk(path):
        folders.sort()
        for file in sorted(name for name in files if name.endswith((".txt", ".xml"))):
            found = True
            full = Path(folder, file)
            # from the folder above, so that `p10000032` itself may be named
            yield partial(_read_file, full, full.relative_to(path).as_posix(), root=path.resolve().name)
    if not found:
        raise InputError(f"{path} holds no .txt or .xml file; expected a folder of reports")


def _read_file(path: Path, name: str, *, root: str = "") -> Report:
    size = path.stat().st_size
    if size > MAX_MEMBER:
        raise InputError(f"{path} has {size:,} bytes; expected one report of at most {MAX_MEMBER:,}")
    return _parse_file(path.read_bytes(), name, str(path), root=root)


def _parse_file(data: bytes, name: str, where: str, *, root: str = "") -> Report:
    if name.endswith(".xml"):
        return parse_openi(data, where)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where} is not UTF-8 (byte {error.start} is 0x{data[error.start]:02x}); convert it first"
        ) from error
    if mimic := _MIMIC.search(f"{root}/{name}"):
        return parse_report(mimic[2], text, patient=mimic[1], source="thxs:mimic_cxr")
    return parse_report(name.removesuffix(".txt"), text, patient=find_patient(name))


def _find_in_table(path: Path) -> Iterator[Pending]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(_lines(file, path), delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
        try:
            header = [name.strip().lower() for name in next(rows, [])]
            if not {"id", "text"} <= set(header):
                raise InputError(f"{path} has the columns {', '.join(header) or 'none'}; expected at least id and text")
            for row in rows:
                if row:
                    yield partial(_parse_row, dict(zip(header, row, strict=False)), f"line {rows.line_num} of {path}")
        except csv.Error as error:
            raise InputError(f"{path} is no proper table near line {rows.line_num} ({error}); repair it") from error


def _find_in_lines(path: Path) -> Iterator[Pending]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(_lines(file, path), 1):
            if line.strip():
                yield partial(_parse_line, line, f"line {number} of {path}")


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    """Lines of bounded length, so that a file without line ends does not fill the memory."""
    number = 0
    while True:
        number += 1
        try:
            line = file.readline(_MAX_LINE + 1)
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path} is not UTF-8 near line {number} ({error.reason} 0x{error.object[error.start]:02x}); "
                "convert it first"
            ) from error
        if not line:
            return
        if len(line) > _MAX_LINE:
            raise InputError(f"line {number} of {path} is longer than {_MAX_LINE:,} characters; expected one report")
        yield line


def _parse_line(line: str, where: str) -> Report:
    try:
        value = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise InputError(f'{where} is not JSON ({reason}); expected {{"id": …, "text": …}}') from error
    if not isinstance(value, dict):
        raise InputError(f'{where} is {type(value).__name__}, not an object; expected {{"id": …, "text": …}}')
    return _parse_row(value, where)


def _parse_row(row: dict[str, object], where: str) -> Report:
    missing = [name for name in ("id", "text") if not isinstance(row.get(name), str | int)]
    if missing or not isinstance(row["text"], str):
        raise InputError(f"{where} lacks {' and '.join(missing) or 'a text'}; expected id and text, both strings")
    identifier, text, patient = str(row["id"]), row["text"], row.get("patient")
    whole = parse_report(identifier, text, patient=str(patient) if patient else find_patient(identifier))
    # the text as the user gave it, so that token positions fit it; the extractor passes the other sections over itself
    return (
        whole
        if set(whole.sections) <= {"text"}
        else whole.model_copy(update={"sections": {"text": text}, "unread": ()})
    )


__all__ = ["Report", "find_patient", "parse_report", "read_reports", "split_sections"]
