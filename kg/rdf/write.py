"""Writing of the graph as N-Quads: concepts, sources and assertions into sorted lines.

:mod:`thoracite.kg.rdf.nquads` reads them back. The form is that of decision 1: one named graph for each source, which
holds the plain triple and its assertion, one for the concepts, one for the sources, one for the schema, and one that
describes the dataset.

Examples
--------
>>> from thoracite.kg.facts import read_facts
>>> fact = next(read_facts())
>>> (row,) = list_assertions(fact)
>>> (row.subject, row.relation, row.object, row.source) == (*fact.key, "thxs:uberon_imp")
True
>>> quads = list(describe_assertion(row))
>>> len(quads), str(quads[0].predicate) == f"<{expand(fact.relation.id)}>"
(18, True)
"""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, TypeVar

import pyoxigraph as ox

from thoracite.errors import InputError
from thoracite.files import replace_file
from thoracite.kg.assertions import Assertion
from thoracite.kg.concepts import Concept, describe_concept
from thoracite.kg.facts import Source
from thoracite.kg.vocabulary import ASSERTION_FIELDS, PREFIXES, SOURCE_FIELDS, expand
from thoracite.types import Triple

T = TypeVar("T")

_CHUNK = 400_000
_GRAPHS = {name: ox.NamedNode(expand(f"thxs:{name}")) for name in ("concepts", "sources", "schema", "dataset")}
_PREDICATES = {name: ox.NamedNode(expand(field.predicate)) for name, field in ASSERTION_FIELDS.items()}
_NAMES = [name for name, field in ASSERTION_FIELDS.items() if field.kind == "name"]
_A, _ASSERTION = ox.NamedNode(expand("rdf:type")), ox.NamedNode(expand("thx:Assertion"))


def list_assertions(triple: Triple) -> Iterator[Assertion]:
    """Return one assertion for each source; its identifier follows from subject, relation, object, source and locator.

    Parameters
    ----------
    triple : Triple
        A counted triple must have one source, since its counts cannot be divided.

    Raises
    ------
    InputError
        If a counted triple has several sources.
    """
    several = len(triple.provenance) > 1
    if several and triple.counts.total:
        raise InputError(f"triple {' '.join(triple.key)} has counts and {len(triple.provenance)} sources; expected one")
    for origin in triple.provenance:
        parts = (*triple.key, origin.source, origin.locator)
        yield Assertion(
            id="thxa:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20],
            subject=triple.subject.id,
            relation=triple.relation.id,
            object=triple.object.id,
            source=origin.source,
            locator=origin.locator,
            extractor=origin.extractor,
            version=origin.version,
            licence=origin.licence,
            present=triple.counts.present,
            uncertain=triple.counts.uncertain,
            absent=triple.counts.absent,
            support=1 if several else triple.support,
            subject_certainty=triple.subject_certainty.value,
            object_certainty=triple.object_certainty.value,
            lift=triple.lift,
            confidence=origin.confidence,
            holds_for=tuple(sorted(origin.holds_for)),
            commonness=origin.commonness,
        )


def describe_assertion(row: Assertion) -> Iterator[ox.Quad]:
    """Describe an assertion and its plain triple, in the named graph of its source."""
    graph, node = ox.NamedNode(expand(row.source)), ox.NamedNode(expand(row.id))
    ends = {name: ox.NamedNode(expand(getattr(row, name))) for name in _NAMES}
    yield ox.Quad(ends["subject"], ends["relation"], ends["object"], graph)
    yield ox.Quad(node, _A, _ASSERTION, graph)
    for name, predicate in _PREDICATES.items():
        value = getattr(row, name)
        for one in value if isinstance(value, tuple) else () if value is None else (value,):
            yield ox.Quad(node, predicate, ends.get(name) or _render_value(name, one), graph)


def _render_value(name: str, value: str | float) -> ox.NamedNode | ox.Literal:
    """Render a literal, or the concept that a statement is limited to."""
    if ASSERTION_FIELDS[name].kind == "names" and ":" in str(value):
        return ox.NamedNode(expand(str(value)))
    return ox.Literal(value)


def describe_source(source: Source) -> Iterator[ox.Quad]:
    """Describe a source, in the named graph of the sources."""
    node = ox.NamedNode(expand(source.id))
    yield ox.Quad(node, _A, ox.NamedNode(expand("prov:Entity")), _GRAPHS["sources"])
    for name, predicate in SOURCE_FIELDS.items():
        yield ox.Quad(node, ox.NamedNode(expand(predicate)), ox.Literal(getattr(source, name)), _GRAPHS["sources"])


def read_schema(path: Path) -> Iterator[ox.Quad]:
    """Read the schema's triples into their own named graph.

    Raises
    ------
    InputError
        If the file is not Turtle, or has a blank node: the digest of a graph needs names.
    """
    try:
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
            if ox.BlankNode in (type(quad.subject), type(quad.object)):
                raise InputError(f"schema {path} has a blank node in {quad}; give it a name")
            yield ox.Quad(quad.subject, quad.predicate, quad.object, _GRAPHS["schema"])
    except (OSError, SyntaxError) as error:
        raise InputError(f"schema {path} cannot be read: {error}; expected Turtle") from error


