"""The privacy suite measures what it says."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from thoracite.evaluation import privacy
from thoracite.evaluation.presidio import MISSING, find_presidio
from thoracite.evaluation.privacy import covers, find_by_gate, find_by_pattern, measure_gate, measure_kept, run_privacy
from thoracite.evaluation.privacy_plants import Plant, PlantedReport, plant_reports, read_list
from thoracite.evaluation.privacy_words import (
    HALVES,
    PARTS,
    UNREAD,
    Half,
    Kept,
    WordSet,
    plant_words,
    read_half,
    read_kept,
    write_date,
)

TEXTS = ["The lungs are clear. No effusion is seen. The heart is normal in size."] * 150
WITH_ADDRESSES = get_args(WordSet)[get_args(WordSet).index("eleventh") :]
"""Sets whose network addresses stand beside other identifiers only, as the telephones of the eighth do."""


@cache
def plant_once(word_set: WordSet, half: Half) -> list[PlantedReport]:
    return list(plant_words(TEXTS, half, seed=1, word_set=word_set))


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
        assert rows["recall"].value == 1
        assert rows["precision"].value >= 0.998


def test_the_fifth_set_keeps_its_halves_apart() -> None:
    halves = [{kind: read_half(kind, half) for kind in ("carriers", "surnames", "dates", "kept")} for half in HALVES]
    for kind, column in (("carriers", "text"), ("surnames", "surname"), ("dates", "form"), ("kept", "text")):
        first, second = ({row[column] for row in half[kind]} for half in halves)
        assert first.isdisjoint(second)
        assert min(len(first), len(second)) >= 15


def test_the_sixth_set_is_locked_and_large_enough_and_new() -> None:
    least = {"carriers": 200, "surnames": 100, "dates": 40, "kept": 200}
    for kind, column in (("carriers", "text"), ("surnames", "surname"), ("dates", "form"), ("kept", "text")):
        assert read_half(kind, "seen", "sixth") == []
        rows = read_half(kind, "locked", "sixth")
        assert len({row["id"] for row in rows}) == len(rows) >= least[kind]
        assert {row[column] for row in rows}.isdisjoint(row[column] for half in HALVES for row in read_half(kind, half))
    kinds = Counter(row["kind"] for row in read_half("carriers", "locked", "sixth"))
    assert kinds["NAME"] >= 60
    assert kinds["DATE"] >= 30
    assert set(kinds) == {"NAME", "DATE", "ID", "LOCATION", "PHONE", "AGE", "EMAIL", "URL", "IP"}


def list_earlier(word_set: str) -> tuple[tuple[WordSet, Half], ...]:
    return PARTS[: next(place for place, part in enumerate(PARTS) if part[0] == word_set)]


def test_the_seventh_set_is_locked_and_large_enough_and_new() -> None:
    least = {"carriers": 120, "surnames": 110, "dates": 30, "kept": 200}
    earlier = list_earlier("seventh")
    for kind, column in (("carriers", "text"), ("surnames", "surname"), ("dates", "form"), ("kept", "text")):
        assert read_half(kind, "seen", "seventh") == []
        rows = read_half(kind, "locked", "seventh")
        assert len({row["id"] for row in rows}) == len({row[column] for row in rows}) == len(rows) >= least[kind]
        known = {row[column] for word_set, half in earlier for row in read_half(kind, half, word_set)}
        assert kind == "dates" or known.isdisjoint(
            row[column] for row in rows
        )  # dates are written as reports write them
    kinds = Counter(row["kind"] for row in read_half("carriers", "locked", "seventh"))
    assert kinds["NAME"] >= 70
    assert kinds["DATE"] >= 35
    assert set(kinds) == {"NAME", "DATE", "ID", "LOCATION", "PHONE", "AGE", "EMAIL", "URL", "IP"}


def test_the_eighth_set_is_large_enough_and_its_texts_are_new() -> None:
    least = {"carriers": 300, "surnames": 300, "dates": 70, "kept": 400}
    earlier = list_earlier("eighth")
    for kind, column in (("carriers", "text"), ("surnames", "surname"), ("dates", "form"), ("kept", "text")):
        halves = [read_half(kind, half, "eighth") for half in HALVES]
        assert 0 <= len(halves[0]) - len(halves[1]) <= 1
        rows = [row for half in halves for row in half]
        assert len({row["id"] for row in rows}) == len({row[column] for row in rows}) == len(rows) >= least[kind]
        known = {row[column] for word_set, half in earlier for row in read_half(kind, half, word_set)}
        assert kind in {"surnames", "dates"} or known.isdisjoint(row[column] for row in rows)
    assert {row["kind"] for row in read_half("carriers", "locked", "eighth")} == {"NAME", "DATE", "ID"}


def test_the_ninth_set_is_large_enough_and_its_texts_are_new() -> None:
    least = {"carriers": 200, "surnames": 200, "dates": 35, "kept": 270}
    earlier = list_earlier("ninth")
    for kind, column in (("carriers", "text"), ("surnames", "surname"), ("dates", "form"), ("kept", "text")):
        rows = [row for half in HALVES for row in read_half(kind, half, "ninth")]
        assert len({row["id"] for row in rows}) == len({row[column] for row in rows}) == len(rows) >= least[kind]
        known = {row[column] for word_set, half in earlier for row in read_half(kind, half, word_set)}
        assert kind in {"surnames", "dates"} or known.isdisjoint(row[column] for row in rows)
    kinds = {row["kind"] for row in read_half("carriers", "locked", "ninth")}
    assert kinds == {"NAME", "DATE", "ID", "LOCATION", "PHONE", "AGE", "EMAIL", "URL", "IP"}


@pytest.mark.parametrize("word_set", ["sixth", "seventh", "eighth", "ninth"])
def test_every_form_of_a_locked_set_says_more_than_a_year(word_set: WordSet) -> None:
    for row in read_half("dates", "locked", word_set):
        written = {write_date(day, row["form"]) for day in (date(2021, 2, 3), date(2021, 11, 24))}
        assert len(written) == 2
        assert "{" not in "".join(written)


@pytest.mark.parametrize(("word_set", "half"), PARTS)
def test_every_carrier_and_surname_is_planted(word_set: WordSet, half: Half) -> None:
    planted = plant_once(word_set, half)
    words = " ".join(report.text[p.start : p.end] for report in planted for p in report.plants).lower().split()
    assert {row["surname"].lower() for row in read_half("surnames", half, word_set)} <= set(words)
    assert planted == list(plant_words(TEXTS, half, seed=1, word_set=word_set))
    carriers = read_half("carriers", half, word_set)
    beside = {"PHONE"} if word_set == "eighth" else {"IP"} if word_set in WITH_ADDRESSES else set()
    beside |= {"EMAIL", "URL"} if word_set in {"nineteenth", "twentieth"} else set()
    assert {row["kind"] for row in carriers} | beside == {plant.kind for report in planted for plant in report.plants}
    for row in carriers:  # each has a slot, and what stands around it is somewhere in the reports
        first, *rest = re.split(r"\{\w+\}", row["text"])
        assert rest
        around = re.compile(re.escape(first) + "".join(f".+?{re.escape(part)}" for part in rest))
        assert any(around.search(report.text) for report in planted), row["id"]
    for report in planted:
        for plant in report.plants:
            assert report.text[plant.start : plant.end].strip()


@pytest.mark.parametrize(("word_set", "half"), PARTS)
def test_hiding_nothing_everything_and_just_the_plants(word_set: WordSet, half: Half) -> None:
    planted = plant_once(word_set, half)
    for report in planted:
        for plant in report.plants:
            assert not covers(report.text, [], plant)
            assert covers(report.text, [(0, len(report.text))], plant)
    just = {report.text: [(plant.start, plant.end) for plant in report.plants] for report in planted}
    figures = {row.metric: row for row in measure_gate(planted, just.__getitem__, "plants")}
    assert {row.value for row in figures.values()} == {1}
    assert figures["recall"].n == sum(map(len, just.values()))
    kept = {(word_set, half): read_kept(half, word_set)}
    assert {row.value for row in measure_kept(kept, lambda _text: [], "nothing")} == {1}
    assert {row.value for row in measure_kept(kept, lambda text: [(0, len(text))], "everything")} == {0}


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("{dd}{MON}{yy}", "03FEB21"),
        ("{d}{th} {month} '{yy}", "3rd february '21"),
        ("{yyyy}/{m}/{d}", "2021/2/3"),
        ("{wd} {m}/{d}", "Wed 2/3"),
        ("{weekday}, {Month} {d}", "Wednesday, February 3"),
    ],
)
def test_dates_are_written_in_the_form_given(form: str, written: str) -> None:
    assert write_date(date(2021, 2, 3), form) == written


def test_words_kept_are_counted_by_half_and_kind() -> None:
    kept = {
        ("fifth", "seen"): [Kept("Kerley B lines.", "Kerley B lines", "eponym")],
        ("fifth", "locked"): [Kept("T8 and T9.", "T9", "level")],
    }
    rows = {row.metric: row for row in measure_kept(kept, lambda text: [(7, 9)] if "T9" in text else [], "a gate")}  # type: ignore[arg-type]
    assert (rows["fifth set, seen: words kept"].value, rows["fifth set, locked: words kept"].value) == (1, 0)
    assert (rows["fifth set: words kept"].value, rows["fifth set: words kept, level"].n) == (0.5, 1)
    assert not any("sixth" in metric for metric in rows)


def test_presidio_is_measured_where_it_is_installed() -> None:
    found = find_presidio()
    if found is None:
        pytest.skip(MISSING)
    name, gate = found
    assert name.startswith("Presidio 2")
    text = "Discussed with Anna Kowalska, call 212-555-0173, e-mail anna@example.org."
    marked = [text[start:end] for start, end in gate(text)]
    assert {"Anna Kowalska", "anna@example.org"} <= set(marked)


@pytest.mark.parametrize("fills", [2, pytest.param(12, marks=[pytest.mark.bench, pytest.mark.timeout(3600)])])
def test_the_published_figures(fills: int, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As published in the bench, and with a sixth of the plants in every run; the bars are the same."""
    monkeypatch.setattr(privacy, "find_presidio", lambda: None)  # a minute of its own; `evaluate` runs it
    suite = run_privacy(shared / "data", fills=fills)
    rows = {(row.system, row.metric): row for row in suite.rows}
    assert suite.n >= 500
    assert MISSING in suite.data
    assert rows["thoracite", "recall"].value >= 0.999
    assert rows["thoracite", "precision"].value >= 0.998
    for row in suite.rows:
        assert row.low is not None
        assert row.high is not None
        assert row.low <= row.value <= row.high
    for name, recall, precision, kept in (
        ("fifth set, seen", 0.999, 0.995, 0.995),
        ("fifth set, locked", 0.995, 0.99, 0.995),
        ("sixth set, locked", 0.995, 0.985, 0.995),
        ("seventh set, locked", 0.995, 0.99, 0.99),
        ("eighth set, seen", 0.99, 0.975, 0.99),
        ("eighth set, locked", 0.97, 0.96, 0.985),
        ("ninth set, seen", 0.995, 0.98, 0.985),
        ("ninth set, locked", 0.985, 0.955, 0.985),
        ("tenth set, seen", 0.99, 0.98, 0.99),
        ("eleventh set, locked", 0.97, 0.935, 0.96),
        ("twelfth set, seen", 0.945, 0.91, 0.955),
        ("thirteenth set, seen", 0.94, 0.87, 0.9),
        ("fourteenth set, seen", 0.92, 0.905, 0.95),  # the last set that the tagger is trained with
        ("fifteenth set, locked", 0.97, 0.96, 0.985),  # read by nobody, as the last four
        ("sixteenth set, locked", 0.95, 0.93, 0.975),  # not trained with; constants are chosen by it
        ("seventeenth set, locked", 0.98, 0.955, 0.975),
        ("eighteenth set, locked", 0.98, 0.95, 0.975),
        ("nineteenth set, locked", 0.98, 0.955, 0.98),
        ("twentieth set, locked", 0.97, 0.955, 0.97),
    ):
        assert rows["thoracite", f"{name}: recall"].value >= recall
        assert rows["thoracite", f"{name}: precision"].value >= precision
        assert rows["thoracite", f"{name}: words kept"].value >= kept
    for word_set in UNREAD:
        assert rows["thoracite", f"{word_set} set, alone: recall"].value >= 0.95
        assert rows["thoracite", f"{word_set} set, alone: precision"].value >= 0.95
    assert rows["dates and telephones by pattern", "fifth set, locked: recall"].value < 0.5
