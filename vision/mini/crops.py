"""What the bundled encoder sees of a radiograph: the whole of it, and the chest alone.

The chest is cut out round the lungs, square and undistorted, so that it looks the same however much of neck, arms and
abdomen was exposed; the whole shows what lies beyond, and does not depend on the lungs being found.
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
"""Side of both frames, in pixels; the network sees them smaller, and in training crops of them."""


class Crops(NamedTuple):
    """One radiograph made ready.

    Parameters
    ----------
    whole : Frame
        All of it but borders, squashed to a square.
    chest : Frame
        A square round the lungs; the whole where none were found.
    lungs : Lungs
        Drawn in the whole.
    """

    whole: Frame
    chest: Frame
    lungs: Lungs

    def lay_frames(self) -> npt.NDArray[np.uint8]:
        """Both frames, shape (2, 256, 256), uint8, as they are kept for training."""
        return np.rint([crop.pixels * 255 for crop in (self.whole, self.chest)]).astype(np.uint8)


def crop_radiograph(pixels: Pixels, segmenter: LungSegmenter) -> Crops:
    """Frame the whole, draw the lungs in it, and frame what lies round them.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Air dark, bone bright. What is far larger than the frames is first reduced by a whole number, to save time.
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
    """Mean of blocks; a rest at the lower and right border is left out, so that no box reaches beyond."""
    height, width = (side // times * times for side in pixels.shape)
    return np.asarray(Image.fromarray(pixels[:height, :width]).reduce(times))


def _enlarge(box: tuple[int, int, int, int], times: int) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = box
    return x0 * times, y0 * times, x1 * times, y1 * times


__all__ = ["SIDE", "Crops", "crop_radiograph"]
