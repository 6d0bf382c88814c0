"""Sentences without citations come back with them; their flips do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.evaluation.free_text import GROUNDED, KINDS, NAMED, flip_sentence, run_free_text
from thoracite.evaluation.suite import Suite
from thoracite.pipeline import Explainer
from thoracite.settings import Settings


@pytest.fixture(scope="module")
def suite(graph_folder: Path) -> Suite:
    with Explainer(Settings(graph=graph_folder)) as explainer:
        return run_free_text(Path(), phantoms=4, explainer=explainer)


def test_true_sentences_are_released_with_citations(suite: Suite) -> None:
    released = {row.system: row for row in suite.rows if row.metric == "true sentences released"}
    assert released[GROUNDED].n is not None
    assert released[GROUNDED].n >= 12
    assert released[GROUNDED].value >= 0.95
    assert released[NAMED].value < released[GROUNDED].value


def test_no_flip_is_released(suite: Suite) -> None:
    flips = [row for row in suite.rows if row.metric.startswith("flips released") and row.system == GROUNDED]
    assert {row.metric.rpartition(" ")[2] for row in flips} >= set(KINDS) - {"relation"}
    assert sum(row.n or 0 for row in flips) >= 60
    assert [row for row in flips if row.value > 0] == []


def test_every_kind_is_turned() -> None:
    sentence = "The left angle is not blunt (0.50); it suggests that a mass is likely."
    flips = list(flip_sentence(sentence))
    assert {flip.kind for flip in flips} == set(KINDS)
    assert all(flip.sentence != sentence for flip in flips)
    assert "The left angle is not blunt (0.80); it suggests that a mass is likely." in [f.sentence for f in flips]
