"""The privacy suite measures what it says."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from thoracite.evaluation import privacy
from thoracite.evaluation.presidio import MISSING, find_presidio
from thoracite.evaluation.privacy import find_by_gate, find_by_pattern, measure_gate, measure_kept, run_privacy
from thoracite.evaluation.privacy_fifth import HALVES, Kept, plant_fifth, read_half, write_date
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


def test_the_fifth_set_keeps_its_halves_apart() -> None:
    halves = [{kind: read_half(kind, half) for kind in ("carriers", "surnames", "dates", "kept")} for half in HALVES]
    for kind, column in (("carriers", "text"), ("surnames", "surname"), ("dates", "form"), ("kept", "text")):
        first, second = ({row[column] for row in half[kind]} for half in halves)
        assert first.isdisjoint(second)
        assert min(len(first), len(second)) >= 15


def test_every_carrier_and_surname_is_planted() -> None:
    planted = list(plant_fifth(TEXTS, "seen", seed=1, fills=12))
    words = " ".join(report.text[p.start : p.end] for report in planted for p in report.plants).lower().split()
    assert {row["surname"].lower() for row in read_half("surnames", "seen")} <= set(words)
    assert planted == list(plant_fifth(TEXTS, "seen", seed=1, fills=12))
    for report in planted:
        for plant in report.plants:
            assert report.text[plant.start : plant.end].strip()


@pytest.mark.parametrize(
    ("form", "written"),
    [("{dd}{MON}{yy}", "03FEB21"), ("{d}{th} {month} '{yy}", "3rd february '21"), ("{yyyy}/{m}/{d}", "2021/2/3")],
)
def test_dates_are_written_in_the_form_given(form: str, written: str) -> None:
    assert write_date(date(2021, 2, 3), form) == written


def test_words_kept_are_counted_by_half_and_kind() -> None:
    kept = {
        "seen": [Kept("Kerley B lines.", "Kerley B lines", "eponym")],
        "locked": [Kept("T8 and T9.", "T9", "level")],
    }
    rows = {row.metric: row for row in measure_kept(kept, lambda text: [(7, 9)] if "T9" in text else [], "a gate")}  # type: ignore[arg-type]
    assert (rows["fifth set, seen: words kept"].value, rows["fifth set, locked: words kept"].value) == (1, 0)
    assert (rows["fifth set: words kept"].value, rows["fifth set: words kept, level"].n) == (0.5, 1)


def test_presidio_is_measured_where_it_is_installed() -> None:
    found = find_presidio()
    if found is None:
        pytest.skip(MISSING)
    name, gate = found
    assert name.startswith("Presidio 2")
    text = "Discussed with Anna Kowalska, call 212-555-0173, e-mail anna@example.org."
    marked = [text[start:end] for start, end in gate(text)]
    assert {"Anna Kowalska", "anna@example.org"} <= set(marked)


def test_the_published_figures(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "find_presidio", lambda: None)  # a minute of its own; the bench runs it
    suite = run_privacy(shared / "data")
    rows = {(row.system, row.metric): row for row in suite.rows}
    assert suite.n >= 500
    assert MISSING in suite.data
    assert rows["thoracite", "recall"].value >= 0.999
    assert rows["thoracite", "precision"].value >= 0.999
    for row in suite.rows:
        assert row.low is not None
        assert row.high is not None
        assert row.low <= row.value <= row.high
    assert rows["thoracite", "fifth set, seen: recall"].value == 1
    assert rows["thoracite", "fifth set, locked: recall"].value >= 0.99
    for half in HALVES:
        assert rows["thoracite", f"fifth set, {half}: precision"].value >= 0.97
    assert rows["thoracite", "fifth set, seen: precision"].value >= 0.995
    assert rows["thoracite", "fifth set: words kept"].value >= 0.993
    assert rows["dates and telephones by pattern", "fifth set, locked: recall"].value < 0.5
