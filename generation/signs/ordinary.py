"""Words that no list knows: which of them a sentence about a sign may have, for nothing hangs on them there.

A word that no list knows may be what the sentence says of the sign ("the angle is *fuzzy*"), or a claim that no
evidence bears out ("in this *smoker*"). It passes before what is said of the sign (an *odd* opacity), in a phrase of
place behind it ("blunt towards the *armpit*"), in a phrase that leads to the sentence ("As *sketched*, …"), and as an
adverb, unless it is dangerous: a name of the graph, or a word of cause, time, certainty, treatment or of the patient.

Examples
--------
>>> is_dangerous("pneumonia"), is_dangerous("years"), is_dangerous("armpit")
(True, True, False)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from thoracite.kg.concepts import read_concepts

DANGEROUS = Path(__file__).with_name("dangerous.txt")
"""Words of cause, time, certainty, treatment and of the patient."""

HARMLESS = Path(__file__).with_name("harmless.txt")
"""Words of the graph's names that only tell place, form or number."""

LANDMARKS = Path(__file__).with_name("landmarks.txt")
"""Structures that tell a place behind a preposition: "melts into the *lung*"."""

_PLACES = frozenset({
    "in", "on", "at", "near", "beside", "towards", "toward", "along", "under", "behind", "between", "around",
    "across", "through", "into", "onto", "against", "inside", "above", "below", "over", "beneath", "amid", "among",
})  # fmt: skip
_LEADING = (_PLACES - {"behind"}) | {
    "from",
    "with",
    "of",
    "than",
    "meets",
    "meet",
    "meeting",
    "joins",
    "where",
    "which",
}
_INNER = frozenset({"the", "a", "an", "its", "their", "our", "this", "that", "and", "of", "each", "both"})
_COPULAS = frozenset({
    "is", "are", "was", "were", "be", "been", "being", "looks", "look", "appears", "appear", "seems", "seem",
    "remains", "remain", "stays", "stay", "lies", "lie", "becomes", "became", "become", "has", "have", "had",
})  # fmt: skip
_LEADS = frozenset({
    "as", "on", "in", "from", "by", "at", "according", "looking", "judging", "going", "to", "viewed", "seen",
    "measured", "traced", "taken", "using", "here", "per", "along", "inspecting", "reading",
})  # fmt: skip
_RELATIVE = frozenset({"where", "which", "with"})
_ILL = re.compile(
    r"\d|(?:itis|oma|omas|osis|a?emia|pathy|ectomy|otomy|ostomy|graphy|scopy|thorax|ectasis|cele|algia|pno?ea)$"
)
_SAYING = frozenset({"yes", "no", "converse", "number", "negation", "up", "down", "exceeded", "half", "degree"})
_POLAR = frozenset({"yes", "no", "converse"})
_TOLD = frozenset({"number", "up", "down", "exceeded"})
_SETTLING = frozenset({"yes", "no", "converse", "up", "down", "exceeded"})
_VERB = re.compile(r"\w(?:s|ed|ing)$")
_COMPARATIVE = re.compile(r"(?:ier|iest)$")
_PARTICIPLE = re.compile(r"(?:ed|en|ing|less|ish|free)$")
_TURNING = re.compile(r"(?:un|in|im|dis|non|mis|de|anti|pseudo|quasi|sub)(?=\w{4})")
_WORD = re.compile(r"[a-z][a-z'-]*")


class _Place(NamedTuple):
    """Where an unknown word stands: its piece and its place there."""

    pieces: Sequence[Sequence[tuple[str, str]]]
    piece: int
    at: int


@cache
def _read_dangerous() -> frozenset[str]:
    """Read the listed words and every word of the graph's names."""
    names = [name for node in read_concepts() for name in (node.entity.label, *node.synonyms)]
    named = {word for name in names for word in _WORD.findall(name.lower())}
    return frozenset(DANGEROUS.read_text(encoding="utf-8").split()) | (named - _read_words(HARMLESS))


@cache
def _read_words(path: Path) -> frozenset[str]:
    return frozenset(path.read_text(encoding="utf-8").split())


def _is_landmark(piece: Sequence[tuple[str, str]], at: int) -> bool:
    """Tell whether a structure only tells a place, in a piece that names another."""
    if piece[at][1] not in _read_words(LANDMARKS):
        return False
    if piece[0][1] in _RELATIVE and not any(kind in _POLAR | {"number", "existence"} for kind, _ in piece):
        return True  # "where the vessels enter", "which holds the heart"
    if any(text == "between" for _, text in piece[:at]):
        return True
    begin = at - 1
    while begin >= 0 and (piece[begin][0] in {"unknown", "side", "word", "join"} and piece[begin][1] not in _LEADING):
        begin -= 1
    led = begin >= 0 and piece[begin][1] in _LEADING
    return led and any(kind in {"name", *_POLAR} for kind, _ in piece[:begin])


