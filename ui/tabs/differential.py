"""The tab of differential diagnoses: from words, or from the signs of the open image."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from markupsafe import Markup

from thoracite.conversation.others import rank_others
from thoracite.errors import InputError
from thoracite.retrieval.diagnosis.differential import Differential
from thoracite.types import View
from thoracite.ui.page import render_part

if TYPE_CHECKING:
    from thoracite.ui.service import Service

TOLD = 6
"""Diagnoses that are shown."""


def render_differential_tab() -> Markup:
    """Render the tab: what is there, what was looked for and is absent, and the view."""
    return render_part("tab_differential.html", {})


def rank_named(service: Service, findings: Iterable[str], denied: Iterable[str], view: View) -> Differential:
    """Rank diagnoses by signs and findings that are named.

    Parameters
    ----------
    service : Service
        Has the graph.
    findings, denied : iterable of str
        Names, CURIEs or codes of what is there, and of what was looked for and is absent.
    view : str
        View of the image.

    Raises
    ------
    InputError
        If none is named, or the graph does not know one.
    BusyError
        If too many requests wait.
    """
    present, absent = ([name.strip() for name in names if name.strip()] for names in (findings, denied))
    if not present:
        raise InputError("nothing is named that is there; expected signs or findings, such as: meniscus sign")
    with service.reading() as retriever:
        return retriever.differential(present, denied=absent, view=view)


def rank_kept(service: Service, name: str) -> Differential:
    """Rank diagnoses by the signs of a kept reading.

    Raises
    ------
    InputError
        If the reading is no longer kept, or was withheld.
    BusyError
        If too many requests wait.
    """
    case = service.cases.find(name)
    if case.untouched.abstained:
        raise InputError(f"the explanation was withheld, so no signs were taken from it: {case.untouched.reason}")
    with service.reading() as retriever:
        return rank_others(retriever.sign_table, case.untouched, beyond=False)


def render_ranked(found: Differential, *, image: str = "") -> Markup:
    """Render diagnoses: what fits, what does not, each with its fact, and what would settle the first two.

    Parameters
    ----------
    found : Differential
        Any.
    image : str
        Name of the image whose signs it is from; empty for none.
    """
    return render_part("answer_differential.html", {"found": found, "told": TOLD, "image": image})


__all__ = ["TOLD", "rank_kept", "rank_named", "render_differential_tab", "render_ranked"]
