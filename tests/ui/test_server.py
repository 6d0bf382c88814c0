"""The routes, with the real graph, retriever and explainer behind them."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from thoracite import __version__
from thoracite.errors import InputError, ModelError, PrivacyError, StoreError, ThoraciteError, UsageError
from thoracite.phantom import write_phantoms
from thoracite.settings import Settings
from thoracite.ui.console.knowledge import index_images
from thoracite.ui.server import MOST_FIELDS, _address, _listen, create_server, serve
from thoracite.ui.service import BusyError

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


def test_an_assertion_is_answered_by_the_last_part_of_its_iri(client: TestClient) -> None:
    found = client.post("/retrieve", json={"query": "thx:deep_sulcus_sign"}).json()["triples"][0]
    iri, place = found["assertions"][0], found["provenance"][0]
    answer = client.get(iri.replace("https://w3id.org/thoracite", "")).json()
    assert answer["iri"] == iri
    assert (answer["source"]["id"], answer["locator"], answer["licence"]) == (
        place["source"], place["locator"], place["licence"],
    )  # fmt: skip
    assert answer["source"]["title"]
    rows = client.get("/sparql", params={"query": answer["sparql"]}).json()["results"]["bindings"]
    assert place["locator"] in [row["locator"]["value"] for row in rows]
    missing = client.get("/assertion/0000")
    assert (missing.status_code, "no assertion 0000" in sentence(missing)) == (404, True)
    assert client.get("/assertion/a.b").status_code == 422


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
    nothing = client.post("/check-report", files={"report": (None, "hello world")}).json()
    assert (nothing["errors"], nothing["verdict"]) == ([], "nothing was read")
    assert nothing["read"] == {"statements": 0, "unread_characters": 11, "unread": {"nothing recognised": 11}}
    assert client.post("/check-report", json={"report": report}).status_code == 415
    assert client.post("/check-report", files={"image": ("a.png", b"x")}).status_code == 400
    assert client.post("/check-report", files={"report": (None, " ")}).status_code == 422


class Failing:
    """An explainer that answers with an error, or late."""

    def __init__(self, error: ThoraciteError | None) -> None:
        self.error = error

    def check_report(self, image: str | Path | None, text: str) -> None:
        if self.error is not None:
            raise self.error
        time.sleep(1)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("a\n b"), 400),
        (InputError("a b"), 422),
        (PrivacyError("a b"), 422),
        (StoreError("a b"), 503),
        (ModelError("a b"), 503),
        (BusyError("a b"), 503),
        (ThoraciteError("a b"), 500),
    ],
)
def test_each_kind_of_error_has_its_status(graph_settings: Settings, error: ThoraciteError, status: int) -> None:
    app = create_server(graph_settings, explainer=Failing(error), page=False)  # type: ignore[arg-type]
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        answer = client.post("/check-report", files={"report": (None, "Normal.")})
        assert (answer.status_code, sentence(answer)) == (status, "a b")
        assert answer.headers.get("retry-after") == ("5" if status == 503 else None)
        assert client.get("/healthz").json() == {"status": "ok", "version": __version__, "ready": True}


def test_what_takes_too_long_is_given_up(graph_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thoracite.ui.server.EXPLAIN_LIMIT_S", 0.1)
    app = create_server(graph_settings, explainer=Failing(None), page=False)  # type: ignore[arg-type]
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = client.post("/check-report", files={"report": (None, "Normal.")})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "no answer within 0 seconds; try again later" in sentence(answer)


def test_a_form_holds_one_file_and_few_fields(client: TestClient) -> None:
    image = {"image": ("a.png", b"x")}
    for number, status in ((MOST_FIELDS, 422), (MOST_FIELDS + 1, 400)):
        fields = {f"field {n}": "x" for n in range(number)}
        assert client.post("/explain", files=image, data=fields).status_code == status
    answer = client.post("/explain", files=[*image.items(), *image.items()])
    assert answer.status_code == 400
    assert "send one file in the field image" in sentence(answer)


def test_an_unknown_address_is_one_sentence(client: TestClient) -> None:
    assert client.get("/nowhere").status_code == 404
    assert sentence(client.get("/nowhere")) == "Not Found"
    answer = client.post("/retrieve", json={"query": 1})
    assert sentence(answer).startswith("query: Input should be a valid string; expected a JSON object")


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
    fenced = client.post(
        "/cypher", json={"statement": f"```cypher\nCYPHER 5 {statement}\n```", "parameters": {"id": "thx:mass"}}
    )
    assert fenced.json()["columns"] == ["label", "kind"]
    sparql = client.get("/sparql", params={"query": f"```sparql\n{COUNT}\n```"})
    assert sparql.json() == client.get("/sparql", params={"query": COUNT}).json()


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


def test_the_address_can_be_followed() -> None:
    with contextlib.suppress(OSError):  # no IPv6 on this machine
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        with _listen(Settings(host="::1", port=0)) as listening:
            assert _address(listening) == f"http://[::1]:{listening.getsockname()[1]}/"
    with _listen(Settings(port=0)) as listening:
        assert _address(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}/"
        socket.create_connection(listening.getsockname(), timeout=5).close()


def test_a_server_that_stops_does_not_wait_for_its_models() -> None:
    code = (
        "import time; from fastapi.testclient import TestClient; from thoracite.settings import Settings; "
        "from thoracite.ui.server import create_server; from thoracite.ui.service import Service; "
        "Service.load = lambda self: time.sleep(600); "
        "TestClient(create_server(Settings(), page=False)).__enter__().__exit__()"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=120, check=False).returncode == 0


def test_page_keeps_other_files_of_this_machine_to_itself(graph_settings: Settings) -> None:
    with TestClient(create_server(graph_settings), base_url="http://127.0.0.1") as client:
        assert client.get("/").status_code == 200
        assert client.get("/gradio_api/file=/etc/hostname").status_code == 403
        assert client.get("/docs").status_code == 404  # its script would come from elsewhere


def test_server_imports_no_gradio_until_it_needs_the_page() -> None:
    code = "import sys, thoracite.ui.server; print('gradio' in sys.modules, 'torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(f'["{out.strip()}"]') == ["False False"]


@pytest.mark.parametrize(("value", "why"), [("maybe", "expected yes or no"), ("yes", "start it with --similar INDEX")])
def test_similar_images_need_an_index_and_a_plain_answer(client: TestClient, value: str, why: str) -> None:
    answer = client.post("/explain", files={"image": ("a.png", b"x")}, data={"similar": value})
    assert answer.status_code == 400
    assert why in sentence(answer)


def test_similar_images_come_from_the_servers_index(graph_settings: Settings, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    write_phantoms(scans, number=2, seed=1, size=256)
    shutil.rmtree(scans / "masks")
    index_images(scans, graph_settings, labels=None, output=None)
    settings = graph_settings.model_copy(update={"similar": tmp_path / "scans.index"})
    first, second = sorted(scans.rglob("*.png"))[:2]
    with TestClient(create_server(settings, page=False), base_url="http://127.0.0.1") as client:
        shown = send(client, "sent.png", second.read_bytes()).json()["evidence"]
        files = {"image": ("sent.png", second.read_bytes())}
        hidden = client.post("/explain", files=files, data={"similar": "no", "patient": "ann"}).json()["evidence"]
    assert [one["image"] for one in shown if one["kind"] == "image"] == [first.relative_to(scans).as_posix()]
    assert [one for one in shown if one["kind"] != "image"] == hidden
