"""The two crops that the bundled encoder takes of a radiograph: the whole, and the chest alone.

The chest is a square round the lungs, undistorted, so that it looks the same however much of neck, arms and
abdomen was exposed; the whole shows the rest, and does not depend on the lungs being found.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from thoracite.vision.image import Pixels
from thoracite.vision.mini.framing import Frame, frame_box, frame_pixels
from thoracite.vision.mini.lungs import Lungs
from thoracite.vision.mini.segmenter import LungSegmenter

SIDE = 256
"""Side of both frames, in pixels; the network gets smaller ones, and crops of them in training."""


class Crops(NamedTuple):
    """The crops of one radiograph.

    Parameters
    ----------
    whole : Frame
        The image without its borders, resized to a square.
    chest : Frame
        A square round the lungs; equal to ``whole`` where none were found.
    lungs : Lungs
        Drawn on ``whole``.
    """

    whole: Frame
    chest: Frame
    lungs: Lungs

    def lay_frames(self) -> npt.NDArray[np.uint8]:
        """Return both frames, shape (2, 256, 256), uint8, as stored for training."""
        return np.rint([crop.pixels * 255 for crop in (self.whole, self.chest)]).astype(np.uint8)


def crop_radiograph(pixels: Pixels, segmenter: LungSegmenter) -> Crops:
    """Frame the whole, draw the lungs in it, and frame a square round them.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Air dark, bone bright. Images far larger than the frames are first reduced by a whole number, to save time.
    segmenter : LungSegmenter
        Draws the lungs.
    """
    times = max(min(pixels.shape) // (2 * SIDE), 1)
    small = _reduce(pixels, times) if times > 1 else pixels
    whole = frame_pixels(small, size=SIDE)
    lungs = segmenter.segment_frame(whole)
    chest = frame_box(small, lungs.find_square(), size=SIDE) if lungs.found else whole
    box, square = (_enlarge(frame.box, times) for frame in (whole, chest))
    return Crops(Frame(whole.pixels, box), Frame(chest.pixels, square), lungs._replace(box=box))


def _reduce(pixels: Pixels, times: int) -> Pixels:
    """Average over blocks; a rest at the lower and right border is dropped, so that no box reaches beyond."""
    height, width = (side // times * times for side in pixels.shape)
    return np.asarray(Image.fromarray(pixels[:height, :width]).reduce(times))


def _enlarge(box: tuple[int, int, int, int], times: int) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = box
    return x0 * times, y0 * times, x1 * times, y1 * times


__all__ = ["SIDE", "Crops", "crop_radiograph"]
