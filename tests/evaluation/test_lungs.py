"""The Dice coefficient is the one that books give, and the test part is measured once, beside its baselines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.evaluation import lungs as suite
from thoracite.evaluation.lungs import (
    BASELINES,
    SYSTEM,
    Drawn,
    compare_lungs,
    draw_mask,
    find_dice,
    rate_lungs,
    summarise_lungs,
)
from thoracite.evaluation.patients import summarise
from thoracite.vision.mini.lungs import draw_ellipses
from thoracite.vision.training.lung_cases import LungCase


def test_dice_counts_what_is_shared_twice() -> None:
    one, other = np.zeros((4, 4), dtype=bool), np.zeros((4, 4), dtype=bool)
    assert find_dice(one, other) == 1.0
    one[:2], other[1:] = True, True
    assert find_dice(one, other) == pytest.approx(2 * 4 / (8 + 12))
    assert find_dice(one, one) == 1.0


def test_masks_of_a_frame_are_laid_where_the_frame_was() -> None:
    mask = np.zeros((10, 10), dtype=bool)
    mask[:, :5] = True
    drawn = draw_mask(mask, (20, 10, 60, 50), (80, 100))
    assert drawn.shape == (80, 100)
    assert drawn[10:50, 20:40].all()
    assert drawn.sum() == 40 * 20


def test_each_lung_is_rated_apart() -> None:
    lungs = draw_ellipses((0, 0, 200, 200), size=200)
    assert rate_lungs(lungs, (lungs.right, lungs.left)) == (1.0, 1.0, 1.0)
    both, right, left = rate_lungs(lungs._replace(left=np.zeros_like(lungs.left)), (lungs.right, lungs.left))
    assert (right, left) == (1.0, 0.0)
    assert 0.6 < both < 0.7
    assert rate_lungs(lungs._replace(right=lungs.left, left=lungs.right), (lungs.right, lungs.left)) == (1.0, 0.0, 0.0)


def test_rows_tell_views_sides_and_what_falls_short() -> None:
    compared = [
        Drawn(
            LungCase(Path("a"), Path("b"), "c", f"patient {n // 2}", ("PA", "AP")[n % 2], "test"),
            {SYSTEM: (0.94 + n / 100, 0.9, 0.8), BASELINES[0]: (0.5, 0.5, 0.5)},
        )
        for n in range(4)
    ]
    rows = {(row.system, row.metric): row for row in summarise_lungs(compared)}
    assert rows[SYSTEM, "Dice of the lungs"].value == pytest.approx(0.955)
    assert rows[SYSTEM, "Dice of the lungs, PA"].n == 2
    assert rows[SYSTEM, "Dice of the right lung"].value == pytest.approx(0.9)
    assert rows[SYSTEM, "images with a Dice of at least 0.95"].value == pytest.approx(0.75)
    assert rows[SYSTEM, "lowest Dice of the lungs"].value == pytest.approx(0.94)
    assert rows[BASELINES[0], "Dice of the lungs"].n == 4


def test_intervals_draw_patients() -> None:
    values, groups = [0.0, 1.0] * 50, [f"patient {n % 2}" for n in range(100)]
    row = summarise("system", "metric", values, groups)
    assert (row.value, row.low, row.high, row.n) == (0.5, 0.0, 1.0, 100)  # two patients say next to nothing


def test_the_segmenter_is_ahead_of_what_needs_no_look(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = suite.read_lung_cases
    monkeypatch.setattr(suite, "read_lung_cases", lambda folder, split: read(folder, split)[:8])
    compared = compare_lungs(shared / "data" / "cxr", "val")
    assert len(compared) == 8
    means = {system: np.mean([one.dice[system][0] for one in compared]) for system in compared[0].dice}
    assert means[SYSTEM] > 0.94
    assert all(means[system] < 0.85 for system in BASELINES)
