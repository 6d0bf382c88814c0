"""The same query has the same subgraph whichever store holds the graph: embedded, Neo4j or Fuseki."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.evaluation.servers import PASSWORD, Server
from thoracite.kg.stores.folder import open_graph
from thoracite.kg.stores.neo4j import Neo4jStore
from thoracite.kg.stores.sparql_endpoint import SparqlStore
from thoracite.kg.stores.store import GraphStore
from thoracite.retrieval.retriever import Retriever

QUERIES = (
    "left pleural effusion and consolidation, no pneumothorax",
    {"thx:meniscus_sign": "yes", "thx:air_bronchogram": "no"},
    "thx:cardiomegaly",
)


def retrieve_all(store: GraphStore) -> list[str]:
    with Retriever(store=store) as retriever:
        return [retriever.retrieve(query).model_dump_json(include={"subgraph"}) for query in QUERIES]


@pytest.mark.server
def test_the_same_query_has_the_same_subgraph_on_embedded_stores_and_on_servers(
    graph_folder: Path, neo4j_server: Server, fuseki_server: Server
) -> None:
    (nquads,) = graph_folder.glob("versions/*/graph.nq")
    expected = retrieve_all(open_graph(graph_folder))
    assert all("thxa:" in one for one in expected)
    assert retrieve_all(open_graph(graph_folder, language="cypher")) == expected
    for store in (Neo4jStore(neo4j_server.address, password=PASSWORD), SparqlStore(fuseki_server.address)):
        store.load(nquads)
        assert retrieve_all(store) == expected, store.name
