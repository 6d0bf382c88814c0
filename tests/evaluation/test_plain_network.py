"""The plain network (one head, whole images) is trained fold by fold, and its readings survive being written."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thoracite.errors import InputError
from thoracite.evaluation.plain_network import READINGS, read_readings, train_plain, write_readings
from thoracite.vision.labels import FOLDS, OUTPUTS
from thoracite.vision.training.cases import read_cases, read_labelled
from thoracite.vision.training.fold_trainer import Recipe

COLUMNS = (
    "file", "source", "repo", "group_id", "view", "labels", "extra_json", "bbox_json", "orig_width", "orig_height",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty small images of twenty patients, every second with an effusion, bright at its base."""
    random = np.random.default_rng(0)
    with (tmp_path / "manifest.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS, restval="")
        rows.writeheader()
        for number in range(20):
            pixels = random.integers(60, 120, (80, 80), dtype=np.uint8)
            pixels[50:] += np.uint8(100 * (number % 2))
            Image.fromarray(pixels).save(tmp_path / f"{number}.png")
            label = "Effusion" if number % 2 else "No Finding"
            rows.writerow({"file": f"{number}.png", "source": "nih", "group_id": str(number), "labels": label})
    return tmp_path


def test_every_case_is_read_by_the_network_that_did_not_see_it(folder: Path, tmp_path: Path) -> None:
    recipe = Recipe(epochs=2, size=32, batch=4)
    logits = train_plain(folder, tmp_path / "work", recipe=recipe)
    assert logits.shape == (20, len(OUTPUTS))
    assert np.isfinite(logits).all()
    assert len(list((tmp_path / "work").glob("plain*.pt"))) == FOLDS
    again = train_plain(folder, tmp_path / "work", recipe=recipe)
    np.testing.assert_allclose(again, logits, atol=1e-4)  # from the checkpoints


def test_readings_are_kept_by_file_name(folder: Path, tmp_path: Path) -> None:
    cases = read_cases(folder, "nih")
    logits = np.random.default_rng(0).normal(size=(len(cases), len(OUTPUTS)))
    write_readings(cases, logits, tmp_path / "readings.csv")
    back = read_readings(cases[::-1], tmp_path / "readings.csv")
    np.testing.assert_allclose(back, logits[::-1][:, [*range(14), OUTPUTS.index("RSNA Normal")]], atol=6e-3)


def test_an_image_without_a_reading_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match=r"0\.png"):
        read_readings(read_cases(folder, "nih"), READINGS)


def test_all_images_have_a_reading(shared: Path) -> None:
    cases = read_labelled(shared / "data" / "cxr")
    assert read_readings(cases).shape == (len(cases), 15)
