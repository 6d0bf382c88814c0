"""Shared parts of every training: learning rate, averaged weights, checkpoint, device."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from thoracite.files import replace_file

Number = TypeVar("Number", bound=np.generic)


class Run:
    """A training in progress: network, optimiser and averaged weights, as a checkpoint holds them.

    Parameters
    ----------
    network : nn.Module
        The trained network.
    groups : list of dict
        Its parameters in groups for the optimiser; ``times``, 1 unless given, multiplies a group's learning rate.
    averaging : float
        Decay per step, [0, 1), of the moving average of the weights, which is kept.

    Examples
    --------
    >>> network = nn.Linear(1, 1)
    >>> run = Run(network, [{"params": list(network.parameters())}], averaging=0.9)
    >>> loss = run.learn(network(torch.ones(1, 1)).square().mean(), rate=0.1)
    >>> run.step, sorted(run.average)
    (1, ['bias', 'weight'])
    """

    def __init__(self, network: nn.Module, groups: list[dict[str, Any]], *, averaging: float) -> None:
        self.network, self.averaging, self.step = network, averaging, 0
        self.optimiser = torch.optim.AdamW(groups)
        self.average = {name: value.clone() for name, value in network.state_dict().items()}

    def learn(self, loss: Tensor, *, rate: float) -> float:
        """Take one optimiser step on a loss; returns the loss.

        Parameters
        ----------
        loss : Tensor, shape ()
            Loss of one batch.
        rate : float
            Learning rate.
        """
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group.get("times", 1.0)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.step += 1
        memory = min(self.averaging, (1 + self.step) / (10 + self.step))
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.average[name].mul_(memory).add_(value.detach(), alpha=1 - memory)
        return float(loss.item())

    def resume(self, checkpoint: Path, *, device: str) -> int:
        """Load a checkpoint, if there is one; returns the number of epochs in it."""
        if not checkpoint.is_file():
            return 0
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        self.network.load_state_dict(saved["network"])
        self.average, self.step = saved["average"], saved["step"]
        self.optimiser.load_state_dict(saved["optimiser"])
        return int(saved["epoch"])

    def save(self, checkpoint: Path, epoch: int) -> None:
        """Write a checkpoint, renamed into place when complete."""
        state = {"network": self.network.state_dict(), "average": self.average}
        with replace_file(checkpoint, binary=True) as file:
            torch.save(state | {"optimiser": self.optimiser.state_dict(), "step": self.step, "epoch": epoch}, file)


def find_rate(step: int, steps: int, *, warm_up: int) -> float:
    """Return the learning rate of a step, as a share of the highest: a short rise, then a cosine down to zero.

    Parameters
    ----------
    step, steps : int
        Number of the step, and of all steps.
    warm_up : int
        Steps of the rise.

    Examples
    --------
    >>> find_rate(0, 100, warm_up=30), find_rate(100, 100, warm_up=30)
    (0.0, 0.0)
    """
    return min(1.0, step / warm_up) * 0.5 * (1 + math.cos(math.pi * step / steps))


def cache_array(path: Path, read: Callable[[], npt.NDArray[Number]]) -> npt.NDArray[Number]:
    """Read an array from a file, which is written first where it is missing.

    Parameters
    ----------
    path : Path
        Ends in ``.npy``.
    read : callable
        Returns the array.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "array.npy"
    >>> cache_array(path, lambda: np.zeros((2, 4, 4), dtype=np.uint8)).shape, path.is_file()
    ((2, 4, 4), True)
    """
    if not path.is_file():
        with replace_file(path, binary=True) as file:
            np.save(file, read())
    array: npt.NDArray[Number] = np.load(path)
    return array


__all__ = ["Run", "cache_array", "find_rate"]
