"""Boxes lie where the map is highest and where the finding can be; nothing is put into words that was not measured."""

from __future__ import annotations

import numpy as np
import pytest

from thoracite.retrieval.region import LUNGS, find_region, weigh_map

FRAME = (100, 50, 800, 750)


def heat(*spots: tuple[int, int, float]) -> np.ndarray:
    values = np.zeros((7, 7), dtype=np.float32)
    for row, column, value in spots:
        values[row, column] = value
    return values


@pytest.mark.parametrize(("row", "column"), [(2, 1), (3, 5), (4, 2), (4, 4)])
def test_the_box_holds_the_highest_point_and_lies_in_the_frame(row: int, column: int) -> None:
    x0, y0, x1, y1 = find_region(heat((row, column, 1.0)), FRAME).box
    assert 100 <= x0 < 100 + 100 * (column + 1)
    assert 100 + 100 * column < x1 <= 800
    assert 50 <= y0 < 50 + 100 * (row + 1)
    assert 50 + 100 * row < y1 <= 750


def test_a_corner_outranks_no_lung() -> None:
    assert find_region(heat((0, 0, 1.0), (3, 5, 0.6)), FRAME).box[0] > 450
    outside = find_region(heat((0, 0, 1.0), (3, 5, 0.6)), FRAME, lungs=False).box
    assert outside[0] == 100
    assert outside[1] == 50


def test_lungs_weigh_most_at_their_middles() -> None:
    weighed = weigh_map(np.eye(7, dtype=np.float32)[::-1] + np.eye(7, dtype=np.float32))
    assert weighed.max() <= 1
    for x, y in LUNGS:
        assert weigh_map(np.tile(np.arange(7, dtype=np.float32), (7, 1)))[int(y * 56), int(x * 56)] > 0.2


def test_only_a_finding_with_one_place_names_it_and_none_names_a_side() -> None:
    assert find_region(heat((3, 5, 1.0)), FRAME).anatomy == ""
    region = find_region(heat((4, 4, 1.0)), FRAME, anatomy="cardiac silhouette", lungs=False)
    assert (region.anatomy, region.side) == ("cardiac silhouette", None)


def test_a_flat_map_still_gives_a_box() -> None:
    x0, y0, x1, y1 = find_region(np.zeros((7, 7), dtype=np.float32), FRAME).box
    assert x0 < x1
    assert y0 < y1
