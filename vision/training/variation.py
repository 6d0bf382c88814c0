"""Random variations of training images, so that the network does not learn how a file was made."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from PIL import Image
from torch import Tensor

BLURRED = 0.5
"""Least size that a batch is shrunk to before it is enlarged again, as a share of its size."""

ENCODED, LOWEST, HIGHEST = 0.3, 60, 95
"""Share of frames that are encoded as JPEG again, and the range of its quality."""


def vary_batch(frames: Tensor, size: int) -> Tensor:
    """Turn, shift, scale and mirror each frame and change its brightness, at random.

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
        return torch.empty(n).uniform_(low, high).to(frames.device)  # drawn on the CPU: the same on every device

    angle, scale, mirror = (
        draw(-0.14, 0.14),
        draw(0.9, 1.05),
        torch.where(torch.rand(n).to(frames.device) < 0.5, -1.0, 1.0),
    )
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = [torch.stack([cos * mirror, -sin, draw(-0.06, 0.06)], 1)]
    rows += [torch.stack([sin * mirror, cos, draw(-0.06, 0.06)], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), [n, 1, size, size], align_corners=False)
    images = F.grid_sample(frames[:, None].float(), grid, align_corners=False) / 255
    gamma, contrast, brightness = (
        draw(low, high).view(-1, 1, 1, 1) for low, high in ((-0.4, 0.4), (0.75, 1.25), (-0.15, 0.15))
    )
    return (images.clamp(0, 1) ** gamma.exp() - 0.5) * contrast + 0.5 + brightness


def blur_images(images: Tensor, *, least: float = BLURRED) -> Tensor:
    """Shrink the batch to a random size and enlarge it again, so that small files look as large ones do.

    Parameters
    ----------
    images : Tensor, shape (n, 1, size, size), float32
        Any unit.
    least : float
        Least size, as a share of the present one, in (0, 1]; half of all batches stay as they are.
    """
    size, share = images.shape[-1], float(torch.empty(1).uniform_(least, 2 - least))
    if share >= 1:
        return images
    small = F.interpolate(images, scale_factor=share, mode="bilinear", antialias=True)
    return F.interpolate(small, size=(size, size), mode="bilinear")


def encode_frames(frames: Tensor, *, share: float = ENCODED) -> Tensor:
    """Encode some frames as JPEG and decode them again.

    Parameters
    ----------
    frames : Tensor, shape (n, side, side), uint8
        On the CPU.
    share : float
        Share of the frames, in [0, 1].

    Examples
    --------
    >>> encode_frames(torch.zeros(2, 16, 16, dtype=torch.uint8), share=1.0).shape
    torch.Size([2, 16, 16])
    """
    encoded = frames.clone()
    for row in torch.nonzero(torch.rand(len(frames)) < share).ravel().tolist():
        file = BytesIO()
        Image.fromarray(frames[row].numpy()).save(file, "JPEG", quality=int(torch.randint(LOWEST, HIGHEST + 1, ())))
        encoded[row] = torch.from_numpy(np.array(Image.open(file)))
    return encoded


__all__ = ["blur_images", "encode_frames", "vary_batch"]
