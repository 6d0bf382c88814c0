"""Statements of change are counted against the labels of both films; films stand in the order of their numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readings import rate_finding
from thoracite.errors import InputError
from thoracite.evaluation.changes import (
    ALONE,
    CHANCE,
    TOLD,
    Pair,
    count_changes,
    order_films,
    run_changes,
    tell_changes,
)
from thoracite.vision.encoder import Reading
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.entities import find_entities
from thoracite.vision.training.cases import Case


def film(name: str, *labels: str) -> Case:
    return Case(Path(f"{name}.jpg"), "nih", "x", name[:12], "PA", frozenset(labels), "", ())


def test_films_of_one_patient_stand_in_order_each_once() -> None:
    names = ["nih_00000002_001", "nih_00000001_010", "nih_00000001_002", "low_00000001_002", "odd"]
    (own,) = order_films(film(name) for name in names)
    assert [case.path.stem for case in own] == ["nih_00000001_002", "nih_00000001_010"]


def test_what_is_told_is_counted_against_both_films() -> None:
    none, mass, edema = frozenset[str](), frozenset({"Mass"}), frozenset({"Edema"})
    pairs = [
        Pair("a", none, mass, {"Mass": "new"}, mass | edema),
        Pair("b", mass, mass, {"Mass": "new", "Edema": "gone"}, mass),
        Pair("c", edema, none, {"Edema": "gone"}, none),
        Pair("d", none, edema, {}, none),
    ]
    rows = {(row.system, row.metric): row for row in count_changes(pairs)}
    assert (rows[TOLD, "“new” borne out"].value, rows[TOLD, "“new” borne out"].n) == (0.5, 2)
    assert rows[TOLD, "“new”, and the later film has the label"].value == 1
    assert rows[ALONE, "“new” borne out"].value == pytest.approx(1 / 3)
    assert rows[CHANCE, "“new” borne out"].value == pytest.approx(2 / (4 * len(FINDINGS)))
    assert rows[TOLD, "“gone” borne out"].value == 0.5
    assert (TOLD, "“unchanged” borne out") not in rows
    assert rows[TOLD, "pairs of which “new” is said of a finding"].value == 0.5
    assert rows[TOLD, "labels that came, told as new"].value == 0.5
    assert rows[TOLD, "labels that stayed away, told as new"].value == 0


def test_only_what_the_template_tells_is_counted() -> None:
    def read(*ratios: float) -> Reading:
        labels = [entity.label for entity in find_entities(FINDINGS)]
        odds = [ratio * 0.05 / 0.95 for ratio in (*ratios, *[1.0] * len(labels))]
        rated = zip(labels, odds, strict=False)
        return Reading(findings=tuple(rate_finding(label, one / (1 + one), 0.05) for label, one in rated), view="PA")

    told = tell_changes(read(0.1, 30, 5), read(30, 0.1, 5))
    assert told[FINDINGS[0]] == "new"
    assert told[FINDINGS[1]] == "gone"
    assert set(told) <= set(FINDINGS[:3])


def test_without_films_it_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "cxr").mkdir()
    (tmp_path / "cxr" / "manifest.csv").write_text("file,source\n")
    with pytest.raises(InputError):
        run_changes(tmp_path)
