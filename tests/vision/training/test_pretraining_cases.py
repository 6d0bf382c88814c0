"""Phantoms carry the labels of what was drawn; children one of three kinds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from thoracite.phantom import draw_phantom
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.crops import SIDE
from thoracite.vision.training.pretraining_cases import CHILDREN, draw_phantoms, list_phantoms, read_children


def test_labels_are_those_of_what_is_drawn() -> None:
    cases = list_phantoms(12, seed=3)
    for number, case in enumerate(cases):
        drawn = draw_phantom(3 + number, size=64).findings
        assert (case.labels == {"No Finding"}) == (not drawn)
        assert case.labels <= {*FINDINGS, "No Finding"}
        assert len(case.labels) == max(len({finding.entity.id for finding in drawn}), 1)
    assert len({case.labels for case in cases}) > 2


def test_both_views_of_a_phantom_are_drawn_and_always_the_same() -> None:
    frames = draw_phantoms(2, seed=5)
    assert frames.shape == (2, 2, SIDE, SIDE)
    assert frames.dtype == np.uint8
    whole, chest = frames[0]
    assert np.abs(whole.astype(float) - chest).mean() > 5, "the chest is cut out of the whole"
    assert (draw_phantoms(1, seed=6)[0] == frames[1]).all()


def test_children_are_told_apart_by_three_kinds(shared: Path) -> None:
    cases = read_children(shared / "data" / "cxr")
    assert len(cases) > 5000
    kinds = [case.labels & {*CHILDREN} for case in cases]
    assert {len(kind) for kind in kinds} == {1}
    assert {*frozenset().union(*kinds)} == {*CHILDREN}
