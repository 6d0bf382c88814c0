"""The end-to-end network of ``thoracite evaluate shift``: trained on the images of one resample, from photographs.

It has the bundled encoder's architecture, and like it keeps the lowest blocks as they were trained on photographs; all
above them is trained on the whole and the chest crop of the resample's radiographs, varied as for the encoder, and on
nothing else. That takes minutes a resample, seed by seed; accuracies are kept in ``shift_network.csv``, which the suite
puts beside the others as far as it goes.
``python -m thoracite.evaluation.shift_network DATA WORK`` writes the file; WORK holds the frames (or is filled with
them), and an interrupted run goes on after the last row.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import torch
import typer
from torch import Tensor, nn

from thoracite.files import read_rows
from thoracite.vision.mini.efficientnet import Backbone, Ensemble, Head, load_imagenet_weights, prepare_batch
from thoracite.vision.mini.signs.weights import Floats
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.fold_trainer import FoldTrainer, Recipe, shrink_frames
from thoracite.vision.training.frames import read_crops
from thoracite.vision.training.loop import cache_array
from thoracite.vision.training.train_encoder import read_imagenet_weights

ACCURACIES = Path(__file__).with_name("shift_network.csv")
"""Accuracy in-domain and out-of-domain of each resample that was trained."""

SYSTEM = "end-to-end network (added later)"

RECIPE = Recipe(epochs=6, size=96, each=100)
"""Every image of a patient counts, as for the other systems; most radiographs have 128 or 64 pixels."""

TRAINED_SEEDS = tuple(range(10))
"""Seeds that are trained, in order: all of the suite; odd ones turn the confound round."""

_BATCH, _PART = 64, 500
_COLUMNS = ("target", "confound", "seed", "inside", "outside")

Key = tuple[str, str, int]


class CellTrainer(FoldTrainer):
    """Trainer of one finding on the images of one resample.

    Parameters
    ----------
    target : str
        Label of the finding.
    backbone, head : nn.Module
        As for :class:`FoldTrainer`.
    cases : list of Case
        The training images.
    frames : Tensor, shape (cases, crops, side, side), uint8
        Their crops.
    **options : Any
        Of :class:`FoldTrainer`.
    """

    def __init__(
        self, target: str, backbone: nn.Module, head: Any, cases: list[Case], frames: Tensor, **options: Any
    ) -> None:
        self.target = target
        super().__init__(backbone, head, cases, frames, fold=-1, **options)

    def lay_targets(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return whether each case has the finding, shape (cases, 1); it is always known."""
        targets = np.array([[self.target in case.labels] for case in self.cases], dtype=np.float32)
        return targets, np.ones_like(targets)


def train_cell(
    target: str, cases: Sequence[Case], frames: Tensor, *, seed: int, checkpoint: Path, recipe: Recipe = RECIPE
) -> Ensemble:
    """Train a network to tell a finding in the images of a resample.

    Parameters
    ----------
    target : str
        Label of the finding.
    cases : sequence of Case
        The training images.
    frames : Tensor, shape (cases, crops, side, side), uint8
        Their crops.
    seed : int
        Seed of every random choice.
    checkpoint : Path
        File that an interrupted training goes on from.
    recipe : Recipe
        Length and speed of the training.

    Raises
    ------
    ModelError
        If the weights trained on photographs are not installed.
    """
    torch.manual_seed(seed)
    network = Ensemble(1, 1)
    load_imagenet_weights(network.backbone, network.heads[0], read_imagenet_weights())
    backbone: Backbone = network.backbone
    head: Head = network.heads[0]
    CellTrainer(target, backbone, head, list(cases), frames, seed=seed, recipe=recipe).run(checkpoint)
    return network.eval()


