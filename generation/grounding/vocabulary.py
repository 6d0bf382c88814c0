"""The words that free text may be made of beside names, numbers and what a sign's own words say.

A template has no word that could make a sentence mean something else. A decoder may write any: "it is false that …",
"elsewhere", "the father has …". What no list knows cannot be checked, so that its sentence is not released.

Examples
--------
>>> find_conditional("a lung mass would be likely"), find_conditional("blunting would be a sign of effusion")
('would', None)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from thoracite.generation.citations import parse_citations, strip_citations
from thoracite.generation.grounding.source import Source
from thoracite.generation.indication import is_indication
from thoracite.generation.others import leave_out_count
from thoracite.generation.signs.lexicon import find_lexicon, scan
from thoracite.generation.signs.parts import Part, cut_parts
from thoracite.generation.signs.silence import is_unmeasured, take_own_reading
from thoracite.generation.wording import LEVELS, SIDES, blank_parentheses, normalise_word
from thoracite.kg.extract.text import split_tokens

WORDS = Path(__file__).with_name("words.txt")
"""Words that are read wherever they stand."""

_WOULD = re.compile(
    r"\bwould\b(?! (?:best )?be (?:settled|an? |signs|expected|evidence|in keeping)| (?:also )?(?:suggest|point|speak|"
    r"argue|count|support|mimic|weigh))"
)
_WORD = re.compile(r"[a-z][\w'./-]*", re.IGNORECASE)


@cache
def _read_words() -> frozenset[str]:
    return frozenset(WORDS.read_text(encoding="utf-8").split()) | frozenset(SIDES) | frozenset(LEVELS)


def find_strange(sentence: str, source: Source) -> str | None:
    """Find a word of a sentence that nothing checks; None where there is none.

    Parameters
    ----------
    sentence : str
        With the citations that support it.
    source : Source
        Evidence of the image.
    """
    cited = set(parse_citations(sentence))
    if any(piece.kind == "difference" and piece.key in cited for piece in source.evidence):
        return None  # the forms of change have been read whole
    if is_unmeasured(sentence) or is_indication(sentence):
        return None  # their forms have no room for a word more
    sentence = leave_out_count(sentence)  # verified by its number
    parts = cut_parts(take_own_reading(sentence).sentence) or [Part(sentence, ())]
    told = find_conditional(strip_citations(sentence).lower())
    return told or next((word for part in parts for word in _find_unknown(part, source)), None)


def find_conditional(sentence: str) -> str | None:
    """Find a "would" that is no fact's: what would be is not said to be."""
    return "would" if _WOULD.search(sentence) else None


def _find_unknown(part: Part, source: Source) -> Iterator[str]:
    cited = [piece for piece in source.evidence if piece.key in part.keys]
    text = blank_parentheses(part.text)
    spans = [(one.start, one.end) for one in source.find_mentions(text)]
    known = _read_words()
    if any(piece.kind in {"sign", "triple"} for piece in cited):
        known |= _find_words_of_signs(text, source)
    for token in split_tokens(text):
        word = token.text.lower()
        if not _WORD.fullmatch(word) or any(start <= token.start < end for start, end in spans):
            continue
        if not {word, normalise_word(word)} & known:
            yield token.text


def _find_words_of_signs(text: str, source: Source) -> frozenset[str]:
    """Find the words that any sign of the image reads in a text; the verifier has held them against the sign."""
    scores = {(one.sign.sign.id, one.sign.side): one.sign for one in source.signs if one.sign is not None}
    read: set[str] = set()
    for score in scores.values():
        items = [item for piece in scan(text, find_lexicon(score)) for item in piece if item.kind != "unknown"]
        read |= {word for item in items for word in re.findall(r"[\w'./-]+", item.text.lower())}
        read |= {part for word in read for part in word.split("-")}
    return frozenset(read)


__all__ = ["WORDS", "find_conditional", "find_strange"]
