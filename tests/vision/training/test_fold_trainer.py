"""Training: a run that is cut off goes on where it was, and a fold's patients are never seen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.mini.efficientnet import Backbone, Head, prepare_batch
from thoracite.vision.training import fold_trainer
from thoracite.vision.training.cases import Case, find_fold, read_cases, read_targets
from thoracite.vision.training.fold_trainer import FoldTrainer, Recipe
from thoracite.vision.training.variation import encode_frames, vary_batch

SMALL = Recipe(batch=8, size=64)


def make_cases(number: int) -> list[Case]:
    random = np.random.default_rng(0)
    return [
        Case(
            Path(f"{row}.png"), "nih", "a", f"patient {row}", "PA",
            frozenset(name for name in FINDINGS if random.random() < 0.3), "Normal" if row % 3 else "", (),
        )
        for row in range(number)
    ]  # fmt: skip


@pytest.fixture
def frames() -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (24, 1, 72, 72), dtype=np.uint8))


def train(frames: torch.Tensor, checkpoint: Path, *stops: int) -> dict[str, torch.Tensor]:
    """Train up to each stop, from the checkpoint, with a trainer of its own."""
    for stop in stops:
        torch.manual_seed(0)
        head = Head(len(OUTPUTS))
        recipe = SMALL._replace(epochs=stop)
        FoldTrainer(Backbone(), head, make_cases(24), frames, fold=0, seed=1, recipe=recipe).run(checkpoint)
    return head.state_dict()


def test_a_run_that_was_cut_off_gives_the_same_weights(
    frames: torch.Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold_trainer, "find_rate", lambda step, steps, warm_up: 0.3)  # whatever the end
    whole = train(frames, tmp_path / "a.pt", 2)
    resumed = train(frames, tmp_path / "b.pt", 1, 2)
    for name, value in whole.items():
        torch.testing.assert_close(resumed[name], value, msg=name)


def test_training_lowers_the_loss(frames: torch.Tensor) -> None:
    trainer = FoldTrainer(Backbone(), Head(len(OUTPUTS)), make_cases(24), frames, fold=0, seed=1, recipe=SMALL)
    rows = torch.from_numpy(trainer.rows[:8])
    losses = [trainer._train_batch(rows, 1000) for _ in range(25)]
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) - 0.02


def test_a_fold_never_sees_its_patients(frames: torch.Tensor) -> None:
    cases = make_cases(24)
    for fold in range(FOLDS):
        trainer = FoldTrainer(Backbone(), Head(len(OUTPUTS)), cases, frames, fold=fold, seed=0)
        assert {cases[row].fold for row in trainer.rows} == set(range(FOLDS)) - {fold}
        assert not any(cases[row].locked for row in trainer.rows)
    assert any(case.locked for case in cases)


def test_an_epoch_takes_few_images_of_each_patient(frames: torch.Tensor) -> None:
    cases = [case._replace(group=f"patient {row // 8}") for row, case in enumerate(make_cases(24))]
    recipe = SMALL._replace(each=3)
    trainer = FoldTrainer(Backbone(), Head(len(OUTPUTS)), cases, frames, fold=-1, seed=0, recipe=recipe)
    drawn = [trainer.draw_rows(np.random.default_rng(seed)) for seed in range(2)]
    for rows in drawn:
        assert sorted(Counter(cases[row].group for row in rows).values()) == [3] * (len(rows) // 3)
    assert set(drawn[0].tolist()) != set(drawn[1].tolist())


def test_patients_stay_in_one_fold(shared: Path) -> None:
    cases = read_cases(shared / "data" / "cxr", "nih")
    assert len(cases) == 1215
    folds = {case.group: find_fold(case.group) for case in cases}
    assert all(case.fold == folds[case.group] for case in cases)
    sizes = np.bincount([case.fold for case in cases])
    assert sizes.min() > 0.8 * len(cases) / FOLDS


def test_unknown_readings_weigh_nothing() -> None:
    targets, known = read_targets(make_cases(6))
    assert targets.shape == known.shape == (6, len(OUTPUTS))
    assert known[:, : len(FINDINGS) + 1].all()
    assert known[0, -3:-1].sum() == 0 < known[1, -3:-1].sum()
    assert known[:, -1].all()


def test_variations_keep_shape_and_range_about() -> None:
    frames = torch.randint(0, 256, (5, 80, 80), dtype=torch.uint8)
    varied = vary_batch(frames, 64)
    assert varied.shape == (5, 1, 64, 64)
    assert torch.isfinite(varied).all()
    assert not torch.equal(vary_batch(frames, 64), varied)
    assert prepare_batch(varied).shape == varied.shape


def test_some_frames_are_encoded_again_and_look_alike() -> None:
    torch.manual_seed(0)
    frames = (torch.linspace(0, 255, 32).repeat(20, 32, 1)).to(torch.uint8)
    frames[:, 10:20, 10:20] = 0
    encoded = encode_frames(frames, share=0.5)
    changed = (encoded != frames).flatten(1).any(1)
    assert 4 <= int(changed.sum()) <= 16
    assert float((encoded.float() - frames.float()).abs().mean()) < 4


def test_a_head_that_goes_on_keeps_its_last_layer(frames: torch.Tensor) -> None:
    for goes_on in (False, True):
        head = Head(len(OUTPUTS))
        before = head.linear.weight.detach().clone()
        FoldTrainer(Backbone(), head, make_cases(24), frames, fold=0, seed=0, goes_on=goes_on)
        assert torch.equal(head.linear.weight, before) == goes_on
