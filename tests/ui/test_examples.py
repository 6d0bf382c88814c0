"""Phantoms, which are no one's chest, and the user's own folder before them."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thoracite.errors import InputError
from thoracite.settings import Settings
from thoracite.ui.examples import (
    PHANTOMS,
    Example,
    draw_example,
    find_examples,
    write_examples,
    write_thumbnails,
)


def test_phantoms_are_the_same_each_time_and_differ_from_each_other(tmp_path: Path) -> None:
    first, again = (write_examples(tmp_path / name, size=96) for name in ("a", "b"))
    assert [one.name for one in first] == list(PHANTOMS)
    assert [one.path.read_bytes() for one in first] == [one.path.read_bytes() for one in again]
    pixels = [np.asarray(Image.open(one.path), dtype=float) for one in first]
    assert all(np.abs(pixels[0] - other).max() > 50 for other in pixels[1:])


def test_phantoms_say_what_they_are_and_are_drawn_when_they_are_picked(tmp_path: Path) -> None:
    examples = find_examples(None, tmp_path)
    assert len(examples) >= 6
    assert not any(example.path.exists() for example in examples)
    assert all("synthetic" in example.name for example in examples)
    drawn = draw_example(examples[0])
    corner = np.asarray(Image.open(drawn))[-16:, :70]
    assert (corner > 240).sum() > 30  # white letters with a black rim
    assert (corner < 20).sum() > 100
    written = drawn.stat().st_mtime_ns
    assert draw_example(examples[0]).stat().st_mtime_ns == written  # once
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.usefixtures("own_time")
def test_small_pictures_do_not_hold_up_the_page(tmp_path: Path) -> None:
    write_examples(tmp_path / "warm", size=64)  # imports and vocabulary, which the page needs anyway
    examples = find_examples(None, tmp_path / "drawn")
    start = time.process_time()  # this process's own time: the machine may be busy
    write_thumbnails(examples, tmp_path, Settings())
    assert time.process_time() - start < 4  # about 1 where the processor is not shared


def test_own_images_come_before_the_phantoms(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for name in ("b.PNG", "a.jpg"):
        Image.new("L", (64, 64)).save(own / name)
    (own / "notes.txt").write_text("not an image", encoding="utf-8")
    examples = find_examples(own, tmp_path / "drawn")
    assert [example.name for example in examples] == ["a.jpg", "b.PNG", *PHANTOMS]
    assert all(draw_example(example, size=64).is_file() for example in examples)


def test_thumbnails_are_small_and_an_unreadable_image_has_one_too(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"not an image")
    examples = [*write_examples(tmp_path, size=64), Example("broken.png", tmp_path / "broken.png")]
    thumbnails = write_thumbnails(examples, tmp_path, Settings())
    assert len(thumbnails) == len(examples)
    for path in thumbnails:
        with Image.open(path) as image:
            assert max(image.size) <= 160


@pytest.mark.parametrize(("make", "words"), [(False, "is not a folder"), (True, "holds no image")])
def test_a_folder_without_images_is_one_sentence(tmp_path: Path, make: bool, words: str) -> None:
    folder = tmp_path / "own"
    if make:
        folder.mkdir()
    with pytest.raises(InputError, match=words):
        find_examples(folder, tmp_path / "drawn")
