"""Which graphs a SPARQL query reads, and answers that are triples: Oxigraph and a SPARQL endpoint (Fuseki).

Property graphs have no named graphs, and Cypher constructs no triples.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.kg.stores.sparql import QueryDataset, SparqlGraph
from thoracite.kg.stores.sparql_endpoint import SparqlStore

EFFUSION, PNEUMOTHORAX = "thx:pleural_effusion", "thx:pneumothorax"


@pytest.fixture(scope="module", params=["oxigraph", "sparql"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, small_graph: Path
) -> Iterator[SparqlGraph]:
    opened: OxigraphStore | SparqlStore
    if request.param == "oxigraph":
        opened = OxigraphStore(tmp_path_factory.mktemp("oxigraph"), read_only=False)
    else:
        opened = SparqlStore(request.getfixturevalue("fuseki_server").address)
    opened.load(small_graph)
    yield opened
    opened.close()


THX = "https://w3id.org/thoracite/"


def terms(store: SparqlGraph, text: str) -> list[str]:
    return sorted(cell["value"] for row in store.query(text).rows for cell in row)


def test_the_default_graph_is_the_union_of_the_named_ones(store: SparqlGraph) -> None:
    pattern = f"?s <{THX}suggestive_of> <{EFFUSION.replace('thx:', THX)}>"
    found = terms(store, f"SELECT DISTINCT ?s {{ {pattern} }}")
    triples = store.find_triples(relation="thx:suggestive_of", object=EFFUSION)
    assert found == sorted(triple.subject.id.replace("thx:", THX) for triple in triples) != []
    assert found == terms(store, f"SELECT DISTINCT ?s {{ GRAPH ?g {{ {pattern} }} }}")
    assert store.query(f"ASK {{ {pattern} }}").boolean


def test_from_names_the_graphs_to_read(store: SparqlGraph) -> None:
    asserted = f"?s <{THX}has_radiographic_sign> <{THX}deep_sulcus_sign>"
    atlas, concepts = f"<{THX}source/atlas>", f"<{THX}source/concepts>"
    assert terms(store, f"SELECT ?s FROM {atlas} {{ {asserted} }}") == [PNEUMOTHORAX.replace("thx:", THX)]
    assert terms(store, f"SELECT ?s FROM {concepts} {{ {asserted} }}") == []
    assert terms(store, f"SELECT ?s FROM NAMED {atlas} {{ {asserted} }}") == []
    assert terms(store, f"SELECT ?g FROM NAMED {atlas} {{ GRAPH ?g {{ {asserted} }} }}") == [f"{THX}source/atlas"]
    assert terms(store, f"SELECT ?g FROM {atlas} {{ GRAPH ?g {{ {asserted} }} }}") == []


def test_a_request_names_the_graphs_to_read_before_the_query_does(store: SparqlGraph) -> None:
    asserted = f"?s <{THX}has_radiographic_sign> <{THX}deep_sulcus_sign>"
    atlas, concepts = f"{THX}source/atlas", f"{THX}source/concepts"
    for text in (f"ASK {{ {asserted} }}", f"ASK FROM <{concepts}> {{ {asserted} }}"):
        assert store.query(text, dataset=QueryDataset(default=(atlas,))).boolean
    assert not store.query(f"ASK {{ {asserted} }}", dataset=QueryDataset(default=(concepts,))).boolean
    assert not store.query(f"ASK {{ {asserted} }}", dataset=QueryDataset(named=(atlas,))).boolean
    named = QueryDataset(default=(concepts,), named=(atlas,))
    assert store.query(f"ASK {{ GRAPH ?g {{ {asserted} }} }}", dataset=named).boolean
    assert not store.query(f"ASK {{ GRAPH <{concepts}> {{ {asserted} }} }}", dataset=named).boolean


def test_construct_and_describe_answer_triples(store: SparqlGraph) -> None:
    built = store.query(f"CONSTRUCT WHERE {{ ?s <{THX}has_radiographic_sign> <{THX}deep_sulcus_sign> }}")
    assert built.graph
    assert [cell["value"] for cell in built.rows[0]][::2] == [f"{THX}pneumothorax", f"{THX}deep_sulcus_sign"]
    described = store.query(f"DESCRIBE <{THX}pleural_effusion>")
    assert described.graph
    assert "胸水" in {row[2]["value"] for row in described.rows}
    assert not store.query("SELECT * { ?s ?p ?o } LIMIT 1").graph
