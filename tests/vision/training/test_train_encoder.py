"""The encoder's training begins from the right weights, and says in a sentence what is missing."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.manifest import write_data_folder
from thoracite.errors import InputError
from thoracite.phantom import draw_phantom
from thoracite.vision.labels import FINDINGS, FOLDS
from thoracite.vision.mini.efficientnet import Ensemble, load_imagenet_weights
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.signs.listed import read_signs
from thoracite.vision.training.train_encoder import read_imagenet_weights, train_encoder


def test_weights_of_photographs_fill_every_layer_but_the_last() -> None:
    network = Ensemble(2, 1)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    load_imagenet_weights(network.backbone, network.heads[0], read_imagenet_weights())
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    left = {name for name in before if name not in changed and "num_batches" not in name}
    assert {name.split(".")[-2] for name in left} == {"linear"}


def test_a_folder_without_a_manifest_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.csv"):
        train_encoder(tmp_path, tmp_path / "model")


def test_a_finding_without_an_image_is_one_sentence(tmp_path: Path) -> None:
    write_data_folder(tmp_path, 2)
    with pytest.raises(InputError, match="no image of ChestX-ray14 with the label"):
        train_encoder(tmp_path, tmp_path / "model")


@pytest.mark.parametrize(
    ("column", "why"), [("extra_json", "radiologists' classes"), ("bbox_json", "no box of an opacity")]
)
def test_a_folder_without_readings_or_boxes_is_refused_at_once(tmp_path: Path, column: str, why: str) -> None:
    write_data_folder(tmp_path, 150)
    manifest = tmp_path / "manifest.csv"
    with manifest.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with manifest.open("w", encoding="utf-8", newline="") as file:
        written = csv.DictWriter(file, rows[0])
        written.writeheader()
        written.writerows(row | {column: ""} for row in rows)
    with pytest.raises(InputError, match=why):
        train_encoder(tmp_path, tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.bench
def test_a_folder_of_images_becomes_a_model_that_reads(tmp_path: Path) -> None:
    write_data_folder(tmp_path, 150)
    train_encoder(tmp_path, tmp_path / "model", epochs=1, phantoms=64)
    encoder = MiniEncoder.load(tmp_path / "model")
    assert len(encoder.network.heads) == FOLDS
    assert encoder.signs.weights.steps.shape[:2] == (len(FINDINGS), len(read_signs()))
    activations = encoder.forward(draw_phantom(500, size=128).image)
    assert np.isfinite(activations.logits).all()
    assert np.isfinite(encoder.weigh(activations, "AP").whole).all()
