"""The SPARQL 1.1 Protocol, its query half: what a request asks, and the answer in the format it accepts.

References
----------
https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

import pyoxigraph

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
"""Media type asked for → format; the first is the default."""


class ProtocolError(Exception):
    """A request that the protocol does not allow; ``status`` is the HTTP status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Answer(NamedTuple):
    """A serialised answer and its media type."""

    content: bytes
    media_type: str


def parse_request(method: str, parameters: Sequence[tuple[str, str]], content_type: str, body: bytes) -> str:
    """The query of a request.

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
        400 for a missing, repeated or badly encoded query, or a data set in the parameters; 403 for an update;
        413 for a query that is too long; 415 for another body.

    Examples
    --------
    >>> parse_request("GET", [("query", "ASK {}")], "", b"")
    'ASK {}'
    >>> parse_request("POST", [], "application/x-www-form-urlencoded", b"query=ASK+%7B%7D")
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
    return _find_query(fields)


def _find_query(fields: Sequence[tuple[str, str]]) -> str:
    names = [name for name, _ in fields]
    if "update" in names:
        raise ProtocolError(403, "this graph is read-only; updates are refused, rebuild it with `thoracite build`")
    if {"default-graph-uri", "named-graph-uri"} & set(names):
        raise ProtocolError(400, "a data set in the request is not supported; name graphs in the query with GRAPH")
    queries = [value for name, value in fields if name == "query"]
    if len(queries) != 1 or not queries[0].strip():
        raise ProtocolError(400, f"the request holds {len(queries)} queries; expected exactly one, not empty")
    if len(queries[0]) > LONGEST:
        raise ProtocolError(413, f"the query has {len(queries[0])} characters; expected at most {LONGEST}")
    return queries[0]


def find_format(accept: str) -> str:
    """The media type to answer with.

    Parameters
    ----------
    accept : str
        The Accept header, empty where there is none.

    Raises
    ------
    ProtocolError
        406 if nothing that is accepted can be written.

    Examples
    --------
    >>> find_format("text/csv;q=0.9, application/sparql-results+xml")
    'application/sparql-results+xml'
    >>> find_format("*/*")
    'application/sparql-results+json'
    """
    wanted = sorted((_quality(part) for part in accept.split(",") if part.strip()), key=lambda pair: -pair[1])
    for pattern, quality in wanted or [("*/*", 1.0)]:
        for media_type in FORMATS if quality > 0 else ():
            if pattern in ("*/*", "*", media_type, media_type.partition("/")[0] + "/*"):
                return media_type
    raise ProtocolError(406, f"no answer can be written as {accept}; this endpoint writes {', '.join(FORMATS)}")


def _quality(part: str) -> tuple[str, float]:
    pattern, *options = (piece.strip().lower() for piece in part.split(";"))
    quality = next((option[2:] for option in options if option.startswith("q=")), "1")
    try:
        return pattern, float(quality)
    except ValueError:
        return pattern, 0.0


def write_answer(result: QueryResult, media_type: str) -> Answer:
    """An answer in one of :data:`FORMATS`.

    Raises
    ------
    ProtocolError
        406 for an ASK as CSV or TSV, which have no form for it.

    Examples
    --------
    >>> term = {"type": "literal", "value": "pleural effusion"}
    >>> write_answer(QueryResult(columns=("label",), rows=((term,),)), "text/csv").content
    b'label\\r\\npleural effusion\\r\\n'
    """
    content = json.dumps(render_sparql_json(result), ensure_ascii=False).encode("utf-8")
    form = FORMATS[media_type]
    if form == pyoxigraph.QueryResultsFormat.JSON:
        return Answer(content, media_type)
    if result.boolean is not None and media_type.startswith("text/"):
        raise ProtocolError(406, f"the answer of an ASK has no {media_type} form; accept JSON or XML")
    parsed = pyoxigraph.parse_query_results(content, format=pyoxigraph.QueryResultsFormat.JSON)
    return Answer(parsed.serialize(format=form) or b"", media_type)


__all__ = ["FORMATS", "Answer", "ProtocolError", "find_format", "parse_request", "write_answer"]
