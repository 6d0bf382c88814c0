"""Sides: learned without knowing right from left, named only where they are sure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.vision.labels import OUTPUTS
from thoracite.vision.mini.lungs import draw_ellipses
from thoracite.vision.mini.measures import MEASURES
from thoracite.vision.mini.side import TRAITS, SideReader, describe_sides
from thoracite.vision.training.cases import Case
from thoracite.vision.training.fit_side import NAMED, Sided, find_box_side, fit_side, rate_held_out

LABEL = "Lung Opacity (suspicious for pneumonia)"


def make_case(group: str, *boxes: tuple[float, float, float, float], label: str = LABEL) -> Case:
    return Case(Path("a.png"), "nih", "a", group, "PA", frozenset(), "", tuple((label, *box) for box in boxes))


@pytest.fixture(scope="module")
def sided() -> list[Sided]:
    """Two hundred images; the first difference tells the side in most of them."""
    random = np.random.default_rng(0)
    made = []
    for number in range(200):
        traits = random.normal(size=len(TRAITS))
        right = number % 3 > 0
        traits[0] += 2.0 if right else -2.0
        made.append(Sided(make_case(f"p{number}"), "right" if right else "left", traits))
    return made


def test_boxes_on_one_side_have_that_side() -> None:
    lungs = draw_ellipses((0, 0, 400, 400))
    right, left = (0.2, 0.4, 0.3, 0.5), (0.7, 0.4, 0.8, 0.5)
    assert find_box_side(make_case("a", right), lungs, (400, 400)) == "right"
    assert find_box_side(make_case("a", left, left), lungs, (400, 400)) == "left"
    assert find_box_side(make_case("a", right, left), lungs, (400, 400)) is None
    assert find_box_side(make_case("a", right, label="Cardiomegaly"), lungs, (400, 400)) is None


def test_a_mirrored_image_has_the_other_side(sided: list[Sided]) -> None:
    reader = fit_side(sided)
    for one in sided[:20]:
        assert reader.rate(one.traits) == pytest.approx(-reader.rate(-one.traits))
    assert reader.rate(np.full(len(TRAITS), np.nan)) == 0


def test_the_surest_part_is_named_and_mostly_right(sided: list[Sided]) -> None:
    reader, rated = fit_side(sided), rate_held_out(sided)
    named = np.abs(rated) >= reader.least
    assert named.mean() == pytest.approx(NAMED, abs=0.01)
    right = np.array([one.side == "right" for one in sided])
    assert ((rated > 0) == right)[named].mean() > 0.95


def test_maps_are_compared_within_the_lungs() -> None:
    lungs, maps = draw_ellipses((0, 0, 400, 400)), np.zeros((len(OUTPUTS), 56, 56), dtype=np.float32)
    maps[0, :, :28] = 1
    traits = dict(zip(TRAITS, describe_sides(np.arange(len(MEASURES), dtype=float), maps, lungs), strict=True))
    assert traits[f"map of {OUTPUTS[0]}"] == pytest.approx(1, abs=0.02)
    assert traits[f"map of {OUTPUTS[1]}"] == 0
    assert traits["difference of areas"] == MEASURES.index("difference of areas")
    nothing = lungs._replace(right=np.zeros_like(lungs.right))
    assert np.isnan(describe_sides(np.zeros(len(MEASURES)), maps, nothing)).all()


def test_what_is_unsure_has_no_side() -> None:
    reader = SideReader(np.ones(1), np.ones(1), least=1.0)
    assert [reader.find_side(np.array([odds])) for odds in (-1.5, -0.5, 0.5, 1.5)] == ["left", None, None, "right"]
