"""The figures of the encoder: right where the answer is known, and held out where they must be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from thoracite.evaluation import vision
from thoracite.evaluation.vision import (
    Readings,
    compare_readings,
    find_auroc,
    find_calibration_error,
    make_readings,
    measure_readings,
    read_held_out,
    read_metadata,
)
from thoracite.vision.labels import FINDINGS, FOLDS
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.training.cases import Case, read_cases, read_targets


@pytest.fixture(scope="module")
def readings() -> Readings:
    """Two collections; every finding is told apart in one and not in the other."""
    random = np.random.default_rng(0)
    cases = [
        Case(Path(f"{n}.png"), "nih", "ab"[n % 2], f"patient {n // 2}", ("PA", "AP")[n % 2], frozenset(),
             ("Normal", "Lung Opacity")[n // 2 % 2], ())
        for n in range(400)
    ]  # fmt: skip
    targets = (random.random((400, len(FINDINGS))) < 0.2).astype(np.float32)
    told = np.where(np.arange(400)[:, None] % 2 == 0, targets, 0.0)
    scores = told + 0.01 * random.random(targets.shape)
    abnormal = np.array([float(case.reading != "Normal") for case in cases])
    return Readings(cases, targets, scores, abnormal)


def test_auroc_is_that_of_a_known_library() -> None:
    random = np.random.default_rng(1)
    targets = (random.random(500) < 0.3).astype(np.float32)
    scores = np.round(random.random(500) + targets, 1)  # with ties
    assert find_auroc(scores, targets) == pytest.approx(roc_auc_score(targets, scores))
    assert np.isnan(find_auroc(scores, np.zeros(500, dtype=np.float32)))


def test_calibration_error_sees_what_is_too_sure() -> None:
    targets = (np.random.default_rng(0).random(2000) < 0.3).astype(np.float32)
    assert find_calibration_error(np.full(2000, 0.3), targets) < 0.05
    assert find_calibration_error(np.full(2000, 0.9), targets) > 0.5


def test_collections_and_views_are_measured_apart(readings: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vision, "REPEATS", 20)
    rows = {row.metric: row for row in measure_readings("system", readings)}
    assert rows["macro AUROC within a"].value == 1.0
    assert rows["macro AUROC within b"].value == pytest.approx(0.5, abs=0.1)
    assert 0.6 < rows["macro AUROC, pooled"].value < 0.95
    assert rows["AUROC RSNA Normal against rest, PA"].value == 1.0
    assert rows["macro AUROC within b"].n == 200
    for row in rows.values():
        assert row.low is None or row.low <= row.value <= (row.high or 0)


def test_a_fold_is_calibrated_on_the_others() -> None:
    random = np.random.default_rng(0)
    cases = [Case(Path("x.png"), "nih", "a", f"patient {row}", "PA", frozenset(), "", ()) for row in range(400)]
    targets = (random.random((400, len(FINDINGS))) < 0.3).astype(np.float32)
    logits = targets * 2 + random.normal(size=targets.shape) + 5  # five too high
    folds = np.array([case.fold for case in cases])
    scores = make_readings(cases, targets, logits, -logits[:, 0]).probabilities
    assert scores is not None
    assert abs(scores.mean() - targets.mean()) < 0.03
    targets[folds == 0] = 1 - targets[folds == 0]  # what a fold's own labels say changes nothing in it
    again = make_readings(cases, targets, logits, -logits[:, 0]).probabilities
    assert again is not None
    np.testing.assert_array_equal(again[folds == 0], scores[folds == 0])


def test_a_system_is_ahead_of_a_worse_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vision, "REPEATS", 20)
    random = np.random.default_rng(0)
    targets = (random.random((400, len(FINDINGS))) < 0.3).astype(np.float32)
    cases = [Case(Path("x"), "nih", "ab"[row % 2], f"{row}", "PA", frozenset(), "", ()) for row in range(400)]
    good, bad = (
        Readings(cases, targets, targets * weight + random.random(targets.shape), np.zeros(400)) for weight in (0.6, 0)
    )
    row = compare_readings("good less bad", good, bad)
    assert row.low is not None
    assert 0.2 < row.low < row.value < 0.5


def test_cases_are_read_by_the_head_that_did_not_see_them(shared: Path) -> None:
    cases = read_cases(shared / "data" / "cxr", "nih")
    chosen = [next(case for case in cases if case.fold == fold) for fold in range(FOLDS)]
    encoder = MiniEncoder.load()
    assert len(encoder.network.heads) == FOLDS
    logits, added = read_held_out(encoder, chosen)
    assert logits.shape == added.shape == (FOLDS, len(FINDINGS) + 1)
    assert 0 < np.abs(added).max() < np.abs(logits).max()
    for case, own in zip(chosen, logits, strict=True):
        heads = encoder.forward(_read(case).pixels).logits[:, : len(FINDINGS)]
        same = [np.allclose(head, own[:-1], atol=1e-4) for head in heads]
        assert same == [fold == case.fold for fold in range(FOLDS)]


def _read(case: Case):
    from thoracite.settings import Settings
    from thoracite.vision.image import read_radiograph

    return read_radiograph(case.path, settings=Settings.read())


def test_metadata_alone_tell_the_collections_apart(shared: Path) -> None:
    folder = shared / "data" / "cxr"
    cases = read_cases(folder, "nih")
    targets = read_targets(cases)[0][:, : len(FINDINGS)]
    areas = [find_auroc(column, targets[:, n]) for n, column in enumerate(read_metadata(folder, cases, targets).T)]
    assert 0.55 < float(np.nanmean(areas)) < 0.75  # the confound that the figures within collections are for
