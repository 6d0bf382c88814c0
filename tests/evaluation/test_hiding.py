"""Other places are as large as the drawn ones, inside the lungs, and clear of them."""

from __future__ import annotations

import numpy as np

from thoracite.evaluation.hiding import find_irrelevant, hide_all
from thoracite.vision.mini.lungs import Lungs, draw_ellipses

LUNGS = draw_ellipses((0, 0, 400, 400))
RIGHT, LEFT = (80.0, 100.0, 140.0, 160.0), (260.0, 100.0, 320.0, 160.0)


def meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_places_on_both_sides_move_clear_of_each_other() -> None:
    places = find_irrelevant([RIGHT, LEFT], [RIGHT, LEFT], LUNGS)
    assert places is not None
    for place in places:
        assert (round(place[2] - place[0]), round(place[3] - place[1])) == (60, 60)
        assert LUNGS.holds(((place[0] + place[2]) / 2, (place[1] + place[3]) / 2))
        assert not any(meet(place, drawn) for drawn in (RIGHT, LEFT))
    assert not meet(*places)


def test_a_box_as_large_as_the_lungs_has_no_other_place() -> None:
    box = (20.0, 20.0, 380.0, 380.0)
    assert find_irrelevant([box], [box], LUNGS) is None
    nothing = np.zeros_like(LUNGS.right)
    assert find_irrelevant([RIGHT], [RIGHT], Lungs(nothing, nothing, LUNGS.box)) is None


def test_hidden_boxes_are_flat_and_the_rest_stays() -> None:
    pixels = np.random.default_rng(0).random((400, 400)).astype(np.float32)
    hidden = hide_all(pixels, [RIGHT, LEFT])
    assert np.ptp(hidden[100:160, 80:140]) == np.ptp(hidden[100:160, 260:320]) == 0
    assert (hidden != pixels).sum() <= 2 * 60 * 60
