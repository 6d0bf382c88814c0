"""Phantoms carry the labels of what was drawn; children carry pneumonia or nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from thoracite.phantom import draw_phantom
from thoracite.retrieval import pretraining_cases
from thoracite.retrieval.pretraining_cases import draw_phantom_cases, read_children
from thoracite.retrieval.training_cases import FINDINGS, Case


def test_labels_are_those_of_what_was_drawn() -> None:
    cases, frames = draw_phantom_cases(6, size=64, seed=3)
    assert frames.shape == (6, 64, 64)
    assert frames.dtype == np.uint8
    for number, case in enumerate(cases):
        drawn = draw_phantom(3 + number, size=64).findings
        assert (case.labels == {"No Finding"}) == (not drawn)
        assert case.labels <= {*FINDINGS, "No Finding"}
        assert len(case.labels) == max(len({finding.entity.id for finding in drawn}), 1)
    assert len({case.labels for case in cases}) > 1


def test_children_have_pneumonia_or_nothing(shared: Path, monkeypatch) -> None:
    monkeypatch.setattr(pretraining_cases, "read_frames", _read_none)  # five thousand images take a minute
    cases, frames = read_children(shared / "data" / "cxr", size=32)
    assert len(cases) == len(frames) > 5000
    sick = sum("Pneumonia" in case.labels for case in cases)
    assert 0.6 < sick / len(cases) < 0.8
    assert {len(case.labels) for case in cases} == {1}


def _read_none(cases: list[Case], *, size: int, settings: object) -> np.ndarray:
    del settings
    return np.zeros((len(cases), size, size), dtype=np.uint8)
