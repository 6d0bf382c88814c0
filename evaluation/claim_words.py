"""Words of a chest X-ray text by their role: finding, anatomy, property, side, zone, size, change, denial, doubt.

``claim_words.csv`` lists phrases by role and value; ``*`` ends a word stem, ``|`` parts words of one place. The list is
a general one of how findings are worded, lay words among them. Names of the graph that it lacks come from the linker.

Examples
--------
>>> sentence, = split_words("No 2-cm collection of air in the pleural space.")
>>> [word for word in sentence if word not in SEPARATORS]
['no', '20mm', 'collection', 'of', 'air', 'in', 'pleural', 'space']
>>> [(mark.role, mark.value) for mark in find_marks(sentence) if mark.role != "property"]
[('negation', 'forward'), ('anatomy', 'pleura')]
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from thoracite.files import read_rows
from thoracite.kg.linking.linker import Linker
from thoracite.kg.linking.number import make_singular
from thoracite.kg.linking.spelling import americanize

LEXICON = Path(__file__).with_name("claim_words.csv")
SEPARATORS = frozenset({",", ";", ":", "(", ")"})
HEADS = ("finding", "device")
"""Roles that name a finding by themselves."""

_CUES = frozenset({"negation", "hedge", "stop", "change", "property", "placed", "misplaced", "more_on"})
"""Roles of which a longer phrase hides a shorter one of any of them: "not excluded" hides "not" and "excluded"."""

_MIDDLE_TIPS = frozenset({"right_atrium", "right_ventricle", "cavoatrial"})
"""Places of the heart whose names have a side that is none of the device's."""

_SHORT = {
    "RUL": "right upper lobe", "RML": "right middle lobe", "RLL": "right lower lobe", "LUL": "left upper lobe",
    "LLL": "left lower lobe", "LV": "left ventricle", "RV": "right ventricle", "RA": "right atrium", "PA": "pa",
    "CPA": "costophrenic angle", "RUZ": "right upper zone", "RMZ": "right mid zone", "RLZ": "right lower zone",
    "LUZ": "left upper zone", "LMZ": "left mid zone", "LLZ": "left lower zone", "Rt": "right", "Lt": "left",
    "R": "right", "L": "left", "b/l": "bilateral", "w/o": "without", "w/": "with", "i.e.": ",", "e.g.": ",",
    "approx.": "", "MPA": "main pulmonary artery",
}  # fmt: skip
_ABBREVIATED = re.compile(
    r"(?<![\w.])(?:" + "|".join(map(re.escape, sorted(_SHORT, key=len, reverse=True))) + r")(?!\w)"
)
_NUMBERS = {
    name: str(value)
    for value, name in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    )
} | {"half a": "0.5", "a": "1"}
_LENGTH = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)?|half an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s*-?\s*"
    r"(?P<unit>mm|cm|millimet(?:er|re)s?|centimet(?:er|re)s?|inch(?:es)?)\b",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\b(?:(?:less|more|greater|larger|smaller|fewer|no more|not more) than|up to|just (?:under|over)|under|over|"
    r"at least|about|approximately|roughly|some)\s+(?=\d+mm\b)"
)
_NOT = re.compile(r"\b(?:can not|can['’]t|(\w+)n['’]t)\b", re.IGNORECASE)
_ADVERB = 4
_PARTLY = frozenset(
    {"partly", "partially", "incompletely", "nearly", "mostly", "largely", "hardly", "scarcely", "barely"}
)
_AREA = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:mm|cm)?\s*(?:x|×|by)\s*(\d+(?:\.\d+)?)(?=\s*-?(?:mm|cm|milli|centi))", re.IGNORECASE
)
_RATIO = re.compile(
    r"\b(?:cardiothoracic ratio|ctr)\b(?P<between>[\w\s=:<>,()]{0,20}?)(?P<ratio>0\.\d+|\d\d ?%)", re.IGNORECASE
)
_LARGEST = 0.5
"""Cardiothoracic ratio up to which a heart is normal."""
_UNITS = {"m": 1.0, "c": 10.0, "i": 25.4}
_TOKEN = re.compile(r"\d+(?:\.\d+)?[a-z]*|[a-z]+(?:'[a-z]+)?|[.!?;,:()]|>")
_DROPPED = frozenset({"the", "a", "an", "its", "his", "her", "any", "some", "this"})


