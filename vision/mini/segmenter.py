"""``thoracite-lungs``: masks of the right and the left lung in a frontal chest radiograph.

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

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from scipy import ndimage

from thoracite.settings import MODELS
from thoracite.vision.image import Pixels
from thoracite.vision.mini.bundle import explain_damage, fill_network, read_model
from thoracite.vision.mini.framing import Frame, frame_pixels
from thoracite.vision.mini.lungs import Lungs, Mask
from thoracite.vision.mini.unet import UNet

FOLDER = MODELS / "thoracite-lungs"
"""The bundled weights."""


class LungSegmenter:
    """Segmentation of the lungs in frontal chest radiographs; the same pixels give the same masks.

    Parameters
    ----------
    network : UNet
        With two outputs, the right and the left lung.
    size : int
        Side of the network's input, in pixels.
    """

    name = "thoracite-lungs"

    def __init__(self, network: UNet, *, size: int) -> None:
        self.network: UNet = network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.size = size

    @classmethod
    def load(cls, folder: Path = FOLDER) -> LungSegmenter:
        """Load the model of a folder with ``weights.safetensors`` and ``model.json``.

        Raises
        ------
        ModelError
            If the files are missing, damaged or do not fit together.
        """
        with explain_damage(folder, "thoracite train segmenter"):
            facts, state = read_model(folder)
            network = UNet(len(facts["outputs"]))
            fill_network(network, state)
            return cls(network, size=int(facts["size"]))

    def segment(self, pixels: Pixels) -> Lungs:
        """Segment the lungs of one radiograph.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Frontal, upright, air dark and bone bright; this is not checked here.
        """
        return self.segment_frame(frame_pixels(pixels, size=self.size))

    def segment_frame(self, frame: Frame) -> Lungs:
        """Segment the lungs of a framed radiograph.

        Parameters
        ----------
        frame : Frame
            A frame of any size.

        Returns
        -------
        Lungs
            Each lung is the largest connected part, its holes filled.
        """
        logits = self.draw(frame)
        right, left = (
            _keep_largest(lung) for lung in (logits[0] > np.maximum(logits[1], 0), logits[1] > np.maximum(logits[0], 0))
        )
        return Lungs(right, left, frame.box)

    def draw(self, frame: Frame) -> npt.NDArray[np.float32]:
        """Return the logits of the right and the left lung, shape (2, size, size), float32."""
        pixels = frame.pixels
        if pixels.shape != (self.size, self.size):
            pixels = np.array(Image.fromarray(pixels).resize((self.size, self.size), Image.Resampling.BILINEAR))
        grey = torch.from_numpy(2 * pixels - np.float32(1))[None, None]
        with torch.inference_mode():
            logits: npt.NDArray[np.float32] = self.network(grey.contiguous(memory_format=torch.channels_last))[
                0
            ].numpy()
        return logits


def _keep_largest(mask: Mask) -> Mask:
    parts, number = ndimage.label(mask)
    if number > 1:
        mask = parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
    return np.asarray(ndimage.binary_fill_holes(mask), dtype=np.bool_)


__all__ = ["FOLDER", "LungSegmenter"]
