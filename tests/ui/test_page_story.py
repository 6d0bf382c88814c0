"""The whole story in a real browser: one visitor, from the upload to the check of a report, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.conftest import SHARED
from tests.ui.browser import Watched, launch, upload, watch
from thoracite.phantom import Abnormality, Kind, draw_phantom, render_picture
from thoracite.ui.tabs.report import EXAMPLE

pytestmark = [pytest.mark.browser, pytest.mark.alone]

LONG = 60_000
"""How long an explanation may take on a busy machine, in milliseconds."""

SEVERE = frozenset({"serious", "critical"})
ANGLE = "thx:blunting_of_costophrenic_angle left"
EFFUSION = "thx:pleural_effusion"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch() as browser:
        yield browser


@pytest.fixture(scope="module")
def chest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real chest X-ray with an effusion where the development data are, else a synthetic one."""
    real = SHARED / "data" / "cxr" / "images" / "nih" / "nih_00030180_000.jpg"
    if real.is_file():
        return real
    path = tmp_path_factory.mktemp("chest") / "synthetic.png"
    effusion = Abnormality(kind=Kind.EFFUSION, side="left", severity="moderate")
    render_picture(draw_phantom(61, abnormalities=[effusion], size=512, view="PA")).save(path)
    return path


@pytest.mark.timeout(420)
@pytest.mark.parametrize("width", [1280, 390])
def test_the_whole_story(browser: Browser, running: str, chest: Path, width: int, tmp_path: Path) -> None:
    with watch(browser, width=width, height=900) as watched:
        page = watched.page
        page.goto(running)
        _pick(page, chest, width)
        key = _follow_a_citation(page, running)
        _check_with_axe(page)
        _move_a_slider(page)
        _knock_out(page, key)
        _ask(page)
        page.screenshot(path=tmp_path / f"story_{width}.png", full_page=True)
        _leave_the_graph_out(page)
        _save(page, tmp_path)
        _rank(page)
        _query(page)
        _check_a_report(page, chest)
        _check_with_axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        _see_no_complaint(watched, running)


def _pick(page: Page, chest: Path, width: int) -> None:
    """Progress while it works; then image and explanation together, and what each finding adds up from."""
    expect(page.locator("#examples button.thumbnail-item").nth(5)).to_be_visible(timeout=LONG)
    upload(page, chest.name, chest.read_bytes())
    expect(page.locator("#result [role=status]", has_text="Reading")).to_be_visible(timeout=LONG)
    expect(page.locator("#result .claims .claim").first).to_be_visible(timeout=LONG)
    expect(page.locator("#result .findings tbody tr.adds")).not_to_have_count(0)
    expect(page.locator("#result .net.ready")).to_be_visible()
    if width >= 1280:
        for part in (page.locator("#result .viewer"), page.locator("#result section.claims")):
            box = part.bounding_box()
            assert box is not None
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 900, "image and explanation are visible together without scrolling"


def _follow_a_citation(page: Page, running: str) -> str:
    """The citation of a fact lights up its edge, the drawing of its sign and its source; its query finds the same."""
    cards = page.locator("#result .evidence-list .evidence.triple[data-lights]")
    key = str(cards.first.get_attribute("data-evidence"))
    page.locator(f'#result .claims a.cite[data-key="{key}"]').first.click()
    card = page.locator(f'#result .evidence-list [data-evidence="{key}"]')
    expect(card.locator(".sources li").first).to_contain_text("thxs:")
    expect(card).to_have_class(re.compile(r"\bcited\b"))
    expect(page.locator("#result .net")).to_have_attribute("data-chosen", re.compile(rf"\b{key}\b"))
    expect(page.locator("#result .sign-drawing.chosen")).not_to_have_count(0)
    card.locator(".copy").first.click()
    query = page.evaluate("navigator.clipboard.readText()")
    bindings = page.request.get(f"{running}sparql", params={"query": query}).json()["results"]["bindings"]
    sources = {row["source"]["value"].rsplit("/", 1)[1] for row in bindings}
    shown = {text.removeprefix("thxs:") for text in card.locator(".sources > li > code").all_inner_texts()}
    assert sources == shown
    return key


def _move_a_slider(page: Page) -> None:
    row = page.locator(f'#result tr[data-part="row-{EFFUSION}"] .value').first
    before, sentences = row.inner_text(), page.locator("#result .claims").inner_text()
    page.locator(f'#result details[data-shows="{EFFUSION}"] > summary').click()
    slider = page.locator(f'#result .sign-control[data-sign="{ANGLE}"] input[type=range]').first
    expect(slider).to_be_visible(timeout=LONG)
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("#result .changes h3")).to_be_visible(timeout=LONG)
    assert float(row.inner_text()) < float(before)
    assert page.locator("#result .claims").inner_text() != sentences
    _reset(page)
    assert row.inner_text() == before


def _reset(page: Page) -> None:
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#result .changes h3")).to_have_count(0, timeout=LONG)


