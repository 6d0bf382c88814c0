"""Boxes lie where the map is highest and where the finding can be; nothing is put into words that was not measured."""

from __future__ import annotations

import numpy as np
import pytest

from thoracite.vision.mini.lungs import SIDES, draw_ellipses, fit_grid
from thoracite.vision.mini.region import FINE, find_region, lay_maps, weigh_map

FRAME = (100, 50, 800, 750)
LUNGS = draw_ellipses(FRAME)


def heat(*spots: tuple[int, int, float]) -> np.ndarray:
    values = np.zeros((7, 7), dtype=np.float32)
    for row, column, value in spots:
        values[row, column] = value
    return values


@pytest.mark.parametrize(("row", "column"), [(2, 1), (3, 5), (4, 2), (4, 4)])
def test_the_box_holds_the_highest_point_and_lies_in_the_frame(row: int, column: int) -> None:
    x0, y0, x1, y1 = find_region(heat((row, column, 1.0)), FRAME, lungs=LUNGS).box
    assert 100 <= x0 < 100 + 100 * (column + 1)
    assert 100 + 100 * column < x1 <= 800
    assert 50 <= y0 < 50 + 100 * (row + 1)
    assert 50 + 100 * row < y1 <= 750


def test_a_corner_outranks_no_lung() -> None:
    assert find_region(heat((0, 0, 1.0), (3, 5, 0.6)), FRAME, lungs=LUNGS).box[0] > 450
    outside = find_region(heat((0, 0, 1.0), (3, 5, 0.6)), FRAME).box
    assert outside[0] == 100
    assert outside[1] == 50


def test_the_lungs_of_the_image_decide() -> None:
    evenly = heat((3, 1, 1.0), (3, 2, 1.0), (3, 3, 1.0), (3, 4, 1.0), (3, 5, 1.0))
    high = LUNGS._replace(right=np.roll(LUNGS.right, -20, axis=0), left=np.roll(LUNGS.left, -20, axis=0))
    flat = np.ones((7, 7), dtype=np.float32)
    flat[0, 3] = 0
    for lungs in (LUNGS, high):
        row, _ = np.unravel_index(int(weigh_map(flat, lungs).argmax()), (FINE, FINE))
        middles = [(lungs.find_middle(side)[1] - 50) / 700 * FINE for side in SIDES]
        assert min(abs(row + 0.5 - middle) for middle in middles) < 3
    assert weigh_map(evenly, LUNGS).max() <= 1


def test_only_a_finding_with_one_place_names_it_and_none_names_a_side() -> None:
    assert find_region(heat((3, 5, 1.0)), FRAME, lungs=LUNGS).anatomy == ""
    region = find_region(heat((4, 4, 1.0)), FRAME, anatomy="cardiac silhouette")
    assert (region.anatomy, region.side) == ("cardiac silhouette", None)


def test_a_flat_map_still_gives_a_box() -> None:
    nothing = LUNGS._replace(right=np.zeros_like(LUNGS.right))
    for lungs in (LUNGS, nothing, None):
        x0, y0, x1, y1 = find_region(np.zeros((7, 7), dtype=np.float32), FRAME, lungs=lungs).box
        assert x0 < x1
        assert y0 < y1


def test_maps_of_two_views_meet_at_the_same_place() -> None:
    """A peak at (450, 350) px, seen in the whole and in a square round it."""
    whole, chest = heat((3, 3, 1.0)), heat((3, 3, 1.0))
    laid = lay_maps(np.stack([whole, chest])[:, None], [FRAME, (300, 200, 600, 500)], FRAME)
    assert laid.shape == (1, FINE, FINE)
    row, column = np.unravel_index(int(laid[0].argmax()), (FINE, FINE))
    x, y = (100 + (column + 0.5) / FINE * 700, 50 + (row + 0.5) / FINE * 700)
    assert abs(x - 450) < 15
    assert abs(y - 350) < 60
    assert laid.max() > 0.5  # neither alone


def test_one_view_laid_over_itself_is_the_map_made_finer() -> None:
    random = np.random.default_rng(0).random((5, 5), dtype=np.float32)
    laid = lay_maps(random[None, None], [FRAME], FRAME)
    np.testing.assert_allclose(laid[0], fit_grid(random, (FINE, FINE)), atol=1e-5)
