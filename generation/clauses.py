"""A sentence cut into clauses, its concepts replaced by numbers.

Examples
--------
>>> from thoracite.generation.wording import normalise
>>> effusion = Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding")
>>> angle = Entity(id="thx:blunting", label="blunting of the costophrenic angle", kind="sign")
>>> names = {normalise(entity.label): entity for entity in (effusion, angle)}
>>> text = "A pleural effusion is likely; blunting of costophrenic angles is a sign of pleural effusion"
>>> [clause.skeleton for clause in split_clauses(text, find_mentions(text, link=lambda phrase: None, names=names))]
['<0> is likely', '<1> is sign of <2>']
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from thoracite.generation.wording import normalise_word
from thoracite.kg.extract.text import Token, split_tokens
from thoracite.kg.linking.mentions import Link, link_mentions
from thoracite.kg.radgraph import Annotation
from thoracite.types import Entity

_LONGEST = 16
_LINKED = 6
_EDGES = frozenset({
    "of", "in", "on", "at", "with", "for", "to", "and", "or", "is", "are", "by", "from", "as", "no", "not",
    "without", "its", "that", "which", "this", "there",
})  # fmt: skip
_BREAK = re.compile(
    r";|\b(?:because(?! of)|since|but|while|whereas|although|though|however|as evidenced by)\b|,? and (?=there\b)"
)
_JOINT = re.compile(r",? \band\b")
_PREDICATE = re.compile(r"\b(?:is|are|was|were|may|might|cannot|shows?|suggests?|raises?|can|no|there|causes?)\b")
_JOINED = re.compile(r"<([\d,]+)> (?:, and|, or|and|or|,|as well as) <([\d,]+)>")


class Mention(NamedTuple):
    """A concept named in a sentence.

    Parameters
    ----------
    entity : Entity
        The concept.
    start, end : int
        Positions of its first character and behind its last.
    """

    entity: Entity
    start: int
    end: int


class Clause(NamedTuple):
    """Part of a sentence with one predicate.

    Parameters
    ----------
    text : str
        As written.
    start : int
        Position of its first character in the sentence.
    numbers : tuple of int
        Numbers of its mentions, counted over the whole sentence.
    skeleton : str
        Lower case, without articles, each mention as ``<number>``, lists as ``<1,2>``.
    reason : bool
        Whether "because" or a similar word introduces it.
    """

    text: str
    start: int
    numbers: tuple[int, ...]
    skeleton: str
    reason: bool


def find_mentions(
    text: str, *, link: Link, names: Mapping[str, Entity], annotation: Annotation | None = None
) -> list[Mention]:
    """Find concepts in a sentence, in reading order, without overlap.

    The longest phrase wins, from the left; then come concepts that only relations between words express ("the heart is
    enlarged": cardiomegaly).

    Parameters
    ----------
    text : str
        A sentence without citations.
    link : callable
        Phrase in lower case → concept or None.
    names : mapping of str to Entity
        Concepts by :func:`thoracite.generation.wording.normalise`, looked up before the linker.
    annotation : Annotation or None
        The extractor's annotation of the text.
    """
    tokens = split_tokens(text)
    words = [normalise_word(token.text) for token in tokens]
    found: list[Mention] = []
    at = 0
    while at < len(tokens):
        entity, last = _longest(tokens, words, at, link, names)
        if entity is not None:
            found.append(Mention(entity, tokens[at].start, tokens[last].end))
        at = last + 1
    if annotation is not None:
        found += _find_related(text, annotation, link, found)
    return sorted(found, key=lambda mention: mention.start)


def find_starts(text: str, annotation: Annotation) -> list[int]:
    """Return the positions of the annotation's tokens in the original text."""
    starts, at = [], 0
    for token in annotation.text.split():
        at = text.find(token, at)
        starts.append(at)
        at += len(token)
    return starts


def _find_related(text: str, annotation: Annotation, link: Link, found: Sequence[Mention]) -> list[Mention]:
    """Find concepts of observations that no phrase named and that follow from their location."""
    starts = find_starts(text, annotation)
    concepts = link_mentions(annotation, link)
    related = []
    for mention in annotation.entities:
        start, concept = starts[mention.start_ix], concepts.get(mention.id)
        if mention.is_anatomy or concept is None or concept.kind in {"modifier", "mention", "anatomy"}:
            continue
        if not any(other.start <= start < other.end for other in found):
            related.append(Mention(concept, start, start + len(mention.tokens)))
    return related


def _longest(
    tokens: Sequence[Token], words: Sequence[str], at: int, link: Link, names: Mapping[str, Entity]
) -> tuple[Entity | None, int]:
    if not words[at]:
        return None, at
    for last in range(min(len(tokens), at + _LONGEST) - 1, at - 1, -1):
        if not words[last]:
            continue
        named = names.get(" ".join(filter(None, words[at : last + 1])))
        if named is not None:
            return named, last
    ahead = tokens[at : at + _LINKED]
    stop = next((n for n, token in enumerate(ahead) if not _is_word(token.text)), len(ahead))
    for last in range(at + stop - 1, at - 1, -1):
        if _is_edge(words[at]) or _is_edge(words[last]):
            continue
        linked = link(" ".join(token.text for token in tokens[at : last + 1]).lower())
        if linked is not None and linked.kind not in {"modifier", "mention"}:
            return linked, last
    return None, at


def _is_edge(word: str) -> bool:
    """Tell whether no name begins or ends with a word: small words and articles."""
    return word in _EDGES or not word


def _is_word(token: str) -> bool:
    """Tell whether a token is a word; the linker ignores punctuation."""
    return any(character.isalnum() for character in token)


def split_clauses(text: str, mentions: Sequence[Mention]) -> list[Clause]:
    """Split a sentence into clauses, in order.

    A clause begins at a semicolon, at "because", "but" and similar words, and at an "and" that joins two predicates.
    """
    inside = [(mention.start, mention.end) for mention in mentions]
    cuts = [(0, 0, False)]
    for match in _BREAK.finditer(text.lower()):
        if not any(start < match.end() and match.start() < end for start, end in inside):
            cuts.append((match.start(), match.end(), match.group() in {"because", "since", "as evidenced by"}))
    for match in _JOINT.finditer(text.lower()):
        outside = not any(start < match.end() and match.start() < end for start, end in inside)
        if outside and _joins_predicates(text.lower(), match, mentions, cuts):
            cuts.append((match.start(), match.end(), False))
    cuts.sort()
    ends = [start for start, _, _ in cuts[1:]] + [len(text)]
    return [_clause(text, begin, end, mentions, reason) for (_, begin, reason), end in zip(cuts, ends, strict=True)]


def _joins_predicates(
    text: str, joint: re.Match[str], mentions: Sequence[Mention], cuts: Sequence[tuple[int, int, bool]]
) -> bool:
    begin = max(after for _, after, _ in cuts if after <= joint.start())
    end = min((start for start, _, _ in cuts if start > joint.start()), default=len(text))
    left, right = text[begin : joint.start()], text[joint.end() : end]
    after = [mention for mention in mentions if joint.end() <= mention.start < end]
    if not after or not any(begin <= mention.start < joint.start() for mention in mentions):
        return False
    subject_first = re.fullmatch(r"[\w\s-]*", text[joint.end() : after[0].start]) is not None
    predicate_after = _PREDICATE.search(text, after[0].end, end) is not None
    return bool(_PREDICATE.search(left)) and subject_first and predicate_after and bool(_PREDICATE.search(right))


def _clause(text: str, begin: int, end: int, mentions: Sequence[Mention], reason: bool) -> Clause:
    numbers = tuple(n for n, mention in enumerate(mentions) if begin <= mention.start < end)
    parts, at = [], begin
    for number in numbers:
        parts += [text[at : mentions[number].start], f"<{number}>"]
        at = mentions[number].end
    parts.append(text[at:end])
    return Clause(text[begin:end], begin, numbers, _skeleton(" ".join(parts)), reason)


def _skeleton(text: str) -> str:
    words = re.findall(r"<\d+>|\d+\.\d+|[\w'-]+|[,:;]", text.lower())
    skeleton = " ".join(word for word in words if word not in {"a", "an", "the"})
    while (joined := _JOINED.sub(r"<\1,\2>", skeleton)) != skeleton:
        skeleton = joined
    return skeleton.strip(" ,")


__all__ = ["Clause", "Mention", "find_mentions", "find_starts", "split_clauses"]