def _knock_out(page: Page, key: str) -> None:
    claims = page.locator("#result .claim", has=page.locator(f'a.cite[data-key="{key}"]'))
    expect(claims).not_to_have_count(0)
    card = page.locator(f'#result .evidence-list [data-evidence="{key}"]')
    card.evaluate("card => { card.open = true; }")
    card.get_by_role("button", name="Leave out this fact").click()
    expect(claims).to_have_count(0, timeout=LONG)
    expect(page.locator("#result .changes")).to_contain_text("No probability changes")
    _reset(page)


def _ask(page: Page) -> None:
    """A question of one's own, one that was suggested, and one that cannot be answered."""
    said = _put(page, "Why not pneumonia?")
    expect(said.locator("p.said").first).to_contain_text("pneumonia")
    expect(said.locator("p.said a.cite")).not_to_have_count(0)
    said = _put(page, "How old is the patient?")
    expect(said.locator(".problem")).to_contain_text("not understood")
    expect(said.locator("p.said")).to_have_count(0)
    page.locator("#result .suggested button", has_text="What would change this?").click()
    said = page.locator("#result .answer", has_text="What would change this?")
    expect(said.locator("[data-try-sign]")).not_to_have_count(0, timeout=LONG)
    expect(said.locator("td.value").first).to_contain_text("→")


def _put(page: Page, question: str) -> Locator:
    page.locator("#result .asking input[name=question]").fill(question)
    page.locator("#result .asking input[name=question]").press("Enter")
    said = page.locator("#result .answer", has_text=question)
    expect(said).to_be_visible(timeout=LONG)
    return said


def _leave_the_graph_out(page: Page) -> None:
    page.locator("#result [data-graph]").uncheck()
    expect(page.locator("#result .changes")).to_contain_text("The graph is left out", timeout=LONG)
    expect(page.locator("#result .claim.reason")).to_have_count(0)
    _reset(page)
    expect(page.locator("#result .claim.reason")).not_to_have_count(0)


def _save(page: Page, folder: Path) -> None:
    for form, start in {"html": b"<!DOCTYPE html>", "json": b"{", "jsonld": b"{", "png": b"\x89PNG"}.items():
        with page.expect_download(timeout=LONG) as waiting:
            page.locator(f'#result [data-save="{form}"]').click()
        path = folder / f"saved.{form}"
        waiting.value.save_as(path)
        assert path.read_bytes().startswith(start)
    with page.expect_download(timeout=LONG) as waiting:
        page.locator('#result .net [data-net-do="save"]').click()
    assert waiting.value.suggested_filename.endswith("_graph.png")
    waiting.value.save_as(folder / "graph.png")
    with Image.open(folder / "graph.png") as picture:
        assert picture.width > 600
        assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 20  # lines and words, not one colour


def _open_tab(page: Page, name: str) -> None:
    tab = page.get_by_role("tab", name=name)
    if not tab.is_visible():  # a narrow page folds the last ones away
        page.locator(".tab-wrapper .overflow-menu > button").click()
        tab = page.locator(".overflow-dropdown button", has_text=name)
    tab.click()


def _rank(page: Page) -> None:
    _open_tab(page, "Differential")
    page.get_by_role("button", name="From the signs of the open image").click()
    expect(page.locator("#differential .diagnoses li").first).to_be_visible(timeout=LONG)


def _query(page: Page) -> None:
    """A published question gives the same rows in both languages."""
    _open_tab(page, "Query")
    rows = page.locator("#query tbody tr")
    page.locator("#query select[name=published]").select_option("signs_of")
    counts = []
    for language in ("sparql", "cypher"):
        page.locator("#query .results").evaluate("place => { place.replaceChildren(); }")
        page.locator("#query select[name=language]").select_option(language)
        page.locator("#query button[type=submit]").click()
        expect(rows.first).to_be_visible(timeout=LONG)
        counts.append(rows.count())
    assert counts[0] == counts[1] > 5
    page.locator("#query textarea").fill("DELETE WHERE { ?a ?b ?c }")
    page.locator("#query select[name=published]").select_option("")
    page.locator("#query button[type=submit]").click()
    expect(page.locator("#query .problem")).to_be_visible(timeout=LONG)


def _check_a_report(page: Page, chest: Path) -> None:
    _open_tab(page, "Check a report")
    page.locator("#report textarea").fill(EXAMPLE)
    page.locator("#report button[type=submit]").click()
    expect(page.locator("#report mark")).not_to_have_count(0, timeout=LONG)
    expect(page.locator("#report .answered .note")).to_contain_text(chest.name)
    expect(page.locator("#report .report-errors")).to_contain_text("8 cm")


def _check_with_axe(page: Page) -> None:
    """No serious finding in what is ours; Gradio's own frame is not."""
    found: list[dict[str, Any]] = Axe().run(page, context=".thoracite:not([hidden])").response["violations"]
    severe = [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found if one["impact"] in SEVERE]
    assert severe == []


def _see_no_complaint(watched: Watched, running: str) -> None:
    refused = [text for text in watched.complaints if "400 (Bad Request)" not in text]  # the query that writes
    assert refused == []
    assert watched.hosts == {urlsplit(running).netloc}
