"""A server that others can reach asks for a token, page and routes alike; no page of another site is answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from thoracite.errors import UsageError
from thoracite.settings import Settings
from thoracite.ui.console.images import show_settings
from thoracite.ui.server import create_server
from thoracite.ui.web.access import check_access

TOKEN = "correct horse battery"
ASK = {"query": "ASK {}"}


@pytest.fixture(scope="module")
def client(graph_settings: Settings) -> Iterator[TestClient]:
    """A server with a token, the page mounted."""
    settings = Settings(graph=graph_settings.graph, host="0.0.0.0", port=0, token=TOKEN)
    with TestClient(create_server(settings), base_url="http://ward.example:7860") as client:
        yield client


def test_a_server_that_others_can_reach_does_not_start_without_a_token(graph_settings: Settings) -> None:
    for host in ("0.0.0.0", "192.168.0.4", "::", "ward"):
        with pytest.raises(UsageError, match=rf"listen on {host}, .* THORACITE_TOKEN"):
            create_server(Settings(graph=graph_settings.graph, host=host), page=False)
    with pytest.raises(UsageError, match="5 characters; expected at least 16"):
        check_access(Settings(token="short"))
    assert check_access(Settings(host="127.0.0.2")) == check_access(Settings(host="::1")) == ""


@pytest.mark.parametrize(
    ("path", "method"),
    [("/", "GET"), ("/sparql", "GET"), ("/openapi.json", "GET"), ("/metrics", "GET"), ("/explain", "POST"),
     ("/cypher", "POST"), ("/gradio_api/queue/join", "POST"), ("/nowhere", "GET")],
)  # fmt: skip
def test_nothing_is_answered_without_the_token(client: TestClient, path: str, method: str) -> None:
    for headers in (
        {},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"authorization": TOKEN},
        {"authorization": "Basic !!!"},
        {"authorization": b"Bearer \xff\xfe"},
    ):
        answer = client.request(method, path, headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 401
        assert "Bearer" in answer.headers["www-authenticate"]
        assert list(answer.json()) == ["error"]
        assert TOKEN not in answer.text


def test_the_token_opens_routes_and_page(client: TestClient) -> None:
    bearer = {"authorization": f"Bearer {TOKEN}"}
    assert client.get("/sparql", params=ASK, headers=bearer).json()["boolean"] is True
    assert client.get("/sparql", params=ASK, auth=("anyone", TOKEN)).status_code == 200
    assert client.get("/", auth=("", TOKEN)).status_code == 200
    assert client.get("/config", auth=("me", TOKEN)).status_code == 200
    assert client.get("/healthz").json()["status"] == "ok"  # a supervisor has no secret


def test_a_token_is_asked_for_on_this_machine_too_where_one_is_set(graph_settings: Settings) -> None:
    settings = graph_settings.model_copy(update={"token": Settings(token=TOKEN).token})
    with TestClient(create_server(settings, page=False), base_url="http://127.0.0.1") as client:
        assert client.get("/sparql", params=ASK).status_code == 401


def test_no_page_of_another_site_is_answered(graph_settings: Settings) -> None:
    with TestClient(create_server(graph_settings), base_url="http://127.0.0.1") as client:
        for headers in (
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"origin": "http://127.0.0.1:9999"},
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"},
            {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "origin": "http://127.0.0.1"},
        ):
            for method, path in (("GET", "/sparql"), ("POST", "/cypher"), ("OPTIONS", "/explain"), ("POST", "/config")):
                answer = client.request(method, path, headers=headers)
                assert answer.status_code == 403, (method, path, headers)
                assert not any(name.startswith("access-control") for name in answer.headers)
        ours = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
        answer = client.get("/sparql", params=ASK, headers=ours)
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers
        link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
        assert client.get("/healthz", headers=link).status_code == 200


def test_the_token_is_never_printed() -> None:
    settings = Settings.read(environment={"THORACITE_TOKEN": TOKEN})
    assert TOKEN not in repr(settings) + show_settings(settings) + show_settings(settings, as_json=True)
    assert "(set)" in show_settings(settings)
    with pytest.raises(UsageError) as caught:
        Settings.read(environment={}, arguments={"token": 12345678901234567})
    assert "12345678901234567" not in str(caught.value)
