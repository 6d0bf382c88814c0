"""What the bundled encoder sees of one image, for the vision tower: its findings, logits and last maps in thirds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from thoracite.generation.llava.tokens import THIRDS
from thoracite.types import Finding
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph

if TYPE_CHECKING:
    from thoracite.vision.mini.encoder import MiniEncoder


class Seen(NamedTuple):
    """What the encoder sees of one image.

    Parameters
    ----------
    reading : Reading
        Findings with their signs; refused where the gate refuses the image.
    maps : ndarray, shape (2, 1280, 3, 3), float16
        Last maps of the whole and of the chest, mean over heads, pooled in thirds.
    logits : ndarray, shape (18,), float32
        The network's, mean over heads and crops.
    """

    reading: Reading
    maps: npt.NDArray[np.float16]
    logits: npt.NDArray[np.float32]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings; none where the image was refused."""
        return self.reading.findings


def see(encoder: MiniEncoder, radiograph: Radiograph) -> Seen:
    """Read one image with the bundled encoder and keep its last maps, with no pass more than reading takes.

    Parameters
    ----------
    encoder : MiniEncoder
        The bundled encoder.
    radiograph : Radiograph
        Any that the encoder reads.
    """
    with _catch(encoder.network) as (maps, logits):
        reading = encoder.read(radiograph)
    heads = len(encoder.network.heads)
    if len(maps) < heads:  # refused before the network saw it
        return Seen(reading, np.zeros((2, 1280, THIRDS, THIRDS), dtype=np.float16), np.zeros(18, dtype=np.float32))
    last = torch.stack(maps[-heads:]).mean(0).float()
    pooled = nn.functional.adaptive_avg_pool2d(last, THIRDS)
    means = torch.stack(logits[-heads:]).mean(dim=(0, 1)).float()
    return Seen(reading, pooled.cpu().numpy().astype(np.float16), means.cpu().numpy())


@contextmanager
def _catch(network: nn.Module) -> Iterator[tuple[list[Tensor], list[Tensor]]]:
    """Catch the last maps and the logits of every head while images are read."""
    maps: list[Tensor] = []
    logits: list[Tensor] = []
    heads: Any = network.heads
    hooks = [head.conv_head.register_forward_hook(lambda _, __, out: maps.append(out.detach())) for head in heads]
    hooks += [head.linear.register_forward_hook(lambda _, __, out: logits.append(out.detach())) for head in heads]
    try:
        yield maps, logits
    finally:
        for hook in hooks:
            hook.remove()


__all__ = ["Seen", "see"]
