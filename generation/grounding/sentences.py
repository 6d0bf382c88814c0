"""Free text cut into sentences, and citations set into them.

Examples
--------
>>> cut_sentences("1. An effusion is likely (probability 0.53). No mass\\nis seen [E9].\\n\\n- The heart is large")
['An effusion is likely (probability 0.53).', 'No mass is seen.', 'The heart is large.']
>>> insert_citations("An effusion is likely, a mass is not.", {21: ("E1",), 36: ("E2", "E3")})
'An effusion is likely [E1], a mass is not [E2][E3].'
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from thoracite.generation.citations import join_citations, split_groups, strip_citations

MOST_SENTENCES, LONGEST = 40, 600
"""Most sentences of a text that are read, and most characters of one: a model that goes on for ever says nothing."""

_STOP = re.compile(r"(?<=[.!?])[\s\"”]+(?=[A-Z0-9“\"])|\n\s*\n")
_ITEM = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+", re.MULTILINE)
_ABBREVIATED = re.compile(r"\b(?:vs|approx|e\.g|i\.e|dr|no|fig|cf)\.$", re.IGNORECASE)


def cut_sentences(text: str) -> list[str]:
    """Cut free text into sentences, each on one line with a full stop, without list marks and citations.

    Parameters
    ----------
    text : str
        What a model wrote; citations in it are taken out, for nobody checked them.
    """
    pieces: list[str] = []
    for piece in _STOP.split(_ITEM.sub("\n\n", split_groups(text))):
        if pieces and _ABBREVIATED.search(pieces[-1]):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    plain = (" ".join(strip_citations(piece).split()) for piece in pieces)
    worded = [one for one in plain if re.search(r"\w", one)]
    return [one if one[-1] in ".!?" else f"{one}." for one in worded[:MOST_SENTENCES]]


def insert_citations(sentence: str, cited: Mapping[int, tuple[str, ...]]) -> str:
    """Set citations into a sentence.

    Parameters
    ----------
    sentence : str
        Without citations.
    cited : mapping of int to tuple of str
        Keys by the position behind which they stand.
    """
    parts, at = [], 0
    for position in sorted(cited):
        parts += [sentence[at:position], f" {join_citations(dict.fromkeys(cited[position]))}"]
        at = position
    return "".join([*parts, sentence[at:]])


__all__ = ["LONGEST", "MOST_SENTENCES", "cut_sentences", "insert_citations"]
