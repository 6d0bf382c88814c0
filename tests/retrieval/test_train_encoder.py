"""Training: a run that is cut off goes on where it was, and the weights that it begins from are the right ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from thoracite.errors import InputError
from thoracite.retrieval import train_encoder
from thoracite.retrieval.efficientnet import Crown, Ensemble, Trunk, load_photographs, prepare_batch
from thoracite.retrieval.train_encoder import FoldTrainer, find_rate, read_photographs, vary_batch
from thoracite.retrieval.training_cases import FINDINGS, FOLDS, OUTPUTS, Case, find_fold, read_cases, read_targets


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
def small(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Case], torch.Tensor]:
    monkeypatch.setattr(train_encoder, "BATCH", 8)
    monkeypatch.setattr(train_encoder, "SIZE", 64)
    frames = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (24, 72, 72), dtype=np.uint8))
    return make_cases(24), frames


def train(cases: list[Case], frames: torch.Tensor, checkpoint: Path, *stops: int) -> dict[str, torch.Tensor]:
    """Train up to each stop, from the checkpoint, with a trainer of its own."""
    for stop in stops:
        torch.manual_seed(0)
        trunk, crown = Trunk(), Crown(len(OUTPUTS))
        trainer = FoldTrainer(trunk, crown, cases, frames, fold=0, seed=1)
        trainer.run(stop, checkpoint)
    return crown.state_dict()


def test_a_run_that_was_cut_off_gives_the_same_weights(
    small: tuple[list[Case], torch.Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_encoder, "find_rate", lambda step, steps: 1e-4)  # does not know when the run will end
    whole = train(*small, tmp_path / "a.pt", 2)
    resumed = train(*small, tmp_path / "b.pt", 1, 2)
    for name, value in whole.items():
        torch.testing.assert_close(resumed[name], value, msg=name)


def test_a_fold_never_sees_its_patients(small: tuple[list[Case], torch.Tensor]) -> None:
    cases, frames = small
    for fold in range(FOLDS):
        trainer = FoldTrainer(Trunk(), Crown(len(OUTPUTS)), cases, frames, fold=fold, seed=0)
        assert {cases[row].fold for row in trainer.rows} == set(range(FOLDS)) - {fold}


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
    assert known[0, -2:].sum() == 0
    assert known[1, -2:].all()


def test_weights_of_photographs_fill_every_layer_but_the_last() -> None:
    network = Ensemble(2, 1)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    load_photographs(network.trunk, network.crowns[0], read_photographs())
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    left = {name for name in before if name not in changed and "num_batches" not in name}
    assert {name.split(".")[-2] for name in left} == {"linear"}


def test_variations_keep_shape_and_range_about() -> None:
    frames = torch.randint(0, 256, (5, 80, 80), dtype=torch.uint8)
    varied = vary_batch(frames, 64)
    assert varied.shape == (5, 1, 64, 64)
    assert torch.isfinite(varied).all()
    assert not torch.equal(vary_batch(frames, 64), varied)
    assert prepare_batch(varied).shape == varied.shape


def test_the_rate_rises_and_falls() -> None:
    rates = [find_rate(step, 200) for step in range(201)]
    assert rates[0] == 0
    assert max(rates) == rates[int(np.argmax(rates))] <= train_encoder.RATE
    assert rates[-1] < 1e-9


def test_a_folder_without_a_manifest_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.csv"):
        train_encoder.train_encoder(tmp_path, tmp_path / "model")
