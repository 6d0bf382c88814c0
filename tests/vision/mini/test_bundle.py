"""A bundled model is written whole, read back, and a damaged one is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from thoracite.errors import ModelError
from thoracite.vision.mini.bundle import explain_damage, fill_network, fold_norms, read_model, write_model
from thoracite.vision.mini.efficientnet import Ensemble
from thoracite.vision.mini.unet import UNet


def make() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))


def load(folder: Path) -> nn.Module:
    with explain_damage(folder, "thoracite train encoder"):
        facts, state = read_model(folder)
        assert facts == {"size": 3}
        network = make()
        fill_network(network, state)
    return network


def test_what_is_written_is_read(tmp_path: Path) -> None:
    network = make()
    write_model(network.state_dict(), {"size": 3}, tmp_path)
    back = load(tmp_path).state_dict()
    for name, value in network.state_dict().items():
        if "num_batches" not in name:
            assert torch.equal(back[name], value.half().float())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", "weights.safetensors"]


def test_folded_networks_give_the_same_numbers() -> None:
    torch.manual_seed(0)
    for network, image in ((Ensemble(3, 1).backbone, torch.rand(1, 1, 64, 64)), (UNet(3), torch.rand(1, 1, 64, 64))):
        for part in network.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.uniform_(-0.5, 0.5)
                part.running_var.uniform_(0.5, 2.0)
        with torch.inference_mode():
            before = network.eval()(image)
            after = fold_norms(network)(image)
        assert not any(isinstance(part, nn.BatchNorm2d) for part in network.modules())
        torch.testing.assert_close(after, before, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("damage", ["missing", "short", "no number", "other network"])
def test_damage_is_one_sentence_that_names_the_command(tmp_path: Path, damage: str) -> None:
    state = make().state_dict()
    if damage == "no number":
        state["0.weight"][0, 0] = float("nan")
    if damage == "other network":
        del state["0.bias"]
    write_model(state, {"size": 3}, tmp_path)
    weights = tmp_path / "weights.safetensors"
    if damage == "missing":
        weights.unlink()
    if damage == "short":
        weights.write_bytes(weights.read_bytes()[:-5])
    with pytest.raises(ModelError, match="thoracite train encoder") as caught:
        load(tmp_path)
    assert "\n" not in str(caught.value)
