"""How surely a sentence states what it names: denials and doubts, and how far they reach.

A denial holds for the list that follows it, or that it follows; a doubt for what follows it at once, or else for what
stands before.

Examples
--------
>>> from thoracite.evaluation.claim_frames import find_heads
>>> from thoracite.evaluation.claim_words import find_marks, split_words
>>> (words,) = split_words("No nodule or mass, but effusion cannot be excluded.")
>>> marks = find_marks(words)
>>> read_certainty(words, marks, find_heads(words, marks))
[0.0, 0.0, 0.5]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from thoracite.evaluation.claim_frames import Head
from thoracite.evaluation.claim_words import Mark

DEGREES: Mapping[str, float] = {
    "unlikely": 0.15,
    "possible": 0.5,
    "probable": 0.75,
    "consistent": 0.85,
    "definite": 1.0,
}
"""Certainty of a hedge, in [0, 1]; 0 is a denial, 1 a plain statement."""

JOINTS = frozenset(
    {",", ";", ":", "and", "with", "plus", "or", "nor", "but", "associated", "including", "while", ">", "which"}
)
"""Words that part what is said of one finding from what is said of the next."""

_LIST = frozenset({",", "and", "or", "nor", "(", ")"})
_VERBS = frozenset({"is", "are", "was", "were", "has", "have", "show", "contain", "appear", "remain", "look", "lie"})


def read_certainty(words: Sequence[str], marks: Sequence[Mark], heads: Sequence[Head]) -> list[float]:
    """Read how surely each finding of a sentence is stated, from 0, denied, to 1.

    Parameters
    ----------
    words : sequence of str
        A sentence of :func:`~thoracite.evaluation.claim_words.split_words`.
    marks : sequence of Mark
        Its phrases.
    heads : sequence of Head
        What it names.
    """
    values = [1.0] * len(heads)
    for cue in (mark for mark in marks if mark.role == "hedge"):
        for number in _find_scope(cue, words, marks, heads):
            values[number] = min(values[number], DEGREES[cue.value])
    denials = [False] * len(heads)
    for cue in (mark for mark in marks if mark.role == "negation"):
        forward = list(_look_forward(cue, words, marks, heads)) if cue.value == "forward" else []
        backward = cue.value == "backward" or words[cue.start] in {"none", "nil"}
        found = forward or (list(_look_back(cue, words, marks, heads)) if backward else [])
        if not found and cue.value == "backward":  # "resolved atelectasis"
            found = list(_look_forward(cue, words, marks, heads))[:1]
        ends = any(mark.role == "tip" and 0 <= mark.start - cue.end <= 2 for mark in marks)
        for number in found:
            own = heads[number].composed and heads[number].anchor <= cue.start < heads[number].until
            denials[number] = denials[number] or not (own or (heads[number].device and ends))
    for number, head in enumerate(heads):
        if head.denied:
            # "not clear" is a denial denied, "no pleural effusion, normal heart" is not
            negated = denials[number] and _is_at_once(head, marks)
            values[number] = 1.0 - values[number] if not negated else 1.0
        elif denials[number]:
            values[number] = 0.0
    return values


def _is_at_once(head: Head, marks: Sequence[Mark]) -> bool:
    return any(mark.role == "negation" and 0 <= head.anchor - mark.end <= 1 for mark in marks)


def _find_scope(cue: Mark, words: Sequence[str], marks: Sequence[Mark], heads: Sequence[Head]) -> Iterator[int]:
    """Find what a doubt is about: what follows at once, or else what stands before."""
    ends = _list_ends(words, marks)
    after = [number for number, head in enumerate(heads) if head.anchor >= cue.end]
    if words[cue.end : cue.end + 1] == ("than",):
        after = []  # "less likely than pneumonia"
    if after and not any(cue.end <= end < heads[after[0]].anchor for end in ends):
        between = words[cue.end : heads[after[0]].anchor]
        if "," not in between or words[cue.end - 1] == "for":
            yield after[0]
            for first, second in pairwise(after):
                if "or" not in words[heads[first].end : heads[second].anchor]:
                    break
                yield second
            return
    if words[cue.end - 1] not in {"than", "over"}:
        yield from _look_back(cue, words, marks, heads)


def _look_forward(cue: Mark, words: Sequence[str], marks: Sequence[Mark], heads: Sequence[Head]) -> Iterator[int]:
    """Find what a denial is about: the list that follows."""
    ends = _list_ends(words, marks)
    last = cue.end
    for number, head in enumerate(heads):
        if head.anchor < cue.end:
            continue
        between = words[last : head.anchor]
        if any(last <= end < head.anchor for end in ends) or (
            last > cue.end and not _continues(between, words, marks, last, head)
        ):
            return
        if last == cue.end and "," in between and not head.denied:
            return
        yield number
        last = max(head.anchor + 1, last)
        if words[cue.start] == "non":
            return


def _continues(between: Sequence[str], words: Sequence[str], marks: Sequence[Mark], first: int, head: Head) -> bool:
    """Tell whether a denied list goes on: by "or", by a comma before one, or by a comma before a bare name."""
    if {"or", "nor"}.intersection(between):
        return True
    if {"with", "plus", "which", "but"}.intersection(between):
        return False
    after = words[head.anchor :]
    if "or" in after or "nor" in after or not JOINTS.intersection(between):
        return True
    stated = any(
        mark.role in {"side", "degree", "change", "hedge"} and first <= mark.start < head.end for mark in marks
    )
    return not stated and not _VERBS.intersection(after) and ":" not in between


def _look_back(cue: Mark, words: Sequence[str], marks: Sequence[Mark], heads: Sequence[Head]) -> Iterator[int]:
    """Find what a denial or doubt that follows is about: the list before it."""
    ends = _list_ends(words, marks)
    first = cue.start
    for number in range(len(heads) - 1, -1, -1):
        head = heads[number]
        if head.anchor >= cue.end:
            continue
        between = words[head.end : first]
        if any(head.anchor < end < first for end in ends):
            return
        if first < cue.start and (not _LIST.intersection(between) or _VERBS.intersection(between)):
            return
        yield number
        first = min(head.start, first)


def _list_ends(words: Sequence[str], marks: Sequence[Mark]) -> list[int]:
    """List where a statement ends within a sentence."""
    return [at for at, word in enumerate(words) if word == ";"] + [mark.start for mark in marks if mark.role == "stop"]


__all__ = ["DEGREES", "JOINTS", "read_certainty"]
