"""Tokens, sections and sentences of a report.

Tokens are RadGraph's units: words with their inner hyphens and slashes, decimal numbers, single marks.

Examples
--------
>>> [token.text for token in split_tokens("1.5-cm nodule, perihilar/upper lobe.")]
['1.5', '-', 'cm', 'nodule', ',', 'perihilar/upper', 'lobe', '.']
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from thoracite.kg.reports.sections import Section, split_report

_TOKEN = re.compile(r"\d+\.\d+|[A-Za-z0-9]+(?:[-'/][A-Za-z0-9]+)*|\S")
_BREAK = re.compile(
    r"""\n\s*\n                               # a blank line
    | \n\s*(?=[-*•–]+\s*\w|\(?\w{1,2}[.)]\s) # an item of a list
    | \s(?=\#\d)                            # "#2" within a line
    | \n\s*(?=[A-Z][\w /]{1,40}:)             # a label
    | (?<![^\n]{60})\n\s*(?=[A-Z])            # a line that was ended, not wrapped""",
    re.VERBOSE,
)
_ABBREVIATIONS = {"dr", "mr", "mrs", "ms", "vs", "approx", "st"}
_STOPS = {".", "!", "?", ")"}
_LONGEST = 200
_ANSWERS = {"no", "yes", "none"}
_OPENERS = {"The", "There", "No", "This", "Heart", "Lungs", "Lung"}
_AWAITING = {",", ":", ";", "(", "/", "-", "?", "The", "No"}


class Layout(NamedTuple):
    """A report's text laid out: its tokens, its sections, and the token ranges of the sentences that are read."""

    tokens: list[Token]
    sections: list[Section]
    sentences: list[tuple[int, int]]


class Token(NamedTuple):
    """A token: its text, and where it stands in the report's characters."""

    text: str
    start: int
    end: int


def split_tokens(text: str) -> list[Token]:
    """Tokens of a text, in order; whitespace is dropped."""
    return [Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def find_sections(text: str) -> list[tuple[int, int]]:
    """Character spans of what is read of a report; the whole text where it has no headings.

    Examples
    --------
    >>> text = "INDICATION: cough FINDINGS: Clear. IMPRESSION: Normal."
    >>> [text[start:end].strip() for start, end in find_sections(text)]
    ['Clear.', 'Normal.']
    """
    return [(part.start, part.end) for part in split_report(text) if not part.unread]


@lru_cache(maxsize=2)
def lay_out(text: str) -> Layout:
    """Tokens, sections and sentences of a report; those of the last texts are kept, since extracting asks twice."""
    tokens, sections = split_tokens(text), split_report(text)
    return Layout(tokens, sections, split_sentences(text, tokens, sections))


def split_sentences(text: str, tokens: list[Token], sections: Sequence[Section] | None = None) -> list[tuple[int, int]]:
    """Token ranges (first, after last) of the sentences of findings and impression.

    A sentence ends at ``.``, ``!`` and ``?`` (not after an abbreviation such as ``vs.``), at a blank line, an item of a
    list, a label or the end of a short line, at the section's end, and after 200 tokens, whatever they are. A question
    mark belongs to its sentence.

    Parameters
    ----------
    text : str
        A whole report.
    tokens : list of Token
        All of its tokens, from :func:`split_tokens`.
    sections : sequence of Section or None
        From :func:`thoracite.kg.reports.sections.split_report`; found here where None.

    Examples
    --------
    >>> text = "Nodule vs. scar. No effusion"
    >>> tokens = split_tokens(text)
    >>> [" ".join(t.text for t in tokens[first:last]) for first, last in split_sentences(text, tokens)]
    ['Nodule vs . scar', 'No effusion']
    """
    breaks = {m.end() for m in _BREAK.finditer(text)}
    sentences: list[tuple[int, int]] = []
    at = 0
    parts = split_report(text) if sections is None else sections
    for begin, end in ((part.start, part.end) for part in parts if not part.unread):
        while at < len(tokens) and tokens[at].start < begin:
            at += 1
        first = at
        while at < len(tokens) and tokens[at].end <= end:
            token = tokens[at]
            fused = token.text in _OPENERS and at > first and tokens[at - 1].text not in _AWAITING
            stop = token.text in _STOPS and _is_stop(tokens, at, first)
            if stop or fused or token.start in breaks or at - first == _LONGEST:
                asks = stop and token.text == "?"
                if at > first:
                    sentences.append((first, at + asks))
                first = at + 1 if stop else at
            at += 1
        if at > first:
            sentences.append((first, at))
    return sentences


def _is_stop(tokens: list[Token], at: int, first: int) -> bool:
    """Whether a sentence ends here: not at "vs.", not at a "?" before its word, but at "2)" within a line."""
    token = tokens[at]
    if token.text in {".", "!"}:
        return not (at and tokens[at - 1].text.lower() in _ABBREVIATIONS)
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.text == "?":
        joined = at > first and tokens[at - 1].end == token.start and tokens[at - 1].text[-1].isalnum()
        answered = following is not None and following.text.lower() in _ANSWERS and _is_last(tokens, at + 1)
        return joined and not answered and (following is None or _starts_sentence(token, following))
    numbered = at > first and len(tokens[at - 1].text) < 3 and tokens[at - 1].end == token.start
    opened = at - 1 > first and tokens[at - 2].text == "("
    numbered = numbered and (tokens[at - 1].text.isdigit() or not opened)
    return token.text == ")" and numbered and following is not None and following.text[0].isupper()


def _starts_sentence(token: Token, following: Token) -> bool:
    return following.start > token.end and not following.text[0].islower()


def _is_last(tokens: list[Token], at: int) -> bool:
    return at + 1 == len(tokens) or not tokens[at + 1].text[0].isalnum()


__all__ = ["Layout", "Token", "find_sections", "lay_out", "split_sentences", "split_tokens"]
