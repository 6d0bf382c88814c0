"""Signs and findings: numbers add up, and the word follows from them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pydantic import ValidationError

from thoracite.types import CERTAINTIES, Certainty, Entity, Finding, Sign, SignScore, find_log_odds, find_verdict

EFFUSION = Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding")
ANGLE = Sign(id="thx:blunt_angle", question="Is the angle blunted?", kind="measured", entity=EFFUSION)


def score(**values: Any) -> SignScore:
    return SignScore(**({"sign": ANGLE, "side": "left", "value": 71.0, "unit": "degree", "log_odds": 2.7} | values))


def test_without_signs_the_rest_holds_everything() -> None:
    finding = Finding(entity=EFFUSION, probability=0.83, certainty=Certainty.PRESENT)
    assert (finding.base_log_odds, finding.signs) == (0.0, ())
    assert finding.rest_log_odds == finding.log_odds == pytest.approx(math.log(0.83 / 0.17))


def test_base_signs_and_rest_add_up_to_the_probability() -> None:
    finding = Finding(
        entity=EFFUSION, probability=0.83, certainty=Certainty.PRESENT, base_log_odds=-2.1, signs=(score(),)
    )
    assert finding.rest_log_odds == pytest.approx(find_log_odds(0.83) + 2.1 - 2.7)
    assert finding.log_odds == pytest.approx(find_log_odds(0.83))
    with pytest.raises(ValidationError, match=r"add up to 2\.7, not to its log-odds"):
        Finding(entity=EFFUSION, probability=0.83, certainty=Certainty.PRESENT, signs=(score(),), rest_log_odds=0.0)
    assert Finding(**finding.model_dump()) == finding


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"valid": False, "invalid_because": "the base is cut off"}, "adds 0"),
        ({"valid": False, "log_odds": 0.0}, "says why"),
        ({"value": None}, "has a value"),
        ({"invalid_because": "the base is cut off"}, "no reason against it"),
    ],
)
def test_a_sign_is_valid_or_says_why_not(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        score(**values)


def test_the_word_follows_probability_and_likelihood_ratio() -> None:
    finding = Finding(entity=EFFUSION, probability=0.38, prior=0.045, certainty=Certainty.UNCERTAIN)
    assert finding.likelihood_ratio == pytest.approx(13.0, abs=0.05)
    assert finding.verdict == "suspected"
    with pytest.raises(ValidationError, match="is suspected, which is not definitely absent"):
        Finding(entity=EFFUSION, probability=0.38, prior=0.045, certainty=Certainty.ABSENT)


def test_without_a_prior_the_operating_points_decide() -> None:
    verdicts = [Finding(entity=EFFUSION, probability=0.3, certainty=certainty).verdict for certainty in Certainty]
    assert verdicts == ["likely", "possible", "unlikely"]
    assert Finding(entity=EFFUSION, probability=0.3, certainty=Certainty.ABSENT).likelihood_ratio is None


@pytest.mark.parametrize(
    ("probability", "ratio", "verdict"),
    [
        (0.5, 2.0, "likely"), (0.5, 1.99, "undecided"), (0.49, 10.0, "suspected"), (0.49, 9.9, "possible"),
        (0.1, 2.0, "possible"), (0.1, 1.9, "undecided"), (0.1, 0.51, "undecided"), (0.1, 0.5, "unlikely"),
    ],
)  # fmt: skip
def test_each_threshold_belongs_to_the_stronger_word(probability: float, ratio: float, verdict: str) -> None:
    assert find_verdict(probability, ratio) == verdict
    assert find_verdict(probability, ratio) in CERTAINTIES


def test_nothing_is_denied_that_rose_more_than_something_asserted() -> None:
    order = ["unlikely", "undecided", "possible", "suspected"]
    ranks = [order.index(find_verdict(0.3, ratio / 10)) for ratio in range(1, 200)]
    assert ranks == sorted(ranks)
