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
from thoracite.types import Noun

MAX_CHARACTERS = 131_072
"""Longest report that is read; real ones have some 500 characters, and rules on a line of 10 MB would stall."""

_HEADING = re.compile(r"^[ \t]*(?P<name>[A-Z][A-Z ()/,&-]{2,60}):(?=\s|$)", re.MULTILINE)
_NAMES = {
    "finding": "findings",
    "findings": "findings",
    "impression": "impression",
    "impressions": "impression",
    "conclusion": "impression",
    "conclusions": "impression",
    "findings and impression": "findings",
    "findings/impression": "findings",
    "impression and findings": "findings",
}
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
        Text by section: ``findings``, ``impression`` and other headings in lower case; ``text`` where there are no
        headings; ``last_paragraph`` where neither findings nor impression stand under a heading.
    source : str
        CURIE of the collection: ``thxs:openi``, ``thxs:mimic_cxr`` or ``thxs:reports``.
    """

    id: str
    patient: str | None = None
    sections: dict[str, str]
    source: str = "thxs:reports"

    @property
    def text(self) -> str:
        """What an extractor reads: findings and impression under their headings, else the plain text."""
        read = [(name, self.sections[name]) for name in ("findings", "impression") if self.sections.get(name)]
        if read:
            return "\n".join(f"{name.upper()}: {text}" for name, text in read)
        return self.sections.get("last_paragraph") or self.sections.get("text", "")


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
    """Text by heading, where headings are in capitals at the start of a line, as in MIMIC-CXR.

    Parameters
    ----------
    text : str
        A whole report.

    Returns
    -------
    dict of str to str
        See :class:`Report`. Text of a heading that occurs twice is joined.

    References
    ----------
    Johnson AEW et al. MIMIC-CXR, a de-identified publicly available database. Sci Data 2019;6:317.

    Examples
    --------
    >>> split_sections(" WET READ: clear\\n\\n COMPARISON: None.\\n\\n The heart is large.")["last_paragraph"]
    'The heart is large.'
    """
    headings = list(_HEADING.finditer(text))
    if not headings:
        return {"text": re.sub(r"^\s*FINAL REPORT\s+", "", text).strip()}
    sections: dict[str, str] = {}
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    for heading, end in zip(headings, ends, strict=True):
        name = " ".join(heading["name"].lower().split())
        name = _NAMES.get(name, name)
        body = text[heading.end() : end].strip()
        sections[name] = f"{sections[name]}\n{body}" if sections.get(name) else body
    if not {"findings", "impression"} & sections.keys():
        tail = text[headings[-1].end() :].strip()
        sections["last_paragraph"] = re.split(r"\n[ \t]*\n", tail)[-1].strip()
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
    return Report(id=report_id, patient=patient, sections=split_sections(text), source=source)


__all__ = ["MAX_CHARACTERS", "Report", "find_patient", "parse_report", "split_sections"]
