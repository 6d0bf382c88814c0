"""Errors are those that were agreed, margins take statements away, and a resplit keeps the level."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from thoracite.evaluation.held_out import HeldOut, find_priors
from thoracite.evaluation.release import (
    MARGINS,
    OPACITIES,
    READINGS,
    Controlled,
    control,
    find_binomial,
    measure_level,
    resplit,
)
from thoracite.evaluation.words import Said
from thoracite.vision.labels import FINDINGS
from thoracite.vision.training.cases import Case

LOUD, POSSIBLE_TOO = READINGS
NONE = np.zeros((0, 0))


def say(*ratios: tuple[float, float, float]) -> Said:
    """Images whose three opacities have these likelihood ratios, pneumonia first; all else is usual."""
    cases = [Case(Path(f"{n}.png"), "nih", "a", f"p{n}", "PA", frozenset(), "", ()) for n in range(len(ratios))]
    priors = find_priors(cases)
    odds = priors.copy()
    for row, three in enumerate(ratios):
        for name, ratio in zip(OPACITIES, three, strict=True):
            odds[row, FINDINGS.index(name)] += math.log(ratio)
    return Said(HeldOut(cases, NONE, NONE, NONE.astype(np.float32)), odds, priors)


def test_errors_are_loud_without_opacity_and_denied_with_one() -> None:
    said = say((20, 1, 1), (20, 1, 1), (0.2, 0.3, 0.4), (0.2, 0.3, 0.4), (0.2, 0.3, 1), (3, 1, 1))
    truth = np.array([False, True, False, True, True, False])
    assert control(said, truth, LOUD).errors[:, -1].tolist() == [True, False, False, True, False, False]
    assert control(said, truth, POSSIBLE_TOO).errors[:, -1].tolist() == [True, False, False, True, False, True]
    assert control(said, truth, LOUD).kept[:, -1].tolist() == [1, 1, 3, 3, 0, 0]
    assert control(said, truth, POSSIBLE_TOO).kept[:, -1].tolist() == [1, 1, 3, 3, 0, 1]


def test_a_statement_nearer_than_the_margin_is_left_out() -> None:
    controlled = control(say((20, 1, 1), (0.2, 0.3, 0.49)), np.array([False, True]), LOUD)
    kept = dict(zip(MARGINS.tolist(), controlled.kept.T.tolist(), strict=True))
    assert kept[0.6] == [1, 1]
    assert kept[0.7] == [0, 1]  # log 2 = 0.69; log(0.5 / 0.2) = 0.92
    assert kept[1.0] == kept[math.inf] == [0, 0]
    wrong = dict(zip(MARGINS.tolist(), controlled.errors.T.tolist(), strict=True))
    assert wrong[0.0] == [True, True]
    assert wrong[0.1] == [True, False]  # one of three is undecided


def make_controlled(number: int, *, seed: int = 0) -> Controlled:
    """Images that err at 30 % without control, and at less the larger the margin."""
    random = np.random.default_rng(seed)
    strength = random.exponential(0.8, number)
    kept = strength[:, None] >= MARGINS
    return Controlled(tuple(f"p{n}" for n in range(number)), kept & (random.random(number) < 0.3)[:, None], kept * 1)


def test_the_level_is_kept_and_little_more_is_left_out_than_needed() -> None:
    folds = make_controlled(2000)
    above, left = resplit(folds.errors.astype(float), folds.kept.astype(float), 0.15)
    assert above.sum() <= 10
    assert 0.5 < left.mean() < 0.7  # half of the statements are too many
    above, left = resplit(folds.errors.astype(float), folds.kept.astype(float), 0.4, repeats=20)
    assert not above.any()
    assert left.mean() == 0
    rows = {row.metric: row for row in measure_level(folds, make_controlled(200, seed=1), 0.15, LOUD)}
    at = f"at risk 0.15; {LOUD}"
    assert 0.6 < rows[f"certified margin {at}"].value < 1
    assert rows[f"explanations that err, locked, {at}"].value < 0.2
    assert rows[f"statements released, folds, {at}"].n == 2000


def test_a_half_without_statements_has_no_share() -> None:
    above, left = resplit(np.zeros((100, len(MARGINS))), np.zeros((100, len(MARGINS))), 0.15, repeats=5)
    assert not above.any()
    assert np.isnan(left).all()


def test_too_few_patients_certify_nothing() -> None:
    few = make_controlled(10)
    rows = {row.metric: row for row in measure_level(few, few, 0.05, LOUD)}
    assert math.isnan(rows[f"certified margin at risk 0.05; {LOUD}"].value)
    assert rows[f"statements released, folds, at risk 0.05; {LOUD}"].value == 0
    assert find_binomial(0, 100)[1] == pytest.approx(3.62, abs=0.01)
