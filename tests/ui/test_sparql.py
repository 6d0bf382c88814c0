"""The protocol's query half: how a query may arrive, and in which formats it is answered."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree

import pytest

from thoracite.kg.stores.store import QueryResult
from thoracite.ui.sparql import FORMATS, LONGEST, ProtocolError, find_format, parse_request, write_answer

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
    assert parse_request(method, parameters, content_type, body) == "SELECT * {}"


@pytest.mark.parametrize(
    ("status", "method", "parameters", "content_type", "body", "words"),
    [
        (400, "GET", [], "", b"", "0 queries"),
        (400, "GET", [("query", "ASK {}"), ("query", "ASK {}")], "", b"", "2 queries"),
        (400, "GET", [("query", "  ")], "", b"", "not empty"),
        (400, "GET", [("query", "ASK {}"), ("default-graph-uri", "urn:x")], "", b"", "data set"),
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
    ],
)
def test_format_follows_the_accept_header(accept: str, expected: str) -> None:
    assert find_format(accept) == expected


def test_nothing_acceptable_is_refused() -> None:
    with pytest.raises(ProtocolError, match="image/png") as caught:
        find_format("image/png")
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
