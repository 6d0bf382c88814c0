"""Headings of a report: what they are called, where they stand, and what they announce.

A heading is made of a few words, one of which names its kind: ``IMPRESSION``, ``REASON FOR EXAMINATION``, ``Clinical
details``. It ends in a colon or a dash, or has a line for itself; markdown around it is no part of it, and a misspelt
long word is still the word. Words that name only views ("CHEST, TWO VIEWS:") head findings.

Examples
--------
>>> text = "INDICATON - fall. CHEST, TWO VIEWS: Clear. **Opinion**: Normal."
>>> [(found.kind, found.name) for found in find_headings(text)]
[('history', 'indicaton'), ('view', 'chest, two views'), ('impression', 'opinion')]
>>> [found.kind for found in find_headings("Note: the heart is large. Lungs: clear.")]
[]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

_FILE = Path(__file__).with_name("headings.txt")

Kind = Literal[
    "text", "view", "addendum", "preliminary", "history", "administration", "findings", "impression", "recommendation",
    "technique", "comment",
]  # fmt: skip
"""What a section is: ``text`` has no heading, ``view`` is headed by the views alone."""

_LISTS = {
    name: words for name, *words in map(str.split, re.sub("%.*", "", _FILE.read_text(encoding="utf-8")).split("# ")[1:])
}
_BESIDE, _IMAGED = frozenset(_LISTS["beside"]), frozenset(_LISTS["imaged"])
_LABELS = frozenset(_LISTS["label"])
_VIEW_WORDS = _IMAGED | {*_LISTS["taken"]}
_KINDS = tuple(kind for kind in get_args(Kind) if kind in _LISTS)
_KIND_OF: dict[str, Kind] = {word: kind for kind in _KINDS for word in _LISTS[kind]}


class Heading(NamedTuple):
    """A heading: its name in lower case, its kind, its first character, and the first one after it."""

    name: str
    kind: Kind
    start: int
    end: int


_PASSED: frozenset[Kind] = frozenset({"history", "technique", "administration", "recommendation"})
_ADDENDUM = re.compile(r"[\W_]*ADDENDUM\b(?:[^:]|\d:\d){0,60}$")
_MARK = re.compile(r"\s*:(?!\d)(?:\*\*|__)?|\s*\*{2,}:?(?=\s|$)|\s+(?:-{1,2}|[–—])(?=\s|$)")
_CLAUSE_END = re.compile(r"(?:[.!?;:]|\*\*|__)\s+")
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_DECORATION = "#*_•-=> \t"
_LONGEST, _WIDEST = 5, 80
_FUZZY_FROM = 7


def find_headings(text: str) -> list[Heading]:
    """Headings of a text, in order.

    Parameters
    ----------
    text : str
        A whole report.
    """
    headings: list[Heading] = []
    at, opens = 0, True
    for line in text.split("\n"):
        for heading in _find_in_line(line, at, opens=opens):
            if heading.name or (headings and headings[-1].kind in _PASSED):
                headings.append(heading)
        at += len(line) + 1
        opens = not line.strip() or line.rstrip()[-1] in ".:"
    return headings


@lru_cache(maxsize=1024)
def name_kind(name: str) -> Kind | None:
    """What a heading of this name announces; None where it is no heading.

    Examples
    --------
    >>> name_kind("Reason for exam"), name_kind("FINDINGS/IMPRESSION"), name_kind("Heart"), name_kind("chest")
    ('history', 'findings', None, None)
    """
    words = [word for part in name.lower().split() for word in part.strip(".,()").split("/") if word not in {"", "&"}]
    words = [word for word in words if not word[0].isdigit() and word[0] not in "#[_"]
    if not words or len(words) > _LONGEST:
        return None
    if words[-1] == "by":
        return "administration" if all(word in _KIND_OF for word in words[:-1]) else None
    kinds = [_kind_of_word(word) for word in words]
    if None in kinds:
        return None
    if words[0] == "clinical" and not {"findings", "report"} & {*words}:
        return "history"
    if words == ["final", "report"]:
        return "findings"
    return next((kind for kind in _KINDS if kind in kinds), None)


@lru_cache(maxsize=1024)
def is_view(name: str) -> bool:
    """Whether words say only what was imaged, and how.

    Examples
    --------
    >>> is_view("Single frontal view of the chest"), is_view("CHEST, ___ AT 07:14 A.M."), is_view("Chest")
    (True, True, False)
    """
    words = [word for part in name.lower().replace("a.m", "am").replace("p.m", "pm").split() for word in _parts(part)]
    known = [word for word in words if word in _VIEW_WORDS]
    numbers = [word for word in words if word[0].isdigit()]
    return len(known) > 1 and len(known) + len(numbers) == len(words) and not _IMAGED.isdisjoint(known)


def _parts(word: str) -> list[str]:
    return [part for piece in _WORD.findall(word) for part in piece.split("-")]


def _find_in_line(line: str, at: int, *, opens: bool) -> Iterator[Heading]:
    titled = _read_title(line, opens=opens)
    if titled is not None:
        name, kind = titled
        yield Heading(name, kind, at + len(line) - len(line.lstrip()), at + len(line))
        return
    begin = 0
    for mark in _MARK.finditer(line):
        found = _find_before(line, begin, mark)
        if found is not None:
            start, name, kind = found
            begin = mark.end()
            yield Heading(name.lower(), kind, at + start, at + (begin if name else start))


def _read_title(line: str, *, opens: bool) -> tuple[str, Kind] | None:
    """Name and kind of a heading that has a line for itself."""
    name = line.strip(_DECORATION + ":.") if len(line) < 2 * _WIDEST else ""
    if not name or len(name) > _WIDEST or ":" in name:
        return None
    marked = opens or line.lstrip()[:1] in {"#", "*"} or name.isupper()
    closed = line.rstrip().endswith(":")
    kind = name_kind(name)
    if kind is None:
        return (name.lower(), "view") if marked and is_view(name) else None
    if name.lower() == "final report" and not closed:
        return name.lower(), "text"  # it begins the report, but says of no part that it holds the findings
    return (name.lower(), kind) if marked or closed else None


def _find_before(line: str, begin: int, mark: re.Match[str]) -> tuple[int, str, Kind] | None:
    """Start, name and kind of the heading that ends at a mark; a label that may begin the findings has no name."""
    before = line[begin : mark.start()]
    colon = ":" in mark.group()
    clause = begin + max((m.end() for m in _CLAUSE_END.finditer(before)), default=0)
    if colon and _ADDENDUM.match(before):  # "ADDENDUM BY DR. SMITH AT 10:30:"
        return begin, "addendum", "addendum"
    found = _name_clause(line[clause : mark.start()]) if colon else None
    if found is not None:
        return clause, *found
    for first in list(re.finditer(r"\S+", before))[-_LONGEST:]:
        start = begin + first.start()
        name = line[start : mark.start()].strip(_DECORATION)
        leads = not line[:start].strip(_DECORATION)
        opens = leads or line[:start].rstrip(_DECORATION)[-1] in ".!?;:"
        written = leads or name.isupper() or (colon and opens and name[:1].isupper() and _is_exact(name))
        if written and (kind := name_kind(name)):
            return start, name, kind
    return None


def _name_clause(clause: str) -> tuple[str, Kind] | None:
    """Name and kind where all that stands before a colon is one: views, a label."""
    name = clause.strip(_DECORATION)
    if len(name) <= _WIDEST and is_view(name):
        return name, "view"
    words = name.lower().split()
    return ("", "view") if name[:1].isupper() and len(words) <= _LONGEST and not _LABELS.isdisjoint(words) else None


def _is_exact(name: str) -> bool:
    """Whether a heading in running text is made of a heading's words alone; "Chest comparison:" is a label."""
    words = re.split(r"[\s/]+", name.lower())
    return all(word in _KIND_OF or word in _BESIDE - _IMAGED for word in words)


@lru_cache(maxsize=4096)
def _kind_of_word(word: str) -> Kind | Literal[""] | None:
    """Kind that a word names, empty where it may stand beside one, None where it is no heading's word."""
    if word in _KIND_OF:
        return _KIND_OF[word]
    if word in _BESIDE:
        return ""
    if len(word) < _FUZZY_FROM - 1 or not word.isalpha():
        return None
    return next((kind for known, kind in _KIND_OF.items() if _is_misspelt(word, known)), None)


def _is_misspelt(word: str, known: str) -> bool:
    """Whether a long word differs by one slip, or from ten letters on by two: "IMPRSSION", "COMPARSION"."""
    if len(known) < _FUZZY_FROM or word[0] != known[0] or abs(len(word) - len(known)) > 2:
        return False
    return _count_slips(word, known) <= 1 + (len(known) >= 10)


def _count_slips(one: str, other: str) -> int:
    """Letters left out, added, changed or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]


__all__ = ["Heading", "Kind", "find_headings", "is_view", "name_kind"]
