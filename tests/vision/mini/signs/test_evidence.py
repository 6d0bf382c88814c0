"""Scores of signs: a yes lies clearly beyond its reference, and what nobody bore out answers nothing."""

from __future__ import annotations

import numpy as np
import pytest

from thoracite.phantom.phantom import draw_phantom
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.signs.evidence import BEYOND, WITHIN, SignReader, keep_told, list_values
from thoracite.vision.mini.signs.learned import BESIDE_LOWER, LEARNED, LOWER_MEASURES
from thoracite.vision.mini.signs.listed import VIEWS, name_values, read_signs


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


def test_learned_signs_of_zones_that_are_not_outlined_are_silent_and_count_as_the_networks_own(
    encoder: MiniEncoder,
) -> None:
    blind = encoder.forward(read_radiograph(draw_phantom(2, size=512).image, settings=Settings.read()).pixels)
    assert blind.crops.faults
    assert any(np.isfinite(blind.signs[name].value) for name in LEARNED)
    weighed = encoder.weigh(blind, "PA")
    assert not weighed.parts.any()
    scores = encoder.signs.score_all(blind.signs, weighed.parts, "PA")[0]
    assert not any(score.valid for score in scores)
    assert {score.invalid_because for score in scores} == {", ".join(blind.crops.faults)}
    told = {name: value._replace(fault=None) for name, value in blind.signs.items()}
    logits = blind.logits.mean(axis=0)[: len(weighed.base)]
    assert encoder.signs.weigh(logits, told, "PA").whole == pytest.approx(weighed.whole)


def test_lower_zones_are_silent_where_what_is_measured_there_is(encoder: MiniEncoder) -> None:
    pixels = read_radiograph(draw_phantom(214, size=512).image, settings=Settings.read()).pixels
    cut = encoder.forward(pixels[: int(0.72 * len(pixels))])
    assert cut.signs[BESIDE_LOWER].fault is not None
    for name in LEARNED:
        hushed = bool(cut.crops.faults) or name in LOWER_MEASURES
        assert (cut.signs[name].fault is not None) == hushed, name
    values = list_values(cut.signs)[None]
    names = name_values(read_signs())
    kept = dict(zip(names, keep_told(values)[0].tolist(), strict=True))
    assert all(np.isnan(kept[name]) == (value.fault is not None) for name, value in cut.signs.items())
