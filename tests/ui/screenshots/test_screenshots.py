"""The tutorial's pictures are there, small, of the page as it is, and shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.ui.browser import launch
from tests.ui.screenshots.take import FOLDER, SIZES, take

TUTORIAL = FOLDER.parents[1] / "tutorial.md"
MOST_BYTES = 1_000_000
MOST_DIFFERENCE = 25
"""Mean difference of grey levels, in 255, of two pictures shrunk to 32 by 32: fonts of machines differ, pages more."""


def shrink(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(picture.convert("L").resize((32, 32), Image.Resampling.BOX), dtype=float)


def test_the_pictures_are_small_and_the_tutorial_shows_each_with_words() -> None:
    committed = {path.stem: path for path in FOLDER.iterdir()}
    assert set(committed) == set(SIZES)
    assert sum(path.stat().st_size for path in committed.values()) < MOST_BYTES
    shown = dict(
        re.findall(r"!\[([^\]]{20,})\]\(assets/screenshots/([\w-]+)\.png\)", TUTORIAL.read_text(encoding="utf-8"))
    )
    assert sorted(shown.values()) == sorted(SIZES)
    for name, path in committed.items():
        with Image.open(path) as picture:
            assert picture.size == SIZES[name]


@pytest.fixture(scope="module")
def taken(running: str) -> Iterator[dict[str, Image.Image]]:
    with launch() as browser:
        yield dict(take(browser, running))


@pytest.mark.browser
@pytest.mark.alone
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SIZES)
def test_a_picture_is_of_the_page_as_it_is(taken: dict[str, Image.Image], name: str, tmp_path: Path) -> None:
    taken[name].save(tmp_path / f"{name}.png")
    with Image.open(FOLDER / f"{name}.png") as committed:
        assert taken[name].size == committed.size
        difference = np.abs(shrink(taken[name]) - shrink(committed)).mean()
    assert difference < MOST_DIFFERENCE, f"the page looks otherwise than {name}.png: make screenshots"


def test_pictures_of_other_pages_would_be_told_apart() -> None:
    pictures = {name: shrink(Image.open(FOLDER / f"{name}.png")) for name in ("explained", "query")}
    assert np.abs(pictures["explained"] - pictures["query"]).mean() > MOST_DIFFERENCE
