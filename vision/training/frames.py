"""Frames and measurements of many cases, for training and calibration."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from thoracite.settings import Settings
from thoracite.vision.image import Pixels, read_radiograph
from thoracite.vision.mini.crops import crop_radiograph
from thoracite.vision.mini.framing import frame_pixels
from thoracite.vision.mini.lungs import Mask
from thoracite.vision.mini.region import FINE
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.mini.signs.learned import number_zones
from thoracite.vision.mini.signs.listed import name_values, read_signs
from thoracite.vision.mini.signs.values import measure_both
from thoracite.vision.training.cases import Case
from thoracite.vision.training.loop import cache_array

_LOG = logging.getLogger(__name__)

MEASURED = name_values([sign for sign in read_signs() if sign.kind == "measured"])
"""Names of the values of measured signs, in order."""

Item = TypeVar("Item")
Result = TypeVar("Result")

FEW = 64
"""Items from which on other processes are started."""

TOLD = 1000
"""Items between two lines of the log."""

_TURN, _CUT = 3.0, 0.06


class Prepared(NamedTuple):
    """What the training takes from many radiographs.

    Parameters
    ----------
    frames : ndarray, shape (cases, 2, 160, 160), uint8
        Both crops, whole and chest, of each.
    measures : ndarray, shape (cases, measures), float64
        NaN where nothing may be measured.
    signs : ndarray, shape (cases, measured), float64
        Values of the measured signs, in the order of :data:`MEASURED`; NaN where one may not be measured.
    zones : ndarray, shape (cases, 56, 56), uint8
        Numbers of the lungs' zones on the frame of the whole.
    boxes : ndarray, shape (cases, 2, 4), float64
        x0, y0, x1, y1 of both crops, as shares of width and height.
    """

    frames: npt.NDArray[np.uint8]
    measures: npt.NDArray[np.float64]
    signs: npt.NDArray[np.float64]
    zones: npt.NDArray[np.uint8]
    boxes: npt.NDArray[np.float64]


def prepare_cases(cases: Sequence[Case], folder: Path) -> Prepared:
    """Crop and measure cases on all cores; the arrays are cached in files of a folder.

    Parameters
    ----------
    cases : sequence of Case
        The images.
    folder : Path
        An existing folder.
    """
    paths = [folder / f"{name}.npy" for name in Prepared._fields]
    if not all(path.is_file() for path in paths):
        read = list(map_cores(_prepare_one, [case.path for case in cases], told="radiographs cropped and measured"))
        for path, values in zip(paths, zip(*read, strict=True), strict=True):
            cache_array(path, lambda values=values: np.stack(values))  # type: ignore[misc]
    return Prepared(*map(np.load, paths))


def measure_again(cases: Sequence[Case], folder: Path) -> npt.NDArray[np.float64]:
    """Measure signs of cases a little turned and cropped, cached in a file of the folder; shape (cases, measured)."""

    def measure() -> npt.NDArray[np.float64]:
        return np.stack(list(map_cores(_measure_jolted, [case.path for case in cases], told="measured again")))

    return cache_array(folder / "signs_again.npy", measure)


def read_crops(paths: Sequence[Path]) -> npt.NDArray[np.uint8]:
    """Read the two crops, whole and chest, of each file, on all cores; shape (files, 2, 160, 160), uint8."""
    return np.stack(list(map_cores(_crop_one, paths, told="radiographs cropped")))


def map_cores(one: Callable[[Item], Result], items: Sequence[Item], *, told: str) -> Iterator[Result]:
    """Apply a function of a module to many items, in their order, with one process a core.

    Parameters
    ----------
    one : callable
        Takes one item.
    items : sequence
        What it is applied to; few of them stay in this process.
    told : str
        What has been done, for the log.
    """
    if len(items) < FEW:
        yield from map(one, items)
        return
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for number, result in enumerate(pool.map(one, items, chunksize=16), 1):
            if number % TOLD == 0:
                _LOG.info("%d of %d %s", number, len(items), told)
            yield result


def prepare_pixels(pixels: Pixels) -> Prepared:
    """Crop and measure one radiograph; the arrays lack the first axis."""
    crops = crop_radiograph(pixels, _load_segmenter())
    measures, measured = measure_both(crops)
    height, width = pixels.shape
    boxes = np.array([crops.whole.box, crops.chest.box]) / (width, height, width, height)
    return Prepared(
        crops.lay_frames(),
        measures,
        np.array([measured[name].value for name in MEASURED]),
        number_zones(crops.anatomy.lungs, FINE),
        boxes,
    )


def _prepare_one(path: Path) -> Prepared:
    return prepare_pixels(read_radiograph(path, settings=Settings.read()).pixels)


def _crop_one(path: Path) -> npt.NDArray[np.uint8]:
    pixels = read_radiograph(path, settings=Settings.read()).pixels
    return crop_radiograph(pixels, _load_segmenter()).lay_frames()


def _measure_jolted(path: Path) -> npt.NDArray[np.float64]:
    pixels = read_radiograph(path, settings=Settings.read()).pixels
    return prepare_pixels(jolt_pixels(pixels, seed=sum(path.name.encode()))).signs


@cache
def _load_segmenter() -> ChestSegmenter:
    return ChestSegmenter.load()


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


__all__ = [
    "MEASURED",
    "Prepared",
    "frame_drawn",
    "jolt_pixels",
    "map_cores",
    "measure_again",
    "prepare_cases",
    "prepare_pixels",
    "read_crops",
]
