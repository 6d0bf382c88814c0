"""The shared part of the RDF stores: a guard on SPARQL, and SPARQL of the find methods.

Every pattern of the project over assertions says ``GRAPH ?source { ?assertion prov:hadPrimarySource ?source … }``: it
runs on any endpoint, whatever its default graph is, and does not see a build that is still being loaded beside the
active one. Queries of users have the union of all named graphs as their default graph, unless they say ``FROM``.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from thoracite.errors import InputError, StoreError
from thoracite.kg.assertions import (
    Assertion,
    TripleFinder,
    compact_or_keep,
    gather_fields,
    merge_assertions,
    read_assertion,
)
from thoracite.kg.rdf.nquads import make_concept, make_source
from thoracite.kg.stores.store import GraphStatistics, QueryResult
from thoracite.kg.vocabulary import ASSERTION_FIELDS, PREFIXES, expand
from thoracite.types import Entity, Triple

PROLOGUE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
"""``PREFIX`` lines for every prefix of the vocabulary."""

_FORMS, _GRAPHS = {"SELECT", "ASK"}, {"CONSTRUCT", "DESCRIBE"}
_REFUSED = {"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "SERVICE"}
_HIDDEN = re.compile(
    r'"""(?:[^\\]|\\.)*?""" '
    r"| '''(?:[^\\]|\\.)*?''' "
    r'| "(?:[^"\\\r\n]|\\.)*" '
    r"| '(?:[^'\\\r\n]|\\.)*' "
    r"| <[^<>\"{}|^`\\\x00-\x20]*> | \#[^\r\n]*",
    re.DOTALL | re.VERBOSE,
)
_WORD = re.compile(r"([?$:@]|(?<![\w.\-])[\w.\-]*+:)?([A-Za-z_\u0080-\uffff][\w\-]*)(:)?")
"""A word with what stands before it; a prefix is looked for at the start of a token alone, or a number of a hundred
thousand digits would be read again from each of them."""
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_NAMED = re.compile(rf"(?P<hidden>{_HIDDEN.pattern})|{_ESCAPE.pattern}", re.DOTALL | re.VERBOSE)
_COMPARED = re.compile(r"<(?![A-Za-z][\w+.\-]*:)[^>]*&&")
"""An IRI that was meant as two comparisons; it has no scheme."""


def check_reading(text: str, *, graphs: bool = False) -> None:
    """Refuse a query that is not read-only, or reaches outside the store.

    Parameters
    ----------
    text : str
        A SPARQL 1.1 query; the store checks its grammar.
    graphs : bool
        Whether to allow CONSTRUCT and DESCRIBE, whose answers are triples.

    Raises
    ------
    StoreError
        If it is not a reading query, or holds an update, ``SERVICE``, ``FROM`` with a file, or comparisons that the
        grammar reads as an IRI.

    Examples
    --------
    >>> check_reading("SELECT ?service WHERE { ?service ?p 'LOAD <x>' } # SERVICE")
    >>> check_reading("SELECT * { seRvice <http://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    thoracite.errors.StoreError: the query uses SERVICE, which is refused: expected one SELECT or ASK query here
    """
    forms, expected = (_FORMS | _GRAPHS, _EXPECTED_ANY) if graphs else (_FORMS, _EXPECTED)
    # SPARQL decodes \\uXXXX before it reads a query; some stores do not: both readings must be harmless.
    for reading in {text, _ESCAPE.sub(_decode, text)}:
        words = _list_words(reading)
        if refused := [word for word in words if word in _REFUSED | _GRAPHS - forms]:
            raise StoreError(f"the query uses {refused[0]}, which is refused: {expected}")
        if not forms & set(words):
            raise StoreError(f"the query is not a reading query: {expected}")
        if "FROM" in words and any(re.match(r"<\s*file:", hidden, re.I) for hidden in _HIDDEN.findall(reading)):
            raise StoreError("the query reads FROM a file, which is refused: expected the name of a graph here")
    # The longest token wins in SPARQL, and is an IRI here; pyoxigraph compares.
    if meant := next(filter(_COMPARED.match, _HIDDEN.findall(text)), None):
        raise StoreError(f"the query holds {meant[:80]}, which SPARQL reads as an IRI; put a space behind its '<'")


def decode_names(text: str) -> str:
    """Decode the escaped letters and digits of a query's names, which pyoxigraph decodes in texts and IRIs alone.

    Parameters
    ----------
    text : str
        A SPARQL 1.1 query (19.2: an escape stands for its character wherever the grammar allows the character).

    Examples
    --------
    >>> print(decode_names(r"SELECT ?\\u0078 { ?\\u0078 ?p '\\u0022' }"))
    SELECT ?x { ?x ?p '\\u0022' }
    """

    def decode(match: re.Match[str]) -> str:
        code = match["hidden"] is None and int(match[2] or match[3], 16)
        return chr(code) if code and code <= 0x10FFFF and chr(code).isalnum() else match[0]

    return _NAMED.sub(decode, text)


def names_dataset(text: str) -> bool:
    """Whether a query says itself which graphs it reads, by ``FROM`` or ``FROM NAMED``.

    Examples
    --------
    >>> names_dataset("SELECT * FROM NAMED <urn:g> { GRAPH ?g { ?s ?p ?o } }"), names_dataset("ASK { ?from ?p 'FROM' }")
    (True, False)
    """
    return any("FROM" in _list_words(reading) for reading in (text, _ESCAPE.sub(_decode, text)))


class QueryDataset(NamedTuple):
    """The graphs that a request names beside its query (SPARQL 1.1 Protocol, 2.1.4).

    Parameters
    ----------
    default : tuple of str
        IRIs of the graphs whose union is the default graph.
    named : tuple of str
        IRIs of the graphs that ``GRAPH`` finds.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def _list_words(text: str) -> list[str]:
    """Words of a query in capitals: no texts, IRIs, comments, variables or names with a prefix."""
    bare = _HIDDEN.sub(" ", text)
    return [word.casefold().upper() for mark, word, tail in _WORD.findall(bare) if not mark and not tail]


_EXPECTED = "expected one SELECT or ASK query here"
_EXPECTED_ANY = "expected one SELECT, ASK, CONSTRUCT or DESCRIBE query here"


def _decode(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else match[0]


def render_iri(curie: str) -> str:
    """Render a CURIE as an IRI in angle brackets, safe in a query.

    Raises
    ------
    InputError
        If the prefix is unknown, or the IRI would hold a forbidden character.

    Examples
    --------
    >>> render_iri("thx:pneumothorax")
    '<https://w3id.org/thoracite/pneumothorax>'
    """
    try:
        return str(ox.NamedNode(expand(curie)))
    except ValueError as error:
        raise InputError(f"{curie!r} makes no IRI: {error}; expected a CURIE such as thx:pneumothorax") from error


_CORE = " ; ".join(f"{field.predicate} ?{name}" for name, field in ASSERTION_FIELDS.items() if field.kind == "name")
_NEEDED = " ; ".join(f"{field.predicate} ?{name}" for name, field in ASSERTION_FIELDS.items() if not field.optional)
_OPTIONAL = "".join(
    f" OPTIONAL {{ ?id {field.predicate} ?{name} }}" for name, field in ASSERTION_FIELDS.items() if field.optional
)
_COLUMNS = " ".join(f"?{name}" for name in ASSERTION_FIELDS)


def render_values(**columns: Collection[str] | None) -> str:
    """Render ``VALUES`` blocks that restrict variables to CURIEs; None leaves a variable free.

    Examples
    --------
    >>> render_values(subject=["thx:mass"], object=None)
    'VALUES ?subject { <https://w3id.org/thoracite/mass> } '
    """
    return "".join(
        f"VALUES ?{name} {{ {' '.join(map(render_iri, curies))} }} "
        for name, curies in columns.items()
        if curies is not None
    )


def render_assertions(values: str) -> str:
    """Render the query for all parts of the assertions selected by ``VALUES``.

    The values stand inside ``GRAPH``: before it, Oxigraph takes a hundred times as long, since it joins the rest first.
    """
    return f"{PROLOGUE}SELECT ?id {_COLUMNS} WHERE {{ GRAPH ?source {{ {values}?id {_NEEDED}{_OPTIONAL} }} }}"


def render_keys(values: str, limit: int) -> str:
    """Render the query for the most supported triples selected by ``VALUES``."""
    return (
        f"{PROLOGUE}SELECT ?subject ?relation ?object (SUM(?support) AS ?total) WHERE {{ GRAPH ?source {{ "
        f"{values}?id {_CORE} ; thx:support ?support }} }} GROUP BY ?subject ?relation ?object "
        f"ORDER BY DESC(?total) ?subject ?relation ?object LIMIT {int(limit)}"
    )


def render_entities(curies: Iterable[str]) -> str:
    """Render the query for label, kind and codes of concepts."""
    return (
        f"{PROLOGUE}SELECT ?id ?part ?value WHERE {{ {render_values(id=sorted(set(curies)))}"
        "VALUES ?part { rdfs:label thx:kind skos:notation } GRAPH thxs:concepts { ?id ?part ?value } }"
    )


def parse_entities(rows: Iterable[Mapping[str, str]]) -> dict[str, Entity]:
    """Parse the rows of :func:`render_entities` into concepts by CURIE."""
    parts: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        name = row["part"].rsplit("/", 1)[-1].rsplit("#", 1)[-1]
        parts.setdefault(compact_or_keep(row["id"]), {}).setdefault(name, []).append(row["value"])
    return {
        curie: Entity(
            id=curie,
            label=min(found["label"]),
            kind=min(found.get("kind", ["mention"])),
            codes=tuple(sorted(found.get("notation", ()))),
        )
        for curie, found in parts.items()
        if "label" in found
    }


def parse_assertions(rows: Iterable[Mapping[str, str]]) -> list[Assertion]:
    """Parse the rows of :func:`render_assertions` into assertions; there is one for each value of ``holds_for``."""
    terms: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        terms.setdefault(row["id"], []).extend(row.items())
    return [read_assertion(gather_fields(found)) for found in terms.values()]


_FEW = 64
"""Most ends that are read assertion by assertion; more are grouped and cut in the store first."""

_STATISTICS = {
    "entities": "(COUNT(DISTINCT ?c) AS ?n) WHERE { GRAPH thxs:concepts { ?c a skos:Concept } }",
    "sources": "(COUNT(DISTINCT ?s) AS ?n) WHERE { GRAPH thxs:sources { ?s a prov:Entity } }",
    "assertions": (
        "(COUNT(DISTINCT ?a) AS ?n) WHERE { GRAPH ?source { ?a a thx:Assertion ; prov:hadPrimarySource ?source } }"
    ),
    "triples": (
        "(COUNT(*) AS ?n) WHERE { { SELECT DISTINCT ?subject ?relation ?object "
        f"WHERE {{ GRAPH ?source {{ ?id {_CORE} }} }} }} }}"
    ),
}


class SparqlGraph(TripleFinder):
    """Base class: the find methods in SPARQL; a store adds the way to run a query."""

    @abstractmethod
    def select(self, query: str) -> list[dict[str, str]]:
        """Run one of the project's own queries and return the text of each bound term, by variable."""

    @abstractmethod
    def query(
        self,
        text: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        limit_s: float = 10.0,
        dataset: QueryDataset | None = None,
    ) -> QueryResult:
        """Answer a SPARQL query that only reads, over the graphs that the request names, else all."""

    def find_entity(self, entity: str) -> Entity | None:
        """Return the concept with this CURIE.

        Raises
        ------
        InputError
            If the CURIE has an unknown prefix.
        """
        return parse_entities(self.select(render_entities([entity]))).get(entity)

    def read_triples(
        self,
        *,
        subjects: Collection[str] | None = None,
        relations: Collection[str] | None = None,
        objects: Collection[str] | None = None,
        limit: int = 1000,
    ) -> list[Triple]:
        """Read triples whose parts are among the given CURIEs (None: any), most supported first, then by their key."""
        values = render_values(subject=subjects, object=objects, relation=relations)
        ends = [given for given in (subjects, objects) if given is not None]
        if not ends or any(len(given) > _FEW for given in ends):
            keys = self.select(render_keys(values, limit))
            if not keys:
                return []
            names = ("subject", "relation", "object")
            rows = " ".join(f"({' '.join(f'<{key[name]}>' for name in names)})" for key in keys)
            values = f"VALUES (?subject ?relation ?object) {{ {rows} }} "
        assertions = parse_assertions(self.select(render_assertions(values)))
        if not assertions:
            return []
        found = {end for row in assertions for end in (row.subject, row.object)}
        return merge_assertions(assertions, parse_entities(self.select(render_entities(found))))[:limit]

    def export(self, nquads: Path) -> str:
        """Write concepts, sources and assertions as N-Quads, the same lines from every store; return their digest.

        Raises
        ------
        UsageError
            If the file cannot be written.
        """
        from thoracite.kg.rdf.export import write_export  # whoever only asks loads nothing that writes

        nodes = {name: self._read_values(name) for name in ("concepts", "sources")}
        return write_export(
            nquads,
            concepts=(make_concept(compact_or_keep(iri), values) for iri, values in nodes["concepts"].items()),
            sources=(make_source(compact_or_keep(iri), values) for iri, values in nodes["sources"].items()),
            assertions=parse_assertions(self.select(render_assertions(""))),
        )

    def _read_values(self, graph: str) -> dict[str, dict[str, list[str]]]:
        """Read the values of each node of a named graph, by predicate."""
        values: dict[str, dict[str, list[str]]] = {}
        for row in self.select(f"{PROLOGUE}SELECT ?s ?p ?o WHERE {{ GRAPH thxs:{graph} {{ ?s ?p ?o }} }}"):
            values.setdefault(row["s"], {}).setdefault(row["p"], []).append(row["o"])
        return values

    def statistics(self) -> GraphStatistics:
        """Count the store's content."""
        counts = {name: self.select(f"{PROLOGUE}SELECT {rest}")[0]["n"] for name, rest in _STATISTICS.items()}
        return GraphStatistics(**{name: int(count) for name, count in counts.items()})


__all__ = [
    "PROLOGUE",
    "QueryDataset",
    "SparqlGraph",
    "check_reading",
    "decode_names",
    "names_dataset",
    "parse_assertions",
    "parse_entities",
    "render_assertions",
    "render_entities",
    "render_iri",
    "render_keys",
    "render_values",
]
