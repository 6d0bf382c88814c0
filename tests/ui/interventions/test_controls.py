"""Controls keep the order of the reading and have room for what was read."""

from __future__ import annotations

from tests.ui.conftest import make_findings
from thoracite.types import Finding, SignScore
from thoracite.ui.interventions.controls import list_controls

READ = make_findings()[0]
KEY = "thx:q_angle left"


def change(**fields: object) -> Finding:
    score = SignScore.model_validate({**dict(READ.signs[0]), **fields})
    return Finding(entity=READ.entity, probability=READ.probability, certainty=READ.certainty, signs=(score,))


def test_a_control_has_both_scores_and_the_value_as_set() -> None:
    (one,), rest = list_controls(READ, change(value=40.0, log_odds=-0.5), {KEY: (10.0, 90.0)})
    assert (one.key, one.read.value, one.now.value, one.value) == (KEY, 71.0, 40.0, 40.0)
    assert (one.low, one.high, rest, one.unit) == (10.0, 90.0, [], "degree")


def test_a_value_beyond_the_range_widens_it() -> None:
    (one,), _ = list_controls(READ, READ, {KEY: (10.0, 60.0)})
    assert (one.low, one.high, one.value) == (10.0, 71.0, 71.0)


def test_a_sign_that_was_taken_away_keeps_its_place() -> None:
    gone = change(value=None, valid=False, invalid_because="it was taken away", log_odds=0, answer=None)
    (one,), _ = list_controls(READ, gone, {KEY: (10.0, 90.0)})
    assert (one.now.valid, one.value) == (False, 71.0)
