"""The protocol's query half: how a query may arrive, and in which formats it is answered."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from thoracite.kg.stores.store import QueryResult
from thoracite.ui.sparql import (
    FORMATS,
    GRAPH_FORMATS,
    LONGEST,
    Kind,
    ProtocolError,
    find_format,
    parse_request,
    write_answer,
)

FORM = "application/x-www-form-urlencoded"
URI = {"type": "uri", "value": "https://w3id.org/thoracite/pleural_effusion"}
LABEL = {"type": "literal", "value": 'opacity, "hazy" < mass', "xml:lang": "en"}
COUNT = {"type": "literal", "value": "41", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}
ROWS = QueryResult(columns=("s", "label", "n"), rows=((URI, LABEL, COUNT), (URI, None, None)))


@pytest.mark.parametrize(
    ("method", "parameters", "content_type", "body"),
    [
        ("GET", [("query", "SELECT * {}"), ("format", "json")], "", b""),
        ("POST", [], FORM + "; charset=UTF-8", b"query=SELECT+%2A+%7B%7D"),
        ("POST", [], "application/sparql-query", b"SELECT * {}"),
    ],
)
def test_query_arrives_in_each_way_of_the_protocol(
    method: str, parameters: list[tuple[str, str]], content_type: str, body: bytes
) -> None:
    assert parse_request(method, parameters, content_type, body) == ("SELECT * {}", None)


@pytest.mark.parametrize("way", ["address", "form", "beside a body"])
def test_graphs_arrive_in_each_way_of_the_protocol(way: str) -> None:
    graphs = [("default-graph-uri", "urn:a"), ("named-graph-uri", "urn:b"), ("default-graph-uri", "urn:c")]
    if way == "address":
        found = parse_request("GET", [("query", "ASK {}"), *graphs], "", b"")
    elif way == "form":
        found = parse_request("POST", [], FORM, urlencode([("query", "ASK {}"), *graphs]).encode())
    else:
        found = parse_request("POST", graphs, "application/sparql-query", b"ASK {}")
    assert found == ("ASK {}", (("urn:a", "urn:c"), ("urn:b",)))


@pytest.mark.parametrize(
    ("status", "method", "parameters", "content_type", "body", "words"),
    [
        (400, "GET", [], "", b"", "0 queries"),
        (400, "GET", [("query", "ASK {}"), ("query", "ASK {}")], "", b"", "2 queries"),
        (400, "GET", [("query", "  ")], "", b"", "not empty"),
        (400, "GET", [("query", "ASK {}"), ("default-graph-uri", "no iri")], "", b"", "no IRI"),
        (400, "POST", [], "application/sparql-query", b"\xff", "UTF-8"),
        (403, "POST", [], FORM, b"update=CLEAR+ALL", "read-only"),
        (403, "POST", [], "application/sparql-update", b"CLEAR ALL", "read-only"),
        (413, "GET", [("query", "x" * (LONGEST + 1))], "", b"", "characters"),
        (415, "POST", [], "text/plain", b"ASK {}", "text/plain"),
        (415, "POST", [("query", "ASK {}")], "", b"", "none"),
    ],
)
def test_what_the_protocol_does_not_allow_is_one_sentence(
    status: int, method: str, parameters: list[tuple[str, str]], content_type: str, body: bytes, words: str
) -> None:
    with pytest.raises(ProtocolError, match=words) as caught:
        parse_request(method, parameters, content_type, body)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/*", "application/sparql-results+json"),
        ("text/csv", "text/csv"),
        ("text/html, text/tab-separated-values;q=0.5", "text/tab-separated-values"),
        ("text/csv;q=0.1, application/xml;q=0.9", "application/xml"),
        ("text/csv;q=0, */*;q=0.1", "application/sparql-results+json"),
        ("application/json;charset=utf-8;q=oops, text/csv", "text/csv"),
        ("application/sparql-results+json;q=0, */*", "application/json"),
        ("text/turtle", "application/sparql-results+json"),
    ],
)
def test_format_follows_the_accept_header(accept: str, expected: str) -> None:
    assert find_format(accept) == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "text/turtle"),
        ("*/*", "text/turtle"),
        ("application/*", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json, text/turtle;q=0.9", "application/ld+json"),
        ("application/turtle,text/turtle,text/rdf+n3,application/n-triples", "text/turtle"),
        ("application/x-json+ld", "application/ld+json"),
        ("text/turtle;q=0.2, application/n-triples;q=0.7, */*;q=0.1", "application/n-triples"),
        ("text/turtle;q=0, */*", "application/n-triples"),
        ("application/sparql-results+json", "text/turtle"),
        ("text/csv", "text/turtle"),
    ],
)
def test_triples_have_formats_of_their_own(accept: str, expected: str) -> None:
    assert find_format(accept, "graph") == expected


def test_an_ask_is_json_where_rows_would_be_csv() -> None:
    assert find_format("text/csv", "boolean") == "application/sparql-results+json"
    assert find_format("application/sparql-results+xml", "boolean") == "application/sparql-results+xml"


@pytest.mark.parametrize("kind", ["rows", "boolean", "graph"])
def test_nothing_acceptable_is_refused(kind: Kind) -> None:
    with pytest.raises(ProtocolError, match="image/png") as caught:
        find_format("image/png", kind)
    assert caught.value.status == 406


TRIPLES = QueryResult(
    columns=("subject", "predicate", "object"),
    rows=tuple((URI, {"type": "uri", "value": "https://w3id.org/thoracite/kind"}, end) for end in (URI, LABEL, COUNT)),
    graph=True,
)


@pytest.mark.parametrize("media_type", GRAPH_FORMATS)
def test_triples_are_the_same_in_every_format(media_type: str) -> None:
    written = write_answer(TRIPLES, media_type).content
    read = {str(quad.triple) for quad in ox.parse(written, format=GRAPH_FORMATS[media_type])}
    assert read == {
        f"<{URI['value']}> <https://w3id.org/thoracite/kind> {end}"
        for end in (
            f"<{URI['value']}>",
            '"opacity, \\"hazy\\" < mass"@en',
            '"41"^^<http://www.w3.org/2001/XMLSchema#integer>',
        )
    }


def test_what_a_format_cannot_hold_is_refused() -> None:
    row = (URI, {"type": "uri", "value": "https://example.org/1"}, COUNT)
    with pytest.raises(ProtocolError, match="Turtle") as caught:
        write_answer(QueryResult(rows=(row,), graph=True), "application/rdf+xml")
    assert caught.value.status == 406


def test_answers_hold_the_same_rows_in_every_format() -> None:
    answers = {media_type: write_answer(ROWS, media_type).content.decode() for media_type in FORMATS}
    assert json.loads(answers["application/sparql-results+json"])["results"]["bindings"][0]["label"] == LABEL
    (first, second) = csv.DictReader(io.StringIO(answers["text/csv"]))
    assert (first["s"], first["label"], first["n"]) == (URI["value"], LABEL["value"], "41")
    assert second["label"] == ""
    assert answers["text/tab-separated-values"].splitlines()[0] == "?s\t?label\t?n"
    root = ElementTree.fromstring(answers["application/sparql-results+xml"])
    names = {"r": "http://www.w3.org/2005/sparql-results#"}
    assert [x.text for x in root.findall(".//r:literal", names)] == [LABEL["value"], "41"]


def test_ask_is_written_as_json_and_xml_but_not_as_csv() -> None:
    yes = QueryResult(boolean=True)
    assert json.loads(write_answer(yes, "application/json").content)["boolean"] is True
    assert b"<boolean>true</boolean>" in write_answer(yes, "application/xml").content
    with pytest.raises(ProtocolError, match="ASK") as caught:
        write_answer(yes, "text/csv")
    assert caught.value.status == 406
