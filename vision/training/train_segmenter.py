"""Training of the segmenter: a small U-Net on drawn hearts and lungs; an interrupted run is resumed.

The trainer passes over the training part with augmented images and keeps a moving average of the weights. It does not
stop early. The chests kept back are read by ``thoracite evaluate chest`` alone.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from torch import Tensor

from thoracite.settings import Settings
from thoracite.vision.device import find_device, mix_precision
from thoracite.vision.mini.bundle import write_model
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.mini.unet import SIZE, UNet
from thoracite.vision.training.chest_cases import PARTS, read_chest_cases, read_chest_frames
from thoracite.vision.training.fit_limits import fit_limits
from thoracite.vision.training.loop import Run, cache_array, find_rate
from thoracite.vision.training.variation import blur_images

EPOCHS, BATCH, RATE, DECAY = 300, 16, 4e-3, 0.02
_LOG = logging.getLogger(__name__)

WARM_UP = 100
"""Steps of the warm-up; then the learning rate falls as a cosine."""

AVERAGING = 0.99
"""Decay per step of the moving average of the weights, which is kept."""

CACHED = 192
"""Side of the frames before they are cropped, in pixels."""

MIRRORED = 0.2
"""Share of mirrored images; most hearts lie on the left."""

SHRUNK = 0.4
"""Least size that a batch is shrunk to before it is enlarged again, as a share of the network's input."""

SAVED = 20
"""Epochs from one checkpoint to the next."""


def train_segmenter(data: Path, output: Path, *, seed: int = 0, epochs: int = EPOCHS) -> None:
    """Train, and write the model's folder.

    Parameters
    ----------
    data : Path
        Folder with the manifests, images and masks.
    output : Path
        Folder to write ``weights.safetensors`` and ``model.json`` to; the checkpoint lies in ``checkpoints`` below it.
    seed : int
        Seed of every random choice.
    epochs : int
        Passes over the training part.

    Raises
    ------
    InputError
        If the data cannot be read.
    """
    checkpoints = output / "checkpoints"
    checkpoints.mkdir(parents=True, exist_ok=True)
    trainer = SegmenterTrainer(torch.from_numpy(_read_cached(data, checkpoints)), seed=seed)
    trainer.run(epochs, checkpoints / "chest.pt")
    network = UNet(len(PARTS))
    network.load_state_dict(trainer.progress.average)
    limits = fit_limits(ChestSegmenter(network, size=SIZE), data)
    facts = {"size": SIZE, "outputs": list(PARTS), "seed": seed, "epochs": epochs}
    facts["limits"] = {name: limit.model_dump() for name, limit in limits.items()}
    write_model(trainer.progress.average, facts, output)


def _read_cached(data: Path, folder: Path) -> npt.NDArray[np.uint8]:
    def read() -> npt.NDArray[np.uint8]:
        return read_chest_frames(read_chest_cases(data, kept=False), size=CACHED, settings=Settings.read())

    return cache_array(folder / f"chest{CACHED}.npy", read)


