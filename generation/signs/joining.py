"""Pieces of a sentence that belong together, and pieces that only tell the reader what to do.

Examples
--------
>>> shift, amount = [Item("yes", "shift")], [Item("number", "0.03")]
>>> denial = [Item("word", "is"), Item("negation", "not"), Item("existence", "seen")]
>>> [[item.text for item in piece] for piece in join_pieces([shift, amount, denial])]
[['shift', 'is', 'not', 'seen'], ['0.03']]
>>> cut_lead("Compare the bases: the right one is whiter.")
('Compare the bases', ' the right one is whiter.')
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from thoracite.generation.signs.settling import POLAR, Item

INSTRUCTIONS = Path(__file__).with_name("instructions.txt")
"""Verbs, and words before them, with which a sentence tells its reader where to look."""

_LEAD = re.compile(
    r"^\W*(?P<verb>[A-Za-z']+)\b[^:;]*?(?=[:;]|"
    r"\b(?:and|then) you (?:will|can|would|get|find|see|notice)\b|\.(?!\d)\W*\w)"
)
_COPULAS = frozenset({"is", "are", "was", "were", "has", "have", "had", "been", "be", "could", "can", "cannot"})
_DENIED = frozenset({"negation", "existence"})
_HEDGES = frozenset({"perhaps", "maybe", "possibly", "presumably", "probably", "supposedly", "arguably", "likely"})
_KEPT = frozenset({"side", "name", "place", "number"})


@cache
def _read_instructions() -> frozenset[str]:
    return frozenset(INSTRUCTIONS.read_text(encoding="utf-8").split())


def cut_lead(text: str) -> tuple[str, str]:
    """Cut an instruction off a text: what it tells to do, and what it says then.

    Parameters
    ----------
    text : str
        Without citations.

    Returns
    -------
    tuple of str
        The instruction, empty where there is none, and the rest.
    """
    match = _LEAD.match(text)
    if match is None or match["verb"].lower() not in _read_instructions():
        return "", text
    rest = text[match.end() :].lstrip(":;.")
    return (match.group(), rest) if re.search(r"\w", rest) else ("", text)


def keep_named(pieces: Sequence[Sequence[Item]]) -> list[list[Item]]:
    """Keep of an instruction what must be true of the sign all the same: its side, its name, its numbers.

    Words that state something stay too where they are no nouns: "look at the *enlarged* heart".

    Parameters
    ----------
    pieces : sequence of sequence of Item
        The pieces of the instruction.
    """
    told = [list(piece) if _states(piece) else [item for item in piece if _is_kept(item)] for piece in pieces]
    verb, *rest = told[0] if told and told[0] else [Item("word", "")]
    return [rest if verb.text == pieces[0][0].text and verb.kind in POLAR else [verb, *rest], *told[1:]]


def _is_kept(item: Item) -> bool:
    return item.kind in _KEPT | POLAR or item.text in _HEDGES


def _states(piece: Sequence[Item]) -> bool:
    """Tell whether an instruction denies something: "ask which dome is *not* out of place"."""
    kinds = {item.kind for item in piece}
    return bool(kinds & POLAR) and "negation" in kinds


def join_pieces(pieces: Sequence[Sequence[Item]]) -> list[list[Item]]:
    """Join a piece without a subject to the piece that has it: "the shift, 0.03, *is not seen*".

    Parameters
    ----------
    pieces : sequence of sequence of Item
        In reading order.
    """
    joined: list[list[Item]] = []
    for piece in pieces:
        subject = _find_subject(joined) if _lacks_subject(piece) else None
        if subject is None:
            joined.append(list(piece))
        else:
            joined[subject] = [*joined[subject], *piece]
    return joined


def _lacks_subject(piece: Sequence[Item]) -> bool:
    """Tell whether a piece begins with its verb and only says whether something is there."""
    if not piece or not (piece[0].text in _COPULAS or piece[0].kind in _DENIED):
        return False
    kinds = {item.kind for item in piece}
    return "existence" in kinds and not kinds & (POLAR | {"name", "side", "up", "down", "number", "exceeded"})


def _find_subject(pieces: Sequence[Sequence[Item]]) -> int | None:
    """Find the last piece that names something without saying whether it is there."""
    for at in range(len(pieces) - 1, -1, -1):
        kinds = {item.kind for item in pieces[at]}
        if kinds & POLAR:
            said = kinds & _DENIED or any(item.text in _COPULAS for item in pieces[at])
            return None if said else at
    return None


__all__ = ["INSTRUCTIONS", "cut_lead", "join_pieces", "keep_named"]
