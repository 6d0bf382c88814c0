"""The page's own files: style and scripts that stand in its head, and the library that draws graphs."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).resolve().parent / "static"
"""Folder of style and scripts."""

STYLES = ("thoracite.css", "demo.css", "tabs.css")
SCRIPTS = ("page.js", "viewer.js", "net.js", "live.js", "asking.js", "tabs.js")
"""In this order."""

LIBRARY = "/vendor/cytoscape.min.js"
"""Address of the library that draws graphs; ``ui/static/vendor`` holds it with its licence."""


def add_assets(app: FastAPI) -> None:
    """Hand out the files of others, unchanged, from this server: the page asks no other machine."""
    app.mount("/vendor", StaticFiles(directory=FOLDER / "vendor"), name="vendor")


def render_head() -> str:
    """Render what stands in the head of the page.

    Examples
    --------
    >>> "https://" in render_head()
    False
    """
    style, script = ("".join(_read(name) for name in names) for names in (STYLES, SCRIPTS))
    library = f'<script defer src="{LIBRARY}"></script>'
    return f'<link rel="icon" href="data:,"><style>{style}</style>{library}<script>{script}</script>'


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


__all__ = ["LIBRARY", "add_assets", "render_head"]
