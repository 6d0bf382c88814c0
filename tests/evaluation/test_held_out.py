"""Readings are those of the head that did not see the patient; locked patients take no part in any fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.evaluation.held_out import HeldOut, find_cross_fitted, find_priors, find_probabilities, read_held_out
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.signs.listed import Frontal, name_values, read_signs
from thoracite.vision.mini.signs.measured import Measured
from thoracite.vision.training.cases import Case, read_cases


def make_held(number: int) -> HeldOut:
    random = np.random.default_rng(0)
    cases = [
        Case(Path(f"{n}.png"), "nih", "a", f"p{n}", ("PA", "AP")[n % 2],
             frozenset(label for label in FINDINGS if random.random() < 0.3) or frozenset({"No Finding"}), "", ())
        for n in range(number)
    ]  # fmt: skip
    logits = random.normal(size=(number, len(OUTPUTS)))
    for n, case in enumerate(cases):
        logits[n, : len(FINDINGS)] += [2.0 * (label in case.labels) for label in FINDINGS]
    return HeldOut(
        cases,
        logits,
        random.normal(size=(number, len(name_values(read_signs())))),
        np.zeros((number, 4), dtype=np.float32),
    )


def test_cases_are_read_by_the_head_that_did_not_see_them(shared: Path) -> None:
    cases = read_cases(shared / "data" / "cxr", "nih")
    heads = [*range(FOLDS), None]
    chosen = [next(case for case in cases if case.head == head) for head in heads]
    held, encoder = read_held_out(chosen), MiniEncoder.load()
    for case, own in zip(chosen, held.logits, strict=True):
        pixels = read_radiograph(case.path, settings=Settings.read()).pixels
        same = [np.allclose(encoder.forward(pixels, head=head).logits, own, atol=1e-3) for head in heads]
        assert same == [head == case.head for head in heads]


def test_what_the_labels_of_a_fold_say_changes_nothing_in_it() -> None:
    held = make_held(300)
    odds = find_cross_fitted(held)
    turned = [
        case._replace(labels=frozenset({"No Finding"})) if case.fold == 0 and not case.locked else case
        for case in held.cases
    ]
    again = find_cross_fitted(held._replace(cases=turned))
    np.testing.assert_allclose(again[held.folds == 0], odds[held.folds == 0])
    assert not np.allclose(again[held.folds == 1], odds[held.folds == 1])


def test_locked_patients_are_read_with_the_bundled_odds() -> None:
    held, encoder = make_held(200), MiniEncoder.load()
    odds, locked = find_cross_fitted(held), np.flatnonzero(held.folds < 0)
    assert len(locked)
    row = int(locked[0])
    view: Frontal = "AP" if held.cases[row].view == "AP" else "PA"
    measured = dict(zip(name_values(read_signs()), map(Measured, held.values[row].tolist()), strict=True))
    bundled = encoder.signs.weigh(held.logits[row, : len(FINDINGS)], measured, view).whole
    np.testing.assert_allclose(odds[row], bundled)


def test_priors_are_those_of_the_view() -> None:
    priors = find_probabilities(find_priors(make_held(2).cases))
    assert priors[0, FINDINGS.index("Edema")] == pytest.approx(0.0041)
    assert priors[1, FINDINGS.index("Edema")] == pytest.approx(0.04524)
