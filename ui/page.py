"""Explanations as HTML: one self-contained page, and the same markup inside the demo.

Jinja2 escapes everything; nothing is fetched, and the image is embedded in the page.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from thoracite import __version__
from thoracite.generation.changes.sentences import show_both
from thoracite.generation.conversation.question import suggest_questions
from thoracite.interventions import name_score
from thoracite.kg.vocabulary import PREFIXES
from thoracite.settings import Settings
from thoracite.types import CITATION, Changes, Claim, Evidence, Explanation, Verdict
from thoracite.types.verdict import ASSERTED, find_rank
from thoracite.ui.drawing import draw_graph, draw_waterfall, place_numbers
from thoracite.ui.interventions.controls import state_choice
from thoracite.ui.interventions.wording import list_asked, list_hidden, list_rows, select_moved, summarize
from thoracite.ui.network import link_evidence, write_network
from thoracite.ui.picture import Picture, render_picture
from thoracite.ui.text import NOTICE, SIMILAR, describe_evidence, describe_odds, describe_sign, find_cited

HERE = Path(__file__).resolve().parent
CSS: dict[Verdict, str] = {
    "likely": "present",
    "suspected": "uncertain",
    "possible": "uncertain",
    "undecided": "undecided",
    "unlikely": "absent",
}
"""Class of a finding's row by its verdict."""

_HELPERS: dict[str, Any] = {
    "describe": describe_evidence,
    "describe_odds": describe_odds,
    "show_both": show_both,
    "describe_sign": describe_sign,
    "name_score": name_score,
    "state_choice": state_choice,
    "css": CSS,
    "notice": NOTICE,
    "similar_heading": SIMILAR,
}


def render_html(explanation: Explanation, picture: Picture | None = None) -> str:
    """Render one explanation as a self-contained page.

    Parameters
    ----------
    explanation : Explanation
        Released or withheld.
    picture : Picture or None
        The image to show, from :func:`thoracite.ui.picture.render_picture`.

    Returns
    -------
    str
        HTML5 without any outside request: style, script and image are embedded.

    Examples
    --------
    >>> page = render_html(Explanation(
    ...     image="<cat>.png", generator="template", graph="none", abstained=True, reason="not a chest X-ray"
    ... ))
    >>> "not a chest X-ray" in page, "&lt;cat&gt;.png" in page, "<cat>" in page
    (True, True, False)
    """
    return render_pages([(explanation, picture)])


def render_pages(explained: list[tuple[Explanation, Picture | None]]) -> str:
    """Render several explanations on one page, one below the other."""
    return (
        _templates()
        .get_template("explanation.html")
        .render(
            title=f"Thoracite: {explained[0][0].image}" if len(explained) == 1 else "Thoracite",
            version=__version__,
            style=Markup(read_static("thoracite.css")),  # noqa: S704 - our own file
            script=Markup(read_static("page.js")),  # noqa: S704 - our own file
            bodies=[
                render_body(explanation, picture, anchor="evidence" if number == 0 else f"evidence-{number + 1}")
                for number, (explanation, picture) in enumerate(explained)
            ],
        )
    )


def render_explained(explained: Sequence[Explanation], settings: Settings | None = None) -> str:
    """Render the page of some explanations, each with its picture if its image file still exists.

    Parameters
    ----------
    explained : sequence of Explanation
        Released or withheld.
    settings : Settings or None
        Limits on the images; read from environment and file unless given.

    Raises
    ------
    InputError
        If an image file exists and cannot be read.
    """
    settings = settings or Settings()
    return render_pages([(one, _draw(Path(one.image), settings)) for one in explained])


def _draw(path: Path, settings: Settings) -> Picture | None:
    return render_picture(path, settings) if path.is_file() else None


def render_body(
    explanation: Explanation,
    picture: Picture | None = None,
    *,
    anchor: str = "evidence",
    assertions: str = PREFIXES["thxa"],
    live: str = "",
    mix: str = "",
) -> Markup:
    """Render one explanation as markup for a page that already has Thoracite's style and script.

    Parameters
    ----------
    explanation : Explanation
        Released or withheld.
    picture : Picture or None
        The image to show beside its findings.
    anchor : str
        Prefix of every anchor; differs between the explanations of one page.
    assertions : str
        Begins the address of every cited assertion: its IRI, or ``/assertion/`` on a server that answers there.
    live : str
        Name under which a server keeps the reading, so that signs can be moved; empty on a page that stands alone.
    mix : str
        What mix of findings the visitor stated; empty where none.

    Returns
    -------
    Markup
        ``<article class="thoracite">…</article>``, everything in it escaped.
    """
    size = None if picture is None else (picture.width, picture.height)
    context = make_context(explanation, size, anchor=anchor, live=live) | {"mix": mix}
    return render_part("body.html", context | {"picture": picture, "assertions": assertions})