def rate_frames(network: Ensemble, frames: Tensor, *, size: int = RECIPE.size) -> Floats:
    """Return the log-odds of images, shape (images,): the mean over their crops."""
    rated = []
    with torch.inference_mode():
        for start in range(0, len(frames), _BATCH):
            part = frames[start : start + _BATCH]
            images = prepare_batch(shrink_frames(part.flatten(0, 1), size))
            logits = network.heads[0](network.backbone(images))[:, 0]
            rated.append(logits.reshape(part.shape[:2]).mean(dim=1))
    return torch.cat(rated).double().numpy()


def read_networks(path: Path = ACCURACIES) -> dict[Key, dict[str, Floats]]:
    """Read the accuracies, shape (2,), by finding, confound and seed; none where nothing was trained."""
    if not path.is_file():
        return {}
    return {
        (row["target"], row["confound"], int(row["seed"])): {
            SYSTEM: np.array([float(row["inside"]), float(row["outside"])])
        }
        for row in read_rows(path, columns=_COLUMNS)
    }


def train_networks(data: Path, work: Path, *, path: Path = ACCURACIES, recipe: Recipe = RECIPE) -> None:
    """Train the resamples that the file lacks, and add a row for each.

    Parameters
    ----------
    data : Path
        Folder with the manifests.
    work : Path
        Folder of the frames, which are read there or written to it, and of checkpoints.
    path : Path
        File to add to.
    recipe : Recipe
        Length and speed of the training.

    Raises
    ------
    InputError
        If the data are not there.
    """
    from thoracite.evaluation.shift import CONFOUNDS, TARGETS, draw_cells

    cases = [case for case in read_labelled(data) if case.view in {"PA", "AP"} and not case.locked]
    work.mkdir(parents=True, exist_ok=True)
    frames, done = read_frames(cases, work), read_networks(path)
    for seed in TRAINED_SEEDS:
        for target in TARGETS:
            for confound in CONFOUNDS:
                cells = draw_cells(cases, target, confound, seed)
                if cells is None or (target, confound, seed) in done:
                    continue
                seen, checkpoint = [cases[n] for n in cells.train], work / f"shift {target} {confound} {seed}.pt"
                network = train_cell(target, seen, frames[cells.train], seed=seed, checkpoint=checkpoint, recipe=recipe)
                shares = [
                    float(np.mean((rate_frames(network, frames[rows], size=recipe.size) > 0) == truth))
                    for rows in (cells.inside, cells.outside)
                    for truth in [np.array([target in cases[row].labels for row in rows])]
                ]
                add_row(path, (target, confound, seed), shares)
                checkpoint.unlink(missing_ok=True)


def read_frames(cases: Sequence[Case], work: Path, *, part: int = _PART) -> Tensor:
    """Read both crops of each case, shape (cases, 2, 160, 160), uint8; what was read before is in files of a folder.

    Parameters
    ----------
    cases : sequence of Case
        The images, always the same for a folder.
    work : Path
        An existing folder.
    part : int
        Images of a file.
    """
    paths = [case.path for case in cases]
    parts = [
        cache_array(work / f"frames {start}.npy", partial(read_crops, paths[start : start + part]))
        for start in range(0, len(paths), part)
    ]
    return torch.from_numpy(np.concatenate(parts))


def add_row(path: Path, key: Key, shares: Sequence[float]) -> None:
    """Add the accuracies of one resample to a file, which begins with the names of its columns."""
    new = not path.is_file()
    with path.open("a", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        if new:
            rows.writerow(_COLUMNS)
        rows.writerow([*key, *(f"{share:.4f}" for share in shares)])


def _run(
    data: Annotated[Path, typer.Argument(help="Folder with manifest.csv.")],
    work: Annotated[Path, typer.Argument(help="Folder for frames and checkpoints.")],
) -> None:
    """Train the end-to-end network of each resample and write its accuracies."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    train_networks(data, work)
    typer.echo(str(ACCURACIES))


if __name__ == "__main__":
    typer.run(_run)


__all__ = [
    "ACCURACIES",
    "RECIPE",
    "SYSTEM",
    "CellTrainer",
    "add_row",
    "rate_frames",
    "read_frames",
    "read_networks",
    "train_cell",
    "train_networks",
]
