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
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from thoracite.files import read_rows
from thoracite.generation.signs.ordinary import is_dangerous
from thoracite.generation.signs.settling import POLAR, Item, find_told, settle
from thoracite.generation.signs.shared import BREAK, COMPARED, ORDER, SHARED
from thoracite.generation.signs.words import find_words
from thoracite.types import SignScore

LEXICON = Path(__file__).parent / "lexicon.csv"
"""For each sign: its names, words that state it, deny it, state it of the other side, and say where."""

NEUTRAL = Path(__file__).parent / "neutral.txt"
"""Words that say nothing of a sign by themselves; any other unknown word is a claim that cannot be checked."""

FAMILIES = Path(__file__).parent / "families.csv"
"""Words that the signs of one family share, by kind; a sign names its families in ``lexicon.csv``."""

_PARTED = re.compile(
    r"\b(more|less|greater|larger|smaller|shorter|longer|higher|lower|wider|narrower|deeper|shallower|"
    r"weaker|stronger|"
    r"fewer|bigger|taller) ((?:(?!(?:is|are|was|were|not|no|lies|stays|measures|of)\b)\w+ ){1,3})than"
    r"(?= (?:the |a |in |on |its )?(?:\w+ ){0,3}?(?:limit|mark|line|nine|\d|most|normal|usual|threshold))",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\w[\w'.]*\w|[^\s]")


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
    smaller : bool
        Whether it says that one side is smaller than the other.
    """

    patterns: Mapping[str, re.Pattern[str]]
    paired: bool
    positive: str = ""
    smaller: bool = False


@cache
def _read_neutral() -> frozenset[str]:
    return frozenset(NEUTRAL.read_text(encoding="utf-8").split())


def _is_neutral(word: str) -> bool:
    """Tell whether a word, or the form that it is inflected from, is in the list: "stayed" is "stay"."""
    if word in _read_neutral():
        return True
    stems = [word.removesuffix(end) for end in ("s", "es", "ed", "d", "ing") if word.endswith(end)]
    return any(len(stem) > 2 and stem in _read_neutral() for stem in stems) and not is_dangerous(word)


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
        compiled = _compile(names, row["yes"], row["no"], row["converse"], row["places"], row["positive"])
        return compiled._replace(smaller={"shrunk", "paired"} <= set(row["families"].split()))
    question = re.escape(score.sign.question) + '[”"]? is answered'
    label = rf"{re.escape(score.sign.entity.label)}|{question} yes"
    return _compile("", label, rf"{question} no", "", "", "")


@cache
def _compile(names: str, yes: str, no: str, converse: str, places: str, positive: str) -> Lexicon:
    yes, no = (f"{one}|un-?(?:{other})" if other else one for one, other in ((yes, no), (no, yes)))
    own = {"name": names, "yes": yes, "no": no, "converse": converse, "place": places}
    own["compared"] = COMPARED if converse or positive else ""
    joined = {kind: _join_longest(own.get(kind, ""), SHARED.get(kind, "")) for kind in ORDER}
    patterns = {
        kind: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) for kind, pattern in joined.items() if pattern
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
        later = any(item.kind in POLAR for one in pieces[pieces.index(after) :] for item in one)
        told = find_told(piece, after, later=later)
        if told is not None:
            piece[told] = Item("name", piece[told].text)
    return pieces


_HARD = r"(?:difficulty|difficulties|trouble|troubles|effort|problems?|struggle|strain|pains|a hard time)"
_EASE = tuple(
    (re.compile(pattern, re.IGNORECASE), plain)
    for pattern, plain in (
        (
            rf"\b(?:have|has|had|having|is|are|was|there (?:is|was)) (?:no|little) (?:\w+ )?{_HARD}(?: in| with|"
            rf" to)?(?= )",
            "can",
        ),
        (rf"\b(?:without|with no|with little)(?: any| much| great| real| the least| undue)? {_HARD}\b", "easily"),
        (rf"\b(?:have|has|had|having) (?:\w+ )?{_HARD}(?: in| with| to)?(?= \w+ing\b)", "fail to"),
        (r"\b(?:struggle|strain|battle|labour)(?:s|d|ed|ing)? to\b", "fail to"),
        (rf"\b(?:only |but )?(?:just )?with (?:\w+ )?{_HARD}\b", "poorly"),
        (r"\b(?:only )?badly(?= ?(?:$|[.,;:(]))", "poorly"),
        (r"\bnot any ?(?:more|longer)\b", "no longer"),
        (r"\bnot (?P<what>(?:\w+ ){1,3})any ?(?:more|longer)\b", r"no longer \g<what>"),
    )
)
_SIDES = {"R": "right", "L": "left"}
_ZONES = {"U": "upper", "M": "middle", "L": "lower"}
_SHORT = re.compile(r"(?<![\w-])(?P<side>[RL])(?P<zone>[UML])Z\b")
_HALF = re.compile(
    r"\b(?P<side>left|right|each|both|two)(?P<one> half| halves| side| sides) of (?:the|your|his|her) "
    r"(?:diaphragm|breathing muscle)\b",
    re.IGNORECASE,
)


def _normalise(text: str) -> str:
    """Write what is said in several ways in one: signs, spaces, "0.06 or more is usual"."""
    text = " ".join(text.replace("−", "-").replace("’", "'").split())
    text = re.sub(
        r"\b(?:your|his|her|their|our|my|(?:the |this |our )?patient's)(?= \w)", "the", text, flags=re.IGNORECASE
    )
    text = _SHORT.sub(lambda one: f"{_SIDES[one['side']]} {_ZONES[one['zone']]} zone", text)
    text = _HALF.sub(lambda one: f"{one['side']} hemidiaphragm{'' if one['one'][-1] in 'fe' else 's'}", text)
    text = re.sub(r"\b(?:breathing muscles?)\b", "diaphragm", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(?P<side>left|right) half of (?P<one>(?:the|your|his|her) )", r"\g<side> side of \g<one>", text)
    text = re.sub(r"\((left|right)(?: side| direction)?\)", r"\1", text, flags=re.IGNORECASE)
    text = re.sub(r"\bwhat(?:'s| is) left\b", "what remains", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=\w)'s\b(?<!\bit's)(?<!\bthere's)(?<!\bthat's)(?<!\bhere's)(?<!\blet's)", "", text)
    text = re.sub(r"\b(left|right)(?:wards?|-hand)(?= (?:offset|reading|position))", r"\1", text)
    text = re.sub(r"\b(?:left|right)(?:wards?|-hand|-sided)? (?=(?:limit|mark|bound|threshold))", "", text)
    text = re.sub(r"(?<=\w) over (?=\d[\d.]* of (?:its|the) (?:length|course|contour|width))", " along ", text)
    text = re.sub(r"\b(?:the|this) present (?=film|image|radiograph|study)", "this ", text)
    for pattern, plain in _EASE:
        text = pattern.sub(plain, text)
    text = _PARTED.sub(r"\2\1 than", text)
    for more, bound in (("more|above|higher|over|greater|up", "at least"), ("less|below|lower|under", "at most")):
        text = re.sub(rf"(\d\.\d+(?: [a-z]+){{0,8}}?) (?:or|and) (?:{more})\b", rf"{bound} \1", text)
    text = re.sub(
        r"\bat least one (?:of (?:the |these |its |both )*)?(?!chest)(?=[a-z])", "one ", text, flags=re.IGNORECASE
    )
    text = re.sub(r"\bat least (?=(?!the |a |its )[a-z])", "", text)
    text = re.sub(r":(?= not (?:seen|present|visible|identified|detected|found|shown)\b)", "", text)
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
        if text[at] in " .!?\"“”'=/" or (text[at] == "-" and text[at + 1 : at + 2].isalpha()):
            at += 1  # a hyphen joins words that are read one by one: "right-sided", "mass-sized"
            continue
        matches = ((kind, pattern.match(text, at)) for kind, pattern in lexicon.patterns.items())
        found = [(kind, match.group()) for kind, match in matches if match is not None and match.group()]
        found = [(kind, said) for kind, said in found if kind != "word" or _is_neutral(said.lower())]
        longest = max((len(said) for _, said in found), default=0)
        if not longest:
            said = _TOKEN.match(text, at)
            assert said is not None  # noqa: S101 - no space stands here
            word = said.group().lower()
            items.append(Item("word" if _is_neutral(word) else "unknown", word))  # "to" of "heart-to-chest"
            at += len(said.group())
            continue
        longest_found = [(kind, said) for kind, said in found if len(said) == longest]
        kind, said_words = next(
            ((kind, said) for kind, said in longest_found if kind == "yes" and said.lower() in {"line", "lines"}),
            longest_found[0],
        )
        items.append(Item(kind, said_words.lower()))
        at += longest
    return settle(items)


__all__ = ["FAMILIES", "LEXICON", "NEUTRAL", "Item", "Lexicon", "find_lexicon", "scan"]
