"""What follows trained heads: zones, weights of evidence, view, side and gate, fitted on what held-out heads see."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from thoracite.vision.labels import FOLDS, OUTPUTS
from thoracite.vision.mini.bundle import fold_norms
from thoracite.vision.mini.efficientnet import SIZE, Ensemble, prepare_batch
from thoracite.vision.mini.measures import MEASURES
from thoracite.vision.mini.signs.learned import LEARNED, OPACITY
from thoracite.vision.mini.signs.listed import list_signs
from thoracite.vision.prevalence import read_prevalence
from thoracite.vision.training.cases import Case, read_targets
from thoracite.vision.training.fit_scales import fit_scale
from thoracite.vision.training.fit_side import fit_side, read_sided
from thoracite.vision.training.fold_trainer import shrink_frames
from thoracite.vision.training.frames import Prepared, measure_again
from thoracite.vision.training.signs.fit_signs import find_noise, fit_evidence, lay_own_priors
from thoracite.vision.training.signs.fit_zones import ZoneMaterial, describe_cases, fit_zones
from thoracite.vision.training.signs.steps import Pulls
from thoracite.vision.training.train_gate import train_gate

REPEATED = 1000
"""Radiographs that are measured twice."""

BATCH = 16
"""Radiographs that are read together."""


class ReaderMaterial(NamedTuple):
    """Labelled images, cropped and measured.

    Parameters
    ----------
    data : Path
        Folder with the manifests.
    cases : list of Case
        The labelled images.
    prepared : Prepared
        Their crops and measurements.
    folder : Path
        Folder that repeated measurements are kept in.
    """

    data: Path
    cases: list[Case]
    prepared: Prepared
    folder: Path


def fit_readers(
    network: Ensemble, material: ReaderMaterial, *, seed: int = 0
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Fit all that follows trained heads: zones, weights of evidence, view, side and gate; the heads are merged.

    Parameters
    ----------
    network : Ensemble
        Trained, on the CPU.
    material : ReaderMaterial
        What it was trained on.
    seed : int
        Seed of the gate's negatives.

    Returns
    -------
    tuple of dict
        Facts, and the weights of network and readers, as a model's folder holds them.
    """
    cases, prepared = material.cases, material.prepared
    state = network.eval().state_dict()
    network.merge_heads()
    fold_norms(network)
    logits, heat = read_held_out(network, torch.from_numpy(prepared.frames), cases)
    seen = np.flatnonzero([not case.locked for case in cases])
    traits = describe_cases(prepared, logits, heat)
    zones = fit_zones(ZoneMaterial(cases, traits, prepared.zones, prepared.boxes[:, 0]).take(seen))
    values = np.column_stack([prepared.signs, np.stack([zones.read(each) for each in traits])])
    noise = _find_noise(cases, prepared.signs, material.folder)
    pulls = Pulls(lay_own_priors())
    evidence = fit_evidence([cases[n] for n in seen], logits[seen], values[seen], noise, read_prevalence(), pulls)
    view = fit_scale("AP", logits[seen, OUTPUTS.index("AP")], read_targets(cases)[0][seen, OUTPUTS.index("AP")])
    side = fit_side([one for one in read_sided(cases, network) if not one.case.locked])
    gate = train_gate(network, material.data, seed=seed)
    facts = {"size": SIZE, "folds": FOLDS, "outputs": OUTPUTS, "measures": MEASURES, "signs": list_signs()}
    facts |= {
        "view": {"slope": view.slope, "offset": view.offset},
        "side": side.least,
        "gate": round(gate.threshold, 6),
    }
    weights: dict[str, npt.NDArray[Any]] = {"noise": noise, "gate.weight": gate.weight, "gate.bias": gate.bias}
    weights |= {"side.spread": side.spread, "side.weight": side.weight}
    weights |= {f"zones.{part}": value for part, value in zones._asdict().items()}
    weights |= {f"signs.{part}": value for part, value in evidence.flatten().items()}
    return facts, state | {name: torch.from_numpy(value) for name, value in weights.items()}


def _find_noise(cases: list[Case], measured: npt.NDArray[np.float64], folder: Path) -> npt.NDArray[np.float64]:
    """Measure some cases again, and find how much the values differ; learned values come last and are trusted."""
    rows = np.flatnonzero([not case.locked for case in cases])[:: max(len(cases) // REPEATED, 1)]
    noise = find_noise(measured[rows], measure_again([cases[row] for row in rows], folder))
    return np.append(noise, np.zeros(len(LEARNED)))


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


def read_held_out(network: Ensemble, frames: Tensor, cases: list[Case]) -> HeldOut:
    """Read each case by the head that did not see its patient."""
    network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    cells = SIZE // 32
    logits = np.empty((len(cases), len(OUTPUTS)))
    heat = np.empty((len(cases), frames.shape[1], cells, cells), dtype=np.float32)
    heads = [case.head for case in cases]
    for head in set(heads):
        held = np.flatnonzero([one == head for one in heads])
        for rows in np.array_split(held, len(held) // BATCH + 1):
            logits[rows], heat[rows] = _read_part(network, head, frames[torch.from_numpy(rows)])
    return HeldOut(logits, heat)


def _read_part(network: Ensemble, head: int | None, frames: Tensor) -> HeldOut:
    with torch.inference_mode():
        seen = network(prepare_batch(shrink_frames(frames.flatten(0, 1), SIZE)), head=head)
    shape = frames.shape[:2]
    mean = seen.logits.reshape(*shape, -1).mean(1).double().numpy()
    return HeldOut(mean, seen.maps[:, OPACITY].reshape(*shape, *seen.maps.shape[-2:]).numpy())


__all__ = ["BATCH", "HeldOut", "ReaderMaterial", "fit_readers", "read_held_out"]
