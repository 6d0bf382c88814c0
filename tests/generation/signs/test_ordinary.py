"""Words that no list knows pass where nothing hangs on them, and nowhere else."""

from __future__ import annotations

import pytest

from tests.signs import list_scores
from thoracite.generation.signs.check import check_sign
from thoracite.generation.signs.ordinary import DANGEROUS, is_dangerous
from thoracite.types import SignScore


@pytest.fixture(scope="module")
def angle() -> SignScore:
    """A blunt right costophrenic angle."""
    return next(one for one in list_scores() if one.sign.entity.label.startswith("blunting of costo"))


@pytest.fixture(scope="module")
def border() -> SignScore:
    """A right heart border that is clear."""
    scores = [one for one in list_scores() if one.sign.entity.label.startswith("obscuration of right heart")]
    return next(one for one in scores if one.answer == "no")


@pytest.mark.parametrize(
    "text",
    [
        "As sketched by the wizard, the right costophrenic angle is blunt",
        "The right costophrenic angle is blunt towards the armpit",
        "The right costophrenic angle is plainly blunt",
        "According to the sketch, the right costophrenic angle, 0.04 chest widths deep, is blunt",
    ],
)
def test_an_ordinary_word_passes(text: str, angle: SignScore) -> None:
    assert [fault.why for fault in check_sign(text, angle)] == []


@pytest.mark.parametrize(
    "text",
    [
        "In this smoker, the right costophrenic angle is blunt",
        "In a man of 60, the right costophrenic angle is blunt",
        "As in last year's picture, the right costophrenic angle is blunt",
        "The right costophrenic angle is blunt from pneumonia",
        "The right costophrenic angle is blunt, which needs a biopsy",
        "The right costophrenic angle is newly blunt",
        "The right costophrenic angle is probably blunt",
        "The right costophrenic angle is severely blunt",
        "The right costophrenic angle is blunt in the sarcoma",
        "The right costophrenic angle is blunt and grubby",
        "The right costophrenic angle is grubby, 0.04 chest widths deep",
        "The right costophrenic angle evades blunting",
        "The right costophrenic angle shows pretended blunting",
        "The right costophrenic angle is unbluntable, blunt as it is",
        "Blunting of the right costophrenic angle evaporates",
        "The right costophrenic angle is blunt behind the hemidiaphragm",
        "The right costophrenic angle is blunt until proven otherwise",
        "The right costophrenic angle is blunt as before",
    ],
)
def test_a_word_on_which_something_hangs_does_not(text: str, angle: SignScore) -> None:
    assert check_sign(text, angle), text


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("The right heart border is crisp", "The right heart border is smudged"),
        ("The right heart border stands out", "The right heart border melts away"),
        ("Nothing obscures the right heart border", "Something obscures the right heart border"),
        ("The right heart border is easy to follow", "The right heart border is anything but easy to follow"),
        ("The right heart border is free of blurring", "The right heart border is not free of blurring"),
        ("The right heart border is no longer lost", "The right heart border is lost"),
        ("One sees the right heart border", "One fails to see the right heart border"),
    ],
)
def test_a_denial_in_other_words_is_read(true: str, false: str, border: SignScore) -> None:
    assert [fault.why for fault in check_sign(true, border)] == []
    assert check_sign(false, border)


def test_names_of_the_graph_and_words_of_disease_are_dangerous() -> None:
    assert all(is_dangerous(word) for word in ("pneumonia", "atelectasis", "catheters", "sarcoidosis", "smoker"))
    assert not any(is_dangerous(word) for word in ("armpit", "sketch", "wizard"))


def test_dangerous_words_are_single_words_in_lower_case() -> None:
    words = DANGEROUS.read_text(encoding="utf-8").split()
    assert words == [word.lower() for word in words]
    assert len(words) > 500
