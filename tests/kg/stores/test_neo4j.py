"""What only Neo4j promises: builds side by side, loads that go on, and sentences when the server is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from neo4j import ManagedTransaction

import thoracite.kg.stores.neo4j as module
from thoracite.errors import StoreError, UsageError
from thoracite.evaluation.servers import PASSWORD, Server, find_free_port, start_neo4j
from thoracite.kg.rdf.nquads import read_digest
from thoracite.kg.stores.neo4j import Neo4jStore


@pytest.fixture
def store(neo4j_server: Server, small_graph: Path) -> Iterator[Neo4jStore]:
    opened = Neo4jStore(neo4j_server.address, password=PASSWORD)
    opened.load(small_graph)
    yield opened
    opened.close()


@pytest.fixture
def other_graph(small_graph: Path, tmp_path: Path) -> Path:
    path = tmp_path / "other.nq"
    text = small_graph.read_text(encoding="utf-8")
    path.write_text(text.replace('"skin fold"', f'"fold of skin {tmp_path.name}"'), encoding="utf-8")
    return path


def count(store: Neo4jStore, statement: str) -> int:
    return int(store.run(statement, {})[0]["n"])


def test_the_version_that_answers(store: Neo4jStore) -> None:
    assert store.version.startswith("Neo4j/5.26.")


def test_a_cluster_address_works_too(neo4j_server: Server, store: Neo4jStore) -> None:
    routed = Neo4jStore(neo4j_server.address.replace("bolt://", "neo4j://"), password=PASSWORD)
    assert routed.statistics() == store.statistics()
    routed.close()


def test_nodes_and_edges_carry_the_build(store: Neo4jStore) -> None:
    build = store.digest.removeprefix("sha256:")[:12]
    assert {row["b"] for row in store.run("MATCH (n:Concept|Source) RETURN DISTINCT n.build AS b", {})} == {build}
    assert {row["b"] for row in store.run("MATCH ()-[r]->() RETURN DISTINCT r.build AS b", {})} == {build}


def test_a_load_that_dies_goes_on_and_readers_see_the_old_graph(
    store: Neo4jStore, small_graph: Path, other_graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BATCH", 10)
    add, added = module._add_batch, []

    def dies(tx: ManagedTransaction, batch: Any, build: str, total: int) -> None:
        if len(added) == 4:
            raise KeyboardInterrupt
        add(tx, batch, build, total)
        added.append(total)

    monkeypatch.setattr(module, "_add_batch", dies)
    with pytest.raises(KeyboardInterrupt):
        store.load(other_graph)
    assert added == [10, 20, 30, 40]
    assert store.digest == read_digest(small_graph)
    assert store.statistics().entities == 20
    assert count(store, "MATCH (n:LoadingConcept) RETURN count(n) AS n") == 20
    assert count(store, "MATCH (:Concept)-[r]->(:Concept) RETURN count(r) AS n") == 38

    added.clear()
    monkeypatch.setattr(module, "_add_batch", lambda *parts: (add(*parts), added.append(parts[-1])))
    store.load(other_graph)
    assert added[0] == 50
    assert store.digest == read_digest(other_graph)
    assert store.statistics().assertions == 38
    assert count(store, "MATCH (n:Retired|LoadingConcept|LoadingSource) RETURN count(n) AS n") == 0
    store.load(small_graph)


def test_staged_nodes_that_vanish_are_noticed(
    store: Neo4jStore, small_graph: Path, other_graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch = module._switch

    def disturbed(tx: ManagedTransaction, build: str, digest: str, total: int) -> None:
        tx.run("MATCH (n:LoadingConcept {build: $build}) WITH n LIMIT 1 DETACH DELETE n", build=build).consume()
        switch(tx, build, digest, total)

    monkeypatch.setattr(module, "_switch", disturbed)
    with pytest.raises(StoreError, match="load once more"):
        store.load(other_graph)
    assert store.digest == read_digest(small_graph)
    monkeypatch.undo()
    store.load(other_graph)
    assert store.digest == read_digest(other_graph)
    store.load(small_graph)


def test_two_loads_at_once_end_with_one_whole_graph(
    neo4j_server: Server, store: Neo4jStore, small_graph: Path, other_graph: Path
) -> None:
    said: list[str] = []

    def load() -> None:
        loader = Neo4jStore(neo4j_server.address, password=PASSWORD)
        try:
            loader.load(other_graph)
        except StoreError as error:
            said.append(str(error))
        finally:
            loader.close()

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) < 2, said
    assert store.digest == read_digest(other_graph)
    assert store.statistics().assertions == 38
    assert store.statistics().entities == 20
    store.load(small_graph)


def test_nodes_of_others_are_left_alone(store: Neo4jStore, small_graph: Path, other_graph: Path) -> None:
    with store._driver.session() as session:
        session.run("CREATE (:Patient:Concept {id: 'someone else'})").consume()
    try:
        store.load(other_graph)
        store.load(small_graph)
        assert count(store, "MATCH (n:Patient:Concept) RETURN count(n) AS n") == 1
    finally:
        with store._driver.session() as session:
            session.run("MATCH (n:Patient) DELETE n").consume()


def test_the_server_refuses_writes_even_without_the_guard(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "check_reading", lambda text, parameters: None)
    for text in ("CREATE (n:X)", "MATCH (n) DETACH DELETE n", "CREATE INDEX q FOR (n:X) ON (n.y)"):
        with pytest.raises(StoreError, match="read access mode"):
            store.query(text)
    with pytest.raises(StoreError, match="file"):
        store.query("LOAD CSV FROM 'file:///etc/hostname' AS line RETURN line")


def test_sentences_when_it_cannot_be_reached(neo4j_server: Server) -> None:
    with pytest.raises(StoreError, match="refused the user or the password"):
        Neo4jStore(neo4j_server.address, password="wrong")
    with pytest.raises(StoreError, match="cannot be reached"):
        Neo4jStore(f"bolt://127.0.0.1:{find_free_port()}", password="x")
    with pytest.raises(UsageError, match="is not an address of Neo4j"):
        Neo4jStore("ftp://127.0.0.1", password="x")


def test_a_server_that_dies_in_a_load_is_one_sentence_and_its_graph_stays_whole(
    tmp_path: Path, small_graph: Path, other_graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, http_port = find_free_port(), find_free_port()
    server = start_neo4j(tmp_path / "home", port=port, http_port=http_port)
    store = Neo4jStore(server.address, password=PASSWORD)
    store.load(small_graph)
    monkeypatch.setattr(module, "_BATCH", 10)
    add = module._add_batch

    def dies(tx: ManagedTransaction, batch: Any, build: str, total: int) -> None:
        add(tx, batch, build, total)
        if total == 40:  # before the fourth batch is committed
            server.process.kill()
            server.process.wait()

    monkeypatch.setattr(module, "_add_batch", dies)
    asks = (lambda: store.load(other_graph), store.find_triples, lambda: store.query("MATCH (c:Concept) RETURN c.id"))
    for ask in asks:
        with pytest.raises(StoreError, match="is the server running") as refusal:
            ask()
        assert "\n" not in str(refusal.value)
    store.close()
    monkeypatch.setattr(module, "_add_batch", add)
    with start_neo4j(tmp_path / "home", port=port, http_port=http_port):
        again = Neo4jStore(server.address, password=PASSWORD)
        assert again.digest == read_digest(small_graph)
        assert again.statistics().assertions == 38
        again.load(other_graph)
        assert again.digest == read_digest(other_graph)
        assert again.statistics().assertions == 38
        again.close()