class SegmenterTrainer:
    """Trainer of one network.

    Parameters
    ----------
    frames : Tensor, shape (n, 4, side, side), uint8
        Intensity, right lung, left lung, heart.
    seed : int
        Seed of every random choice.
    """

    def __init__(self, frames: Tensor, *, seed: int) -> None:
        torch.manual_seed(seed)
        self.device = find_device()
        self.frames, self.seed = frames, seed
        self.network: UNet = UNet(frames.shape[1] - 1).to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        matrices = [p for p in self.network.parameters() if p.ndim > 1]
        others = [p for p in self.network.parameters() if p.ndim <= 1]
        groups = [{"params": matrices, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]
        self.progress = Run(self.network, groups, averaging=AVERAGING)

    def run(self, epochs: int, checkpoint: Path) -> None:
        """Train the epochs that the checkpoint lacks; the result is in ``progress.average``."""
        done = self.progress.resume(checkpoint, device=self.device)
        steps = epochs * max(1, len(self.frames) // BATCH)
        for epoch in range(done, epochs):
            loss = self._train_epoch(epoch, steps)
            if (epoch + 1) % SAVED == 0 or epoch + 1 == epochs:
                _LOG.info("epoch %d of %d: loss %.4f", epoch + 1, epochs, loss)
                self.progress.save(checkpoint, epoch + 1)

    def _train_epoch(self, epoch: int, steps: int) -> float:
        self.network.train()
        random = np.random.default_rng((self.seed, epoch))
        torch.manual_seed(int(random.integers(2**31)))
        order, total = random.permutation(len(self.frames)), 0.0
        batches = max(1, len(order) // BATCH)
        for number in range(batches):
            rows = torch.from_numpy(order[number * BATCH : (number + 1) * BATCH])
            total += self._train_batch(rows, RATE * find_rate(self.progress.step, steps, warm_up=WARM_UP))
        return total / batches

    def _train_batch(self, rows: Tensor, rate: float) -> float:
        images, drawn = (each.to(self.device) for each in vary_frames(self.frames[rows], SIZE))
        images = images.contiguous(memory_format=torch.channels_last)
        with mix_precision(self.device):
            logits = self.network(images)
        return self.progress.learn(measure_loss(logits.float(), drawn), rate=rate)


def measure_loss(logits: Tensor, drawn: Tensor) -> Tensor:
    """Return the loss: cross-entropy of every pixel, and one minus the Dice coefficient of every part.

    Parameters
    ----------
    logits : Tensor, shape (n, parts, h, w), float32
        Logits of each part.
    drawn : Tensor, shape (n, parts, h, w), float32, in [0, 1]
        The drawn parts.
    """
    found = torch.sigmoid(logits)
    both = (found * drawn).sum((2, 3))
    dice = (2 * both + 1) / (found.sum((2, 3)) + drawn.sum((2, 3)) + 1)
    return F.binary_cross_entropy_with_logits(logits, drawn) + (1 - dice).mean()


def vary_frames(frames: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Turn, shift, scale, squeeze and mirror each frame with its drawn parts; then blur it and change its brightness.

    Parameters
    ----------
    frames : Tensor, shape (n, 4, side, side), uint8
        Intensity, right lung, left lung, heart.
    size : int
        Side of the result.

    Returns
    -------
    tuple of Tensor
        Images, shape (n, 1, size, size), float32, intensity about [-1, 1]; drawn parts, shape (n, parts, size, size),
        float32, in [0, 1]. A mirrored right lung becomes the left one, since it lies on the other side.
    """
    n = len(frames)
    mirror = torch.where(torch.rand(n) < MIRRORED, -1.0, 1.0)
    grid = F.affine_grid(_draw_turns(n, mirror), [n, 1, size, size], align_corners=False)
    varied = F.grid_sample(frames.float() / 255, grid, align_corners=False)
    images, drawn = varied[:, :1], varied[:, 1:]
    drawn = torch.where((mirror < 0).view(-1, 1, 1, 1), torch.cat([drawn[:, :2].flip(1), drawn[:, 2:]], 1), drawn)
    return _vary_brightness(_cloud(blur_images(images, least=SHRUNK), drawn[:, :2].sum(1, keepdim=True))), drawn


def _draw_turns(n: int, mirror: Tensor) -> Tensor:
    angle, scale, squeeze = _draw(n, -0.2, 0.2), torch.exp(_draw(n, -0.25, 0.2)), torch.exp(_draw(n, -0.1, 0.1))
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    across = torch.stack([cos * mirror * squeeze, -sin, _draw(n, -0.12, 0.12)], 1)
    down = torch.stack([sin * mirror, cos / squeeze, _draw(n, -0.12, 0.12)], 1)
    return torch.stack([across, down], 1)


def _cloud(images: Tensor, lungs: Tensor) -> Tensor:
    """Draw a soft white patch, like a consolidation, in the lungs of half the images."""
    n, _, size, _ = images.shape
    y, x = torch.meshgrid(torch.linspace(0, 1, size), torch.linspace(0, 1, size), indexing="ij")
    places = [_draw(n, *ends).view(-1, 1, 1) for ends in ((0.15, 0.85), (0.3, 0.85), (0.06, 0.2), (0.06, 0.25))]
    reach = ((x - places[0]) / places[2]) ** 2 + ((y - places[1]) / places[3]) ** 2
    strength = _draw(n, 0.2, 0.8) * (torch.rand(n) < 0.5)
    patch = torch.exp(-0.5 * reach)[:, None] * strength.view(-1, 1, 1, 1) * lungs.clamp(0, 1)
    return images + patch * (0.85 - images).clamp(min=0)


def _vary_brightness(images: Tensor) -> Tensor:
    n = len(images)
    gamma, contrast, brightness, noise = (
        _draw(n, low, high).view(-1, 1, 1, 1) for low, high in ((-0.5, 0.5), (0.7, 1.3), (-0.15, 0.15), (0.0, 0.05))
    )
    grey = (images.clamp(0, 1) ** gamma.exp() - 0.5) * contrast + brightness
    return 2 * (grey + noise * torch.randn_like(grey))


def _draw(n: int, low: float, high: float) -> Tensor:
    return torch.empty(n).uniform_(low, high)


__all__ = ["SegmenterTrainer", "measure_loss", "train_segmenter", "vary_frames"]