def write_nquads(
    path: Path,
    *,
    concepts: Iterable[Concept],
    sources: Iterable[Source],
    assertions: Iterable[Assertion],
    schema: Path | None = None,
) -> str:
    """Write a graph as sorted lines, each once; any size, in bounded memory; in place when it is whole.

    Parameters
    ----------
    path : Path
        File to write.
    concepts, sources, assertions
        Content of the graph.
    schema : Path or None
        Turtle of classes and relations; if given, the graph also describes itself as a dataset.

    Returns
    -------
    str
        Digest of the graph: ``sha256:`` over the sorted lines.

    Raises
    ------
    InputError
        If an identifier has an unknown prefix, or the schema cannot be read.
    OSError
        If the file cannot be written.
    """
    counts = Counter[str]()
    quads = chain(
        (
            ox.Quad(triple.subject, triple.predicate, triple.object, _GRAPHS["concepts"])
            for node in _count(concepts, counts, lambda _: "concepts")
            for triple in describe_concept(node)
        ),
        (quad for source in _count(sources, counts, lambda _: "sources") for quad in describe_source(source)),
        (quad for row in _count(assertions, counts, lambda row: row.source) for quad in describe_assertion(row)),
        read_schema(schema) if schema else (),
        (quad for part in ([counts] if schema else []) for quad in describe_dataset(part)),  # last: counting is done
    )
    digest, previous = hashlib.sha256(), b""
    with (
        replace_file(path, binary=True) as file,
        TemporaryDirectory(prefix=".sorting-", dir=path.parent) as scratch,
        ExitStack() as on,
    ):
        for line in heapq.merge(*_sort_chunks(quads, Path(scratch), on)):
            if line != previous:
                file.write(line)
                digest.update(line)
            previous = line
    return f"sha256:{digest.hexdigest()}"


def _count(items: Iterable[T], counts: Counter[str], name: Callable[[T], str]) -> Iterator[T]:
    for item in items:
        counts[name(item)] += 1
        yield item


def describe_dataset(counts: Mapping[str, int]) -> Iterator[ox.Quad]:
    """Describe the graph as a dataset, in VoID and DCAT: content, size, and size of each source.

    Parameters
    ----------
    counts : mapping of str to int
        ``concepts``, ``sources``, and assertions by source.

    References
    ----------
    Describing Linked Datasets with the VoID Vocabulary. W3C Interest Group Note, 3 March 2011.
    Data Catalog Vocabulary (DCAT) 3. W3C Recommendation, 22 August 2024.
    """
    parts = {name: number for name, number in counts.items() if ":" in name}
    for predicate, value in (
        ("rdf:type", "void:Dataset"), ("rdf:type", "dcat:Dataset"),
        ("dcterms:license", "https://creativecommons.org/licenses/by/4.0/"),
        *(("void:vocabulary", PREFIXES[name]) for name in ("thx", "skos", "prov", "dcterms")),
        *(("void:subset", source) for source in parts),
    ):  # fmt: skip
        yield _describe("thx:dataset", predicate, ox.NamedNode(value if value.startswith("http") else expand(value)))
    for predicate, text in (
        ("dcterms:title", "Thoracite: what chest radiographs show, and why"),
        ("dcterms:description", "Concepts of the chest radiograph, and sourced assertions about them."),
        ("dcat:keyword", "chest radiograph"),
    ):
        yield _describe("thx:dataset", predicate, ox.Literal(text))
    yield _describe("thx:dataset", "void:entities", ox.Literal(counts.get("concepts", 0)))
    yield _describe("thx:dataset", "void:triples", ox.Literal(sum(parts.values())))
    for source, number in parts.items():
        yield _describe(source, "void:triples", ox.Literal(number))


def _describe(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(ox.NamedNode(expand(subject)), ox.NamedNode(expand(predicate)), value, _GRAPHS["dataset"])


def _sort_chunks(quads: Iterator[ox.Quad], scratch: Path, on: ExitStack) -> list[Iterable[bytes]]:
    """Return sorted runs of lines: the last in memory, those before it in files."""
    runs: list[Iterable[bytes]] = []
    while chunk := sorted(f"{quad} .\n".encode() for quad in islice(quads, _CHUNK)):
        if len(chunk) < _CHUNK:
            runs.append(chunk)
            break
        run: BinaryIO = on.enter_context((scratch / str(len(runs))).open("w+b"))
        run.writelines(chunk)
        run.seek(0)
        runs.append(run)
    return runs


__all__ = [
    "describe_assertion",
    "describe_dataset",
    "describe_source",
    "list_assertions",
    "read_schema",
    "write_nquads",
]
