"""The segmenter of lungs and heart: Dice and ratio of drawn masks; spoilt images give reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.evaluation.chest import (
    BASELINE,
    SPOILS,
    SYSTEM,
    Compared,
    compare_chests,
    draw_mean,
    rate_anatomy,
    summarise_chests,
)
from thoracite.vision.mini.anatomy import Anatomy, Heart
from thoracite.vision.mini.bundle import write_model
from thoracite.vision.mini.lungs import Lungs
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.mini.unet import UNet
from thoracite.vision.training.chest_cases import PARTS, ChestCase, read_chest_cases


def test_a_mask_equal_to_the_drawing_has_a_dice_of_one() -> None:
    right, left, heart = np.zeros((3, 40, 40), dtype=bool)
    right[5:30, 3:15] = left[5:30, 25:37] = heart[15:30, 15:25] = True
    box = (0, 0, 40, 40)
    same = rate_anatomy(Anatomy(Lungs(right, left, box), Heart(heart, box)), (right, left, heart))
    assert set(same.values()) == {1.0}
    swapped = rate_anatomy(Anatomy(Lungs(left, right, box), Heart(heart, box)), (right, left, heart))
    assert swapped["both lungs"] == 1
    assert swapped["the right lung"] == 0


def test_the_error_of_the_ratio_is_that_of_the_pairs() -> None:
    case = ChestCase(Path("a.png"), (), "a", None)
    dice = {SYSTEM: {"the heart": 0.9}}
    pairs = [(0.4, 0.42), (0.5, 0.5), (0.6, 0.56), (float("nan"), 0.4)]
    compared = [Compared(case._replace(group=str(n)), dice, pair) for n, pair in enumerate(pairs)]
    rows = {(row.system, row.metric): row for row in summarise_chests(compared)}
    error = rows[SYSTEM, "error of the cardiothoracic ratio, mean"]
    assert error.value == pytest.approx(0.02)
    assert error.n == 3
    assert rows["always the median", "error of the cardiothoracic ratio, mean"].value == pytest.approx(0.2 / 3)


def test_a_trained_model_is_measured_on_what_was_kept_back(shared: Path, tmp_path: Path) -> None:
    network = UNet(len(PARTS))
    write_model(network.state_dict(), {"size": 32, "outputs": list(PARTS)}, tmp_path)
    segmenter, folder = ChestSegmenter.load(tmp_path), shared / "data" / "cxr"
    kept = read_chest_cases(folder, kept=True)[:3]
    compared = compare_chests(segmenter, kept, draw_mean(folder))
    assert len(read_chest_cases(folder, kept=True)) == 64
    for one in compared:
        assert one.dice[BASELINE]["both lungs"] > 0.6 > one.dice[SYSTEM]["the heart"]
        assert 0.3 < one.ratios[0] < 0.8


def test_every_way_to_spoil_gives_reasons_or_none() -> None:
    network = UNet(len(PARTS))
    segmenter = ChestSegmenter(network, size=32)
    pixels = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (64, 1))
    for spoil in SPOILS.values():
        assert all(isinstance(reason, str) for reason in spoil(segmenter, pixels).faults)
