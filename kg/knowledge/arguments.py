"""The two ends of a connector: single concepts or lists of them, each a whole noun phrase.

A concept counts only where it is the head of its phrase: not "lung" in "lung transplant", not "pneumonia" in "risk of
pneumonia" or "non-pneumonia", not "asbestos" in "asbestos-related".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from thoracite.kg.knowledge.connectors import Found
from thoracite.kg.linking.linker import Linker
from thoracite.kg.privacy.words import read_lists
from thoracite.types import Entity

_WORDS = read_lists(Path(__file__).with_name("prose.txt"))
_CLOSED, _TURNING, _DETERMINERS = _WORDS["closed"], _WORDS["turning"], _WORDS["determiners"]
_OPENERS, _VAGUE = _WORDS["openers"], _WORDS["vague"]

_ADJECTIVE = re.compile(r"\w+(?:al|ic|ar|ary|ous)")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_WORD = re.compile(r"[\w'/-]+")
_WHOSE = re.compile(
    r"\s*,?\s*(?:that|which|who)?\s*|\s+(?:is|are)\s+(?:an?|the)\s+(?:(?!of\b|in\b|for\b)[\w-]+\s+){0,4}"
    r"(?:diseases?|disorders?|conditions?|infections?|problems?|lesions?|syndromes?|pneumoconiosis|pneumonia)"
    r"(?:,?\s+(?:that|which))?\s+"
)
_EXAMPLES = re.compile(r"(?:\s+[\w'-]+){0,6}?\s*,?\s*(?:such\s+as|including|for\s+example,?|e\.g\.,?)\s*")
_LIST = re.compile(r",|\band/or\b|\band\b|\bor\b|\bas well as\b")
_MAX_FILL = 3


class Mention(NamedTuple):
    """A concept named in a sentence.

    Parameters
    ----------
    start, end : int
        Positions of its first character and behind its last.
    entity : Entity
        The concept.
    """

    start: int
    end: int
    entity: Entity


def drop_brackets(text: str) -> str:
    """Remove brackets from a sentence: pronunciations, abbreviations, asides.

    Examples
    --------
    >>> drop_brackets("Atelectasis (at-eh-LEK-tah-sis) is seen.")
    'Atelectasis is seen.'
    """
    return _BRACKETS.sub("", text).replace("\u2019", "'")


def find_heads(text: str, linker: Linker) -> list[Mention]:
    """Find concepts in a sentence; names that books use in several senses are left out.

    Parameters
    ----------
    text : str
        One sentence.
    linker : Linker
        Knows the concepts.
    """
    mentions = []
    for start, end, entity in linker.find_mentions(text):
        name = text[start:end].lower()
        hyphenated = text[max(start - 1, 0) : start] == "-" or text[end : end + 1] in {"-", "\u2013"}
        adjective = entity.kind == "anatomy" and _ADJECTIVE.fullmatch(name) is not None
        if name not in _VAGUE and not hyphenated and not adjective and not _is_odd(text, start, end):
            mentions.append(Mention(start, end, entity))
    return mentions


def _is_odd(text: str, start: int, end: int) -> bool:
    """Tell odd names: marks inside a name, part of a proper name ("Rift Valley fever"), or "pe" for "PE"."""
    name = text[start:end]
    if name[0].isupper() and not name.isupper() and re.search(r"\b[A-Z][a-z]+ $", text[:start]):
        return True
    return "--" in name or " - " in name or (len(name) <= 4 and name.islower() and name not in {"lung", "rib", "ribs"})


def find_ends(text: str, found: Found, mentions: Sequence[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Find the concepts before and after a connector.

    Parameters
    ----------
    text : str
        The sentence.
    found : Found
        The connector in it.
    mentions : sequence of Mention
        From :func:`find_heads`.

    Returns
    -------
    tuple of list of Mention
        Empty lists where an end is not a concept, or only part of a phrase.
    """
    return _read_left(text, found, mentions), _read_right(text, found, mentions)


def _read_left(text: str, found: Found, mentions: Sequence[Mention]) -> list[Mention]:
    chain: list[Mention] = []
    for mention in reversed([one for one in mentions if one.end <= found.start]):
        gap = text[mention.end : chain[-1].start if chain else found.start]
        if chain:
            if not _continues(gap):
                break
        elif not _WHOSE.fullmatch(gap) and not (_continues(gap) and "other" in gap.split()):
            return []
        chain.append(mention)
    if not chain or not _is_opened(text[: chain[-1].start].lower(), found):
        return []
    return [mention for mention in reversed(chain) if mention.entity.kind in found.connector.left]


def _is_opened(before: str, found: Found) -> bool:
    """Tell whether a phrase begins at its first concept, or at adjectives before it."""
    if found.connector.before is not None:
        words = before.rstrip()
        for _ in range(_MAX_FILL):
            if found.connector.before.search(words):
                return True
            words = re.sub(r"\s*[\w'-]+$", "", words)
        return False
    words, determined = before.rstrip(), False
    for _ in range(_MAX_FILL + 1):
        last = re.search(r"[\w'/-]+$", words)
        if last is None:
            return not words or words[-1] in ',;:.\u2014\u2013"' or words.endswith(" -")
        word = last[0]
        if word == "as":
            return words.endswith("such as")
        if word in _OPENERS:
            return True
        if determined or word in _TURNING or (word in _CLOSED and word not in _DETERMINERS):
            return False
        determined = word in _DETERMINERS
        words = words[: last.start()].rstrip()
    return False


def _read_right(text: str, found: Found, mentions: Sequence[Mention]) -> list[Mention]:
    chain: list[Mention] = []
    last = found.end
    for mention in (one for one in mentions if one.start >= found.end):
        gap = text[last : mention.start]
        if not (_continues(gap) if chain else _begins(gap)):
            if chain or mention.entity.kind != "modifier":
                break
            continue
        if not _is_head(text[mention.end :]):
            if mention.entity.kind in {"modifier", "anatomy"} and _WORD.match(text[mention.end :].lstrip()):
                continue  # an adjective of the next words
            break
        chain.append(mention)
        last = mention.end
    return [mention for mention in chain if mention.entity.kind in found.connector.right]


def _begins(gap: str) -> bool:
    """Tell whether only adjectives, or list members without concepts, stand before the first concept."""
    gap = gap.removeprefix(":")
    examples = _EXAMPLES.match(gap)
    return _lists(gap) or (examples is not None and _lists(gap[examples.end() :]))


def _continues(gap: str) -> bool:
    """Tell whether a list goes on across a gap; members without concepts may stand in it."""
    parts = _LIST.split(gap)
    return len(parts) > 1 and not parts[0].strip() and _lists(gap)


def _lists(gap: str) -> bool:
    parts = _LIST.split(gap)
    return len(parts) <= 8 and all(map(_fills, parts))


def _fills(gap: str) -> bool:
    words = [word.lower() for word in _WORD.findall(gap)]
    marks = re.sub(r"[\w'/\s-]", "", gap)
    content = [word for word in words if word not in _DETERMINERS]
    return not marks and " - " not in gap and len(content) <= _MAX_FILL and not (_CLOSED | _TURNING) & set(content)


def _is_head(after: str) -> bool:
    word = _WORD.match(after.lstrip())
    if word is None or re.match(r"\s*[.,;:!?\"\u2014)]", after) or after.startswith((" - ", " --")):
        return True
    return word[0].lower() in _CLOSED


__all__ = ["Mention", "drop_brackets", "find_ends", "find_heads"]
