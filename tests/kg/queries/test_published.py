"""The published queries: the same rows from all four stores, over the default graph and over the small one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from thoracite.errors import UsageError
from thoracite.evaluation.servers import PASSWORD
from thoracite.kg.queries.published import describe_published, fill_parameters, parse_query
from thoracite.kg.queries.render import QUERIES, list_published
from thoracite.kg.stores.folder import open_graph
from thoracite.kg.stores.ladybug import LadybugStore
from thoracite.kg.stores.neo4j import Neo4jStore
from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.kg.stores.sparql_endpoint import SparqlStore
from thoracite.kg.stores.store import GraphStore, QueryResult
from thoracite.kg.vocabulary import compact

NAMES = list_published()
MAY_BE_EMPTY = {"contradictions"}


@pytest.fixture(scope="module", params=["default", "small"])
def stores(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, graph_folder: Path, small_graph: Path
) -> Iterator[dict[str, GraphStore]]:
    opened: dict[str, GraphStore]
    if request.param == "default":
        (nquads,) = graph_folder.glob("versions/*/graph.nq")
        opened = {"oxigraph": open_graph(graph_folder), "ladybug": open_graph(graph_folder, language="cypher")}
    else:
        nquads, folder = small_graph, tmp_path_factory.mktemp("small")
        opened = {
            "oxigraph": OxigraphStore(folder / "oxigraph", read_only=False),
            "ladybug": LadybugStore(folder / "ladybug", read_only=False),
        }
    opened["neo4j"] = Neo4jStore(request.getfixturevalue("neo4j_server").address, password=PASSWORD)
    opened["sparql"] = SparqlStore(request.getfixturevalue("fuseki_server").address)
    for store in opened.values():
        if store.digest == "none" or store.name in ("neo4j", "sparql"):
            store.load(nquads)
    yield opened
    for store in opened.values():
        store.close()


def plain_rows(answer: QueryResult) -> list[tuple[Any, ...]]:
    return [tuple(plain(value) for value in row) for row in answer.rows]


def plain(value: Any) -> Any:
    """A SPARQL term as Cypher would answer it; decimals to nine digits."""
    if isinstance(value, dict):
        if value["type"] == "uri":
            return compact(value["value"])
        kind = value.get("datatype", "").rsplit("#", 1)[-1]
        value = int(value["value"]) if kind == "integer" else value["value"]
        if kind in ("decimal", "double"):
            value = float(value)
    return float(f"{value:.9g}") if isinstance(value, float) else value


@pytest.mark.parametrize("name", NAMES)
def test_all_stores_answer_the_same_rows(stores: dict[str, GraphStore], name: str) -> None:
    answers = {}
    for store in stores.values():
        query = describe_published(name, store.language)
        answers[store.name] = store.query(query.text, parameters=query.parameters)
    columns = {store: answer.columns for store, answer in answers.items()}
    rows = {store: plain_rows(answer) for store, answer in answers.items()}
    assert len(set(columns.values())) == 1, columns
    for store, found in rows.items():
        assert found == rows["oxigraph"], store


@pytest.mark.parametrize("name", sorted(set(NAMES) - MAY_BE_EMPTY))
def test_the_defaults_find_something_in_the_graph_folder(graph_folder: Path, name: str) -> None:
    store = open_graph(graph_folder, language="cypher")
    query = describe_published(name, "cypher")
    assert store.query(query.text, parameters=query.parameters).rows
    store.close()


@pytest.mark.parametrize("language", ["sparql", "cypher"])
def test_every_query_is_quick(graph_folder: Path, language: Any) -> None:
    """Warm, p95 of 20 runs below 200 ms, and twice that for a busy machine."""
    store = open_graph(graph_folder, language=language)
    slow = {}
    for name in list_published(language):
        query = describe_published(name, language)
        times = []
        for _ in range(20):
            start = time.perf_counter()
            store.query(query.text, parameters=query.parameters)
            times.append(time.perf_counter() - start)
        if sorted(times)[18] > 0.4:
            slow[name] = sorted(times)[18]
    store.close()
    assert slow == {}


def test_both_languages_say_the_same_of_themselves() -> None:
    assert len(NAMES) >= 25
    assert list_published("cypher") == NAMES
    for name in NAMES:
        rdf, graph = describe_published(name), describe_published(name, "cypher")
        assert (rdf.title, rdf.purpose, rdf.parameters) == (graph.title, graph.purpose, graph.parameters)
        assert rdf.title
        assert rdf.purpose.endswith(".")
        for query in (rdf, graph):
            assert all(f"${parameter}" in query.text for parameter in query.parameters)


def test_titles_are_unique_and_lines_short() -> None:
    assert len({describe_published(name).title for name in NAMES}) == len(NAMES)
    for path in QUERIES.iterdir():
        if path.suffix in (".rq", ".cypher"):
            assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= 120, path.name


def test_parameters_are_filled_in_their_kind() -> None:
    query = describe_published("share_of_uncertain")
    assert fill_parameters(query, {}) == {"minimum": 10}
    assert fill_parameters(query, {"minimum": "20"}) == {"minimum": 20}
    with pytest.raises(UsageError, match="expected a number"):
        fill_parameters(query, {"minimum": "many"})
    with pytest.raises(UsageError, match="no parameter 'least'"):
        fill_parameters(query, {"least": "20"})


def test_a_query_without_a_header_is_a_query() -> None:
    query = parse_query("MATCH (c) RETURN c", name="own", language="cypher")
    assert (query.title, query.parameters) == ("", {})
