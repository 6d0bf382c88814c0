"""The routes, with the real graph, retriever and explainer behind them."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from SPARQLWrapper import JSON, POST, SPARQLWrapper

from thoracite.errors import UsageError
from thoracite.settings import Settings
from thoracite.ui.server import create_server, serve

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?a a <https://w3id.org/thoracite/Assertion> } }"


@pytest.fixture(scope="module")
def client(graph_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_server(graph_settings, page=False), base_url="http://127.0.0.1") as client:
        yield client


def send(client: TestClient, name: str, data: bytes) -> httpx.Response:
    return client.post("/explain", files={"image": (name, data, "application/octet-stream")})


def sentence(answer: httpx.Response) -> str:
    body = answer.json()
    assert list(body) == ["error"]
    assert "\n" not in body["error"]
    return str(body["error"])


def test_healthz_answers_before_anything_is_loaded(graph_settings: Settings) -> None:
    with TestClient(create_server(graph_settings, page=False), base_url="http://localhost") as client:
        assert client.get("/healthz").json()["status"] == "ok"


def test_explain_answers_with_the_object_of_the_command_line(client: TestClient, radiograph: Path) -> None:
    answer = send(client, f"../{radiograph.name}", radiograph.read_bytes())
    assert answer.status_code == 200
    record = answer.json()
    assert record["image"] == radiograph.name
    assert not record["abstained"]
    assert record["findings"]
    keys = {item["key"] for item in record["evidence"]}
    assert record["claims"]
    assert all(claim["citations"] and set(claim["citations"]) <= keys for claim in record["claims"])


def test_each_cited_query_finds_its_row_through_the_server(client: TestClient, radiograph: Path) -> None:
    record = send(client, "chest.jpg", radiograph.read_bytes()).json()
    triples = [item for item in record["evidence"] if item["kind"] == "triple"]
    assert triples
    for item in triples:
        found = client.get("/sparql", params={"query": item["sparql"]}).json()
        assert found["results"]["bindings"], item["sparql"]
        found = client.post("/cypher", json={"statement": item["cypher"]}).json()
        assert found["rows"], item["cypher"]


def test_noise_is_withheld_with_a_reason(client: TestClient) -> None:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (300, 300), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, format="PNG")
    record = send(client, "noise.png", buffer.getvalue()).json()
    assert record["abstained"]
    assert record["reason"]
    assert record["claims"] == []


@pytest.mark.parametrize(("name", "data"), [("notes.png", b"not an image at all"), ("empty.png", b"")])
def test_an_upload_that_is_no_image_is_one_sentence(client: TestClient, name: str, data: bytes) -> None:
    answer = send(client, name, data)
    assert answer.status_code == 422
    assert name in sentence(answer)
    assert "thoracite-" not in sentence(answer)  # not the folder it lay in for a moment


def test_uploads_leave_nothing_behind(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    send(client, "secret-name.png", b"not an image")
    assert list(tmp_path.iterdir()) == []
    assert "secret-name" not in caplog.text


def test_a_form_without_image_is_one_sentence(client: TestClient) -> None:
    assert client.post("/explain", data={"image": "text"}).status_code == 415
    answer = client.post("/explain", files={"picture": ("a.png", b"x")})
    assert answer.status_code == 400
    assert "field image" in sentence(answer)
    answer = client.post("/explain", content=b"broken", headers={"content-type": "multipart/form-data"})
    assert answer.status_code == 400
    assert sentence(answer)


def test_an_upload_over_the_limit_is_refused(graph_settings: Settings) -> None:
    small = graph_settings.model_copy(update={"max_bytes": 10_000})
    with TestClient(create_server(small, page=False), base_url="http://127.0.0.1") as client:
        answer = send(client, "large.png", b"x" * 20_000)
    assert answer.status_code == 413
    assert "10,000 bytes" in sentence(answer)


def test_retrieve_finds_evidence_for_words_and_concepts(client: TestClient) -> None:
    for query in ("pleural effusion", "thx:pleural_effusion"):
        record = client.post("/retrieve", json={"query": query}).json()
        assert "thx:pleural_effusion" in [seed["id"] for seed in record["seeds"]]
        assert record["triples"]
        assert {item["kind"] for item in record["evidence"]} == {"triple"}


@pytest.mark.parametrize("query", ["", "   ", "x" * 300, "chest.png", "pyproject.toml"])
def test_retrieve_names_no_files_of_this_machine(
    client: TestClient, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text("", encoding="utf-8")
    answer = client.post("/retrieve", json={"query": query})
    assert answer.status_code == 422
    assert sentence(answer)


@pytest.mark.parametrize("body", ['{"query": 1}', "{}", "[", '{"query": "a", "more": 1}'])
def test_a_wrong_json_body_is_one_sentence(client: TestClient, body: str) -> None:
    answer = client.post("/retrieve", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert sentence(answer)


def test_check_report_takes_text_alone_or_with_an_image(client: TestClient, radiograph: Path) -> None:
    report = "Air bronchograms, suggestive of pleural effusion."
    alone = client.post("/check-report", files={"report": (None, report)})
    assert alone.status_code == 200, alone.text
    assert [error["kind"] for error in alone.json()["errors"]] == ["reason"]
    files = {"report": (None, "Normal."), "image": ("chest.jpg", radiograph.read_bytes())}
    checked = client.post("/check-report", files=files).json()
    assert checked["verdict"] in {"errors found", "no error found", "withheld"}
    assert client.post("/check-report", json={"report": report}).status_code == 415
    assert client.post("/check-report", files={"image": ("a.png", b"x")}).status_code == 400
    assert client.post("/check-report", files={"report": (None, " ")}).status_code == 422


def test_sparql_answers_in_every_way_of_asking(client: TestClient) -> None:
    answers = [
        client.get("/sparql", params={"query": COUNT}),
        client.post("/sparql", data={"query": COUNT}),
        client.post("/sparql", content=COUNT, headers={"content-type": "application/sparql-query"}),
    ]
    numbers = {int(answer.json()["results"]["bindings"][0]["n"]["value"]) for answer in answers}
    assert len(numbers) == 1
    assert numbers.pop() > 400
    assert answers[0].headers["content-type"].startswith("application/sparql-results+json")
    csv = client.get("/sparql", params={"query": COUNT}, headers={"accept": "text/csv"})
    assert csv.text.startswith("n\r\n")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT * WHERE {", 400),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", 400),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 400),
    ],
)
def test_sparql_refuses_what_is_wrong_or_writes_or_reaches_out(client: TestClient, query: str, status: int) -> None:
    answer = client.get("/sparql", params={"query": query})
    assert answer.status_code == status
    assert sentence(answer)


def test_sparql_update_is_refused_and_nothing_changes(client: TestClient) -> None:
    before = client.get("/sparql", params={"query": COUNT}).json()
    answer = client.post("/sparql", data={"update": "CLEAR ALL"})
    assert answer.status_code == 403
    assert "read-only" in sentence(answer)
    assert client.get("/sparql", params={"query": COUNT}).json() == before


def test_a_long_query_ends_at_its_limit(graph_settings: Settings) -> None:
    short = graph_settings.model_copy(update={"query_limit_s": 0.5})
    endless = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g {?a ?b ?c} GRAPH ?h {?d ?e ?f} GRAPH ?i {?j ?k ?l} }"
    with TestClient(create_server(short, page=False), base_url="http://127.0.0.1") as client:
        answer = client.get("/sparql", params={"query": endless})
    assert answer.status_code == 400
    assert "0.5" in sentence(answer)


def test_cypher_answers_with_columns_and_rows_and_takes_parameters(client: TestClient) -> None:
    statement = "MATCH (c:Concept {id: $id}) RETURN c.label AS label, c.kind AS kind"
    answer = client.post("/cypher", json={"statement": statement, "parameters": {"id": "thx:pleural_effusion"}})
    assert answer.json() == {"columns": ["label", "kind"], "rows": [["pleural effusion", "finding"]]}


@pytest.mark.parametrize("statement", ["MATCH (", "CREATE (c:Concept {id: 'thx:x'})", ""])
def test_cypher_refuses_what_is_wrong_or_writes(client: TestClient, statement: str) -> None:
    answer = client.post("/cypher", json={"statement": statement})
    assert answer.status_code == 400
    assert sentence(answer)


def test_only_this_machine_is_answered(client: TestClient) -> None:
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


def test_a_damaged_graph_is_the_servers_fault(tmp_path: Path) -> None:
    (tmp_path / "current").write_text("no-such-version", encoding="utf-8")
    with TestClient(create_server(Settings(graph=tmp_path), page=False), base_url="http://127.0.0.1") as client:
        answer = client.get("/sparql", params={"query": "ASK {}"})
    assert answer.status_code == 503
    assert sentence(answer)


def test_a_busy_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"port {port}.*--port"):
            serve(Settings(port=port))


def test_page_keeps_other_files_of_this_machine_to_itself(graph_settings: Settings) -> None:
    with TestClient(create_server(graph_settings), base_url="http://127.0.0.1") as client:
        assert client.get("/").status_code == 200
        assert client.get("/gradio_api/file=/etc/hostname").status_code == 403
        assert client.get("/docs").status_code == 404  # its script would come from elsewhere


def test_sparqlwrapper_works_against_the_running_server(running: str) -> None:
    wrapper = SPARQLWrapper(f"{running}sparql", returnFormat=JSON)
    wrapper.setQuery(COUNT)
    direct = wrapper.query().convert()
    wrapper.setMethod(POST)
    assert wrapper.query().convert() == direct
    assert int(direct["results"]["bindings"][0]["n"]["value"]) > 400


def test_server_imports_no_gradio_until_it_needs_the_page() -> None:
    code = "import sys, thoracite.ui.server; print('gradio' in sys.modules, 'torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(f'["{out.strip()}"]') == ["False False"]
