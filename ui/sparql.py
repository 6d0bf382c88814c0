"""The SPARQL 1.1 Protocol, its query half: what a request asks, and the answer in the format it accepts.

References
----------
https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl

import pyoxigraph

from thoracite.errors import StoreError
from thoracite.kg.stores.sparql import QueryDataset
from thoracite.kg.stores.sparql_answer import write_graph
from thoracite.kg.stores.store import QueryResult
from thoracite.ui.view import render_sparql_json

LONGEST = 200_000
"""Longest query, in characters."""

FORMATS = {
    "application/sparql-results+json": pyoxigraph.QueryResultsFormat.JSON,
    "application/json": pyoxigraph.QueryResultsFormat.JSON,
    "application/sparql-results+xml": pyoxigraph.QueryResultsFormat.XML,
    "application/xml": pyoxigraph.QueryResultsFormat.XML,
    "text/csv": pyoxigraph.QueryResultsFormat.CSV,
    "text/tab-separated-values": pyoxigraph.QueryResultsFormat.TSV,
}
"""Media type asked for → format of the rows of a SELECT; the first is the default."""

BOOLEAN_FORMATS = {name: form for name, form in FORMATS.items() if not name.startswith("text/")}
"""The same for an ASK, which has no form in CSV and TSV."""

GRAPH_FORMATS = {
    "text/turtle": pyoxigraph.RdfFormat.TURTLE,
    "application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
    "application/rdf+xml": pyoxigraph.RdfFormat.RDF_XML,
    "application/ld+json": pyoxigraph.RdfFormat.JSON_LD,
}
"""The same for the triples of a CONSTRUCT or DESCRIBE."""

Kind = Literal["rows", "boolean", "graph"]
"""What an answer is: that of a SELECT, an ASK, or a CONSTRUCT or DESCRIBE."""

_OFFERED: dict[Kind, tuple[str, ...]] = {
    "rows": tuple(FORMATS),
    "boolean": tuple(BOOLEAN_FORMATS),
    "graph": tuple(GRAPH_FORMATS),
}
_OTHER_NAMES = {
    **dict.fromkeys(
        ("application/turtle", "application/x-turtle", "application/n3", "text/n3", "text/rdf+n3"), "text/turtle"
    ),
    "application/x-json+ld": "application/ld+json",
    "application/json": "application/ld+json",
    "application/xml": "application/rdf+xml",
    "text/plain": "application/n-triples",
}
"""What clients ask for who mean one of the formats of triples."""


class ProtocolError(Exception):
    """A request that the protocol does not allow; ``status`` is the HTTP status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Question(NamedTuple):
    """A query and, where the request names them, the graphs that it reads."""

    text: str
    dataset: QueryDataset | None = None


class Answer(NamedTuple):
    """A serialised answer and its media type."""

    content: bytes
    media_type: str


def parse_request(method: str, parameters: Sequence[tuple[str, str]], content_type: str, body: bytes) -> Question:
    """The query of a request, and the graphs that it names.

    Parameters
    ----------
    method : str
        ``GET`` or ``POST``.
    parameters : sequence of (name, value)
        Of the address.
    content_type : str
        Of the body.
    body : bytes
        Empty for GET.

    Raises
    ------
    ProtocolError
        400 for a missing, repeated or badly encoded query, or a graph whose name is no IRI; 403 for an update;
        413 for a query that is too long; 415 for another body.

    Examples
    --------
    >>> parse_request("GET", [("query", "ASK {}"), ("default-graph-uri", "urn:g")], "", b"")
    Question(text='ASK {}', dataset=QueryDataset(default=('urn:g',), named=()))
    >>> parse_request("POST", [], "application/x-www-form-urlencoded", b"query=ASK+%7B%7D").text
    'ASK {}'
    """
    kind = content_type.partition(";")[0].strip().lower()
    fields = list(parameters)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProtocolError(400, "the body is not UTF-8; send the query as UTF-8 text") from error
    if method == "POST" and kind == "application/sparql-query":
        fields.append(("query", text))
    elif method == "POST" and kind == "application/x-www-form-urlencoded":
        fields += parse_qsl(text, keep_blank_values=True)
    elif method == "POST" and kind == "application/sparql-update":
        fields.append(("update", text))
    elif method == "POST":
        raise ProtocolError(
            415,
            f"a body of type {kind or 'none'} is not understood; "
            "send application/sparql-query, or a form with the field query",
        )
    return Question(_find_query(fields), _find_dataset(fields))


