"""Falsehoods planted by rule in what writers had written of signs: hardly one is released; forms and ease are read."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.signs import list_scores
from thoracite.evaluation.sign_wordings import is_released, read_flips
from thoracite.generation.signs.check import check_sign
from thoracite.types import SignScore

SEEN = {"seen", "second set, seen", "third set, seen", "fourth set, seen", "fifth set, seen", "sixth set, seen"}
STEP = 23
"""Of how many sentences one is tried: the rules make some 45,000 falsehoods of all."""

PAIRS = (
    ("more", "less"), ("above", "below"), ("greater", "smaller"), ("higher", "lower"), ("larger", "smaller"),
    ("wider", "narrower"), ("exceeds", "stays below"), ("denser", "less dense"), ("darker", "less dark"),
    ("whiter", "less white"), ("outside", "inside"), ("increased", "decreased"), ("raised", "lowered"),
    ("present", "absent"), ("visible", "invisible"), ("sharp", "blunt"), ("clear", "hazy"), ("wide", "narrow"),
    ("lost", "kept"), ("few", "many"), ("coarse", "fine"), ("true", "false"), ("yes", "no"), ("negative", "positive"),
)  # fmt: skip
ANGLE, TRACE = "Is the right costophrenic angle blunted?", "Is the right hemidiaphragm hard to trace?"
DENSER = "Is the right upper zone denser than the left?"
SWAPS = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}
BEFORE = ("It is not true that ", "We doubt that ", "It cannot be said that ", "It used to be that ")
BEHIND = (", which is not the case.", " is ruled out.", ": NO.", ", or so it was before.")


def plant(text: str) -> Iterator[str]:
    """Plant one falsehood at each place where a rule has one."""
    for word in re.finditer(r"\b[A-Za-z]+\b", text):
        if (other := SWAPS.get(word[0].lower())) is not None:
            yield text[: word.start()] + other + text[word.end() :]
    for number in re.finditer(r"-?\d+\.\d+", text):
        decimals = len(number[0].partition(".")[2])
        yield f"{text[: number.start()]}{float(number[0]) * 3 + 1:.{decimals}f}{text[number.end() :]}"
    for verb in re.finditer(r"\b(?:is|are|was|were|has|have|does|do|can)\b(?! (?:not|no)\b)", text):
        yield f"{text[: verb.end()]} not{text[verb.end() :]}"
    yield from (f"{words}{text[0].lower()}{text[1:]}" for words in BEFORE)
    yield from (f"{text.rstrip('. ')}{words}" for words in BEHIND)


def test_hardly_a_falsehood_planted_by_rule_is_released() -> None:
    twins = {(flip.asked.score.sign.question, flip.twin): flip.asked for flip in read_flips() if flip.half in SEEN}
    true = [(text, asked) for (_, text), asked in list(twins.items())[::STEP] if is_released(text, asked)]
    planted = [(false, asked) for text, asked in true for false in plant(text)]
    released = [false for false, asked in planted if is_released(false, asked)]
    assert len(planted) > 800
    assert len(released) <= 0.005 * len(planted), released


@pytest.fixture(scope="module")
def scores() -> dict[tuple[str, str], SignScore]:
    return {(one.sign.question, str(one.answer)): one for one in list_scores()}


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        (ANGLE, "Right costophrenic angle blunting: YES", "Right costophrenic angle blunting: NEGATIVE"),
        (ANGLE, "- Blunted right CP angle [x] yes [ ] no", "- Blunted right CP angle [ ] yes [x] no"),
        (ANGLE, "Blunting, right costophrenic angle ..... present", "Blunting, right costophrenic angle ..... absent"),
        (
            TRACE,
            "The right hemidiaphragm is traced only with difficulty",
            "The right hemidiaphragm is traced without difficulty",
        ),
        (TRACE, "I struggle to trace the right hemidiaphragm", "I have no trouble tracing the right hemidiaphragm"),
        (DENSER, "RUZ denser than LUZ", "RUZ not denser than LUZ"),
    ],
)
def test_forms_and_ease_are_read(question: str, yes: str, no: str, scores: dict[tuple[str, str], SignScore]) -> None:
    for answer, true, false in (("yes", yes, no), ("no", no, yes)):
        if (score := scores.get((question, answer))) is not None:
            assert [fault.why for fault in check_sign(true, score)] == []
            assert check_sign(false, score), false
