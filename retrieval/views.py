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

from thoracite.retrieval.framing import Frame, frame_box, frame_pixels
from thoracite.retrieval.image import Pixels, read_radiograph
from thoracite.retrieval.lungs import Lungs
from thoracite.retrieval.measures import MEASURES, measure_chest
from thoracite.retrieval.segmenter import LungSegmenter
from thoracite.retrieval.training_cases import Case
from thoracite.settings import Settings

SIDE = 256
"""Side of both frames, in pixels; the network sees them smaller, and in training crops of them."""


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
        views = view_radiograph(read_radiograph(case.path, settings=settings).pixels, segmenter)
        frames[row] = [np.rint(view.pixels * 255) for view in (views.whole, views.chest)]
    return frames


def measure_cases(cases: Sequence[Case], *, settings: Settings) -> npt.NDArray[np.float64]:
    """Measurements of each case, shape (cases, measures)."""
    segmenter, measured = LungSegmenter.load(), np.empty((len(cases), len(MEASURES)))
    for row, case in enumerate(cases):
        views = view_radiograph(read_radiograph(case.path, settings=settings).pixels, segmenter)
        measured[row] = measure_chest(views.whole, views.lungs)
    return measured


__all__ = ["SIDE", "Views", "measure_cases", "read_views", "view_radiograph"]
