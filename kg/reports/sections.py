"""A report's sections, which of them are read, and why the others are not.

Findings, impression and addenda are read. A comment or a preliminary reading is read where there is nothing else. Text
without a heading is read where no heading names the findings: before the first heading, and from the second paragraph
on below the last heading of history or technique.

Examples
--------
>>> text = "INDICATION: Fever.\\n\\nCHEST, TWO VIEWS: Clear lungs.\\nRECOMMENDATION: CT to exclude a mass."
>>> [(part.kind, text[part.start : part.end].strip(), part.unread) for part in split_report(text)]
[('history', 'Fever.', 'history or indication'), ('view', 'Clear lungs.', ''), \
('recommendation', 'CT to exclude a mass.', 'recommendation')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from thoracite.kg.reports.headings import Heading, Kind, find_headings, is_view
from thoracite.types import Noun


class Section(NamedTuple):
    """A section: its heading's name and kind, the heading's first character, its body, and why it goes unread.

    ``unread`` is empty where it is read.
    """

    name: str
    kind: Kind
    begin: int
    start: int
    end: int
    unread: str = ""


class Unread(Noun):
    """What of a text is not read, and why.

    Parameters
    ----------
    reason : str
        One of a fixed list of reasons, never a word of the text: ``history or indication``, ``technique or
        comparison``, ``nothing recognised`` …
    sections : int
        Sections, or sentences of read sections, that it concerns.
    characters : int
        Their length, white space at the ends left out.
    """

    reason: str
    sections: int
    characters: int


_READ: frozenset[Kind] = frozenset({"findings", "view", "impression", "addendum"})
_INSTEAD: frozenset[Kind] = frozenset({"comment", "preliminary"})
_REASONS: dict[Kind, str] = {
    "text": "text before the findings",
    "comment": "comment beside the findings",
    "preliminary": "preliminary reading, overruled",
    "history": "history or indication",
    "technique": "technique or comparison",
    "recommendation": "recommendation",
    "administration": "names, dates and notices",
}
_TITLE = "title"
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_RULE = re.compile(r"[\s_=*#.:-]*")


def split_report(text: str) -> list[Section]:
    """Every part of a text that is not blank, in order.

    Parameters
    ----------
    text : str
        A whole report.
    """
    headings = find_headings(text)
    parts = list(_cut(text, headings))
    named = any(part.kind in {"findings", "view"} for part in parts)
    if not named:
        parts = [piece for ix, part in enumerate(parts) for piece in _free_paragraphs(text, parts, ix, part)]
    parts = [part for part in parts if not _RULE.fullmatch(text, part.start, part.end)]
    stated = any(
        part.kind in _READ or (part.kind == "text" and not named) for part in parts if not _is_title(text, part)
    )
    return [part._replace(unread=_find_reason(text, part, named=named, stated=stated)) for part in parts]


def _cut(text: str, headings: Sequence[Heading]) -> Iterator[Section]:
    first = headings[0].start if headings else len(text)
    whole = [Section("", "text", 0, 0, first)]
    for heading, following in zip_longest(headings, headings[1:]):
        end = len(text) if following is None else following.start
        whole.append(Section(heading.name, heading.kind, heading.start, heading.end, end))
    return (part for part in whole if text[part.start : part.end].strip())


def _free_paragraphs(text: str, parts: Sequence[Section], ix: int, part: Section) -> Iterator[Section]:
    """Below the last heading of history or technique, what follows a blank line has no heading of its own."""
    last = ix + 1 == len(parts) or parts[ix + 1].kind in _READ
    body = len(text) - len(text[part.start :].lstrip()) if last else part.start
    blank = _BLANK_LINE.search(text, body, part.end)
    if not last or part.kind not in {"history", "technique"} or blank is None or blank.end() >= part.end:
        yield part
        return
    yield part._replace(end=blank.start())
    yield Section("", "text", blank.end(), blank.end(), part.end)


def _is_title(text: str, part: Section) -> bool:
    return part.kind == "text" and is_view(text[part.start : part.end].strip(" \t\n.:*#"))


def _find_reason(text: str, part: Section, *, named: bool, stated: bool) -> str:
    if part.kind in _READ or (part.kind in _INSTEAD and not stated):
        return ""
    if _is_title(text, part):
        return _TITLE
    return "" if part.kind == "text" and not named else _REASONS[part.kind]


def measure_unread(text: str) -> tuple[Unread, ...]:
    """The sections of a text that are not read, by reason.

    Examples
    --------
    >>> measure_unread("HISTORY: Fever.\\nFINDINGS: Clear.")
    (Unread(reason='history or indication', sections=1, characters=6),)
    """
    return measure_sections(text, split_report(text))


def measure_sections(text: str, sections: Sequence[Section]) -> tuple[Unread, ...]:
    """Those of a text's sections that are not read, by reason."""
    parts = [part for part in sections if part.unread]
    return sum_unread(Unread(reason=p.unread, sections=1, characters=len(text[p.start : p.end].strip())) for p in parts)


def sum_unread(parts: Iterator[Unread] | Sequence[Unread]) -> tuple[Unread, ...]:
    """One entry a reason, in the order in which the reasons come."""
    total: dict[str, tuple[int, int]] = {}
    for part in parts:
        sections, characters = total.get(part.reason, (0, 0))
        total[part.reason] = (sections + part.sections, characters + part.characters)
    return tuple(Unread(reason=reason, sections=n, characters=length) for reason, (n, length) in total.items())


__all__ = ["Section", "Unread", "measure_sections", "measure_unread", "split_report", "sum_unread"]
