"""The two crops that the bundled encoder takes of a radiograph: the whole, and the chest alone.

The chest is a square round the lungs, undistorted, so that it looks the same however much of neck, arms and
abdomen was exposed; the whole shows the rest, and does not depend on the lungs being found. Every radiograph is first
shrunk to the size of the smallest ones of the training.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.vision.image import Pixels
from thoracite.vision.mini.anatomy import Anatomy
from thoracite.vision.mini.framing import Frame, frame_box, frame_pixels, scale_box, shrink_pixels
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.mini.validity import judge_anatomy

SIDE = 160
"""Side of both frames, in pixels; as large as the network's input."""


class Crops(NamedTuple):
    """The crops of one radiograph.

    Parameters
    ----------
    whole : Frame
        The image without its borders, resized to a square.
    chest : Frame
        A square round the lungs; equal to ``whole`` where none were found.
    anatomy : Anatomy
        Lungs and heart, drawn on ``whole``.
    faults : tuple of str
        Reasons why nothing may be measured on the masks; empty where it may.
    """

    whole: Frame
    chest: Frame
    anatomy: Anatomy
    faults: tuple[str, ...] = ()

    def lay_frames(self) -> npt.NDArray[np.uint8]:
        """Return both frames, shape (2, 160, 160), uint8, as stored for training."""
        return np.rint([crop.pixels * 255 for crop in (self.whole, self.chest)]).astype(np.uint8)


def crop_radiograph(pixels: Pixels, segmenter: ChestSegmenter) -> Crops:
    """Shrink, frame the whole, draw lungs and heart in it, and frame a square round the lungs.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Air dark, bone bright.
    segmenter : ChestSegmenter
        Draws lungs and heart.
    """
    small = shrink_pixels(pixels)
    whole = frame_pixels(small, size=SIDE)
    lungs, heart = segmenter.segment_frame(whole)
    faults = judge_anatomy(whole, Anatomy(lungs, heart), segmenter.limits)
    chest = frame_box(small, lungs.find_square(), size=SIDE) if lungs.found else whole
    box, square = (scale_box(frame.box, small.shape, pixels.shape) for frame in (whole, chest))
    anatomy = Anatomy(lungs._replace(box=box), heart._replace(box=box))
    return Crops(Frame(whole.pixels, box), Frame(chest.pixels, square), anatomy, faults)


__all__ = ["SIDE", "Crops", "crop_radiograph"]
