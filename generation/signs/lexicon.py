"""What a reader takes from the words of a sentence about a sign: its words, those of its families, and those of all.

Examples
--------
>>> from thoracite.types import Entity, Sign
>>> angle = Entity(id="thx:blunting_of_costophrenic_angle", label="blunting of costophrenic angle", kind="sign")
>>> score = SignScore(sign=Sign(id=angle.id, question="Is it blunted?", entity=angle), value=0.04, answer="yes")
>>> [item.kind for item in scan("the angle is not sharp: 0.04 chest widths", find_lexicon(score))[0]]
['word', 'name', 'word', 'negation', 'no']
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from thoracite.files import read_rows
from thoracite.generation.signs.shared import BARE_DOWN, BARE_UP, BREAK, COMPARED, EXISTENCE, ORDER, SHARED
from thoracite.generation.signs.words import find_words
from thoracite.types import SignScore

LEXICON = Path(__file__).parent / "lexicon.csv"
"""For each sign: its names, words that state it, deny it, state it of the other side, and say where."""

NEUTRAL = Path(__file__).parent / "neutral.txt"
"""Words that say nothing of a sign by themselves; any other unknown word is a claim that cannot be checked."""

FAMILIES = Path(__file__).parent / "families.csv"
"""Words that the signs of one family share, by kind; a sign names its families in ``lexicon.csv``."""

QUANTITY = re.compile(
    r"densit(?:y|ies)|shift|deviation|displacement|gradient|differences?|opacity|haze|roughness|lucency|asymmetry|"
    r"attenuation|prominence|elevation|enlargement|excess|curvature|transradiancy|transparency"
)
"""Nouns that name what is measured where its number follows, and else say that it is there."""

_MEASURE = re.compile(
    r"(?:strongest |highest )?curvature|strength|probability|likelihood|value|measure(?:ment)?|score|reading|figure|index|"  # noqa: E501
    r"p|confidence|result"
)
_BE = frozenset({"is", "was"})
_ARTICLES = frozenset({"a", "an", "the", "of", "for", "round", "rounded", "focal", "small", "large"})
_LIMITS = frozenset({"films", "lowest", "highest"})
_POLAR = frozenset({"yes", "no", "converse"})
_BETWEEN = frozenset({"word", "name", "side", "place"})
_DIMENSION = re.compile(r"deep|wide|long|high|tall|broad|far")
_UNITED = re.compile(r"\d.*[a-z°]")
_TOKEN = re.compile(r"[^\s]+")


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


class Lexicon(NamedTuple):
    """Words of one sign.

    Parameters
    ----------
    patterns : mapping of str to re.Pattern
        By kind, in the order in which equally long ones win.
    paired : bool
        Whether the sign compares one side with the other.
    positive : str
        Side that counts as positive in the measured difference; empty where the value is no difference of sides.
    """

    patterns: Mapping[str, re.Pattern[str]]
    paired: bool
    positive: str = ""


@cache
def _read_neutral() -> frozenset[str]:
    return frozenset(NEUTRAL.read_text(encoding="utf-8").split())


@cache
def _read_lexicon() -> dict[str, dict[str, str]]:
    """Read the words of each sign, with those of its families."""
    shared: dict[tuple[str, str], list[str]] = {}
    for row in read_rows(FAMILIES):
        shared.setdefault((row["family"], row["kind"]), []).append(row["words"])
    read = {row["sign"]: dict(row) for row in read_rows(LEXICON)}
    for own in read.values():
        for kind in ("names", "yes", "no", "converse", "places"):
            told = [word for family in own["families"].split() for word in shared.get((family, kind), [])]
            own[kind] = "|".join(filter(None, (own[kind], *told)))
    return read


def find_lexicon(score: SignScore) -> Lexicon:
    """Find the words of a sign; one that is not in the file has the words of its label and its question."""
    row = _read_lexicon().get(score.sign.entity.id)
    if row is not None:
        names = f"{re.escape(find_words(score).value)}|{row['names']}"
        return _compile(names, row["yes"], row["no"], row["converse"], row["places"], row["positive"])
    question = re.escape(score.sign.question) + '[”"]? is answered'
    label = rf"{re.escape(score.sign.entity.label)}|{question} yes"
    return _compile("", label, rf"{question} no", "", "", "")


@cache
def _compile(names: str, yes: str, no: str, converse: str, places: str, positive: str) -> Lexicon:
    yes, no = (f"{one}|un-?(?:{other})" if other else one for one, other in ((yes, no), (no, yes)))
    own = {"name": names, "yes": yes, "no": no, "converse": converse, "place": places}
    own["compared"] = COMPARED if converse else ""
    joined = {kind: _join_longest(own.get(kind, ""), SHARED.get(kind, "")) for kind in ORDER}
    patterns = {
        kind: re.compile(rf"(?<![\w-])(?:{pattern})(?![\w])", re.IGNORECASE)
        for kind, pattern in joined.items()
        if pattern
    }
    return Lexicon(patterns, bool(converse), positive)


def _join_longest(*patterns: str) -> str:
    """Join patterns so that the longest wording of all their alternatives is tried first."""
    parts, depth = [""], 0
    for character in "|".join(filter(None, patterns)):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return "|".join(sorted(parts, key=len, reverse=True))


def scan(text: str, lexicon: Lexicon) -> list[list[Item]]:
    """Cut a text into pieces between commas, brackets and the like, and each into items.

    Parameters
    ----------
    text : str
        Without citations.
    lexicon : Lexicon
        Words of the sign that it is about.
    """
    text = _normalise(text)
    pieces, at = [], 0
    for cut in [*BREAK.finditer(text), None]:
        end = len(text) if cut is None else cut.start()
        if end < at:
            continue
        pieces.append(list(_scan_piece(text[at:end], lexicon)))
        at = end if cut is None or not cut.group() else cut.end()
    pieces = [piece for piece in pieces if piece]
    for piece, after in pairwise(pieces):
        if [item.text for item in piece] == ["normal"] and after[0].kind in {"up", "down", "number", "share"}:
            piece[0] = Item("films", "normal")
    return pieces


def _normalise(text: str) -> str:
    """Write what is said in several ways in one: signs, spaces, "0.06 or more is usual"."""
    text = " ".join(text.replace("−", "-").replace("’", "'").split())
    for more, bound in (("more|above|higher|over|greater|up", "at least"), ("less|below|lower|under", "at most")):
        text = re.sub(rf"(\d\.\d+(?: [a-z]+){{0,8}}?) (?:or|and) (?:{more})\b", rf"{bound} \1", text)
    text = re.sub(
        r"\bat least one (?:of (?:the |these |its |both )*)?(?!chest)(?=[a-z])", "one ", text, flags=re.IGNORECASE
    )
    text = re.sub(r"\bat least (?=(?!the |a |its )[a-z])", "", text)
    text = re.sub(
        r":(?= (?:absent|none|nil|negative|not (?:seen|present|visible|identified|detected|found|shown))\b)", "", text
    )
    text = re.sub(r"(?<![\w-])(?:Rt|R|RT)\b(?![-–/:.] ?[A-Z])", "right", text)
    text = re.sub(r"(?<![\w-])(?:Lt|L|LT)\b(?![-–/:.] ?[A-Z])", "left", text)
    return re.sub(
        r"(\d\.\d+(?: chest widths)?) (?:is|are|being) (?:usual|normal|typical|"
        r"expected)\b",
        r"\1 in normal films",
        text,
    )


def _scan_piece(text: str, lexicon: Lexicon) -> list[Item]:
    items: list[Item] = []
    at = 0
    while at < len(text):
        if text[at] in " .!?\"“”'=/":
            at += 1
            continue
        matches = ((kind, pattern.match(text, at)) for kind, pattern in lexicon.patterns.items())
        found = [(kind, match.group()) for kind, match in matches if match is not None and match.group()]
        found = [(kind, said) for kind, said in found if kind != "word" or said.lower() in _read_neutral()]
        longest = max((len(said) for _, said in found), default=0)
        if not longest:
            said = _TOKEN.match(text, at)
            assert said is not None  # noqa: S101 - no space stands here
            items.append(Item("unknown", said.group().lower()))
            at += len(said.group())
            continue
        kind, said_words = next((kind, said) for kind, said in found if len(said) == longest)
        items.append(Item(kind, said_words.lower()))
        at += longest
    return _settle(items)


def _settle(items: list[Item]) -> list[Item]:
    """Settle what only the items around tell: "normal" before a number, "less" before a word of the sign."""
    settled: list[Item] = []
    films = False
    for at, item in enumerate(items):
        after = next((one.kind for one in items[at + 1 :] if one.kind != "word"), "")
        before = next((one.kind for one in reversed(settled) if one.kind != "word"), "")
        kind = item.kind
        led = settled[-1].text if settled else ""
        if item.text == "normal" and (after in {"up", "down", "number"} or before in {"up", "down"} or led == "than"):
            kind = "films"
        elif item.text in {"normal", "usual"} and after == "name" and _is_told(items[at + 1 :]):
            kind = "word"  # "the normal curvature is lost", "is preserved"
        elif kind in _POLAR and EXISTENCE.fullmatch(item.text) and _leads_to_number(items[at + 1 : at + 3]):
            kind = "word"  # "an edge is seen along 0.67"
        elif kind in _POLAR and _DIMENSION.fullmatch(item.text) and settled and _UNITED.search(settled[-1].text):
            kind = "name"  # "0.05 chest widths deep"
        elif kind == "yes" and items[at + 1 :][:1] and (_MEASURE.fullmatch(items[at + 1].text) or _differs(items[at:])):
            kind = "name"  # "the line strength"
        elif kind in {"yes", "no"} and _is_purpose(settled):
            kind = "name"
        elif item.text == "less" and after in {"yes", "no"}:
            kind = "negation"
        elif films and kind in {"more", "yes", "no", "name", "unknown", "converse"}:
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


def _stands_for_number(item: Item, after: Sequence[Item], before: Sequence[Item]) -> bool:
    """Tell whether a word names what is measured, and does not say that it is there."""
    measured = _names_quantity(item, before) and _is_measured(after, before)
    return measured or (QUANTITY.fullmatch(item.text) is not None and _is_qualified(after, before))


def _names_quantity(item: Item, before: Sequence[Item]) -> bool:
    """Tell whether a word names what is measured: "the shift", "the curvature for small round *opacities*"."""
    if any(one.text == "there" for one in before):
        return False
    return _is_led(before) or QUANTITY.fullmatch(item.text) is not None


def _is_led(before: Sequence[Item]) -> bool:
    words = [one.text for one in before if one.kind in {"name", "word"}]
    return any(_MEASURE.fullmatch(word) for word in words) and any(word in {"of", "for"} for word in words)


def _differs(items: Sequence[Item]) -> bool:
    """Tell whether a difference is told with its number: "the zones differ by 0.21"."""
    words = [item.text for item in items[:2]]
    return words in (["differ", "by"], ["differs", "by"]) and items[2:3] != [] and items[2].kind == "number"


def _leads_to_number(after: Sequence[Item]) -> bool:
    led = len(after) > 1 and after[0].text in {"along", "for", "across", "on"} and after[1].kind == "number"
    return led or [item.text for item in after] == ["to", "be"]


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
    polar = next((at for at, kind in enumerate(kinds) if kind in _POLAR), None)
    return polar is not None and set(kinds[:polar]) <= {"name", "side", "place", "negation"}


def _is_qualified(after: Sequence[Item], before: Sequence[Item]) -> bool:
    """Tell whether another word says of a quantity what is stated: "*equal* density", "the density is *increased*"."""
    for item in reversed(before):
        if item.kind in _POLAR and not QUANTITY.fullmatch(item.text):
            return True
        if item.kind not in _BETWEEN:
            break
    for item in after:
        if item.kind in _POLAR and not QUANTITY.fullmatch(item.text):
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


__all__ = ["FAMILIES", "LEXICON", "NEUTRAL", "Item", "Lexicon", "find_lexicon", "scan"]
