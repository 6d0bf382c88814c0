"""Lungs of the segmenter compared with drawn lungs, on patients outside its training.

The Dice coefficient is twice the overlap of two masks over the sum of their areas, at the size of the image. The
first baseline is the mean mask of the training part, laid onto the frame of every image without looking at it. The
second is the ellipses that replace lungs where none are found.

References
----------
Dice LR. Measures of the amount of ecologic association between species. Ecology 1945. doi:10.2307/1932409
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from thoracite.evaluation.patients import summarise
from thoracite.evaluation.suite import Row
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.framing import frame_pixels
from thoracite.vision.mini.lungs import Lungs, Mask, draw_ellipses
from thoracite.vision.mini.segmenter import LungSegmenter
from thoracite.vision.training.lung_cases import ELSEWHERE, LungCase, read_lung_cases, read_lung_frames, read_lungs

SYSTEM = "thoracite-lungs"
BASELINES = ("mean mask of the training part", "ellipses")

LEAST = 0.95
"""Least Dice of the lungs that counts as reached."""

_MEAN_SIZE = 128


class Drawn(NamedTuple):
    """One image: its case, and the Dice of each system.

    Parameters
    ----------
    case : LungCase
        The case.
    dice : dict of str to tuple of float
        Dice of both lungs as one, of the right and of the left one; by system.
    """

    case: LungCase
    dice: dict[str, tuple[float, float, float]]


def measure_lungs(folder: Path, split: str = "test") -> list[Row]:
    """Measure the Dice of a part: of all its images, by view and by side; and of the part from another hospital.

    Parameters
    ----------
    folder : Path
        Holds ``manifest.csv``, the images and the archive of masks.
    split : str
        ``test``; ``val`` served to choose settings.

    Raises
    ------
    InputError
        If the data are not there.
    """
    rows = summarise_lungs(compare_lungs(folder, split))
    elsewhere = compare_lungs(folder, ELSEWHERE)
    for system in elsewhere[0].dice:
        rows.append(
            _row(system, "Dice of the lungs, another hospital, PA", [o.dice[system][0] for o in elsewhere], elsewhere)
        )
    return rows


def compare_lungs(folder: Path, split: str) -> list[Drawn]:
    """Segment the lungs of a part and compare them with the drawn ones."""
    segmenter, mean = LungSegmenter.load(), draw_mean_lungs(folder)
    compared = []
    for case in read_lung_cases(folder, split):
        pixels = read_radiograph(case.path, settings=Settings.read()).pixels
        frame = frame_pixels(pixels, size=segmenter.size)
        systems = (SYSTEM, *BASELINES)
        lungs = (segmenter.segment_frame(frame), mean._replace(box=frame.box), draw_ellipses(frame.box))
        truth = read_lungs(case, shape=(pixels.shape[0], pixels.shape[1]))
        dice = {system: rate_lungs(one, truth) for system, one in zip(systems, lungs, strict=True)}
        compared.append(Drawn(case, dice))
    return compared


def summarise_lungs(compared: list[Drawn]) -> list[Row]:
    """Return rows of figures: all images, views, sides, and how many reach the least Dice."""
    parts = {"Dice of the lungs": compared}
    for view in sorted({one.case.view for one in compared}):
        parts[f"Dice of the lungs, {view}"] = [one for one in compared if one.case.view == view]
    rows = []
    for metric, members in parts.items():
        for system in members[0].dice:
            rows.append(_row(system, metric, [one.dice[system][0] for one in members], members))
    for place, side in enumerate(("right", "left"), 1):
        for system in compared[0].dice:
            rows.append(
                _row(system, f"Dice of the {side} lung", [one.dice[system][place] for one in compared], compared)
            )
    reached = [one.dice[SYSTEM][0] >= LEAST for one in compared]
    lowest = min(one.dice[SYSTEM][0] for one in compared)
    rows.append(_row(SYSTEM, f"images with a Dice of at least {LEAST}", reached, compared))
    rows.append(Row(system=SYSTEM, metric="lowest Dice of the lungs", value=lowest, n=len(compared)))
    return rows


def rate_lungs(lungs: Lungs, truth: tuple[Mask, Mask]) -> tuple[float, float, float]:
    """Return the Dice of both lungs as one, of the right and of the left one.

    Parameters
    ----------
    lungs : Lungs
        On any grid.
    truth : tuple of ndarray, shape (height, width), bool
        The patient's right and left lung, at the image's size.
    """
    shape = (truth[0].shape[0], truth[0].shape[1])
    right, left = (draw_mask(mask, lungs.box, shape) for mask in (lungs.right, lungs.left))
    return find_dice(right | left, truth[0] | truth[1]), find_dice(right, truth[0]), find_dice(left, truth[1])


def find_dice(one: Mask, other: Mask) -> float:
    """Return twice the overlap of two masks over the sum of their areas; 1 where both are empty.

    Examples
    --------
    >>> find_dice(np.array([True, True, False]), np.array([False, True, False]))
    0.6666666666666666
    """
    held = int(one.sum()) + int(other.sum())
    return 2 * int((one & other).sum()) / held if held else 1.0


def draw_mask(mask: Mask, box: tuple[int, int, int, int], shape: tuple[int, int]) -> Mask:
    """Resample a mask of a frame to the image's size: linear between cells, False outside the frame."""
    drawn = np.zeros(shape, dtype=np.bool_)
    x0, y0, x1, y1 = box
    inner = Image.fromarray(mask.astype(np.float32)).resize((x1 - x0, y1 - y0), Image.Resampling.BILINEAR)
    drawn[y0:y1, x0:x1] = np.asarray(inner) > 0.5
    return drawn


def draw_mean_lungs(folder: Path) -> Lungs:
    """Draw the area of at least half of the training part's lungs, in shares of a frame."""
    frames = read_lung_frames(read_lung_cases(folder, "train"), size=_MEAN_SIZE, settings=Settings.read())
    mean: npt.NDArray[np.float64] = frames[:, 1:].mean(axis=0) / 255
    return Lungs(mean[0] > 0.5, mean[1] > 0.5, (0, 0, _MEAN_SIZE, _MEAN_SIZE))


def _row(system: str, metric: str, values: list[float] | list[bool], members: list[Drawn]) -> Row:
    return summarise(system, metric, values, [one.case.group for one in members])


__all__ = [
    "BASELINES",
    "LEAST",
    "SYSTEM",
    "Drawn",
    "compare_lungs",
    "draw_mask",
    "draw_mean_lungs",
    "find_dice",
    "measure_lungs",
    "rate_lungs",
    "summarise_lungs",
]
