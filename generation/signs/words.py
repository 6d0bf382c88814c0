"""The wording of signs, by CURIE and side, from ``words.csv``; what is not in it is worded by its question.

Examples
--------
>>> from thoracite.types import Entity, Sign
>>> angle = Entity(id="thx:blunting_of_costophrenic_angle", label="blunting of costophrenic angle", kind="sign")
>>> score = SignScore(sign=Sign(id=angle.id, question="Is the right angle blunted?", entity=angle,
...                   kind="measured"), side="right", value=0.0412, unit="chest widths", answer="yes",
...                   reference="> 0.0612 (fitted, PA): nine in ten normal films are above")
>>> state_sign(score)
'the right costophrenic angle is blunt'
>>> state_value(score)
'depth below the dome 0.04 chest widths; nine in ten normal PA films have more than 0.06'
>>> name_sign(score), name_sign(score, sided=False)
('a blunt right costophrenic angle', 'a blunt costophrenic angle')
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from thoracite.files import read_rows
from thoracite.generation.phrases import name_indefinite
from thoracite.types import Reference, SignScore, parse_reference
from thoracite.types.reference import state_share

WORDS = Path(__file__).parent / "words.csv"
"""The wording that comes with the product."""

UNITS = {
    "chest widths": "chest widths", "squared chest widths": "squared chest widths", "degree": "degrees",
    "contrasts": "of the contrast between mediastinum and lung", "grey range": "of the grey range",
}  # fmt: skip
"""Units in words; a share, a ratio or a curvature has none."""

_SURE = 0.9
"""Probability from which on a learned sign is said to be there, not to be there probably."""

_THERE = re.compile(r"^(there (?:is|are))\b")

_OTHER = {"left": "right", "right": "left"}


class Words(NamedTuple):
    """The wording of one sign.

    Parameters
    ----------
    yes, no : str
        Clauses that state it, and deny it.
    noun : str
        It as a thing, with an article where it takes one.
    value : str
        Name of the value, or empty.
    mirrored : bool
        Whether the value is told with the other sign, for it is the difference from the other side.
    """

    yes: str
    no: str
    noun: str
    value: str
    mirrored: bool


class Shown(NamedTuple):
    """A value and the limit it is held against, as they are told.

    Parameters
    ----------
    value : float
        The value.
    reference : Reference or None
        The reference; None where there is none.
    """

    value: float
    reference: Reference | None


@cache
def _read_words() -> dict[str, dict[str, str]]:
    return {row["sign"]: dict(row) for row in read_rows(WORDS)}


def find_words(score: SignScore, *, sided: bool = True) -> Words:
    """Find the wording of a sign.

    Parameters
    ----------
    score : SignScore
        The sign, with its side.
    sided : bool
        Whether to name the side.
    """
    row = _read_words().get(score.sign.entity.id)
    side = score.side or "" if sided else ""
    if row is None:
        question = f"“{score.sign.question}” is answered"
        return Words(f"{question} yes", f"{question} no", name_indefinite(score.sign.entity, side), "", mirrored=False)
    yes, no, noun, value = (
        " ".join(row[name].format(side=side, other=_OTHER.get(side, "")).split())
        for name in ("yes", "no", "noun", "value")
    )
    return Words(yes, no, noun, value, mirrored=score.side is not None and row["mirror"] == score.side)


def state_sign(score: SignScore) -> str:
    """Write an answered sign as a clause; a learned one is no surer than its probability."""
    words = find_words(score)
    if score.answer != "yes":
        return words.no
    unsure = score.sign.kind == "learned" and (score.value or 0.0) < _SURE
    return _THERE.sub(r"\1 probably", words.yes) if unsure else words.yes


def name_sign(score: SignScore, *, sided: bool = True) -> str:
    """Name what a yes means as a thing, with or without its side."""
    return find_words(score, sided=sided).noun


def state_value(score: SignScore) -> str:
    """Write value, unit and reference of a sign, without brackets; empty where there is no value."""
    shown = show_value(score)
    if shown is None:
        return ""
    if score.sign.kind == "learned":
        return f"probability {shown.value:.2f}"
    decimals = find_decimals(shown)
    unit = UNITS.get(score.unit, "")
    told = " ".join(filter(None, (find_words(score).value, write_number(shown.value, decimals), unit)))
    if (reference := shown.reference) is None:
        return told
    view = "" if reference.view == "frontal" else f"{reference.view} "
    films = f"{state_share(reference.share)} normal {view}films have" if reference.share else f"usual {view}films have"
    than = "more" if reference.usual == "above" else "less"
    return f"{told}; {films} {than} than {write_number(reference.limit, decimals)}"


def show_value(score: SignScore) -> Shown | None:
    """Return value and reference as they are told: the other way round for a difference from the other side.

    A reference with which the answer does not agree is left out.
    """
    if score.value is None:
        return None
    reference = parse_reference(score.reference)
    if reference is not None and score.answer and reference.passes(score.value) is (score.answer == "yes"):
        reference = None
    shown = Shown(score.value, reference)
    return mirror(shown) if find_words(score).mirrored else shown


def mirror(shown: Shown) -> Shown:
    """Turn the sign of a value, and its reference with it."""
    reference = shown.reference
    if reference is not None:
        usual = "below" if reference.usual == "above" else "above"
        reference = reference.model_copy(update={"limit": -reference.limit, "usual": usual})
    return Shown(-shown.value, reference)


def find_decimals(shown: Shown) -> int:
    """Find how many decimals tell a value and its limit apart: two, or none from 10 on, and more where needed.

    Examples
    --------
    >>> reference = Reference(limit=0.0612, usual="above", view="PA")
    >>> [find_decimals(Shown(value, reference)) for value in (0.04, 0.0609, 71.0)]
    [2, 4, 0]
    """
    decimals = 2 if abs(shown.value) < 10 else 0
    limit = shown.value if shown.reference is None else shown.reference.limit
    while decimals < 6 and shown.reference and write_number(shown.value, decimals) == write_number(limit, decimals):
        decimals += 1
    return decimals


def write_number(value: float, decimals: int) -> str:
    """Write a number; never a minus before zero.

    Examples
    --------
    >>> write_number(-0.001, 2), write_number(-0.31, 2)
    ('0.00', '-0.31')
    """
    digits = f"{value:.{decimals}f}"
    return digits.removeprefix("-") if not float(digits) else digits


__all__ = [
    "UNITS", "WORDS", "Shown", "Words", "find_decimals", "find_words", "mirror", "name_sign", "show_value",
    "state_sign", "state_value", "write_number",
]  # fmt: skip
