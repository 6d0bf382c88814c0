"""The ridge on how far log-odds lie apart draws in what few cases bear out, and hardly touches what many do."""

import numpy as np
import pytest

from thoracite.vision.training.signs.steps import CALM, FREE, fit_steps


def fit_spread(share: float, calm: float) -> float:
    """Fit one value that tells a finding of some share, and return how far the log-odds lie apart."""
    random = np.random.default_rng(0)
    value = random.normal(size=(6000, 1))
    usual = np.log(share / (1 - share))
    targets = random.random(6000) < 1 / (1 + np.exp(-usual - value[:, 0]))
    pulls = FREE._replace(prior=np.zeros((1, 1)), ridge=0.0, calm=calm)
    return float(np.std(value @ fit_steps(value, targets, pulls)[0]))


@pytest.mark.parametrize(("share", "least", "most"), [(0.3, 0.97, 1.0), (0.01, 0.6, 0.93)])
def test_odds_of_a_rare_finding_are_drawn_in_most(share: float, least: float, most: float) -> None:
    assert least < fit_spread(share, CALM) / fit_spread(share, 0.0) < most


def test_a_strong_ridge_leaves_the_usual_odds() -> None:
    assert fit_spread(0.05, 10.0) < 0.02 < 0.8 < fit_spread(0.05, 0.0)
