"""The page in a real browser: upload a real image, read the explanation, open a citation."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.ui.browser import Watched, launch, upload, watch
from thoracite.types import Explanation
from thoracite.ui.page import render_html
from thoracite.ui.picture import render_pixels

pytestmark = [pytest.mark.browser, pytest.mark.alone]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch() as browser:
        yield browser


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    with watch(browser) as watched:
        yield watched


def test_upload_read_and_look_up(watched: Watched, running: str, radiograph: Path, tmp_path: Path) -> None:
    page = watched.page
    page.goto(running)
    upload(page, radiograph.name, radiograph.read_bytes())
    expect(page.locator("#result .claims .claim").first).to_be_visible(timeout=60_000)
    expect(page.locator("#result .viewer img")).to_be_visible()
    expect(page.locator("#result .findings tbody tr")).not_to_have_count(0)
    for claim in page.locator("#result .claim").all():
        assert claim.locator("a.cite").count() > 0
    told = page.locator("#result .claim.reason, #result .claim.expected, #result .claim.background")
    first = told.last.locator("a.cite").last  # the last citation of a reason is its fact
    key = first.get_attribute("data-key")
    card = page.locator(f'#result [data-evidence="{key}"]')
    assert card.get_attribute("open") is None
    first.click()
    expect(card.locator(".sources li").first).to_contain_text("thxs:")
    expect(card.locator(".sources li").first).to_contain_text("Licence:")
    expect(card.get_by_label("SPARQL query")).to_contain_text("SELECT")
    expect(card.get_by_label("Cypher query")).to_contain_text("MATCH")
    card.locator(".copy").first.click()
    sparql = page.evaluate("navigator.clipboard.readText()")
    assert "GRAPH" in sparql
    answer = page.request.get(f"{running}sparql", params={"query": sparql})
    assert answer.json()["results"]["bindings"]
    page.screenshot(path=tmp_path / "explained.png", full_page=True)
    assert (tmp_path / "explained.png").stat().st_size > 20_000
    assert watched.complaints == []
    assert watched.hosts == {urlsplit(running).netloc}


def test_noise_is_withheld_in_plain_sight(watched: Watched, running: str) -> None:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (300, 300), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, format="PNG")
    watched.page.goto(running)
    upload(watched.page, "noise.png", buffer.getvalue())
    alert = watched.page.locator("#result .withheld")
    expect(alert).to_contain_text("Withheld", timeout=60_000)
    expect(alert).to_be_in_viewport()
    expect(watched.page.locator("#result .claim")).to_have_count(0)
    assert watched.complaints == []


def test_a_bad_upload_gets_one_sentence_and_the_next_one_works(watched: Watched, running: str) -> None:
    page = watched.page
    page.goto(running)
    upload(page, "notes.png", b"these are notes")
    expect(page.locator("#result .withheld")).to_contain_text("notes.png", timeout=60_000)
    assert "/" not in page.locator("#result .withheld p").inner_text()
    page.locator("#examples button.thumbnail-item").first.click()
    expect(page.locator("#result figcaption")).to_contain_text("synthetic", timeout=60_000)
    assert watched.complaints == []


def test_page_stands_without_a_mouse(watched: Watched, running: str, radiograph: Path) -> None:
    page = watched.page
    page.goto(running)
    upload(page, radiograph.name, radiograph.read_bytes())
    cite = page.locator("#result a.cite").first
    expect(cite).to_be_visible(timeout=60_000)
    cite.focus()
    page.keyboard.press("Enter")
    key = cite.get_attribute("data-key")
    expect(page.locator(f'#result [data-evidence="{key}"] summary')).to_be_focused()


def test_written_page_works_alone(watched: Watched, explanation: Explanation, tmp_path: Path) -> None:
    path = tmp_path / "explanation.html"
    path.write_text(render_html(explanation, render_pixels(np.zeros((512, 512), dtype=np.float32))), encoding="utf-8")
    page = watched.page
    page.goto(path.as_uri())
    page.locator("a.cite", has_text="E4").click()
    expect(page.locator("#evidence-E4 .sources")).to_contain_text("thxs:openi")
    expect(page).to_have_title(re.compile(r"chest\.png"))
    page.locator('tr.present[data-finding="thx:pleural_effusion"]').hover()
    expect(page.locator(".seen-box.lit")).to_have_count(1)
    assert watched.complaints == []
    assert watched.hosts == {"file"}


EFFUSION = "thx:pleural_effusion"
ANGLE = "thx:blunting_of_costophrenic_angle left"


def open_signs(watched: Watched, running: str, radiograph: Path) -> Page:
    """The page with an explanation, and the signs of its effusion open."""
    page = watched.page
    page.goto(running)
    upload(page, radiograph.name, radiograph.read_bytes())
    expect(page.locator("#result .claims .claim").first).to_be_visible(timeout=60_000)
    assert page.locator("#result .waterfall").count() == 0  # drawn when shown
    page.locator(f'#result details[data-shows="{EFFUSION}"] > summary').click()
    expect(page.locator(f'#result .sign-control[data-sign="{ANGLE}"]')).to_be_visible(timeout=20_000)
    return page


def read_probability(page: Page) -> str:
    return page.locator(f'#result tr[data-part="row-{EFFUSION}"] .value').first.inner_text()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_moved_slider_changes_finding_and_sentence(
    watched: Watched, running: str, radiograph: Path, width: int, tmp_path: Path
) -> None:
    watched.page.set_viewport_size({"width": width, "height": 900})
    page = open_signs(watched, running, radiograph)
    before, sentences = read_probability(page), page.locator("#result .claims").inner_text()
    slider = page.get_by_label("Is the left costophrenic angle blunted?", exact=True).first
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("#result .changes h3")).to_be_visible(timeout=20_000)
    expect(slider).to_be_focused()  # so that the next key moves it on
    assert "chest widths" in (slider.get_attribute("aria-valuetext") or "")
    assert float(read_probability(page)) < float(before)
    assert page.locator("#result .claims").inner_text() != sentences
    expect(page.locator("#result .changes tbody tr").first).to_contain_text("→")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=tmp_path / f"slider_{width}.png")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#result .changes h3")).to_have_count(0, timeout=20_000)
    assert (read_probability(page), page.locator("#result .claims").inner_text()) == (before, sentences)
    assert watched.complaints == []
    assert watched.hosts == {urlsplit(running).netloc}


def test_a_choice_takes_a_sign_away_and_puts_it_back(watched: Watched, running: str, radiograph: Path) -> None:
    page = open_signs(watched, running, radiograph)
    before = read_probability(page)
    control = page.locator(f'#result .sign-control[data-sign="{ANGLE}"]')
    control.get_by_role("combobox").select_option("off")
    expect(control.locator(".said-now")).to_contain_text("it was taken away", timeout=20_000)
    assert read_probability(page) != before
    page.get_by_role("button", name="Put back").click()
    expect(page.locator("#result .changes h3")).to_have_count(0, timeout=20_000)
    expect(control.get_by_role("combobox")).to_have_value("read")
    assert read_probability(page) == before
    assert watched.complaints == []


def test_a_triple_that_is_left_out_takes_its_claim(watched: Watched, running: str, radiograph: Path) -> None:
    page = watched.page
    page.goto(running)
    upload(page, radiograph.name, radiograph.read_bytes())
    expect(page.locator("#result .claims .claim").first).to_be_visible(timeout=60_000)
    card = page.locator("#result .evidence-list .evidence.triple").first
    key = card.get_attribute("data-evidence")
    claims = page.locator("#result .claim", has=page.locator(f'a.cite[data-key="{key}"]'))
    assert claims.count() > 0
    card.locator("summary").click()
    card.get_by_role("button", name="Leave out this fact").click()
    expect(claims).to_have_count(0, timeout=20_000)
    expect(page.locator(f'#result [data-evidence="{key}"]')).to_have_count(0)
    expect(page.locator("#result .changes")).to_contain_text(f"{key}: ")
    expect(page.locator("#result .changes")).to_contain_text("No probability changes")
    expect(page.locator("#result .changes h3")).to_be_focused()
    page.get_by_role("button", name="Put back").click()
    expect(claims).not_to_have_count(0, timeout=20_000)
    assert watched.complaints == []


def test_the_tab_of_signs_maps_what_was_learned_against_textbooks(watched: Watched, running: str) -> None:
    page = watched.page
    page.goto(running)
    page.get_by_role("tab", name="Signs").click()
    rows = page.locator("#signs .sign-map tbody tr:visible")
    expect(rows.first).to_be_visible(timeout=60_000)
    every = rows.count()
    page.locator(".filters select").select_option("cardiomegaly")
    assert 0 < rows.count() < every
    rows.first.locator("summary").click()
    expect(rows.first.locator("li").first).to_contain_text("thxs:")
    assert watched.complaints == []


def test_names_of_examples_are_not_cut_off(watched: Watched, running: str) -> None:
    watched.page.goto(running)
    names = watched.page.locator("#examples .caption-label")
    expect(names.first).to_be_visible(timeout=60_000)
    assert "synthetic large heart" in names.all_inner_texts()
    for name in names.all():
        assert name.evaluate("e => e.scrollWidth <= e.clientWidth + 1 && getComputedStyle(e).textOverflow === 'clip'")
