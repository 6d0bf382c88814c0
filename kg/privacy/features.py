"""What the tagger sees of each word: the word, its shape, its kind in our lists, and its neighbours.

A surname that is a word looks like any other word, so little is said about the word itself. What tells a person is
around it: the words before and behind, the punctuation, the label of the field and the place in the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from thoracite.kg.privacy.patterns import any_of
from thoracite.kg.privacy.slots import GROUPS, LISTS, SPOKEN
from thoracite.kg.privacy.terms import is_medical
from thoracite.kg.privacy.words import is_ordinary, read_words

_PIECE = re.compile(r"[^\W\d_]+(?:['’`-][^\W\d_]+)*|\d+|\n|[^\w\s]|_|(?<=\S)(?:[ \xa0]{2,}|[ \xa0]*\t[ \xa0\t]*)(?=\S)")
_FIELD = re.compile(any_of("field of a person"), re.IGNORECASE)
GAP = "¦"
"""A gap between fields: more than one space, or a tab."""
_KINDS = (
    "role", "department", "calendar", "place", "state", "brand", "genus", "acronym", "short", "eponym",
    "eponym of a term", "joined eponym", "head", "capital head", "noun of a term", "drug", "part",
)  # fmt: skip
_CUES = (
    "title", "particle", "never", "bare noun", "street", "hospital kind", "clinical field", "told as a group",
    "kin", "form of address", "kind of person", "deed", "telling",
)  # fmt: skip
_OTHERS = ("letters", "spoken", "group", "medical", "field", "report", "ordinary", "misspelt")
KINDS = tuple(dict.fromkeys((*_KINDS, *_CUES, *_OTHERS)))
"""All kinds of words that :func:`describe` tells."""
_LETTERS = {letter.lower() for letter in LISTS["credential"] if letter.isalpha()} | {
    "md",
    "do",
    "rn",
    "np",
    "pa",
    "frcr",
    "phd",
}
NEAR, FAR = (-2, -1, 0, 1, 2), (-4, -3, 3, 4)
"""Neighbours of which everything is seen, and of which only the word and its sign are."""


class Piece(NamedTuple):
    """A word, a number or a punctuation mark of a report, and where it stands."""

    text: str
    start: int
    end: int


def split_pieces(text: str) -> list[Piece]:
    """The words, numbers, marks and line ends of a text.

    Examples
    --------
    >>> [piece.text for piece in split_pieces("d/w Dr. Hill-Sachs x5024")]
    ['d', '/', 'w', 'Dr', '.', 'Hill-Sachs', 'x', '5024']
    >>> [piece.text for piece in split_pieces("TECH: FOX   VIEWS: 2")]
    ['TECH', ':', 'FOX', '¦', 'VIEWS', ':', '2']
    """
    pieces = ((match.group(), match.start(), match.end()) for match in _PIECE.finditer(text))
    return [
        Piece("¶" if piece == "\n" else GAP if piece.isspace() else piece, start, end) for piece, start, end in pieces
    ]


@lru_cache(maxsize=100_000)
def describe(word: str) -> tuple[str, ...]:
    """What is said of a word alone: itself, its shape, its kinds, its ending; the sign first, which sums it up.

    Examples
    --------
    >>> describe("94")
    ('#90s', 'w=#90s')
    >>> describe("Kowalska")[0]
    'Xx?'
    """
    if word.isdecimal():
        return (_number(word), f"w={_number(word)}")
    if not word[0].isalpha():
        return (word, f"w={word}")
    bare = re.sub(r"['’]s$", "", word.lower())
    kinds = _kinds(word, bare)
    sign = _shape(word) + _chief(kinds)
    ending = (f"e={bare[-3:]}",) if len(bare) > 5 else ()
    return (sign, f"w={word.lower()}", f"s={_shape(word)}", f"g={sign}", *(f"k={kind}" for kind in kinds), *ending)


def _number(word: str) -> str:
    if len(word) > 4:
        return f"#{min(len(word), 12)}"
    value = int(word)
    if len(word) == 4 and 1900 <= value < 2100:
        return "#year"
    if len(word) <= 3 and 90 <= value < 130 and word[0] != "0":
        return "#90s"
    if len(word) <= 2:
        return f"#{'0' if word[0] == '0' else ''}{'m' if value < 13 else 'd' if value < 32 else 'n'}"
    return f"#{len(word)}"


def _shape(word: str) -> str:
    if len(word) == 1:
        return "X" if word.isupper() else "x"
    if word.isupper():
        return "XX" if len(word) > 3 else "Xs"
    if word.islower():
        return "xx"
    if word[0].isupper() and word[1:].islower():
        return "X's" if word.endswith(("'s", "’s")) else "Xx"
    return "Xy"


def _kinds(word: str, bare: str) -> tuple[str, ...]:
    proper = read_words().proper
    kinds = [kind for kind in _KINDS if bare in proper.get(kind, ()) or word in proper.get(kind, ())]
    kinds += [cue for cue in _CUES if bare in LISTS[cue]]
    kinds += ["street"] if word in LISTS["street"] else []
    kinds += ["hospital kind"] if word in LISTS["hospital kind"] else []
    kinds += ["letters"] if bare in _LETTERS else []
    kinds += ["spoken"] if bare in SPOKEN else []
    kinds += ["group"] if GROUPS.fullmatch(bare) else []
    kinds += ["medical"] if is_medical(bare) else []
    kinds += ["field"] if _FIELD.fullmatch(bare) else []
    if all(len(part) < 2 or is_ordinary(part, read_words(), report=True) for part in re.split(r"[-’']", bare)):
        kinds.append("report")
    elif all(len(part) < 2 or is_ordinary(part, read_words()) for part in re.split(r"[-’']", bare)):
        kinds.append("ordinary")
    elif len(bare) > 4 and _is_misspelt(bare):
        kinds.append("misspelt")
    return tuple(dict.fromkeys(kinds))


@lru_cache(maxsize=1)
def _read_gapped() -> frozenset[str]:
    """The longer words of reports, each without one of its letters."""
    return frozenset(gapped for word in read_words().report if len(word) > 5 for gapped in _gap(word))


def _gap(word: str) -> Iterator[str]:
    yield from (word[:at] + word[at + 1 :] for at in range(1, len(word)))


def _is_misspelt(bare: str) -> bool:
    """Whether a word is one letter away from a longer word of reports: "trachia", "efusion", "opactiy"."""
    gapped = _read_gapped()
    return bare in gapped or any(one in gapped or one in read_words().report for one in _gap(bare) if len(one) > 4)


def _chief(kinds: Sequence[str]) -> str:
    """One letter for the kind that says most about a word."""
    for kind, letter in (
        ("title", "T"), ("form of address", "T"), ("letters", "L"), ("kin", "K"), ("kind of person", "R"),
        ("role", "R"), ("group", "R"), ("calendar", "C"), ("never", "n"), ("department", "D"), ("place", "P"),
        ("state", "P"), ("acronym", "A"), ("short", "A"), ("medical", "M"), ("genus", "M"), ("drug", "M"),
        ("joined eponym", "J"), ("brand", "B"), ("spoken", "S"), ("telling", "W"), ("deed", "V"), ("field", "F"),
        ("head", "H"), ("capital head", "H"), ("eponym", "E"), ("noun of a term", "N"), ("report", "r"),
        ("ordinary", "o"), ("eponym of a term", "E"), ("misspelt", "y"),
    ):  # fmt: skip
        if kind in kinds:
            return letter
    return "?"


@lru_cache(maxsize=100_000)
def is_plain(word: str, *, opens: bool) -> bool:
    """Whether a piece says nothing of a person: a mark, or a word of reports in lower case or at a sentence's opening.

    Examples
    --------
    >>> is_plain("lungs", opens=False), is_plain("Lungs", opens=True), is_plain("Lungs", opens=False)
    (True, True, False)
    >>> is_plain("paged", opens=False), is_plain("5", opens=False)
    (False, False)
    """
    if not word[0].isalpha():
        return not word.isdecimal() and word not in "^|=~*#<"
    if "XXX" in word:  # removed already
        return True
    if not (word.islower() or (opens and word[1:].islower()) or (word.isupper() and len(word) > 6)):
        return False
    kinds = _kinds(word, word.lower())
    return "report" in kinds and not {"role", "title", "spoken", "group", "calendar", "letters"} & {*kinds}


_ENDINGS = ("ed", "ing", "ly", "s")


@lru_cache(maxsize=100_000)
def outline(word: str) -> str:
    """A little word itself; of any other its sign, and in lower case its ending.

    Examples
    --------
    >>> outline("with"), outline("Zorbed"), outline("zorbed")
    ('with', 'Xx?', 'xx?ed')
    """
    sign = describe(word)[0] if word else "^^"
    if len(word) == 1 or (len(word) < 4 and word.islower()) or word.lower() in LISTS["never"]:
        return word
    if sign[:2] != "xx":
        return sign
    return sign + next((ending for ending in _ENDINGS if word.endswith(ending)), "")


def describe_style(pieces: Sequence[Piece]) -> list[str]:
    """For each piece, how its sentence or line is written: ``U`` in capitals, ``l`` in lower case, ``T`` as a title.

    Examples
    --------
    >>> describe_style(split_pieces("Clear lungs.\\nD/W HILL NOW\\nd/w hill now"))[::4]
    ['S', 'U', 'U', 'l']
    """
    styles: list[str] = []
    for index, piece in enumerate(pieces):
        ends = piece.text == "¶" or (piece.text == "." and not glued_next(pieces, index))
        if ends or index + 1 == len(pieces):
            styles += [_find_style(pieces[len(styles) : index + 1])] * (index + 1 - len(styles))
    return styles


def _find_style(pieces: Sequence[Piece]) -> str:
    words = [piece.text for piece in pieces if len(piece.text) > 1 and piece.text[0].isalpha()]
    upper, lower = sum(map(str.isupper, words)), sum(map(str.islower, words))
    if upper > 0.6 * len(words):
        return "U"
    if lower == len(words):
        return "l"
    return "T" if len(words) > 2 and lower < 0.3 * len(words) else "S"


def describe_place(pieces: Sequence[Piece]) -> list[tuple[str, str, bool]]:
    """For each piece: where it stands in its line, the label it stands behind, and whether it is glued to the last."""
    places, line, since, label, last = [], 0, 9, "", -1
    for index, piece in enumerate(pieces):
        glued = piece.start == last
        place = "0" if line == 0 else "1" if line == 1 else "."
        places.append((place + ("," if since > 4 else str(since)), label, glued))
        if piece.text == GAP:  # the next field begins, but for the value of a label
            label, since, line = (label, since, line) if since == 0 else ("", 9, 0)
            continue
        last, since, line = piece.end, since + 1, line + 1
        if piece.text in ":=" and index and line > 1:
            label, since = pieces[index - 1].text.lower(), 0
        elif piece.text == "¶" or (
            piece.text in ".;" and not glued_next(pieces, index) and len(pieces[index - 1].text) > 2
        ):
            label, since, line = "", 9, 0
    return places


def glued_next(pieces: Sequence[Piece], index: int) -> bool:
    """Whether the next piece follows without a space."""
    return index + 1 < len(pieces) and pieces[index + 1].start == pieces[index].end


def describe_pairs(
    words: Sequence[str], signs: Sequence[str], outlines: Sequence[str], index: int, place: tuple[str, str, bool, str]
) -> Iterator[str]:
    """What is said of a word together with its neighbours.

    Parameters
    ----------
    words, signs, outlines : sequence of str
        In lower case and padded by four at both ends; the index counts from the pad.
    """
    before2, before, after, after2 = words[index - 2], words[index - 1], words[index + 1], words[index + 2]
    sign, left, right = signs[index], signs[index - 1], signs[index + 1]
    (past3, past2, past), (next_, next2, next3) = outlines[index - 3 : index], outlines[index + 1 : index + 4]
    where, label, glued, style = place
    yield f"a={before}|{sign}|{after}"
    yield f"b={before2}|{before}|{sign}"
    yield f"c={before}|{sign}"
    yield f"d={sign}|{after}"
    yield f"f={sign}|{after}|{after2}"
    yield f"h={left}|{sign}|{right}"
    yield f"i={left}|{sign}"
    yield f"j={sign}|{right}"
    yield f"l={sign}|{label}|{where[1]}"
    yield f"m={sign}|{where}"
    yield f"r={style}|{sign}|{where[0]}"
    yield f"t={style}|{before}|{sign}"
    yield f"u={style}|{sign}|{after}"
    yield f"v={past}|{sign}|{next_}"
    yield f"x={past2}|{past}|{sign}"
    yield f"y={sign}|{next_}|{next2}"
    yield f"z={past3}|{past2}|{past}|{sign}"
    yield f"B={sign}|{next_}|{next2}|{next3}"
    yield f"C={past2}|{past}|{sign}|{next_}|{next2}"
    yield f"o={signs[index - 2]}|{left}|{sign}|{right}"
    yield f"p={sign}|{right}|{signs[index + 2]}"
    if glued:
        yield f"q={sign}|{left}"


def describe_text(pieces: Sequence[Piece]) -> Iterator[list[str]]:
    """All that is said of each piece of a text, as the training sees it."""
    described = [("^^", "w=^^")] * 4 + [describe(piece.text) for piece in pieces] + [("^^", "w=^^")] * 4
    signs = [one[0] for one in described]
    words = [one[1] for one in described]
    outlines = ["^^"] * 4 + [outline(piece.text) for piece in pieces] + ["^^"] * 4
    styles = describe_style(pieces)
    for index, place in enumerate(describe_place(pieces), start=4):
        said = [f"{offset}{what}" for offset in NEAR for what in described[index + offset][1:]]
        said += [f"{offset}{what}" for offset in FAR for what in (words[index + offset], f"g={signs[index + offset]}")]
        said += describe_pairs(words, signs, outlines, index, (*place, styles[index - 4]))
        yield said


__all__ = [
    "FAR",
    "GAP",
    "KINDS",
    "NEAR",
    "Piece",
    "describe",
    "describe_pairs",
    "describe_place",
    "describe_style",
    "describe_text",
    "glued_next",
    "is_plain",
    "outline",
    "split_pieces",
]
