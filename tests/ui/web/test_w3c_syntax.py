"""The W3C's syntax tests of SPARQL against ``/sparql``: what is a query is answered, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from thoracite.errors import StoreError
from thoracite.kg.stores.folder import FORMAT, point_to
from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.kg.stores.sparql import check_reading
from thoracite.settings import Settings
from thoracite.ui.server import create_server

FILE = Path(__file__).resolve().parents[2] / "data" / "w3c_sparql_syntax.json"
TESTS: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))

REFUSED = {
    "syntax-service-01.rq": "uses SERVICE",
    "syntax-service-02.rq": "uses SERVICE",
    "syntax-service-03.rq": "uses SERVICE",
    # A function of others: it is parsed, and this store has none.
    "syntax-expr-05.rq": "calls <http://example.org/ns#myFunc>",
    "syntax-order-05.rq": "calls <http://example.org/ns#func>",
    "syntax-order-06.rq": "calls <http://example.org/ns#func2>",
    "syntax-function-01.rq": "calls <http://example.org/name>",
    "syntax-function-02.rq": "calls <http://example.org/name>",
    "syntax-function-03.rq": "calls <http://example.org/name>",
    "syntax-function-04.rq": "calls <http://example.org/name>",
    "syntax-select-expr-04.rq": "calls <http://example/function>",
    # SPARQL 1.0 read "123." as a number; in SPARQL 1.1 the full stop ends the triple, and a second one is too much.
    "syntax-lit-08.rq": "is not SPARQL 1.1",
}
"""Valid queries that are refused on purpose, with the words of the sentence."""


def select(*, valid: bool, update: bool) -> list[Any]:
    return [
        pytest.param(test["text"], test["file"], id=f"{test['suite']}/{test['file']}")
        for test in TESTS
        if (test["valid"], test["update"]) == (valid, update)
    ]


@pytest.fixture(scope="module")
def client(small_graph: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server over a graph of thirty quads, small enough for the tests' products of everything with everything."""
    folder = tmp_path_factory.mktemp("w3c")
    version, few = folder / "versions" / "one", folder / "few.nq"
    few.write_text("".join(small_graph.read_text(encoding="utf-8").splitlines(True)[:30]), encoding="utf-8")
    store = OxigraphStore(version / "oxigraph", read_only=False)
    store.load(few)
    store.close()
    (version / "manifest.json").write_text(json.dumps({"format": FORMAT, "digest": store.digest}), encoding="utf-8")
    few.unlink()
    point_to(folder, version)
    app = create_server(Settings(graph=folder, port=0), page=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def sentence(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["error"]
    said: str = answer.json()["error"]
    assert said
    assert "\n" not in said
    assert "Error" not in said
    return said


def ask(client: TestClient, text: str) -> httpx.Response:
    return client.post("/sparql", content=text.encode(), headers={"content-type": "application/sparql-query"})


def test_the_suites_are_whole() -> None:
    kinds = [(test["valid"], test["update"]) for test in TESTS]
    assert [kinds.count(kind) for kind in ((True, False), (False, False), (True, True), (False, True))] == [
        212, 76, 42, 13,
    ]  # fmt: skip
    assert set(REFUSED) <= {test["file"] for test in TESTS if test["valid"] and not test["update"]}
    assert len(REFUSED) == 12


@pytest.mark.parametrize(("text", "file"), select(valid=True, update=False))
def test_a_valid_query_is_answered(client: TestClient, text: str, file: str) -> None:
    answer = ask(client, text)
    if file in REFUSED:
        assert REFUSED[file] in sentence(answer, 400)
    else:
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("text", "file"), select(valid=False, update=False))
def test_a_query_that_is_none_is_refused(client: TestClient, text: str, file: str) -> None:
    assert "query" in sentence(ask(client, text), 400)


@pytest.mark.parametrize(("text", "file"), select(valid=True, update=True) + select(valid=False, update=True))
def test_an_update_is_refused_whichever_way_it_comes(client: TestClient, text: str, file: str) -> None:
    with pytest.raises(StoreError):
        check_reading(text, graphs=True)
    assert "SELECT, ASK, CONSTRUCT or DESCRIBE" in sentence(ask(client, text), 400) or not text.strip()
    assert "read-only" in sentence(client.post("/sparql", data={"update": text}), 403)
