"""The suite of the stores: rdflib finds what the stores find, and the figures keep their bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.evaluation.rdflib_graph import RdflibGraph
from thoracite.evaluation.stores import run_stores
from thoracite.kg.queries.published import describe_published
from thoracite.kg.queries.render import list_published
from thoracite.kg.stores.folder import find_nquads, open_graph


@pytest.fixture(scope="module")
def rdflib(graph_folder: Path) -> RdflibGraph:
    return RdflibGraph.read(find_nquads(graph_folder))


def test_rdflib_finds_the_same_neighbours(rdflib: RdflibGraph, graph_folder: Path) -> None:
    store = open_graph(graph_folder)
    for seed in ("thx:pneumothorax", "thx:kerley_b_lines"):
        assert rdflib.find_neighbours([seed], hops=2) == store.find_neighbours([seed], hops=2)
    store.close()


def test_rdflib_answers_as_many_rows_or_is_ended(rdflib: RdflibGraph, graph_folder: Path) -> None:
    store = open_graph(graph_folder)
    query = describe_published("signs_of")
    rows = store.query(query.text, parameters=query.parameters).rows
    assert rdflib.query(query.text, parameters=query.parameters) == len(rows)
    store.close()
    slow = describe_published("several_sources")
    with pytest.raises(TimeoutError):
        rdflib.query(slow.text, parameters=slow.parameters, limit_s=0.05)


@pytest.mark.bench
def test_two_hops_and_published_queries_keep_their_bounds() -> None:
    suite = run_stores()
    figures = {(row.system, row.metric): row.value for row in suite.rows}
    for system in ("oxigraph", "ladybug"):
        assert figures[system, "two hops: p95, ms"] < 5
        assert figures[system, "slowest published query: p95, ms"] < 200
        for name in list_published():
            assert (system, f"{name}: p95, ms") in figures
    assert figures["rdflib", "two hops: times oxigraph"] > 1
