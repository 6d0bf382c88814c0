"""Signs against drawn truth: the same measure on drawn masks, and boxes that radiologists drew round opacities.

The tolerances of boxes were stated before their figures were seen, those of masks after a first table of them. A
measure of geometry is right if it follows that of the drawn masks (correlation of at least 0.9) with a median error of
at most a tenth of their spread (5th to 95th percentile). A
sign with a place is right if it tells a box there with an AUROC of at least 0.60 and an interval above 0.5, *and*
better than it tells an opacity elsewhere.

Some chests were drawn by another convention, lungs with what lies behind the heart: they are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from thoracite.evaluation.held_out import HeldOut
from thoracite.evaluation.patients import Positions, find_auroc, measure_drawn
from thoracite.evaluation.suite import Row
from thoracite.settings import Settings
from thoracite.vision.image import Pixels, read_radiograph
from thoracite.vision.mini.anatomy import Anatomy, Heart
from thoracite.vision.mini.crops import Crops, crop_radiograph
from thoracite.vision.mini.lungs import ZONES, Lungs, Mask
from thoracite.vision.mini.region import FINE
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.mini.signs.learned import WHOLE_MEASURE, ZONE_MEASURES, number_zones
from thoracite.vision.mini.signs.listed import VIEWS, AskedSign, name_values, read_signs, spread_values
from thoracite.vision.mini.signs.values import measure_signs
from thoracite.vision.mini.signs.weights import Floats, SignScale
from thoracite.vision.training.cases import Case
from thoracite.vision.training.chest_cases import ChestCase, read_chest_cases, read_masks
from thoracite.vision.training.frames import MEASURED, map_cores
from thoracite.vision.training.mix import number_views
from thoracite.vision.training.signs.fit_zones import OPACITY, mark_zones

SYSTEM, MEDIAN, ELSEWHERE = "thoracite-mini", "always the median", "an opacity elsewhere"

FOLLOWS, OFF = 0.9, 0.1
"""Least correlation with the drawn measure, and most median error as a share of its spread."""

GEOMETRY = (
    "cardiothoracic ratio", "heart to the right", "heart to the left", "right costophrenic depth",
    "left costophrenic depth", "deeper costophrenic depth", "right dome above left", "dome above its chord",
    "difference of areas", "height above the domes", "lung area", "mediastinal shift", "upper mediastinal width",
)  # fmt: skip
"""Values that masks alone decide."""

BEHIND = 0.1
"""Most part of a drawn heart that drawn lungs may cover, where the lungs were drawn as far as they are visible."""

RIGHT = 0.60
"""Least AUROC of a sign that is right."""

COVERED = 0.25
"""Least part of a border that boxes cover where an opacity lies at it: a quarter that is lost counts as lost."""

BORDERS = (
    "right heart border edge", "left heart border edge", "aortic knob edge", "retrocardiac density",
    "right diaphragm edge", "left diaphragm edge",
)  # fmt: skip
"""Values whose place is what their drawing shows first."""

ENOUGH = 15
"""Fewest positives, or pairs, that a figure rests on."""


class Marked(NamedTuple):
    """Where the boxes of one image lie.

    Parameters
    ----------
    zones : ndarray, shape (6,), bool
        Zones that hold an opacity.
    borders : ndarray, shape (borders,), float64
        Part of each border of :data:`BORDERS` that boxes cover; NaN where it was not measured.
    """

    zones: npt.NDArray[np.bool_]
    borders: Floats


def measure_drawn_masks(cxr: Path) -> list[Row]:
    """Compare measures on the segmenter's masks with those on drawn ones, on chests that were kept back."""
    compared = [both for case in read_chest_cases(cxr, kept=True) if (both := compare_masks(case)) is not None]
    rows = []
    for name in GEOMETRY:
        pairs = np.array([[one[name], other[name]] for one, other in compared])
        pairs = pairs[~np.isnan(pairs).any(axis=1)]
        if len(pairs) >= ENOUGH:
            rows += rate_pairs(name, pairs)
    return rows


