"""Masks of lungs and heart in a frontal chest radiograph: the lungs as far as they are visible, the heart between them.

Examples
--------
>>> segmenter = ChestSegmenter.load()
>>> from thoracite.phantom import draw_phantom
>>> phantom = draw_phantom(4, abnormalities=(), size=256)                   # synthetic
>>> lungs, heart = segmenter.segment(phantom.image)
>>> lungs.found, lungs.find_zone((70, 80)).side, heart.found
(True, 'right', True)
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

from thoracite.settings import MODELS
from thoracite.vision.image import Pixels
from thoracite.vision.mini.anatomy import Anatomy, Heart
from thoracite.vision.mini.bundle import explain_damage, fill_network, fold_norms, read_model
from thoracite.vision.mini.framing import Frame, frame_pixels, scale_box, shrink_pixels
from thoracite.vision.mini.lungs import Lungs, Mask
from thoracite.vision.mini.unet import UNet
from thoracite.vision.mini.validity import Limit

_MIRRORED = (1, 0, 2)
"""Parts in a mirrored image: the right lung is where the left one was."""

FOLDER = MODELS / "thoracite-chest"
"""The bundled weights."""


class ChestSegmenter:
    """Segmentation of lungs and heart in frontal chest radiographs; the same pixels give the same masks.

    Parameters
    ----------
    network : UNet
        With one output for each part.
    size : int
        Side of the network's input, in pixels.
    limits : mapping of str to Limit or None
        Limits of the traits of valid masks, by trait; none unless given.
    """

    name = "thoracite-chest"

    def __init__(self, network: UNet, *, size: int, limits: Mapping[str, Limit] | None = None) -> None:
        self.limits = dict(limits or {})
        self.network: UNet = network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.size = size

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Load the model of a folder with ``weights.safetensors`` and ``model.json``.

        Parameters
        ----------
        folder : Path
            The bundled weights unless given.

        Raises
        ------
        ModelError
            If the files are missing, damaged or do not fit together.
        """
        with explain_damage(folder, "thoracite train segmenter"):
            facts, state = read_model(folder)
            network = UNet(len(facts["outputs"]))
            fill_network(network, state)
            fold_norms(network)
            limits = {name: Limit(**limit) for name, limit in facts.get("limits", {}).items()}
            return cls(network, size=int(facts["size"]), limits=limits)

    def draw(self, frame: Frame) -> npt.NDArray[np.float32]:
        """Return the logits of each part, shape (parts, size, size), float32: the mean of the frame and of its mirror.

        Parameters
        ----------
        frame : Frame
            A frame of any size.
        """
        pixels = frame.pixels
        if pixels.shape != (self.size, self.size):
            pixels = np.array(Image.fromarray(pixels).resize((self.size, self.size), Image.Resampling.BILINEAR))
        grey = torch.from_numpy(2 * pixels - np.float32(1))[None, None]
        both = torch.cat([grey, grey.flip(3)]).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            seen, mirrored = self.network(both)
        logits: npt.NDArray[np.float32] = ((seen + mirrored.flip(2)[list(_MIRRORED)]) / 2).numpy()
        return logits

    def segment(self, pixels: Pixels) -> Anatomy:
        """Segment lungs and heart of one radiograph.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Frontal, upright, air dark and bone bright; this is not checked here.
        """
        small = shrink_pixels(pixels)
        lungs, heart = self.segment_frame(frame_pixels(small, size=self.size))
        box = scale_box(lungs.box, small.shape, pixels.shape)
        return Anatomy(lungs._replace(box=box), heart._replace(box=box))

    def segment_frame(self, frame: Frame) -> Anatomy:
        """Segment lungs and heart of a framed radiograph."""
        right, left, heart = self._draw_masks(frame)
        return Anatomy(Lungs(right, left, frame.box), Heart(heart, frame.box))

    def _draw_masks(self, frame: Frame) -> list[Mask]:
        """Return each part's mask: the largest connected area where it is likelier than any other, holes filled."""
        logits = self.draw(frame)
        best = np.where(logits.max(axis=0) > 0, logits.argmax(axis=0), -1)
        return [_keep_largest(best == part) for part in range(len(logits))]


def _keep_largest(mask: Mask) -> Mask:
    parts, number = ndimage.label(mask)
    if number > 1:
        mask = parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
    return np.asarray(ndimage.binary_fill_holes(mask), dtype=np.bool_)


__all__ = ["FOLDER", "ChestSegmenter"]
