"""The encoder's training begins from the right weights, and says in a sentence what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from thoracite.errors import InputError
from thoracite.retrieval import train_encoder
from thoracite.retrieval.efficientnet import Ensemble, load_photographs
from thoracite.retrieval.train_encoder import read_photographs


def test_weights_of_photographs_fill_every_layer_but_the_last() -> None:
    network = Ensemble(2, 1)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    load_photographs(network.trunk, network.crowns[0], read_photographs())
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    left = {name for name in before if name not in changed and "num_batches" not in name}
    assert {name.split(".")[-2] for name in left} == {"linear"}


def test_a_folder_without_a_manifest_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.csv"):
        train_encoder.train_encoder(tmp_path, tmp_path / "model")
