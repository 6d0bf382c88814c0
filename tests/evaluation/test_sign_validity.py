"""Silence of signs: what rests on what was spoilt, and what is counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.evaluation.chest import SPOILS
from thoracite.evaluation.sign_validity import ON_BASES, ON_RIGHT, rests_on, silence_spoilt, summarise_spoilt
from thoracite.vision.training.chest_cases import read_chest_cases
from thoracite.vision.training.frames import MEASURED


def test_what_rests_on_bases_and_on_the_right_side_is_measured() -> None:
    assert {*ON_BASES, *ON_RIGHT} <= set(MEASURED)


@pytest.mark.parametrize(
    ("value", "way", "through", "rests"),
    [
        ("lung area", "the bases cropped", True, True),
        ("lung area", "the bases cropped", False, False),
        ("cardiothoracic ratio", "the bases cropped", True, False),
        ("right basal line", "the left lung whitened", True, False),
        ("left basal line", "the left lung whitened", True, True),
        ("right basal line", "masks shifted by a tenth", True, True),
    ],
)
def test_a_value_rests_on_what_was_spoilt_or_not(value: str, way: str, through: bool, rests: bool) -> None:
    assert way in SPOILS
    assert rests_on(value, way, through) == rests


def test_the_value_that_is_silent_least_often_is_named() -> None:
    chests = np.ones((10, len(SPOILS), len(MEASURED)))
    chests[:4, 2, MEASURED.index("lung area")] = 0
    chests[:, 1] = np.nan
    rows = summarise_spoilt(list(chests))
    assert len(rows) == len(SPOILS) - 1
    assert min(row.value for row in rows) == pytest.approx(0.6)
    assert any("turned" in row.metric and "lung area" in row.metric for row in rows)


def test_a_spoilt_chest_falls_silent(shared: Path) -> None:
    case = read_chest_cases(shared / "data" / "cxr", kept=True)[1]
    silent = silence_spoilt(case.path)
    turned = list(SPOILS).index("turned by 20°")
    assert (silent[turned] == 1).all()
