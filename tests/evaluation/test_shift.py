"""The shift experiment: its cells are as stated, patients are parted, and what follows a confound is fooled."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.evaluation.held_out import HeldOut
from thoracite.evaluation.shift import (
    CONFOUNDS,
    LEAST_TESTED,
    SEEDS,
    TARGETS,
    Material,
    draw_cells,
    score_systems,
    tabulate,
)
from thoracite.vision.labels import FINDINGS
from thoracite.vision.training.cases import Case

EFFUSION = "Effusion"


def make_cases(number: int, *, ill: float = 0.5) -> list[Case]:
    random = np.random.default_rng(0)
    return [
        Case(
            Path(f"{n}.png"), "nih_lowres", "a", f"p{n // 2}", ("PA", "AP")[int(random.integers(2))],
            frozenset({EFFUSION} if random.random() < ill else {"No Finding"}), "", (),
            age=float(random.integers(20, 90)), sex="MF"[int(random.integers(2))],
            side=(64, 128)[int(random.integers(2))],
        )
        for n in range(number)
    ]  # fmt: skip


def test_it_is_registered_with_enough_confounds_and_resamples() -> None:
    assert len(CONFOUNDS) >= 4
    assert len(SEEDS) >= 10
    assert set(TARGETS) <= set(FINDINGS)


@pytest.mark.parametrize("confound", ["view", "sex", "age band", "resolution"])
@pytest.mark.parametrize("seed", [0, 1])
def test_cells_turn_round_and_patients_are_parted(confound: str, seed: int) -> None:
    cases = make_cases(2000)
    cells = draw_cells(cases, EFFUSION, confound, seed)
    assert cells is not None
    side = CONFOUNDS[confound]
    for rows, turned in ((cells.train, False), (cells.inside, False), (cells.outside, True)):
        ill = [side(cases[row]) for row in rows if EFFUSION in cases[row].labels]
        well = [side(cases[row]) for row in rows if EFFUSION not in cases[row].labels]
        assert len(ill) == len(well) >= LEAST_TESTED
        assert set(ill) == {bool(seed) != turned}
        assert set(well) == {bool(seed) == turned}
    groups = [{cases[row].group for row in rows} for rows in cells]
    assert not groups[0] & (groups[1] | groups[2])


def test_a_cell_that_is_too_small_is_left_out() -> None:
    assert draw_cells(make_cases(2000, ill=0.01), EFFUSION, "view", 0) is None


def test_the_same_seed_draws_the_same() -> None:
    first, again = (draw_cells(make_cases(1500), EFFUSION, "sex", 3) for _ in range(2))
    assert first is not None
    assert again is not None
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_probe_on_a_confound_is_fooled_and_a_sign_of_the_finding_is_not() -> None:
    cases, random = make_cases(2000), np.random.default_rng(1)
    held = HeldOut(cases, np.zeros((2000, 1)), np.zeros((2000, 1)), np.zeros((2000, 1), dtype=np.float32))
    truth = np.array([EFFUSION in case.labels for case in cases])
    confound = np.array([case.view == "AP" for case in cases])
    features = np.column_stack([confound + random.normal(0, 0.1, 2000), truth + random.normal(0, 1, 2000)])
    climbed = np.clip(truth + random.normal(0, 0.4, 2000), 0, 1)[:, None] - 0.5
    priors = np.zeros((len(FINDINGS), 1))
    priors[FINDINGS.index(EFFUSION)] = 1
    cells = draw_cells(cases, EFFUSION, "view", 0)
    assert cells is not None
    scores = score_systems(held, Material(features, climbed, priors), EFFUSION, cells, 0)
    assert scores["linear probe"][0] > 0.95
    assert scores["linear probe"][1] < 0.3
    assert scores["signs"].min() > 0.8
    rows = {(row.system, row.metric): row.value for row in tabulate({(EFFUSION, "view", 0): scores})}
    assert rows["signs minus linear probe", "accuracy out-of-domain, all confounds"] > 0.5


def test_systems_that_were_added_later_are_brief_and_compared_where_they_were_measured() -> None:
    one = {"linear probe": np.array([0.9, 0.3]), "signs": np.array([0.8, 0.7])}
    later = {"a network (added later)": np.array([1.0, 0.1])}
    rows = tabulate({(EFFUSION, "view", 0): one | later, (EFFUSION, "sex", 0): one, ("Atelectasis", "sex", 1): one})
    told = {(row.system, row.metric): row for row in rows}
    assert told["a network (added later)", "accuracy in-domain, all confounds"].n == 1
    assert told["signs minus a network (added later)", "accuracy out-of-domain, all confounds"].value == pytest.approx(
        0.6
    )
    assert ("a network (added later)", "accuracy gap, confounded by view") not in told
    assert told["signs minus linear probe", "accuracy out-of-domain, finding Atelectasis"].n == 1
    assert told["linear probe", "accuracy gap, confounded by sex"].n == 2
