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
_BLANK_LINE = re.compile(r"\n\s*\n")
_READ = {
    "findings", "finding", "impression", "impressions", "conclusion", "conclusions", "findings and impression",
    "findings/impression", "impression and findings",
}  # fmt: skip
_PASSED = {
    "addendum", "attestation", "clinical history", "clinical indication", "clinical information", "comment",
    "comparison", "comparisons", "date", "exam", "examination", "final report", "history", "indication", "indications",
    "notification", "patient", "problem", "procedure", "reason for exam", "reason for examination", "reason for study",
    "recommendation", "recommendations", "study", "technique", "title", "views", "wet read",
}  # fmt: skip
_ABBREVIATIONS = {"dr", "mr", "mrs", "ms", "vs", "approx", "st"}
_LONGEST = 200
_OPENERS = {"The", "There", "No", "This", "Heart", "Lungs", "Lung"}
_AWAITING = {",", ":", ";", "(", "/", "-", "The", "No"}


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

    Under headings that name neither, what stands before the first heading is read.

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
    if not any(read for _, _, read in headings):
        return [(0, headings[0][0])]
    ends = [start for start, _, _ in headings[1:]] + [len(text)]
    return [(begin, end) for (_, begin, read), end in zip(headings, ends, strict=True) if read]


def split_sentences(text: str, tokens: list[Token]) -> list[tuple[int, int]]:
    """Token ranges (first, after last) of the sentences of findings and impression.

    A sentence ends at ``.``, ``!`` and ``?`` (not after an abbreviation such as ``vs.``), at a blank line, at the
    section's end, and after 200 tokens, whatever they are.

    Examples
    --------
    >>> text = "Nodule vs. scar. No effusion"
    >>> tokens = split_tokens(text)
    >>> [" ".join(t.text for t in tokens[first:last]) for first, last in split_sentences(text, tokens)]
    ['Nodule vs . scar', 'No effusion']
    """
    blanks = {m.end() for m in _BLANK_LINE.finditer(text)}
    sentences: list[tuple[int, int]] = []
    at = 0
    for begin, end in find_sections(text):
        while at < len(tokens) and tokens[at].start < begin:
            at += 1
        first = at
        while at < len(tokens) and tokens[at].end <= end:
            fused = at > first and tokens[at].text in _OPENERS and tokens[at - 1].text not in _AWAITING
            stop = tokens[at].text in {".", "!", "?"} and not (at and tokens[at - 1].text.lower() in _ABBREVIATIONS)
            if stop or fused or tokens[at].start in blanks or at - first == _LONGEST:
                if at > first:
                    sentences.append((first, at))
                first = at + 1 if stop else at
            at += 1
        if at > first:
            sentences.append((first, at))
    return sentences


__all__ = ["Token", "find_sections", "split_sentences", "split_tokens"]
