"""The privacy suite measures what it says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from thoracite.evaluation.privacy import find_by_gate, find_by_pattern, measure_gate, run_privacy
from thoracite.evaluation.privacy_plants import Plant, PlantedReport, plant_reports, read_list

TEXTS = ["The lungs are clear. No effusion is seen. The heart is normal in size."] * 150


def test_the_two_sets_share_nothing() -> None:
    for kind in ("sentences", "traps"):
        assert not set(read_list(f"tune {kind}")) & set(read_list(f"test {kind}"))
    assert set(read_list("tune locales")) & set(read_list("test locales")) == {"en_US"}


def test_plants_stand_where_they_are_said_to() -> None:
    for report in plant_reports(TEXTS[:40], split="tune", seed=1):
        assert report.plants
        for plant in report.plants:
            value = report.text[plant.start : plant.end]
            assert value.strip() == value != ""
            assert (plant.kind != "EMAIL") or "@" in value
    again = list(plant_reports(TEXTS[:40], split="tune", seed=1))
    assert again == list(plant_reports(TEXTS[:40], split="tune", seed=1))
    assert again != list(plant_reports(TEXTS[:40], split="tune", seed=2))


def test_figures_of_known_cases() -> None:
    report = PlantedReport("Anna Bo saw it on 3/4/2019.", (Plant("NAME", 0, 7), Plant("DATE", 18, 26)))
    rows = {row.metric: row for row in measure_gate([report], lambda _text: [(0, 4), (18, 26), (8, 11)], "a gate")}
    assert rows["recall"].value == 0.5  # half a name is no name found
    assert rows["precision"].value == pytest.approx(2 / 3)
    assert (rows["recall of DATE"].value, rows["recall of NAME"].value, rows["recall"].n) == (1, 0, 2)


def test_the_gate_on_invented_reports() -> None:
    planted = list(plant_reports(TEXTS, split="test", seed=random.Random(3).randrange(10**6)))
    rows = {(row.system, row.metric): row for row in measure_gate(planted, find_by_gate, "gate")}
    assert rows["gate", "recall"].value >= 0.99
    assert rows["gate", "precision"].value >= 0.95
    (recall, *_) = measure_gate(planted, find_by_pattern, "pattern")
    assert recall.value < 0.5


def test_nothing_is_missed_in_the_reports_that_the_gate_was_tuned_on() -> None:
    for seed in (1, 2, 3):
        planted = list(plant_reports(TEXTS, split="tune", seed=seed))
        rows = {row.metric: row for row in measure_gate(planted, find_by_gate, "gate")}
        assert (rows["recall"].value, rows["precision"].value) == (1, 1)


def test_the_published_figures(shared: Path) -> None:
    suite = run_privacy(shared / "data")
    rows = {(row.system, row.metric): row for row in suite.rows}
    assert suite.n >= 500
    assert rows["thoracite", "recall"].value >= 0.99
    assert rows["thoracite", "precision"].value >= 0.95
    low, high = rows["thoracite", "recall"].low, rows["thoracite", "recall"].high
    assert low is not None
    assert high is not None
    assert low <= rows["thoracite", "recall"].value <= high
