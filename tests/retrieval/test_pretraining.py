"""What is trained before the labels moves every crown alike, and leaves the trunk and the last layers alone."""

from __future__ import annotations

from pathlib import Path

import torch

from thoracite.retrieval.fold_trainer import Recipe
from thoracite.retrieval.pretraining import train_on_phantoms
from thoracite.retrieval.train_encoder import begin_network


def test_every_crown_begins_from_what_one_learned_of_phantoms(tmp_path: Path) -> None:
    network = begin_network(2)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    train_on_phantoms(network, tmp_path, recipe=Recipe(epochs=1, size=64, batch=4), number=8)
    after = network.state_dict()
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed
    assert not any(name.startswith("trunk") or "linear" in name for name in changed)
    for name in changed:
        first, *rest = name.split(".", 2)[1:]
        assert first in "01"
        assert torch.equal(after[name], after[f"crowns.{1 - int(first)}.{rest[0]}"])


def test_an_interrupted_training_goes_on_with_the_phantoms_that_were_drawn(tmp_path: Path) -> None:
    recipe = Recipe(epochs=1, size=64, batch=4)
    train_on_phantoms(begin_network(1), tmp_path, recipe=recipe, number=8)
    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = begin_network(1)
    train_on_phantoms(again, tmp_path, recipe=recipe, number=8)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    assert not torch.equal(
        again.crowns[0].head.state_dict()["0.weight"], begin_network(1).crowns[0].head.state_dict()["0.weight"]
    )
