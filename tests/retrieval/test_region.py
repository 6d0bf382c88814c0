"""Places: sides are the patient's, zones follow the height, and what is unclear is not named."""

from __future__ import annotations

import numpy as np
import pytest

from thoracite.retrieval.region import find_region

FRAME = (100, 50, 800, 750)


def heat(*spots: tuple[int, int, float]) -> np.ndarray:
    values = np.zeros((7, 7), dtype=np.float32)
    for row, column, value in spots:
        values[row, column] = value
    return values


@pytest.mark.parametrize(
    ("spots", "anatomy", "side"),
    [
        ([(1, 1, 1.0)], "right upper zone", "right"),
        ([(3, 5, 1.0)], "left mid zone", "left"),
        ([(5, 5, 1.0)], "left lower zone", "left"),
        ([(5, 3, 1.0)], "lower zone", None),
        ([(5, 1, 1.0), (5, 5, 0.9)], "both lower zones", "bilateral"),
        ([(5, 1, 1.0), (5, 5, 0.3)], "right lower zone", "right"),
    ],
)
def test_side_and_zone(spots: list[tuple[int, int, float]], anatomy: str, side: str | None) -> None:
    region = find_region(heat(*spots), FRAME)
    assert (region.anatomy, region.side) == (anatomy, side)


def test_the_box_holds_the_spot_and_lies_in_the_frame() -> None:
    x0, y0, x1, y1 = find_region(heat((5, 5, 1.0)), FRAME).box
    assert 100 <= x0 < 650 < x1 <= 800
    assert 50 <= y0 < 600 < y1 <= 750


def test_a_finding_with_one_place_names_no_side() -> None:
    region = find_region(heat((4, 4, 1.0)), FRAME, anatomy="cardiac silhouette")
    assert (region.anatomy, region.side) == ("cardiac silhouette", None)


def test_a_flat_map_still_gives_a_place() -> None:
    assert find_region(np.zeros((7, 7), dtype=np.float32), FRAME).anatomy
