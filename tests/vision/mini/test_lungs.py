"""Zones are thirds of a lung's height, sides are the patient's, and shares add up to one."""

from __future__ import annotations

import numpy as np
import pytest

from thoracite.errors import UsageError
from thoracite.vision.mini.lungs import (
    LEVELS,
    ZONES,
    Lungs,
    Zone,
    draw_ellipses,
    find_ends,
    find_level,
    fit_grid,
    parse_place,
)


@pytest.fixture
def lungs() -> Lungs:
    """Two rectangles on 60 × 60 cells over 600 × 300 pixels from (100, 50): a cell is 10 wide and 5 high."""
    right, left = (np.zeros((60, 60), dtype=bool) for _ in range(2))
    right[0:30, 5:25] = True
    left[15:60, 35:55] = True
    return Lungs(right, left, (100, 50, 700, 350))


def test_a_point_has_the_zone_of_its_own_lung(lungs: Lungs) -> None:
    for row, expected in ((5, "upper"), (14, "middle"), (25, "lower")):
        assert lungs.find_zone((250, 50 + 5 * row)) == Zone("right", expected)
    for row, expected in ((16, "upper"), (37, "middle"), (58, "lower")):
        assert lungs.find_zone((550, 50 + 5 * row)) == Zone("left", expected)


def test_a_point_outside_has_the_zone_that_its_half_has(lungs: Lungs) -> None:
    assert lungs.find_zone((0, 0)) == Zone("right", "upper")
    assert lungs.find_zone((250, 340)) == Zone("right", "lower")
    assert lungs.find_side((395, 150)) == "right"
    assert lungs.find_side((405, 150)) == "left"


def test_shares_of_a_box_and_of_a_map_add_up(lungs: Lungs) -> None:
    shares = lungs.weigh_box((100, 50, 700, 350))
    assert set(shares) == set(ZONES)
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[Zone("left", "middle")] == pytest.approx(15 / 75)
    assert lungs.weigh_box((150, 50, 350, 100)) == {zone: float(zone == Zone("right", "upper")) for zone in ZONES}
    heat = np.zeros((6, 6))
    heat[5, 4] = 3.0
    shares = lungs.weigh_heat(heat)
    assert max(shares, key=lambda zone: shares[zone]) == Zone("left", "lower")
    assert sum(shares.values()) == pytest.approx(1)


def test_what_lies_in_no_lung_has_no_share(lungs: Lungs) -> None:
    assert set(lungs.weigh_box((400, 50, 440, 350)).values()) == {0.0}
    assert set(lungs.weigh_heat(np.zeros((7, 7))).values()) == {0.0}


def test_lungs_that_are_missing_small_or_swapped_were_not_found(lungs: Lungs) -> None:
    empty = np.zeros_like(lungs.right)
    speck = empty.copy()
    speck[3, 3] = True
    for other in (empty, speck):
        assert not lungs._replace(left=other).found
        assert lungs._replace(left=other).find_zone((250, 100)) is None
    assert not lungs._replace(right=lungs.left, left=lungs.right).found
    assert lungs.found


def test_levels_cover_a_lung_once(lungs: Lungs) -> None:
    covered = sum((lungs.left & find_level(lungs.left, level)).astype(int) for level in LEVELS)
    np.testing.assert_array_equal(covered, lungs.left.astype(int))
    assert find_ends(lungs.left) == (15, 60)
    assert find_ends(np.zeros((4, 4), dtype=bool)) == (0, 4)


def test_soft_lungs_are_highest_at_the_middles(lungs: Lungs) -> None:
    soft = lungs.draw_soft((30, 30))
    assert soft.shape == (30, 30)
    assert soft.max() == pytest.approx(1, abs=0.05)
    assert np.unravel_index(int(soft[:, :15].argmax()), (30, 15)) in {(7, 7), (7, 6)}
    assert 0.1 < soft[0, 7] < 0.5  # the border of the right lung
    assert soft[28, 7] < 0.01
    nothing = lungs._replace(left=np.zeros_like(lungs.left))
    np.testing.assert_array_equal(nothing.draw_soft((9, 9)), draw_ellipses(lungs.box).draw_soft((9, 9)))
    assert fit_grid(np.eye(3), (9, 9)).shape == (9, 9)


def test_ellipses_are_two_lungs(lungs: Lungs) -> None:
    drawn = draw_ellipses((0, 0, 100, 100))
    assert drawn.found
    assert drawn.find_middle("right")[0] == pytest.approx(29, abs=1)
    assert drawn.find_middle("left")[0] == pytest.approx(71, abs=1)
    assert lungs.find_middle("right") == pytest.approx((250, 125))


def test_the_square_holds_both_lungs_undistorted() -> None:
    wide = draw_ellipses((100, 50, 900, 450))
    x0, y0, x1, y1 = wide.find_square()
    assert abs((x1 - x0) - (y1 - y0)) <= 1
    assert 0.9 * 0.74 * 800 < x1 - x0 < 1.2 * 0.74 * 800
    assert abs((x0 + x1) / 2 - 500) < 6
    assert abs((y0 + y1) / 2 - (50 + 0.48 * 400)) < 6
    right = wide.right.copy()
    right[0, 30] = True  # one stray cell at the upper border moves it by a pixel or two at most
    stray = wide._replace(right=right).find_square()
    assert max(abs(a - b) for a, b in zip(stray, wide.find_square(), strict=True)) <= 2
    with pytest.raises(ValueError, match="no lungs"):
        Lungs(np.zeros((4, 4), dtype=bool), np.zeros((4, 4), dtype=bool), (0, 0, 4, 4)).find_square()


def test_the_box_of_a_lung_holds_those_of_its_zones(lungs: Lungs) -> None:
    assert lungs.find_box("right") == (150, 50, 350, 200)
    boxes = [lungs.find_box("left", level) for level in LEVELS]
    x0, y0, x1, y1 = lungs.find_box("left")
    assert (boxes[0][1], boxes[2][3]) == (y0, y1)
    assert [boxes[n][3] == boxes[n + 1][1] for n in range(2)] == [True, True]
    assert {(box[0], box[2]) for box in boxes} == {(x0, x1)}


def test_places_have_the_names_of_lungs_and_zones() -> None:
    assert parse_place("left lung") == ("left", None)
    assert all(parse_place(zone.label) == (zone.side, zone.level) for zone in ZONES)
    with pytest.raises(UsageError, match="expected right lung, left lung"):
        parse_place("heart")