class Mark(NamedTuple):
    """A phrase with a role: words from ``start`` up to ``end`` of a sentence."""

    role: str
    value: str
    start: int
    end: int


class _Phrase(NamedTuple):
    role: str
    value: str
    words: tuple[str, ...]


def split_words(text: str) -> list[tuple[str, ...]]:
    """Split a text into sentences of words: lower case, singular, American; lengths in whole tenths of millimetres.

    Parameters
    ----------
    text : str
        Sentences of a report.
    """
    text = _ABBREVIATED.sub(lambda found: _SHORT[found[0]], text)
    text = _RATIO.sub(_say_ratio, text)
    text = _NOT.sub(lambda found: "cannot" if found[0].lower().startswith("can") else f"{found[1]} not", text)
    text = _AREA.sub(lambda found: max(found[1], found[2], key=float), text)
    text = _LENGTH.sub(_say_length, text).lower().replace("’", "'")
    text = _BOUND.sub("", text).replace("-", " ").replace("–", ",").replace("/", " , ")
    sentences: list[list[str]] = [[]]
    for word in _TOKEN.findall(text):
        if word == "?":
            sentences[-1].append("query")
        if word in {".", "!"} or (word == "?" and len(sentences[-1]) > 1):
            sentences.append([])
        elif word != "?" and word not in _DROPPED:
            sentences[-1].append(_simplify(word))
    return [tuple(one) for one in sentences if one]


def _say_length(found: re.Match[str]) -> str:
    number = found["number"].lower().replace(",", ".")
    value = 0.5 if number.startswith("half") else float(_NUMBERS.get(number, number))
    return f" {value * _UNITS[found['unit'][0].lower()]:g}mm "


def _say_ratio(found: re.Match[str]) -> str:
    value = found["ratio"]
    ratio = float(value.rstrip("% ")) / 100 if value.endswith("%") else float(value)
    return f"heart {'enlarged' if ratio > _LARGEST else 'normal'}"


@lru_cache(maxsize=20_000)
def _simplify(word: str) -> str:
    return make_singular(americanize(word.removesuffix("'s")))


@lru_cache(maxsize=4096)
def find_marks(words: Sequence[str]) -> tuple[Mark, ...]:
    """Find the phrases of a sentence, in order; of each role the longest, without overlap.

    Parameters
    ----------
    words : sequence of str
        From :func:`split_words`.
    """
    found: list[Mark] = []
    free: dict[str, int] = defaultdict(int)
    for at in range(len(words)):
        best: dict[str, tuple[int, str]] = {}
        for phrase in _list_phrases(words[at]):
            end = _match(phrase.words, words, at)
            if end > max(at, best.get(phrase.role, (0, ""))[0]):
                best[phrase.role] = (end, phrase.value)
        for role, (end, value) in best.items():
            if at >= free[role]:
                found.append(Mark(role, value, at, end))
                free[role] = end
    found += _link_others(words, found)
    kept = [one for one in found if not any(_hides(other, one) for other in found)]
    return tuple(sorted(kept, key=lambda one: (one.start, one.end)))


