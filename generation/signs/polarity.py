"""Whether a sentence says yes or no to a sign, and of which side.

Examples
--------
>>> from thoracite.generation.signs.lexicon import find_lexicon, scan
>>> from thoracite.types import Entity, Sign, SignScore
>>> angle = Entity(id="thx:blunting_of_costophrenic_angle", label="blunting of costophrenic angle", kind="sign")
>>> score = SignScore(sign=Sign(id=angle.id, question="Is it blunted?", entity=angle), value=0.04, answer="yes")
>>> lexicon = find_lexicon(score)
>>> [read_polarity(scan(text, lexicon)[0], lexicon.paired).said for text in (
...     "there is no blunting of the right costophrenic angle", "the right costophrenic angle is not sharp")]
[('no',), ('yes',)]
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from thoracite.generation.signs.settling import Item
from thoracite.generation.signs.shared import EXISTENCE
from thoracite.types import Answer

_OTHER = {"left": "right", "right": "left"}
_SIDES = re.compile(r"\b(left|right)(?:wards?)?\b|\b(both|bilateral)")
_POLAR = frozenset({"yes", "no", "converse"})
_BE = frozenset({"is", "was", "are", "were"})
_MEASURED = frozenset({"the", "a", "its", "our", "measured", "recorded", "found", "read", "reached"})
_PREFERRING = frozenset({"instead of", "rather than", "than"})
_OUT = frozenset({"ruled out", "excluded", "absent", "denied", "dismissed"})
_INSIDE = frozenset({"within", "inside"})
_COMPARING = frozenset({"up", "down", "exceeded"})


class Polarity(NamedTuple):
    """What a piece of a sentence says of a sign.

    Parameters
    ----------
    said : tuple of str
        ``yes`` or ``no``, as often as it is said.
    sides : frozenset of str
        Sides that it is said of.
    turned : frozenset of int
        Places of comparisons that a negation turns.
    unread : tuple of str
        Negations and comparisons of sides that lead nowhere.
    compared : frozenset of str
        Sides that it is compared with.
    """

    said: tuple[Answer, ...]
    sides: frozenset[str]
    turned: frozenset[int]
    unread: tuple[str, ...]
    compared: frozenset[str] = frozenset()


def read_polarity(items: Sequence[Item], paired: bool) -> Polarity:
    """Read one piece.

    Parameters
    ----------
    items : sequence of Item
        From :func:`thoracite.generation.signs.lexicon.scan`.
    paired : bool
        Whether the sign compares one side with the other.
    """
    polar = _find_polar(items)
    negated = dict.fromkeys(polar, 0)
    turned: set[int] = set()
    unread = []
    for at, item in enumerate(items):
        if item.kind == "negation" and not (item.text == "nor" and _has_before(items, at, "negation")):
            reached = _find_scope(items, at, polar)
            turned ^= {reached} if isinstance(reached, int) else set()
            for one in reached if not isinstance(reached, int) else ():
                negated[one] += 1
            if (
                not isinstance(reached, int)
                and (not reached or _denies_number(items, at))
                and not ((polar or at == 0) and item.text in _PREFERRING)
            ):
                unread.append(item.text)
    sides, compared = _find_sides(items, paired)
    told = sides
    if len(sides) == 1 and compared <= sides and compared:
        unread.append("than itself")
    said: list[Answer] = []
    for at in polar:
        yes = (items[at].kind == "yes") == (negated[at] % 2 == 0)
        if items[at].kind == "converse" and compared and negated[at] % 2 == 0 and len(sides) == 1:
            sides, yes = frozenset(_OTHER.get(side, side) for side in sides), True
        elif items[at].kind == "converse" and compared and len(sides) == 1:
            sides, yes = frozenset(_OTHER.get(side, side) for side in sides), False
        elif items[at].kind == "converse":
            unread.append(items[at].text)
        said.append("yes" if yes else "no")
    said += ["yes" if at in turned else "no" for at, item in enumerate(items) if _is_inside(item)]
    return Polarity(tuple(said), sides, frozenset(turned), tuple(unread), compared if sides == told else frozenset())


def _is_inside(item: Item) -> bool:
    return item.text in _INSIDE and item.kind == "down"


def _find_polar(items: Sequence[Item]) -> list[int]:
    """Find the items that state or deny the sign; "seen" only where nothing else does."""
    polar = [at for at, item in enumerate(items) if item.kind in _POLAR]
    firm = [at for at in polar if not EXISTENCE.fullmatch(items[at].text)]
    return firm or polar


def _exists(item: Item) -> bool:
    return item.kind == "existence" or (item.kind in {"no", "yes"} and EXISTENCE.fullmatch(item.text) is not None)


def _has_before(items: Sequence[Item], at: int, kind: str) -> bool:
    return any(item.kind == kind for item in items[:at])


def _find_scope(items: Sequence[Item], at: int, polar: Sequence[int]) -> int | list[int]:
    """Find what a negation governs: a comparison, by its place, or items that state the sign; none is an empty list."""
    ahead: list[int] = []
    for number in range(at + 1, len(items)):
        item = items[number]
        if item.kind in _COMPARING and not ahead:
            return number
        if item.kind == "join" and (ahead or item.text == "but"):
            break
        if number in polar:
            ahead.append(number)
        elif item.kind == "negation" and not ahead and item.text != "nor":  # "not free of blunting": both govern it
            continue
    before = [number for number in polar if number < at]
    follows = next((item for item in items[at + 1 :] if item.kind not in {"word", "negation"}), None)
    if items[at].text in _PREFERRING:
        return ahead
    behind = (
        follows is None
        or (follows.kind == "number" and items[at].text in _OUT)
        or _exists(follows)
        or follows.kind in {"join", "side", "name"}
    )
    if before and not ahead and behind:
        return before
    compared = [number for number in range(at) if items[number].kind in _COMPARING]
    if compared and not ahead and follows is not None and _exists(follows):
        return compared[-1]  # "a width above 0.55 is not present"
    return ahead


def _denies_number(items: Sequence[Item], at: int) -> bool:
    """Tell whether a negation denies that a number was measured: "0.04 is *not* the probability"."""
    before = [item.kind for item in items[:at] if item.text not in _BE]
    follows = items[at + 1].text if at + 1 < len(items) else ""
    if items[at].text.startswith("too "):
        return False
    return before[-1:] == ["number"] and items[at - 1].text in _BE and follows in _MEASURED


def _find_sides(items: Sequence[Item], paired: bool) -> tuple[frozenset[str], frozenset[str]]:
    """Find the sides that a piece speaks of, and those it compares them with."""
    own: set[str] = set()
    compared: set[str] = set()
    for item in items:
        found = {side or "bilateral" for side, _ in _SIDES.findall(item.text)} if item.kind != "name" else set()
        if item.kind == "compared" or (item.kind == "place" and paired):
            compared |= found or {"other"}
        elif item.kind in {"side", "yes", "no", "converse", "place"}:
            own |= found
    return frozenset({"bilateral"} if {"left", "right"} <= own else own), frozenset(compared)


__all__ = ["Polarity", "read_polarity"]
