"""The N-Quads of a build, read as a stream; every store loads from them.

The digest of a graph is taken over its sorted lines, so that it is the same in every store and on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox

from thoracite.errors import InputError
from thoracite.kg.assertions import Assertion, compact_or_keep, gather_fields, read_assertion
from thoracite.kg.vocabulary import ASSERTION_FIELDS, PREFIXES, SOURCE_FIELDS, expand

RDF, RDFS, SKOS, THX, THXS = (PREFIXES[prefix] for prefix in ("rdf", "rdfs", "skos", "thx", "thxs"))
CONCEPTS, SOURCES = THXS + "concepts", THXS + "sources"
"""The named graphs of the concepts and of the sources."""

_ASSERTED = {expand(field.predicate): name for name, field in ASSERTION_FIELDS.items()}
_NEEDED = {name for name, field in ASSERTION_FIELDS.items() if not field.optional}
_BROADER = f"<{SKOS}broader>".encode()
_SOURCED = {name: expand(predicate) for name, predicate in SOURCE_FIELDS.items()}


@dataclass(frozen=True, slots=True)
class ConceptRow:
    """A concept with the graph's description."""

    id: str
    label: str
    kind: str = "mention"
    definition: str | None = None
    codes: list[str] = field(default_factory=list)
    synonyms: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source with the graph's description."""

    id: str
    title: str = ""
    reference: str = ""
    licence: str = "not stated"


def read_digest(nquads: Path) -> str:
    """Return the digest of a graph, ``sha256:…``: over its sorted lines, each once.

    Parameters
    ----------
    nquads : Path
        An N-Quads file. With sorted lines it is read as a stream, otherwise in memory.

    Raises
    ------
    InputError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     one, other = Path(folder, "one.nq"), Path(folder, "other.nq")
    ...     _ = one.write_text("<a:a> <b:b> <c:c> <g:g> .\\n<a:z> <b:b> <c:c> <g:g> .\\n")
    ...     _ = other.write_text("<a:z> <b:b> <c:c> <g:g> .\\n<a:a> <b:b> <c:c> <g:g> .\\n")
    ...     read_digest(one) == read_digest(other)
    True
    """
    digest = hashlib.sha256()
    for line in _read_sorted_lines(nquads):
        digest.update(line)
    return f"sha256:{digest.hexdigest()}"


def _read_sorted_lines(nquads: Path) -> Iterator[bytes]:
    try:
        if _is_sorted(nquads):
            with nquads.open("rb") as file:
                previous = b""
                for line in map(_ended, file):
                    if line != previous and line.strip():
                        yield line
                    previous = line
        else:
            with nquads.open("rb") as file:
                yield from sorted({_ended(line) for line in file if line.strip()})
    except OSError as error:
        raise InputError(f"graph {nquads} cannot be read: {error.strerror}; expected an N-Quads file") from error


def _is_sorted(nquads: Path) -> bool:
    previous = b""
    with nquads.open("rb") as file:
        for line in map(_ended, file):
            if line < previous:
                return False
            previous = line
    return True


def _ended(line: bytes) -> bytes:
    return line if line.endswith(b"\n") else line + b"\n"


def read_nodes(nquads: Path) -> Iterator[ConceptRow | SourceRow]:
    """Read concepts and sources of a graph, in the order of their identifiers.

    Raises
    ------
    InputError
        If the file is not N-Quads, or a concept has no label.
    """
    for subject, quads in _read_subjects(nquads):
        by_graph: dict[str, list[ox.Quad]] = {}
        for quad in quads:
            if isinstance(quad.graph_name, ox.NamedNode):
                by_graph.setdefault(quad.graph_name.value, []).append(quad)
        if described := by_graph.get(CONCEPTS):
            yield make_concept(compact_or_keep(subject), _read_values(described))
        if described := by_graph.get(SOURCES):
            yield make_source(compact_or_keep(subject), _read_values(described))


