"""Queries as they are pasted: in Markdown fences, and in Cypher as it is written for Neo4j."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from thoracite.errors import StoreError
from thoracite.evaluation.servers import PASSWORD
from thoracite.kg.stores.ladybug import LadybugStore
from thoracite.kg.stores.neo4j import Neo4jStore
from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.kg.stores.pasted import read_pasted
from thoracite.kg.stores.sparql_endpoint import SparqlStore
from thoracite.kg.stores.store import GraphStore

WRITES = {"cypher": "CREATE (:Concept {id: 'thx:x'})", "sparql": "INSERT DATA { <urn:a> <urn:b> <urn:c> }"}


@pytest.fixture(scope="module", params=["oxigraph", "ladybug", "neo4j", "sparql"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, small_graph: Path
) -> Iterator[GraphStore]:
    opened: GraphStore
    if request.param == "oxigraph":
        opened = OxigraphStore(tmp_path_factory.mktemp("oxigraph"), read_only=False)
    elif request.param == "ladybug":
        opened = LadybugStore(tmp_path_factory.mktemp("ladybug"), read_only=False)
    elif request.param == "neo4j":
        opened = Neo4jStore(request.getfixturevalue("neo4j_server").address, password=PASSWORD)
    else:
        opened = SparqlStore(request.getfixturevalue("fuseki_server").address)
    opened.load(small_graph)
    yield opened
    opened.close()


FENCES = ["```{name}\n{text}\n```", "Ask this:\n\n```\n{text}\n```\nIt counts.", "`{text}`", "~~~ {name}\n{text}"]


@pytest.mark.parametrize("fence", FENCES)
def test_a_query_is_understood_in_its_markdown_fences(store: GraphStore, fence: str) -> None:
    text = "MATCH (c:Concept) RETURN count(c) AS n" if store.language == "cypher" else "SELECT (1 AS ?n) {}"
    answer = store.query(fence.format(name=store.language, text=text))
    assert answer == store.query(text)
    assert answer.columns == ("n",)
    with pytest.raises(StoreError, match="refused"):
        store.query(fence.format(name=store.language, text=WRITES[store.language]))


@pytest.mark.parametrize("store", ["ladybug", "neo4j"], indirect=True)
def test_cypher_for_neo4j_runs_on_both(store: GraphStore) -> None:
    text = (
        "{}MATCH (a:Concept)-[r]->(o:Concept) WHERE type(r) = 'MAY_MIMIC' AND 'type(r)' <> '' // type(r)\n"
        "RETURN DISTINCT type (r) AS type, count(*) AS n ORDER BY type"
    )
    rows = store.query(text.format("")).rows
    assert [row[0] for row in rows] == ["MAY_MIMIC"]
    for prefix in ("CYPHER 5 ", "cypher 5\n", "// a remark\nCYPHER 5 // another\n"):
        assert store.query(text.format(prefix)).rows == rows
    for statement in ("CYPHER 5 CREATE (n)", "CYPHER 5", "CYPHER 5 CYPHER 5 RETURN 1", "CYPHER 5 runtime=x RETURN 1"):
        with pytest.raises(StoreError, match="reading statement"):
            store.query(statement)
    if store.name == "neo4j":  # 5.26 knows no other
        with pytest.raises(StoreError, match="25 is not a valid option"):
            store.query("CYPHER 25 RETURN 1")
    else:
        assert store.query("CYPHER 25 RETURN 1 AS n").rows == ((1,),)


@pytest.mark.parametrize(
    "text",
    [
        "MATCH (n:`a b`) RETURN n.`c`",
        "```python\nprint(1)\n```",
        "```\nRETURN 1\n```\nor\n```\nRETURN 2\n```",
        "SELECT * { ?s ?p '```' }",
        "",
    ],
)
def test_what_is_not_one_fenced_query_is_left_as_it_is(text: str) -> None:
    assert read_pasted(text) == (text, None)
