"""Masks of the lungs, and of the heart, in a frontal chest radiograph.

The two segmenters follow different conventions. ``thoracite-lungs``, which is bundled and which the bundled encoder was
trained with, draws what the heart hides as well; ``thoracite-chest`` draws the lungs as far as they are visible, and
the heart beside them. Its weights are not bundled yet: they come with the next encoder, which will be trained on its
masks, and ``thoracite train segmenter`` makes them.

Examples
--------
>>> segmenter = LungSegmenter.load()
>>> from thoracite.phantom import draw_phantom
>>> phantom = draw_phantom(4, abnormalities=(), size=256)                   # synthetic
>>> lungs = segmenter.segment(phantom.image)
>>> lungs.found, lungs.find_zone((70, 80)).side
(True, 'right')
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from scipy import ndimage

from thoracite.errors import ModelError
from thoracite.settings import MODELS
from thoracite.vision.image import Pixels
from thoracite.vision.mini.anatomy import Anatomy, Heart
from thoracite.vision.mini.bundle import explain_damage, fill_network, read_model
from thoracite.vision.mini.framing import Frame, frame_pixels
from thoracite.vision.mini.lungs import Lungs, Mask
from thoracite.vision.mini.unet import UNet
from thoracite.vision.mini.validity import Limit

FOLDER = MODELS / "thoracite-lungs"
"""The bundled weights of the lungs."""


class Segmenter:
    """Segmentation of frontal chest radiographs; the same pixels give the same masks.

    Parameters
    ----------
    network : UNet
        With one output for each part.
    size : int
        Side of the network's input, in pixels.
    limits : mapping of str to Limit or None
        Limits of the traits of valid masks, by trait; none unless given.
    """

    folder: Path | None = None
    """The bundled weights, where there are any."""

    def __init__(self, network: UNet, *, size: int, limits: Mapping[str, Limit] | None = None) -> None:
        self.limits = dict(limits or {})
        self.network: UNet = network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.size = size

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Load the model of a folder with ``weights.safetensors`` and ``model.json``; the bundled one unless given.

        Parameters
        ----------
        folder : Path or None
            May be left out where weights are bundled.

        Raises
        ------
        ModelError
            If the files are missing, damaged or do not fit together.
        """
        folder = folder or cls.folder
        if folder is None:
            raise ModelError("no weights of this segmenter are bundled; make them with thoracite train segmenter")
        with explain_damage(folder, "thoracite train segmenter"):
            facts, state = read_model(folder)
            network = UNet(len(facts["outputs"]))
            fill_network(network, state)
            limits = {name: Limit(**limit) for name, limit in facts.get("limits", {}).items()}
            return cls(network, size=int(facts["size"]), limits=limits)

    def draw(self, frame: Frame) -> npt.NDArray[np.float32]:
        """Return the logits of each part, shape (parts, size, size), float32."""
        pixels = frame.pixels
        if pixels.shape != (self.size, self.size):
            pixels = np.array(Image.fromarray(pixels).resize((self.size, self.size), Image.Resampling.BILINEAR))
        grey = torch.from_numpy(2 * pixels - np.float32(1))[None, None]
        with torch.inference_mode():
            logits: npt.NDArray[np.float32] = self.network(grey.contiguous(memory_format=torch.channels_last))[
                0
            ].numpy()
        return logits

    def draw_masks(self, frame: Frame) -> list[Mask]:
        """Return the mask of each part: the largest connected area where it is likelier than any other, holes filled.

        Parameters
        ----------
        frame : Frame
            A frame of any size.
        """
        logits = self.draw(frame)
        best = np.where(logits.max(axis=0) > 0, logits.argmax(axis=0), -1)
        return [_keep_largest(best == part) for part in range(len(logits))]


class LungSegmenter(Segmenter):
    """Segmentation of both lungs, with what the heart hides.

    Examples
    --------
    >>> LungSegmenter.load().segment(np.zeros((96, 96), dtype=np.float32)).box
    (0, 0, 96, 96)
    """

    name = "thoracite-lungs"
    folder = FOLDER

    def segment(self, pixels: Pixels) -> Lungs:
        """Segment the lungs of one radiograph.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Frontal, upright, air dark and bone bright; this is not checked here.
        """
        return self.segment_frame(frame_pixels(pixels, size=self.size))

    def segment_frame(self, frame: Frame) -> Lungs:
        """Segment the lungs of a framed radiograph."""
        right, left = self.draw_masks(frame)
        return Lungs(right, left, frame.box)


class ChestSegmenter(Segmenter):
    """Segmentation of lungs and heart.

    Examples
    --------
    >>> untrained = ChestSegmenter(UNet(outputs=3), size=32)
    >>> lungs, heart = untrained.segment(np.zeros((96, 96), dtype=np.float32))
    >>> heart.box
    (0, 0, 96, 96)
    """

    name = "thoracite-chest"

    def segment(self, pixels: Pixels) -> Anatomy:
        """Segment lungs and heart of one radiograph.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Frontal, upright, air dark and bone bright; this is not checked here.
        """
        return self.segment_frame(frame_pixels(pixels, size=self.size))

    def segment_frame(self, frame: Frame) -> Anatomy:
        """Segment lungs and heart of a framed radiograph."""
        right, left, heart = self.draw_masks(frame)
        return Anatomy(Lungs(right, left, frame.box), Heart(heart, frame.box))


def _keep_largest(mask: Mask) -> Mask:
    parts, number = ndimage.label(mask)
    if number > 1:
        mask = parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
    return np.asarray(ndimage.binary_fill_holes(mask), dtype=np.bool_)


__all__ = ["FOLDER", "ChestSegmenter", "LungSegmenter", "Segmenter"]
