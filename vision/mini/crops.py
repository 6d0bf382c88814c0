"""What the bundled encoder sees of a radiograph: the whole of it, and the chest alone.

The chest is cut out round the lungs, square and undistorted, so that it looks the same however much of neck, arms and
abdomen was exposed; the whole shows what lies beyond, and does not depend on the lungs being found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from thoracite.settings import Settings
from thoracite.vision.image import Pixels, read_radiograph
from thoracite.vision.mini.framing import Frame, frame_box, frame_pixels
from thoracite.vision.mini.lungs import Lungs
from thoracite.vision.mini.measures import MEASURES, measure_chest
from thoracite.vision.mini.segmenter import LungSegmenter
from thoracite.vision.training.cases import Case

SIDE = 256
"""Side of both frames, in pixels; the network sees them smaller, and in training crops of them."""

_TURN, _CUT = 3.0, 0.06


class Views(NamedTuple):
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
        return np.rint([view.pixels * 255 for view in (self.whole, self.chest)]).astype(np.uint8)


def view_radiograph(pixels: Pixels, segmenter: LungSegmenter) -> Views:
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
    return Views(Frame(whole.pixels, box), Frame(chest.pixels, square), lungs._replace(box=box))


def _reduce(pixels: Pixels, times: int) -> Pixels:
    """Mean of blocks; a rest at the lower and right border is left out, so that no box reaches beyond."""
    height, width = (side // times * times for side in pixels.shape)
    return np.asarray(Image.fromarray(pixels[:height, :width]).reduce(times))


def _enlarge(box: tuple[int, int, int, int], times: int) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = box
    return x0 * times, y0 * times, x1 * times, y1 * times


def read_views(cases: Sequence[Case], *, settings: Settings) -> npt.NDArray[np.uint8]:
    """Whole and chest of each case.

    Returns
    -------
    ndarray, shape (cases, 2, 256, 256), uint8
    """
    segmenter, frames = LungSegmenter.load(), np.empty((len(cases), 2, SIDE, SIDE), dtype=np.uint8)
    for row, case in enumerate(cases):
        frames[row] = view_radiograph(read_radiograph(case.path, settings=settings).pixels, segmenter).lay_frames()
    return frames


def measure_cases(cases: Sequence[Case], *, settings: Settings) -> npt.NDArray[np.float64]:
    """Measurements of each case, and again after it was turned and cropped a little; shape (cases, 2, measures)."""
    segmenter, measured = LungSegmenter.load(), np.empty((len(cases), 2, len(MEASURES)))
    for row, case in enumerate(cases):
        pixels = read_radiograph(case.path, settings=settings).pixels
        for number, shown in enumerate((pixels, jolt_pixels(pixels, seed=row))):
            views = view_radiograph(shown, segmenter)
            measured[row, number] = measure_chest(views.whole, views.lungs)
    return measured


def jolt_pixels(pixels: Pixels, *, seed: int) -> Pixels:
    """Turned by up to 3° and cropped by up to 6 % of width and height, as another exposure might be.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Of a radiograph.
    seed : int
        Of the turn and the edges.

    Examples
    --------
    >>> jolt_pixels(np.ones((200, 100), dtype=np.float32), seed=0).shape
    (197, 98)
    """
    random = np.random.default_rng(seed)
    turned = Image.fromarray(pixels).rotate(random.uniform(-_TURN, _TURN), Image.Resampling.BILINEAR)
    height, width = pixels.shape
    cut, left, top = random.uniform(0, _CUT), *random.uniform(0, 1, 2)
    x0, y0 = round(cut * left * width), round(cut * top * height)
    box = (x0, y0, x0 + round((1 - cut) * width), y0 + round((1 - cut) * height))
    return np.asarray(turned.crop(box))


__all__ = ["SIDE", "Views", "jolt_pixels", "measure_cases", "read_views", "view_radiograph"]
