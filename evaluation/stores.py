"""The suite ``stores``: latencies of the default graph, embedded, in Neo4j and in rdflib, in one run.

Two hops are queried from every fifth concept, twice, since an embedded store caches a small graph after the first
query; the first turn includes reading it. Each published query runs with its defaults. Every system
gives the same rows: ``tests/kg/queries/test_published.py`` and the contract suite prove it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from thoracite.evaluation.percentile import measure_p95
from thoracite.evaluation.rdflib_graph import RdflibGraph
from thoracite.evaluation.servers import PASSWORD, find_free_port, find_missing, start_neo4j
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.build.build import build_graph
from thoracite.kg.queries.published import describe_published
from thoracite.kg.queries.render import list_published
from thoracite.kg.rdf.nquads import ConceptRow, read_nodes
from thoracite.kg.stores.folder import find_nquads, open_graph
from thoracite.kg.stores.store import GraphStore

_EVERY, _SLOW_EVERY = 5, 25
_RUNS, _WARM = 20, 2

RDFLIB_LIMIT_S = 10.0
"""Processor time after which a query of rdflib is stopped, in seconds."""

Times = dict[str, list[float]]
"""Milliseconds by query."""


def run_stores(data: Path | None = None) -> Suite:  # noqa: ARG001 - every suite is given the development data
    """Measure latencies.

    Parameters
    ----------
    data : Path or None
        Not needed: the default graph is built from bundled files.

    Returns
    -------
    Suite
        p95 in milliseconds of two hops and of each published query, and ratios of medians to the embedded stores.
    """
    with TemporaryDirectory(prefix="thoracite-stores-") as scratch, ExitStack() as on:
        folder = Path(scratch)
        built = build_graph(folder / "graph")
        nquads = find_nquads(folder / "graph")
        seeds = [node.id for node in read_nodes(nquads) if isinstance(node, ConceptRow)][::_EVERY]
        stores = _open_stores(folder, nquads, on)
        rdflib = RdflibGraph.read(nquads)
        hops = {name: _time_hops(store, seeds) for name, store in stores.items()}
        hops["rdflib"] = _time_hops(rdflib, seeds[:: _SLOW_EVERY // _EVERY], turns=1)
        queries = {name: _time_published(store) for name, store in stores.items()}
        queries["rdflib"] = _time_published_rdflib(rdflib)
    rows = (*_list_p95(hops), *_list_ratios(hops), *_list_p95(queries), *_list_slowest(queries), *_list_ratios(queries))
    described = f"default graph, {built.statistics.assertions} assertions; rdflib is ended after {RDFLIB_LIMIT_S:g} s"
    return Suite(suite="stores", data=described, n=len(seeds), rows=tuple(rows))


def _open_stores(folder: Path, nquads: Path, on: ExitStack) -> dict[str, GraphStore]:
    """Open the embedded stores, and Neo4j where Java and Maven are installed."""
    stores = {"oxigraph": open_graph(folder / "graph"), "ladybug": open_graph(folder / "graph", language="cypher")}
    if find_missing() is None:
        from thoracite.kg.stores.neo4j import Neo4jStore

        server = start_neo4j(folder / "neo4j", port=find_free_port(), http_port=find_free_port())
        on.enter_context(server)
        stores["neo4j"] = Neo4jStore(server.address, password=PASSWORD)
        stores["neo4j"].load(nquads)
    for store in stores.values():
        on.callback(store.close)
    return stores


def _time_hops(store: GraphStore | RdflibGraph, seeds: list[str], *, turns: int = 2) -> Times:
    names = ("two hops, first asked", "two hops")
    return {
        name: [_time(partial(store.find_neighbours, [seed], hops=2)) for seed in seeds] for name in names[2 - turns :]
    }


def _time_published(store: GraphStore) -> Times:
    times = {}
    for name in list_published(store.language):
        query = describe_published(name, store.language)
        ask = partial(store.query, query.text, parameters=query.parameters, limit_s=60)
        times[name] = _time_often(ask, _RUNS)
    return times


def _time_published_rdflib(graph: RdflibGraph) -> Times:
    """Time each query once, stopped after :data:`RDFLIB_LIMIT_S`, which is then its time."""
    times = {}
    for query in map(describe_published, list_published()):
        try:
            ask = partial(graph.query, query.text, parameters=query.parameters, limit_s=RDFLIB_LIMIT_S)
            times[query.name] = [_time(ask)]
        except TimeoutError:
            times[query.name] = [1000 * RDFLIB_LIMIT_S]
    return times


def _time_often(ask: Callable[[], Any], runs: int) -> list[float]:
    for _ in range(_WARM):
        ask()
    return [_time(ask) for _ in range(runs)]


def _time(ask: Callable[[], Any]) -> float:
    start = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - start)


def _list_p95(systems: Mapping[str, Times]) -> Iterator[Row]:
    for system, times in systems.items():
        for name, measured in times.items():
            yield Row(system=system, metric=f"{name}: p95, ms", value=round(measure_p95(measured), 2), n=len(measured))


def _list_slowest(systems: Mapping[str, Times]) -> Iterator[Row]:
    for system, times in systems.items():
        slowest = max(map(measure_p95, times.values()))
        yield Row(system=system, metric="slowest published query: p95, ms", value=round(slowest, 2), n=len(times))


def _list_ratios(systems: Mapping[str, Times]) -> Iterator[Row]:
    """Return how many times longer the others took than each embedded store: the median over shared queries."""
    for mine in ("oxigraph", "ladybug"):
        for other in systems.keys() - {"oxigraph", "ladybug"}:
            asked = systems[mine].keys() & systems[other].keys()
            ratios = [median(systems[other][name]) / median(systems[mine][name]) for name in asked]
            what = "two hops" if asked <= {"two hops", "two hops, first asked"} else "published queries"
            yield Row(system=other, metric=f"{what}: times {mine}", value=round(median(ratios), 2), n=len(asked))


__all__ = ["run_stores"]
