"""A hidden box has the grey of its frame, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from thoracite.errors import InputError
from thoracite.vision.occlusion import hide_box, state_box

PIXELS = np.random.default_rng(0).random((80, 120)).astype(np.float32)


def test_inside_is_the_mean_of_the_frame_and_outside_is_untouched() -> None:
    hidden = hide_box(PIXELS, (30, 20, 60, 50))
    outside = np.ones(PIXELS.shape, dtype=bool)
    outside[20:50, 30:60] = False
    assert (hidden[outside] == PIXELS[outside]).all()
    frame = outside.copy()
    frame[:18] = frame[52:] = False
    frame[:, :28] = frame[:, 62:] = False
    assert hidden[20:50, 30:60] == pytest.approx(PIXELS[frame].mean(), abs=1e-6)
    assert hidden is not PIXELS


def test_what_lies_beyond_the_image_is_cut_off() -> None:
    assert (hide_box(PIXELS, (-50, -50, 10, 10)) == hide_box(PIXELS, (0, 0, 10, 10))).all()


@pytest.mark.parametrize("box", [(5, 5, 5, 9), (9, 5, 5, 9), (200, 5, 300, 9), (0, 0, 120, 80)])
def test_a_box_that_hides_nothing_or_everything_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(InputError, match="expected"):
        hide_box(PIXELS, box)


def test_boxes_are_stated_in_whole_pixels() -> None:
    assert state_box((1.2, 2.7, 3, 4)) == "1,3,3,4"
