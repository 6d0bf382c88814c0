"""What the bundled encoder sees of one image, for the vision tower: its findings, logits and last maps in thirds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

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
        Last maps of the whole and of the chest, pooled in thirds; zeros where the image was refused.
    logits : ndarray, shape (18,), float32
        The network's, mean over crops; zeros where the image was refused.
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
    passed = encoder.apply_gate(radiograph)
    if isinstance(passed, str):
        reading = Reading(accepted=False, reason=passed, view=radiograph.view)
        return Seen(reading, np.zeros((2, 1280, THIRDS, THIRDS), dtype=np.float16), np.zeros(18, dtype=np.float32))
    reading, (_, activations) = encoder.tell(radiograph, *passed), passed
    pooled = nn.functional.adaptive_avg_pool2d(torch.from_numpy(activations.last), THIRDS)
    return Seen(reading, pooled.numpy().astype(np.float16), activations.logits.astype(np.float32))


__all__ = ["Seen", "see"]
