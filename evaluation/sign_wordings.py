"""Suite ``wordings``: sentences about signs as others word them, each true and with one falsehood planted.

The wordings of seven writers stand in ``tests/data``: ``sign_wordings.csv`` and ``sign_flips.csv``, and the same with
a number from 2 to 7, in six styles each. The writers knew the list of signs and had seen
neither the verifier nor its words. Of the first set both halves are read by now: ``seen`` from the start, ``locked``
since the second set came, so that its figures are no longer those of unseen sentences. Of the second set the ``seen``
half may be read; of the ``locked`` one nobody reads more than the figures; the
third set is halved by sign and kept likewise. The fourth, fifth and sixth were measured once before they were read;
of the seventh, locked as a whole, nobody reads more than the figures. A true sentence should be released, and none
of its flips (another value, side or comparison, a negation added or taken away).

``signs_reading.csv`` holds a reading of 100 observations that explanations of unseen patients' films (in full
resolution, at most ten of a sign) cite, and 100 false twins (the other answer, with a value to it), shuffled; two
readers, language models that had built nothing of it, looked at the films, and each judged one of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np

from thoracite.errors import InputError
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row, Suite
from thoracite.files import read_rows
from thoracite.generation.signs.check import check_sign
from thoracite.generation.signs.convention import read_convention
from thoracite.generation.signs.lexicon import find_lexicon
from thoracite.generation.signs.words import UNITS, Shown, find_decimals, find_words, write_number
from thoracite.settings import PACKAGE
from thoracite.types import Answer, Reference, SignScore, parse_reference
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.signs.evidence import SignReader
from thoracite.vision.mini.signs.listed import VIEWS

Half = Literal[
    "seen",
    "locked",
    "second set, seen",
    "second set, locked",
    "third set, seen",
    "third set, locked",
    "fourth set, seen",
    "fifth set, seen",
    "sixth set, seen",
    "seventh set, locked",
]
HALVES: tuple[Half, ...] = get_args(Half)
KINDS = ("value", "side", "comparison", "negation")

READING = Path(__file__).with_name("signs_reading.csv")
"""Verdicts of a blind reader on observations and false twins."""

_DATA = PACKAGE.parent / "tests" / "data"
_SETS: dict[str, dict[str, Half]] = {
    "sign_flips.csv": {"seen": "seen", "locked": "locked"},
    "sign_flips2.csv": {"seen2": "second set, seen", "locked2": "second set, locked"},
    "sign_flips3.csv": {"seen3": "third set, seen", "locked3": "third set, locked"},
    "sign_flips4.csv": {"seen4": "fourth set, seen"},
    "sign_flips5.csv": {"seen5": "fifth set, seen"},
    "sign_flips6.csv": {"seen6": "sixth set, seen"},
    "sign_flips7.csv": {"locked7": "seventh set, locked"},
}
"""Files of flips, and what their halves are called."""

_REFERENCE = re.compile(r"\{limit\}|\bnine (?:in|of|out of) ten\b", re.IGNORECASE)
"""What a sentence holds a value against."""

_HELD_AGAINST = re.compile(
    r"\{value\}.*?\b(?P<not>not |n't |no )?(?:(?P<up>above|over|exceed\w*|more than|greater than|higher than|beyond|"
    r"past|in excess of"
    r"|superior to|surpass\w*)|inferior to|below|under|less than|lower than|short of|within|beneath)\b[^{]*\{limit\}",
    re.IGNORECASE,
)
"""A value held against its limit in so many words."""

_OTHER = {"left": "right", "right": "left"}
_BEYOND, _APART = 0.6, 0.7
"""How far a yes lies beyond its reference, and a wrong value from the true one, in spreads."""

_NEAR = 0.1
"""How near the sizes of a value and a wrong one may be, in what lies between the two."""

_LEARNED: dict[Answer, float] = {"yes": 0.71, "no": 0.04}
_LEARNED_APART = 0.13


class Asked(NamedTuple):
    """A sign of an image, and another value that has the same answer."""

    score: SignScore
    wrong: float


class Flip(NamedTuple):
    """A sentence with one falsehood, and the true one."""

    half: Half
    kind: str
    asked: Asked
    twin: str
    flipped: str


def run_wordings(data: Path) -> Suite:  # noqa: ARG001 - every suite takes the folder
    """Count how many true sentences are released, and how many of their flips.

    Parameters
    ----------
    data : Path
        Not used: the wordings belong to the checkout.

    Raises
    ------
    InputError
        If the wordings are not there.
    """
    flips = list(read_flips())
    rows: list[Row] = []
    for half in HALVES:
        own = [flip for flip in flips if flip.half == half]
        twins = {(flip.asked.score.sign.question, flip.twin): flip for flip in own}
        rows.append(_count(f"{half}: true sentences released", [is_released(f.twin, f.asked) for f in twins.values()]))
        rows.append(_count(f"{half}: flips released", [is_released(f.flipped, f.asked) for f in own]))
        for kind in KINDS:
            released = [is_released(f.flipped, f.asked) for f in own if f.kind == kind]
            rows.append(_count(f"{half}: flips released, {kind}", released))
    rows += count_reading()
    return Suite(
        suite="wordings",
        data=f"{len(flips)} flips of sentences in forty-two styles by seven writers who had not seen the verifier",
        n=len(flips),
        rows=tuple(rows),
    )


def count_reading() -> list[Row]:
    """Count the observations, and their false twins, that a blind reader accepted."""
    reading = list(read_rows(READING))
    return [
        _count(f"{name} observations accepted", accepted, system="a blind reader")
        for name, told in (("true", "1"), ("false", "0"))
        if (accepted := [row["verdict"] == "accept" for row in reading if row["true"] == told])
    ]


def is_released(sentence: str, asked: Asked) -> bool:
    """Tell whether the verifier finds no fault in a sentence about a sign."""
    return not check_sign(sentence, asked.score)


def read_flips() -> Iterator[Flip]:
    """Read the flips, their placeholders filled."""
    asked = list_asked()
    for name, halves in _SETS.items():
        path = _DATA / name
        if not path.is_file():
            raise InputError(f"{path} is missing; measure from a checkout of the project")
        for row in read_rows(path):
            one = asked[row["sign"], _read_answer(row["answer"])]
            if one.score.sign.kind == "learned" and _REFERENCE.search(row["sentence"]):
                continue  # a learned sign has no reference
            told = _is_told(row["sentence"], one)
            texts = [fill(row[name], one, told=told) for name in ("sentence", "flipped")]
            yield Flip(halves[row["half"]], row["kind"], one, *texts)


def _is_told(sentence: str, asked: Asked) -> bool:
    """Tell whether a true sentence holds the value against the limit as a product tells it, and not as it is measured.

    A difference from the other side may be counted either way. Where a sentence does not say how it counts ("right
    minus left"), its own comparison does: "the shift to the right, {value}, exceeds {limit}" is true of -0.03 and
    -0.02 only when both are turned. The rule is the same in all sets, and is read off the true sentence alone.
    """
    score, reference = asked.score, parse_reference(asked.score.reference)
    if reference is None or score.value is None or not find_words(score).mirrored:
        return False
    if (counted := read_convention(fill(sentence, asked)).positive) is not None:
        return counted != find_lexicon(score).positive
    compared = _HELD_AGAINST.search(sentence)
    if compared is None:
        return False
    up = (compared["up"] is not None) is (compared["not"] is None)
    return (score.value > reference.limit) is not up


def _read_answer(text: str) -> Answer:
    return "yes" if text == "yes" else "no"


def list_asked() -> dict[tuple[str, Answer], Asked]:
    """List every sign with either answer, by its question: its value lies where the reference says so."""
    reader = MiniEncoder.load().signs
    return {
        (sign.sign.question, answer): _ask(reader, number, answer)
        for number, sign in enumerate(reader.signs)
        for answer in ("yes", "no")
    }


def _ask(reader: SignReader, number: int, answer: Answer) -> Asked:
    sign, scale = reader.signs[number], reader.weights.scale
    view = sign.view or "PA"
    row = VIEWS.index(view)
    if sign.kind == "learned":
        value, apart = _LEARNED[answer], _LEARNED_APART
    else:
        spread = float(scale.spread[row, number])
        beyond = float(scale.limit[row, number]) + _BEYOND * spread
        value, apart = (
            (beyond, _APART * spread) if answer == "yes" else (float(scale.middle[row, number]), -_APART * spread)
        )
    wrong = value + apart
    if abs(abs(wrong) - abs(value)) < _NEAR * abs(apart):
        wrong += apart  # the same number counted from the other side would be true
    return Asked(reader.score_value(number, value, 0.0, view), wrong)


def fill(sentence: str, asked: Asked, *, told: bool = False) -> str:
    """Fill the placeholders of a sentence with the sign's value, limit, unit and side.

    Parameters
    ----------
    sentence : str
        With placeholders.
    asked : Asked
        The sign, its value and a wrong one.
    told : bool
        Whether the numbers are turned, as :func:`thoracite.generation.signs.words.show_value` turns them.
    """
    score = asked.score
    reference = parse_reference(score.reference)
    turn = -1.0 if told else 1.0
    decimals = _find_decimals(score.value or 0.0, asked.wrong, reference)
    side = score.side or ""
    filled = sentence.format(
        value=write_number(turn * (score.value or 0.0), decimals),
        wrong_value=write_number(turn * asked.wrong, decimals),
        limit="" if reference is None else write_number(turn * reference.limit, decimals),
        unit=(UNITS.get(score.unit) or score.unit).removeprefix("of the ")
        if "of the {unit}" in sentence
        else UNITS.get(score.unit) or score.unit,
        side=side,
        other_side=_OTHER.get(side, side),
    )
    return " ".join(filled.split())


def _find_decimals(value: float, wrong: float, reference: Reference | None) -> int:
    """Find how many decimals tell a value, a wrong one and the limit apart."""
    decimals = max(find_decimals(Shown(one, reference)) for one in (value, wrong))
    while write_number(value, decimals) == write_number(wrong, decimals):
        decimals += 1
    return decimals


def _count(metric: str, released: Sequence[bool], *, system: str = "verifier") -> Row:
    drawn = np.array(released, dtype=np.float64)
    low, high = bootstrap_interval(lambda rows: float(drawn[rows].mean()), len(drawn))
    return Row(system=system, metric=metric, value=float(drawn.mean()), low=low, high=high, n=len(drawn))


__all__ = [
    "HALVES",
    "KINDS",
    "Asked",
    "Flip",
    "count_reading",
    "fill",
    "is_released",
    "list_asked",
    "read_flips",
    "run_wordings",
]
