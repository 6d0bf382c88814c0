"""A built graph as files for other programs: RDF in five forms, and CSV for ``neo4j-admin``.

Turtle has no named graphs; nothing is lost, because every assertion names its source. ``rdf12`` is TriG of RDF 1.2: an
assertion there is a reifier of its triple (``thxa:… rdf:reifies <<( s p o )>>``) in place of ``rdf:subject``,
``rdf:predicate`` and ``rdf:object``.

References
----------
Neo4j Operations Manual 5, neo4j-admin database import. JSON-LD 1.1. W3C Recommendation, 16 July 2020. RDF 1.2 Concepts
and Abstract Data Model, triple terms and reification; RDF 1.2 TriG. W3C. https://www.w3.org/TR/rdf12-concepts/
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from thoracite.errors import InputError, UsageError
from thoracite.files import explain_writing, replace_path
from thoracite.kg.rdf.nquads import read_quads
from thoracite.kg.stores.property_graph import EDGE_PROPERTIES, read_concepts, read_edges, read_sources
from thoracite.kg.vocabulary import PREFIXES, expand

RDF_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf12": ox.RdfFormat.TRIG,
}
FORMATS = (*RDF_FORMATS, "neo4j")
"""Formats of a written graph."""

_TYPES = {"STRING": "string", "INT64": "long", "DOUBLE": "double", "STRING[]": "string[]"}
_NODES = {
    "concepts.csv": (
        "Concept",
        "id:ID",
        ("label", "kind", "definition", "codes:string[]", "synonyms:string[]", "broader:string[]"),
    ),
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
                _write_rdf(nquads, part, form)


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


def _write_rdf(nquads: Path, path: Path, form: str) -> None:
    written, quads = RDF_FORMATS[form], read_quads(nquads)
    if form == "rdf12":
        quads = reify_assertions(quads)
    if written.supports_datasets:
        ox.serialize(quads, output=path, format=written, prefixes=PREFIXES)
    else:
        ox.serialize((quad.triple for quad in quads), output=path, format=written, prefixes=PREFIXES)


_REIFIES = ox.NamedNode(expand("rdf:reifies"))
_ENDS = tuple(ox.NamedNode(expand(f"rdf:{name}")) for name in ("subject", "predicate", "object"))


def reify_assertions(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Say in RDF 1.2 what an assertion states: one triple term for its subject, predicate and object.

    Parameters
    ----------
    quads : iterable of pyoxigraph.Quad
        Those of one node together, as a build sorts them; a node without all three ends is passed on as it is.

    Yields
    ------
    pyoxigraph.Quad
        In the order given, the reifier first.

    Raises
    ------
    InputError
        If an assertion does not name its subject and relation by an IRI.

    Examples
    --------
    >>> name = ox.NamedNode
    >>> row, graph = name("https://w3id.org/thoracite/assertion/1"), name("https://w3id.org/thoracite/source/s")
    >>> ends = [name(f"https://w3id.org/thoracite/{end}") for end in ("mass", "located_in", "lung")]
    >>> [quad] = reify_assertions(ox.Quad(row, part, end, graph) for part, end in zip(_ENDS, ends))
    >>> quad.predicate.value, quad.object.object.value
    ('http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies', 'https://w3id.org/thoracite/lung')
    """
    for _, group in groupby(quads, key=lambda quad: str(quad.subject)):
        node = list(group)
        ends = {quad.predicate: quad for quad in node if quad.predicate in _ENDS}
        if len(ends) == len(_ENDS):
            subject, predicate, object_ = (ends[part].object for part in _ENDS)
            if not isinstance(subject, ox.NamedNode) or not isinstance(predicate, ox.NamedNode):
                raise InputError(f"assertion {node[0].subject} does not name its subject and relation; build it again")
            stated = ox.Triple(subject, predicate, object_)
            yield ox.Quad(node[0].subject, _REIFIES, stated, node[0].graph_name)
            node = [quad for quad in node if quad.predicate not in _ENDS]
        yield from node


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
            table.writerow([edge.subject, edge.object, kind, *(_cell(getattr(edge, name)) for name in EDGE_PROPERTIES)])


def _cell(value: Any) -> Any:
    return "" if value is None else ";".join(value) if isinstance(value, tuple) else value


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


__all__ = ["FORMATS", "RDF_FORMATS", "reify_assertions", "write_graph_files"]
