"""LlamaIndex reads the graph, over both property-graph stores, and its own retrievers work on it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("llama_index.core", reason="needs the extra llama-index")

from llama_index.core import PropertyGraphIndex
from llama_index.core.graph_stores.types import EntityNode, Relation
from llama_index.core.indices.property_graph import ImplicitPathExtractor, LLMSynonymRetriever, TextToCypherRetriever
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import VectorStoreQuery

from thoracite.errors import StoreError, UsageError
from thoracite.kg.stores.ladybug import LadybugStore
from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.retrieval.llamaindex import ConceptRetriever, ThoraciteGraphStore
from thoracite.settings import Settings

pytestmark = pytest.mark.usefixtures("event_loop")

EFFUSION = "thx:pleural_effusion"


class Scripted(CustomLLM):
    """A language model that has one answer: what is tested is the store that LlamaIndex asks with it."""

    answer: str

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata()

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return CompletionResponse(text=self.answer)

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
        raise NotImplementedError


@pytest.fixture(scope="module", params=["ladybug", "neo4j"])
def graph(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, small_graph: Path
) -> Iterator[ThoraciteGraphStore]:
    if request.param == "ladybug":
        store: Any = LadybugStore(tmp_path_factory.mktemp("ladybug"), read_only=False)
    else:
        from thoracite.evaluation.servers import PASSWORD
        from thoracite.kg.stores.neo4j import Neo4jStore

        store = Neo4jStore(request.getfixturevalue("neo4j_server").address, password=PASSWORD)
    store.load(small_graph)
    opened = ThoraciteGraphStore(store)
    yield opened
    opened.close()


def keys(triplets: list[Any]) -> list[tuple[str, str, str]]:
    return [(subject.id, relation.label, object_.id) for subject, relation, object_ in triplets]


def test_concepts_are_found_by_curie_label_and_synonym(graph: ThoraciteGraphStore) -> None:
    for name in (EFFUSION, "Pleural Effusion", "épanchement pleural", "EFFUSION"):
        (node,) = graph.get(ids=[name])
        assert (node.id, node.name, node.label) == (EFFUSION, "pleural effusion", "finding")  # type: ignore[attr-defined]
    assert len(graph.get()) == 20
    assert graph.get(ids=["no such thing"]) == []


def test_concepts_are_found_by_property(graph: ThoraciteGraphStore) -> None:
    findings = graph.get(properties={"kind": "finding"})
    assert findings
    assert {node.label for node in findings} == {"finding"}
    (code,) = graph.get(ids=[EFFUSION])[0].properties["codes"][:1]
    assert [node.id for node in graph.get(properties={"codes": code})] == [EFFUSION]
    assert graph.get(properties={"kind": "finding"}, ids=["thx:lung"]) == []


def test_triplets_are_those_of_the_store_with_all_their_sources(graph: ThoraciteGraphStore) -> None:
    found = graph.get_triplets(ids=[EFFUSION])
    expected = graph.client.find_neighbours([EFFUSION], hops=1)
    assert [relation.properties["support"] for _, relation, _ in found] == [triple.support for triple in expected]
    assert [(subject.id, object_.id) for subject, _, object_ in found] == [
        (triple.subject.id, triple.object.id) for triple in expected
    ]
    merged = [relation for _, relation, _ in found if len(relation.properties["provenance"]) > 1]
    assert all(relation.source_id and relation.target_id for relation in merged)
    assert merged


def test_conditions_on_triplets_add_up(graph: ThoraciteGraphStore) -> None:
    both = keys(graph.get_triplets(entity_names=["pneumothorax"], relation_names=["HAS_RADIOGRAPHIC_SIGN"]))
    assert both
    assert {label for _, label, _ in both} == {"HAS_RADIOGRAPHIC_SIGN"}
    assert all("thx:pneumothorax" in (subject, object_) for subject, _, object_ in both)
    assert set(both) < set(keys(graph.get_triplets(relation_names=["HAS_RADIOGRAPHIC_SIGN"])))
    signs = graph.get_triplets(entity_names=["pneumothorax"], properties={"kind": "sign"})
    assert all("sign" in (subject.label, object_.label) for subject, _, object_ in signs)
    assert graph.get_triplets() == []
    assert graph.get_triplets(relation_names=["NO_SUCH_RELATION"]) == []


def test_the_relation_map_walks_both_ways(graph: ThoraciteGraphStore) -> None:
    seeds = graph.get(ids=["thx:skin_fold"])
    for depth in (1, 2):
        expected = graph.client.find_neighbours(["thx:skin_fold"], hops=depth, limit=30)
        assert [(s.id, o.id) for s, _, o in graph.get_rel_map(seeds, depth=depth)] == [
            (triple.subject.id, triple.object.id) for triple in expected
        ]
    assert len(graph.get_rel_map(seeds, depth=3, limit=4)) == 4
    without = graph.get_rel_map(seeds, depth=2, ignore_rels=["MAY_MIMIC"])
    assert "MAY_MIMIC" not in {relation.label for _, relation, _ in without}
    assert graph.get_rel_map([EntityNode(name="nothing")]) == []
    assert graph.get_rel_map([EntityNode(name="skin fold")], depth=1) == graph.get_rel_map(seeds, depth=1)


def test_structured_queries_are_answered_or_refused(graph: ThoraciteGraphStore) -> None:
    rows = graph.structured_query("MATCH (c:Concept {id: $id}) RETURN c.label AS label", param_map={"id": EFFUSION})
    assert rows == [{"label": "pleural effusion"}]
    for text in (
        "CREATE (:X)",
        "CALL dbms.components()",
        "LOAD CSV FROM 'file:///x' AS l RETURN l",
        "MATCH (c RETURN c",
    ):
        with pytest.raises(StoreError):
            graph.structured_query(text)
    assert asyncio.run(graph.astructured_query("RETURN 1 AS one")) == [{"one": 1}]


def test_the_schema_counts_what_is_there(graph: ThoraciteGraphStore) -> None:
    schema = graph.get_schema(refresh=True)
    assert sum(row["n"] for row in schema["patterns"]) == 38
    text = graph.get_schema_str()
    assert "-[:HAS_RADIOGRAPHIC_SIGN]->" in text
    assert "subject_certainty" in text


def test_writing_is_refused_in_one_sentence(graph: ThoraciteGraphStore) -> None:
    writes = (
        lambda: graph.upsert_nodes([EntityNode(name="x")]),
        lambda: graph.upsert_relations([Relation(label="X", source_id="a", target_id="b")]),
        lambda: graph.upsert_llama_nodes([TextNode(text="x")]),
        lambda: graph.delete(ids=[EFFUSION]),
    )
    for write in writes:
        with pytest.raises(StoreError, match="thoracite build --add"):
            write()
    with pytest.raises(StoreError, match="holds no vectors"):
        graph.vector_query(VectorStoreQuery())
    assert graph.client.statistics().assertions == 38


def test_retrievers_of_llamaindex_work_on_it(graph: ThoraciteGraphStore) -> None:
    index = PropertyGraphIndex.from_existing(
        property_graph_store=graph, kg_extractors=[ImplicitPathExtractor()], embed_kg_nodes=False
    )
    by_name = LLMSynonymRetriever(graph, llm=Scripted(answer="Skin fold^Fold"), include_text=False)
    found = index.as_retriever(sub_retrievers=[by_name], use_async=False).retrieve("skin fold?")
    assert any(node.text == "thx:skin_fold -> MAY_MIMIC -> thx:pneumothorax" for node in found)
    written = "MATCH (c:Concept {id: 'thx:skin_fold'}) RETURN c.label AS label"
    by_cypher = TextToCypherRetriever(graph, llm=Scripted(answer=written))
    assert "skin fold" in by_cypher.retrieve("which?")[0].text


def test_a_question_is_answered_without_a_model(graph: ThoraciteGraphStore) -> None:
    found = ConceptRetriever(graph, limit=3).retrieve("Pleural effusion, no pneumothorax.")
    assert 0 < len(found) <= 3
    assert all("pleural_effusion" in node.metadata["triple"] and node.metadata["sources"] for node in found)


@pytest.mark.parametrize("question", ["hello world", "", "thx:nosuch", "No pneumothorax.", "nosuch.png"])
def test_a_question_that_names_nothing_gets_an_empty_list(graph: ThoraciteGraphStore, question: str) -> None:
    assert ConceptRetriever(graph).retrieve(question) == []


def test_a_question_is_never_read_as_the_name_of_a_file(
    graph: ThoraciteGraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pleural effusion").write_bytes(b"no image")
    monkeypatch.chdir(tmp_path)
    assert ConceptRetriever(graph, limit=1).retrieve("pleural effusion")


def test_a_store_that_speaks_sparql_is_refused(tmp_path: Path, small_graph: Path) -> None:
    store = OxigraphStore(tmp_path, read_only=False)
    store.load(small_graph)
    with pytest.raises(UsageError, match="asks in Cypher, and store oxigraph speaks sparql"):
        ThoraciteGraphStore(store)
    with pytest.raises(UsageError, match="answers sparql, not cypher"):
        ThoraciteGraphStore.open(Settings(store="https://example.org/sparql"))
    store.close()


def test_only_this_module_needs_llamaindex() -> None:
    code = "import sys, thoracite.retrieval.retriever, thoracite.kg.graph; print('llama_index' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
