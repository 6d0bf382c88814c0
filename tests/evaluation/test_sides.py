"""Sides are counted as they were drawn, and the surest part is what is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from thoracite.evaluation.sides import measure_named, measure_sides
from thoracite.vision.mini.side import TRAITS
from thoracite.vision.training.cases import Case
from thoracite.vision.training.fit_side import Sided


def make_sided(number: int) -> list[Sided]:
    return [
        Sided(
            Case(Path("a.png"), "nih", "a", f"p{n}", "PA", frozenset(), "", ()),
            ("right", "left")[n % 2],
            np.zeros(len(TRAITS)),
        )  # type: ignore[arg-type]
        for n in range(number)
    ]


def test_right_sides_are_counted_among_the_surest_and_among_all() -> None:
    sided = make_sided(20)
    odds = np.array([(3.0 if n < 10 else 0.5) * (1 if n % 2 == 0 else -1) for n in range(20)])
    odds[10:] *= -1  # the unsure ones are wrong
    rows = {row.metric: row for row in measure_sides("system", sided, odds)}
    assert rows["right side, of those named"].value == 1.0
    assert rows["right side, of those named"].n == 10
    assert rows["sides named"].value == 0.5
    assert rows["right side, all"].value == 0.5


def test_nothing_is_named_below_the_limit() -> None:
    rows = measure_named("system", make_sided(4), np.full(4, 0.1), least=1.0)
    assert [(row.metric, row.value) for row in rows] == [("sides named", 0.0)]
