"""Scores of signs: a yes lies clearly beyond its reference, and what nobody bore out answers nothing."""

from __future__ import annotations

import pytest

from thoracite.phantom.phantom import draw_phantom
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.signs.evidence import BEYOND, WITHIN, SignReader
from thoracite.vision.mini.signs.listed import VIEWS


@pytest.fixture(scope="module")
def encoder() -> MiniEncoder:
    return MiniEncoder.load()


def answer_at(reader: SignReader, number: int, deviation: float, start: str) -> str | None:
    scale, row = reader.weights.scale, VIEWS.index("PA")
    value = float(getattr(scale, start)[row, number]) + deviation * float(scale.spread[row, number])
    return reader.score_value(number, value, 0.0, "PA").answer


def test_a_measured_sign_answers_clearly_beyond_its_reference_and_well_within_it(encoder: MiniEncoder) -> None:
    reader = encoder.signs
    for number, sign in enumerate(reader.signs):
        if sign.kind == "measured" and sign.view != "AP":
            assert answer_at(reader, number, BEYOND + 0.05, "limit") == "yes", sign.question
            assert answer_at(reader, number, BEYOND - 0.05, "limit") != "yes", sign.question
            assert answer_at(reader, number, WITHIN - 0.05, "middle") == "no", sign.question


def test_a_sign_that_was_not_borne_out_adds_nothing_and_answers_nothing(encoder: MiniEncoder) -> None:
    reading = encoder.read(read_radiograph(draw_phantom(189, size=512).image, settings=Settings.read()))
    unverified = {sign.question for sign in encoder.signs.signs if not sign.verified}
    assert unverified
    for finding in reading.findings:
        scores = [score for score in finding.signs if score.sign.question in unverified]
        assert {score.log_odds for score in scores} <= {0.0}
        assert {score.answer for score in scores} <= {None}
