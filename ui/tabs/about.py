"""The tab that says what this is: limits, licences of the graph's facts, the cards of the models."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from thoracite import __version__
from thoracite.errors import ThoraciteError
from thoracite.generation.release.certificate import open_certificate
from thoracite.kg.queries.render import read_published
from thoracite.settings import MODELS, ONTOLOGIES
from thoracite.ui.curve import LEVELS, draw_curve
from thoracite.ui.page import render_part
from thoracite.ui.text import NOTICE

if TYPE_CHECKING:
    from thoracite.ui.service import Service

CARDS = {
    "The image model, thoracite-mini": MODELS / "thoracite-mini" / "README.md",
    "Its outlines of lungs and heart, thoracite-chest": MODELS / "thoracite-chest" / "README.md",
    "The graph's sources": ONTOLOGIES / "README.md",
}
"""Cards that the package holds, by what they are about."""

_LINK = re.compile(r"\[([^\]]*)\]\((?!https?:)[^)]*\)")
"""A link to another file of the repository, which the page does not hold."""

_HEAD = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
"""What a card says to programs."""


def render_about(service: Service) -> Markup:
    """Render the tab.

    Parameters
    ----------
    service : Service
        Its graph is asked for its licences.
    """
    licences, problem = _list_licences(service)
    cards = {title: render_card(path.read_text(encoding="utf-8")) for title, path in CARDS.items() if path.is_file()}
    return render_part(
        "about.html",
        {"version": __version__, "notice": NOTICE, "licences": licences, "problem": problem, "cards": cards,
         "settings": service.settings, "curve": _draw_release(service.settings.encoder)},
    )  # fmt: skip


def _draw_release(encoder: str) -> Markup:
    """Draw what a certified release costs with the encoder that reads here; nothing where none is certified."""
    try:
        return draw_curve(open_certificate(encoder).trace_curve(LEVELS))
    except ThoraciteError:
        return Markup("")


def render_card(text: str) -> Markup:
    """Render a card's Markdown without its head; HTML in it is shown as text, links into the repository as plain words.

    Examples
    --------
    >>> str(render_card("---\\nlicense: mit\\n---\\nSee [the other](../b.md) and <b>this</b>."))
    '<p>See the other and &lt;b&gt;this&lt;/b&gt;.</p>\\n'
    """
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    return Markup(made.render(_LINK.sub(r"\1", _HEAD.sub("", text))))  # noqa: S704 - escaped by the renderer


def _list_licences(service: Service) -> tuple[list[tuple[str, str, str]], str]:
    """List licence, facts and sources; where the graph cannot be asked, nothing and the reason."""
    try:
        answer = service.query("sparql", read_published("licences"))
    except ThoraciteError as error:
        return [], str(error)
    rows = [[str(term["value"]) if isinstance(term, dict) else str(term) for term in row] for row in answer.rows]
    return [(row[0], row[1], row[2]) for row in rows], ""


__all__ = ["CARDS", "render_about", "render_card"]
