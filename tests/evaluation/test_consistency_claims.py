"""What sentences claim is compared claim by claim; a withheld copy agrees on nothing."""

from __future__ import annotations

import pytest

from thoracite.evaluation.consistency_claims import (
    Point,
    Points,
    Series,
    count_turned,
    find_points,
    measure_claims,
    reduce_words,
)
from thoracite.evaluation.perturbation import PERTURBATIONS
from thoracite.phantom import draw_phantom
from thoracite.pipeline import Explainer
from thoracite.types import Explanation

POSSIBLE = Point("diagnosis", "thx:edema", "", "", "possible")
SUSPECTED = POSSIBLE._replace(said="suspected")
DENIED = Point("summary", "thx:edema", "", "", "unlikely")
BLUNT = Point("reason", "thx:effusion", "thx:angle", "left", "yes")


def make_series(first: Points, *copies: Points | None) -> Series:
    rest = len(PERTURBATIONS) - len(copies)
    return Series("a", first, (*copies, *[first] * rest))


def measure(*series: Series) -> dict[tuple[str, str], float]:
    return {(row.system, row.metric): row.value for row in measure_claims(series)}


def test_claims_agree_by_word_and_by_what_the_word_does() -> None:
    first = frozenset({POSSIBLE, BLUNT})
    rows = measure(make_series(first, frozenset({SUSPECTED, BLUNT})))
    one = next(iter(PERTURBATIONS))
    assert rows["sentences as released", f"same claims in sentences, {one}"] == 0.5
    assert rows["sentences as released", "same claims in sentences, mean of the changes"] == pytest.approx(17 / 18)
    assert rows["sentences as released", "same claims in sentences, whatever the word for an assertion"] == 1
    assert rows["sentences as released", "same claims in sentences of kind reason, mean of the changes"] == 1
    assert rows["sentences as released", "claims that something is there, an image"] == 2
    assert rows["always normal", "same claims in sentences, mean of the changes"] == 1
    assert rows["always normal", "claims that something is there, an image"] == 0


def test_a_withheld_copy_agrees_on_nothing() -> None:
    rows = measure(make_series(frozenset({BLUNT}), None))
    assert rows["sentences as released", f"same claims in sentences, {next(iter(PERTURBATIONS))}"] == 0
    assert rows["sentences as released", "copies withheld"] == pytest.approx(1 / 9)


def test_opposites_are_counted_and_other_words_are_not() -> None:
    assert count_turned(frozenset({POSSIBLE}), frozenset({DENIED})) == 1
    assert count_turned(frozenset({POSSIBLE}), frozenset({SUSPECTED})) == 0
    assert count_turned(frozenset({BLUNT}), frozenset({BLUNT._replace(said="no", kind="expected")})) == 1
    assert count_turned(frozenset({BLUNT}), frozenset({BLUNT._replace(side="right")})) == 1
    assert count_turned(frozenset({BLUNT}), frozenset({BLUNT, BLUNT._replace(side="right")})) == 0
    assert count_turned(frozenset({BLUNT}), frozenset()) == 0


def test_another_patient_is_the_floor() -> None:
    rows = measure(make_series(frozenset({BLUNT})), make_series(frozenset({POSSIBLE})))
    assert rows["another patient", "same claims in sentences, mean of the changes"] == 0


def test_an_explanation_claims_what_it_cites(phantom_explanation: Explanation) -> None:
    points = find_points(phantom_explanation)
    assert {point.kind for point in points} <= {claim.kind for claim in phantom_explanation.claims}
    named = {piece.about.id for piece in phantom_explanation.evidence}
    assert {point.finding for point in points} <= named
    verdicts = {finding.entity.id: finding.verdict for finding in phantom_explanation.findings}
    told = [point for point in points if not point.sign]
    assert told
    assert all(point.said == verdicts[point.finding] for point in told)
    assert len(reduce_words(points)) <= len(points)


@pytest.fixture(scope="module")
def phantom_explanation() -> Explanation:
    return Explainer().explain(draw_phantom(730_004).image)
