"""The suite ``ranking``: cases, tolerances in folds, and scores beside ours."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from thoracite.errors import InputError
from thoracite.evaluation.claim_score import score_claims
from thoracite.evaluation.ranking import (
    COLUMNS,
    OURS,
    RankingCase,
    choose,
    cross_validate,
    judge,
    rank_unseen,
    read_cases,
    score_all,
)


def make(*answers: str) -> list[RankingCase]:
    return [RankingCase(f"R{at}", "test", "negation", "", "", "", answer) for at, answer in enumerate(answers)]


def test_the_cases_are_ninety_of_ten_kinds_with_each_answer_as_often() -> None:
    cases = read_cases()
    assert len({case.id for case in cases}) == 90
    assert set(Counter(case.kind for case in cases).values()) == {9}
    assert set(Counter(case.better for case in cases).values()) == {30}


def test_a_table_without_a_column_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerow(COLUMNS[:-1])
    with pytest.raises(InputError, match="better"):
        read_cases(path)


def test_what_differs_by_no_more_than_the_tolerance_is_a_tie() -> None:
    cases = make("tie", "first", "second")
    values = np.array([[0.5, 0.45], [0.9, 0.2], [0.4, 0.6]])
    assert judge(cases, values, 0.1).tolist() == [True, True, True]
    assert judge(cases, values, 0.0).tolist() == [False, True, True]
    assert judge(cases, values, 0.2).tolist() == [True, True, False]


def test_the_tolerance_of_a_fold_is_chosen_without_it() -> None:
    cases = make("tie", "first", "first", "first", "first")
    values = np.array([[0.54, 0.5], [0.9, 0.2], [0.9, 0.2], [0.9, 0.2], [0.9, 0.2]])
    # without the tie every tolerance is as good, and the middle one is taken, which calls 0.04 a tie
    assert choose(cases[1:], values[1:]) == 0.05
    (row, *_) = cross_validate(cases, {"a score": values})
    assert (row.value, row.n) == (1.0, 5)
    narrow = np.array([[0.8, 0.5], *values[1:].tolist()])
    assert next(iter(cross_validate(cases, {"a score": narrow}))).value == pytest.approx(0.8)


def test_a_constant_calls_everything_a_tie() -> None:
    cases = read_cases()
    (row, *_) = rank_unseen(cases, {"a constant": np.ones((90, 2))}, {"a constant": 0.0})
    assert row.value == pytest.approx(1 / 3)


def test_our_score_ranks_nine_of_ten_of_the_cases_that_it_was_made_on() -> None:
    cases = read_cases()
    values = np.array([[score_claims(text, case.reference) for text in (case.first, case.second)] for case in cases])
    rows = {row.metric: row.value for row in cross_validate(cases, {OURS: values})}
    assert rows["ranked right, five folds"] >= 0.9
    assert min(rows.values()) >= 0.7


def test_the_overlaps_are_beside_ours_and_see_no_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pycocoevalcap")
    monkeypatch.setenv("PATH", "")  # without Java, whose METEOR takes a minute
    cases = read_cases()[::6]
    rows = {row.system: row.value for row in cross_validate(cases, score_all(cases)) if row.n == len(cases)}
    assert {OURS, "BLEU-4", "ROUGE-L", "a constant"} <= set(rows)
    assert rows[OURS] > max(rows["ROUGE-L"], rows["BLEU-4"], rows["a constant"])
