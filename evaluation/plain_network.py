"""The plain network that the bundled encoder is compared with: one head, whole radiographs at 128 pixels.

It has the encoder's architecture and images, and nothing else: no chest crop, no phantoms or children first, no
measurements. It is trained in the same five folds, patient by patient, without the locked. Its logits for held-out
patients are kept in ``plain_readings.csv``, which ``thoracite evaluate vision`` puts beside the encoder's.
``python -m thoracite.evaluation.plain_network DATA WORK`` writes the file: DATA holds the manifests, WORK keeps the
checkpoints; the same numbers come from one thread (``OMP_NUM_THREADS=1``).
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import torch
import typer
from torch import Tensor

from thoracite.errors import InputError
from thoracite.files import read_rows, replace_file
from thoracite.vision.device import find_device
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.mini.efficientnet import Ensemble, prepare_batch
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.fit_readers import BATCH
from thoracite.vision.training.fold_trainer import FoldTrainer, Recipe, shrink_frames
from thoracite.vision.training.frames import prepare_cases
from thoracite.vision.training.train_encoder import begin_network

READINGS = Path(__file__).with_name("plain_readings.csv")
"""Logits of every image by the head that did not see its patient."""

RECIPE = Recipe(size=128)


def train_plain(data: Path, work: Path, *, seed: int = 0, recipe: Recipe = RECIPE) -> npt.NDArray[np.float64]:
    """Train five heads, each without its fold's patients, and read those with it.

    Parameters
    ----------
    data : Path
        Folder with the manifests.
    work : Path
        Folder for frames and checkpoints; an interrupted run goes on from them.
    seed : int
        Seed of every random choice.
    recipe : Recipe
        Length and speed of the training.

    Returns
    -------
    ndarray, shape (cases, outputs), float64
        Logits.
    """
    cases = read_labelled(data)
    work.mkdir(parents=True, exist_ok=True)
    frames, network = torch.from_numpy(prepare_cases(cases, work).frames[:, :1]), begin_network(FOLDS)
    for fold, head in enumerate(network.heads):
        torch.manual_seed(seed * FOLDS + fold)
        trainer = FoldTrainer(
            network.backbone, head, cases, frames, fold=fold, seed=seed, recipe=recipe, device=find_device()
        )
        trainer.run(work / f"plain{fold}.pt")
    return _read_plainly(network.cpu().eval(), frames, cases, recipe.size)


def _read_plainly(network: Ensemble, frames: Tensor, cases: Sequence[Case], size: int) -> npt.NDArray[np.float64]:
    """Read each case by the head of its fold, without its mirror image."""
    logits = np.empty((len(cases), len(OUTPUTS)))
    folds = np.array([case.fold for case in cases])
    for fold, head in enumerate(network.heads):
        held = np.flatnonzero(folds == fold)
        for rows in np.array_split(held, len(held) // BATCH + 1):
            with torch.inference_mode():
                images = prepare_batch(shrink_frames(frames[torch.from_numpy(rows), 0], size))
                logits[rows] = head(network.backbone(images)).double().numpy()
    return logits


def write_readings(cases: Sequence[Case], logits: npt.NDArray[np.float64], path: Path = READINGS) -> None:
    """Write logits of the fourteen findings and of "RSNA Normal", one row for each image, by its file name."""
    with replace_file(path, newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["file", *_COLUMNS])
        for case, row in zip(cases, logits, strict=True):
            rows.writerow([case.path.name, *(f"{row[OUTPUTS.index(name)]:.2f}" for name in _COLUMNS)])


def read_readings(cases: Sequence[Case], path: Path = READINGS, *, partly: bool = False) -> npt.NDArray[np.float64]:
    """Read the logits of the cases, shape (cases, 15): the fourteen findings, then "RSNA Normal".

    Parameters
    ----------
    cases : sequence of Case
        The images.
    path : Path
        Written by :func:`write_readings`.
    partly : bool
        Whether a case may lack its row, whose logits are NaN then.

    Raises
    ------
    InputError
        If the file has no row for a case that needs one.
    """
    known = {row["file"]: [float(row[name]) for name in _COLUMNS] for row in read_rows(path, columns=_COLUMNS)}
    missing = [case.path.name for case in cases if case.path.name not in known]
    if missing and not partly:
        raise InputError(
            f"{path} has no readings of {len(missing)} images such as {missing[0]}; write it again with "
            "`python -m thoracite.evaluation.plain_network DATA WORK`"
        )
    return np.array([known.get(case.path.name, [np.nan] * len(_COLUMNS)) for case in cases])


_COLUMNS = (*FINDINGS, "RSNA Normal")


def _run(
    data: Annotated[Path, typer.Argument(help="Folder with manifest.csv.")],
    work: Annotated[Path, typer.Argument(help="Folder for checkpoints.")],
) -> None:
    """Train the network of the fair comparison and write its readings."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    write_readings(read_labelled(data), train_plain(data, work))
    typer.echo(str(READINGS))


if __name__ == "__main__":
    typer.run(_run)


__all__ = ["READINGS", "RECIPE", "read_readings", "train_plain", "write_readings"]