def rate_pairs(name: str, pairs: Floats) -> list[Row]:
    """Return correlation and median error of a value, beside the error of the drawn median.

    Parameters
    ----------
    name : str
        Name of the value.
    pairs : ndarray, shape (chests, 2)
        Measured on the segmenter's masks, and on the drawn ones.

    Examples
    --------
    >>> pairs = np.repeat(np.linspace(0, 1, 20), 2).reshape(-1, 2) + [0.01, 0]
    >>> [round(row.value, 2) for row in rate_pairs("lung area", pairs)]
    [1.0, 0.01, 0.29]
    """
    spread = float(np.ptp(np.percentile(pairs[:, 1], (5, 95))))
    names = [str(number) for number in range(len(pairs))]

    def follow(drawn: Positions) -> float:
        return float(np.asarray(np.corrcoef(pairs[drawn].T))[0, 1])

    def err(drawn: Positions) -> float:
        return float(np.median(np.abs(pairs[drawn, 0] - pairs[drawn, 1]))) / spread

    error = f"median error of {name}, share of the drawn spread"
    always = float(np.median(np.abs(np.median(pairs[:, 1]) - pairs[:, 1]))) / spread
    return [
        measure_drawn(SYSTEM, f"correlation of {name} with the drawn one", follow, names),
        measure_drawn(SYSTEM, error, err, names),
        Row(system=MEDIAN, metric=error, value=always, n=len(pairs)),
    ]


def compare_masks(case: ChestCase) -> tuple[dict[str, float], dict[str, float]] | None:
    """Measure a chest on the segmenter's masks and on the drawn ones; None where the lungs cover the heart."""
    pixels = read_radiograph(case.path, settings=Settings.read()).pixels
    crops = crop_radiograph(pixels, _load_segmenter())
    right, left, heart = (_lay_mask(mask, pixels, crops) for mask in read_masks(case))
    if (heart & (right | left)).sum() > BEHIND * heart.sum():
        return None
    box = crops.whole.box
    drawn = crops._replace(anatomy=Anatomy(Lungs(right, left, box), Heart(heart, box)), faults=())
    one, other = ({n: found.value for n, found in measure_signs(each).items()} for each in (crops, drawn))
    return one, other


def _lay_mask(mask: Mask, pixels: Pixels, crops: Crops) -> Mask:
    """Lay a mask of the whole image onto the frame of the segmenter's masks."""
    height, width = pixels.shape
    image = Image.fromarray(mask.astype(np.uint8) * 255).resize((width, height)).crop(crops.whole.box)
    shape = crops.anatomy.heart.mask.shape
    return np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BILINEAR)) > 127


@cache
def _load_segmenter() -> ChestSegmenter:
    return ChestSegmenter.load()


def measure_boxes(held: HeldOut, scale: SignScale, locked: bool) -> list[Row]:
    """Measure whether each sign with a place tells the boxes there, and opacities elsewhere less."""
    part = held.take(np.flatnonzero([bool(case.reading) and case.locked == locked for case in held.cases]))
    marked = list(map_cores(mark_boxes, part.cases, told="boxes laid on signs"))
    signs, views = read_signs(), number_views(part.cases)
    values = scale.deviate(spread_values(part.values, views, signs), views)
    rows: list[Row] = []
    for label in dict.fromkeys(sign.entity.label for sign in signs):
        drawn = [(n, there) for n, sign in enumerate(signs) if sign.entity.label == label
                 for there in find_truth(sign, part.cases, marked)]  # fmt: skip
        if drawn:
            rows += _rate_places(label, values, drawn, part.cases, "locked" if locked else "folds")
    return rows


