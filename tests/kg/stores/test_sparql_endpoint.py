"""What only a remote endpoint can do: be away, refuse, answer nonsense, stop in the middle of a load."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import thoracite.kg.stores.sparql_endpoint as module
from thoracite.errors import InputError, StoreError
from thoracite.evaluation.servers import Server, find_free_port, start_fuseki
from thoracite.kg.queries.published import describe_published
from thoracite.kg.queries.render import list_published
from thoracite.kg.rdf.nquads import read_digest
from thoracite.kg.stores.folder import open_graph
from thoracite.kg.stores.sparql_endpoint import SparqlStore

EMPTY = b'{"head": {"vars": []}, "results": {"bindings": []}}'


@pytest.fixture
def store(fuseki_server: Server, small_graph: Path) -> SparqlStore:
    opened = SparqlStore(fuseki_server.address)
    opened.load(small_graph)
    return opened


@pytest.fixture
def other_graph(small_graph: Path, tmp_path: Path) -> Path:
    path = tmp_path / "other.nq"
    text = small_graph.read_text(encoding="utf-8")
    path.write_text(text.replace('"skin fold"', '"fold of skin"'), encoding="utf-8")
    return path


@pytest.fixture
def answering() -> Iterator[Any]:
    """A web server that gives one answer to everything."""
    servers = []

    def serve(status: int, body: bytes, *, seen: list[dict[str, str]] | None = None) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                if seen is not None:
                    seen.append(dict(self.headers))
                self.send_response(status)
                self.send_header("Content-Type", "application/sparql-results+json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *parts: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/sparql"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<html>hello</html>", "no SPARQL results in JSON"),
        (200, b'{"hello": 1}', "not a SPARQL result"),
        (200, b"[]", "not a SPARQL result"),
        (401, b"", "refused the user or the password"),
        (403, b"", "refused the request"),
        (404, b"", "no SPARQL endpoint"),
        (500, b"boom\nboom", "refused the query"),
        (503, b"", "longer than"),
    ],
)
def test_every_bad_answer_is_one_sentence(answering: Any, status: int, body: bytes, said: str) -> None:
    with pytest.raises(StoreError, match=said) as refusal:
        SparqlStore(answering(status, body))
    assert "\n" not in str(refusal.value)


def test_nobody_there_is_one_sentence() -> None:
    with pytest.raises(StoreError, match="cannot be reached"):
        SparqlStore(f"http://127.0.0.1:{find_free_port()}/ds")


def test_the_password_goes_along(answering: Any) -> None:
    seen: list[dict[str, str]] = []
    store = SparqlStore(answering(200, EMPTY, seen=seen), user="reader", password="secret")
    assert store.digest == "none"
    assert seen[0]["Authorization"].startswith("Basic ")
    SparqlStore(answering(200, EMPTY, seen=seen), user="reader")
    assert "Authorization" not in seen[-1]


def test_graphs_are_answered_as_triples(store: SparqlStore) -> None:
    answer = store.query(
        "PREFIX x: <urn:x> # CONSTRUCT\nCONSTRUCT { $c ?p ?o } WHERE { GRAPH ?g { $c ?p ?o FILTER(isLiteral(?o)) } }",
        parameters={"c": "thx:skin_fold"},
    )
    assert answer.columns == ("subject", "predicate", "object")
    assert {"type": "literal", "value": "skin fold"} in [row[2] for row in answer.rows]
    assert store.query("ASK { GRAPH ?g { ?s ?p ?o } }").boolean is True


def test_a_load_that_dies_goes_on_and_readers_see_the_old_graph(
    store: SparqlStore, small_graph: Path, other_graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BATCH", 100)
    send, sent = store._send_update, []

    def dies(update: str) -> None:
        if len(sent) == 3:
            raise KeyboardInterrupt
        send(update)
        sent.append(update)

    monkeypatch.setattr(store, "_send_update", dies)
    with pytest.raises(KeyboardInterrupt):
        store.load(other_graph)
    assert SparqlStore(store._address).digest == read_digest(small_graph)
    assert store.statistics().assertions == 38
    assert store.find_entity("thx:skin_fold").label == "skin fold"  # type: ignore[union-attr]

    sent.clear()
    monkeypatch.setattr(store, "_send_update", lambda update: (send(update), sent.append(update)))
    store.load(other_graph)
    assert len(sent) == 8 - 3 + 1  # of eight batches three were there; the last update switches
    assert store.digest == read_digest(other_graph)
    assert store.find_entity("thx:skin_fold").label == "fold of skin"  # type: ignore[union-attr]
    staged = 'SELECT ?g { GRAPH ?g { ?s ?p ?o } FILTER STRSTARTS(STR(?g), "urn:thoracite:loading:") }'
    assert store.query(staged).rows == ()
    store.load(small_graph)


def test_a_server_that_dies_in_a_load_is_one_sentence_and_its_graph_stays_whole(
    small_graph: Path, other_graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = find_free_port()
    server = start_fuseki(tmp_path / "home", port=port, keep=True)
    store = SparqlStore(server.address)
    store.load(small_graph)
    monkeypatch.setattr(module, "_BATCH", 100)
    send, sent = store._send_update, []

    def dies(update: str) -> None:
        if len(sent) == 3:
            server.process.kill()
            server.process.wait()
        send(update)
        sent.append(update)

    monkeypatch.setattr(store, "_send_update", dies)
    for ask in (lambda: store.load(other_graph), store.find_triples, lambda: store.query("ASK {}")):
        with pytest.raises(StoreError, match="cannot be reached") as refusal:
            ask()
        assert "\n" not in str(refusal.value)
    with start_fuseki(tmp_path / "home", port=port, keep=True):
        again = SparqlStore(server.address)
        assert again.digest == read_digest(small_graph)
        assert again.statistics().assertions == 38
        again.load(other_graph)
        assert again.digest == read_digest(other_graph)
        assert again.find_entity("thx:skin_fold").label == "fold of skin"  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def own_endpoint(graph_folder: Path) -> Iterator[str]:
    """The address of the project's own endpoint, which ``thoracite serve`` opens."""
    uvicorn = pytest.importorskip("uvicorn", reason="needs the extra ui")
    from thoracite.settings import Settings
    from thoracite.ui.server import create_server

    port = find_free_port()
    app = create_server(Settings(graph=graph_folder, query_limit_s=60), page=False)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/sparql"
    server.should_exit = True
    thread.join()


