"""The encoder's training begins from the right weights, and says in a sentence what is missing."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from thoracite.errors import InputError
from thoracite.phantom import draw_phantom
from thoracite.retrieval.efficientnet import Ensemble, load_photographs
from thoracite.retrieval.encoder_mini import MiniEncoder
from thoracite.retrieval.measures import MEASURES
from thoracite.retrieval.pretraining_cases import CHILDREN
from thoracite.retrieval.train_encoder import read_photographs, train_encoder
from thoracite.retrieval.training_cases import FINDINGS, FOLDS, OUTPUTS


def test_weights_of_photographs_fill_every_layer_but_the_last() -> None:
    network = Ensemble(2, 1)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    load_photographs(network.trunk, network.crowns[0], read_photographs())
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    left = {name for name in before if name not in changed and "num_batches" not in name}
    assert {name.split(".")[-2] for name in left} == {"linear"}


def test_a_folder_without_a_manifest_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.csv"):
        train_encoder(tmp_path, tmp_path / "model")


def write_phantoms(folder: Path, number: int) -> None:
    """A data folder of phantoms that pass for adults of ChestX-ray14, children, and Hannover's."""
    columns = ["file", "source", "repo", "group_id", "view", "labels", "extra_json", "bbox_json"]
    columns += ["orig_width", "orig_height"]
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, columns, restval="")
        rows.writeheader()
        for seed in range(number):
            pixels = draw_phantom(seed, size=128).image
            Image.fromarray(np.rint(pixels * 255).astype(np.uint8)).save(folder / f"{seed}.png")
            source = "mhh" if seed % 8 == 7 else "kermany" if seed % 3 == 0 else "nih"
            labels = CHILDREN[seed % 9 // 3] if source == "kermany" else FINDINGS[seed % len(FINDINGS)]
            row = {"file": f"{seed}.png", "source": source, "repo": "ab"[seed % 2], "group_id": f"{seed}", "view": "PA"}
            rows.writerow(row | {"labels": labels, "orig_width": 128, "orig_height": 128})


def test_a_finding_without_an_image_is_one_sentence(tmp_path: Path) -> None:
    write_phantoms(tmp_path, 2)
    with pytest.raises(InputError, match="no image of source nih with the label Atelectasis"):
        train_encoder(tmp_path, tmp_path / "model")


@pytest.mark.bench
def test_a_folder_of_images_becomes_a_model_that_reads(tmp_path: Path) -> None:
    write_phantoms(tmp_path, 150)
    train_encoder(tmp_path, tmp_path / "model", epochs=1, phantoms=64)
    encoder = MiniEncoder.load(tmp_path / "model")
    assert encoder.measured.weight.shape == (FOLDS, len(OUTPUTS), 2 * len(MEASURES))
    glance = encoder.look(draw_phantom(500, size=128).image)
    assert np.isfinite(glance.logits).all()
    assert np.abs(glance.added).max() > 0
