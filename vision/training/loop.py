"""What every training here shares: a learning rate, averaged weights, a checkpoint to go on from, where to train."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

Number = TypeVar("Number", bound=np.generic)


class Run:
    """A network on its way: what a checkpoint holds, and one step after the other.

    Parameters
    ----------
    network : nn.Module
        What is trained.
    groups : list of dict
        Its parameters, as an optimiser takes them; ``times``, 1 unless given, multiplies the learning rate of a group.
    averaging : float
        Memory a step, [0, 1), of the moving average of the weights, which is what is kept.

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
        """Follow the gradient of a loss; returns the loss.

        Parameters
        ----------
        loss : Tensor, shape ()
            Of one batch.
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
        """Go on from a checkpoint, if there is one; returns how many epochs it holds."""
        if not checkpoint.is_file():
            return 0
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        self.network.load_state_dict(saved["network"])
        self.average, self.step = saved["average"], saved["step"]
        self.optimiser.load_state_dict(saved["optimiser"])
        return int(saved["epoch"])

    def save(self, checkpoint: Path, epoch: int) -> None:
        """Write a checkpoint, renamed into place when it is whole."""
        part = checkpoint.with_suffix(".part")
        state = {"network": self.network.state_dict(), "average": self.average}
        torch.save(
            state | {"optimiser": self.optimiser.state_dict(), "step": self.step, "epoch": epoch},
            part,
        )
        os.replace(part, checkpoint)


def find_rate(step: int, steps: int, *, warm_up: int) -> float:
    """Learning rate of a step, as a share of the highest: a short rise, then a cosine down to zero.

    Parameters
    ----------
    step, steps : int
        Which of how many.
    warm_up : int
        Steps until the rise is over.

    Examples
    --------
    >>> find_rate(0, 100, warm_up=30), find_rate(100, 100, warm_up=30)
    (0.0, 0.0)
    """
    return min(1.0, step / warm_up) * 0.5 * (1 + math.cos(math.pi * step / steps))


def cache_array(path: Path, read: Callable[[], npt.NDArray[Number]]) -> npt.NDArray[Number]:
    """An array from a file, which is written first where it is missing.

    Parameters
    ----------
    path : Path
        Ends in ``.npy``.
    read : callable
        Gives the array.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "array.npy"
    >>> cache_array(path, lambda: np.zeros((2, 4, 4), dtype=np.uint8)).shape, path.is_file()
    ((2, 4, 4), True)
    """
    if not path.is_file():
        part = path.with_suffix(".part.npy")
        np.save(part, read())
        os.replace(part, path)
    array: npt.NDArray[Number] = np.load(path)
    return array


__all__ = ["Run", "cache_array", "find_rate"]
