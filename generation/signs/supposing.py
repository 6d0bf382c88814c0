"""Clauses that suppose something, and say nothing of this film: "a learner *might expect* small lungs, but …".

Examples
--------
>>> expect = [Item("word", text) for text in ("one", "might", "expect")] + [Item("yes", "small")]
>>> here = [Item("word", "they"), Item("word", "are"), Item("negation", "not"), Item("yes", "small")]
>>> read = [Polarity(("yes",), frozenset(), frozenset(), ()), Polarity(("no",), frozenset(), frozenset(), ())]
>>> [part.said for part in drop_supposed([expect, here], read)]
[(), ('no',)]
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from thoracite.generation.signs.polarity import Polarity
from thoracite.generation.signs.settling import Item

_SUPPOSED = re.compile(
    r"^(?:\S+ ){0,7}?(?:(?:might|may|could|would|should|can) (?:\S+ )?(?:expect|think|imagine|guess|suppose|"
    r"suspect|wonder|"
    r"fear|hope|show|look|be|mean|have|call|count|appear)|expect|expects|textbook|imagine|suppose|whether|were it|"
    r"had it|if|when|unlike)\b"
)


def drop_supposed(pieces: Sequence[Sequence[Item]], read: Sequence[Polarity]) -> list[Polarity]:
    """Drop what is only supposed, where another piece says what is.

    Parameters
    ----------
    pieces : sequence of sequence of Item
        In reading order.
    read : sequence of Polarity
        What each of them says.
    """
    supposed = [_SUPPOSED.match(" ".join(item.text for item in piece)) is not None for piece in pieces]
    behind = [any(part.said for part in read[at + 1 :]) for at in range(len(read))]
    return [
        part._replace(said=(), unread=()) if one and later and not part.turned else part
        for part, one, later in zip(read, supposed, behind, strict=True)
    ]


__all__ = ["drop_supposed"]
