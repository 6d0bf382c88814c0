"""The suite of facts: one whole, and better than what was given."""

from __future__ import annotations

from pathlib import Path

from thoracite.evaluation.facts import count_components, run_facts


def test_components_are_counted_with_nodes_that_nothing_ties() -> None:
    assert count_components("abcdef", [("a", "b"), ("b", "c"), ("d", "e"), ("x", "a")]) == (3, 0.5)
    assert count_components("a", []) == (1, 1.0)


def test_the_figures_hold(shared: Path) -> None:
    rows = {(row.system, row.metric): row.value for row in run_facts(shared / "data").rows}
    assert rows["facts", "ends that are concepts"] == 1.0
    assert rows["as given", "ends that are concepts"] < 0.6
    assert rows["the default graph", "concepts in the largest component"] >= 0.95
    assert rows["facts", "fewest signs of an NIH class"] >= 3
    assert rows["facts", "fewest arguments against one"] >= 1
    assert rows["facts", "facts drawn at random that a reader found wanting"] <= 0.08
    assert rows["facts", "citations that a reader found wanting"] <= 0.1
    assert rows["facts", "names that two concepts share"] == 0
    assert rows["build with books", "violations"] == 0
    assert rows["build with books", "peak memory of the process, GiB"] < 2
