"""Words and numbers: calibrated ones pass, over-confident ones do not, and no image counts twice."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evaluation.test_held_out import make_held
from thoracite.evaluation.held_out import find_priors
from thoracite.evaluation.words import Said, measure_calibration, measure_normal, measure_ratios, measure_verdicts
from thoracite.vision.labels import FINDINGS


def make_said(number: int, *, times: float = 1.0, seed: int = 0) -> Said:
    """Images of which each finding is drawn with its own probability; the stated log-odds are ``times`` as far out."""
    random = np.random.default_rng(seed)
    held = make_held(number)
    priors = find_priors(held.cases)
    added = random.normal(0, 1.2, priors.shape) - 0.6
    odds = priors + added
    drawn = random.random(odds.shape) < 1 / (1 + np.exp(-odds))
    cases = [
        case._replace(
            source="nih_lowres",
            labels=frozenset(np.array(FINDINGS)[row].tolist()) or frozenset({"No Finding"}),
        )
        for case, row in zip(held.cases, drawn, strict=True)
    ]
    return Said(held._replace(cases=cases), priors + times * added, priors)


def test_a_calibrated_model_has_slope_one_and_some_skill() -> None:
    rows = measure_calibration(make_said(6000), "folds")
    slopes = [row.value for row in rows if row.metric.startswith("calibration slope")]
    assert len(slopes) >= 8
    assert np.mean(slopes) == pytest.approx(1.0, abs=0.1)
    assert all(row.value > 0 for row in rows if row.metric.startswith("Brier skill Effusion"))
    bold = measure_calibration(make_said(6000, times=2.0), "folds")
    assert np.mean([row.value for row in bold if row.metric.startswith("calibration slope")]) < 0.6


def test_stated_likelihood_ratios_are_held_against_observed_ones() -> None:
    right = measure_ratios(make_said(8000), "folds")
    assert len(right) >= 4
    for row in right:
        assert 1 / 1.3 < row.value < 1.3
    bold = {row.metric: row.value for row in measure_ratios(make_said(8000, times=2.0), "folds")}
    assert bold["observed over stated likelihood ratio, stated above 10, folds"] < 0.6


def test_verdicts_are_counted_with_what_was_there() -> None:
    said = make_said(3000)
    rows = {row.metric: row for row in measure_verdicts(said, "folds")}
    unlikely = rows["share with the finding of those called unlikely, folds"].value
    assert unlikely < rows["share with the finding of those called undecided, folds"].value
    assert unlikely < rows["share with the finding of those called possible, folds"].value
    assert (
        rows["sensitivity of possible or more, folds"].value > 1 - rows["specificity of possible or more, folds"].value
    )
    usual = [row.value for metric, row in rows.items() if metric.startswith("share of the usual among")]
    assert np.mean(usual) < 0.5
    assert not any("Pneumonia" in metric for metric in rows)  # left out of that source


def test_films_of_normals_count_once_each() -> None:
    (row,) = measure_normal(make_said(500))
    assert row.n == 500
    assert 0 < row.value < 1
