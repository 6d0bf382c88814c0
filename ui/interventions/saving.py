"""An explanation as a file to keep, in the forms that the page offers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, NamedTuple

from thoracite.ui.jsonld import render_jsonld
from thoracite.ui.page import render_html
from thoracite.ui.picture import render_pixels
from thoracite.ui.view import render_record

if TYPE_CHECKING:
    from thoracite.interventions import Case
    from thoracite.types import Explanation

Form = Literal["html", "json", "jsonld"]


class Saved(NamedTuple):
    """A file: its content and its media type."""

    content: str
    media_type: str


def write_form(case: Case, explanation: Explanation, form: Form) -> Saved:
    """Write an explanation in one form.

    Parameters
    ----------
    case : Case
        The kept reading, which has the image.
    explanation : Explanation
        As it stands on the page.
    form : str
        ``html`` (one page that stands alone), ``json`` (as ``thoracite explain --json``) or ``jsonld``.
    """
    if form == "html":
        page = render_html(explanation, render_pixels(case.radiograph.pixels))
        return Saved(page, "text/html; charset=utf-8")
    if form == "json":
        return Saved(json.dumps(render_record(explanation), ensure_ascii=False, indent=1), "application/json")
    return Saved(render_jsonld(explanation), "application/ld+json")


__all__ = ["Form", "Saved", "write_form"]
