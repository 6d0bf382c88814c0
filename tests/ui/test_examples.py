"""Drawings that are no one's chest, and the user's own folder before them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thoracite.errors import InputError
from thoracite.ui.examples import DRAWINGS, Drawing, draw_thorax, find_examples


def test_drawings_are_the_same_each_time_and_differ_from_each_other() -> None:
    drawn = [draw_thorax(drawing, size=128) for drawing in DRAWINGS.values()]
    assert np.array_equal(drawn[0], draw_thorax(Drawing(), size=128))
    assert all(np.abs(drawn[0] - other).max() > 0.1 for other in drawn[1:])


def test_drawing_has_dark_lungs_a_bright_heart_and_fluid_on_the_left() -> None:
    plain, fluid = draw_thorax(size=100), draw_thorax(Drawing(fluid=0.3), size=100)
    assert plain[45:60, 28:35].mean() < 0.35 < plain[60:75, 50:58].mean()
    change = fluid - plain
    assert change[60:80, 62:85].max() > 0.2  # the patient's left is on the right
    assert np.abs(change[:, :45]).max() < 0.02


def test_own_images_come_before_the_drawings(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for name in ("b.PNG", "a.jpg"):
        Image.new("L", (64, 64)).save(own / name)
    (own / "notes.txt").write_text("not an image", encoding="utf-8")
    examples = find_examples(own, tmp_path / "drawn")
    assert [example.name for example in examples] == ["a.jpg", "b.PNG", *DRAWINGS]
    assert all(example.path.is_file() for example in examples)


@pytest.mark.parametrize(("make", "words"), [(False, "is not a folder"), (True, "holds no image")])
def test_a_folder_without_images_is_one_sentence(tmp_path: Path, make: bool, words: str) -> None:
    folder = tmp_path / "own"
    if make:
        folder.mkdir()
    with pytest.raises(InputError, match=words):
        find_examples(folder, tmp_path / "drawn")
