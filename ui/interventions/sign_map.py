"""The map of learned weights against textbooks, as a table for the page; its marks need no colour."""

from __future__ import annotations

import functools

from markupsafe import Markup

from thoracite.ui.console.signs import TOLD, find_pairs
from thoracite.ui.page import render_part

HALF = 56
"""Longest bar to either side, in user units."""


@functools.cache
def render_map() -> Markup:
    """Render the table: contradictions first, then the pairs of which the data say most.

    Returns
    -------
    Markup
        ``<article …>``; made once.

    Raises
    ------
    ModelError
        If the bundled encoder cannot be opened.
    """
    rows = sorted(find_pairs(), key=lambda row: (not row["violated"], -abs(row["data_log_odds"])))
    most = max(max(abs(row["log_odds"]), abs(row["data_log_odds"])) for row in rows)
    findings = sorted({row["finding"] for row in rows})
    return render_part("map.html", {"rows": rows, "findings": findings, "told": TOLD, "scale": HALF / most})


__all__ = ["render_map"]
