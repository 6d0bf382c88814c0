"""A sign that follows a confound on films without a finding is shown first; one that follows a finding is not."""

from __future__ import annotations

import numpy as np

from tests.evaluation.test_held_out import make_held
from thoracite.evaluation.shift_causes import SHOWN, measure_causes
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.signs.listed import name_values, read_signs

SCALE = MiniEncoder.load().signs.weights.scale


def test_what_follows_the_confound_comes_first() -> None:
    held = make_held(300)
    cases = [
        case._replace(labels=frozenset({"No Finding"}) if n % 3 else case.labels, sex="MF"[n // 2 % 2])
        for n, case in enumerate(held.cases)
    ]
    men = np.array([case.sex == "M" for case in cases])
    held.values[:, name_values(read_signs()).index("lung opacity")] = men + np.random.default_rng(0).normal(0, 0.5, 300)
    rows = measure_causes(
        held._replace(cases=cases), SCALE, {"sex": lambda case: case.sex == "M", "nothing": lambda case: None}
    )
    assert len(rows) == SHOWN
    assert rows[0].system == "learned sign"
    assert rows[0].value > 0.85
    assert rows[0].n is not None
    assert rows[0].n <= sum("No Finding" in case.labels for case in cases)
    assert all(row.metric.startswith("AUROC of sex by ") for row in rows)
