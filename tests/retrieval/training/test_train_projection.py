"""The projection finds the labels' names by features that go with them, and is chosen without the last fold."""

from __future__ import annotations

import numpy as np

from thoracite.retrieval.training.train_projection import (
    SHRINKAGES,
    Features,
    Labels,
    choose_shrinkage,
    encode_findings,
    fit_projection,
)
from thoracite.vision.labels import FINDINGS


def draw_cases(number: int, seed: int = 0) -> tuple[Features, Labels]:
    """Features that each label moves in a direction of its own, with noise."""
    random = np.random.default_rng(seed)
    labels = random.random((number, len(FINDINGS))) < 0.2
    directions = np.random.default_rng(1).normal(size=(len(FINDINGS), 40))
    return (labels @ directions + random.normal(size=(number, 40))).astype(np.float32), labels


def test_an_image_is_nearer_to_the_names_of_its_labels_than_to_others() -> None:
    projection = fit_projection(*draw_cases(600), 0.01)
    features, labels = draw_cases(200, seed=2)
    scores = projection.project(features) @ encode_findings().T
    assert scores[labels].mean() > scores[~labels].mean() + 0.2


def test_the_last_fold_chooses_nothing() -> None:
    features, labels = draw_cases(1000)
    folds = np.arange(1000) % 5
    chosen, facts = choose_shrinkage(features, labels, folds)
    assert chosen in SHRINKAGES
    assert float(str(facts["auroc_unseen"])) > 0.8
    spoiled = labels.copy()
    spoiled[folds == 4] = ~spoiled[folds == 4]
    again, other = choose_shrinkage(features, spoiled, folds)
    assert (again, other["auroc_choice"]) == (chosen, facts["auroc_choice"])
    assert float(str(other["auroc_unseen"])) < 0.2