def make_context(
    explanation: Explanation, size: tuple[int, int] | None = None, *, anchor: str = "evidence", live: str = ""
) -> dict[str, Any]:
    """Make what the templates of an explanation's parts read.

    Parameters
    ----------
    explanation : Explanation
        Released or withheld.
    size : tuple of int or None
        Width and height of the image in pixels; None where it is not shown.
    anchor : str
        Prefix of every anchor.
    live : str
        Name under which the reading is kept; empty on a page that stands alone, which has every drawing at once.
    """
    findings = sorted(explanation.findings, key=find_rank)
    cited, changes = find_cited(explanation), explanation.changes
    links = link_evidence(explanation.evidence)
    told, others = select_moved(changes) if changes else ((), "")
    regions = [one for one in findings if one.region is not None and one.verdict in ASSERTED]
    unit = max(size) / 512 if size else 1
    return _HELPERS | {
        "explanation": explanation,
        "anchor": anchor,
        "live": live,
        "width": size[0] if size else 1,
        "height": size[1] if size else 1,
        "unit": unit,
        "findings": findings,
        "regions": regions,
        "numbers": place_numbers(regions, unit),
        "drawings": [
            (item, drawn) for item in _list_drawn(cited, explanation, links) if item.sign for drawn in item.sign.drawing
        ],
        "links": links,
        "hidden": list_hidden(changes) if changes else [],
        "waterfalls": {} if live else {one.entity.id: draw_waterfall(one) for one in findings if one.signs},
        "compared": [item for item in explanation.evidence if item.difference is not None],
        "claims": [split_claim(claim, changes) for claim in explanation.claims],
        "cited": cited,
        "others": [one for one in explanation.evidence if one not in cited and one.kind != "image"],
        "show_others": not live,
        "graph": draw_graph(cited),
        "network": write_network(cited) if live else "",
        "suggested": suggest_questions(explanation) if live else (),
        "has_odds": any(finding.prior is not None for finding in findings),
        "changes": changes,
        "changes_summary": summarize(changes) if changes else "",
        "moved": {one.finding.id: one for one in told},
        "moved_told": list_rows(changes) if changes else [],
        "moved_others": others,
        "asked_items": list_asked(changes) if changes else [],
        "asked_signs": changes.signs if changes else {},
    }


def _list_drawn(
    cited: Sequence[Evidence], explanation: Explanation, links: Mapping[str, Sequence[str]]
) -> list[Evidence]:
    """List the signs whose drawings lie on the image: those that are cited, and those that a cited fact ties."""
    keys = {key for item in cited for key in (item.key, *(links.get(item.key, ()) if item.triple else ()))}
    return [item for item in explanation.evidence if item.key in keys and item.sign is not None]


def render_part(name: str, context: Mapping[str, Any]) -> Markup:
    """Render one template; everything in it is escaped.

    Parameters
    ----------
    name : str
        File in ``ui/templates``.
    context : mapping
        From :func:`make_context`, and what the part needs besides.
    """
    return Markup(_templates().get_template(name).render(context))  # noqa: S704 - escaped by the template


def split_claim(claim: Claim, changes: Changes | None) -> dict[str, Any]:
    """Split a claim into its kind, its words and keys in turn, and whether an intervention brought it."""
    new = changes is not None and claim.sentence in changes.added
    return {"kind": claim.kind, "parts": list(_parts(claim.sentence)), "new": new}


def render_message(sentence: str) -> Markup:
    """Render one sentence for the user in place of an explanation: an image that could not be read.

    Examples
    --------
    >>> "a.png is &lt;empty&gt;" in render_message("a.png is <empty>")
    True
    """
    return Markup(
        '<article class="thoracite"><section class="withheld" role="alert">'
        "<h2>Not read</h2><p>{}</p></section></article>"
    ).format(sentence)


def render_welcome() -> Markup:
    """Render the text on the page before the first image."""
    return Markup(
        '<article class="thoracite welcome"><p>Every sentence of an explanation cites its evidence: what the image '
        "model saw, or a fact of the knowledge graph with its source and the query that finds it. What is not a "
        "frontal chest X-ray, or is not sure enough, is withheld with the reason.</p></article>"
    )


def render_working(name: str) -> Markup:
    """Render what is shown while an image is read.

    Examples
    --------
    >>> "Reading &lt;a&gt;.png" in render_working("<a>.png")
    True
    """
    return Markup(
        '<article class="thoracite working" role="status"><p>Reading {} …</p><progress aria-label="Reading"></progress>'
        "<p><small>Lungs and heart are outlined, signs measured, findings weighed, facts looked up and every sentence "
        "verified. It takes a few seconds; the first image longer, while the models load.</small></p></article>"
    ).format(name)


def read_static(name: str) -> str:
    """Read a file of ``ui/static`` as text."""
    return (HERE / "static" / name).read_text(encoding="utf-8")


def _parts(sentence: str) -> Iterator[tuple[str, str]]:
    """Cut the sentence at its citations: text, then the key that follows it or ''.

    >>> list(_parts("An effusion. [E1][E2]"))
    [('An effusion. ', 'E1'), ('', 'E2')]
    """
    pieces = CITATION.split(sentence)  # text, key, text, key, …, text
    for text, key in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if text or key:
            yield text, key


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


__all__ = [
    "make_context",
    "read_static",
    "render_body",
    "render_explained",
    "render_html",
    "render_message",
    "render_pages",
    "render_part",
    "render_welcome",
    "render_working",
    "split_claim",
]
