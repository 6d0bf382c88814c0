"""The image processor of the vision tower: a radiograph shrunk as the encoder shrinks it, on a square with a margin.

Examples
--------
>>> batch = MiniImageProcessor()(np.zeros((200, 400), dtype=np.uint8))
>>> batch["pixel_values"].shape, float(batch["pixel_values"][0, 0, -1, 0])
(torch.Size([1, 1, 128, 128]), -1.0)
>>> cut_margin(batch["pixel_values"][0, 0].numpy()).shape
(64, 128)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import BatchFeature
from transformers.image_processing_utils import BaseImageProcessor

from thoracite.vision.mini.framing import LONGEST, shrink_pixels

SIDE = LONGEST
"""Side of the square, in pixels."""

OUTSIDE = -1.0
"""Value of what lies outside the image."""


class MiniImageProcessor(BaseImageProcessor):
    """Image processor of ``thoracite-mini-llava``; the tower itself crops, measures and normalises.

    Takes what PIL or numpy hold of a radiograph, air dark and bone bright: grey or colour, uint8 or floats in [0, 1].
    """

    model_input_names = ["pixel_values"]  # noqa: RUF012 - as the base has it

    def fetch_images(self, image_url_or_urls: Any) -> Any:
        """Return images as they were given: none is fetched from anywhere."""
        return image_url_or_urls

    def preprocess(self, images: Any, return_tensors: str | None = None, **_: Any) -> BatchFeature:  # noqa: ARG002
        """Lay images on squares.

        Parameters
        ----------
        images : image or list of images
            ndarray, tensor or PIL image.
        return_tensors : str or None
            Tensors of torch are returned whatever it says.

        Returns
        -------
        BatchFeature
            ``pixel_values``, shape (n, 1, 128, 128), float32, in [0, 1], -1 outside the image.
        """
        laid = [lay_square(_make_grey(image)) for image in _flatten(images)]
        return BatchFeature({"pixel_values": torch.from_numpy(np.stack(laid))[:, None]})


def _flatten(images: Any) -> list[Any]:
    if isinstance(images, list | tuple):
        return [one for image in images for one in _flatten(image)]
    return [images]


def _make_grey(image: Any) -> npt.NDArray[np.float32]:
    """Return grey values in [0, 1]."""
    values = np.asarray(image)
    if values.ndim == 3 and values.shape[0] in (1, 3) and values.shape[2] not in (1, 3):
        values = np.moveaxis(values, 0, 2)
    grey = values.astype(np.float32)
    if values.ndim == 3:
        grey = grey[..., :3].mean(axis=2)
    return grey / np.float32(255) if values.dtype == np.uint8 else np.clip(grey, 0, 1)


def lay_square(pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Shrink a radiograph and lay it in the top left corner of a square.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Any radiograph.
    """
    small = shrink_pixels(pixels)
    square = np.full((SIDE, SIDE), OUTSIDE, dtype=np.float32)
    square[: small.shape[0], : small.shape[1]] = np.clip(small, 0, 1)
    return square


def cut_margin(square: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the image that :func:`lay_square` laid on a square.

    Parameters
    ----------
    square : ndarray, shape (128, 128)
        With -1 outside the image.
    """
    inside = square >= 0
    return square[: int(inside.any(axis=1).sum()), : int(inside.any(axis=0).sum())]


__all__ = ["OUTSIDE", "SIDE", "MiniImageProcessor", "cut_margin", "lay_square"]
