"""The noisy-OR finds the chances that made the signs, and a finding that explains a sign takes it from the others."""

from __future__ import annotations

import numpy as np

from thoracite.evaluation.noisy_or import NoisyOr, fit_noisy_or
from thoracite.evaluation.patients import find_auroc

TIES = np.array([[True, True, False], [True, False, True]])
CHANCE = np.array([[0.7, 0.4, 0.0], [0.5, 0.0, 0.8]])
LEAK = np.array([0.1, 0.05, 0.2])


def draw(number: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    ill = random.random((number, 2)) < (0.4, 0.3)
    dark = (1 - LEAK) * np.prod(np.where(ill[:, :, None], 1 - CHANCE, 1), axis=1)
    return (random.random(dark.shape) > dark).astype(float), ill


def test_the_chances_are_found() -> None:
    fitted = fit_noisy_or(*draw(20000), TIES)
    np.testing.assert_allclose(fitted.chance, CHANCE, atol=0.03)
    np.testing.assert_allclose(fitted.leak, LEAK, atol=0.02)


def test_what_the_graph_does_not_tie_stays_nothing() -> None:
    assert not fit_noisy_or(*draw(500), TIES).chance[~TIES].any()


def test_a_cause_that_explains_a_sign_takes_it_from_the_other() -> None:
    model = NoisyOr(CHANCE, LEAK, np.array([0.4, 0.3]))
    shared = model.invert(np.array([[1.0, np.nan, np.nan], [1.0, np.nan, 1.0]]), 0)
    assert shared[1] < shared[0]  # the third sign says that the second finding is there


def test_it_is_the_sum_over_all_states() -> None:
    model = NoisyOr(CHANCE, LEAK, np.array([0.4, 0.3]))

    def weigh(first: int) -> float:
        total = 0.0
        for second, share in ((0, 0.7), (1, 0.3)):
            dark = (1 - LEAK) * (1 - CHANCE[0] * first) * (1 - CHANCE[1] * second)
            total += share * dark[0] * (1 - dark[1])
        return total * (0.4 if first else 0.6)

    found = model.invert(np.array([[0.0, 1.0, np.nan]]), 0)[0]
    np.testing.assert_allclose(found, np.log(weigh(1) / weigh(0)), atol=1e-6)


def test_it_tells_new_images_apart() -> None:
    fitted = fit_noisy_or(*draw(3000), TIES)
    answers, ill = draw(2000, seed=1)
    assert find_auroc(fitted.invert(answers, 0), ill[:, 0]) > 0.75
