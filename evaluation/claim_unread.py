"""Parts of a text of which nothing was read, compared by vectors: an unread paraphrase is not an omission.

A part is what stands between two commas, with at least two words of content without a role. Its vector, of the bundled
text encoder, is held against names of concepts; a part with "no" can only speak for a denial.

Examples
--------
>>> find_unread("Heart normal. Ribs resemble xylophone keys.")
(Unread(text='rib resemble xylophone key', denies=False, sides=frozenset()),)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from thoracite.evaluation.claim_frames import find_heads
from thoracite.evaluation.claim_words import Mark, find_marks, split_words
from thoracite.retrieval.index.text_encoder import Vectors, load_text_encoder

_BORDERS = frozenset({",", ";", ":", "with", "plus", "but", "and"})
_LEAST = 1
_EMPTY = frozenset({
    "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "do", "doe", "did", "of", "and",
    "or", "in", "with", "to", "within", "on", "for", "at", "from", "as", "by", "that", "which", "these",
    "those", "it", "they", "than", "then", "also", "over", "again", "since", "per", "via", "not", "no", "there",
    "here", "see", "seen", "note", "noted", "identified", "visible", "visualized", "present", "demonstrate",
    "demonstrated", "show", "shown", "evidence", "finding", "appearance", "appear", "look", "sign", "view",
    "projection", "patient", "further", "evaluation", "recommend", "recommended", "advised", "suggested", "ct",
    "compared", "comparison", "study", "film", "exam", "into", "onto", "when", "if", "would", "can", "should",
    "will", "between", "through", "along", "near", "toward", "level", "region", "area", "part", "portion",
    "position", "well", "very", "overall", "measuring", "measure", "measured", "approximately", "about",
    "remain", "given", "incidentally", "incidental", "project", "projected", "projecting", "overlying", "lie",
    "lying", "stand", "sit", "reach", "run", "extend", "extending", "across", "during", "same", "still", "such",
    "rather", "quite", "just", "both", "either", "each", "other", "another", "all", "whole", "entire", "xxxx",
    "mm", "cm", "place", "case", "side", "sided", "type", "form", "kind", "feature",
})  # fmt: skip
"""Words that say nothing of a finding."""


class Unread(NamedTuple):
    """A part of a text of which nothing was read, whether it denies something, and of which sides it is."""

    text: str
    denies: bool
    sides: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def find_unread(text: str) -> tuple[Unread, ...]:
    """Find the parts of a text of which nothing was read.

    Parameters
    ----------
    text : str
        Sentences about one chest radiograph.
    """
    return tuple(part for words in split_words(text) for part in _find_parts(words))


def _find_parts(words: tuple[str, ...]) -> Iterator[Unread]:
    marks = find_marks(words)
    heads = find_heads(words, marks)
    borders = [-1, *(at for at, word in enumerate(words) if word in _BORDERS), len(words)]
    for before, after in pairwise(borders):
        start = before + 1
        if any(start <= head.anchor < after or (head.start < after and start < head.end) for head in heads):
            continue
        content = [words[at] for at in range(start, after) if _is_content(at, words, marks)]
        if len(content) >= _LEAST:
            denies = any(mark.role == "negation" and start <= mark.start < after for mark in marks)
            sides = {mark.value for mark in marks if mark.role == "side" and start <= mark.start < after}
            yield Unread(" ".join(words[start:after]), denies, frozenset(sides & {"left", "right"}))


def _is_content(at: int, words: Sequence[str], marks: Sequence[Mark]) -> bool:
    """Tell whether a word says something that no role holds; places and properties left alone say something, too."""
    if words[at] in _EMPTY or not words[at].isalpha():
        return False
    roles = {mark.role for mark in marks if mark.start <= at < mark.end}
    return roles <= {"property", "anatomy"}


def compare(one: Unread, other: Unread) -> float:
    """Return how much two unread parts resemble each other, in [0, 1]; 0 where one denies, or names another side."""
    if one.denies != other.denies or (one.sides and other.sides and not one.sides & other.sides):
        return 0.0
    return 1.0 if one.text == other.text else float(np.clip(_embed(one.text) @ _embed(other.text), 0.0, 1.0))


def resemble(parts: Sequence[Unread], concepts: Sequence[str]) -> Vectors:
    """Return how much parts resemble names of concepts, shape (parts, concepts), in [0, 1]."""
    if not parts or not concepts:
        return np.zeros((len(parts), len(concepts)), dtype=np.float32)
    vectors = np.stack([_embed(part.text) for part in parts])
    names = np.stack([_embed(name.replace("_", " ")) for name in concepts])
    return np.asarray(np.clip(vectors @ names.T, 0.0, 1.0))


@lru_cache(maxsize=4096)
def _embed(text: str) -> Vectors:
    vector: Vectors = load_text_encoder().encode([text])[0]
    return vector


__all__ = ["Unread", "compare", "find_unread", "resemble"]
