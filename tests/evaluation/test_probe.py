"""The probe by its images is the one that a descent over all features ends at."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from thoracite.evaluation.patients import find_auroc
from thoracite.evaluation.probe import PARTS, fit_probe
from thoracite.vision.mini.signs.weights import Floats

STRENGTHS = (1e-3, 1e-2, 1e-1)


def descend(features: Floats, truth: np.ndarray, offset: Floats, strength: float) -> Floats:
    """The same loss, by L-BFGS over all features; the last number is the intercept."""
    ridge = 1 / (strength * len(truth))

    def find_loss(parameters: Floats) -> tuple[float, Floats]:
        odds = features @ parameters[:-1] + parameters[-1] + offset
        error = (1 / (1 + np.exp(-odds)) - truth) / len(truth)
        loss = np.mean(np.logaddexp(0, odds) - truth * odds) + ridge / 2 * parameters[:-1] @ parameters[:-1]
        return float(loss), np.append(features.T @ error + ridge * parameters[:-1], error.sum())

    start, options = np.zeros(features.shape[1] + 1), {"ftol": 1e-14, "gtol": 1e-9, "maxiter": 3000}
    return np.asarray(minimize(find_loss, start, jac=True, method="L-BFGS-B", options=options).x)


def choose(features: Floats, truth: np.ndarray, offset: Floats) -> Floats:
    part, losses = np.arange(len(truth)) % PARTS, []
    for strength in STRENGTHS:
        held = np.zeros(len(truth))
        for number in range(PARTS):
            seen = part != number
            found = descend(features[seen], truth[seen], offset[seen], strength)
            held[~seen] = features[~seen] @ found[:-1] + found[-1] + offset[~seen]
        losses.append(np.mean(np.logaddexp(0, held) - truth * held))
    return descend(features, truth, offset, STRENGTHS[int(np.argmin(losses))])


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("lifted", [0.0, 1.0])
def test_it_ends_where_a_descent_over_all_features_ends(seed: int, lifted: float) -> None:
    random = np.random.default_rng(seed)
    features = random.normal(size=(400, 8)) @ random.normal(size=(8, 60)) / 3 + random.normal(size=(400, 60))
    truth = features[:, :5].mean(axis=1) + 0.5 * random.normal(size=400) > 0
    offset = lifted * random.normal(size=400)
    train, test = slice(150), slice(150, 400)
    probe = fit_probe(features[train], truth[train], offset[train], STRENGTHS)(features[test])
    found = choose(features[train], truth[train], offset[train])
    slow = features[test] @ found[:-1] + found[-1]
    np.testing.assert_allclose(probe, slow, atol=1e-3)
    assert find_auroc(probe, truth[test]) == pytest.approx(find_auroc(slow, truth[test]), abs=0.002)


def test_images_that_a_plane_parts_have_finite_odds() -> None:
    features = np.repeat([[-1.0, 0.0], [1.0, 0.0]], 30, axis=0)
    truth = np.repeat([False, True], 30)
    random = np.random.default_rng(0).permutation(60)
    odds = fit_probe(features[random], truth[random], np.zeros(60), (1.0, 1e6))(features)
    assert np.isfinite(odds).all()
    assert ((odds > 0) == truth).all()


def test_an_offset_that_tells_all_leaves_nothing_to_add() -> None:
    random = np.random.default_rng(0)
    features, truth = random.normal(size=(200, 20)), random.random(200) < 0.5
    added = fit_probe(features, truth, np.where(truth, 8.0, -8.0), STRENGTHS)(features)
    assert np.abs(added).max() < 0.5
