"""The whole and the chest of a radiograph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.crops import SIDE, crop_radiograph
from thoracite.vision.mini.lungs import SIDES
from thoracite.vision.mini.measures import measure_crops
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.training.cases import read_cases
from thoracite.vision.training.frames import jolt_pixels, map_cores, measure_again, prepare_cases, read_crops


def test_the_chest_holds_both_lungs_and_little_else(shared: Path) -> None:
    segmenter = ChestSegmenter.load()
    for case in read_cases(shared / "data" / "cxr", "nih")[:6]:
        pixels = read_radiograph(case.path, settings=Settings.read()).pixels
        crops = crop_radiograph(pixels, segmenter)
        x0, y0, x1, y1 = crops.chest.box
        assert abs((x1 - x0) - (y1 - y0)) <= 4  # a pixel of the shrunk image
        seen = segmenter.segment_frame(crops.chest).lungs
        assert seen.found
        assert 0.2 < (seen.right | seen.left).mean() < 0.7
        assert crops.whole.pixels.shape == crops.chest.pixels.shape == (SIDE, SIDE)


def test_where_there_are_no_lungs_the_chest_is_the_whole() -> None:
    crops = crop_radiograph(np.zeros((300, 200), dtype=np.float32), ChestSegmenter.load())
    assert not crops.anatomy.lungs.found
    assert crops.chest.box == crops.whole.box
    assert crops.chest.pixels is crops.whole.pixels


@pytest.mark.parametrize(("height", "width"), [(1301, 1403), (2048, 1100)])
def test_a_large_radiograph_is_seen_as_a_small_one(shared: Path, height: int, width: int) -> None:
    case = read_cases(shared / "data" / "cxr", "nih")[0]
    pixels, segmenter = read_radiograph(case.path, settings=Settings.read()).pixels, ChestSegmenter.load()
    large = np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC).convert("F"))
    small, crops = (crop_radiograph(np.clip(each, 0, 1), segmenter) for each in (pixels, large))
    x0, y0, x1, y1 = crops.whole.box
    assert 0 <= x0 < x1 <= width
    assert 0 <= y0 < y1 <= height
    assert crops.anatomy.lungs.box == crops.whole.box
    for side in SIDES:
        one, other = small.anatomy.lungs.find_middle(side), crops.anatomy.lungs.find_middle(side)
        assert other[0] / width == pytest.approx(one[0] / pixels.shape[1], abs=0.02)
        assert other[1] / height == pytest.approx(one[1] / pixels.shape[0], abs=0.02)


def test_read_views_are_what_the_encoder_sees(shared: Path) -> None:
    paths = [case.path for case in read_cases(shared / "data" / "cxr", "nih")[:2]]
    frames = read_crops(paths)
    assert frames.shape == (2, 2, SIDE, SIDE)
    crops = crop_radiograph(read_radiograph(paths[1], settings=Settings.read()).pixels, ChestSegmenter.load())
    np.testing.assert_allclose(frames[1, 0] / 255, crops.whole.pixels, atol=0.003)
    np.testing.assert_allclose(frames[1, 1] / 255, crops.chest.pixels, atol=0.003)


def test_a_radiograph_is_measured_again_a_little_turned_and_cropped(shared: Path, tmp_path: Path) -> None:
    cases = read_cases(shared / "data" / "cxr", "nih")[:8]
    first, again = prepare_cases(cases, tmp_path).signs, measure_again(cases, tmp_path)
    assert not np.array_equal(first, again, equal_nan=True)
    spread = np.nanstd(first, axis=0)
    assert np.nanmedian(np.abs(again - first) / spread) < 0.4
    np.testing.assert_array_equal(first, prepare_cases([], tmp_path).signs)  # from the files
    pixels = read_radiograph(cases[0].path, settings=Settings.read()).pixels
    np.testing.assert_array_equal(jolt_pixels(pixels, seed=3), jolt_pixels(pixels, seed=3))
    smallest = min(jolt_pixels(pixels, seed=seed).size for seed in range(20))
    assert 0.94**2 * 0.99 < smallest / pixels.size < 0.96


def test_what_is_not_valid_is_not_measured(shared: Path) -> None:
    case = read_cases(shared / "data" / "cxr", "nih")[0]
    pixels = read_radiograph(case.path, settings=Settings.read()).pixels
    upright, turned = (
        crop_radiograph(np.asarray(Image.fromarray(pixels).rotate(angle)), ChestSegmenter.load()) for angle in (0, 25)
    )
    assert not upright.faults
    assert np.isfinite(measure_crops(upright)).mean() > 0.9
    assert turned.faults
    assert np.isnan(measure_crops(turned)).all()


def test_many_items_are_mapped_in_their_order() -> None:
    assert list(map_cores(abs, range(-70, 0), told="numbers")) == [*range(70, 0, -1)]
