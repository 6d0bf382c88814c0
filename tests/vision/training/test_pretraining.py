"""What is trained before the labels moves every head alike, and leaves the backbone and the last layers alone."""

from __future__ import annotations

from pathlib import Path

import torch

from tests.manifest import write_data_folder
from thoracite.vision.mini.efficientnet import Ensemble
from thoracite.vision.training.fold_trainer import Recipe
from thoracite.vision.training.pretraining import Name, train_before
from thoracite.vision.training.train_encoder import begin_network


def train(network: Ensemble, folder: Path, *materials: Name) -> None:
    write_data_folder(folder, 24)
    recipe = Recipe(epochs=1, size=64, batch=4)
    train_before(network, folder, folder, recipe=recipe, materials=materials or ("phantoms",), phantoms=8)


def test_every_crown_begins_from_what_one_learned_of_phantoms(tmp_path: Path) -> None:
    network = begin_network(2)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    train(network, tmp_path)
    after = network.state_dict()
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed
    assert not any(name.startswith("backbone") or "linear" in name for name in changed)
    for name in changed:
        first, *rest = name.split(".", 2)[1:]
        assert first in "01"
        assert torch.equal(after[name], after[f"heads.{1 - int(first)}.{rest[0]}"])


def test_an_interrupted_training_goes_on_with_the_phantoms_that_were_drawn(tmp_path: Path) -> None:
    train(begin_network(1), tmp_path)
    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir() if "phantoms" in path.name}
    again = begin_network(1)
    train(again, tmp_path)
    assert len(written) == 2
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in written} == written
    assert not torch.equal(
        again.heads[0].conv_head.state_dict()["0.weight"], begin_network(1).heads[0].conv_head.state_dict()["0.weight"]
    )


def test_what_came_before_is_not_taken_for_something_else(tmp_path: Path) -> None:
    """In one folder: children alone, then children after phantoms."""
    alone, after, again = begin_network(1), begin_network(1), begin_network(1)
    train(alone, tmp_path, "children")
    train(after, tmp_path, "phantoms", "children")
    train(again, tmp_path, "children")
    one, two, three = (network.heads[0].conv_head.state_dict()["0.weight"] for network in (alone, after, again))
    assert not torch.equal(one, two)
    assert torch.equal(one, three)
