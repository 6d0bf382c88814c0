"""Points, sides and zones are counted as they were drawn, by pixels and by patients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.evaluation.localisation import (
    Pointed,
    find_drawn_side,
    find_point,
    measure_pointing,
    measure_sides,
    measure_zones,
    point_case,
)
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.lungs import draw_ellipses
from thoracite.vision.training.cases import read_cases

LUNGS = draw_ellipses((0, 0, 400, 400))
RIGHT, LEFT = (100.0, 190.0), (290.0, 190.0)


def point(group: str, place: tuple[float, float], *boxes: tuple[float, float, float, float]) -> Pointed:
    return Pointed(group, (400, 400), boxes, LUNGS, True, place, (5.0, 5.0))


@pytest.fixture
def pointed() -> list[Pointed]:
    """A hit on the right, a miss on the wrong side, and a hit with boxes on both sides."""
    right, left = (80, 150, 140, 230), (260, 150, 320, 230)
    return [point("a", RIGHT, right), point("b", RIGHT, left), point("c", LEFT, right, left)]


def test_the_highest_point_is_given_in_pixels() -> None:
    heat = np.zeros((4, 8))
    heat[1, 6] = 1
    assert find_point(heat, (10, 20, 90, 60)) == (75.0, 35.0)


def test_hits_and_what_is_gained_over_each_baseline(pointed: list[Pointed]) -> None:
    rows = {(row.system, row.metric): row for row in measure_pointing(pointed)}
    game = "pointing game"
    assert rows["thoracite-mini", game].value == pytest.approx(2 / 3)
    assert rows["thoracite-mini, lungs as ellipses", game].value == 0
    assert rows["middle of a lung of the image", game].value == pytest.approx((0.5 + 0.5 + 1) / 3)
    gained = rows["thoracite-mini less thoracite-mini, lungs as ellipses", game]
    assert gained.value == pytest.approx(2 / 3)
    assert rows["thoracite-chest", "middle of a box lies in a lung"].value == 1


def test_sides_count_where_all_boxes_lie_on_one(pointed: list[Pointed]) -> None:
    assert [find_drawn_side(one) for one in pointed] == ["right", "left", None]
    mine, always = measure_sides(pointed)
    assert (mine.value, mine.n) == (0.5, 2)
    assert always.value == 0.5


def test_zones_count_where_there_is_one_box(pointed: list[Pointed]) -> None:
    mine, always = measure_zones(pointed)
    assert (mine.value, mine.n) == (0.5, 2)
    assert always.system == "always right middle zone"


def test_boxes_of_real_images_come_in_pixels(shared: Path) -> None:
    case = next(case for case in read_cases(shared / "data" / "cxr", "nih") if case.boxes)
    for one in point_case(MiniEncoder.load(), case):
        height, width = one.shape
        assert one.lungs.found
        assert all(0 <= x0 < x1 <= width + 1 and 0 <= y0 < y1 <= height + 1 for x0, y0, x1, y1 in one.boxes)
        for x, y in (one.point, one.plain):
            assert 0 <= x <= width
            assert 0 <= y <= height
