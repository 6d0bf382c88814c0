"""The figures of the encoder: right where the answer is known, within each source, and printed for real patients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.evaluation.test_held_out import make_held
from thoracite.evaluation.held_out import HeldOut
from thoracite.evaluation.patients import find_auroc, measure_drawn
from thoracite.evaluation.vision import (
    MINI,
    Part,
    System,
    list_parts,
    measure_part,
    measure_sources,
    measure_view,
    read_metadata,
    run_vision,
)
from thoracite.vision.labels import OUTPUTS


@pytest.fixture(scope="module")
def held() -> HeldOut:
    return make_held(600)


def test_auroc_is_that_of_a_known_library() -> None:
    random = np.random.default_rng(1)
    targets = random.random(500) < 0.3
    scores = np.round(random.random(500) + targets, 1)  # with ties
    assert find_auroc(scores, targets) == pytest.approx(roc_auc_score(targets, scores))
    assert np.isnan(find_auroc(scores, np.zeros(500)))


def test_an_interval_draws_patients_not_images() -> None:
    values = np.repeat(np.arange(10) % 2, 50).astype(float)
    images = measure_drawn("s", "m", lambda rows: float(values[rows].mean()), [str(n) for n in range(500)])
    patients = measure_drawn("s", "m", lambda rows: float(values[rows].mean()), [str(n // 50) for n in range(500)])
    assert images.value == patients.value == 0.5
    assert (patients.high or 0) - (patients.low or 0) > 3 * ((images.high or 0) - (images.low or 0))


def test_a_system_is_ahead_of_a_worse_one(held: HeldOut) -> None:
    good, bad = (
        System(np.where(held.targets, weight, 0.0) + np.random.default_rng(0).random(held.targets.shape), np.ones(600))
        for weight in (0.6, 0.0)
    )
    systems = {MINI: good, "plain network": bad, "thoracite-mini 1": bad}
    rows = {(row.system, row.metric): row for row in measure_part(held, Part("all", np.arange(600), 30), systems)}
    metric = "macro AUROC of 14 findings, all"
    lead = rows[f"{MINI} minus plain network", metric]
    assert lead.value == pytest.approx(rows[MINI, metric].value - rows["plain network", metric].value)
    assert (lead.low or 0) > 0.2
    single = [row for (system, name), row in rows.items() if system == MINI and name.startswith("AUROC")]
    assert len(single) == 14
    assert measure_part(held, Part("all", np.arange(600), 700), systems) == []  # too few positives of any


def test_parts_are_sources_sizes_and_locked_patients(held: HeldOut) -> None:
    kinds = (
        ("nih", "jrzech/x", 512),
        ("nih_lowres", "x", 128),
        ("nih_lowres", "x", 64),
        ("nih", "muhammedtalo/x", 512),
    )
    cases = [
        case._replace(source=kinds[n % 4][0], collection=kinds[n % 4][1], side=kinds[n % 4][2])
        for n, case in enumerate(held.cases)
    ]
    parts = {part.name: part for part in list_parts(cases)}
    assert set(parts) == {
        f"{name}{locked}"
        for name in ("new source, 128 px", "new source, 64 px", "jrzech", "muhammedtalo")
        for locked in ("", ", locked")
    }
    assert sum(len(part.rows) for part in parts.values()) == len(cases)
    assert all(cases[row].locked for row in parts["jrzech, locked"].rows)


def test_a_view_that_the_logit_tells_is_told(held: HeldOut) -> None:
    logits = held.logits.copy()
    logits[:, OUTPUTS.index("AP")] = [case.view == "AP" for case in held.cases]
    assert {row.value for row in measure_view(held._replace(logits=logits))} == {1.0}


def test_a_probe_tells_sources_apart_only_where_they_differ(held: HeldOut) -> None:
    cases = [
        case._replace(labels=frozenset({"No Finding"}), source=("nih", "nih_lowres")[n // 2 % 2], side=128)
        for n, case in enumerate(held.cases)
    ]
    alike = held._replace(cases=cases, logits=np.random.default_rng(0).normal(size=held.logits.shape))
    assert measure_sources(alike)[0].value == pytest.approx(0.5, abs=0.1)
    apart = alike.logits + 3.0 * np.array([[case.source == "nih"] for case in cases])
    assert measure_sources(alike._replace(logits=apart))[0].value > 0.9


def test_metadata_are_fitted_on_other_folds(held: HeldOut) -> None:
    scores = read_metadata(held)
    assert scores.shape == held.targets.shape
    areas = [find_auroc(scores[:, n], held.targets[:, n]) for n in range(scores.shape[1])]
    assert 0.4 < float(np.mean(areas)) < 0.6  # labels were drawn without regard to them


def test_the_suite_reads_real_patients(shared: Path) -> None:
    suite = run_vision(shared / "data", patients=40)
    assert suite.n > 40
    assert any(row.metric.startswith("AUROC AP against PA") and row.value > 0.9 for row in suite.rows)
    assert any(row.metric.startswith("MB of weights") for row in suite.rows)
