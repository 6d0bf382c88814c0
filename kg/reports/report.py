"""A radiology report in memory: what it is called, whose it is, what its sections say.

Examples
--------
>>> report = parse_report("s1", "INDICATION: cough\\nFINDINGS: Clear lungs.\\nIMPRESSION: Normal.")
>>> report.sections["findings"], report.text
('Clear lungs.', 'FINDINGS: Clear lungs.\\nIMPRESSION: Normal.')
"""

from __future__ import annotations

import re

from thoracite.errors import InputError
from thoracite.kg.reports.headings import Kind
from thoracite.kg.reports.sections import Unread, measure_unread, split_report
from thoracite.types import Noun

MAX_CHARACTERS = 131_072
"""Longest report that is read; real ones have some 500 characters, and rules on a line of 10 MB would stall."""

_CANONICAL: dict[Kind, str] = {
    "text": "text",
    "view": "findings",
    "findings": "findings",
    "comment": "findings",
    "preliminary": "findings",
    "impression": "impression",
    "addendum": "addendum",
}
_READ = ("findings", "impression", "addendum")
_PATIENT = re.compile(r"(?:^|[/_\\])(p\d{8}|patient\d+)(?=[/_\\]|$)")


class Report(Noun):
    """One report; held in memory only, never stored.

    Parameters
    ----------
    id : str
        Unique in what it was read from.
    patient : str or None
        Whose it is, where the source says so.
    sections : dict of str to str
        Text by section. What is read is called ``text`` (it has no heading), ``findings``, ``impression`` and
        ``addendum``; other sections go by their headings in lower case.
    unread : tuple of Unread
        What is passed over, and why.
    source : str
        CURIE of the collection: ``thxs:openi``, ``thxs:mimic_cxr`` or ``thxs:reports``.
    """

    id: str
    patient: str | None = None
    sections: dict[str, str]
    unread: tuple[Unread, ...] = ()
    source: str = "thxs:reports"

    @property
    def text(self) -> str:
        """What an extractor reads: text without a heading, then findings, impression and addenda under theirs."""
        headed = [f"{name.upper()}: {self.sections[name]}" for name in _READ if self.sections.get(name)]
        bare = self.sections.get("text", "")
        return "\n\n".join(filter(None, [bare, "\n".join(headed)]))


def find_patient(report_id: str) -> str | None:
    """The patient that MIMIC-CXR's and CheXpert's report paths name.

    Examples
    --------
    >>> find_patient("p10/p10000032/s50414267.txt"), find_patient("CXR1")
    ('p10000032', None)
    """
    match = _PATIENT.search(report_id)
    return match.group(1) if match else None


def split_sections(text: str) -> dict[str, str]:
    """Text by section, under the names that :class:`Report` gives them; sections of one name are joined.

    Parameters
    ----------
    text : str
        A whole report.

    References
    ----------
    Johnson AEW et al. MIMIC-CXR, a de-identified publicly available database. Sci Data 2019;6:317.

    Examples
    --------
    >>> split_sections(" WET READ: clear\\n\\n COMPARISON: None.\\n\\n The heart is large.")
    {'wet read': 'clear', 'comparison': 'None.', 'text': 'The heart is large.'}
    """
    sections: dict[str, str] = {}
    for part in split_report(text):
        name = part.name or part.unread if part.unread else _CANONICAL[part.kind]
        body = text[part.start : part.end].strip()
        sections[name] = f"{sections[name]}\n\n{body}" if name in sections else body
    return sections


def parse_report(report_id: str, text: str, *, patient: str | None = None, source: str = "thxs:reports") -> Report:
    """A report from its whole text.

    Raises
    ------
    InputError
        If it has no identifier or is longer than :data:`MAX_CHARACTERS`.
    """
    if not report_id.strip():
        raise InputError("a report has an empty id; expected a unique identifier for every report")
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"report {report_id!r} has {len(text):,} characters; expected at most {MAX_CHARACTERS:,}, "
            "so split what is not one report"
        )
    return Report(
        id=report_id, patient=patient, sections=split_sections(text), unread=measure_unread(text), source=source
    )


__all__ = ["MAX_CHARACTERS", "Report", "find_patient", "parse_report", "split_sections"]