def read_broader(nquads: Path) -> dict[str, list[str]]:
    """Read the next wider concepts of each concept that has some, by CURIE.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    wider: dict[str, list[str]] = {}
    try:
        with nquads.open("rb") as file:
            lines = [line for line in file if _BROADER in line]  # a tenth of a percent: nothing else is parsed
        for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                wider.setdefault(compact_or_keep(quad.subject.value), []).append(compact_or_keep(quad.object.value))
    except (OSError, SyntaxError) as error:
        raise InputError(f"graph {nquads} cannot be read: {error}; expected an N-Quads file") from error
    return wider


def make_concept(concept: str, values: Mapping[str, list[str]]) -> ConceptRow:
    """Make a concept from its values in the graph of concepts, by predicate.

    Raises
    ------
    InputError
        If it has no label.
    """
    label = _first(values, RDFS + "label")
    if not label:
        raise InputError(f"concept {concept} has no rdfs:label; every concept of a graph needs one")
    return ConceptRow(
        id=concept,
        label=label,
        kind=_first(values, THX + "kind") or "mention",
        definition=_first(values, SKOS + "definition") or None,
        codes=sorted(values.get(SKOS + "notation", ())),
        synonyms=sorted(values.get(SKOS + "altLabel", ())),
    )


def make_source(source: str, values: Mapping[str, list[str]]) -> SourceRow:
    """Make a source from its values in the graph of sources, by predicate."""
    return SourceRow(
        id=source,
        title=_first(values, _SOURCED["title"]),
        reference=_first(values, _SOURCED["reference"]),
        licence=_first(values, _SOURCED["licence"]) or "not stated",
    )


def read_assertions(nquads: Path) -> Iterator[Assertion]:
    """Read assertions of a graph, in the order of their identifiers.

    Raises
    ------
    InputError
        If the file is not N-Quads, or an assertion lacks a part or holds an invalid number.
    """
    for subject, quads in _read_subjects(nquads):
        values = _read_values(quads)
        if THX + "Assertion" not in values.get(RDF + "type", ()):
            continue
        terms = [(name, text) for iri, name in _ASSERTED.items() for text in _list_texts(values, iri)]
        if missing := _NEEDED - {name for name, _ in terms}:
            raise InputError(
                f"assertion {compact_or_keep(subject)} lacks its {', '.join(sorted(missing))}; see decision 1"
            )
        try:
            yield read_assertion({"id": compact_or_keep(subject), **gather_fields(terms)})
        except ValueError as error:
            raise InputError(f"assertion {compact_or_keep(subject)} cannot be read: {error}") from error


def read_quads(nquads: Path) -> Iterator[ox.Quad]:
    """Read every quad once, in the order of the sorted lines.

    Raises
    ------
    InputError
        If the file cannot be read or is not N-Quads.
    """
    try:
        if _is_sorted(nquads):
            quads = ox.parse(path=nquads, format=ox.RdfFormat.N_QUADS)
        else:
            quads = ox.parse(b"".join(_read_sorted_lines(nquads)), format=ox.RdfFormat.N_QUADS)
        for quad, _ in groupby(quads):
            yield quad
    except OSError as error:
        raise InputError(f"graph {nquads} cannot be read: {error.strerror}; expected an N-Quads file") from error
    except SyntaxError as error:
        raise InputError(f"graph {nquads} is not N-Quads: {error.msg} in line {error.lineno}") from error


def _read_subjects(nquads: Path) -> Iterator[tuple[str, list[ox.Quad]]]:
    """Yield the quads of one named subject after the other."""
    for subject, group in groupby(read_quads(nquads), key=lambda quad: quad.subject):
        if isinstance(subject, ox.NamedNode):
            yield subject.value, list(group)


def _read_values(quads: list[ox.Quad]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for quad in quads:
        if isinstance(quad.object, ox.NamedNode | ox.Literal):
            values.setdefault(quad.predicate.value, []).append(quad.object.value)
    return values


def _list_texts(values: Mapping[str, list[str]], predicate: str) -> list[str]:
    """List the values of a field that may have several, or the first of another."""
    found = sorted(values.get(predicate, ()))
    return found if ASSERTION_FIELDS[_ASSERTED[predicate]].kind == "names" else found[:1]


def _first(values: Mapping[str, list[str]], predicate: str) -> str:
    return min(values.get(predicate, [""]))


__all__ = [
    "CONCEPTS",
    "SOURCES",
    "ConceptRow",
    "SourceRow",
    "make_concept",
    "make_source",
    "read_assertions",
    "read_broader",
    "read_digest",
    "read_nodes",
    "read_quads",
]
