"""Training of one network on the patients of the other folds; an interrupted run is resumed.

Only a *head* is trained: a module with ``features`` (images or maps to last maps), ``dropout`` and ``linear``. It
stands on a *backbone*, which stays fixed. An epoch takes a few images of each patient, drawn anew: patients have up to
a hundred, and a network soon learns the patients rather than the findings.
"""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from torch import Tensor, nn

from thoracite.vision.device import mix_precision
from thoracite.vision.mini.efficientnet import SIZE, prepare_batch, shrink_images
from thoracite.vision.training.cases import Case, read_targets
from thoracite.vision.training.loop import Run, find_rate
from thoracite.vision.training.variation import blur_images, encode_frames, vary_batch

_LOG = logging.getLogger(__name__)

WARM_UP = 30
"""Steps of the warm-up; then the learning rate falls as a cosine."""

AVERAGING = 0.98
"""Decay per step of the moving average of the weights, which is kept."""


class Recipe(NamedTuple):
    """Length and speed of a training.

    Parameters
    ----------
    epochs : int
        Passes over the training folds.
    rate : float
        Highest learning rate; the last layer's is five times as high.
    size : int
        Side of the network's input, in pixels.
    batch : int
        Images for each step.
    decay : float
        Weight decay of matrices; biases and norms are not decayed.
    each : int
        Most images of a patient in an epoch.
    """

    epochs: int = 3
    rate: float = 2e-4
    size: int = SIZE
    batch: int = 32
    decay: float = 0.05
    each: int = 4


class FoldTrainer:
    """Trainer of one head on the patients of the other folds.

    Parameters
    ----------
    backbone : nn.Module
        First part of the network; it is not changed.
    head : nn.Module
        The trained part; has ``features``, ``dropout`` and ``linear``.
    cases : list of Case
        All cases; those of the fold and locked patients are left out here.
    frames : Tensor, shape (cases, crops, side, side), uint8
        Framed images; with several crops of a case, each step draws one.
    fold : int
        The held-out fold; -1 leaves none out.
    seed : int
        Seed of every random choice.
    recipe : Recipe
        Length and speed of the training.
    device : str
        ``cpu`` or ``cuda``.
    goes_on : bool
        Whether the head was trained on these outputs before, and its last layer stays as it is.
    """

    def __init__(
        self,
        backbone: nn.Module,
        head: Any,
        cases: list[Case],
        frames: Tensor,
        *,
        fold: int,
        seed: int,
        recipe: Recipe = Recipe(),  # noqa: B008 - immutable
        device: str = "cpu",
        goes_on: bool = False,
    ) -> None:
        self.backbone = backbone.eval().requires_grad_(False).to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.head = head.to(device).to(memory_format=torch.channels_last)
        self.frames, self.fold, self.seed, self.recipe, self.device = frames, fold, seed, recipe, device
        self.cases, self.rows = cases, np.flatnonzero([case.fold != fold and not case.locked for case in cases])
        targets, known = (torch.from_numpy(array) for array in self.lay_targets())
        share = (targets * known)[self.rows].sum(0) / known[self.rows].sum(0).clamp(min=1)
        self.targets, self.known = targets.to(device), known.to(device)
        if not goes_on:
            nn.init.zeros_(head.linear.weight)
            head.linear.bias.data = torch.logit(share.clamp(0.01, 0.99)).to(device)
        self.progress = Run(self.head, _group_parameters(head, recipe.decay), averaging=AVERAGING)

    def lay_targets(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return the target of each output, and weights that say where it is known; both of shape (cases, outputs)."""
        return read_targets(self.cases)

    def run(self, checkpoint: Path) -> None:
        """Train the epochs that the checkpoint lacks; leaves the averaged weights in the head."""
        done = self.progress.resume(checkpoint, device=self.device)
        for epoch in range(done, self.recipe.epochs):
            loss = self._train_epoch(epoch)
            _LOG.info("fold %d, epoch %d of %d: loss %.4f", self.fold, epoch + 1, self.recipe.epochs, loss)
            self.progress.save(checkpoint, epoch + 1)
        self.head.load_state_dict(self.progress.average)
        self.head.eval()

    def draw_rows(self, random: np.random.Generator) -> npt.NDArray[np.int64]:
        """Draw the order of the training cases in an epoch, at most a few of each patient."""
        drawn, seen = [], Counter[str]()
        for row in random.permutation(self.rows):
            group = self.cases[row].group
            if seen[group] < self.recipe.each:
                drawn.append(row)
            seen[group] += 1
        return np.array(drawn, dtype=np.int64)

    def find_loss(self, rows: Tensor, maps: Tensor) -> Tensor:
        """Return the loss: cross-entropy wherever a target is known.

        Parameters
        ----------
        rows : Tensor, shape (n,)
            Numbers of the cases.
        maps : Tensor, shape (n, channels, height, width)
            The head's last maps of these cases.
        """
        logits = self.head.linear(self.head.dropout(maps.mean(dim=(2, 3)))).float()
        losses = F.binary_cross_entropy_with_logits(logits, self.targets[rows], reduction="none")
        return (losses * self.known[rows]).sum() / self.known[rows].sum()

    def _train_epoch(self, epoch: int) -> float:
        self.head.train()
        random = np.random.default_rng((self.seed, self.fold + 1, epoch))
        torch.manual_seed(int(random.integers(2**31)))
        order, size = self.draw_rows(random), self.recipe.batch
        batches = len(order) // size
        losses = [
            self._train_batch(torch.from_numpy(order[number * size : (number + 1) * size]), batches)
            for number in range(batches)
        ]
        return sum(losses) / batches

    def _train_batch(self, rows: Tensor, batches: int) -> float:
        share = find_rate(self.progress.step, self.recipe.epochs * batches, warm_up=WARM_UP)
        images = prepare_batch(self.vary(self._draw_views(rows)))
        with mix_precision(self.device):
            with torch.no_grad():
                shared = self.backbone(images)
            loss = self.find_loss(rows, self.head.features(shared))
        return self.progress.learn(loss, rate=share * self.recipe.rate)

    def vary(self, frames: Tensor) -> Tensor:
        """Vary frames at random, (n, side, side), uint8, to images, (n, 1, size, size), float32, about [0, 1]."""
        return blur_images(vary_batch(encode_frames(frames).to(self.device), self.recipe.size))

    def _draw_views(self, rows: Tensor) -> Tensor:
        crops = self.frames.shape[1]
        return self.frames[rows, torch.randint(crops, (len(rows),)) if crops > 1 else 0]


def _group_parameters(head: Any, decay: float) -> list[dict[str, Any]]:
    """Group parameters: matrices decay, biases and norms do not; the last layer learns five times as fast."""
    last = list(head.linear.parameters())
    inner = [value for name, value in head.named_parameters() if not name.startswith("linear.")]
    return [
        {"params": [p for p in inner if p.ndim > 1], "weight_decay": decay, "times": 1.0},
        {"params": [p for p in inner if p.ndim <= 1], "weight_decay": 0.0, "times": 1.0},
        {"params": last, "weight_decay": decay, "times": 5.0},
    ]


def shrink_frames(frames: Tensor, size: int) -> Tensor:
    """Shrink frames to the network's input, without augmentation.

    Parameters
    ----------
    frames : Tensor, shape (n, side, side), uint8
        Whole frames.
    size : int
        Side of the result.

    Returns
    -------
    Tensor, shape (n, 1, size, size), float32, intensity in [0, 1]
    """
    return shrink_images(frames[:, None].float(), size) / 255


__all__ = ["AVERAGING", "WARM_UP", "FoldTrainer", "Recipe", "shrink_frames"]
