"""The network of ``thoracite-chest``: a small U-Net that works on half the frame's side.

References
----------
Ronneberger O, Fischer P, Brox T. U-Net. MICCAI 2015. doi:10.1007/978-3-319-24574-4_28

Examples
--------
>>> network = UNet(outputs=2).eval()
>>> tuple(network(torch.zeros(1, 1, 64, 64)).shape)
(1, 2, 64, 64)
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from torch import Tensor, nn

WIDTHS = (16, 32, 48, 80, 112)
"""Channels of each level, the side halved from one to the next."""

SIZE = 160
"""Side of the network's input, in pixels; a multiple of 32."""


def _pair(inputs: int, outputs: int, *, stride: int = 1) -> nn.Sequential:
    """Two 3 × 3 convolutions, each with batch normalisation."""
    layers: list[nn.Module] = []
    for before, step in ((inputs, stride), (outputs, 1)):
        layers += [nn.Conv2d(before, outputs, 3, stride=step, padding=1, bias=False), nn.BatchNorm2d(outputs)]
        layers += [nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    """U-Net from a grey image to masks of regions.

    Parameters
    ----------
    outputs : int
        Number of regions.
    """

    def __init__(self, outputs: int) -> None:
        super().__init__()
        before = (1, *WIDTHS[:-1])
        self.down: Sequence[nn.Module] = nn.ModuleList(  # type: ignore[assignment]
            _pair(inputs, width, stride=2) for inputs, width in zip(before, WIDTHS, strict=True)
        )
        self.up: Sequence[nn.Module] = nn.ModuleList(  # type: ignore[assignment]
            _pair(low + high, high) for low, high in zip(WIDTHS[:0:-1], WIDTHS[-2::-1], strict=True)
        )
        self.last = nn.Conv2d(WIDTHS[0], outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (n, 1, h, w), intensity in [-1, 1], to logits, shape (n, outputs, h, w)."""
        seen = []
        for level in self.down:
            x = level(x)
            seen.append(x)
        for level, beside in zip(self.up, seen[-2::-1], strict=True):
            x = level(torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), beside], 1))
        drawn: Tensor = F.interpolate(self.last(x), scale_factor=2, mode="bilinear")
        return drawn


__all__ = ["SIZE", "WIDTHS", "UNet"]
