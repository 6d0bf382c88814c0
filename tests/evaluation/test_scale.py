"""Generated reports have RadGraph's proportions; the suite measures every step of both graphs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from thoracite.evaluation import scale
from thoracite.evaluation.percentile import measure_p95
from thoracite.evaluation.scale import QUERIES, run_scale
from thoracite.evaluation.scale_reports import RADGRAPH_REPORTS, generate_reports, write_reports
from thoracite.kg.radgraph import parse_annotation, read_radgraph


@pytest.mark.parametrize("seed", [0, 1])
def test_mentions_and_relations_come_in_radgraphs_numbers(seed: int) -> None:
    reports = [report for _, report in generate_reports(1_000, seed=seed)]
    mentions = [mention for report in reports for mention in report["entities"].values()]
    relations = sum(len(mention["relations"]) for mention in mentions)
    assert 5.7e6 < len(mentions) / 1_000 * RADGRAPH_REPORTS < 6.5e6
    assert 3.7e6 < relations / 1_000 * RADGRAPH_REPORTS < 4.5e6


def test_generated_reports_are_radgraph_and_the_same_again() -> None:
    reports = dict(generate_reports(20, seed=2))
    assert list(reports.items()) == list(generate_reports(30, seed=2))[:20]
    for report_id, report in reports.items():
        annotation = parse_annotation(report_id, report)
        tokens = annotation.text.split()
        for mention in annotation.entities:
            assert " ".join(tokens[mention.start_ix : mention.end_ix + 1]) == mention.tokens


def test_written_reports_are_read_again(tmp_path: Path) -> None:
    mentions = write_reports(tmp_path / "reports.json", 5, seed=4)
    assert sum(len(annotation.entities) for annotation in read_radgraph(tmp_path / "reports.json")) == mentions
    assert (
        json.loads((tmp_path / "reports.json").read_text(encoding="utf-8")).keys() == dict(generate_reports(5)).keys()
    )


def test_the_suite_measures_both_graphs_beside_rdflib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "find_missing", lambda: "Neo4j is started by the bench, not here")
    suite = run_scale(sizes=(30,), folder=tmp_path)
    figures = {(row.system, row.metric.removeprefix("30 reports: ")): row.value for row in suite.rows}
    assert figures["oxigraph", "quads"] > 30 * 200
    assert figures["oxigraph", "memory, MiB"] > 30
    for query in QUERIES:
        assert figures["rdflib", f"{query}: p95, ms"] > 0
        assert figures["oxigraph", f"{query}: p95, ms"] > 0
    assert ("aggregate", "triples") in figures
    assert ("oxigraph and ladybug", "aggregate: build, s") in figures


def test_the_percentile_is_the_nearest_rank() -> None:
    assert measure_p95(list(map(float, range(1, 101)))) == 95.0
    assert measure_p95([7.0]) == 7.0


@pytest.mark.bench
def test_fifty_million_quads_would_load_in_a_quarter_of_an_hour(tmp_path: Path) -> None:
    """At the pace of ten thousand reports; `python -m thoracite.evaluation.scale` does it for real."""
    suite = run_scale(sizes=(10_000,), folder=tmp_path)
    figures = {(row.system, row.metric.removeprefix("10,000 reports: ")): row.value for row in suite.rows}
    seconds = figures["oxigraph", "N-Quads, s"] + figures["oxigraph", "load, s"]
    assert seconds * RADGRAPH_REPORTS / 10_000 < 15 * 60
    assert figures["oxigraph", "memory, MiB"] < 6 * 1024
