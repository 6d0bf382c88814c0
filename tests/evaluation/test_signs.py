"""The suite of signs: one that tells its finding is right, one that wavers does not repeat, shares are counted."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evaluation.test_held_out import make_held
from thoracite.evaluation.signs import (
    OTHER,
    SYSTEM,
    count_verified,
    find_answers,
    find_parts,
    list_ties,
    measure_rightness,
    measure_sum,
)
from thoracite.evaluation.signs import _correlate as correlate
from thoracite.evaluation.suite import Row
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.signs.listed import name_values, read_signs

ENCODER = MiniEncoder.load()


def test_ties_are_those_of_the_graph() -> None:
    ties = list_ties()
    assert ties["thx:blunting_of_costophrenic_angle"][FINDINGS.index("Effusion")] == 1
    assert ties["thx:bilateral_symmetric_lung_opacity"][FINDINGS.index("Pneumonia")] == -1
    assert set(ties) == {sign.entity.id for sign in read_signs()}


def test_a_sign_that_follows_its_finding_is_right() -> None:
    held = make_held(600)
    column = name_values(read_signs()).index("cardiothoracic ratio")
    heart = held.targets[:, FINDINGS.index("Cardiomegaly")]
    held.values[:, column] = 0.45 + 0.2 * heart + np.random.default_rng(0).normal(0, 0.05, 600)
    rows = measure_rightness(held, ENCODER.signs.weights.scale, locked=False)
    told = {(row.system, row.metric): row.value for row in rows}
    metric = "AUROC cardiothoracic ratio > 0.5 on PA view tells Cardiomegaly, folds"
    assert told[SYSTEM, metric] > 0.95
    assert told[OTHER, metric] < 0.9


def test_the_higher_side_answers_and_nothing_where_neither_was_measured() -> None:
    held, names = make_held(40), name_values(read_signs())
    held.values[0, [names.index(f"{side} costophrenic depth") for side in ("right", "left")]] = np.nan
    answers = find_answers(held, ENCODER.signs.weights.scale)
    blunt = answers["thx:blunting_of_costophrenic_angle"]
    assert np.isnan(blunt[0])
    assert not np.isnan(blunt[1:]).any()


@pytest.mark.parametrize(("noise", "least", "most"), [(0.05, 0.95, 1.0), (3.0, -0.3, 0.4)])
def test_values_that_waver_do_not_correlate(noise: float, least: float, most: float) -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(100, 1)) + noise * random.normal(size=(100, 4))
    assert least < correlate(values)(np.arange(100)) <= most


def tell(label: str, value: float, low: float, other: float) -> list[Row]:
    metric = f"AUROC {label} tells Effusion, locked"
    return [
        Row(system=SYSTEM, metric=metric, value=value, low=low, high=1.0, n=9),
        Row(system=OTHER, metric=metric, value=other, n=9),
    ]


def test_only_what_is_right_and_repeats_is_counted_and_side_and_zone_variants_once() -> None:
    right = [
        *tell("denser upper lung zone on one side", 0.7, 0.6, 0.6),
        *tell("denser lower lung zone on one side", 0.7, 0.6, 0.6),
        *tell("perihilar haze", 0.7, 0.6, 0.75),
        *tell("reticular pattern", 0.7, 0.45, 0.6),
        *tell("retrocardiac opacity", 0.7, 0.6, 0.6),
        *tell("basal gradient of lung density", 0.7, 0.6, 0.6),
    ]
    values = {
        "difference of upper densities": 0.95, "difference of lower densities": 0.95, "inner less outer density": 0.95,
        "roughness": 0.95, "retrocardiac density": 0.95, "lower less upper density": 0.5,
    }  # fmt: skip
    repeated = [
        Row(system=SYSTEM, metric=f"intraclass correlation of {name}, exported again", value=value, n=9)
        for name, value in values.items()
    ]
    counted = {row.metric: row.value for row in count_verified(right, repeated)}
    assert counted["signs that are right and repeat"] == 3
    assert counted["distinct signs that are right and repeat"] == 2
    assert counted["verified: retrocardiac opacity"] == 1
    assert counted["verified: perihilar haze"] == 0


def test_parts_add_up_to_what_is_read_within_the_limits() -> None:
    held = make_held(120)
    parts = find_parts(held, ENCODER)
    assert np.isfinite(parts.whole).all()
    cases = [case._replace(side=128, source="nih_lowres") for case in held.cases]
    metrics = {row.metric for row in measure_sum(held._replace(cases=cases), ENCODER)}
    assert metrics == set() or any("share of named evidence" in metric for metric in metrics)
