"""What a reader takes from the words of a sentence about a sign: ``lexicon.csv`` by sign, and the words that all share.

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
from pathlib import Path
from typing import NamedTuple

from thoracite.files import read_rows
from thoracite.generation.signs.words import find_words
from thoracite.types import SignScore

LEXICON = Path(__file__).parent / "lexicon.csv"
"""For each sign: its names, words that state it, deny it, state it of the other side, and say where."""

NEUTRAL = Path(__file__).parent / "neutral.txt"
"""Words that say nothing of a sign by themselves; any other unknown word is a claim that cannot be checked."""

EXISTENCE = re.compile(
    r"seen|present|visible|found|noted|evident|identified|detected|demonstrated|shown|apparent|recogni[sz]ed|observed|"
    r"detectable|appreciated|discernible|visuali[sz]ed"
)
"""Words that say that something is there, or, behind a border or an edge, that it can be traced."""

_UP = (
    r"(?:more|greater|larger|higher|wider|longer|deeper|bigger|taller|stronger|farther|further) than"
    r"(?! (?:that |those |in |on |at |of |the |its )*(?:left|right|other|opposite|contralateral))|above|over|"
    r"beyond(?= (?:the |a |its )?(?:\w+ )?(?:limits?|bounds?|\d))|pass(?:es|ed|ing)?(?= (?:the |a |its )?(?:limits?|\d))|"
    r"exceed(?:s|ed|ing)?(?! by)|in excess of|surpass(?:es|ing)?|at least|upwards of|[>≥]=?"
)
_DOWN = (
    r"(?:less|fewer|smaller|lower|narrower|shorter|shallower|flatter|weaker|fainter|"
    r"nearer|closer) than"
    r"(?! (?:that |those |in |on |at |of |the |its )*(?:left|right|other|opposite|contralateral))|below|under|beneath|"
    r"within(?= (?:the |a |its )?(?:limits?|\d))|at most|falls? short of|short of|[<≤]=?"
)
_BARE_UP = r"more|greater|larger|higher|wider|longer|deeper|bigger|taller|above|over|exceeds?"
_BARE_DOWN = r"less|fewer|smaller|lower|narrower|shorter|shallower|below|under"
_WHO = (
    r"(?:films?|radiographs?|images?|x-?rays?|chests?|people|subjects?|persons?|patients?|adults?|controls?|values?|"
    r"range|"
    r"limits?|references?|cases?|studies|population|ones?|thresholds?|cut-?offs?|minimum|maximum|bounds?|level|group)"
)
_VIEWS = r"(?:(?:PA|AP|frontal|chest|erect|adult|posteroanterior|anteroposterior|other) )*"
_COUNT = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|nineteen|\d+)"
_UNITS = {
    "squared chest widths": r"(?:squared?|sq\.?) chest[- ]widths?|chest[- ]widths? squared",
    "chest widths": r"(?:of (?:the |a )?)?(?:chest[- ]widths?|(?:the )?widths? of the chest|thoracic widths?|"
    r"chest's width)",
    "degree": r"degrees?|°|deg",
    "contrasts": r"(?:of |times )?(?:the )?contrasts?(?: between (?:the )?(?:mediastinum|lungs?) and (?:the )?"
    r"(?:mediastinum|lungs?))?",
    "grey range": r"(?:of )?(?:the )?gr[ae]y[- ]ranges?",
    "other": r"mm|cm|millimet\w+|centimet\w+|inch(?:es)?|pixels?|px|points?|ml|lung widths?|heart widths?",
}
UNIT = {unit: re.compile(pattern, re.IGNORECASE) for unit, pattern in _UNITS.items()}
"""Words for units; ``other`` are those that no sign is measured in."""

_ANY_UNIT = "|".join(_UNITS.values())
_NUMBER = rf"[-−]?\d+(?:\.\d+)?(?: ?(?:%|per ?cent)(?: (?:{_UNITS['chest widths']}))?|[ -]?(?:{_ANY_UNIT})(?!\w))?"
_SHARED = {
    "share": rf"{_COUNT} (?:normal |healthy )+{_VIEWS}{_WHO} (?:in|out of|of) (?:ten|10|twenty|20|100|a hundred)|"
    rf"{_COUNT} (?:in|of|out of|in every|of every) (?:every )?(?:ten|10|twenty|20|100|a hundred|one hundred)|"
    r"\d+ ?(?:%|per ?cent) of(?: (?:the|all))?(?= (?:normal|healthy|usual|films|radiographs|PA|AP))",
    "unlike": r"unlike|in contrast (?:to|with)|as opposed to|different from",
    "like": r"(?:just )?(?:as|like)(?: (?:in|on|it is in|do|are))?(?= (?:the )?(?:nine|most|\d|normal|healthy|usual))",
    "no": r"(?:within|in|inside) (?:the |its )?(?:normal|usual|reference|expected) (?:range|limits?|bounds?|values?)",
    "yes": r"(?:outside|beyond|out of|out with) (?:the |its )?(?:normal|usual|reference|expected) (?:range|limits?|"
    r"bounds?)"
    r"|abnormal(?:ly)?",
    "lowest": r"(?:lower|lowest) (?:normal |usual |reference )?(?:limits?|bounds?|end|cut-?off|"
    r"values?)(?: of (?:the )?normal)?|minimum",
    "highest": r"(?:upper|highest) (?:normal |usual |reference )?(?:limits?|bounds?|end|cut-?off|"
    r"values?)(?: of (?:the )?normal)?|maximum",
    "films": rf"(?:(?:normal|healthy|usual|typical|reference|expected|fitted|published) )+{_VIEWS}{_WHO}|"
    rf"{_VIEWS}(?:films|radiographs|references?|limits?|thresholds?|cut-?offs?|range|norms?|controls|bounds?|"
    rf"population)|limits? of (?:the )?normal|"
    r"most|the majority|normals|healthy|usual(?:ly)?|typical(?:ly)?|reference|expected",
    "patient": r"this (?:film|image|radiograph|patient|one|chest|x-?ray|study|case)|here|the patient's?|it",
    "exceeded": r"(?:exceeded|surpassed|passed|topped) by",
    "up": _UP,
    "down": _DOWN,
    "negation": r"no longer|no|not|cannot|can't|\w+n't|without|never|neither|nor|none|lacks?|lacking|absent|absence|"
    r"free (?:of|from)|"
    r"fails? to|hardly|scarcely|barely|poorly|(?:too )?(?:hard|difficult) to|ill|rather than|instead of|devoid of|"
    r"negative for|"
    r"excluded|unlikely",
    "side": r"left(?:-sided|-hand)?|right(?:-sided|-hand)?|both|bilateral(?:ly)?",
    "view": r"PA|AP|frontal|posteroanterior|anteroposterior",
    "existence": EXISTENCE.pattern,
    "number": _NUMBER,
    "half": r"half(?: of)?(?: the)?(?: chest| thorax| width of the chest)?",
    "join": r"and|but|yet",
    "more": r"more|less",
    "unit": _ANY_UNIT,
    "word": r"[a-z](?:[\w'.-]*\w)?",
}  # fmt: skip
_ORDER = (
    "place", "compared", "share", "unlike", "like", "lowest", "highest", "films", "number", "exceeded", "up", "down",
    "negation", "yes", "no", "converse", "side", "name", "existence", "half", "patient", "view", "join", "more", "unit",
    "word",
)  # fmt: skip
_COMPARED = (
    r"(?:(?:than|compared (?:with|to)|in comparison (?:with|to)|relative to|versus|vs\.?|beside|unlike|against)"
    r"(?: (?:that|those|it is))?(?: (?:of|in|on|at))?(?: the| its)?|(?<=above )the|(?<=below )the|(?<=\w as )the) "
    r"(?:left|right|other|opposite|contralateral)(?:-hand)?(?: (?:one|side|lung|zone|dome|apex|hemidiaphragm|"
    r"hemithorax))?"
)
_BREAK = re.compile(
    r"[;:,()\[\]–—]| - |\.(?!\d)|\b(?:but|while|whereas|although|though|because|since)\b|"
    r"\b(?=(?:which|where|so)\b)"
)
_QUANTITY = re.compile(r"densit(?:y|ies)|shift|deviation|displacement|gradient|differences?|opacity|haze|roughness")
"""Nouns that name what is measured where its number follows, and else say that it is there."""

_MEASURE = re.compile(r"(?:strongest )?curvature|strength|probability|likelihood")
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
    return {row["sign"]: dict(row) for row in read_rows(LEXICON)}


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
    own = {"name": names, "yes": yes, "no": no, "converse": converse, "place": places}
    own["compared"] = _COMPARED if converse else ""
    joined = {kind: _join_longest(own.get(kind, ""), _SHARED.get(kind, "")) for kind in _ORDER}
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
    for cut in [*_BREAK.finditer(text), None]:
        end = len(text) if cut is None else cut.start()
        if end < at:
            continue
        pieces.append(list(_scan_piece(text[at:end], lexicon)))
        at = end if cut is None or not cut.group() else cut.end()
    return [piece for piece in pieces if piece]


def _normalise(text: str) -> str:
    """Write what is said in several ways in one: signs, spaces, "0.06 or more is usual"."""
    text = " ".join(text.replace("−", "-").replace("’", "'").split())
    for more, bound in (("more|above|higher|over|greater|up", "at least"), ("less|below|lower|under", "at most")):
        text = re.sub(rf"(\d\.\d+(?: [a-z]+){{0,8}}?) (?:or|and) (?:{more})\b", rf"{bound} \1", text)
    text = re.sub(r"\bat least one (?=costophrenic)", "one ", text, flags=re.IGNORECASE)
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
        if item.text == "normal" and (after in {"up", "down", "number"} or before in {"up", "down"} or len(items) == 1):
            kind = "films"
        elif item.text == "less" and after in {"yes", "no"}:
            kind = "negation"
        elif films and kind in {"more", "yes", "no", "name", "unknown", "converse"}:
            kind = (
                "up" if re.fullmatch(_BARE_UP, item.text) else "down" if re.fullmatch(_BARE_DOWN, item.text) else kind
            )
        elif kind == "yes" and _is_measured(items[at + 1 :]) and _names_quantity(item, settled):
            kind = "name"
        elif item.text == "more" and kind == "more":
            kind = "word"
        elif kind == "number" and item.text.endswith("%") and after in {"films", "share"}:
            kind = "share"
        films = films or kind in {"films", "share"}
        films = films and kind != "patient"
        settled.append(Item(kind, item.text))
    return settled


def _names_quantity(item: Item, before: Sequence[Item]) -> bool:
    """Tell whether a word names what is measured: "the shift", "the curvature for small round *opacities*"."""
    words = [one.text for one in before if one.kind in {"name", "word"}]
    led = any(_MEASURE.fullmatch(word) for word in words) and any(word in {"of", "for"} for word in words)
    return led or _QUANTITY.fullmatch(item.text) is not None


def _is_measured(after: Sequence[Item]) -> bool:
    """Tell whether a quantity is followed by its number, or by a comparison with one."""
    denied = False
    for item in after:
        if item.kind in {"up", "down", "exceeded"}:
            return any(one.kind in {"number", "half"} for one in after)
        if item.kind == "number":
            return not denied
        denied = denied or item.kind == "negation"
        if item.kind not in {"word", "name", "side", "place", "compared", "negation", "patient"}:
            return False
    return False


__all__ = ["EXISTENCE", "LEXICON", "UNIT", "Item", "Lexicon", "find_lexicon", "scan"]
