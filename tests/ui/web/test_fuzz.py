"""Nothing that is sent breaks the server: no 5xx but 503, no hang over the limit, nothing left on disk."""

from __future__ import annotations

import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.ui.web.hostile import CYPHER, SPARQL, damage
from thoracite.settings import Settings
from thoracite.ui.server import EXPLAIN_LIMIT_S, create_server

LIMIT_S = 1.0
"""Time limit of a query; what is over it is ended, which may take a busy machine a while."""

SLACK_S = 20.0
FEW = ("cartesian product", "deep path", "many terms", "nested terms", "too huge a literal", "service", "load",
       "nested cases", "endless list", "reading a file", "nothing but noise")  # fmt: skip


@pytest.fixture(scope="module")
def client(graph_settings: Settings) -> Iterator[TestClient]:
    """A server that answers whatever happens inside, as a real one does, with a short limit on queries."""
    short = graph_settings.model_copy(update={"query_limit_s": LIMIT_S})
    app = create_server(short, page=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        client.get("/sparql", params={"query": "ASK {}"})
        client.post("/cypher", json={"statement": "RETURN 1"})
        yield client


def check(answer: httpx.Response, what: object) -> None:
    assert answer.status_code < 500 or answer.status_code == 503, (answer.status_code, answer.text[:300], what)
    if answer.status_code >= 400:
        assert list(answer.json()) == ["error"], what
        assert "Traceback" not in answer.text, what


def ask(client: TestClient, language: str, text: str) -> httpx.Response:
    if language == "sparql":
        return client.post("/sparql", data={"query": text})
    return client.post("/cypher", json={"statement": text})


def check_hostile(client: TestClient, language: str, name: str, text: str) -> None:
    start = time.perf_counter()
    check(ask(client, language, text), name)
    assert time.perf_counter() - start < LIMIT_S + SLACK_S, name
    simple = {"sparql": "ASK {}", "cypher": "RETURN 1"}[language]
    assert ask(client, language, simple).status_code == 200, f"nothing is answered after: {name}"


@pytest.mark.parametrize("language", ["sparql", "cypher"])
@pytest.mark.parametrize("name", FEW)
def test_a_hostile_query_is_refused_or_ended(client: TestClient, language: str, name: str) -> None:
    texts = {"sparql": SPARQL, "cypher": CYPHER}[language]
    if name in texts:
        check_hostile(client, language, name, texts[name])


@pytest.mark.bench
@pytest.mark.parametrize("language", ["sparql", "cypher"])
def test_every_hostile_query_is_refused_or_ended(client: TestClient, language: str) -> None:
    texts = {"sparql": SPARQL, "cypher": CYPHER}[language]
    for name, text in texts.items():
        check_hostile(client, language, name, text)
    assert not Path("/tmp/thoracite-stolen.csv").exists()


def send_damaged(client: TestClient, phantom: Path, folder: Path, number: int) -> Counter[int]:
    statuses: Counter[int] = Counter()
    for name, data in damage(phantom, number):
        start = time.perf_counter()
        answer = client.post("/explain", files={"image": (name, data)})
        check(answer, (name, len(data)))
        assert time.perf_counter() - start < EXPLAIN_LIMIT_S + SLACK_S, name
        assert list(folder.iterdir()) == [], name
        statuses[answer.status_code] += 1
    return statuses


def test_damaged_uploads_are_refused_and_leave_nothing(
    client: TestClient, phantom: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert send_damaged(client, phantom, tmp_path, 12)[422] >= 6


@pytest.mark.bench
def test_two_hundred_damaged_uploads(
    client: TestClient, phantom: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    statuses = send_damaged(client, phantom, tmp_path, 200)
    print(f"200 damaged uploads: {dict(statuses)}")  # noqa: T201 - a figure for the documents
    assert statuses[422] >= 100


def draw_requests(client: TestClient, number: int) -> Counter[tuple[str, int]]:
    """Send what schemathesis draws from the OpenAPI document of the server, and count the statuses by route."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # schemathesis imports parts of jsonschema that are on their way out
        import schemathesis

    document = client.get("/openapi.json").json()
    statuses: Counter[tuple[str, int]] = Counter()
    schema = schemathesis.openapi.from_dict(document)
    for found in schema.get_all_operations():
        operation = found.ok()

        @seed(1)
        @settings(
            max_examples=number, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def send(case: Any) -> None:
            arguments = case.as_transport_kwargs(base_url="http://127.0.0.1")
            arguments = {name: value for name, value in arguments.items() if name in _KNOWN and value is not None}
            if "files" in arguments:  # a form has texts; the client cannot write a number
                arguments["files"] = [(name, _write_text(part)) for name, part in arguments["files"]]
            try:
                answer = client.request(**arguments)
            except (UnicodeEncodeError, httpx.InvalidURL):  # the client cannot send it
                return
            check(answer, arguments)
            statuses[case.operation.label, answer.status_code] += 1

        send()
    return statuses


def _write_text(part: tuple[Any, ...]) -> tuple[Any, ...]:
    return (part[0], part[1] if isinstance(part[1], bytes) else str(part[1]), *part[2:])


_KNOWN = ("method", "url", "params", "headers", "cookies", "json", "data", "files", "content")


@pytest.mark.filterwarnings("ignore")
def test_what_the_openapi_document_allows_is_answered(client: TestClient) -> None:
    statuses = draw_requests(client, 8)
    routes = {route for route, _ in statuses}
    assert {"POST /explain", "POST /retrieve", "GET /sparql", "POST /sparql", "POST /cypher"} <= routes


@pytest.mark.bench
@pytest.mark.filterwarnings("ignore")
def test_what_the_openapi_document_allows_is_answered_many_times(client: TestClient) -> None:
    statuses = draw_requests(client, 150)
    print(f"{sum(statuses.values())} requests drawn from OpenAPI: {dict(statuses)}")  # noqa: T201 - a figure
    assert sum(statuses.values()) > 500
