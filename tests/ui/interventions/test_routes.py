"""Interventions over HTTP, with the real graph, retriever and encoder behind them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from thoracite.phantom import write_phantoms
from thoracite.settings import Settings
from thoracite.ui.server import create_server

ANGLE = "thx:cardiothoracic_ratio_gt_0_5_on_pa_view"
HEART = "thx:cardiomegaly"


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The README's synthetic image, drawn with a large heart."""
    (path,) = write_phantoms(tmp_path_factory.mktemp("phantom"), number=1, seed=189, size=512)
    return path


@pytest.fixture(scope="module")
def client(graph_settings: Settings, phantom: Path) -> Iterator[TestClient]:
    """A server that has read an image, so that loading counts against no request."""
    with TestClient(create_server(graph_settings, page=False), base_url="http://127.0.0.1") as client:
        client.app.state.service.explain(phantom)  # type: ignore[attr-defined]
        yield client


@pytest.fixture(scope="module")
def kept(client: TestClient, phantom: Path) -> str:
    """The name of a kept reading, as the page gets it."""
    return str(client.app.state.service.open_case(phantom, "session")[0])  # type: ignore[attr-defined]


def send(client: TestClient, path: Path, **fields: Any) -> httpx.Response:
    return client.post("/explain", files={"image": (path.name, path.read_bytes())}, data=fields)


def change(client: TestClient, kept: str, **body: Any) -> dict[str, str]:
    answer = client.post(f"/case/{kept}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["parts"]  # type: ignore[no-any-return]


def test_signs_are_set_and_triples_left_out_by_form_fields(client: TestClient, phantom: Path) -> None:
    answer = send(client, phantom)
    assert answer.status_code == 200, answer.text
    plain = answer.json()
    assert plain["changes"] is None
    triple = next(one for one in plain["evidence"] if one["kind"] == "triple")
    without = f"{triple['subject_id']} {triple['relation_id']} {triple['object_id']}"
    changed = send(client, phantom, sign=[f"{ANGLE}=no", "thx:widened_mediastinum=off"], without=without).json()
    assert changed["changes"]["signs"] == {ANGLE: "no", "thx:widened_mediastinum": None}
    assert changed["changes"]["without"] == [without]
    before = {one["id"]: one for one in plain["findings"]}
    after = {one["id"]: one for one in changed["findings"]}
    moved = next(one for one in changed["changes"]["findings"] if one["id"] == HEART)
    assert (moved["before"], moved["after"]) == (before[HEART]["probability"], after[HEART]["probability"])
    assert moved["log_odds"] == pytest.approx(after[HEART]["log_odds"] - before[HEART]["log_odds"], abs=1e-5)
    assert moved["after"] < moved["before"]
    assert set(changed["changes"]["removed"]) == {one["sentence"] for one in plain["claims"]} - {
        one["sentence"] for one in changed["claims"]
    }


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"sign": "perhaps"}, 400, "sets nothing"),
        ({"sign": f"{ANGLE}=perhaps"}, 400, "yes, no, off or a number"),
        ({"sign": "thx:unheard_of=yes"}, 400, "no sign that is asked"),
        ({"without": "E999"}, 400, "no evidence E999"),
        ({"without": "900,900,950,950"}, 422, "meets no pixel"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    client: TestClient, phantom: Path, fields: dict[str, str], status: int, said: str
) -> None:
    answer = send(client, phantom, **fields)
    assert answer.status_code == status
    assert said in answer.json()["error"]


def test_openapi_shows_the_form_with_an_example(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    explain = document["paths"]["/explain"]["post"]
    form = explain["requestBody"]["content"]["multipart/form-data"]
    assert set(form["schema"]["properties"]) == {"image", "patient", "prior", "sign", "similar", "without"}
    assert set(form["example"]) == {"image", "sign", "without"}
    assert "changes" in document["components"]["schemas"]["ExplanationRecord"]["properties"]
    assert not any(path.startswith("/case") for path in document["paths"])


def test_a_moved_sign_changes_rows_sentences_and_waterfall_at_once(client: TestClient, kept: str) -> None:
    opened = change(client, kept, shown=[HEART], fresh=[HEART])
    assert f'data-sign="{ANGLE}"' in opened[f"controls-{HEART}"]
    assert opened["changes"].strip().endswith("</div>")
    assert "What changed" not in opened["changes"]
    start = time.perf_counter()
    moved = change(client, kept, shown=[HEART], signs={ANGLE: "no"})
    seconds = time.perf_counter() - start
    assert seconds < 5  # far below on a quiet machine; the image, which takes longer, is not read again
    assert f"controls-{HEART}" not in moved
    assert moved[f"row-{HEART}"] != opened[f"row-{HEART}"]
    assert moved[f"waterfall-{HEART}"] != opened[f"waterfall-{HEART}"]
    assert moved["claims"] != opened["claims"]
    assert "set to no" in moved["changes"]
    again = change(client, kept, shown=[HEART], fresh=[HEART])
    assert again == opened


def test_waterfalls_and_uncited_evidence_are_drawn_when_shown(client: TestClient, kept: str) -> None:
    closed = change(client, kept)
    assert not any(name.startswith(("waterfall", "controls", "said")) for name in closed)
    assert 'class="evidence' not in closed["others"]
    assert 'class="evidence' in change(client, kept, shown=["others"])["others"]


def test_a_hidden_place_is_drawn_on_the_image(client: TestClient, kept: str) -> None:
    parts = change(client, kept, without=["140,240,400,430"])
    assert '<rect class="hidden-box" x="140.0" y="240.0" width="260.0" height="190.0"' in parts["overlay"]


@pytest.mark.parametrize("body", [{"x": 1}, {"signs": {"a": [1]}}, {"without": ["x"] * 51}, {"signs": {"": "yes"}}])
def test_a_wrong_body_is_one_sentence(client: TestClient, kept: str, body: dict[str, Any]) -> None:
    answer = client.post(f"/case/{kept}", json=body)
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]


