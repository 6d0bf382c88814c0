"""The bound holds where the risk is known, and testing stops at the first threshold that is not certified."""

from __future__ import annotations

import numpy as np
import pytest

from thoracite.errors import UsageError
from thoracite.generation.release.risk_control import DELTA, average_patients, choose_threshold, find_p_value


def test_p_values_fall_with_the_risk_and_with_the_number_of_cases() -> None:
    assert find_p_value(0.05, 0.1, 500) < find_p_value(0.08, 0.1, 500) < find_p_value(0.1, 0.1, 500) == 1
    assert find_p_value(0.05, 0.1, 500) < find_p_value(0.05, 0.1, 50)


def test_a_risk_at_the_level_is_seldom_certified() -> None:
    random = np.random.default_rng(1)
    wrong = [choose_threshold((random.random((200, 1)) < 0.15).astype(float), 0.15) == 0 for _ in range(500)]
    assert np.mean(wrong) <= DELTA
    right = [choose_threshold((random.random((200, 1)) < 0.05).astype(float), 0.15) == 0 for _ in range(100)]
    assert np.mean(right) > 0.9


def test_what_follows_a_threshold_that_fails_is_not_tested() -> None:
    losses = np.zeros((300, 4))
    losses[:200, 2] = 1  # the last one would pass
    assert choose_threshold(losses, 0.1) == 1
    assert choose_threshold(losses[:, 2:], 0.1) is None


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1, 15.0])
def test_a_level_is_between_0_and_1(alpha: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        choose_threshold(np.zeros((10, 1)), alpha)


def test_a_patient_counts_once_however_many_images() -> None:
    averaged = average_patients(np.array([[1, 0], [1, 1], [0, 0], [0, 1]]), ["a", "a", "b", "a"])
    np.testing.assert_allclose(averaged, [[2 / 3, 2 / 3], [0, 0]])
