"""A reply as markup for the page."""

from __future__ import annotations

from markupsafe import Markup

from thoracite.conversation import Reply
from thoracite.generation.citations import strip_citations
from thoracite.interventions import Case
from thoracite.types import Explanation
from thoracite.ui.network import link_evidence
from thoracite.ui.page import make_context, render_part, split_claim
from thoracite.ui.text import find_cited

WORDS = {
    "why": "what speaks for",
    "why not": "what speaks against",
    "change": "what would change",
    "state": "whether there is",
    "sources": "the sources on",
}
"""What is asked of a finding, in words."""


def render_answer(case: Case, explanation: Explanation, reply: Reply, *, number: int = 1) -> Markup:
    """Render a reply; evidence that no sentence of the explanation cites comes with it.

    Parameters
    ----------
    case : Case
        The kept reading.
    explanation : Explanation
        As it stands on the page.
    reply : Reply
        The answer.
    number : int
        Of the answer on the page, from 1.
    """
    there = {piece.key for piece in find_cited(explanation)}
    about = " and ".join(one.label for one in reply.about)
    words = WORDS.get(reply.intent, "")
    context = make_context(explanation, anchor=f"answer{number}", live=case.untouched.image) | {
        "reply": reply,
        "claims": [split_claim(claim, None) for claim in reply.claims],
        "understood": f"{words} {about}" if words and about else "",
        "fresh": [piece for piece in reply.evidence if piece.key not in there],
        "links": link_evidence(reply.evidence),
        "assertions": "/assertion/",
        "strip": strip_citations,
    }
    return render_part("reply.html", context)


__all__ = ["render_answer"]