def is_dangerous(word: str) -> bool:
    """Tell whether a word may make a sentence say more than its sign.

    Parameters
    ----------
    word : str
        In lower case.
    """
    word = word.removesuffix("'s").removesuffix("'")
    return bool(_ILL.search(word)) or bool({word, word.removesuffix("s")} & _read_dangerous())


def find_strange(pieces: Sequence[Sequence[tuple[str, str]]]) -> list[str]:
    """Find the unknown words on which something may hang.

    Parameters
    ----------
    pieces : sequence of sequence of (str, str)
        Kind and text of the items of each piece.
    """
    return [
        text
        for number, piece in enumerate(pieces)
        for at, (kind, text) in enumerate(piece)
        if kind == "unknown" and not _passes(_Place(pieces, number, at), text)
    ]


def _passes(place: _Place, word: str) -> bool:
    if word == "enough":  # "big enough", not "this is enough"
        return place.at > 0 and place.pieces[place.piece][place.at - 1][0] in _POLAR
    if _is_landmark(place.pieces[place.piece], place.at):
        return True
    turning = _TURNING.match(word) and word not in _read_words(HARMLESS)
    if not _WORD.fullmatch(word) or is_dangerous(word) or turning:
        return False
    piece = place.pieces[place.piece]
    return (
        word.endswith("ly")
        or _leads(place)
        or _is_placed(piece, place.at)
        or _is_before(piece, place.at)
        or _is_aside(place)
    )


def _is_aside(place: _Place) -> bool:
    """Tell whether a word neither predicates nor is joined to what does, in a sentence that says yes or no without it.

    A word predicates behind a copula or behind "and", and as the last verb of its piece: "the angle is blunt and
    *grubby*", "blunting of the angle *evaporates*".
    """
    piece, at = place.pieces[place.piece], place.at
    if not any(kind in _SETTLING for one in place.pieces for kind, _ in one):
        return False
    before = next(
        (one for one in reversed(piece[:at]) if one[1] not in _INNER - {"and"} and not one[1].endswith("ly")), ("", "")
    )
    predicates = before[1] in _COPULAS or before[0] in {"join", "negation"}
    acts = before[0] in _POLAR | {"name", "side"} and _VERB.search(piece[at][1])
    after = piece[at + 1][1] if at + 1 < len(piece) else ""
    if before[1] in {"more", "less"} or after == "than" or _COMPARATIVE.search(piece[at][1]):
        return False
    if not predicates and at + 1 < len(piece) and _is_doubted(piece, at):
        return False
    if predicates or acts:
        follows = next((kind for kind, _ in piece[at + 1 :] if kind in _SETTLING | {"join"}), "join")
        return follows != "join"
    return True


def _is_doubted(piece: Sequence[tuple[str, str]], at: int) -> bool:
    """Tell whether a participle may take back what it stands before: "shows *pretended* blunting"."""
    return piece[at + 1][0] in _POLAR and _PARTICIPLE.search(piece[at][1]) is not None


def _is_before(piece: Sequence[tuple[str, str]], at: int) -> bool:
    """Tell whether what is said follows on a word, which is neither said itself nor turns it: "an *odd* opacity"."""
    follows = next((n for n in range(at + 1, len(piece)) if piece[n][0] in _POLAR or piece[n][0] == "join"), None)
    if follows is None or piece[follows][0] == "join" or any(kind in _TOLD for kind, _ in piece[at:follows]):
        return False
    return not (follows == at + 1 and _PARTICIPLE.search(piece[at][1]))


def _leads(place: _Place) -> bool:
    """Tell whether a piece only leads to what is said behind it."""
    piece = place.pieces[place.piece]
    if place.piece or len(place.pieces) == 1 or piece[0][1] not in _LEADS:
        return False
    return not any(kind in _SAYING for kind, _ in piece)


def _is_placed(piece: Sequence[tuple[str, str]], at: int) -> bool:
    """Tell whether a word belongs to a phrase of place, in a piece that says something without it."""
    begin = at - 1
    while begin >= 0 and (piece[begin][0] in {"unknown", "side"} or piece[begin][1] in _INNER):
        begin -= 1
    if begin < 0 or piece[begin][1] not in _PLACES or begin == at - 1:
        return False
    said = any(kind in {"yes", "no", "converse"} for kind, _ in piece[: begin or at])
    return said and piece[begin - 1][1] not in _COPULAS and all(kind != "negation" for kind, _ in piece[at:])


__all__ = ["DANGEROUS", "find_strange", "is_dangerous"]
