"""Ratios in digits never read as another verdict; findings stand in the order of their verdicts."""

from __future__ import annotations

import math
import random

import pytest

from thoracite.types import Certainty, Entity, Finding, find_verdict
from thoracite.types.verdict import ORDER, find_rank, state_ratio


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (1.96, "1.96"), (1.99999, "1.99"), (2.0, "2"), (9.96, "9.96"), (9.99999, "9.99"), (10.0, "10"),
        (0.5, "0.5"), (0.500001, "0.501"), (0.503, "0.503"), (0.496, "0.5"), (0.9951, "1"), (12.7, "13"),
        (1000.0, "1000"), (1000.4, "more than 1000"), (0.001, "0.001"), (0.00099, "less than 0.001"),
    ],
)  # fmt: skip
def test_a_ratio_in_digits(ratio: float, said: str) -> None:
    assert state_ratio(ratio) == said


def test_no_digits_read_as_another_verdict() -> None:
    drawn = random.Random(1)
    near = [limit * math.exp(drawn.gauss(0, 10.0**-power)) for limit in (0.5, 2, 10) for power in range(7) for _ in range(60)]  # fmt: skip  # noqa: E501
    for ratio in (*near, *(math.exp(drawn.uniform(-9, 9)) for _ in range(500))):
        number = float(state_ratio(ratio).split()[-1])
        assert find_verdict(0.1, number) == find_verdict(0.1, ratio)
        assert find_verdict(0.9, number) == find_verdict(0.9, ratio)
        assert not 0.001 <= ratio <= 1000 or abs(number - ratio) <= 0.05 * ratio


def finding(probability: float, prior: float | None, certainty: Certainty = Certainty.UNCERTAIN) -> Finding:
    entity = Entity(id="thx:lung_mass", label="lung mass", kind="finding")
    return Finding(entity=entity, probability=probability, prior=prior, certainty=certainty)


def test_verdict_comes_before_ratio_and_ratio_before_probability() -> None:
    likely = finding(0.6, 0.2, Certainty.PRESENT)
    suspected, more, less = finding(0.3, 0.02), finding(0.05, 0.01), finding(0.3, 0.14)
    unknown, undecided, unlikely = finding(0.4, None), finding(0.2, 0.2), finding(0.01, 0.2, Certainty.ABSENT)
    ordered = [likely, suspected, more, less, unknown, undecided, unlikely]
    assert [one.verdict for one in ordered] == [
        "likely", "suspected", "possible", "possible", "possible", "undecided", "unlikely",
    ]  # fmt: skip
    shuffled = random.Random(2).sample(ordered, len(ordered))
    assert sorted(shuffled, key=find_rank) == ordered
    assert set(ORDER) == {one.verdict for one in ordered}
