"""What only the embedded RDF store does: queries that are ended, rdflib's view, damage."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from thoracite.errors import InputError, StoreError
from thoracite.kg.stores.folder import open_graph
from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.kg.stores.sparql import QueryDataset

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o }".replace(
    "{ ", "{ GRAPH ?w { ", 1
).replace(" }", " } }", 1)


@pytest.fixture(scope="module")
def store(small_graph: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OxigraphStore]:
    folder = tmp_path_factory.mktemp("oxigraph")
    writer = OxigraphStore(folder, read_only=False)
    writer.load(small_graph)
    writer.close()
    opened = OxigraphStore(folder)
    yield opened
    opened.close()


def test_an_endless_query_is_ended_and_frees_the_processor(store: OxigraphStore) -> None:
    assert store.query("ASK { GRAPH ?g { ?s ?p ?o } }").boolean is True
    assert store._pool is not None
    worker = store._pool._idle[-1]
    start = time.monotonic()
    with pytest.raises(StoreError, match=r"took longer than 0\.5 s; narrow it"):
        store.query(ENDLESS, limit_s=0.5)
    assert time.monotonic() - start < 3
    assert worker.poll() is not None
    assert store.query("ASK { GRAPH ?g { ?s ?p ?o } }").boolean is True


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc, which Linux has")
def test_a_worker_whose_parent_died_ends_itself(store: OxigraphStore, tmp_path: Path) -> None:
    code = (
        "import sys, os, threading, time; from pathlib import Path; "
        "from thoracite.kg.stores.oxigraph import OxigraphStore; s = OxigraphStore(Path(sys.argv[1])); "
        "s.query('ASK {}'); print(s._pool._idle[-1].pid, flush=True); "
        "threading.Timer(0.3, lambda: os._exit(1)).start(); s.query(sys.argv[2], limit_s=0.6)"
    )
    died = subprocess.run(
        [sys.executable, "-c", code, str(store._folder), ENDLESS], capture_output=True, text=True, check=False
    )
    worker = int(died.stdout)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{worker}").is_dir() and time.monotonic() < deadline:
        if Path(f"/proc/{worker}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "Z":
            break  # ended; whoever adopted it has yet to notice
        time.sleep(0.1)
    else:
        assert not Path(f"/proc/{worker}").is_dir()


@pytest.mark.parametrize(
    "query",
    [
        "INSERT DATA { <http://a/a> <http://a/b> <http://a/c> }",
        "LOAD <file:///etc/passwd>",
        "DROP ALL",
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        "PREFIX a: <http://a/> DELETE WHERE { ?s ?p ?o }",
    ],
)
def test_what_writes_or_reaches_outside_is_refused(store: OxigraphStore, query: str) -> None:
    before = store.statistics()
    with pytest.raises(StoreError, match="which is refused"):
        store.query(query)
    assert store.statistics() == before


def test_a_syntax_error_says_where(store: OxigraphStore) -> None:
    with pytest.raises(StoreError, match="breaks off at line 2, column 9; correct it there"):
        store.query("SELECT ?s {\n ?s ?p }")


def test_a_relative_iri_is_a_concept_unless_the_query_says_its_base(store: OxigraphStore) -> None:
    asked = "ASK { GRAPH ?g { <air_bronchogram> ?p ?o } }"
    assert store.query(asked).boolean is True
    assert store.query(f"BASE <urn:x> {asked}").boolean is False
    graphs = QueryDataset(default=("https://w3id.org/thoracite/source/concepts",))
    assert store.query("ASK { <air_bronchogram> ?p ?o }", dataset=graphs).boolean is True


def test_a_function_of_others_is_named(store: OxigraphStore) -> None:
    with pytest.raises(StoreError, match="calls <urn:f>, a function that this store does not have"):
        store.query("SELECT (<urn:f>(1) AS ?x) {}")


def test_answers_are_terms_as_in_the_json_format(store: OxigraphStore) -> None:
    answer = store.query(
        "SELECT ?iri ?text ?number ?none { BIND(<http://a/b> AS ?iri) BIND('x' AS ?text) BIND(4 AS ?number) }"
    )
    assert answer.columns == ("iri", "text", "number", "none")
    assert answer.rows == (
        (
            {"type": "uri", "value": "http://a/b"},
            {"type": "literal", "value": "x"},
            {"type": "literal", "value": "4", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
            None,
        ),
    )
    assert store.query("SELECT ('a'@en AS ?x) {}").rows[0][0]["xml:lang"] == "en"


def test_construct_gives_triples(store: OxigraphStore) -> None:
    answer = store.query(
        "PREFIX thx: <https://w3id.org/thoracite/> CONSTRUCT { ?s thx:suggestive_of ?o } "
        "WHERE { GRAPH ?g { ?s thx:suggestive_of ?o } }"
    )
    assert answer.columns == ("subject", "predicate", "object")
    assert len(answer.rows) == len(store.find_triples(relation="thx:suggestive_of"))


def test_parameters_are_bound(store: OxigraphStore) -> None:
    text = "SELECT ?o { GRAPH ?g { $finding <https://w3id.org/thoracite/has_radiographic_sign> ?o } }"
    bound = store.query(text, parameters={"finding": "thx:pneumothorax"})
    assert {row[0]["value"].rsplit("/", 1)[1] for row in bound.rows} == {
        triple.object.id[4:]
        for triple in store.find_triples(subject="thx:pneumothorax", relation="thx:has_radiographic_sign")
    }
    with pytest.raises(StoreError, match="has no variable"):
        store.query(text, parameters={"sign": "x"})
    hostile = '" } } INSERT DATA { <http://a/a> <http://a/b> "'
    assert store.query("SELECT ($x AS ?y) {}", parameters={"x": hostile}).rows[0][0]["value"] == hostile


def test_too_long_an_answer_is_one_sentence(store: OxigraphStore) -> None:
    with pytest.raises(StoreError, match="more than 200,000 rows; add a LIMIT"):
        store.query("SELECT ?a ?d ?g { GRAPH ?v { ?a ?b ?c } GRAPH ?w { ?d ?e ?f } GRAPH ?x { ?g ?h ?i } }", limit_s=60)


def test_threads_ask_at_once(store: OxigraphStore) -> None:
    text = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: store.query(text).rows[0][0]["value"], range(12)))
    assert len(set(answers)) == 1
    assert store._pool is not None
    assert len(store._pool._idle) <= 2


def test_rdflib_users_get_a_dataset(store: OxigraphStore) -> None:
    from rdflib import URIRef

    dataset = store.as_dataset()
    effusion = URIRef("https://w3id.org/thoracite/pleural_effusion")
    concepts = dataset.graph(URIRef("https://w3id.org/thoracite/source/concepts"))
    labels = list(concepts.objects(effusion, URIRef("http://www.w3.org/2000/01/rdf-schema#label")))
    assert [str(label) for label in labels] == ["pleural effusion"]
    graphs = {str(graph.identifier) for graph in dataset.graphs()}
    assert "https://w3id.org/thoracite/source/concepts" in graphs
    union = dataset.query("SELECT (COUNT(*) AS ?n) WHERE { ?a a <https://w3id.org/thoracite/Assertion> }")
    assert int(next(iter(union))[0]) == store.statistics().assertions


def test_a_store_that_is_open_for_reading_does_not_load(store: OxigraphStore, small_graph: Path) -> None:
    with pytest.raises(StoreError, match="open for reading only"):
        store.load(small_graph)


def test_what_is_no_nquads_leaves_the_old_graph(tmp_path: Path, small_graph: Path) -> None:
    store = OxigraphStore(tmp_path / "store", read_only=False)
    store.load(small_graph)
    digest = store.digest
    broken = tmp_path / "broken.nq"
    broken.write_text("this is no graph\n", encoding="utf-8")
    with pytest.raises(InputError, match="is not N-Quads"):
        store.load(broken)
    assert store.digest == digest
    assert store.find_entity("thx:pneumothorax") is not None
    store.close()
    assert OxigraphStore(tmp_path / "store").digest == digest


def test_a_new_graph_takes_the_old_ones_place_on_disk(tmp_path: Path, small_graph: Path) -> None:
    store = OxigraphStore(tmp_path / "store", read_only=False)
    shorter = tmp_path / "shorter.nq"
    shorter.write_text("".join(small_graph.read_text(encoding="utf-8").splitlines(True)[:-1]), encoding="utf-8")
    for nquads in (small_graph, shorter):
        store.load(nquads)
        (folder,) = (path for path in (tmp_path / "store").iterdir() if path.is_dir())
        assert store.digest.removeprefix("sha256:").startswith(folder.name)
    store.close()


def test_damaged_data_is_one_sentence_wherever_it_is_found(tmp_path: Path, small_graph: Path) -> None:
    writer = OxigraphStore(tmp_path, read_only=False)
    writer.load(small_graph)
    writer.close()
    for table in tmp_path.rglob("*.sst"):
        size = table.stat().st_size
        table.write_bytes(b"\xff" * size)
    with pytest.raises(StoreError, match=r"build (it|the graph) again"):
        OxigraphStore(tmp_path).find_triples(subject="thx:pneumothorax")


def test_a_closed_store_says_so(tmp_path: Path, small_graph: Path) -> None:
    store = OxigraphStore(tmp_path, read_only=False)
    store.load(small_graph)
    store.close()
    with pytest.raises(StoreError, match="is closed or empty"):
        store.find_triples(subject="thx:pneumothorax")
    with pytest.raises(StoreError, match="is closed or empty"):
        store.query("ASK {}")


def test_a_store_that_nobody_closed_ends_its_processes(graph_folder: Path) -> None:
    store: Any = open_graph(graph_folder)
    store.query("ASK { ?s ?p ?o }")
    (worker,) = store._pool._idle
    del store
    gc.collect()
    assert worker.poll() is not None


def test_an_unread_answer_of_rdflib_is_dropped_in_any_thread(
    tmp_path: Path, small_graph: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: complaints.append(str(told.exc_value)))
    store = OxigraphStore(tmp_path / "store", read_only=False)
    store.load(small_graph)
    gc.collect()
    gc.disable()  # the answer is to be collected in the other thread
    try:
        store.as_dataset().query("SELECT * { GRAPH ?g { ?s ?p ?o } }")
        thread = threading.Thread(target=gc.collect)
        thread.start()
        thread.join()
    finally:
        gc.enable()
    store.close()
    assert complaints == []
