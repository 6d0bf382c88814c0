"""The routes behind the tabs, with the real graph and encoder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from thoracite.settings import Settings
from thoracite.ui.server import create_server
from thoracite.ui.tabs.about import render_about, render_card
from thoracite.ui.tabs.report import EXAMPLE


@pytest.fixture(scope="module")
def client(graph_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_server(graph_settings, page=False), base_url="http://127.0.0.1") as client:
        yield client


def ask(client: TestClient, path: str, **body: Any) -> str:
    answer = client.post(f"/page/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["answer"])


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sparql", "SELECT ?a WHERE { GRAPH ?g { ?a <https://w3id.org/thoracite/suggestive_of> $finding } } LIMIT 2"),
        ("cypher", "MATCH (a:Concept)-[:SUGGESTIVE_OF]->(b:Concept {id: $finding}) RETURN a.id AS a LIMIT 2"),
    ],
)
def test_a_query_with_a_parameter_is_answered(client: TestClient, language: str, text: str) -> None:
    shown = ask(client, "query", language=language, text=text, parameters={"finding": "thx:pneumothorax"})
    assert "2 rows" in shown
    assert "<td>thx:" in shown


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sparql", "DELETE WHERE { ?a ?b ?c }"),
        ("sparql", "LOAD <http://127.0.0.1:9/x>"),
        ("sparql", "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?a ?b ?c } }"),
        ("cypher", "MATCH (n) DETACH DELETE n"),
    ],
)
def test_a_query_that_writes_or_asks_elsewhere_is_refused(client: TestClient, language: str, text: str) -> None:
    answer = client.post("/page/query", json={"language": language, "text": text})
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]


def test_a_report_is_checked_without_an_image(client: TestClient) -> None:
    shown = ask(client, "report", text=EXAMPLE)
    assert "errors found" in shown
    assert shown.count("<mark>") == 3
    assert client.post("/page/report", json={"text": EXAMPLE, "case": "gone"}).status_code == 422


def test_a_differential_by_words(client: TestClient) -> None:
    shown = ask(client, "differential", findings=["deep sulcus sign"], denied=["meniscus sign"])
    assert "pneumothorax" in shown
    assert "thxs:" in shown
    for findings in ([], ["no such sign <b>"]):
        answer = client.post("/page/differential", json={"findings": findings})
        assert (answer.status_code, list(answer.json())) == (422, ["error"])


def test_about_tells_licences_limits_and_cards(client: TestClient) -> None:
    page = render_about(client.app.state.service)  # type: ignore[attr-defined]
    assert "Research use only, not a medical device." in page
    assert "CC BY" in page
    assert "weak reader" in page
    assert 'href="../' not in page


def test_a_card_shows_html_as_text() -> None:
    assert "<script>" not in render_card("<script>alert(1)</script>")
