"""Triples from books and articles as a table, which ``thoracite build --add`` takes."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from thoracite.files import explain_writing, replace_file
from thoracite.kg.knowledge.documents import read_passages
from thoracite.kg.knowledge.extractor import KnowledgeExtractor
from thoracite.progress import Progress, tell_nobody
from thoracite.types import Noun

COLUMNS = (
    "subject", "relation", "object", "source", "title", "reference", "locator", "licence", "extractor", "version",
    "confidence", "subject_certainty", "object_certainty",
)  # fmt: skip
"""Columns of the table; :mod:`thoracite.kg.build.own_triples` reads them."""


class KnowledgeSummary(Noun):
    """Numbers of what was read and written.

    Parameters
    ----------
    documents, sentences, statements, triples : int
        Documents and sentences read, statements found, and distinct triples written; at least 0.
    """

    documents: int
    sentences: int
    statements: int
    triples: int


def write_knowledge(
    paths: Iterable[Path], output: Path, *, licence: str | None = None, progress: Progress = tell_nobody
) -> KnowledgeSummary:
    """Read documents and write their triples, one row for each statement.

    Parameters
    ----------
    paths : iterable of Path
        Files and folders for :func:`thoracite.kg.knowledge.documents.read_passages`.
    output : Path
        A ``.csv`` file; it is put in place when complete.
    licence : str or None
        The documents' licence, if they do not state it.
    progress : Progress
        Called with the number of sentences read.

    Raises
    ------
    InputError
        If a document cannot be read.
    UsageError
        If the table cannot be written.
    """
    extractor, counts = KnowledgeExtractor(), Counter[str]()
    documents, triples = set[str](), set[tuple[str, str, str]]()
    with explain_writing(output), replace_file(output, newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for passage in read_passages(paths, licence=licence):
            documents.add(passage.source.id)
            counts["sentences"] += 1
            progress("sentences", counts["sentences"], None)
            for triple in extractor.extract(passage):
                (origin,) = triple.provenance
                place = (origin.source, passage.source.title, passage.source.reference, origin.locator)
                how = (origin.licence, origin.extractor, origin.version, origin.confidence)
                table.writerow([*triple.key, *place, *how, triple.subject_certainty, triple.object_certainty])
                counts["statements"] += 1
                triples.add(triple.key)
    return KnowledgeSummary(
        documents=len(documents),
        sentences=counts["sentences"],
        statements=counts["statements"],
        triples=len(triples),
    )


__all__ = ["COLUMNS", "KnowledgeSummary", "write_knowledge"]
