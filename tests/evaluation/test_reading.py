"""The shared cases and the seen siblings, row by row; the suite as a whole."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.evaluation import reading
from thoracite.evaluation.negation import find_context, label_by_context, label_by_negex
from thoracite.evaluation.reading import SIBLINGS, is_right, label_by_rules, read_rows, run_reading

FILES = ("reading_siblings.csv", "report_siblings.csv")
SEEN = [row for name in FILES for row in read_rows(SIBLINGS / name) if row["half"] == "seen"]
ABBREVIATIONS = [row for row in read_rows(SIBLINGS / "abbreviation_siblings.csv") if row["half"] == "seen"]


def check(row: dict[str, str]) -> None:
    assert is_right(row["label"], label_by_rules(row["text"], row["word"])), (row["text"], row["word"])
    if row.get("not_read"):
        assert label_by_rules(row["text"], row["not_read"]) is None, row["text"]


@pytest.mark.parametrize("name", ["reading.csv", "sections.csv"])
def test_every_shared_case(shared: Path, name: str) -> None:
    rows = read_rows(shared / "cases" / name)
    assert rows
    for row in rows:
        check(row)


@pytest.mark.parametrize("row", SEEN, ids=lambda row: f"{row['id']}-{row['word']}")
def test_every_seen_sibling(row: dict[str, str]) -> None:
    check(row)


@pytest.mark.parametrize("row", ABBREVIATIONS, ids=lambda row: f"{row['id']}-{row['word']}")
def test_every_seen_abbreviation_is_its_concept(row: dict[str, str]) -> None:
    concept = reading.Linker().link(row["concept"])
    assert concept is not None
    assert reading._link_last(row["text"], row["word"]) == concept.id


@pytest.mark.parametrize(
    ("expected", "label", "right"),
    [("DA", "DA", True), ("DA", None, False), ("not DP", None, True), ("not DP", "U", True), ("not DP", "DP", False)],
)
def test_what_is_right(expected: str, label: str | None, *, right: bool) -> None:
    assert is_right(expected, label) is right


@pytest.mark.parametrize(
    ("text", "word", "label"),
    [
        ("No effusion. Nodule.", "effusion", "DA"),
        ("No effusion. Nodule.", "nodule", "DP"),
        ("No effusion but a nodule.", "nodule", "DP"),
        ("The mass has resolved.", "mass", "DA"),
        ("No change in the mass.", "mass", "DP"),
        ("Possible mass.", "mass", "U"),
        ("Clear.", "mass", None),
    ],
)
def test_negex(text: str, word: str, label: str | None) -> None:
    assert label_by_negex(text, word) == label


def test_the_suite_has_both_halves_and_the_baselines(shared: Path) -> None:
    rows = {(row.system, row.metric): row for row in run_reading(shared / "data").rows}
    for half in ("seen", "locked"):
        for what in ("sentences", "reports", "abbreviations"):
            assert rows["rules", f"share right, sibling {what}, {half} half"].value >= 0.95
        ours, negex = (rows[system, f"share right, sibling sentences, {half} half"] for system in ("rules", "NegEx"))
        assert ours.low is not None
        assert negex.high is not None
        assert ours.low > negex.high


def test_context_is_left_out_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THORACITE_CONTEXT_PYTHON", sys.executable)
    assert find_context() == sys.executable
    monkeypatch.setattr("thoracite.evaluation.negation.find_spec", lambda name: None)
    monkeypatch.delenv("THORACITE_CONTEXT_PYTHON")
    monkeypatch.setattr("thoracite.evaluation.negation.PACKAGE", Path("/none/thoracite"))
    assert find_context() is None


def test_an_interpreter_without_medspacy_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot run medSpaCy"):
        label_by_context(str(tmp_path / "none"), [("No mass.", "mass")])


def test_missing_cases_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="run this suite in a checkout"):
        run_reading(tmp_path / "data")
