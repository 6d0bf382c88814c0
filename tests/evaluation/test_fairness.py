"""Figures by group: who is read worse, called more or believed too much shows, and groups that are alike do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.evaluation import fairness
from thoracite.evaluation.fairness import TRAITS, find_error, find_slope, measure_fairness
from thoracite.evaluation.held_out import HeldOut
from thoracite.evaluation.words import Said
from thoracite.vision.labels import FINDINGS, OUTPUTS
from thoracite.vision.mini.signs.weights import Floats
from thoracite.vision.training.cases import Case, is_locked

EFFUSION = FINDINGS.index("Effusion")


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairness, "REPEATS", 8)


def make_said(*, number: int = 800, noise: dict[str, float] | None = None, lifted: float = 0.0) -> Said:
    """Cases whose effusions are read with noise by sex, and whose women are told more than they have by ``lifted``."""
    random = np.random.default_rng(0)
    names = [f"p{n}" for n in range(3 * number) if not is_locked(f"p{n}")][:number]
    cases = [
        Case(Path(f"{name}.png"), "nih_lowres", "a", name, ("PA", "AP")[n % 2],
             frozenset({"Effusion"} if random.random() < 0.3 else {"No Finding"}), "", (),
             age=float(random.integers(20, 90)), sex="FM"[n // 2 % 2], side=128)
        for n, name in enumerate(names)
    ]  # fmt: skip
    truth = np.array([[label in case.labels for label in FINDINGS] for case in cases], dtype=float)
    spread = np.array([(noise or {}).get(case.sex, 1.0) for case in cases])[:, None]
    odds: Floats = 4 * truth - 3 + spread * random.normal(size=truth.shape)
    odds += lifted * np.array([[case.sex == "F"] for case in cases])
    held = HeldOut(cases, np.zeros((number, len(OUTPUTS))), np.zeros((number, 1)), np.zeros((number, 1), np.float32))
    return Said(held, odds, np.full(odds.shape, -2.5))


def tell(said: Said) -> dict[str, float]:
    return {row.metric: row.value for row in measure_fairness(said)}


def test_a_group_that_is_read_worse_shows_in_the_gap() -> None:
    told = tell(make_said(noise={"F": 4.0, "M": 1.0}))
    metric = "macro AUROC of 1 findings"
    assert told[f"{metric}, sex male, folds"] > told[f"{metric}, sex female, folds"] + 0.1
    assert told[f"largest gap by sex (male minus female) of {metric}, folds"] > 0.1
    assert abs(told[next(name for name in told if name.startswith("largest gap by view") and metric in name)]) < 0.06


def test_a_group_that_is_told_more_shows_in_what_is_called() -> None:
    told = tell(make_said(lifted=2.0))
    for metric in ("findings called possible or more, an image", "No Finding films with an assertion"):
        assert told[f"largest gap by sex (female minus male) of {metric}, folds"] > 0.1


def test_every_trait_has_its_groups_and_locked_patients_stand_apart() -> None:
    told = tell(make_said())
    for trait, groups in (("sex", ("female", "male")), ("age band", ("under 45", "45 to 59", "60 and over"))):
        assert trait in TRAITS
        for group in groups:
            assert f"calibration slope, {trait} {group}, folds" in told
    assert not [metric for metric in told if metric.endswith("locked")]
    assert all(not np.isnan(value) for value in told.values())


def test_the_gap_has_an_interval_and_a_number() -> None:
    rows = [row for row in measure_fairness(make_said(number=600)) if row.metric.startswith("largest gap")]
    assert rows
    for row in rows:
        assert row.low is not None
        assert row.high is not None
        assert row.low <= row.value <= row.high or row.value >= 0
        assert row.n == 600


def test_a_slope_below_one_is_too_sure_and_none_is_none() -> None:
    random = np.random.default_rng(1)
    odds = random.normal(0, 1.5, 5000)
    truth = random.random(5000) < 1 / (1 + np.exp(-odds))
    assert find_slope(3 * odds, truth) == pytest.approx(1 / 3, abs=0.05)
    assert np.isnan(find_slope(odds, np.zeros(5000, dtype=bool)))


def test_the_calibration_error_is_that_of_its_bins() -> None:
    random = np.random.default_rng(2)
    truth = random.random(20000) < 0.2
    assert find_error(np.full(20000, 0.2), truth) < 0.02
    assert find_error(np.full(20000, 0.7), truth) == pytest.approx(0.5, abs=0.02)
