"""Systems that were added to the shift suite: a question is never grounded by its own finding's label."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.encoders import write_open_clip
from tests.evaluation.test_held_out import make_held
from thoracite.errors import ModelError
from thoracite.evaluation.concept_lists import link_question
from thoracite.evaluation.framework import (
    ADDED,
    Added,
    answer_signs,
    ground_list,
    lay_added,
    read_named,
    score_added,
)
from thoracite.evaluation.patients import find_auroc
from thoracite.evaluation.signs import find_answers
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.signs.listed import name_values, read_signs

ENCODER = MiniEncoder.load()
SCALE = ENCODER.signs.weights.scale
EFFUSION, ATELECTASIS, CONSOLIDATION = (FINDINGS.index(name) for name in ("Effusion", "Atelectasis", "Consolidation"))
CONCEPTS = list(dict.fromkeys(sign.entity.id for sign in read_signs()))


def test_an_answer_is_yes_beyond_the_reference_and_nothing_where_nothing_was_measured() -> None:
    held, names = make_held(20), name_values(read_signs())
    depth = [names.index(f"{side} costophrenic depth") for side in ("right", "left")]
    number = next(n for n, sign in enumerate(read_signs()) if sign.measure == "right costophrenic depth")
    views = np.arange(20) % 2
    held.values[:, depth] = SCALE.middle[views, number][:, None]
    held.values[0, depth] = np.nan
    held.values[1, depth[0]] = SCALE.limit[1, number] - 0.01  # low says yes; the view is AP
    answers = answer_signs(held, SCALE)[:, CONCEPTS.index("thx:blunting_of_costophrenic_angle")]
    assert np.isnan(answers[0])
    assert answers[1] == 1
    assert not answers[2:].any()


def test_a_question_is_not_grounded_by_the_label_of_the_finding_that_it_feeds() -> None:
    held = make_held(60)
    questions = [
        link_question(f"Is there {what}?") for what in ("a pleural effusion", "pneumothorax", "a pretty picture")
    ]
    told = {"Effusion": {question.text: 1.0 for question in questions}}
    grounded = ground_list(held, questions, told, find_answers(held, SCALE))
    assert grounded.values.shape == (60, 2)
    assert grounded.usable[EFFUSION].tolist() == [False, True]
    assert grounded.usable[ATELECTASIS].tolist() == [True, True]
    assert grounded.grounded[[EFFUSION, ATELECTASIS]].tolist() == [1, 2]
    assert grounded.prior[EFFUSION].tolist() == [1, 1]
    assert not grounded.prior[ATELECTASIS].any()
    spread = np.clip(
        (held.logits[:, EFFUSION] - held.logits[:, EFFUSION].mean()) / held.logits[:, EFFUSION].std(), -3, 3
    )
    np.testing.assert_allclose(grounded.values[:, 0], spread, atol=1e-6)


def test_questions_with_the_same_ground_share_it() -> None:
    questions = [link_question(text) for text in ("Is there a pneumothorax?", "Can a pneumothorax be seen?")]
    grounded = ground_list(make_held(30), questions, {}, {})
    assert grounded.values.shape == (30, 1)
    assert grounded.grounded[EFFUSION] == 2


def make_added(number: int) -> tuple[Added, np.ndarray, np.ndarray]:
    """Two signs of effusion, the second of them learned, and one of nothing."""
    random = np.random.default_rng(0)
    targets = np.zeros((number, len(FINDINGS)), dtype=bool)
    targets[:, EFFUSION] = random.random(number) < 0.5
    there = np.column_stack([
        np.where(targets[:, EFFUSION], random.random(number) < share, random.random(number) < 0.2)
        for share in (0.8, 0.6, 0.2)
    ]).astype(float)  # fmt: skip
    causes = np.zeros((len(FINDINGS), 3), dtype=bool)
    causes[EFFUSION, :2] = True
    readings = {"a network": np.where(targets, 1.0, -1.0) + random.normal(0, 1, targets.shape)}
    return Added(there, causes, np.array([False, True, False]), {}, readings), there - there.mean(axis=0), targets


def test_each_system_tells_what_its_part_of_the_signs_tells() -> None:
    added, climbed, targets = make_added(1200)
    priors = np.zeros((len(FINDINGS), 3))
    priors[EFFUSION, :2] = 1
    train, test = np.arange(600), np.arange(600, 1200)
    scores = score_added(added, climbed, priors, targets=targets, finding=EFFUSION, train=train, tests=test)
    assert all(name.endswith(ADDED) for name in scores)
    told = {name.removesuffix(f" {ADDED}"): find_auroc(s, targets[test, EFFUSION]) for name, s in scores.items()}
    assert told["signs, measured only"] == pytest.approx(0.8, abs=0.05)
    assert told["signs, learned only"] == pytest.approx(0.7, abs=0.05)
    assert told["noisy-OR by Bayes"] > told["signs, measured only"]
    assert told["a network"] > 0.85


def test_labels_of_cases_that_are_not_fitted_on_change_nothing() -> None:
    added, climbed, targets = make_added(400)
    train, priors = np.arange(200), np.zeros((len(FINDINGS), 3))
    turned = targets.copy()
    turned[200:] = ~turned[200:]
    one, other = (
        score_added(added, climbed, priors, targets=each, finding=EFFUSION, train=train, tests=np.arange(400))
        for each in (targets, turned)
    )
    for name, score in one.items():
        np.testing.assert_allclose(score, other[name])


def test_knobos_lists_are_grounded_where_they_are_there(shared: Path, tmp_path: Path) -> None:
    held = make_held(40)
    added = lay_added(held, ENCODER, shared / "data")
    assert len(added.lists) == 5
    assert added.causes[EFFUSION, CONCEPTS.index("thx:blunting_of_costophrenic_angle")]
    assert all(listed.grounded[CONSOLIDATION] >= 20 for listed in added.lists.values())
    assert not lay_added(held, ENCODER, tmp_path).lists


def test_the_encoder_of_the_setting_is_read_or_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = make_held(3)
    assert not read_named(held)
    monkeypatch.setenv("THORACITE_ENCODER", "xplainer:open_clip:hf-hub:nobody/nothing")
    with pytest.raises(ModelError, match="not on this machine"):
        read_named(held)
    from PIL import Image

    cases = [case._replace(path=tmp_path / case.path) for case in held.cases]
    for number, case in enumerate(cases):
        Image.fromarray(np.full((64, 64), 60 * number, dtype=np.uint8)).save(case.path)
    name = f"xplainer:open_clip:{write_open_clip(tmp_path / 'model')}"
    monkeypatch.setenv("THORACITE_ENCODER", name)
    odds = read_named(held._replace(cases=cases))[name]
    assert odds.shape == (3, len(FINDINGS))
    assert np.isfinite(odds).all()
    assert odds.std(axis=0).all()
