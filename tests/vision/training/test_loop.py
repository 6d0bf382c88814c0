"""What every training shares: the rate rises and falls, a checkpoint holds everything, frames are read once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from thoracite.vision.training.loop import Run, cache_array, find_rate


def begin() -> Run:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    groups = [{"params": list(network[:2].parameters())}, {"params": list(network[2].parameters()), "times": 5.0}]
    return Run(network, groups, averaging=0.9)


def learn(run: Run, steps: range) -> None:
    for step in steps:
        inputs = torch.rand(8, 3, generator=torch.Generator().manual_seed(step))
        run.learn((run.network(inputs) - inputs.sum(1, keepdim=True)).square().mean(), rate=0.01)


@pytest.mark.parametrize(("steps", "warm_up"), [(200, 30), (2000, 100)])
def test_the_rate_rises_and_falls(steps: int, warm_up: int) -> None:
    rates = [find_rate(step, steps, warm_up=warm_up) for step in range(steps + 1)]
    assert rates[0] == 0
    assert 0.9 < max(rates) == rates[int(np.argmax(rates))] <= 1
    assert np.argmax(rates) == warm_up
    assert rates[-1] < 1e-9


def test_a_run_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    whole, first, second = begin(), begin(), begin()
    learn(whole, range(6))
    learn(first, range(3))
    first.save(tmp_path / "run.pt", 1)
    assert second.resume(tmp_path / "run.pt", device="cpu") == 1
    learn(second, range(3, 6))
    assert second.step == whole.step == 6
    for name, value in whole.average.items():
        assert torch.equal(second.average[name], value)


def test_without_a_checkpoint_it_begins_anew(tmp_path: Path) -> None:
    assert begin().resume(tmp_path / "none.pt", device="cpu") == 0


def test_groups_learn_at_their_own_rate() -> None:
    run = begin()
    learn(run, range(1))
    assert [group["lr"] for group in run.optimiser.param_groups] == pytest.approx([0.01, 0.05])


def test_what_is_kept_lags_behind() -> None:
    run = begin()
    before = {name: value.clone() for name, value in run.average.items()}
    learn(run, range(5))
    name = "0.weight"
    now = run.network.state_dict()[name]
    assert 0 < (run.average[name] - before[name]).norm() < (now - before[name]).norm()


def test_frames_are_read_once(tmp_path: Path) -> None:
    calls = []

    def read() -> np.ndarray:
        calls.append(1)
        return np.full((2, 3, 3), 7, dtype=np.uint8)

    first, second = (cache_array(tmp_path / "frames.npy", read) for _ in range(2))
    assert len(calls) == 1
    assert (first == second).all()
    assert [path.name for path in tmp_path.iterdir()] == ["frames.npy"]
