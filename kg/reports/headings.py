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
    "text", "view", "addendum", "preliminary", "history", "administration", "recommendation", "findings", "impression",
    "technique", "comment",
]  # fmt: skip
"""What a section is: ``text`` has no heading, ``view`` is headed by the views alone."""

_LISTS = {
    name: words for name, *words in map(str.split, re.sub("%.*", "", _FILE.read_text(encoding="utf-8")).split("# ")[1:])
}
_BESIDE, _IMAGED = frozenset(_LISTS["beside"]), frozenset(_LISTS["imaged"])
_VIEW_WORDS = _IMAGED | {*_LISTS["taken"]}
_KINDS = tuple(kind for kind in get_args(Kind) if kind in _LISTS)
_KIND_OF: dict[str, Kind] = {word: kind for kind in _KINDS for word in _LISTS[kind]}


class Heading(NamedTuple):
    """A heading: its name in lower case, its kind, its first character, and the first one after it."""

    name: str
    kind: Kind
    start: int
    end: int


_MARK = re.compile(r"\s*:(?!\d)|\s+(?:-{1,2}|[–—])(?=\s|$)")
_CLAUSE_END = re.compile(r"(?:[.!?;:]|\*\*|__)\s+")
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_DECORATION = "#*_•-=> \t"
_LONGEST = 5
_FUZZY_FROM = 7


def find_headings(text: str) -> list[Heading]:
    """Headings of a text, in order.

    Parameters
    ----------
    text : str
        A whole report.
    """
    headings: list[Heading] = []
    at, after_blank = 0, True
    for line in text.split("\n"):
        headings += _find_in_line(line, at, after_blank=after_blank)
        at += len(line) + 1
        after_blank = not line.strip()
    return headings


def name_kind(name: str) -> Kind | None:
    """What a heading of this name announces; None where it is no heading.

    Examples
    --------
    >>> name_kind("Reason for exam"), name_kind("FINDINGS/IMPRESSION"), name_kind("Heart"), name_kind("chest")
    ('history', 'findings', None, None)
    """
    words = [word for part in name.lower().split() for word in part.strip(".,()").split("/") if word not in {"", "&"}]
    if not words or len(words) > _LONGEST:
        return None
    kinds = [_kind_of_word(word) for word in words]
    if None in kinds:
        return None
    if words[0] == "clinical" and not {"findings", "report"} & {*words}:
        return "history"
    if words == ["final", "report"]:
        return "findings"
    return next((kind for kind in _KINDS if kind in kinds), None)


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


def _find_in_line(line: str, at: int, *, after_blank: bool) -> Iterator[Heading]:
    bare = line.strip(_DECORATION + ":.")
    marked = line.lstrip()[:1] in {"#", "*"} or bare.isupper()
    if len(bare) <= 80 and ((kind := name_kind(bare)) or is_view(bare)):
        titled = kind is not None and (marked or after_blank or line.rstrip().endswith(":"))
        if titled or (kind is None and (marked or after_blank)):
            yield Heading(
                bare.lower(), _bare_kind(bare, kind, line), at + len(line) - len(line.lstrip()), at + len(line)
            )
            return
    begin = 0
    for mark in _MARK.finditer(line):
        found = _find_before(line, begin, mark)
        if found is not None:
            start, name, kind = found
            end = mark.end() + (2 if line[mark.end() : mark.end() + 2] in {"**", "__"} else 0)
            yield Heading(name.lower(), kind, at + start, at + end)
            begin = end


def _bare_kind(name: str, kind: Kind | None, line: str) -> Kind:
    """A line "FINAL REPORT" begins the report, but says of no part that it holds the findings."""
    if kind is None:
        return "view"
    return "text" if name.lower() == "final report" and not line.rstrip().endswith(":") else kind


def _find_before(line: str, begin: int, mark: re.Match[str]) -> tuple[int, str, Kind] | None:
    """Start, name and kind of the heading that ends at a mark."""
    before = line[begin : mark.start()]
    colon = mark.group().strip() == ":"
    clause = begin + next((m.end() for m in reversed(list(_CLAUSE_END.finditer(before)))), 0)
    name = line[clause : mark.start()].strip(_DECORATION)
    if colon and len(name) <= 80 and is_view(name):
        return clause, name, "view"
    words = list(re.finditer(r"\S+", before))[-_LONGEST:]
    for first in words:
        start = begin + first.start()
        name = line[start : mark.start()].strip(_DECORATION)
        leads = not line[:start].strip(_DECORATION)
        opens = leads or line[:start].rstrip(_DECORATION)[-1] in ".!?;:"
        written = leads or name.isupper() or (colon and opens and name[:1].isupper() and _is_exact(name))
        if written and (kind := name_kind(name)):
            return start, name, kind
    return None


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
    if len(word) < _FUZZY_FROM - 1:
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
