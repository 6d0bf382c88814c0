"""Training before the labels: one crown learns from material that is nearer to radiographs than photographs are.

First what is drawn into phantoms, then what tells children's radiographs apart; every fold's crown begins from it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from thoracite.retrieval.efficientnet import Crown, Ensemble
from thoracite.retrieval.fold_trainer import FoldTrainer, Recipe
from thoracite.retrieval.pretraining_cases import CHILDREN, draw_phantoms, list_phantoms, read_children
from thoracite.retrieval.training import cache_array, find_device
from thoracite.retrieval.training_cases import OUTPUTS, Case
from thoracite.retrieval.views import read_views
from thoracite.settings import Settings

Frames = npt.NDArray[np.uint8]

PHANTOMS = 2000
"""How many are drawn, unless told otherwise."""


def train_on_phantoms(
    network: Ensemble, checkpoints: Path, *, recipe: Recipe, number: int = PHANTOMS, seed: int = 0, views: int = 2
) -> None:
    """Train one crown to say what is drawn into phantoms, and let every crown begin from it.

    Parameters
    ----------
    network : Ensemble
        Its trunk stays as it is; its crowns are changed in place, but for their last layers.
    checkpoints : Path
        Folder for frames and what is trained.
    recipe : Recipe
        How long and how fast.
    number : int
        Of phantoms; always the same ones.
    seed : int
        Of every other random choice.
    views : int
        1 for whole radiographs only, 2 for chests too.
    """
    frames = cache_array(checkpoints / f"{number} phantoms.npy", lambda: draw_phantoms(number))
    _train_crowns(
        network, FoldTrainer, list_phantoms(number), frames[:, :views], outputs=len(OUTPUTS),
        checkpoint=checkpoints / f"{number} phantoms, {views}.pt", recipe=recipe, seed=seed,
    )  # fmt: skip


class ChildrenTrainer(FoldTrainer):
    """Learns to tell children's radiographs apart: no pneumonia, bacterial, or viral."""

    def lay_targets(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """One output a kind, each known for every case."""
        targets = np.array([[name in case.labels for name in CHILDREN] for case in self.cases], dtype=np.float32)
        return targets, np.ones_like(targets)


def train_on_children(
    network: Ensemble, data: Path, checkpoints: Path, *, recipe: Recipe, seed: int = 0, views: int = 2
) -> None:
    """Train one crown on children's radiographs, and let every crown begin from it.

    Parameters
    ----------
    network : Ensemble
        Its trunk stays as it is; its crowns are changed in place, but for their last layers.
    data : Path
        Folder with ``manifest.csv``.
    checkpoints : Path
        Folder for frames and what is trained.
    recipe : Recipe
        How long and how fast.
    seed : int
        Of every random choice.
    views : int
        1 for whole radiographs only, 2 for chests too.

    Raises
    ------
    InputError
        If the data cannot be read.
    """
    children = read_children(data)
    frames = cache_array(checkpoints / "children.npy", lambda: read_views(children, settings=Settings.read()))
    _train_crowns(
        network, ChildrenTrainer, children, frames[:, :views], outputs=len(CHILDREN),
        checkpoint=checkpoints / f"children, {views}.pt", recipe=recipe, seed=seed,
    )  # fmt: skip


def _train_crowns(
    network: Ensemble,
    trainer: Callable[..., FoldTrainer],
    cases: list[Case],
    frames: Frames,
    *,
    outputs: int,
    checkpoint: Path,
    recipe: Recipe,
    seed: int,
) -> None:
    """Train a crown with other outputs than the network's, which begins from the first of them, for all of them."""
    crown, device = Crown(outputs), find_device()
    copy_blocks(network.crowns[0], crown)
    trainer(
        network.trunk, crown, cases, torch.from_numpy(frames), fold=-1, seed=seed, recipe=recipe, device=device
    ).run(checkpoint)
    for other in network.crowns:
        copy_blocks(crown, other)


def copy_blocks(source: Crown, target: Crown) -> None:
    """Give a crown the weights of another, but for the last layer, whose outputs may be others."""
    target.blocks.load_state_dict(source.blocks.state_dict())
    target.head.load_state_dict(source.head.state_dict())


__all__ = ["PHANTOMS", "ChildrenTrainer", "copy_blocks", "train_on_children", "train_on_phantoms"]