def _hides(longer: Mark, one: Mark) -> bool:
    """Tell whether a phrase takes another's words: longer cues those of cues, findings those of anatomy and
    properties."""
    if longer is one or longer.end <= one.start or one.end <= longer.start:
        return False
    inside = longer.start <= one.start and one.end <= longer.end
    size, own = longer.end - longer.start, one.end - one.start
    if longer.role == "aside":
        return inside and one.role in {"change", "old", "anatomy", "device", "finding"}
    if longer.role in HEADS:
        if one.role in HEADS:
            return size > own or (size == own and longer.role == "device")
        if one.role in _CUES - {"property", "change"} or one.role == "tip":
            return inside and size > own
        return (
            inside
            and one.role in {"anatomy", "property"}
            and (size > own or one.role == "property" or longer.role == "device")
        )
    if longer.role == "anatomy" and one.role == "property":
        return inside and size > own
    if one.role in HEADS:
        return longer.role in {"anatomy", "change"} and inside and size > own
    if longer.role in _CUES and one.role in _CUES:
        return size > own and (longer.role, one.role) != ("change", "property")
    if longer.role == "tip" and longer.value not in _MIDDLE_TIPS:
        return False
    return longer.role in {"more_on", "side", "tip"} and one.role in {"side", "degree"} and inside and size > own


def _match(phrase: Sequence[str], words: Sequence[str], at: int) -> int:
    """Return where a phrase that begins at a word ends, 0 where it does not match; small words may stand between."""
    for number, part in enumerate(phrase):
        while number and at < len(words) and not _is_like(words[at], part) and _is_small(words[at]):
            at += 1
        if at >= len(words) or not _is_like(words[at], part):
            return 0
        at += 1
    return at


def _is_like(word: str, part: str) -> bool:
    return word.startswith(part[:-1]) if part[-1] == "*" else word == part


def _is_small(word: str) -> bool:
    """Tell whether a word may stand within a phrase: "not clearly seen", "elevation of the hilum"."""
    return word in {"of", "been", "be"} or (len(word) > _ADVERB and word.endswith("ly") and word not in _PARTLY)


@lru_cache(maxsize=20_000)
def _list_phrases(word: str) -> tuple[_Phrase, ...]:
    """List the phrases that may begin with a word."""
    exact, stems = _read_lexicon()
    return (*exact.get(word, ()), *(one for size in range(1, len(word) + 1) for one in stems.get(word[:size], ())))


@cache
def _read_lexicon() -> tuple[Mapping[str, list[_Phrase]], Mapping[str, list[_Phrase]]]:
    exact: dict[str, list[_Phrase]] = defaultdict(list)
    stems: dict[str, list[_Phrase]] = defaultdict(list)
    for row in read_rows(LEXICON, columns=("role", "value", "phrases"), expected="role, value, phrases"):
        for phrase in row["phrases"].split(";"):
            for words in _spell_out(phrase.replace("-", " ").split()):
                first = words[0]
                (stems[first[:-1]] if first[-1] == "*" else exact[first]).append(
                    _Phrase(row["role"], row["value"], words)
                )
    return exact, stems


def _spell_out(parts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Spell out the choices of a phrase."""
    if not parts:
        yield ()
        return
    for first in parts[0].split("|"):
        word = first if first.endswith("*") else _simplify(first)
        for rest in _spell_out(parts[1:]):
            yield (word, *rest)


def _link_others(words: Sequence[str], marks: Sequence[Mark]) -> list[Mark]:
    """Find names of the graph that the lexicon lacks: those with a word that has no role yet."""
    known = {at for mark in marks for at in range(mark.start, mark.end)}
    starts, text = [], ""
    for word in words:
        starts.append(len(text))
        text += f"{word} "
    found = []
    for start, end, entity in _open_linker().find_mentions(text):
        first, last = starts.index(start), sum(one < end for one in starts)
        named = {mark.role for mark in marks if mark.start < last and first < mark.end}
        kind = entity.kind in {"finding", "disease", "sign", "device"} and not {"property", "anatomy"} <= named
        if kind and not known.issuperset(range(first, last)) and not _is_headed(first, last, marks):
            found.append(Mark("finding", entity.id.removeprefix("thx:"), first, last))
    return found


def _is_headed(first: int, last: int, marks: Sequence[Mark]) -> bool:
    return any(mark.role in HEADS and mark.start < last and first < mark.end for mark in marks)


@cache
def _open_linker() -> Linker:
    return Linker()


__all__ = ["HEADS", "LEXICON", "SEPARATORS", "Mark", "find_marks", "split_words"]
