"""The suite report-check: who is spoilt, what counts as found, and the bar on reports that no rule was tuned on."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.evaluation.planting import KINDS, Planted
from thoracite.evaluation.report_check import (
    Case,
    draw_cases,
    find_half,
    judge,
    run_report_check,
    spoil_reports,
)
from thoracite.generation.report.check import ReportCheck, ReportError
from thoracite.kg.extract.reading import Reading
from thoracite.pipeline import Explainer
from thoracite.settings import Settings

TEXT = "FINDINGS: Small left effusion. No edema. Heart size is normal.\nIMPRESSION: Small left effusion."
PLANTED = Planted("side", TEXT.replace("left", "right", 1), "Small right effusion.", "text")


def answer(*errors: ReportError) -> ReportCheck:
    return ReportCheck(errors=errors, verdict="errors found", reading=Reading(statements=1, characters=9))


def test_halves_are_of_one_size_and_follow_from_the_identifier() -> None:
    halves = [find_half(f"CXR{number}") for number in range(2000)]
    assert 900 < halves.count("seen") < 1100
    assert find_half("CXR1") == find_half("CXR1")


def test_each_report_is_used_once() -> None:
    reports = [(f"r{number}", TEXT.replace("Small", ("Small", "Large")[number % 2])) for number in range(100)]
    cases = spoil_reports(reports, quota=12)
    untouched = [case for case in cases if case.planted is None]
    kinds = [case.planted.kind for case in cases if case.planted]
    assert len(untouched) == 30
    assert {kind: kinds.count(kind) for kind in set(kinds)} == dict.fromkeys(set(KINDS) - {"unit"}, 12)
    assert cases == spoil_reports(reversed(reports), quota=12)


@pytest.mark.parametrize(
    ("kind", "sentence", "expected", "right"),
    [
        ("side", "Small right effusion.", "it is on the left", True),
        ("side", "Small left effusion.", "since the report also says: Small  right effusion.", True),  # held against it
        ("severity", "Small right effusion.", "", False),  # another kind
        ("side", "No edema.", "", False),  # another sentence
    ],
)
def test_an_error_is_right_by_kind_and_sentence(kind: str, sentence: str, expected: str, right: bool) -> None:
    error = ReportError.model_validate({"kind": kind, "sentence": sentence, "expected": expected})
    (judged,) = judge([Case(PLANTED.text, PLANTED)], lambda text, image: answer(error))
    assert (judged.named, judged.right) == ({kind}, right)
    (untouched,) = judge([Case(TEXT)], lambda text, image: answer(error))
    assert not untouched.right


def test_phantoms_come_with_their_image(tmp_path: Path) -> None:
    cases = draw_cases(tmp_path, 20)
    assert [case.planted is None for case in cases] == [True] * 6 + [False] * 14
    assert all(Path(str(case.image)).is_file() for case in cases)
    assert len({case.planted.kind for case in cases if case.planted}) >= 4


def test_an_empty_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        run_report_check(tmp_path)


@pytest.mark.bench
@pytest.mark.shared
def test_errors_that_the_text_shows_are_found(shared: Path, graph_folder: Path) -> None:
    with Explainer(Settings.read(arguments={"graph": str(graph_folder)})) as explainer:
        suite = run_report_check(shared / "data", phantoms=20, explainer=explainer)
    values = {(row.system, row.metric): row.value for row in suite.rows}
    counts = {(row.system, row.metric): row.n or 0 for row in suite.rows}
    assert sum(counts["text alone", f"{shown}: all kinds, an error, recall"] for shown in (
        "the text shows it", "the image is needed", "undecided"
    )) >= 500  # fmt: skip
    assert counts["text alone", "untouched reports with an error named"] >= 500
    for kind, level in [("all kinds", "which one"), *((kind, "an error") for kind in ("all kinds", *KINDS))]:
        assert values["text alone", f"the text shows it: {kind}, {level}, recall"] >= 0.85, (kind, level)
        assert values["text alone", f"the text shows it: {kind}, {level}, precision"] >= 0.95, (kind, level)
    assert values["always an error", "the text shows it: all kinds, an error, precision"] == 0.5
    assert values["never an error", "the text shows it: all kinds, an error, recall"] == 0
    assert values["word with and without no", "the text shows it: all kinds, an error, recall"] < 0.5
    assert any(row.system == "text and image" for row in suite.rows)