def test_a_reading_that_is_gone_is_one_sentence(client: TestClient, kept: str) -> None:
    assert client.post("/case/none", json={}).status_code == 422
    service = client.app.state.service  # type: ignore[attr-defined]
    service.cases.forget("session")
    answer = client.post(f"/case/{kept}", json={})
    assert (answer.status_code, "open the image again" in answer.json()["error"]) == (422, True)


@pytest.fixture
def again(client: TestClient, phantom: Path) -> str:
    """Another kept reading, of a session of its own."""
    return str(client.app.state.service.open_case(phantom, "other session")[0])  # type: ignore[attr-defined]


def post(client: TestClient, path: str, **body: Any) -> Any:
    answer = client.post(f"/case/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer


def test_without_the_graph_no_reason_is_given(client: TestClient, again: str) -> None:
    plain, without = change(client, again), change(client, again, graph=False)
    assert "claim reason" in plain["claims"]
    assert "claim reason" not in without["claims"]
    assert "The graph is left out" in without["changes"]
    assert "data-net" not in without["graph"]


def test_a_kept_reading_answers_questions(client: TestClient, again: str) -> None:
    said = post(client, f"{again}/ask", question="Why cardiomegaly?").json()["answer"]
    assert 'data-intent="why"' in said
    assert 'class="cite"' in said
    said = post(client, f"{again}/ask", question="<b>How old?</b>").json()["answer"]
    assert "not understood" in said
    assert "<b>How" not in said
    assert client.post(f"/case/{again}/ask", json={"question": "x" * 301}).status_code == 400


def test_another_mix_moves_probabilities_by_what_it_says(client: TestClient, again: str) -> None:
    service = client.app.state.service  # type: ignore[attr-defined]
    before = next(one for one in service.cases.find(again).untouched.findings if one.entity.id == HEART)
    body = post(client, f"{again}/mix", finding=HEART, share=0.4).json()["body"]
    after = next(one for one in service.cases.find(again).untouched.findings if one.entity.id == HEART)
    assert after.prior == 0.4
    assert after.likelihood_ratio == pytest.approx(before.likelihood_ratio)
    odds = after.probability / (1 - after.probability)
    assert odds == pytest.approx(after.likelihood_ratio * 0.4 / 0.6)
    assert "cardiomegaly 0.4" in body
    moved = change(client, again, signs={ANGLE: "no"})  # new evidence has keys of its own
    assert "set to no" in moved["changes"]
    post(client, f"{again}/mix")
    usual = next(one for one in service.cases.find(again).untouched.findings if one.entity.id == HEART)
    assert usual.probability == pytest.approx(before.probability)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"table": "finding,share_all\nNothing,0.2\n"}, 422),
        ({"table": "finding,share_all\nEffusion,2\n"}, 422),
        ({"finding": HEART, "share": 1.5}, 400),
        ({"finding": "thx:nothing", "share": 0.5}, 400),
    ],
)
def test_a_mix_that_cannot_be_is_one_sentence(
    client: TestClient, again: str, body: dict[str, Any], status: int
) -> None:
    answer = client.post(f"/case/{again}/mix", json=body)
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["error"]
    assert "/tmp" not in answer.json()["error"]


@pytest.mark.parametrize(
    ("form", "start"), [("html", "<!DOCTYPE html>"), ("json", "{"), ("jsonld", "{"), ("exe", None)]
)
def test_an_explanation_is_saved_as_it_stands(client: TestClient, again: str, form: str, start: str | None) -> None:
    answer = client.post(f"/case/{again}/save/{form}", json={"signs": {ANGLE: "no"}})
    if start is None:
        assert answer.status_code == 400
        return
    assert answer.status_code == 200
    assert answer.text.startswith(start)
    assert form == "jsonld" or ANGLE in answer.text


def test_a_question_is_sent_with_its_image(client: TestClient, phantom: Path) -> None:
    def ask(**fields: str) -> httpx.Response:
        return client.post("/ask", files={"image": (phantom.name, phantom.read_bytes())}, data=fields)

    answer = ask(question="Why cardiomegaly?")
    assert answer.status_code == 200, answer.text
    record = answer.json()
    assert record["intent"] == "why"
    keys = {piece["key"] for piece in record["evidence"]}
    assert all(set(claim["citations"]) <= keys for claim in record["claims"])
    assert record["claims"]
    assert (ask().status_code, list(ask().json())) == (400, ["error"])
