"""What only the items around an item tell: whether a word says something of a sign, or names what a number is of.

Examples
--------
>>> [item.kind for item in settle([Item("yes", "shift"), Item("word", "of"), Item("number", "0.03")])]
['name', 'word', 'number']
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from thoracite.generation.signs.shared import BARE_DOWN, BARE_UP, EXISTENCE

QUANTITY = re.compile(
    r"densit(?:y|ies)|shift|deviation|displacement|gradient|differences?|opacity|haze|roughness|lucency|asymmetry|"
    r"attenuation|prominence|elevation|enlargement|excess|curvature|transradiancy|transparency|asymmetry|"
    r"haziness|whiteness|"
    r"darkness|drift|offset|blackness|translucency|shadowing"
)
"""Nouns that name what is measured where its number follows, and else say that it is there."""

_MEASURE = re.compile(
    r"(?:strongest |highest )?curvature|strength|probability|likelihood|value|measure(?:ment)?|score|"
    r"reading|figure|index|"
    r"p|confidence|result|response|roundness|difference|contrast|height|search|tests?|checks?|findings?|comparison|"
    r"count|gap|delta|"
    r"differential|criterion|question|threshold|limit|cut-?off|mark|assessment|measure|evaluation|review|grading|"
    r"screen|query|"
    r"parameter|metric|quotient|indices|margin|amount|degree|trigger|alarm"
)
_MOVES = re.compile(
    r"(?:is |are )?(?:project|deviat|extend|reach|shift|displac|protrud|bulg|rise|drift|stray|travel|mov|offset|"
    r"lean)\w*"
)
_LOSES = re.compile(r"lost|loses|losing|loss|lack of|want of")
_ABOUT = frozenset({"by", "about", "some", "only", "just", "roughly", "to", "a", "mere", "around", "up"})
_BE = frozenset({"is", "was"})
_ARTICLES = frozenset({"a", "an", "the", "of", "for", "round", "rounded", "focal", "small", "large"})
_LIMITS = frozenset({"films", "lowest", "highest"})
POLAR = frozenset({"yes", "no", "converse"})
_SOUGHT = [["search", "for"], ["hunt", "for"], ["look", "for"]]
_DEFINITE = frozenset({"the", "its", "this", "that"})
_INDEFINITE = frozenset({"a", "an", "some", "one", "any", "another", "several"})
_SHOWS = re.compile(
    r"(?:find|found|show|see|saw|report|detect|give|gave|return|note|mark|flag|display|reveal|record|demonstrate|call|"
    r"read|contain|hold|held|has|have|had|bear|carr|is|are|was|were|harbour|spot|pick)\w*"
)
_BETWEEN = frozenset({"word", "name", "side", "place"})
_THING = re.compile(
    r"(?:lines?|bands?|caps?|opacit(?:y|ies)|foci|focus|nodules?|shadows?|mass(?:es)?|spots?|blunting|haze|stripes?|"
    r"strips?|patch(?:es)?|ridges?|loss|obscuration|blurring|flattening|thickening)$"
)
_TRACED = re.compile(rf"{EXISTENCE.pattern}|stands? out|trac\w+|follow\w*|defined|sharp|clear")
_DIMENSION = re.compile(r"deep|wide|long|high|tall|broad|far")
_UNITED = re.compile(r"\d.*[a-z°]")


class Item(NamedTuple):
    """A piece of a sentence that means one thing.

    Parameters
    ----------
    kind : str
        One of the kinds above, or ``unknown``.
    text : str
        In lower case.
    """

    kind: str
    text: str


def find_told(piece: Sequence[Item], after: Sequence[Item], *, later: bool = False) -> int | None:
    """Find a quantity whose number stands in the piece behind: "the shift, 0.03 chest widths, is"; None if none.

    Parameters
    ----------
    piece, after : sequence of Item
        A piece and the one behind it.
    later : bool
        Whether a piece behind says yes or no, so that a heading need not: "Elevation: 0.06 (limit 0.11), not raised".
    """
    polar = [at for at, item in enumerate(piece) if item.kind in POLAR]
    if len(polar) != 1 or not QUANTITY.fullmatch(piece[polar[0]].text):
        return None
    if any(item.kind in {"negation", "existence"} or item.text == "there" for item in piece):
        return None
    led = next((item.text for item in reversed(piece[: polar[0]]) if item.text in _DEFINITE | _INDEFINITE), "")
    if (led not in _DEFINITE and (led or not later)) or any(_SHOWS.fullmatch(item.text) for item in piece[: polar[0]]):
        return None
    begun = [item.kind for item in after if item.kind != "word"][:1]
    return polar[0] if begun in (["number"], ["up"], ["down"]) else None


def settle(items: Sequence[Item]) -> list[Item]:
    """Settle what only the items around tell: "normal" before a number, "less" before a word of the sign.

    Parameters
    ----------
    items : sequence of Item
        Of one piece, each by itself.
    """
    settled: list[Item] = []
    films = False
    for at, item in enumerate(items):
        after = next((one.kind for one in items[at + 1 :] if one.kind != "word"), "")
        before = next((one.kind for one in reversed(settled) if one.kind != "word"), "")
        kind = item.kind
        led = settled[-1].text if settled else ""
        if item.text == "normal" and (after in {"up", "down", "number"} or before in {"up", "down"} or led == "than"):
            kind = "films"
        elif (
            item.text in {"normal", "usual", "fine", "ordinary", "regular"}
            and after == "name"
            and _is_told(items[at + 1 :])
        ):
            kind = "word"  # "the normal curvature is lost", "is preserved"
        elif kind in POLAR and EXISTENCE.fullmatch(item.text) and _leads_to_number(items[at + 1 : at + 7]):
            kind = "word"  # "an edge is seen along 0.67"
        elif kind == "no" and _TRACED.fullmatch(item.text) and _counts_share(settled):
            kind = "name"  # "only 0.22 of the contour stands out"
        elif kind in POLAR and _DIMENSION.fullmatch(item.text) and settled and _UNITED.search(settled[-1].text):
            kind = "name"  # "0.05 chest widths deep"
        elif kind == "yes" and items[at + 1 :][:1] and (_heads(item, items[at + 1]) or _differs(items[at:])):
            kind = "name"  # "the line strength"
        elif kind in {"yes", "no"} and _MOVES.fullmatch(item.text) and _is_amount(items[at + 1 :], settled):
            kind = "name"  # "projects 0.15 to the right"
        elif kind == "yes" and _LOSES.fullmatch(item.text) and _loses_no(items[at + 1 : at + 5]):
            kind = "negation"  # "has lost its crisp point"
        elif item.text == "than" and _prefers(settled):
            kind = "negation"  # "more like a table than a dome"
        elif kind == "yes" and _is_way(item, settled):
            kind = "side"  # "an offset of 0.02 to the left"
        elif (kind == "yes" and [one.text for one in settled if one.kind != "name"][-2:] in _SOUGHT) or (
            kind in {"yes", "no"} and _is_purpose(settled)
        ):
            kind = "name"
        elif item.text == "less" and after in {"yes", "no"}:
            kind = "negation"
        elif films and (kind in {"more", "yes", "no", "name", "unknown", "converse"} or item.text in {"over", "under"}):
            kind = "up" if re.fullmatch(BARE_UP, item.text) else "down" if re.fullmatch(BARE_DOWN, item.text) else kind
        elif kind == "yes" and _stands_for_number(item, items[at + 1 :], settled):
            kind = "name"
        elif item.text == "more" and kind == "more":
            kind = "word"
        elif kind == "number" and item.text.endswith("%") and after in {"films", "share"}:
            kind = "share"
        films = films or kind in {"films", "share"}
        films = films and kind != "patient"
        settled.append(Item(kind, item.text))
    return settled


def _is_amount(after: Sequence[Item], before: Sequence[Item]) -> bool:
    """Tell whether only a number says how far something goes."""
    follows = next((item for item in after if item.text not in _ABOUT), None)
    return follows is not None and follows.kind == "number" and not _has(before, "negation")


def _prefers(before: Sequence[Item]) -> bool:
    """Tell whether one likeness is preferred to another."""
    words = [item.text for item in before]
    return any(words[at : at + 2] == ["more", "like"] for at in range(len(words)))


def _loses_no(after: Sequence[Item]) -> bool:
    """Tell whether what is lost is what a no says."""
    follows = next((item for item in after if item.kind not in {"word", "name"}), None)
    return follows is not None and follows.kind == "no"


def _stands_for_number(item: Item, after: Sequence[Item], before: Sequence[Item]) -> bool:
    """Tell whether a word names what is measured, and does not say that it is there."""
    measured = _names_quantity(item, before) and _is_measured(after, before)
    return measured or (QUANTITY.fullmatch(item.text) is not None and _is_qualified(after, before))


def _names_quantity(item: Item, before: Sequence[Item]) -> bool:
    """Tell whether a word names what is measured: "the shift", "the curvature for small round *opacities*"."""
    if any(one.text == "there" for one in before):
        return False
    told = _THING.search(item.text) is not None and any(one.text in _DEFINITE for one in before[-4:])
    return told or _is_led(before) or QUANTITY.fullmatch(item.text) is not None


def _is_led(before: Sequence[Item]) -> bool:
    joined = max((at for at, one in enumerate(before) if one.kind == "join"), default=-1)
    words = [one.text for one in before[joined + 1 :] if one.kind in {"name", "word"}]
    return any(_MEASURE.fullmatch(word) for word in words) and any(word in {"of", "for"} for word in words)


def _differs(items: Sequence[Item]) -> bool:
    """Tell whether a difference is told with its number: "the zones differ by 0.21"."""
    words = [item.text for item in items[:2]]
    return words in (["differ", "by"], ["differs", "by"]) and items[2:3] != [] and items[2].kind == "number"


def _leads_to_number(after: Sequence[Item]) -> bool:
    led = len(after) > 1 and after[0].text in {"along", "for", "across", "on", "over"} and _comes_to_number(after[1:])
    return led or [item.text for item in after[:2]] == ["to", "be"]


def _is_way(item: Item, before: Sequence[Item]) -> bool:
    """Tell whether a word only says which way a measured distance goes."""
    told = _has(before, "number") and any(QUANTITY.fullmatch(one.text) or _MOVES.fullmatch(one.text) for one in before)
    way = (
        r"(?:to|towards?) (?:the )?(?:left|right)(?: of (?:the )?midline)?"
        r"|(?:left|right)(?:wards?)?(?: of (?:the )?midline)?"
    )
    return told and re.fullmatch(way, item.text) is not None


def _heads(item: Item, after: Item) -> bool:
    """Tell whether a noun only says what a number is of: "the *line* strength"; "reduced strength" says more."""
    return _MEASURE.fullmatch(after.text) is not None and (
        QUANTITY.fullmatch(item.text) is not None or _THING.search(item.text) is not None
    )


def _counts_share(before: Sequence[Item]) -> bool:
    told = any(one.kind == "number" and then.text == "of" for one, then in pairwise(before))
    return told and not _has(before, "negation")


def _comes_to_number(after: Sequence[Item]) -> bool:
    first = next((item.kind for item in after if item.kind not in {"word", "name"}), "")
    return first == "number"


def _has(items: Sequence[Item], kind: str) -> bool:
    return any(item.kind == kind for item in items)


def _is_purpose(before: Sequence[Item]) -> bool:
    """Tell whether a word says what a limit is for: "the threshold for *enlargement*", "the 0.06 required of a cap"."""
    for at, item in reversed(list(enumerate(before))):
        if item.text == "for":
            led = [one.kind for one in before[:at] if one.kind not in {"word", "number", "unit", "view", "name"}]
            return bool(led) and led[-1] in _LIMITS
        if item.kind not in {"word", "name", "side", "place", "view"}:
            return False
    return False


def _is_told(after: Sequence[Item]) -> bool:
    """Tell whether a verdict follows on what is called normal: "the normal curvature *is lost*"."""
    kinds = [one.kind for one in after if one.kind != "word"]
    polar = next((at for at, kind in enumerate(kinds) if kind in POLAR), None)
    return polar is not None and set(kinds[:polar]) <= {"name", "side", "place", "negation"}


def _is_qualified(after: Sequence[Item], before: Sequence[Item]) -> bool:
    """Tell whether another word says of a quantity what is stated: "*equal* density", "the density is *increased*"."""
    for item in reversed(before):
        if item.kind in POLAR and not QUANTITY.fullmatch(item.text):
            return True
        if item.kind not in _BETWEEN:
            break
    for item in after:
        if item.kind in POLAR and not QUANTITY.fullmatch(item.text):
            return EXISTENCE.fullmatch(item.text) is None
        if item.kind not in _BETWEEN | {"negation", "compared"}:
            break
    return False


def _is_measured(after: Sequence[Item], before: Sequence[Item]) -> bool:
    """Tell whether a quantity has its number behind it, a comparison with one, or its number before: "0.2 is the"."""
    told = any(one.kind == "number" and then.text in _BE for one, then in pairwise(before))
    if told and not _has(before, "negation"):
        return True
    said = _has(before, "negation") or any(EXISTENCE.fullmatch(item.text) for item in after)
    if _is_led(before) and _has(before, "number") and before[-1].text in _ARTICLES and not said:
        return True
    denied = False
    for item in after:
        if item.kind in {"up", "down", "exceeded"}:
            return any(one.kind in {"number", "half"} | _LIMITS for one in after)
        if item.kind == "number":
            return not denied
        denied = denied or item.kind == "negation"
        if QUANTITY.fullmatch(item.text):
            continue
        if item.kind not in {"word", "name", "side", "place", "compared", "negation", "patient", "films"}:
            return False
    return False


__all__ = ["POLAR", "QUANTITY", "Item", "find_told", "settle"]
