"""Bootstrap intervals, and the shape of every published figure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from pydantic import ValidationError

from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row, Suite


def mean_of(values: npt.NDArray[np.float64], **options: int) -> tuple[float, float]:
    return bootstrap_interval(lambda drawn: float(values[drawn].mean()), len(values), **options)


def test_the_interval_is_that_of_the_normal_approximation() -> None:
    values = np.random.default_rng(1).normal(5.0, 2.0, size=400)
    low, high = mean_of(values, repeats=4000)
    error = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - error, abs=0.03)
    assert high == pytest.approx(values.mean() + error, abs=0.03)


def test_more_cases_make_it_narrower() -> None:
    few, many = (mean_of(np.random.default_rng(0).normal(size=n)) for n in (30, 3000))
    assert many[1] - many[0] < (few[1] - few[0]) / 5


def test_the_same_seed_gives_the_same_interval_and_another_another() -> None:
    values = np.random.default_rng(0).normal(size=50)
    assert mean_of(values, seed=3) == mean_of(values, seed=3) != mean_of(values, seed=4)


def test_what_is_not_a_number_is_left_out() -> None:
    values = np.array([1.0, 1.0, 1.0, np.nan])
    low, high = bootstrap_interval(lambda drawn: float(values[drawn[0]]), 4)
    assert (low, high) == (1, 1)


def test_a_suite_is_closed_and_immutable() -> None:
    row = Row(system="rules", metric="F1", value=0.5)
    suite = Suite(suite="s", data="d", n=1, rows=(row,))
    assert suite.model_dump()["rows"][0] == {
        "system": "rules", "metric": "F1", "value": 0.5, "low": None, "high": None, "n": None,
    }  # fmt: skip
    with pytest.raises(ValidationError):
        row.value = 1.0  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Row.model_validate({"system": "a", "metric": "b", "value": 1, "unit": "%"})
