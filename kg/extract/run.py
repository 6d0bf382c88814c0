"""From a path of reports to a file of RadGraph JSON: through the privacy gate, resumable, in place only when whole.

The file is keyed by the ids that the user's reports have, since it is the user's own; the text in it has passed the
gate. (The graph and the ledger hold no report id and no text.) While it runs, results stand one a line in
``FILE.part``, for its owner alone; a run that was killed begins again behind the last whole line.

Examples
--------
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     table, output = Path(folder, "reports.csv"), Path(folder, "entities.json")
...     _ = table.write_text("id,text\\na,No effusion. Dr. Kowalski was notified.\\n")
...     extract_file(table, output).reports, json.loads(output.read_text())["a"]["text"]
(1, 'No effusion . Dr . [ NAME ] was notified .')
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from pathlib import Path

from thoracite.errors import InputError
from thoracite.files import explain_writing
from thoracite.kg.extract.extractor import open_extractor
from thoracite.kg.extract.parallel import map_in_order
from thoracite.kg.extract.reading import Reading, ReadingSum, measure_reading
from thoracite.kg.privacy.deidentify import VERSION as GATE_VERSION
from thoracite.kg.privacy.deidentify import deidentify
from thoracite.kg.radgraph import render_annotation
from thoracite.kg.reports.read import read_reports
from thoracite.kg.reports.report import Report
from thoracite.progress import Progress, tell_nobody
from thoracite.types import Noun

Line = tuple[str, int, Reading]
"""A line of the file, its number of entities, and how much was read."""

MapInOrder = Callable[[Callable[[Report], Line], Iterable[Report]], Iterable[Line]]
"""Applies a function that can be pickled to reports, and gives the results in their order."""


class ExtractionSummary(Noun):
    """What an extraction did.

    Parameters
    ----------
    reports, resumed, entities : int
        Reports in the file, how many of them an earlier run had done, and their entities.
    reading : ReadingSum
        What this run read, and what went unread.
    """

    reports: int
    resumed: int
    entities: int
    reading: ReadingSum


def extract_file(
    reports: Path,
    output: Path,
    *,
    extractor: str = "rules",
    processes: int = 1,
    resume: bool = True,
    progress: Progress = tell_nobody,
    map_reports: MapInOrder | None = None,
) -> ExtractionSummary:
    """Extract every report of a path into RadGraph JSON.

    Parameters
    ----------
    reports : Path
        As :func:`thoracite.kg.reports.read.read_reports` takes it.
    output : Path
        JSON file ``{report id: {"text", "entities"}}`` to write.
    extractor : str
        ``rules`` or ``radgraph``.
    processes : int
        Worker processes.
    resume : bool
        Whether to go on behind an earlier run's last report, where that run read the same path with the same
        extractor; False begins anew.
    progress : Progress
        Told the reports done.
    map_reports : callable or None
        Applies a function to the reports and gives the results in their order, on other machines for instance; worker
        processes of this one unless given.

    Raises
    ------
    InputError
        If the reports cannot be read; what was done so far is kept for the next run.
    UsageError
        If the output cannot be written.
    """
    part = output.with_name(output.name + ".part")
    head = _fingerprint(reports, extractor)
    done, entities = _read_part(part, head) if resume else (0, 0)
    count, reading = done, ReadingSum()
    map_reports = map_reports or partial(map_in_order, processes=processes)
    try:
        # no replace_file here: what a run that was killed has done must stay for the next
        with (
            explain_writing(output),
            os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as file,
        ):
            _keep_lines(part, 1 + done if done else 0)
            file.seek(0, os.SEEK_END)
            if not done:
                file.write(head + "\n")
            for line, found, read in map_reports(partial(_extract_line, extractor), read_reports(reports, skip=done)):
                file.write(line + "\n")
                file.flush()
                count, entities, reading = count + 1, entities + found, reading.add(read)
                progress("reports", count, None)
        with explain_writing(output):
            _assemble(part, output)
    finally:
        if not count:
            part.unlink(missing_ok=True)
    return ExtractionSummary(reports=count, resumed=done, entities=entities, reading=reading)


def _extract_line(extractor: str, report: Report) -> Line:
    text = deidentify(report.text)
    annotation = _open(extractor).extract(text, report_id=report.id)
    value = json.dumps(render_annotation(annotation), ensure_ascii=False)
    reading = measure_reading(text, annotation, passed=report.unread)
    return f"{json.dumps(report.id, ensure_ascii=False)}: {value}", len(annotation.entities), reading


_open = lru_cache(maxsize=1)(open_extractor)  # a model is loaded once a process


def _fingerprint(reports: Path, extractor: str) -> str:
    """What must be the same for an earlier run to be gone on with."""
    seen = reports.stat() if reports.exists() else None
    state = (str(reports.resolve()), seen and (seen.st_size, seen.st_mtime_ns), extractor, GATE_VERSION)
    return hashlib.sha256(repr((state, open_extractor(extractor).version)).encode()).hexdigest()


def _read_part(part: Path, head: str) -> tuple[int, int]:
    """Whole lines of an earlier run, and the entities in them; none where it was another run."""
    if not part.exists():
        return 0, 0
    done = entities = 0
    with part.open(encoding="utf-8", errors="replace") as file:
        if file.readline() != head + "\n":
            return 0, 0
        for line in file:
            if not line.endswith("}\n"):
                break
            done, entities = done + 1, entities + line.count('"start_ix"')
    return done, entities


def _keep_lines(part: Path, count: int) -> None:
    """Cut the file behind so many lines."""
    with part.open("rb+") as file:
        for _ in range(count):
            file.readline()
        file.truncate()


def _assemble(part: Path, output: Path) -> None:
    """One JSON object of the lines, renamed into place; the name that :func:`replace_file` takes is the lines'."""
    whole, seen = output.with_name(output.name + ".whole"), set[str]()
    try:
        with part.open(encoding="utf-8") as lines, whole.open("w", encoding="utf-8") as file:
            next(lines)
            file.write("{")
            for number, line in enumerate(lines):
                key = line[: line.index(': {"text"')]
                if key in seen:  # one of them came from the earlier run
                    raise InputError(f"the id {key} stands twice in the reports; expected a different one a report")
                seen.add(key)
                file.write(("," if number else "") + "\n" + line.rstrip("\n"))
            file.write("\n}\n")
        os.replace(whole, output)
        part.unlink()
    finally:
        whole.unlink(missing_ok=True)


__all__ = ["ExtractionSummary", "extract_file"]
