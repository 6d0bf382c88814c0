"""Sentences by a stranger: the true ones are mostly released, hardly any flip is; the blind reading is whole."""

from __future__ import annotations

import pytest

from thoracite.evaluation.sign_wordings import READING, count_reading, is_released, read_flips
from thoracite.files import read_rows


@pytest.fixture(scope="module")
def flips() -> list:  # type: ignore[type-arg]
    return list(read_flips())


def test_no_placeholder_is_left_and_a_flip_is_another_sentence(flips: list) -> None:  # type: ignore[type-arg]
    assert len(flips) > 1000
    assert all("{" not in flip.twin + flip.flipped for flip in flips)
    assert all(flip.twin != flip.flipped for flip in flips)


def test_true_sentences_of_the_seen_styles_are_released_and_their_flips_are_not(flips: list) -> None:  # type: ignore[type-arg]
    seen = [flip for flip in flips if flip.half == "seen"][::5]
    assert sum(is_released(flip.twin, flip.asked) for flip in seen) >= 0.95 * len(seen)
    assert not [flip.flipped for flip in seen if is_released(flip.flipped, flip.asked)]


@pytest.mark.parametrize(
    "half", ["locked", "second set, seen", "fourth set, seen", "fifth set, seen", "sixth set, seen"]
)
def test_true_sentences_in_other_styles_are_mostly_released(flips: list, half: str) -> None:  # type: ignore[type-arg]
    twins = {(flip.asked.score.sign.question, flip.twin): flip for flip in flips if flip.half == half}
    assert len(twins) > 200
    assert sum(is_released(flip.twin, flip.asked) for flip in twins.values()) >= 0.9 * len(twins)


def test_hardly_a_flip_of_an_unseen_style_is_released(flips: list) -> None:  # type: ignore[type-arg]
    unseen = [flip for flip in flips if flip.half != "seen"]
    assert sum(is_released(flip.flipped, flip.asked) for flip in unseen) <= 0.005 * len(unseen)


def test_the_blind_reading_has_a_true_and_a_false_sentence_for_each_observation() -> None:
    rows = list(read_rows(READING))
    pairs = {(row["image"], row["sign"]): {} for row in rows}
    for row in rows:
        pairs[row["image"], row["sign"]][row["true"]] = row["reader"]
    assert len(pairs) == 100
    assert all(pair in ({"0": "A", "1": "B"}, {"0": "B", "1": "A"}) for pair in pairs.values())
    true, false = count_reading()
    assert (true.n, false.n) == (100, 100)
    assert true.value >= 0.8
    assert false.value <= 0.2
