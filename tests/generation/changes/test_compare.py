"""Two films of one patient, imagined: which differences are evidence, and which are not said."""

from __future__ import annotations

from itertools import product

import pytest

from tests.generation.conftest import rate
from thoracite.generation.changes.compare import (
    Film,
    collect_differences,
    compare_readings,
    describe_gap,
    find_change,
    is_comparable,
    read_limits,
    read_values,
)
from thoracite.types import Difference, Entity, Finding, Sign, SignScore, View
from thoracite.types.verdict import ORDER
from thoracite.vision.encoder import Reading
from thoracite.vision.mini.signs.listed import read_signs

RATIO = "thx:cardiothoracic_ratio_gt_0_5_on_pa_view"
RATIOS = {"likely": 60.0, "suspected": 15.0, "possible": 4.0, "undecided": 1.1, "unlikely": 0.3}
LIMIT = read_limits()["cardiothoracic ratio", "PA"]


def say(verdict: str, label: str = "lung mass") -> Finding:
    prior = 0.05
    odds = RATIOS[verdict] * prior / (1 - prior)
    found = rate(label, odds / (1 + odds), prior)
    assert found.verdict == verdict
    return found


def measure(value: float | None, *, view: View = "PA", sure: bool = True) -> Film:
    sign = Sign(id=RATIO, question="Is the heart wide?", entity=Entity(id=RATIO, label="wide heart"), kind="measured")
    reason = {"valid": False, "invalid_because": "a base is opaque"} if value is None else {}
    score = SignScore.model_validate({"sign": sign, "value": value, **reason})
    finding = say("undecided", "cardiomegaly")
    return Film((finding.model_copy(update={"signs": (score,)}),), view, sure)


def compare(earlier: Film, now: Film) -> dict[str, Difference]:
    found = collect_differences(earlier, now, before=[])
    return {piece.difference.name: piece.difference for piece in found if piece.difference is not None}


def test_a_value_has_changed_beyond_what_films_of_one_patient_differ_by() -> None:
    changes = [
        compare(measure(0.48), measure(0.48 + moved))["cardiothoracic ratio"].change
        for moved in (LIMIT + 0.001, LIMIT - 0.001, 0.0, -LIMIT + 0.001, -LIMIT - 0.001)
    ]
    assert changes == ["larger", "unchanged", "unchanged", "unchanged", "smaller"]


@pytest.mark.parametrize(
    ("earlier", "now"),
    [
        (measure(0.4, view="AP"), measure(0.6)),
        (measure(0.4), measure(0.6, view="AP")),
        (measure(0.4, sure=False), measure(0.6)),
        (measure(0.4), measure(0.6, sure=False)),
        (measure(0.4, view="unknown"), measure(0.6, view="unknown")),
        (measure(None), measure(0.6)),
        (measure(0.4), measure(None)),
    ],
)
def test_sizes_are_compared_in_one_view_alone_and_where_both_were_measured(earlier: Film, now: Film) -> None:
    assert "cardiothoracic ratio" not in compare(earlier, now)
    measured = all(score.valid for film in (earlier, now) for score in film.findings[0].signs)
    assert bool(list(describe_gap(earlier, now))) is measured
    assert is_comparable(earlier, now) is not measured


def test_a_heart_that_is_likely_in_another_view_is_not_called_new() -> None:
    films = [
        Film((say(verdict, "cardiomegaly"),), view, sure=True)
        for verdict, view in (("unlikely", "PA"), ("likely", "AP"))
    ]
    assert compare(*films) == {}
    masses = [Film((say(verdict),), view, sure=True) for verdict, view in (("unlikely", "PA"), ("likely", "AP"))]
    assert compare(*masses)["lung mass"].change == "new"


def test_a_finding_has_changed_where_its_verdicts_are_more_than_one_step_apart() -> None:
    for old, now in product(ORDER, ORDER):
        change = find_change(say(old), say(now))
        steps = ORDER.index(old) - ORDER.index(now)
        if abs(steps) == 1 or (steps == 0 and now in {"undecided", "unlikely"}):
            assert change is None, (old, now)
        elif steps == 0:
            assert change == "unchanged"
        elif "unlikely" in (old, now):
            assert change == ("new" if old == "unlikely" else "gone"), (old, now)
        else:
            assert change == ("surer" if steps > 0 else "less sure"), (old, now)


def test_without_a_prior_nothing_is_said() -> None:
    finding = say("likely")
    bare = Finding(entity=finding.entity, probability=0.8, certainty="definitely present")
    assert find_change(bare, finding) is find_change(finding, bare) is None


def test_a_film_that_was_refused_is_not_compared_and_said_so() -> None:
    refused = Reading(accepted=False, reason="it is no chest X-ray")
    compared = compare_readings(refused, Reading(findings=measure(0.5).findings, view="PA"), [])
    assert compared.evidence == ()
    assert compared.notes == ("The earlier film was not read, so nothing is compared: it is no chest X-ray.",)


def test_what_could_not_be_judged_in_the_earlier_film_is_told() -> None:
    earlier = Reading(findings=measure(0.4).findings, view="PA", notes=("The lungs were not found.",))
    compared = compare_readings(earlier, Reading(findings=measure(0.6).findings, view="PA"), [])
    assert compared.notes == ("Earlier film: the lungs were not found.",)
    assert [piece.difference.change for piece in compared.evidence if piece.difference] == ["larger"]


def test_every_value_that_is_compared_is_a_sign_that_was_borne_out_with_limits_for_both_views() -> None:
    signs = {(sign.entity.id, sign.side): sign for sign in read_signs()}
    for value in read_values():
        sign = signs[value.sign, value.side]
        assert (sign.measure, sign.kind, sign.verified) == (value.value, "measured", True)
        assert all(read_limits()[value.value, view] > 0 for view in ("PA", "AP"))