def _find_query(fields: Sequence[tuple[str, str]]) -> str:
    names = [name for name, _ in fields]
    if "update" in names:
        raise ProtocolError(403, "this graph is read-only; updates are refused, rebuild it with `thoracite build`")
    queries = [value for name, value in fields if name == "query"]
    if len(queries) != 1 or not queries[0].strip():
        raise ProtocolError(400, f"the request holds {len(queries)} queries; expected exactly one, not empty")
    if len(queries[0]) > LONGEST:
        raise ProtocolError(413, f"the query has {len(queries[0])} characters; expected at most {LONGEST}")
    return queries[0]


def _find_dataset(fields: Sequence[tuple[str, str]]) -> QueryDataset | None:
    default, named = (
        tuple(iri for name, iri in fields if name == wanted) for wanted in ("default-graph-uri", "named-graph-uri")
    )
    for iri in default + named:
        try:
            pyoxigraph.NamedNode(iri)
        except ValueError as error:
            raise ProtocolError(400, f"the graph {iri[:80]!r} is no IRI: {error}; name a graph by its IRI") from error
    return QueryDataset(default, named) if default or named else None


def find_kind(result: QueryResult) -> Kind:
    """What an answer is."""
    return "boolean" if result.boolean is not None else "graph" if result.graph else "rows"


def find_format(accept: str, kind: Kind = "rows") -> str:
    """The media type to answer with.

    Parameters
    ----------
    accept : str
        The Accept header, empty where there is none.
    kind : str
        What the answer is. A client that accepts another kind's formats alone gets this kind's first one, and sees
        it in the content type: it could not know what its query asks for.

    Raises
    ------
    ProtocolError
        406 if nothing that is accepted can be written.

    References
    ----------
    RFC 9110, 12.5.1: the most specific range decides on a media type.

    Examples
    --------
    >>> find_format("text/csv;q=0.9, application/sparql-results+xml")
    'application/sparql-results+xml'
    >>> find_format("*/*"), find_format("text/turtle;q=0.5, application/ld+json", "graph")
    ('application/sparql-results+json', 'application/ld+json')
    """
    ranges = [_read_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    names = _OTHER_NAMES if kind == "graph" else {}
    wanted = {names.get(pattern, pattern): quality for pattern, quality in reversed(ranges)}
    order = [names.get(pattern, pattern) for pattern, _ in ranges]

    def rank(media_type: str) -> tuple[float, int]:
        """Its quality, and how early it is asked for."""
        patterns = (media_type, media_type.partition("/")[0] + "/*", "*/*", "*")
        found = next((pattern for pattern in patterns if pattern in wanted), None)
        return (wanted[found], -order.index(found)) if found else (0.0, 0)

    best = max(_OFFERED[kind], key=rank)
    if rank(best)[0] > 0:
        return best
    if any(quality > 0 and pattern in {*FORMATS, *GRAPH_FORMATS, *_OTHER_NAMES} for pattern, quality in ranges):
        return _OFFERED[kind][0]
    offered = ", ".join(_OFFERED[kind])
    raise ProtocolError(406, f"no answer can be written as {accept}; this endpoint writes {offered}")


def _read_range(part: str) -> tuple[str, float]:
    pattern, *options = (piece.strip().lower() for piece in part.split(";"))
    quality = next((option[2:] for option in options if option.startswith("q=")), "1")
    try:
        return pattern, float(quality)
    except ValueError:
        return pattern, 0.0


def write_answer(result: QueryResult, media_type: str) -> Answer:
    """An answer in one of :data:`FORMATS`, triples in one of :data:`GRAPH_FORMATS`.

    Raises
    ------
    ProtocolError
        406 for an ASK as CSV or TSV, which have no form for it, and for triples that the format cannot hold.

    Examples
    --------
    >>> term = {"type": "literal", "value": "pleural effusion"}
    >>> write_answer(QueryResult(columns=("label",), rows=((term,),)), "text/csv").content
    b'label\\r\\npleural effusion\\r\\n'
    """
    if result.graph:
        try:
            return Answer(write_graph(result, GRAPH_FORMATS[media_type]), media_type)
        except StoreError as error:
            raise ProtocolError(406, str(error)) from error
    content = json.dumps(render_sparql_json(result), ensure_ascii=False).encode("utf-8")
    form = FORMATS[media_type]
    if form == pyoxigraph.QueryResultsFormat.JSON:
        return Answer(content, media_type)
    if result.boolean is not None and media_type.startswith("text/"):
        raise ProtocolError(406, f"the answer of an ASK has no {media_type} form; accept JSON or XML")
    parsed = pyoxigraph.parse_query_results(content, format=pyoxigraph.QueryResultsFormat.JSON)
    return Answer(parsed.serialize(format=form) or b"", media_type)


__all__ = [
    "FORMATS",
    "GRAPH_FORMATS",
    "Answer",
    "ProtocolError",
    "Question",
    "find_format",
    "find_kind",
    "parse_request",
    "write_answer",
]
