"""Frames and measurements of many cases, for training and calibration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from thoracite.settings import Settings
from thoracite.vision.image import Pixels, read_radiograph
from thoracite.vision.mini.crops import SIDE, crop_radiograph
from thoracite.vision.mini.framing import frame_pixels
from thoracite.vision.mini.lungs import Mask
from thoracite.vision.mini.measures import MEASURES, measure_chest
from thoracite.vision.mini.segmenter import LungSegmenter
from thoracite.vision.training.cases import Case

_TURN, _CUT = 3.0, 0.06


def read_crops(cases: Sequence[Case], *, settings: Settings) -> npt.NDArray[np.uint8]:
    """Read the two crops, whole and chest, of each case.

    Returns
    -------
    ndarray, shape (cases, 2, 256, 256), uint8
    """
    segmenter, frames = LungSegmenter.load(), np.empty((len(cases), 2, SIDE, SIDE), dtype=np.uint8)
    for row, case in enumerate(cases):
        frames[row] = crop_radiograph(read_radiograph(case.path, settings=settings).pixels, segmenter).lay_frames()
    return frames


def measure_cases(cases: Sequence[Case], *, settings: Settings) -> npt.NDArray[np.float64]:
    """Measure each case, and again turned and cropped a little; shape (cases, 2, measures)."""
    segmenter, measured = LungSegmenter.load(), np.empty((len(cases), 2, len(MEASURES)))
    for row, case in enumerate(cases):
        pixels = read_radiograph(case.path, settings=settings).pixels
        for number, shown in enumerate((pixels, jolt_pixels(pixels, seed=row))):
            crops = crop_radiograph(shown, segmenter)
            measured[row, number] = measure_chest(crops.whole, crops.lungs)
    return measured


def frame_drawn(pixels: Pixels, masks: Sequence[Mask], *, size: int) -> npt.NDArray[np.uint8]:
    """Frame a radiograph with what is drawn on it.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        The radiograph.
    masks : sequence of ndarray, bool
        Drawn parts of the whole image, of its shape or of another size.
    size : int
        Side of the frame, in pixels.

    Returns
    -------
    ndarray, shape (1 + masks, size, size), uint8
        Intensity, then the parts, each from 0 to 255.
    """
    frame = frame_pixels(pixels, size=size)
    height, width = pixels.shape
    layers = [np.rint(frame.pixels * 255).astype(np.uint8)]
    for mask in masks:
        drawn = Image.fromarray(mask.astype(np.uint8) * 255).resize((width, height))
        layers.append(np.array(drawn.crop(frame.box).resize((size, size), Image.Resampling.BILINEAR)))
    return np.stack(layers)


def jolt_pixels(pixels: Pixels, *, seed: int) -> Pixels:
    """Turn a radiograph by up to 3° and crop up to 6 % of width and height, as in another exposure.

    Parameters
    ----------
    pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
        Pixels of a radiograph.
    seed : int
        Seed of angle and edges.

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


__all__ = ["frame_drawn", "jolt_pixels", "measure_cases", "read_crops"]
