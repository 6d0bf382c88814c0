"""Suite ``chest``: the segmenter of lungs and heart on unseen chests, and what its measurements are worth.

Masks are compared with drawn ones by the Dice coefficient; the baseline is the mean mask of the training chests, laid
onto each frame without looking at it. The cardiothoracic ratio is compared with that of the drawn masks, and tells
cardiomegaly on locked patients of ChestX-ray14. Spoilt images show whether masks that mean nothing are called invalid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from thoracite.evaluation.patients import find_auroc, measure_drawn, summarise
from thoracite.evaluation.suite import Row, Suite
from thoracite.settings import Settings
from thoracite.vision.image import Pixels, read_radiograph
from thoracite.vision.mini.anatomy import Anatomy, Heart, measure_ratio
from thoracite.vision.mini.crops import Crops, crop_radiograph
from thoracite.vision.mini.lungs import Lungs, Mask
from thoracite.vision.mini.segmenter import FOLDER, ChestSegmenter
from thoracite.vision.mini.validity import judge_anatomy
from thoracite.vision.training.cases import Case, read_cases
from thoracite.vision.training.chest_cases import ChestCase, read_chest_cases, read_chest_frames, read_masks

SYSTEM, BASELINE = "thoracite-chest", "mean mask of the training chests"

KEPT_ABOVE = 0.65
"""Share of the height that is left where the bases are cropped."""

_MEAN_SIZE = 128
_LABEL = "Cardiomegaly"


class Compared(NamedTuple):
    """One chest that was kept back.

    Parameters
    ----------
    case : ChestCase
        The case.
    dice : dict of str to dict of str to float
        By system, then by part.
    ratios : tuple of float
        Cardiothoracic ratio of the drawn masks and of the segmenter's; NaN where it cannot be measured.
    """

    case: ChestCase
    dice: dict[str, dict[str, float]]
    ratios: tuple[float, float]


def run_chest(data: Path, *, folder: Path = FOLDER) -> Suite:
    """Measure a trained segmenter.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr``.
    folder : Path
        Folder of the model; the bundled one unless given.

    Raises
    ------
    InputError
        If the data are not there.
    """
    segmenter, cxr = ChestSegmenter.load(folder), data / "cxr"
    kept = read_chest_cases(cxr, kept=True)
    compared = compare_chests(segmenter, kept, draw_mean(cxr))
    locked = [case for case in read_cases(cxr, "nih_lowres") if case.locked and case.side >= _MEAN_SIZE]
    normal = [case for case in read_cases(cxr, "rsna_normal") if case.locked]
    rows = [*summarise_chests(compared), *measure_cardiomegaly(segmenter, locked)]
    rows += measure_validity(segmenter, [case.path for case in kept], normal)
    described = (
        f"{len(kept)} chests with drawn hearts that were kept back; {len(locked)} images of "
        f"{len({case.group for case in locked})} locked patients of ChestX-ray14"
    )
    return Suite(suite="chest", data=described, n=len(kept), rows=tuple(rows))


def compare_chests(segmenter: ChestSegmenter, cases: list[ChestCase], mean: Anatomy) -> list[Compared]:
    """Segment chests and compare the masks with the drawn ones."""
    compared = []
    for case in cases:
        pixels, drawn = read_radiograph(case.path, settings=Settings.read()).pixels, read_masks(case)
        found = segmenter.segment(pixels)
        box = found.lungs.box
        laid = Anatomy(mean.lungs._replace(box=box), mean.heart._replace(box=box))
        dice = {SYSTEM: rate_anatomy(found, drawn), BASELINE: rate_anatomy(laid, drawn)}
        height, width = pixels.shape
        truth = Anatomy(Lungs(drawn[0], drawn[1], (0, 0, width, height)), Heart(drawn[2], (0, 0, width, height)))
        compared.append(Compared(case, dice, (_find_ratio(truth), _find_ratio(found))))
    return compared


def rate_anatomy(anatomy: Anatomy, drawn: tuple[Mask, ...]) -> dict[str, float]:
    """Return the Dice of both lungs, of each, and of the heart."""
    shape = (drawn[0].shape[0], drawn[0].shape[1])
    lungs, heart = anatomy
    right, left, shadow = (draw_mask(mask, lungs.box, shape) for mask in (lungs.right, lungs.left, heart.mask))
    return {
        "both lungs": find_dice(right | left, drawn[0] | drawn[1]),
        "the right lung": find_dice(right, drawn[0]),
        "the left lung": find_dice(left, drawn[1]),
        "the heart": find_dice(shadow, drawn[2]),
    }


def summarise_chests(compared: list[Compared]) -> list[Row]:
    """Return the rows of Dice coefficients and of the ratio's error."""
    groups = [one.case.group for one in compared]
    rows = [
        summarise(system, f"Dice of {part}", [one.dice[system][part] for one in compared], groups)
        for system in compared[0].dice
        for part in compared[0].dice[system]
    ]
    pairs = [(one.case.group, *one.ratios) for one in compared if not np.isnan(one.ratios).any()]
    drawn, found = (np.array([pair[place] for pair in pairs]) for place in (1, 2))
    named = [pair[0] for pair in pairs]
    rows.append(summarise(SYSTEM, "error of the cardiothoracic ratio, mean", list(np.abs(found - drawn)), named))
    always = np.abs(np.median(drawn) - drawn)
    rows.append(summarise("always the median", "error of the cardiothoracic ratio, mean", list(always), named))
    rows.append(
        Row(system=SYSTEM, metric="correlation of ratios", value=float(np.corrcoef(drawn, found)[0, 1]), n=len(named))
    )
    return rows


