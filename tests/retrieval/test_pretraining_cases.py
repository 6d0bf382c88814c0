"""Phantoms carry the labels of what was drawn; children one of three kinds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from thoracite.phantom import draw_phantom
from thoracite.retrieval.pretraining_cases import CHILDREN, draw_phantom_cases, read_children
from thoracite.retrieval.training_cases import FINDINGS


def test_labels_are_those_of_what_was_drawn() -> None:
    cases, frames = draw_phantom_cases(6, size=64, seed=3)
    assert frames.shape == (6, 1, 64, 64)
    assert frames.dtype == np.uint8
    for number, case in enumerate(cases):
        drawn = draw_phantom(3 + number, size=64).findings
        assert (case.labels == {"No Finding"}) == (not drawn)
        assert case.labels <= {*FINDINGS, "No Finding"}
        assert len(case.labels) == max(len({finding.entity.id for finding in drawn}), 1)
    assert len({case.labels for case in cases}) > 1


def test_children_are_told_apart_by_three_kinds(shared: Path) -> None:
    cases = read_children(shared / "data" / "cxr")
    assert len(cases) > 5000
    kinds = [case.labels & {*CHILDREN} for case in cases]
    assert {len(kind) for kind in kinds} == {1}
    assert {*frozenset().union(*kinds)} == {*CHILDREN}
