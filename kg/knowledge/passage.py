"""Sections and sentences of documents, each with its place.

Examples
--------
>>> book = Source(id="thxs:book_notes", title="Notes", reference="notes.txt", licence="not stated")
>>> section = Section(source=book, name="Signs", text="A meniscus is seen, e.g. on the left. It is smooth.")
>>> [(passage.locator, passage.text) for passage in split_passages([section])]
[('Signs, sentence 1', 'A meniscus is seen, e.g. on the left.'), ('Signs, sentence 2', 'It is smooth.')]
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from thoracite.kg.facts import Source

MAX_SENTENCE = 1_000
"""Most characters of a sentence; longer ones are tables or lists that lost their marks, and are skipped."""

_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])")
_ABBREVIATIONS = frozenset({
    "dr.", "mr.", "mrs.", "ms.", "prof.", "vs.", "e.g.", "i.e.", "fig.", "figs.", "al.", "approx.", "ca.", "cf.", "st.",
    "no.", "ref.", "refs.", "sec.", "eq.",
})  # fmt: skip
_BREAK = re.compile(r"\n\s*\n|\n\s*(?=[-•*]\s)")
_STEM = re.compile(r"(?::|\b(?:include|includes|including|are|as|causes?|following))\s*$")
_BULLET = re.compile(r"^\s*[-•*]\s+")
_GLUED = re.compile(r"(?<=[a-z)]{2}[.!?])(?=[A-Z][a-z])")
_EMPTY_BRACKETS = re.compile(r"\s*[\[(][\s,;\u2013-]*[\])]")
_SPACE_BEFORE_MARK = re.compile(r"\s+(?=[,.;:)])")


class Section(NamedTuple):
    """A stretch of running text under one heading.

    Parameters
    ----------
    source : Source
        The document, with its licence.
    name : str
        The heading, or the page.
    text : str
        Paragraphs, separated by blank lines.
    topic : str
        Subject of the section, if the document states it; empty otherwise.
    defines : bool
        Whether the text is the topic's definition, whose sentences do not name it.
    """

    source: Source
    name: str
    text: str
    topic: str = ""
    defines: bool = False


class Passage(NamedTuple):
    """A sentence and its place.

    Parameters
    ----------
    source : Source
        The document, with its licence.
    section : str
        The heading, or the page.
    sentence : int
        Number of the sentence in the section, from 1.
    text : str
        The sentence, on one line.
    topic : str
        Subject of the section; empty if the document does not state it.
    defines : bool
        Whether the sentence is part of the topic's definition.
    stem : str
        Opening words of the list that the sentence belongs to; empty outside lists.
    """

    source: Source
    section: str
    sentence: int
    text: str
    topic: str = ""
    defines: bool = False
    stem: str = ""

    @property
    def locator(self) -> str:
        """Return the place in the document, in words."""
        return f"{self.section}, sentence {self.sentence}"


def split_passages(sections: Iterable[Section]) -> Iterator[Passage]:
    """Split sections into sentences, in order, numbered within each section of a document.

    Parameters
    ----------
    sections : iterable of Section
        Read on demand.
    """
    document, counts = "", Counter[str]()
    for section in sections:
        if section.source.id != document:
            document, counts = section.source.id, Counter()
        for stem, sentence in split_text(section.text):
            number = counts[section.name] = counts[section.name] + 1
            if len(sentence) <= MAX_SENTENCE:
                topic, defines = section.topic, section.defines
                yield Passage(section.source, section.name, number, sentence, topic, defines, stem)


def split_text(text: str) -> Iterator[tuple[str, str]]:
    """Split running text into sentences, each with the opening words of its list; empty outside lists.

    Blank lines and bullets end a sentence too. A list is opened by a sentence that ends in a colon, or in "include" or
    "are" before a line of its own; its members are single, and end in no full stop.

    Examples
    --------
    >>> list(split_text("Causes are:\\n- Heart failure\\n- Tumors\\n\\nDr. Hamman saw 0.5 cm.It was new."))
    [('', 'Causes are:'), ('Causes are', 'Heart failure'), ('Causes are', 'Tumors'), ('', 'Dr. Hamman saw 0.5 cm.'), \
('', 'It was new.')]
    """
    stem = ""
    for block in _BREAK.split(text):
        clean = " ".join(_BULLET.sub("", block).split())
        clean = _SPACE_BEFORE_MARK.sub("", _EMPTY_BRACKETS.sub("", clean))
        if not clean:
            continue
        sentences = list(_split(_GLUED.sub(" ", clean)))
        if len(sentences) == 1 and not clean.endswith((".", "!", "?", ":")):
            yield stem, clean
        else:
            stem = ""
            yield from (("", sentence) for sentence in sentences)
        if opens_list(sentences[-1]):
            stem = sentences[-1].rstrip(" :")


def opens_list(text: str) -> bool:
    """Tell whether a list follows: a sentence that ends in a colon, or in "include" or "are".

    Examples
    --------
    >>> opens_list("Causes include"), opens_list("It passes.")
    (True, False)
    """
    return _STEM.search(text) is not None


def _split(text: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(text):
        before = text[start : end.start()].rsplit(None, 1)[-1].lower().strip("(\"'")
        if before not in _ABBREVIATIONS and not (len(before) == 2 and before[0].isalpha()):
            yield text[start : end.start()]
            start = end.end()
    yield text[start:]


__all__ = ["MAX_SENTENCE", "Passage", "Section", "opens_list", "split_passages", "split_text"]
