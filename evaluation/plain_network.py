"""The plain network that the bundled encoder is compared with: 1.6 million parameters, 128 pixels, from scratch.

A residual network that uses only the images and labels of the training folds: no photographs, no radiologists'
readings of other sets. It is trained in the same five folds, patient by patient, as ``thoracite-mini``. Its logits
for the held-out patients are kept in ``plain_readings.csv``, which ``thoracite evaluate vision`` puts
beside the encoder's. ``python -m thoracite.evaluation.plain_network DATA WORK`` writes the file: DATA holds
``manifest.csv``, WORK keeps the checkpoints; the same numbers come from one thread (``OMP_NUM_THREADS=1``).

References
----------
He K et al. Deep residual learning for image recognition. CVPR 2016. arXiv:1512.03385.

Examples
--------
>>> network = PlainNetwork(outputs=3)
>>> tuple(network.features(torch.zeros(1, 1, 128, 128)).shape)
(1, 256, 8, 8)
>>> 1.55e6 < sum(value.numel() for value in network.parameters()) < 1.65e6
True
"""

from __future__ import annotations

import csv
import logging
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
import typer
from torch import Tensor, nn

from thoracite.errors import InputError
from thoracite.files import read_rows, replace_file
from thoracite.vision.device import find_device
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.mini.efficientnet import prepare_batch
from thoracite.vision.training.cases import Case, read_cases
from thoracite.vision.training.fold_trainer import FoldTrainer, Recipe, shrink_frames
from thoracite.vision.training.train_encoder import read_cached

READINGS = Path(__file__).with_name("plain_readings.csv")
"""Logits of every image by the network that did not see its patient."""

RECIPE = Recipe(epochs=40, rate=1e-3, size=128)

_WIDTHS = (32, 32, 64, 64, 128, 128, 256)
"""Channels of each block; where they change, the side is halved."""


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs),
        )  # fmt: skip
        self.short: nn.Module = nn.Identity()
        if stride == 2:
            self.short = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.body(x) + self.short(x))


class PlainNetwork(nn.Module):
    """Seven residual blocks and a linear layer on their mean.

    Parameters
    ----------
    outputs : int
        Number of logits.
    """

    def __init__(self, outputs: int) -> None:
        super().__init__()
        stem = [nn.Conv2d(1, _WIDTHS[0], 3, 2, 1, bias=False), nn.BatchNorm2d(_WIDTHS[0]), nn.ReLU(inplace=True)]
        inputs = (_WIDTHS[0], *_WIDTHS)
        self.blocks = nn.Sequential(*stem, *(_Residual(a, b) for a, b in zip(inputs, _WIDTHS, strict=False)))
        self.dropout = nn.Dropout(0.3)
        self.linear = nn.Linear(_WIDTHS[-1], outputs)

    def features(self, x: Tensor) -> Tensor:
        """Turn images, shape (n, 1, side, side), into maps, shape (n, 256, side / 16, side / 16)."""
        maps: Tensor = self.blocks(x)
        return maps

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits, shape (n, outputs)."""
        logits: Tensor = self.linear(self.dropout(self.features(x).mean(dim=(2, 3))))
        return logits


def train_plain(data: Path, work: Path, *, seed: int = 0, recipe: Recipe = RECIPE) -> npt.NDArray[np.float64]:
    """Train the five networks, each without its fold's patients, and read those with it.

    Parameters
    ----------
    data : Path
        Folder with ``manifest.csv``.
    work : Path
        Folder for checkpoints; an interrupted run goes on from them.
    seed : int
        Seed of every random choice.
    recipe : Recipe
        Length and speed of the training.

    Returns
    -------
    ndarray, shape (cases, outputs), float64
        Logits.
    """
    cases = read_cases(data, "nih")
    work.mkdir(parents=True, exist_ok=True)
    frames, device = torch.from_numpy(read_cached(cases, work))[:, :1], find_device()
    folds = np.array([case.fold for case in cases])
    logits = np.empty((len(cases), len(OUTPUTS)))
    for fold in range(FOLDS):
        torch.manual_seed(seed * FOLDS + fold)
        network = PlainNetwork(len(OUTPUTS))
        trainer = FoldTrainer(nn.Identity(), network, cases, frames, fold=fold, seed=seed, recipe=recipe, device=device)
        trainer.run(work / f"plain{fold}.pt")
        held = np.flatnonzero(folds == fold)
        logits[held] = _read_frames(network.cpu(), frames[held, 0], recipe.size)
    return logits


def _read_frames(network: PlainNetwork, frames: Tensor, size: int) -> npt.NDArray[np.float32]:
    with torch.inference_mode():
        read: npt.NDArray[np.float32] = network.eval()(prepare_batch(shrink_frames(frames, size))).numpy()
    return read


def write_readings(cases: list[Case], logits: npt.NDArray[np.float64], path: Path = READINGS) -> None:
    """Write logits of the fourteen findings and of "RSNA Normal", one row for each image, by its file name."""
    with replace_file(path, newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["file", *_COLUMNS])
        for case, row in zip(cases, logits, strict=True):
            rows.writerow([case.path.name, *(f"{row[OUTPUTS.index(name)]:.3f}" for name in _COLUMNS)])


def read_readings(cases: list[Case], path: Path = READINGS) -> npt.NDArray[np.float64]:
    """Read the logits of the cases, shape (cases, 15): the fourteen findings, then "RSNA Normal".

    Raises
    ------
    InputError
        If the file has no row for a case.
    """
    known = {row["file"]: [float(row[name]) for name in _COLUMNS] for row in read_rows(path, columns=_COLUMNS)}
    missing = [case.path.name for case in cases if case.path.name not in known]
    if missing:
        raise InputError(
            f"{path} has no readings of {len(missing)} images such as {missing[0]}; write it again with "
            "`python -m thoracite.evaluation.plain_network DATA WORK`"
        )
    return np.array([known[case.path.name] for case in cases])


_COLUMNS = (*FINDINGS, "RSNA Normal")


def _run(
    data: Annotated[Path, typer.Argument(help="Folder with manifest.csv.")],
    work: Annotated[Path, typer.Argument(help="Folder for checkpoints.")],
) -> None:
    """Train the network of the fair comparison and write its readings."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    write_readings(read_cases(data, "nih"), train_plain(data, work))
    typer.echo(str(READINGS))


if __name__ == "__main__":
    typer.run(_run)


__all__ = ["READINGS", "RECIPE", "PlainNetwork", "read_readings", "train_plain", "write_readings"]
