"""Lungs and heart are found where phantoms have them (synthetic), always the same; broken weights are one sentence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from thoracite.errors import ModelError
from thoracite.phantom import Phantom, draw_phantom
from thoracite.vision.mini.framing import Frame, frame_pixels
from thoracite.vision.mini.lungs import Mask
from thoracite.vision.mini.segmenter import FOLDER, ChestSegmenter

SIZE = 256


@pytest.fixture(scope="module")
def segmenter() -> ChestSegmenter:
    return ChestSegmenter.load()


@pytest.fixture(scope="module")
def phantoms() -> list[Phantom]:
    return [draw_phantom(seed, abnormalities=(), size=SIZE) for seed in range(4)]


def paint(mask: Mask, box: tuple[int, int, int, int]) -> np.ndarray:
    x0, y0, x1, y1 = box
    whole = np.zeros((SIZE, SIZE), dtype=bool)
    rows = (np.arange(y1 - y0) * mask.shape[0]) // (y1 - y0)
    columns = (np.arange(x1 - x0) * mask.shape[1]) // (x1 - x0)
    whole[y0:y1, x0:x1] = mask[np.ix_(rows, columns)]
    return whole


def test_lungs_of_phantoms_are_drawn_on_their_sides(segmenter: ChestSegmenter, phantoms: list[Phantom]) -> None:
    for phantom in phantoms:
        lungs, heart = segmenter.segment(phantom.image)
        assert lungs.found
        assert heart.found
        for drawn, side in ((lungs.right, "right"), (lungs.left, "left")):
            truth, mine = phantom.lungs[side], paint(drawn, lungs.box)
            assert (mine & truth).sum() / truth.sum() > 0.8
            assert (mine & phantom.lungs["left" if side == "right" else "right"]).sum() / truth.sum() < 0.02


def test_the_same_pixels_give_the_same_lungs(segmenter: ChestSegmenter, phantoms: list[Phantom]) -> None:
    fresh = ChestSegmenter.load()
    one, *others = (each.segment(phantoms[0].image.copy()) for each in (segmenter, segmenter, fresh))
    for other in others:
        np.testing.assert_array_equal(one.lungs.right, other.lungs.right)
        np.testing.assert_array_equal(one.heart.mask, other.heart.mask)


def test_a_frame_of_another_size_gives_nearly_the_same(segmenter: ChestSegmenter, phantoms: list[Phantom]) -> None:
    pixels = phantoms[1].image
    one, other = segmenter.segment(pixels), segmenter.segment_frame(frame_pixels(pixels, size=224))
    assert one.lungs.box == pytest.approx(other.lungs.box, abs=4)
    assert (one.lungs.right != other.lungs.right).mean() < 0.02


def test_borders_move_the_lungs_with_the_image(segmenter: ChestSegmenter, phantoms: list[Phantom]) -> None:
    pixels = phantoms[2].image
    bordered = np.pad(pixels, ((0, 0), (60, 20)))
    plain, moved = (segmenter.segment(each).lungs.find_middle("left") for each in (pixels, bordered))
    assert moved[0] - plain[0] == pytest.approx(60, abs=6)
    assert moved[1] - plain[1] == pytest.approx(0, abs=6)


def test_nothing_is_found_where_there_is_nothing(segmenter: ChestSegmenter) -> None:
    lungs, _ = segmenter.segment(np.full((128, 128), 0.5, dtype=np.float32))
    if not lungs.found:
        assert lungs.find_zone((64, 64)) is None


def test_each_lung_is_one_part_without_holes(phantoms: list[Phantom]) -> None:
    segmenter = ChestSegmenter.load()
    spots = np.full((3, segmenter.size, segmenter.size), -5, dtype=np.float32)
    spots[0, 40:120, 20:70] = spots[1, 40:120, 90:140] = 5
    spots[0, 60:64, 40:44] = -5  # a hole
    spots[0, 150:154, 150:154] = 5  # far away
    segmenter.draw = lambda frame: spots  # type: ignore[method-assign]
    lungs, heart = segmenter.segment_frame(Frame(phantoms[0].image, (0, 0, SIZE, SIZE)))
    assert lungs.right.sum() == 80 * 50
    assert lungs.left.sum() == 80 * 50
    assert not heart.found


def damage(folder: Path, how: str) -> None:
    weights = folder / "weights.safetensors"
    state = load_file(weights)
    first = next(iter(state))
    if how == "cut off":
        weights.write_bytes(weights.read_bytes()[:1000])
    elif how == "a layer less":
        save_file({name: value for name, value in state.items() if name != first}, weights)
    elif how == "another shape":
        save_file(state | {first: state[first][:1]}, weights)
    elif how == "no number":
        save_file(state | {first: np.full_like(state[first], np.nan)}, weights)
    elif how == "facts":
        (folder / "model.json").write_text(json.dumps({"outputs": ["heart"]}), encoding="utf-8")
    else:
        weights.unlink()


@pytest.mark.parametrize("how", ["cut off", "a layer less", "another shape", "no number", "facts", "missing"])
def test_damaged_weights_are_one_sentence(tmp_path: Path, how: str) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "model"))
    damage(folder, how)
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        ChestSegmenter.load(folder)
    assert "\n" not in str(caught.value)


def test_the_bundled_weights_stay_small() -> None:
    assert (FOLDER / "weights.safetensors").stat().st_size <= 2_000_000
