"""Frames: borders go, the range is even, and boxes find their way back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thoracite.vision.mini.framing import frame_box, frame_pixels, unframe_box


def chest(height: int = 200, width: int = 160) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    return (0.2 + 0.6 * ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2)).astype(np.float32)


def test_borders_are_cropped_and_the_way_back_is_known() -> None:
    padded = np.pad(chest(), ((20, 30), (40, 10)))
    frame = frame_pixels(padded, size=64)
    assert frame.box == (40, 20, 200, 220)
    assert unframe_box((0, 0, 1, 1), frame.box) == (40, 20, 200, 220)
    np.testing.assert_allclose(frame.pixels, frame_pixels(chest(), size=64).pixels, atol=0.06)


def test_brightness_and_contrast_do_not_matter() -> None:
    plain = frame_pixels(chest(), size=64).pixels
    np.testing.assert_allclose(frame_pixels(chest() * 0.5 + 0.2, size=64).pixels, plain, atol=1e-3)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_blank_image_keeps_its_size(value: float) -> None:
    frame = frame_pixels(np.full((70, 90), value, dtype=np.float32), size=32)
    assert frame.pixels.shape == (32, 32)
    assert np.isfinite(frame.pixels).all()
    assert frame.box == (0, 0, 90, 70)


@given(st.integers(64, 150), st.integers(64, 150), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_frame_lies_inside_its_image(height: int, width: int, seed: int) -> None:
    frame = frame_pixels(np.random.default_rng(seed).random((height, width), dtype=np.float32) ** 4, size=48)
    x0, y0, x1, y1 = frame.box
    assert 0 <= x0 < x1 <= width
    assert 0 <= y0 < y1 <= height
    assert frame.pixels.min() >= 0
    assert frame.pixels.max() <= 1


def test_a_box_is_cut_out_without_squashing() -> None:
    y, x = np.mgrid[0:300, 0:200]
    disc = ((x - 120) ** 2 + (y - 140) ** 2 < 30**2).astype(np.float32)
    frame = frame_box(disc, (70, 90, 170, 190), size=50)
    rows, columns = (np.flatnonzero(frame.pixels.max(axis=axis) > 0.5) for axis in (1, 0))
    assert abs(len(rows) - 30) <= 1
    assert abs(len(columns) - 30) <= 1
    assert frame.box == (70, 90, 170, 190)


def test_what_lies_beyond_the_radiograph_is_black() -> None:
    bright = np.linspace(0.4, 1, 100 * 100, dtype=np.float32).reshape(100, 100)
    frame = frame_box(bright, (-100, 0, 100, 200), size=20)
    assert not frame.pixels[:, :9].any()
    assert not frame.pixels[11:].any()
    assert frame.pixels[:10, 10:].max() > 0.8
