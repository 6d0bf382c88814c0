"""Training of the segmenter: a run that is cut off goes on where it was; a mirrored lung changes its side."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from thoracite.errors import InputError
from thoracite.phantom import draw_phantom
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.training import train_segmenter
from thoracite.vision.training.chest_cases import PARTS, read_chest_cases, read_chest_frames
from thoracite.vision.training.train_segmenter import SegmenterTrainer, measure_loss, vary_frames
from thoracite.vision.training.variation import blur_images


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SIZE": 32, "CACHED": 40, "BATCH": 2, "SAVED": 1, "WARM_UP": 2}.items():
        monkeypatch.setattr(train_segmenter, name, value)


def test_a_run_that_was_cut_off_gives_the_same_weights(
    chests: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_segmenter, "find_rate", lambda step, steps, warm_up: 0.25)  # whatever the end
    train_segmenter.train_segmenter(chests, tmp_path / "whole", seed=3, epochs=2)
    for epochs in (1, 2):
        train_segmenter.train_segmenter(chests, tmp_path / "resumed", seed=3, epochs=epochs)
    whole, resumed = (load_file(tmp_path / name / "weights.safetensors") for name in ("whole", "resumed"))
    assert all(torch.equal(resumed[name], value) for name, value in whole.items())
    frames = torch.zeros(2, 3, 40, 40, dtype=torch.uint8)
    one, same, other = (SegmenterTrainer(frames, seed=seed).progress.average["last.weight"] for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_a_few_steps_lower_the_loss(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="thoracite")
    frames = torch.zeros(2, 3, 40, 40, dtype=torch.uint8)
    frames[:, 1, 8:32, 4:18] = frames[:, 2, 8:32, 22:36] = 255
    frames[:, 0] = 255 - frames[:, 1:].amax(1)
    SegmenterTrainer(frames, seed=0).run(12, tmp_path / "lungs.pt")
    losses = [float(line.split()[-1]) for line in caplog.messages]
    assert len(losses) == 12
    assert losses[-1] < 0.9 * losses[0]


def test_a_mirrored_right_lung_is_a_left_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_segmenter, "MIRRORED", 0.5)
    frames = torch.zeros(64, 3, 32, 32, dtype=torch.uint8)
    frames[:, 1, 8:24, 4:12] = 255
    torch.manual_seed(0)
    images, lungs = vary_frames(frames, 32)
    assert images.shape == (64, 1, 32, 32)
    columns = torch.arange(32.0).view(1, 1, 1, 32)
    middles = (lungs * columns).sum((2, 3)) / lungs.sum((2, 3)).clamp(min=1e-6)
    present = lungs.sum((2, 3)) > 1
    assert (present.sum(1) == 1).all()
    assert 16 < int(present[:, 0].sum()) < 48
    assert (middles[:, 0][present[:, 0]] < 16).all()
    assert (middles[:, 1][present[:, 1]] > 16).all()


@pytest.fixture(scope="module")
def chests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Phantoms with lungs and heart (synthetic), as the manifest names them."""
    folder = tmp_path_factory.mktemp("chests")
    lines = ["file,source,repo,group_id,view,labels,orig_width,orig_height,extra_json"]
    for seed in range(8):
        phantom = draw_phantom(seed, abnormalities=(), size=96)
        Image.fromarray(np.round(phantom.image * 255).astype(np.uint8)).save(folder / f"{seed}.png")
        heart = np.zeros((96, 96), dtype=bool)
        heart[50:70, 40:64] = True
        drawn = {"right_lung": phantom.lungs["right"], "left_lung": phantom.lungs["left"], "heart": heart}
        for part, mask in drawn.items():
            Image.fromarray(mask.astype(np.uint8) * 255).save(folder / f"{seed}_{part}.png")
        extra = json.dumps({"masks": {part: f"{seed}_{part}.png" for part in drawn}, "ctr_ground_truth": 0.5})
        lines.append(f'{seed}.png,phantom,,patient {seed},PA,,96,96,"{extra.replace(chr(34), chr(34) * 2)}"')
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_chest_is_trained_on_or_kept_back(chests: Path) -> None:
    trained, kept = (read_chest_cases(chests, kept=kept) for kept in (False, True))
    assert {case.group for case in trained} | {case.group for case in kept} == {f"patient {n}" for n in range(8)}
    assert not {case.group for case in trained} & {case.group for case in kept}
    assert trained[0].ratio == 0.5


def test_frames_of_chests_hold_the_image_and_its_parts(chests: Path) -> None:
    cases = read_chest_cases(chests, kept=False)
    frames = read_chest_frames(cases, size=48, settings=Settings.read())
    assert frames.shape == (len(cases), 1 + len(PARTS), 48, 48)
    right, left, heart = (frames[:, channel] > 127 for channel in (1, 2, 3))
    columns = np.arange(48)
    for one, other in ((right, heart), (heart, left)):
        assert ((one * columns).sum((1, 2)) / one.sum((1, 2)) < (other * columns).sum((1, 2)) / other.sum((1, 2))).all()
    with pytest.raises(InputError, match="cannot be read"):
        read_chest_frames([cases[0]._replace(masks=(chests / "none.png",) * 3)], size=48, settings=Settings.read())


def test_the_segmenter_of_lungs_and_heart_trains_and_loads(chests: Path, tmp_path: Path) -> None:
    train_segmenter.train_segmenter(chests, tmp_path / "model", epochs=1)
    pixels = read_radiograph(chests / "0.png", settings=Settings.read()).pixels
    lungs, heart = ChestSegmenter.load(tmp_path / "model").segment(pixels)
    assert lungs.right.shape == heart.mask.shape == (32, 32)
    assert not (lungs.right & lungs.left).any()


def test_a_mirrored_heart_stays_the_heart() -> None:
    frames = torch.zeros(16, 4, 32, 32, dtype=torch.uint8)
    frames[:, 3, 8:24, 10:20] = 255
    torch.manual_seed(0)
    _, drawn = vary_frames(frames, 32)
    assert drawn[:, :2].sum() == 0
    assert (drawn[:, 2].sum((1, 2)) > 20).all()


def test_a_blurred_batch_keeps_its_size_and_mean() -> None:
    torch.manual_seed(1)
    images = torch.rand(2, 1, 32, 32)
    blurred = next(each for each in (blur_images(images, least=0.3) for _ in range(20)) if each is not images)
    assert blurred.shape == images.shape
    assert float(blurred.std()) < float(images.std())
    assert float(blurred.mean()) == pytest.approx(float(images.mean()), abs=0.03)


def test_the_loss_is_least_where_the_drawing_is_right() -> None:
    lungs = torch.zeros(2, 2, 8, 8)
    lungs[:, 0, :, :3] = lungs[:, 1, :, 5:] = 1
    right, wrong = (measure_loss(20 * (2 * each - 1), lungs) for each in (lungs, lungs.flip(1)))
    assert float(right) < 0.01 < 1 < float(wrong)


def test_data_that_are_not_there_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.csv"):
        train_segmenter.train_segmenter(tmp_path, tmp_path / "model")