def measure_unoutlined(held: HeldOut) -> list[Row]:
    """Measure what is learned of opacities where outlines are valid and where none is, within each view.

    The truth does not rest on outlines: radiologists' readings, and the sixth of the frame that a box's middle lies in.

    Parameters
    ----------
    held : HeldOut
        Readings of images, some of them read by radiologists.
    """
    names = name_values(read_signs())
    blind = np.isnan(held.values[:, np.isin(names, MEASURED)]).all(axis=1)
    rows: list[Row] = []
    for told, wanted in (("outlines valid", ~blind), ("no outline valid", blind)):
        for view in VIEWS:
            read = [bool(case.reading) and not case.locked and case.view == view for case in held.cases]
            part = held.take(np.flatnonzero(wanted & np.array(read)))
            values = part.values[:, [names.index(name) for name in (*ZONE_MEASURES, WHOLE_MEASURE)]]
            opaque = np.array([case.reading == OPACITY for case in part.cases], dtype=bool)
            sixths = np.array([find_sixths(case) for case in part.cases], dtype=bool).reshape(-1, len(ZONE_MEASURES))
            pairs = {
                "an opacity anywhere": (values[:, -1:], opaque[:, None]),
                "a box by zone": (values[:, :-1], sixths),
            }
            for what, (score, truth) in pairs.items():
                rows += _rate_learned(f"AUROC learned signs tell {what}, {view}, {told}", score, truth, part.cases)
    return rows


def find_sixths(case: Case) -> npt.NDArray[np.bool_]:
    """Return which sixths of the frame the middle of a box lies in, shape (6,), in the order of the zones.

    Parameters
    ----------
    case : Case
        Its boxes are shares of width and height; those of opacities count.

    Examples
    --------
    >>> box = (f"{OPACITY} (suspicious for pneumonia)", 0.6, 0.7, 0.8, 0.9)
    >>> find_sixths(Case(Path("a.png"), "nih", "", "a", "PA", frozenset(), OPACITY, (box,))).tolist()
    [False, False, False, False, False, True]
    """
    middles = [((x0 + x1) / 2, (y0 + y1) / 2) for label, x0, y0, x1, y1 in case.boxes if label.startswith(OPACITY)]
    lies = np.zeros(len(ZONE_MEASURES), dtype=bool)
    for x, y in middles:
        lies[3 * (x >= 0.5) + min(int(3 * y), 2)] = True  # the patient's right is on the left
    return lies


def _rate_learned(metric: str, values: Floats, truth: npt.NDArray[np.bool_], cases: Sequence[Case]) -> Iterator[Row]:
    known = ~np.isnan(values)
    score, there = values[known], truth[known]
    groups = np.repeat([case.group for case in cases], values.shape[1]).reshape(values.shape)[known]
    if min(there.sum(), (~there).sum()) >= ENOUGH:
        yield measure_drawn(
            SYSTEM, metric, lambda drawn: find_auroc(score[drawn], there[drawn]), list(groups), n=int(there.sum())
        )


def find_truth(sign: AskedSign, cases: Sequence[Case], marked: Sequence[Marked]) -> Iterator[Floats]:
    """Yield whether an opacity lies at a sign's place in each image: 1, 0 or NaN; nothing for one without a place."""
    zones = np.stack([one.zones for one in marked]).astype(float)
    words = sign.entity.label.split()
    level = next((word for word in words if word in {"upper", "middle", "lower"}), None)
    number = next((n for n, zone in enumerate(ZONES) if (zone.side, zone.level) == (sign.side, level)), None)
    sides = zones.reshape(-1, 2, 3).max(axis=2).sum(axis=1)
    if number is not None:
        yield zones[:, number]
    elif sign.measure == "opacities in several zones":
        yield (zones.sum(axis=1) >= 2).astype(float)
    elif sign.measure == "opacity on one side":
        yield (sides == 1).astype(float)
    elif sign.measure == "lung opacity":
        yield np.array([float(case.reading == OPACITY) for case in cases])
    elif sign.measure in BORDERS:
        covered = np.array([one.borders[BORDERS.index(sign.measure)] for one in marked])
        yield np.where(np.isnan(covered), np.nan, covered >= COVERED)