def measure_cardiomegaly(segmenter: ChestSegmenter, cases: list[Case]) -> list[Row]:
    """Measure how well the ratio alone tells the label "Cardiomegaly", and its median without the label, by view."""
    measured = [(case, _find_ratio(segmenter.segment(_read(case.path)))) for case in cases]
    measured = [(case, ratio) for case, ratio in measured if not np.isnan(ratio)]
    rows = []
    for view in ("", "PA", "AP"):
        inside = [(case, ratio) for case, ratio in measured if not view or case.view == view]
        if any(_LABEL in case.labels for case, _ in inside):
            metric = f"AUROC of the ratio for cardiomegaly, {view or 'all'} (locked)"
            rows.append(_rate_groups(metric, inside))
        without = [ratio for case, ratio in inside if _LABEL not in case.labels]
        metric = f"median ratio without the label, {view or 'all'} (locked)"
        rows.append(Row(system=SYSTEM, metric=metric, value=float(np.median(without)), n=len(without)))
    return rows


def _rate_groups(metric: str, inside: list[tuple[Case, float]]) -> Row:
    scores = np.array([ratio for _, ratio in inside])
    targets = np.array([_LABEL in case.labels for case, _ in inside])
    groups = [case.group for case, _ in inside]
    return measure_drawn(SYSTEM, metric, lambda drawn: find_auroc(scores[drawn], targets[drawn]), groups)


def measure_validity(segmenter: ChestSegmenter, chests: list[Path], normal: list[Case]) -> list[Row]:
    """Measure which share of good masks and of spoilt ones is called invalid."""
    good = {"chests kept back": chests, "normal films (RSNA, locked)": [case.path for case in normal]}
    rows = []
    for name, paths in good.items():
        flags = [float(bool(judge(segmenter, _read(path)))) for path in paths]
        rows.append(summarise(SYSTEM, f"called invalid: {name}", flags, [str(path) for path in paths]))
    everything: list[float] = []
    for name, spoilt in SPOILS.items():
        flags = [float(bool(spoilt(segmenter, _read(path)).faults)) for path in chests]
        rows.append(summarise(SYSTEM, f"called invalid: {name}", flags, [str(path) for path in chests]))
        everything += flags
    groups = [str(path) for path in chests] * len(SPOILS)
    rows.append(summarise(SYSTEM, "called invalid: all spoilt", everything, groups))
    return rows


def judge(segmenter: ChestSegmenter, pixels: Pixels) -> tuple[str, ...]:
    """Segment an image and return why its masks are invalid."""
    return crop_radiograph(pixels, segmenter).faults


def _crop(segmenter: ChestSegmenter, pixels: Pixels) -> Crops:
    return crop_radiograph(pixels[:, round(0.25 * pixels.shape[1]) :], segmenter)


def _crop_base(segmenter: ChestSegmenter, pixels: Pixels) -> Crops:
    return crop_radiograph(pixels[: round(KEPT_ABOVE * pixels.shape[0])], segmenter)


def _turn(segmenter: ChestSegmenter, pixels: Pixels) -> Crops:
    turned = np.asarray(Image.fromarray(pixels).rotate(20, Image.Resampling.BILINEAR))
    return crop_radiograph(turned, segmenter)


def _whiten(segmenter: ChestSegmenter, pixels: Pixels) -> Crops:
    lungs = segmenter.segment(pixels).lungs
    white = draw_mask(lungs.left, lungs.box, (pixels.shape[0], pixels.shape[1]))
    level = float(np.percentile(pixels, 90))
    return crop_radiograph(np.where(white, np.float32(level), pixels), segmenter)


def _shift(segmenter: ChestSegmenter, pixels: Pixels) -> Crops:
    crops = crop_radiograph(pixels, segmenter)
    lungs, heart = crops.anatomy
    cells = round(0.1 * heart.mask.shape[1])
    right, left, shadow = (np.roll(mask, cells, axis=1) for mask in (lungs.right, lungs.left, heart.mask))
    moved = Anatomy(Lungs(right, left, lungs.box), Heart(shadow, heart.box))
    return crops._replace(anatomy=moved, faults=judge_anatomy(crops.whole, moved, segmenter.limits))


SPOILS: Mapping[str, Callable[[ChestSegmenter, Pixels], Crops]] = {
    "a side cropped": _crop,
    "the bases cropped": _crop_base,
    "turned by 20°": _turn,
    "the left lung whitened": _whiten,
    "masks shifted by a tenth": _shift,
}
"""Ways to spoil an image or its masks; each returns the crops of what it spoilt."""


def draw_mean(folder: Path) -> Anatomy:
    """Draw the area of at least half of the training chests' parts, in shares of a frame."""
    frames = read_chest_frames(read_chest_cases(folder, kept=False), size=_MEAN_SIZE, settings=Settings.read())
    right, left, heart = frames[:, 1:].mean(axis=0) > 127
    box = (0, 0, _MEAN_SIZE, _MEAN_SIZE)
    return Anatomy(Lungs(right, left, box), Heart(heart, box))


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


def _find_ratio(anatomy: Anatomy) -> float:
    ratio = measure_ratio(anatomy)
    return float("nan") if ratio is None else ratio.value


def _read(path: Path) -> Pixels:
    return read_radiograph(path, settings=Settings.read()).pixels


__all__ = [
    "BASELINE",
    "KEPT_ABOVE",
    "SPOILS",
    "SYSTEM",
    "Compared",
    "compare_chests",
    "draw_mask",
    "draw_mean",
    "find_dice",
    "judge",
    "measure_cardiomegaly",
    "measure_validity",
    "rate_anatomy",
    "run_chest",
    "summarise_chests",
]
