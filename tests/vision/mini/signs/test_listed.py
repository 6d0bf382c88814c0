"""The list of signs: concepts of the graph, each with the fact that led to it, and errors that name the row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.errors import InputError
from thoracite.files import read_rows
from thoracite.kg.facts import FACTS
from thoracite.vision.mini.signs.listed import SIGNS, name_values, read_signs, spread_values


def test_each_sign_rests_on_a_fact_of_the_graph() -> None:
    facts = {row["id"] for row in read_rows(FACTS)}
    assert [sign.question for sign in read_signs() if sign.source not in facts] == []


def test_there_are_enough_distinct_signs_each_asked_once() -> None:
    signs = read_signs()
    assert len({sign.entity.id for sign in signs}) >= 35
    assert len({(sign.key, sign.view) for sign in signs}) == len(signs)
    assert all(sign.question.endswith("?") for sign in signs)


def test_two_sides_of_a_concept_are_answered_by_values_of_either_side() -> None:
    sides = {(sign.entity.id, sign.side): sign for sign in read_signs()}
    for (entity, side), sign in sides.items():
        if side == "right" and (entity, "left") in sides:
            other = sides[entity, "left"]
            assert other.measure != sign.measure or other.yes != sign.yes, sign.question


def test_a_sign_of_one_view_has_no_value_in_the_other() -> None:
    signs = read_signs()
    values = np.arange(2 * len(name_values(signs)), dtype=float).reshape(2, -1)
    spread = spread_values(values, np.array([0, 1]), signs)
    for number, sign in enumerate(signs):
        assert np.isnan(spread[:, number]).tolist() == [sign.view == "AP", sign.view == "PA"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("perihilar haze", "haze nowhere known", "haze nowhere known is no concept of the graph"),
        (",high,chest widths,Are the lungs long", ",tall,chest widths,Are the lungs long", "yes is tall"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "signs.csv"
    path.write_text(SIGNS.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_signs(path)


def test_a_sign_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path, text = tmp_path / "signs.csv", SIGNS.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="stands twice"):
        read_signs(path)
