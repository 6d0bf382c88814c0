"""A built graph as files for other programs: Turtle, TriG, N-Quads, JSON-LD, and CSV for ``neo4j-admin``.

Turtle has no named graphs; nothing is lost, because every assertion names its source.

References
----------
Neo4j Operations Manual 5, neo4j-admin database import. JSON-LD 1.1. W3C Recommendation, 16 July 2020.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from thoracite.errors import InputError, UsageError
from thoracite.files import explain_writing, replace_path
from thoracite.kg.rdf.nquads import read_quads
from thoracite.kg.stores.property_graph import EDGE_PROPERTIES, read_concepts, read_edges, read_sources
from thoracite.kg.vocabulary import PREFIXES

RDF_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
}
FORMATS = (*RDF_FORMATS, "neo4j")
"""Formats of a written graph."""

_TYPES = {"STRING": "string", "INT64": "long", "DOUBLE": "double"}
_NODES = {
    "concepts.csv": ("Concept", "id:ID", ("label", "kind", "definition", "codes:string[]", "synonyms:string[]")),
    "sources.csv": ("Source", "id:ID", ("title", "reference", "licence")),
}


def write_graph_files(nquads: Path, output: Path, *, form: str) -> None:
    """Write a graph in another format.

    Parameters
    ----------
    nquads : Path
        N-Quads of a build.
    output : Path
        A file; for ``neo4j`` a folder, with ``concepts.csv``, ``sources.csv`` and ``edges.csv``.
    form : str
        One of :data:`FORMATS`.

    Raises
    ------
    UsageError
        If the form is unknown, or the output cannot be written.
    InputError
        If the graph cannot be read.
    """
    if form not in FORMATS:
        raise UsageError(f"a graph cannot be written as {form!r}; expected one of {', '.join(FORMATS)}")
    with explain_writing(output):
        if form == "neo4j":
            _replace_tables(nquads, output)
        else:
            with replace_path(output) as part:
                _write_rdf(nquads, part, RDF_FORMATS[form])


def _replace_tables(nquads: Path, folder: Path) -> None:
    """A folder cannot take the place of one that holds files: the old one goes first, when the new one is whole."""
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        _write_tables(nquads, part)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write_rdf(nquads: Path, path: Path, form: ox.RdfFormat) -> None:
    if form.supports_datasets:
        ox.serialize(read_quads(nquads), output=path, format=form, prefixes=PREFIXES)
    else:
        ox.serialize((quad.triple for quad in read_quads(nquads)), output=path, format=form, prefixes=PREFIXES)


def _write_tables(nquads: Path, folder: Path) -> None:
    concepts = set()
    with ExitStack() as files:
        for (name, (label, key, columns)), rows in zip(
            _NODES.items(), (read_concepts(nquads), read_sources(nquads)), strict=True
        ):
            table = _open_table(files, folder / name, [key, *columns, ":LABEL"])
            for row in rows:
                concepts.add(row["id"])
                table.writerow([row["id"], *_cells(row, columns), label])
        properties = [f"{name}:{_TYPES[kind]}" for name, kind in EDGE_PROPERTIES.items()]
        table = _open_table(files, folder / "edges.csv", [":START_ID", ":END_ID", ":TYPE", *properties])
        for kind, edge in read_edges(nquads, concepts):
            values = (getattr(edge, name) for name in EDGE_PROPERTIES)
            table.writerow([edge.subject, edge.object, kind, *("" if one is None else one for one in values)])


def _open_table(files: ExitStack, path: Path, columns: Sequence[str]) -> Any:
    table = csv.writer(files.enter_context(path.open("w", encoding="utf-8", newline="")), lineterminator="\n")
    table.writerow(columns)
    return table


def _cells(row: dict[str, Any], columns: Sequence[str]) -> Iterator[str]:
    for column in columns:
        value = row[column.split(":")[0]]
        if isinstance(value, list):
            if broken := [one for one in value if ";" in one]:
                raise InputError(f"{broken[0]!r} of {row['id']} holds the semicolon that parts lists in Neo4j's CSV")
            value = ";".join(value)
        yield value or ""


__all__ = ["FORMATS", "RDF_FORMATS", "write_graph_files"]
