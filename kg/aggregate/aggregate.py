"""Reports into aggregated triples: counts by certainty, at least k patients behind each count, no sentence.

Every observation also stands as (chest radiograph, shows, observation), since a quarter of the absent observations
have no relation. Counts are of reports: a report that states a triple with two certainties counts for both. A count
with fewer than k patients (or reports, where patients are unknown) behind it is left out: the field is empty, the same
for 0 and for k - 1, and a triple without any count is not written. Support is no sum, from which what was left out
could be subtracted: it is rounded down to the patients behind the largest count that is written; denials support a
relation only where nothing else of it is written. Lift compares the reports that affirm a relation (present or
uncertain) with what independence of its ends would give, and the certainty of each end is the one that most patients of
that largest count give it; both are made of written counts alone. The file is the same, byte for byte, as if what was
left out had never been stated.

Two findings, diseases or signs that one report states as present co-occur; a pair of which one is a kind of the other
says nothing and is left out.

Examples
--------
>>> from tempfile import TemporaryDirectory
>>> with TemporaryDirectory() as folder:
...     table, output = Path(folder, "reports.csv"), Path(folder, "triples.csv")
...     _ = table.write_text("id,text\\n" + "".join(f"{n},No pneumothorax.\\n" for n in range(3)))
...     summary = aggregate_reports(table, output)
...     triple = next(read_aggregate(output))
>>> summary.reports, triple.relation.label, triple.object.label, triple.counts.absent, triple.support
(3, 'shows', 'pneumothorax', 3, 3)
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from thoracite.errors import InputError, UsageError
from thoracite.files import TableRow, explain_writing, read_rows, replace_file
from thoracite.kg.aggregate.tally import Tally
from thoracite.kg.concepts import find_ancestors, read_concepts
from thoracite.kg.extract.extractor import VERSION, RuleExtractor
from thoracite.kg.extract.parallel import map_in_order
from thoracite.kg.extract.reading import Reading, ReadingSum, measure_reading
from thoracite.kg.linking.linker import Linker
from thoracite.kg.privacy.deidentify import deidentify, find_identifiers
from thoracite.kg.privacy.ledger import read_or_create_key, write_ledger
from thoracite.kg.radgraph import Annotation, read_radgraph
from thoracite.kg.reports.read import find_patient, read_reports
from thoracite.kg.reports.report import Report
from thoracite.kg.vocabulary import CO_OCCURS, RELATIONS
from thoracite.progress import Progress, tell_nobody
from thoracite.types import Certainty, Counts, Entity, Noun, Provenance, Triple

COLUMNS = (
    "subject", "subject_label", "subject_kind", "relation", "object", "object_label", "object_kind",
    "present", "uncertain", "absent", "support", "lift", "subject_certainty", "object_certainty",
    "source", "locator", "extractor", "version", "licence",
)  # fmt: skip
"""The CSV's columns, in order."""

_LICENCES = {"thxs:openi": "CC BY-NC-ND 4.0 (of the reports; facts only)"}


class AggregateSummary(Noun):
    """What an aggregation did.

    Parameters
    ----------
    reports, triples : int
        Reports counted, and triples written.
    ledger : bool
        Whether a ledger was written.
    reading : ReadingSum or None
        What was read of the reports; None where they came annotated.
    """

    reports: int
    triples: int
    ledger: bool
    reading: ReadingSum | None = None


def aggregate_reports(
    path: Path,
    output: Path,
    *,
    minimum: int = 3,
    ledger: Path | None = None,
    processes: int = 1,
    progress: Progress = tell_nobody,
) -> AggregateSummary:
    """Count what reports say into a CSV of triples.

    Parameters
    ----------
    path : Path
        Reports, as :func:`thoracite.kg.reports.read.read_reports` takes them, or RadGraph JSON (``.json``).
    output : Path
        CSV to write; in place only when it is whole.
    minimum : int
        Patients (or reports, where patients are unknown) behind each count that is written, at least 2.
    ledger : Path or None
        Private folder for the keyed patient hashes.
    processes : int
        Worker processes of the extraction.
    progress : Progress
        Told the reports done.

    Raises
    ------
    InputError
        If the reports cannot be read.
    UsageError
        If the output or the ledger cannot be written, or ``minimum`` is below 2.
    """
    if minimum < 2:
        raise UsageError(f"a minimum of {minimum} lets single patients through; expected at least 2")
    source = _Source()
    key = read_or_create_key(ledger) if ledger else None
    with closing(Tally(lru_cache(maxsize=200_000)(Linker().link), key=key)) as tally:
        for annotation, patient in _read(path, processes, source):
            tally.add(annotation, patient=patient)
            progress("reports", tally.reports, None)
        provenance = source.provenance(tally.reports)
        kinds = find_ancestors(read_concepts())
        released = (t for t in tally.triples(minimum, provenance) if _names_nobody(t) and not _is_kind(t, kinds))
        count = write_aggregate(output, released)
        if ledger:
            write_ledger(ledger, tally.statements(minimum), patients=tally.patients(), minimum=minimum)
        return AggregateSummary(reports=tally.reports, triples=count, ledger=bool(ledger), reading=source.reading)


