"""The suite ``scale``: growth of the mention-level and the aggregated graph with the number of reports.

``thoracite evaluate scale`` measures small numbers of generated reports (:mod:`thoracite.evaluation.scale_reports`).
RadGraph's own number needs 25 GB of disk and the better part of an hour::

    python -m thoracite.evaluation.scale --reports 220763 --folder FOLDER

Every step runs in its own process, whose peak memory is the figure. rdflib holds its graph in memory, and is
measured beside Oxigraph on the smallest number only.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, NamedTuple, TypeVar

import typer

from thoracite.evaluation.percentile import measure_p95
from thoracite.evaluation.rdflib_graph import end_after, silence_rdflib
from thoracite.evaluation.scale_reports import RADGRAPH_REPORTS, write_reports
from thoracite.evaluation.servers import PASSWORD, find_free_port, find_missing, start_neo4j
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.aggregate.aggregate import aggregate_reports
from thoracite.kg.aggregate.mention_graph import MentionBuild, build_mentions, open_mentions
from thoracite.kg.build.build import build_graph
from thoracite.kg.stores.folder import find_nquads
from thoracite.kg.stores.sparql import PROLOGUE

SIZES = (2_000, 10_000)
"""Default numbers of reports."""

QUERIES = {
    "certainty of a concept": (
        "SELECT ?certainty (COUNT(*) AS ?n) { GRAPH ?graph { ?m thx:concept thx:pleural_effusion ; "
        "thx:certainty ?certainty } } GROUP BY ?certainty ORDER BY ?certainty"
    ),
    "places of a concept": (
        "SELECT ?place (COUNT(*) AS ?n) { GRAPH ?graph { ?m thx:concept thx:pulmonary_opacity ; "
        "thx:mention_located_at ?at . ?at thx:concept ?place } } GROUP BY ?place ORDER BY DESC(?n) ?place LIMIT 10"
    ),
    "reports that affirm one and deny another": (
        "SELECT (COUNT(DISTINCT ?report) AS ?n) { GRAPH ?graph { "
        '?a thx:concept thx:pulmonary_opacity ; thx:certainty "definitely present" ; prov:wasDerivedFrom ?report . '
        '?b prov:wasDerivedFrom ?report ; thx:concept thx:pleural_effusion ; thx:certainty "definitely absent" } }'
    ),
}
"""Queries of the mention-level graph. rdflib gets them without ``GRAPH ?graph``, over the union of the graphs:
otherwise it tries every graph for every pattern, and takes a quarter of an hour for two thousand reports."""

RDFLIB_LIMIT_S = 60.0
"""Seconds of processor time after which a query of rdflib is ended; its figure is then a lower bound."""

_RDFLIB_MOST = 10_000
_RUNS, _PATIENCE_S = 20, 60.0
Result = TypeVar("Result")


class Step(NamedTuple):
    """The result of a step, and its cost.

    Parameters
    ----------
    answer : object
        Result of the step.
    seconds : float
        Time in seconds.
    memory : float
        Peak memory of the process, in MiB.
    """

    answer: Any
    seconds: float
    memory: float


def run_scale(
    data: Path | None = None,  # noqa: ARG001 - every suite is given the development data
    *,
    sizes: tuple[int, ...] = SIZES,
    folder: Path | None = None,
) -> Suite:
    """Measure growth.

    Parameters
    ----------
    data : Path or None
        Not needed.
    sizes : tuple of int
        Numbers of reports, ascending; rdflib reads the first.
    folder : Path or None
        Folder for the graphs, which stay there; a temporary folder unless given.

    Returns
    -------
    Suite
        Seconds, MiB and p95 in milliseconds.
    """
    rows = tuple(measure_sizes(sizes, folder))
    return Suite(suite="scale", data="generated reports, seed 0", n=max(sizes), rows=rows)


def measure_sizes(sizes: tuple[int, ...], folder: Path | None = None) -> Iterator[Row]:
    """Yield the figures of :func:`run_scale`, each as soon as it is known."""
    with _open_folder(folder) as root:
        for size in sizes:
            beside = size == sizes[0] and size <= _RDFLIB_MOST
            yield from _measure_size(root / str(size), size, beside=beside)


@contextmanager
def _open_folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    with TemporaryDirectory(prefix="thoracite-scale-") as scratch:
        yield Path(scratch)


def _measure_size(folder: Path, size: int, *, beside: bool) -> Iterator[Row]:
    folder.mkdir(parents=True, exist_ok=True)
    reports, mentions = folder / "reports.json", folder / "mentions"
    _run_step(write_reports, reports, size)
    build: Step = _run_step(build_mentions, reports, mentions)
    yield from _list_build(build.answer, build, folder)
    yield from _time_queries("oxigraph", size, _run_step(_ask_oxigraph, mentions).answer)
    if beside:
        read: Step = _run_step(_ask_rdflib, mentions / "mentions.nq")
        seconds, times = read.answer
        yield _row("rdflib", size, "load, s", seconds)
        yield _row("rdflib", size, "memory, MiB", read.memory)
        yield from _time_queries("rdflib", size, times)
    yield from _measure_aggregate(folder, reports, size)


def _list_build(build: MentionBuild, step: Step, folder: Path) -> Iterator[Row]:
    size, store = build.reports, folder / "mentions" / "oxigraph"
    yield _row("oxigraph", size, "mentions", build.mentions)
    yield _row("oxigraph", size, "quads", build.quads)
    yield _row("oxigraph", size, "N-Quads, s", build.seconds_written)
    yield _row("oxigraph", size, "load, s", build.seconds_loaded)
    yield _row("oxigraph", size, "memory, MiB", step.memory)
    yield _row("oxigraph", size, "disk, MiB", sum(file.stat().st_size for file in store.rglob("*")) / 2**20)


def _measure_aggregate(folder: Path, reports: Path, size: int) -> Iterator[Row]:
    """Measure the aggregated graph, which may be shared, in both embedded stores and in Neo4j."""
    table = folder / "aggregate.csv"
    counted = _run_step(aggregate_reports, reports, table)
    yield _row("aggregate", size, "triples", counted.answer.triples)
    yield _row("aggregate", size, "count, s", counted.seconds)
    yield _row("aggregate", size, "count, MiB", counted.memory)
    built = _run_step(_build_aggregate, folder / "graph", table)
    yield _row("oxigraph and ladybug", size, "aggregate: build, s", built.seconds)
    yield _row("oxigraph and ladybug", size, "aggregate: memory, MiB", built.memory)
    if find_missing() is None:
        loaded = _run_step(_load_neo4j, folder / "graph", folder / "neo4j")
        yield _row("neo4j", size, "aggregate: load, s", loaded.answer)


def _build_aggregate(folder: Path, table: Path) -> int:
    return build_graph(folder, reports=[table]).statistics.assertions


def _load_neo4j(graph: Path, home: Path) -> float:
    from thoracite.kg.stores.neo4j import Neo4jStore

    with start_neo4j(home, port=find_free_port(), http_port=find_free_port()) as server:
        store = Neo4jStore(server.address, password=PASSWORD)
        start = time.monotonic()
        store.load(find_nquads(graph))
        seconds = time.monotonic() - start
        store.close()
    return seconds


def _ask_oxigraph(mentions: Path) -> dict[str, list[float]]:
    store = open_mentions(mentions)
    times = {name: _time(partial(store.query, PROLOGUE + text, limit_s=600), _RUNS) for name, text in QUERIES.items()}
    store.close()
    return times


def _ask_rdflib(nquads: Path) -> tuple[float, dict[str, list[float]]]:
    from rdflib import Dataset

    graph = Dataset(default_union=True)
    start = time.monotonic()
    with silence_rdflib(), nquads.open("rb") as file:
        graph.parse(file, format="nquads")
    seconds = time.monotonic() - start

    def ask(text: str) -> None:
        with silence_rdflib(), suppress(TimeoutError), end_after(RDFLIB_LIMIT_S):
            list(graph.query(PROLOGUE + text.replace("GRAPH ?graph", "")))

    return seconds, {name: _time(partial(ask, text), 1) for name, text in QUERIES.items()}


def _time(ask: Callable[[], object], runs: int) -> list[float]:
    """Return milliseconds of some runs; of fewer, but at least three if asked for, once a minute has passed."""
    times: list[float] = []
    while len(times) < runs and (len(times) < 3 or sum(times) < 1000 * _PATIENCE_S):
        start = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - start))
    return times


def _time_queries(system: str, size: int, times: dict[str, list[float]]) -> Iterator[Row]:
    for name, measured in times.items():
        yield _row(system, size, f"{name}: p95, ms", measure_p95(measured), len(measured))


def _row(system: str, size: int, metric: str, value: float, n: int = 1) -> Row:
    return Row(system=system, metric=f"{size:,} reports: {metric}", value=round(float(value), 3), n=n)


def _run_step(work: Callable[..., Result], *arguments: Any) -> Step:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measure, work, arguments).result()


def _measure(work: Callable[..., Any], arguments: tuple[Any, ...]) -> Step:
    start = time.monotonic()
    answer = work(*arguments)
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return Step(answer, time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale)


def _run(
    reports: Annotated[list[int] | None, typer.Option(min=1, help="How many; may be given several times.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where the graphs are written, and stay.")] = None,
) -> None:
    """Measure how the graphs grow with the number of generated reports."""
    for row in measure_sizes(tuple(sorted(reports or (RADGRAPH_REPORTS,))), folder):
        typer.echo(f"{row.system:22} {row.metric:70} {row.value:>14,.1f}")


if __name__ == "__main__":
    typer.run(_run)

__all__ = ["QUERIES", "SIZES", "measure_sizes", "run_scale"]
