"""Signs against drawn truth: errors, boxes at a sign's place, and what counts as right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.evaluation.test_held_out import make_held
from thoracite.evaluation.sign_truth import (
    BORDERS,
    ELSEWHERE,
    GEOMETRY,
    SYSTEM,
    Marked,
    compare_masks,
    find_truth,
    list_right,
    mark_boxes,
    measure_unoutlined,
    rate_pairs,
)
from thoracite.evaluation.sign_truth import _rate_places as rate_places
from thoracite.evaluation.suite import Row
from thoracite.vision.mini.signs.listed import name_values, read_signs
from thoracite.vision.training.cases import read_cases
from thoracite.vision.training.chest_cases import read_chest_cases

SIGNS = {(sign.measure, sign.side): sign for sign in read_signs()}


def mark(*zones: int, border: float = 0.0) -> Marked:
    return Marked(np.isin(np.arange(6), zones), np.full(len(BORDERS), border))


def test_the_values_of_geometry_are_asked() -> None:
    assert {*GEOMETRY, *BORDERS} <= set(name_values(read_signs()))


def test_a_measure_that_follows_is_right_and_one_that_does_not_is_not() -> None:
    drawn = np.random.default_rng(0).normal(size=60)
    good, bad = (np.column_stack([drawn + noise * drawn[::-1], drawn]) for noise in (0.05, 2.0))
    assert "low lung volumes" in list_right(rate_pairs("lung area", good))
    assert "low lung volumes" not in list_right(rate_pairs("lung area", bad))


@pytest.mark.parametrize(
    ("measure", "side", "zones", "truth"),
    [
        ("right upper opacity", "right", (0,), 1),
        ("left upper opacity", "left", (0,), 0),
        ("difference of lower densities", "left", (5,), 1),
        ("opacities in several zones", None, (1, 5), 1),
        ("opacities in several zones", None, (1,), 0),
        ("opacity on one side", None, (0, 1), 1),
        ("opacity on one side", None, (1, 5), 0),
    ],
)
def test_an_opacity_lies_at_a_place_or_elsewhere(
    measure: str, side: str | None, zones: tuple[int, ...], truth: int
) -> None:
    (found,) = find_truth(SIGNS[measure, side], make_held(1).cases, [mark(*zones)])
    assert found.tolist() == [truth]


def test_a_border_is_lost_where_a_quarter_of_it_is_covered() -> None:
    sign = SIGNS["right heart border edge", "right"]
    marked = [mark(border=border) for border in (0.2, 0.3, np.nan)]
    (found,) = find_truth(sign, make_held(3).cases, marked)
    np.testing.assert_array_equal(found, [0, 1, np.nan])


def test_a_sign_without_a_place_has_no_boxes() -> None:
    assert list(find_truth(SIGNS["lung area", "bilateral"], make_held(1).cases, [mark()])) == []


def test_a_sign_that_tells_an_opacity_anywhere_is_not_right() -> None:
    random = np.random.default_rng(0)
    cases = [
        case._replace(reading="Lung Opacity" if n % 2 else "Normal") for n, case in enumerate(make_held(400).cases)
    ]
    opaque = np.array([case.reading == "Lung Opacity" for case in cases])
    there = opaque & (random.uniform(size=400) < 0.5)
    right = {}
    for name, told in (("here", there), ("anywhere", opaque)):
        values = (told + random.normal(0, 0.5, 400))[:, None]
        rows = rate_places("retrocardiac opacity", values, [(0, there.astype(float))], cases, "folds")
        assert {row.system for row in rows} == {SYSTEM, ELSEWHERE}
        right[name] = bool(list_right(rows))
    assert right == {"here": True, "anywhere": False}


def test_drawn_masks_and_boxes_are_laid_on_the_chest(shared: Path) -> None:
    cxr = shared / "data" / "cxr"
    compared = compare_masks(read_chest_cases(cxr, kept=True)[1])
    assert compared is not None
    one, other = compared
    assert one["cardiothoracic ratio"] == pytest.approx(other["cardiothoracic ratio"], abs=0.1)
    boxed = next(case for case in read_cases(cxr, "nih_lowres") if case.reading == "Lung Opacity")
    assert mark_boxes(boxed).zones.any()


def test_learned_signs_are_rated_apart_where_no_outline_is_valid() -> None:
    held, random = make_held(400), np.random.default_rng(0)
    there = random.uniform(size=400) < 0.5
    box = ("Lung Opacity", 0.1, 0.1, 0.2, 0.2)
    cases = [
        case._replace(reading="Lung Opacity" if one else "Normal", boxes=(box,) if one else (), view="PA")
        for case, one in zip(held.cases, there, strict=True)
    ]
    names = name_values(read_signs())
    values = np.full((400, len(names)), np.nan)
    values[:, names.index("right upper opacity")] = there + random.uniform(0, 0.5, 400)
    values[:, names.index("lung opacity")] = random.uniform(size=400)
    values[:200, names.index("lung area")] = 0.3
    rows = {row.metric: row for row in measure_unoutlined(held._replace(cases=cases, values=values))}
    assert len(rows) == 4
    for told, part in (("outlines valid", slice(None, 200)), ("no outline valid", slice(200, None))):
        right = rows[f"AUROC learned signs tell a box by zone, PA, {told}"]
        unlocked = [one for one, case in zip(there[part], cases[part], strict=True) if not case.locked]
        assert (right.value, right.n) == (1, sum(unlocked))
        chance = rows[f"AUROC learned signs tell an opacity anywhere, PA, {told}"]
        assert chance.value == pytest.approx(0.5, abs=0.15)


def test_rows_without_an_interval_above_chance_are_not_right() -> None:
    metric = "AUROC retrocardiac opacity tells a box there, folds"
    rows = [
        Row(system=SYSTEM, metric=metric, value=0.7, low=0.48, high=0.9, n=20),
        Row(system=ELSEWHERE, metric=metric, value=0.5, n=20),
    ]
    assert list_right(rows) == set()
    assert list_right([rows[0].model_copy(update={"low": 0.6}), rows[1]]) == {"retrocardiac opacity"}