def test_our_own_endpoint_answers_as_the_store_behind_it(own_endpoint: str, graph_folder: Path) -> None:
    remote, behind = SparqlStore(own_endpoint), open_graph(graph_folder)
    assert remote.statistics() == behind.statistics()
    effusion = "thx:pleural_effusion"
    assert remote.find_entity(effusion) == behind.find_entity(effusion)
    assert remote.find_triples(subject=effusion) == behind.find_triples(subject=effusion)
    for hops in (1, 2):
        assert remote.find_neighbours([effusion], hops=hops) == behind.find_neighbours([effusion], hops=hops)
    assert remote.find_paths("thx:skin_fold", effusion) == behind.find_paths("thx:skin_fold", effusion)
    for name in list_published():
        query = describe_published(name)
        asked = [store.query(query.text, parameters=query.parameters) for store in (remote, behind)]
        assert asked[0].rows == asked[1].rows, name
    behind.close()


def test_our_own_endpoint_is_read_only(own_endpoint: str, small_graph: Path) -> None:
    store = SparqlStore(own_endpoint)
    with pytest.raises(StoreError, match="takes no updates at"):
        store.load(small_graph)
    with pytest.raises(StoreError):
        store.query("SELECT * { ?s ?p")


def test_graphs_of_others_are_left_alone(store: SparqlStore, small_graph: Path, other_graph: Path) -> None:
    store._send_update("INSERT DATA { GRAPH <urn:others> { <urn:a> <urn:b> <urn:c> } }")
    store.load(other_graph)
    store.load(small_graph)
    assert store.query("ASK { GRAPH <urn:others> { <urn:a> <urn:b> <urn:c> } }").boolean is True
    store._send_update("DROP GRAPH <urn:others>")


def test_staged_quads_that_vanish_are_noticed(
    store: SparqlStore, small_graph: Path, other_graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = store._check_staged

    def disturbed(build: str, total: int) -> None:
        graph = f"urn:thoracite:loading:{build}:https%3A%2F%2Fw3id.org%2Fthoracite%2Fsource%2Fatlas"
        store._send_update(f"DROP GRAPH <{graph}>")
        check(build, total)

    monkeypatch.setattr(store, "_check_staged", disturbed)
    with pytest.raises(StoreError, match="load once more"):
        store.load(other_graph)
    assert SparqlStore(store._address).digest == read_digest(small_graph)
    monkeypatch.undo()
    store.load(other_graph)
    assert store.digest == read_digest(other_graph)
    store.load(small_graph)


def test_an_endpoint_that_loses_quads_is_noticed(
    store: SparqlStore, small_graph: Path, other_graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = store._send_update

    def loses(update: str) -> None:
        send(update)
        if "thx:digest" in update:
            send("DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o FILTER(?o = 'fold of skin') } }")

    monkeypatch.setattr(store, "_send_update", loses)
    with pytest.raises(StoreError, match=r"kept \d+ of \d+ quads"):
        store.load(other_graph)
    assert SparqlStore(store._address).digest == "none"
    monkeypatch.undo()
    store.load(small_graph)
    assert store.statistics().assertions == 38


@pytest.mark.parametrize("line", ["<urn:a> <urn:b> <urn:c> .\n", "_:b <urn:b> <urn:c> <urn:g> .\n"])
def test_quads_without_names_are_refused(store: SparqlStore, tmp_path: Path, line: str) -> None:
    path = tmp_path / "broken.nq"
    path.write_text(line)
    with pytest.raises(InputError, match="no named graph or has a blank node"):
        store.load(path)
