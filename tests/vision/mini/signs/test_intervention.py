"""Interventions: a finding moves by exactly what was said of the sign, and by nothing else."""

from __future__ import annotations

import pytest

from thoracite.errors import UsageError
from thoracite.phantom import draw_phantom
from thoracite.settings import Settings
from thoracite.types import Finding, SignScore, find_log_odds
from thoracite.vision.encoder import Reading
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.signs.intervention import parse_change, set_signs

ENCODER = MiniEncoder.load()
EFFUSION = "thx:pleural_effusion"
BLUNT = "thx:blunting_of_costophrenic_angle right"


@pytest.fixture(scope="module")
def reading() -> Reading:
    radiograph = read_radiograph(draw_phantom(2, size=512).image, settings=Settings.read())
    read = ENCODER.read(radiograph._replace(view="PA"))
    assert read.accepted
    return read


def find_finding(findings: tuple[Finding, ...], entity: str = EFFUSION) -> Finding:
    return next(finding for finding in findings if finding.entity.id == entity)


def find_score(finding: Finding, key: str) -> SignScore:
    return next(score for score in finding.signs if f"{score.sign.id} {score.side}" == key)


def test_signs_and_rest_add_up_to_each_finding(reading: Reading) -> None:
    for finding in reading.findings:
        total = finding.base_log_odds + sum(score.log_odds for score in finding.signs) + finding.rest_log_odds
        assert total == pytest.approx(find_log_odds(finding.probability), abs=1e-3)
        assert len(finding.signs) >= 50


def test_a_sign_that_is_taken_away_takes_what_it_added(reading: Reading) -> None:
    before = find_finding(reading.findings)
    score = next(score for score in before.signs if score.valid and score.log_odds != 0)
    key = f"{score.sign.id} {score.side}" if score.side else score.sign.id
    after = find_finding(set_signs(reading.findings, {key: None}, reader=ENCODER.signs, view="PA"))
    assert after.log_odds == pytest.approx(before.log_odds - score.log_odds, abs=1e-9)
    assert after.rest_log_odds == before.rest_log_odds


def test_an_angle_that_is_set_blunt_raises_an_effusion_and_a_sharp_one_lowers_it(reading: Reading) -> None:
    blunt, sharp = (
        set_signs(reading.findings, {BLUNT: answer}, reader=ENCODER.signs, view="PA") for answer in ("yes", "no")
    )
    assert find_finding(blunt).probability > find_finding(sharp).probability
    assert find_score(find_finding(blunt), BLUNT).answer == "yes"
    assert find_score(find_finding(sharp), BLUNT).answer == "no"
    for finding in blunt:
        assert finding.log_odds == pytest.approx(find_log_odds(finding.probability), abs=1e-6)


def test_the_same_value_adds_the_same_in_any_image(reading: Reading) -> None:
    added = [
        find_score(find_finding(set_signs(findings, {BLUNT: 0.01}, reader=ENCODER.signs, view="PA")), BLUNT).log_odds
        for findings in (reading.findings, set_signs(reading.findings, {BLUNT: None}, reader=ENCODER.signs, view="PA"))
    ]
    assert added[0] == added[1] != 0


def test_a_sign_that_is_set_to_its_own_value_changes_nothing(reading: Reading) -> None:
    own = {
        f"{score.sign.id} {score.side}" if score.side else score.sign.id: score.value
        for score in reading.findings[0].signs
        if score.valid
    }
    again = set_signs(reading.findings, own, reader=ENCODER.signs, view="PA")
    for before, after in zip(reading.findings, again, strict=True):
        assert after.probability == pytest.approx(before.probability, abs=1e-9)


@pytest.mark.parametrize(
    ("key", "change"),
    [("thx:unheard_of", "yes"), ("thx:cardiothoracic_ratio_gt_0_55_on_ap_view", "yes"), (BLUNT, "perhaps")],
)
def test_what_cannot_be_set_is_one_sentence(reading: Reading, key: str, change: str) -> None:
    with pytest.raises(UsageError, match=r"no sign that is asked|cannot be set"):
        set_signs(reading.findings, {key: change}, reader=ENCODER.signs, view="PA")


@pytest.mark.parametrize("text", ["nan", "inf", "Yes please", ""])
def test_a_change_is_yes_no_off_or_a_number(text: str) -> None:
    with pytest.raises(UsageError, match="expected yes, no, off or a number"):
        parse_change(text)
