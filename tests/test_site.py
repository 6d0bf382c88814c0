"""The documents as a site: it builds without a warning, holds every public name and command, and can be searched."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from typer.main import get_command

import thoracite
from thoracite.cli import app

ROOT = Path(__file__).resolve().parents[1]
UNRENDERED = ("PosixPath", "<p>:::", ":class:", ":meth:", ":func:", ":mod:", ":data:", "<autoref", "<!-- commands")
OUTSIDE = re.compile(r"""<(?:script|img|iframe|source|link)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//""")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` builds it: a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return folder


def read_pages(site: Path) -> dict[str, str]:
    return {str(path.relative_to(site)): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}


def test_every_public_name_has_its_place_in_the_reference(site: Path) -> None:
    text = "".join(text for name, text in read_pages(site).items() if name.startswith("reference/"))
    names = [name for name in thoracite.__all__ if name != "__version__"]
    assert [name for name in names if f'id="thoracite.{name}"' not in text] == []


def test_the_command_line_stands_there_with_every_option(site: Path) -> None:
    text = (site / "reference" / "command-line.html").read_text(encoding="utf-8")
    commands = dict(get_command(app).commands)  # type: ignore[attr-defined]
    for name, command in list(commands.items()):
        commands |= {f"{name} {sub}": below for sub, below in getattr(command, "commands", {}).items()}
    assert "fetch encoder" in commands
    for name, command in commands.items():
        heading = re.search(rf"<h[2-6][^>]*>(?:(?!</h).)*<code>thoracite {name}</code>", text)
        assert heading, name
        shown = text[heading.end() :].split("<h3", 1)[0]
        for option in (option for parameter in command.params for option in parameter.opts):
            assert not option.startswith("--") or option in shown, f"thoracite {name} {option}"


def test_no_page_holds_what_was_not_rendered_or_a_path_of_this_machine(site: Path) -> None:
    for name, text in read_pages(site).items():
        for mark in (*UNRENDERED, str(ROOT)):
            assert mark not in text, f"{name} shows {mark}"


def test_every_page_says_what_it_is_not_and_fetches_nothing(site: Path) -> None:
    for name, text in read_pages(site).items():
        assert "Research use only, not a medical device" in text, name
        assert OUTSIDE.search(text) is None, name


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Leave the terminal alone."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page() -> Iterator[Page]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium on the path (Debian package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        yield browser.new_page(viewport={"width": 1320, "height": 950})
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("served", [True, False], ids=["served", "from disk"])
def test_a_search_finds_a_page_and_asks_nobody_else(page: Page, site: Path, address: str, served: bool) -> None:
    home = address if served else site.as_uri()
    asked: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: asked.add(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{home}/index.html")
    page.get_by_placeholder("Search").fill("pneumothorax")
    result = page.locator(".md-search-result__item a").first
    expect(result).to_be_visible(timeout=30_000)
    result.click()
    expect(page.locator("article")).to_contain_text(re.compile("pneumothorax", re.IGNORECASE))
    for path in ("architecture.html", "python.html", "reference/nouns.html", "reference/command-line.html"):
        page.goto(f"{home}/{path}")
        expect(page.locator("article h1")).to_be_visible()
    assert {url for url in asked if not url.startswith((home, "data:", "blob:"))} == set()
    assert complaints == []
