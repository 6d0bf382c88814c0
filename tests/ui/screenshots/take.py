"""Pictures of the page for the tutorial, of a synthetic example: ``make screenshots`` makes them anew."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.ui.browser import launch, watch
from tests.ui.serving import serve
from thoracite.kg.graph import open_store
from thoracite.settings import Settings

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "assets" / "screenshots"
WIDE, NARROW = (1280, 900), (390, 844)
COLOURS = 96
"""Colours of a picture: grey levels of the film and those of the page; the file is a third as large."""

EXAMPLE = "synthetic blunt angle"
EFFUSION, ANGLE = "thx:pleural_effusion", "thx:blunting_of_costophrenic_angle right"
LONG = 300_000


def explain(page: Page) -> None:
    """The example, explained, from the top of its explanation."""
    page.locator("#examples button.thumbnail-item", has_text=EXAMPLE).click(timeout=LONG)
    expect(page.locator("#result .net.ready")).to_be_visible(timeout=LONG)
    page.locator("#result .viewer").evaluate("part => part.closest('.columns').scrollIntoView()")


def follow(page: Page) -> None:
    """A fact that a sentence cites, with its edge, its drawing and its source."""
    card = page.locator("#result .evidence-list .evidence.triple[data-lights]").first
    key = card.get_attribute("data-evidence")
    page.locator(f'#result .claims a.cite[data-key="{key}"]').first.click()
    expect(card).to_have_attribute("open", "")


def intervene(page: Page) -> None:
    """The blunt angle made sharp: what changes."""
    page.locator(f'#result details[data-shows="{EFFUSION}"] > summary').click()
    slider = page.locator(f'#result .sign-control[data-sign="{ANGLE}"] input[type=range]').first
    expect(slider).to_be_visible(timeout=LONG)
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("#result .changes h3")).to_be_visible(timeout=LONG)
    page.locator("#result .changes").evaluate("part => part.scrollIntoView()")


def ask(page: Page) -> None:
    """An answer to a question."""
    box = page.locator("#result .asking input[name=question]")
    box.fill("Why not pneumonia?")
    box.press("Enter")
    expect(page.locator("#result .answer p.said").first).to_be_visible(timeout=LONG)
    page.locator("#result .asking").evaluate("part => part.scrollIntoView()")


def query(page: Page) -> None:
    """A published question, its rows and its picture."""
    page.get_by_role("tab", name="Query").click()
    page.locator("#query select[name=published]").select_option("against_each_other")
    page.locator("#query button[type=submit]").click()
    expect(page.locator("#query .net.ready")).to_be_visible(timeout=LONG)
    page.locator("#query textarea").evaluate("part => part.scrollIntoView()")


STORIES: tuple[tuple[tuple[int, int], Mapping[str, Callable[[Page], None]]], ...] = (
    (WIDE, {"explained": explain, "citation": follow, "asked": ask, "what-if": intervene, "query": query}),
    (NARROW, {"telephone": explain}),
)
"""Size of a page → what its visitor does, one after the other, and the name of the picture then taken."""

SIZES = {name: size for size, story in STORIES for name in story}
"""Name of a picture → its size."""


def take(browser: Browser, address: str) -> Iterator[tuple[str, Image.Image]]:
    """Take the pictures, in few colours."""
    for (width, height), story in STORIES:
        with watch(browser, width=width, height=height) as watched:
            watched.page.goto(address)
            for name, step in story.items():
                step(watched.page)
                watched.page.mouse.move(0, 0)
                watched.page.wait_for_timeout(300)  # what fades in has done so
                picture = Image.open(io.BytesIO(watched.page.screenshot())).convert("RGB")
                yield name, picture.quantize(COLOURS, dither=Image.Dither.NONE)


def main(folder: Path = FOLDER) -> None:
    """Write every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as place:
        graph = Path(place) / "graph"
        open_store(Settings(graph=graph), build=True).close()
        with serve(graph) as address, launch() as browser:
            for name, picture in take(browser, address):
                path = folder / f"{name}.png"
                picture.save(path, optimize=True)
                sys.stdout.write(f"{path}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