def _rate_places(
    label: str, values: Floats, drawn: Sequence[tuple[int, Floats]], cases: Sequence[Case], name: str
) -> list[Row]:
    """Return how well a concept tells a box at its place, its sides pooled, and an opacity elsewhere."""
    score = np.concatenate([values[:, number] for number, _ in drawn])
    there = np.concatenate([truth for _, truth in drawn])
    groups = np.array([case.group for case in cases] * len(drawn))
    opaque = np.array([_is_opaque(case, label) for case in cases] * len(drawn))
    known = ~np.isnan(score) & ~np.isnan(there)
    score, truth, opaque, groups = score[known], there[known] > 0.5, opaque[known], groups[known]
    elsewhere = ~truth & opaque
    if min(truth.sum(), (~truth).sum(), elsewhere.sum()) < ENOUGH:
        return []

    def tell(drawn: Positions) -> float:
        return find_auroc(score[drawn], truth[drawn])

    def tell_other(drawn: Positions) -> float:
        kept = drawn[~truth[drawn]]
        return find_auroc(score[kept], elsewhere[kept])

    metric, named = f"AUROC {label} tells a box there, {name}", list(groups)
    return [
        measure_drawn(SYSTEM, metric, tell, named, n=int(truth.sum()), repeats=200),
        measure_drawn(ELSEWHERE, metric, tell_other, named, n=int(elsewhere.sum()), repeats=50),
    ]


def _is_opaque(case: Case, label: str) -> bool:
    """Tell whether an image is abnormal in another place; for an opacity anywhere, abnormal without one."""
    if label == "focal lung opacity":
        return case.reading not in {OPACITY, "Normal"}
    return case.reading == OPACITY


def mark_boxes(case: Case) -> Marked:
    """Lay the boxes of an image on its zones and borders."""
    pixels = read_radiograph(case.path, settings=Settings.read()).pixels
    crops = crop_radiograph(pixels, _load_segmenter())
    height, width = pixels.shape
    size = np.array((width, height, width, height))
    zones = mark_zones(case, number_zones(crops.anatomy.lungs, FINE), np.array(crops.whole.box) / size)
    boxes = [np.array(box[1:]) * size for box in case.boxes if box[0].startswith(OPACITY)]
    found = measure_signs(crops)
    borders = [
        cover_points(found[name].drawing[0].points, boxes) if found[name].drawing else np.nan for name in BORDERS
    ]
    return Marked(zones, np.array(borders))


def cover_points(points: Sequence[tuple[float, float]], boxes: Sequence[npt.NDArray[np.float64]]) -> float:
    """Return the share of points within any box.

    Examples
    --------
    >>> cover_points([(1, 1), (5, 5)], [np.array([0, 0, 2, 2])])
    0.5
    """
    x, y = np.array(points, dtype=float).T
    inside = np.zeros(len(x), dtype=bool)
    for x0, y0, x1, y1 in boxes:
        inside |= (x >= x0) & (x < x1) & (y >= y0) & (y < y1)
    return float(inside.mean())


def list_right(rows: Sequence[Row]) -> set[str]:
    """Return the labels of the signs that are right by drawn masks or by boxes."""
    drawn = {row.metric: row.value for row in rows if row.system == SYSTEM}
    right = {
        sign.entity.label
        for sign in read_signs()
        if drawn.get(f"correlation of {sign.measure} with the drawn one", 0) >= FOLLOWS
        and drawn.get(f"median error of {sign.measure}, share of the drawn spread", 1) <= OFF
    }
    elsewhere = {row.metric: row.value for row in rows if row.system == ELSEWHERE}
    for row in rows:
        if row.system == SYSTEM and row.metric in elsewhere:
            surely = row.low is not None and row.low > 0.5 and row.value >= RIGHT
            if surely and row.value > elsewhere[row.metric]:
                right.add(row.metric.removeprefix("AUROC ").split(" tells ")[0])
    return right


__all__ = [
    "BORDERS",
    "COVERED",
    "ELSEWHERE",
    "ENOUGH",
    "GEOMETRY",
    "RIGHT",
    "Marked",
    "compare_masks",
    "cover_points",
    "find_sixths",
    "find_truth",
    "list_right",
    "mark_boxes",
    "measure_boxes",
    "measure_drawn_masks",
    "measure_unoutlined",
    "rate_pairs",
]
