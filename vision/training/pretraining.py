"""Training before the labels: one head learns from material that is closer to radiographs than photographs are.

First it learns the findings of phantoms, then classes of children's radiographs; every fold's head begins from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from thoracite.vision.device import find_device
from thoracite.vision.labels import OUTPUTS
from thoracite.vision.mini.efficientnet import Ensemble, Head
from thoracite.vision.training.cases import Case
from thoracite.vision.training.fold_trainer import FoldTrainer, Recipe
from thoracite.vision.training.frames import read_crops
from thoracite.vision.training.loop import cache_array
from thoracite.vision.training.pretraining_cases import CHILDREN, draw_phantoms, list_phantoms, read_children

Name = Literal["phantoms", "children"]

MATERIALS: tuple[Name, ...] = ("phantoms", "children")
"""Materials, in the order of training."""

PHANTOMS = 2000
"""Number of phantoms unless given."""


class ChildrenTrainer(FoldTrainer):
    """Trainer on three classes of children's radiographs: no pneumonia, bacterial, or viral."""

    def lay_targets(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return one output for each class, each known for every case."""
        targets = np.array([[name in case.labels for name in CHILDREN] for case in self.cases], dtype=np.float32)
        return targets, np.ones_like(targets)


class Material(NamedTuple):
    """Material that a head is trained on before the labels.

    Parameters
    ----------
    trainer : type of FoldTrainer
        Trainer for this material.
    outputs : int
        Number of outputs of the head.
    cases : list of Case
        All cases; none is held out.
    frames : ndarray, shape (cases, 2, 160, 160), uint8
        Both crops of each case.
    """

    trainer: type[FoldTrainer]
    outputs: int
    cases: list[Case]
    frames: npt.NDArray[np.uint8]


def train_before(
    network: Ensemble,
    data: Path,
    checkpoints: Path,
    *,
    recipe: Recipe,
    materials: Sequence[Name] = MATERIALS,
    phantoms: int = PHANTOMS,
    seed: int = 0,
    crops: int = 2,
) -> None:
    """Train one head on one material after the other, and begin every head from it.

    Parameters
    ----------
    network : Ensemble
        Its backbone stays fixed; its heads are changed in place, except for their last layers.
    data : Path
        Folder with ``manifest.csv``, for children.
    checkpoints : Path
        Folder for frames and checkpoints.
    recipe : Recipe
        Length and speed of the training.
    materials : sequence of str
        Keys of :data:`MATERIALS`.
    phantoms : int
        Number of phantoms; always the same ones.
    seed : int
        Seed of every other random choice.
    crops : int
        1 for whole radiographs only, 2 for chests too.

    Raises
    ------
    InputError
        If the data cannot be read.
    """
    done: list[str] = []
    for name in materials:
        done.append(f"{phantoms} phantoms" if name == "phantoms" else name)
        material = _take_phantoms(checkpoints, phantoms) if name == "phantoms" else _take_children(checkpoints, data)
        frames, head = torch.from_numpy(material.frames[:, :crops]), Head(material.outputs)
        copy_blocks(network.heads[0], head)
        trainer = material.trainer(
            network.backbone, head, material.cases, frames, fold=-1, seed=seed, recipe=recipe, device=find_device()
        )
        trainer.run(checkpoints / f"{', '.join(done)}, crops {crops}.pt")  # earlier materials are part of the name
        for other in network.heads:
            copy_blocks(head, other)


def _take_phantoms(checkpoints: Path, number: int) -> Material:
    frames = cache_array(checkpoints / f"{number} phantoms.npy", lambda: draw_phantoms(number))
    return Material(FoldTrainer, len(OUTPUTS), list_phantoms(number), frames)


def _take_children(checkpoints: Path, data: Path) -> Material:
    children = read_children(data)
    frames = cache_array(checkpoints / "children.npy", lambda: read_crops([case.path for case in children]))
    return Material(ChildrenTrainer, len(CHILDREN), children, frames)


def copy_blocks(source: Head, target: Head) -> None:
    """Copy a head's weights into another, except for the last layer, whose outputs may differ."""
    target.blocks.load_state_dict(source.blocks.state_dict())
    target.conv_head.load_state_dict(source.conv_head.state_dict())


__all__ = ["MATERIALS", "PHANTOMS", "ChildrenTrainer", "Material", "Name", "copy_blocks", "train_before"]
