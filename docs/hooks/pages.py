"""What MkDocs is told while it builds the site: pages from outside docs/, links between them, the command line.

The documents are read in two places, in the repository and on the site, and their links work in both: a link to
a file that is no page of the site becomes plain text there.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
BROUGHT = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
    "LICENSE": "licence.txt",
    "models/thoracite-mini/README.md": "cards/thoracite-mini.md",
    "models/thoracite-chest/README.md": "cards/thoracite-chest.md",
    "models/thoracite-text/README.md": "cards/thoracite-text.md",
    "models/thoracite-projection/README.md": "cards/thoracite-projection.md",
    "models/thoracite-privacy/README.md": "cards/thoracite-privacy.md",
    "models/thoracite-mini-llava/README.md": "cards/thoracite-mini-llava.md",
    "ontologies/README.md": "cards/graph.md",
    "ontologies/LICENSE": "cards/licence.txt",
}
"""Files of the repository, and the pages of the site that show them; the home page is the README's sibling."""

COMMANDS = "<!-- commands -->"
"""Stands where the reference of the command line goes."""

_LINK = re.compile(r"(?<!!)\[([^\]\n]*(?:\n[^\]\n]*)?)\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")
_DRAWING = re.compile(r'<p><img [^>]*src="([\w./-]+\.svg)"[^>]*></p>')
_SHORTENED = re.compile(r"\*\*Commands\*\*:\n\n(?:\* .*\n)+\n?")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put every decision into the navigation, by its number."""
    decisions = sorted(path.name for path in Path(config.docs_dir, "decisions").glob("*.md"))
    for section in config.nav or ():
        if "Decisions" in section:
            section["Decisions"] = [f"decisions/{name}" for name in decisions]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Bring the pages that stand outside docs/."""
    for source, page in BROUGHT.items():
        if files.get_file_from_path(page) is None:
            files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, *, page: Page, files: Files, **_: object) -> str:
    """Lead every link to its page, and write the command line's reference where it is asked for."""
    if COMMANDS in markdown:
        markdown = markdown.replace(COMMANDS, render_command_line())
    here = page.file.src_uri
    source = next((source for source, brought in BROUGHT.items() if brought == here), f"docs/{here}")
    if here == "index.md":
        source = "docs/index.md"

    def lead(link: re.Match[str]) -> str:
        text, target, place = link.groups()
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        shown = BROUGHT.get(path, path.removeprefix("docs/"))
        if files.get_file_from_path(shown) is None:
            return text
        return f"[{text}]({posixpath.relpath(shown, posixpath.dirname(here) or '.')}{place or ''})"

    return _LINK.sub(lead, markdown)


def on_page_content(html: str, *, page: Page, **_: object) -> str:
    """Write drawings into the page itself, where they take on its colours and their words are found by a search."""

    def inline(image: re.Match[str]) -> str:
        drawing = Path(page.file.abs_src_path or "").parent / image[1]
        return f'<div class="picture">{drawing.read_text(encoding="utf-8")}</div>'

    return _DRAWING.sub(inline, html)


def render_command_line() -> str:
    """Every command with its arguments and options, by typer's own writer of Markdown."""
    import typer
    from typer.cli import get_docs_for_click

    from thoracite.cli import app

    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="thoracite")
    return re.sub(r"^#", "##", _SHORTENED.sub("", text), flags=re.MULTILINE)
