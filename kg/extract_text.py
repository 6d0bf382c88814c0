"""Tokens, sections and sentences of a report.

Tokens are RadGraph's units: words with their inner hyphens and slashes, decimal numbers, single marks.

Examples
--------
>>> [token.text for token in split_tokens("1.5-cm nodule, perihilar/upper lobe.")]
['1.5', '-', 'cm', 'nodule', ',', 'perihilar/upper', 'lobe', '.']
"""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(r"\d+\.\d+|[A-Za-z0-9]+(?:[-'/][A-Za-z0-9]+)*|\S")
_HEADING = re.compile(r"(?:^|(?<=\s))(?P<name>[A-Z][A-Za-z]*(?:[ /][A-Za-z]+){0,3}?)\s*:", re.MULTILINE)
_READ = {
    "findings",
    "impression",
    "impressions",
    "conclusion",
    "conclusions",
    "finding",
    "findings and impression",
    "findings/impression",
}
_PASSED = {
    "indication", "indications", "history", "clinical history", "clinical information", "clinical indication", "comparison", "comparisons",
    "technique", "exam", "examination", "procedure", "study", "reason for exam", "reason for examination", "recommendation",
    "recommendations", "wet read", "notification", "attestation", "views", "date", "addendum", "final report", "title", "patient",
    "comment", "problem", "reason for study",
}  # fmt: skip
_ABBREVIATIONS = {"dr", "mr", "mrs", "ms", "vs", "approx", "no", "st"}


class Token(NamedTuple):
    """A token: its text, and where it stands in the report's characters."""

    text: str
    start: int
    end: int


def split_tokens(text: str) -> list[Token]:
    """Tokens of a text, in order; whitespace is dropped."""
    return [Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def find_sections(text: str) -> list[tuple[int, int]]:
    """Character spans of findings and impression; the whole text where it has no headings.

    Examples
    --------
    >>> text = "INDICATION: cough FINDINGS: Clear. IMPRESSION: Normal."
    >>> [text[start:end].strip() for start, end in find_sections(text)]
    ['Clear.', 'Normal.']
    """
    headings = []
    for match in _HEADING.finditer(text):
        name = match["name"].lower()
        if name in _READ or name in _PASSED:
            headings.append((match.start(), match.end(), name in _READ))
    if not headings:
        return [(0, len(text))]
    ends = [start for start, _, _ in headings[1:]] + [len(text)]
    spans = [(begin, end) for (_, begin, read), end in zip(headings, ends, strict=True) if read]
    if not any(read for _, _, read in headings):
        return [(0, headings[0][0])] if text[: headings[0][0]].strip() else []
    return spans


def split_sentences(tokens: list[Token], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Token ranges (first, after last) of the sentences within the character spans.

    A sentence ends at ``.``, ``!``, ``?`` or ``:`` after a list number, at a blank line, and at a span's end;
    not after an abbreviation such as ``vs.``.
    """
    sentences = []
    for begin, end in spans:
        first = None
        for ix, token in enumerate(tokens):
            if token.start < begin or token.end > end:
                continue
            first = ix if first is None else first
            if token.text in ".!?" and not (ix and tokens[ix - 1].text.lower() in _ABBREVIATIONS and token.text == "."):
                if ix > first:
                    sentences.append((first, ix))
                first = ix + 1
        if first is not None:
            last = max(ix for ix, t in enumerate(tokens) if t.end <= end) + 1
            if last > first:
                sentences.append((first, last))
    return sentences


__all__ = ["Token", "find_sections", "split_sentences", "split_tokens"]