class _Source:
    """What the reports turn out to be while they are read."""

    name, extractor, version = "thxs:reports", "thoracite-rules", VERSION
    reading: ReadingSum | None = None

    def provenance(self, reports: int) -> Provenance:
        return Provenance(
            source=self.name,
            locator=f"aggregate of {reports} reports",
            extractor=self.extractor,
            version=self.version,
            licence=_LICENCES.get(self.name, "not stated"),
        )


def _read(path: Path, processes: int, source: _Source) -> Iterator[tuple[Annotation, str | None]]:
    if path.suffix.lower() == ".json":
        source.extractor, source.version = "RadGraph JSON", "as given"
        for annotation in read_radgraph(path):
            yield annotation, find_patient(annotation.report_id)
        return

    def named() -> Iterator[Report]:
        for report in read_reports(path):
            source.name = report.source
            yield report

    source.reading = ReadingSum()
    for annotation, patient, reading in map_in_order(_extract_gated, named(), processes=processes):
        source.reading = source.reading.add(reading)
        if annotation.text:
            yield annotation, patient


def _extract_gated(report: Report) -> tuple[Annotation, str | None, Reading]:
    text = deidentify(report.text)
    annotation = RuleExtractor().extract(text, report_id=report.id)
    return annotation, report.patient, measure_reading(text, annotation, passed=report.unread)


def _names_nobody(triple: Triple) -> bool:
    """Whether no unlinked mention in it looks like an identifier: k patients may share a telephone number."""
    return not any(
        entity.kind == "mention" and find_identifiers(entity.label) for entity in (triple.subject, triple.object)
    )


def _is_kind(triple: Triple, ancestors: Mapping[str, Collection[str]]) -> bool:
    """Whether it says that a finding is seen together with a kind of itself."""
    ends = triple.subject.id, triple.object.id
    return triple.relation.id == CO_OCCURS and any(one in ancestors.get(other, ()) for one, other in permutations(ends))


def write_aggregate(path: Path, triples: Iterable[Triple]) -> int:
    """Write triples as CSV, most supported first within a relation, in place when it is whole.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    UsageError
        If the path cannot be written.
    """
    # rows, not triples: a row shares its strings, and hundreds of thousands of triples would fill the memory
    ordered = sorted(map(_row, triples), key=lambda row: (row[3], -row[10], row[0], row[4]))
    with explain_writing(path), replace_file(path, newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(ordered)
    return len(ordered)


def _row(triple: Triple) -> tuple[Any, ...]:
    (origin,) = triple.provenance
    counts = [count or "" for count in (triple.counts.present, triple.counts.uncertain, triple.counts.absent)]
    return (
        triple.subject.id, triple.subject.label, triple.subject.kind, triple.relation.id,
        triple.object.id, triple.object.label, triple.object.kind,
        *counts, triple.support, "" if triple.lift is None else triple.lift,
        triple.subject_certainty.value, triple.object_certainty.value,
        origin.source, origin.locator, origin.extractor, origin.version, origin.licence,
    )  # fmt: skip


def read_aggregate(path: Path) -> Iterator[Triple]:
    """Triples of a CSV that :func:`write_aggregate` wrote; a count that was left out is read as 0.

    Raises
    ------
    InputError
        If it is missing, lacks a column, or a row does not fit.
    """
    for row in read_rows(path, columns=COLUMNS, expected="what `thoracite aggregate` writes", short=True):
        yield _parse_row(row, f"line {row.line} of {path}")


def _parse_row(row: TableRow, where: str) -> Triple:
    try:
        return Triple(
            subject=Entity(id=row["subject"], label=row["subject_label"], kind=row["subject_kind"]),
            relation=RELATIONS[row["relation"]],
            object=Entity(id=row["object"], label=row["object_label"], kind=row["object_kind"]),
            counts=Counts.model_validate({name: row[name] or 0 for name in ("present", "uncertain", "absent")}),
            support=int(row["support"]),
            lift=float(row["lift"]) if row["lift"] else None,
            subject_certainty=Certainty(row["subject_certainty"]),
            object_certainty=Certainty(row["object_certainty"]),
            provenance=(
                Provenance.model_validate(
                    {name: row[name] for name in ("source", "locator", "extractor", "version", "licence")}
                ),
            ),
        )
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        reason = re.sub(r"\s+", " ", str(error))[:200]
        raise InputError(
            f"{where} is no aggregated triple ({reason}); write it again with `thoracite aggregate`"
        ) from error


__all__ = ["COLUMNS", "AggregateSummary", "aggregate_reports", "read_aggregate", "write_aggregate"]
