"""Suite ``chest``: Dice and ratio of drawn masks; spoilt images are called invalid (real images where they are)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.evaluation.chest import SYSTEM, Compared, rate_anatomy, run_chest, summarise_chests
from thoracite.vision.mini.anatomy import Anatomy, Heart
from thoracite.vision.mini.lungs import Lungs
from thoracite.vision.training.chest_cases import ChestCase


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


@pytest.mark.timeout(900)
def test_published_figures_of_the_segmenter_hold(shared: Path) -> None:
    rows = {(row.system, row.metric): row.value for row in run_chest(shared / "data").rows}
    assert rows[SYSTEM, "Dice of the heart"] >= 0.93
    assert rows[SYSTEM, "Dice of both lungs"] >= 0.95
    assert rows[SYSTEM, "error of the cardiothoracic ratio, mean"] <= 0.02
    assert rows[SYSTEM, "AUROC of the ratio for cardiomegaly, all (locked)"] >= 0.78
    assert rows[SYSTEM, "called invalid: all spoilt"] >= 0.90
    assert rows[SYSTEM, "called invalid: chests kept back"] <= 0.05
