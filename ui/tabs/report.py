"""The tab of reports: errors marked in the text, each with what was expected and its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from thoracite.errors import InputError
from thoracite.generation.report.check import ReportCheck, ReportError, check_report, decide, read_report
from thoracite.kg.extract.extractor import open_extractor
from thoracite.retrieval.evidence import collect_evidence
from thoracite.types import Evidence, Subgraph
from thoracite.ui.page import render_part
from thoracite.ui.service import LONGEST_REPORT
from thoracite.ui.text import describe_evidence

if TYPE_CHECKING:
    from thoracite.ui.service import Service

EXAMPLE = (
    "FINDINGS: Small left pleural effusion. The lungs are clear. 8 mm nodule in the right upper lobe.\n"
    "IMPRESSION: Small right pleural effusion. 8 cm nodule. Right lower lobe pneumonia."
)
"""A report with errors, of our own making."""


class Piece(NamedTuple):
    """A piece of the report's text, with the numbers of the errors in it."""

    text: str
    errors: tuple[int, ...]


def render_report_tab() -> Markup:
    """Render the tab: a field for the report, and whether the open image counts."""
    return render_part("tab_report.html", {"example": EXAMPLE, "most": LONGEST_REPORT})


def check_kept(service: Service, text: str, name: str | None) -> ReportCheck:
    """Check a report against the graph and itself, and against a kept reading where one is named.

    Parameters
    ----------
    service : Service
        Has the reading.
    text : str
        The report.
    name : str or None
        Name of the reading; its findings are compared as they were read.

    Raises
    ------
    InputError
        If the report is empty or too long, or the reading is no longer kept.
    BusyError
        If too many requests wait.
    """
    if name is None:
        return service.check_report(text)
    if not 0 < len(text.strip()) <= LONGEST_REPORT:
        raise InputError(f"the report has {len(text):,} characters; expected 1 to {LONGEST_REPORT:,}")
    case = service.cases.find(name)
    with service.working() as explainer:
        reader: Any = service.cases.find_reader(name) or explainer
        report = read_report(text, extractor=open_extractor(), link=reader.retriever.linker.link)
        findings = case.reading.findings if case.reading.accepted else ()
        errors = list(check_report(report, collect_evidence(findings, Subgraph()), reader.retriever.store))
    return decide(errors, reading=report.reading, reason=None if case.reading.accepted else case.reading.reason)


def render_checked(text: str, checked: ReportCheck, *, image: str = "") -> Markup:
    """Render the report with its errors marked, and the errors below.

    Parameters
    ----------
    text : str
        The report.
    checked : ReportCheck
        Its errors.
    image : str
        Name of the image that it was compared with; empty for none.
    """
    number = 0
    errors = []
    for error in checked.errors:
        pieces = []
        for piece in error.evidence:
            number += 1
            pieces.append(_own_key(piece, number))
        errors.append((error, pieces))
    return render_part(
        "answer_report.html",
        {
            "pieces": list(mark_errors(text, [error for error, _ in errors])),
            "errors": errors,
            "checked": checked,
            "image": image,
            "anchor": "report",
            "live": "",
            "links": {},
            "assertions": "/assertion/",
            "describe": describe_evidence,
        },
    )


def _own_key(piece: Evidence, number: int) -> Evidence:
    return piece.model_copy(update={"key": f"E{number}"})


def mark_errors(text: str, errors: list[ReportError]) -> Iterator[Piece]:
    """Cut a report where its errors begin and end.

    Parameters
    ----------
    text : str
        The report.
    errors : list of ReportError
        Numbered from 1 in this order; one without a sentence marks nothing.

    Examples
    --------
    >>> error = ReportError(kind="unit", sentence="8 cm nodule.", expected="at most 3 cm")
    >>> list(mark_errors("Lungs clear. 8 cm\\nnodule.", [error]))
    [Piece(text='Lungs clear. ', errors=()), Piece(text='8 cm\\nnodule.', errors=(1,))]
    """
    spans: dict[tuple[int, int], list[int]] = {}
    for number, error in enumerate(errors, 1):
        words = [re.escape(word) for word in error.sentence.split()]
        found = re.search(r"\s+".join(words), text) if words else None
        if found is not None:
            spans.setdefault(found.span(), []).append(number)
    last = 0
    for (start, end), numbers in sorted(spans.items()):
        if start < last:  # two sentences that overlap: the first one keeps the mark
            continue
        if start > last:
            yield Piece(text[last:start], ())
        yield Piece(text[start:end], tuple(numbers))
        last = end
    if last < len(text):
        yield Piece(text[last:], ())


__all__ = ["EXAMPLE", "Piece", "check_kept", "mark_errors", "render_checked", "render_report_tab"]
