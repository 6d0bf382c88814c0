"""Planted flips of side, value, comparison and negation in several wordings: none is released, their twins are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.signs import list_scores
from thoracite.files import read_rows
from thoracite.generation.signs.check import check_sign
from thoracite.generation.signs.lexicon import LEXICON
from thoracite.generation.signs.words import (
    UNITS,
    WORDS,
    find_decimals,
    show_value,
    state_sign,
    state_value,
    write_number,
)
from thoracite.types import SignScore
from thoracite.vision.mini.signs.listed import read_signs

CLAUSES = Path(__file__).parents[2] / "data" / "sign_clauses.txt"
OTHER = {"left": "right", "right": "left"}
WORDINGS = (
    "{clause}",
    "{clause} ({value} {unit}; normal films {mark} {limit})",
    "{clause}: at {value} {unit} it {verb} the {limit} that nine in ten normal {view} films {they}",
    "{clause}, measuring {value} {unit} against a limit of {limit}",
    "With {value} {unit}, {preposition} the {limit} of normal films, {clause}",
    "{clause}; the value of {value} {unit} is {than} {limit}, the limit for {view} films",
    "{clause} (value {value}, reference {end} limit {limit})",
    "{clause}; only one in ten normal {view} films has {rare} {limit}",
    "At {value} {unit}, {clause}; usual values are {lie} {limit}",
    "{clause}, as the value of {value} {unit} {denied} {limit}",
)


def read_clauses() -> Iterator[tuple[str, str, str]]:
    for line in CLAUSES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, answer, clause = line.split(" | ")
            yield f"thx:{name}", answer, clause


def word(score: SignScore, clause: str) -> Iterator[str]:
    """The clause in every wording."""
    shown = show_value(score)
    assert shown is not None
    assert shown.reference is not None
    above, usual = shown.value > shown.reference.limit, shown.reference.usual == "above"
    decimals = find_decimals(shown)
    said = {
        "clause": clause.format(side=score.side, other=OTHER.get(score.side or "", "")),
        "value": write_number(shown.value, decimals), "limit": write_number(shown.reference.limit, decimals),
        "unit": UNITS.get(score.unit, ""), "view": shown.reference.view, "mark": ">" if usual else "<",
        "verb": "exceeds" if above else "lies below", "they": "exceed" if usual else "stay below",
        "preposition": "over" if above else "under", "than": "greater than" if above else "less than",
        "end": "lower" if usual else "upper", "rare": "less than" if usual else "more than",
        "lie": "above" if usual else "below", "denied": "is not below" if above else "does not exceed",
    }  # fmt: skip
    for wording in WORDINGS:
        yield " ".join(wording.format(**said).split())


def flip(text: str) -> Iterator[str]:
    """The text with its sides, one comparison, one number or one negation flipped."""
    if re.search(r"\b(?:left|right)\b", text):
        yield re.sub(r"\b(left|right)\b", lambda side: OTHER[side[1]], text)
    for word_, other in (("more than", "less than"), ("less than", "more than"), ("above", "below"),
                         ("below", "above"), ("exceed", "stay below")):  # fmt: skip
        if re.search(rf"\b{word_}\b", text):
            yield re.sub(rf"\b{word_}\b", other, text, count=1)
    for number in re.finditer(r"\d+\.\d+", text):
        yield f"{text[: number.start()]}{float(number[0]) + 0.07:.2f}{text[number.end() :]}"
    if " not " in text or " no " in text:
        yield re.sub(r" (?:not|no) ", " ", text, count=1)
    elif re.search(r"\b(?:is|are)\b", text):
        yield re.sub(r"\b(is|are)\b", r"\1 not", text, count=1)


PARAPHRASED = [
    pytest.param(score, clause, id=f"{score.sign.id} {score.side} {score.answer}: {clause}")
    for score in list_scores()
    for name, answer, clause in read_clauses()
    if (name, answer) == (score.sign.id, score.answer)
]


@pytest.mark.parametrize(("score", "clause"), PARAPHRASED)
def test_a_paraphrase_is_released_and_none_of_its_flips(score: SignScore, clause: str) -> None:
    for text in word(score, clause):
        assert [fault.why for fault in check_sign(text, score)] == [], text
        for flipped in flip(text):
            assert check_sign(flipped, score), flipped


def test_there_are_enough_of_them() -> None:
    flips = sum(1 for case in PARAPHRASED for text in word(*case.values) for _ in flip(text))
    assert len(PARAPHRASED) * len(WORDINGS) >= 1500
    assert flips >= 5000


@pytest.mark.parametrize("score", list(list_scores()), ids=lambda score: f"{score.sign.id} {score.side} {score.answer}")
def test_the_wording_of_every_sign_is_released_and_none_of_its_flips(score: SignScore) -> None:
    text = f"{state_sign(score)} ({state_value(score)})"
    assert [fault.why for fault in check_sign(text, score)] == []
    for flipped in flip(text):
        assert check_sign(flipped, score), flipped


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The right costophrenic angle is blunt at 0.04 mm", "measured in chest widths, not in 0.04 mm"),
        ("The right costophrenic angle is markedly blunt", "no cited evidence says 'markedly'"),
        ("The right costophrenic angle is probably blunt", "no cited evidence says 'probably'"),
        ("The right costophrenic angle is blunt, as in AP films below 0.06", "speaks of AP films, the reference of PA"),
        ("The right hemidiaphragm is blunt", "no cited evidence says 'hemidiaphragm'"),
        ("The right costophrenic angle is fuzzy", "no cited evidence says 'fuzzy'"),
        ("The right costophrenic angle is blunt; one in ten normal PA films have more than 0.06", "the opposite"),
        ("The right costophrenic angle is blunt; 95 in 100 normal PA films have more than 0.06", "not the share"),
        ("The right costophrenic angle", "it does not say what the image answers"),
        ("0.04 chest widths", "it does not name what is asked"),
    ],
)  # fmt: skip
def test_what_the_evidence_does_not_say_is_told(text: str, why: str) -> None:
    angle = next(one for one in list_scores() if one.sign.entity.label.startswith("blunting of costo"))
    assert (angle.side, angle.answer) == ("right", "yes")
    assert any(why in fault.why for fault in check_sign(text, angle)), check_sign(text, angle)


def test_a_sign_that_the_file_does_not_know_is_told_by_its_question() -> None:
    known = next(list_scores())
    entity = known.sign.entity.model_copy(update={"id": "thx:tram_lines", "label": "tram lines"})
    sign = known.sign.model_copy(update={"id": entity.id, "entity": entity, "question": "Are there tram lines?"})
    score = known.model_copy(update={"sign": sign, "opposite": None})
    text = f"{state_sign(score)} ({state_value(score)})"
    assert text == "“Are there tram lines?” is answered yes (0.56; nine in ten normal PA films have less than 0.50)"
    assert [fault.why for fault in check_sign(text, score)] == []
    assert check_sign(text.replace("yes", "no"), score)


def test_every_asked_sign_has_its_words() -> None:
    asked = {sign.entity.id for sign in read_signs()}
    for path in (WORDS, LEXICON):
        assert {row["sign"] for row in read_rows(path)} == asked
