"""Fitting of the side of an opacity on radiologists' boxes that lie on one side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.crops import Crops, crop_radiograph
from thoracite.vision.mini.efficientnet import SIZE, Ensemble, prepare_batch, shrink_images
from thoracite.vision.mini.lungs import Lungs, Side
from thoracite.vision.mini.measures import measure_crops
from thoracite.vision.mini.region import lay_maps
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.mini.side import Floats, SideReader, describe_sides
from thoracite.vision.training.cases import Case

NAMED = 0.5
"""Share of the one-sided images whose side is named: the surest."""

_C = 0.03
"""Inverse strength of the regularisation."""

OPACITIES = frozenset(
    {
        "Lung Opacity (suspicious for pneumonia)",
        "Lung Opacity",
        "Pneumonia",
        "Consolidation",
        "Infiltrate",
        "Infiltration",
    }
)
"""Labels of boxes whose side is learned."""


class Sided(NamedTuple):
    """One image whose opacity lies on one side.

    Parameters
    ----------
    case : Case
        The image.
    side : str
        ``right`` or ``left``, the patient's.
    traits : ndarray, shape (traits,)
        Differences of the image, its maps by the head that did not see the patient.
    """

    case: Case
    side: Side
    traits: Floats


def find_box_side(case: Case, lungs: Lungs, shape: tuple[int, int]) -> Side | None:
    """Return the side on which all boxes of opacities lie; None where they lie on both, or there are none.

    Parameters
    ----------
    case : Case
        The image.
    lungs : Lungs
        Its lungs.
    shape : tuple of int
        Height and width of the image, in pixels.
    """
    height, width = shape
    boxes = [box for label, *box in case.boxes if label in OPACITIES]
    sides = {lungs.find_side((width * (x0 + x1) / 2, height * (y0 + y1) / 2)) for x0, y0, x1, y1 in boxes}
    return sides.pop() if len(sides) == 1 else None


def read_sided(cases: Sequence[Case], network: Ensemble) -> list[Sided]:
    """Read the images whose boxes of opacities lie on one side, each by the head of its patient's fold.

    Parameters
    ----------
    cases : sequence of Case
        Those without such boxes are left out.
    network : Ensemble
        With one head for each fold.
    """
    segmenter, sided = ChestSegmenter.load(), []
    for case in cases:
        if not any(label in OPACITIES for label, *_ in case.boxes):
            continue
        pixels = read_radiograph(case.path, settings=Settings.read()).pixels
        crops = crop_radiograph(pixels, segmenter)
        side = find_box_side(case, crops.anatomy.lungs, (pixels.shape[0], pixels.shape[1]))
        if side is not None:
            sided.append(Sided(case, side, _describe(crops, network, case.head)))
    return sided


def _describe(crops: Crops, network: Ensemble, head: int | None) -> Floats:
    frames = torch.from_numpy(np.stack([crops.whole.pixels, crops.chest.pixels]))[:, None]
    with torch.inference_mode():
        batch = prepare_batch(shrink_images(frames, SIZE))
        maps = network.eval()(batch, head=head).maps.numpy()
    laid = lay_maps(maps, (crops.whole.box, crops.chest.box), crops.whole.box)
    return describe_sides(measure_crops(crops), laid, crops.anatomy.lungs)


def fit_side(sided: Sequence[Sided]) -> SideReader:
    """Fit the weights, and the least log-odds so that the surest part of held-out images is named.

    Parameters
    ----------
    sided : sequence of Sided
        At least one of each side in every fold but one.
    """
    rated = np.abs(rate_held_out(sided))
    return _fit(sided)._replace(least=float(np.quantile(rated, 1 - NAMED)))


def rate_held_out(sided: Sequence[Sided]) -> Floats:
    """Return the log-odds of the right side of each image, fitted on the patients of other folds."""
    folds = np.array([one.case.fold for one in sided])
    rated = np.zeros(len(sided))
    for fold in np.unique(folds):
        reader = _fit([one for one in sided if one.case.fold != fold])
        for row in map(int, np.flatnonzero(folds == fold)):
            rated[row] = reader.rate(sided[row].traits)
    return rated


def _fit(sided: Sequence[Sided]) -> SideReader:
    from sklearn.linear_model import LogisticRegression

    traits = np.stack([one.traits for one in sided])
    spread = np.sqrt(np.nanmean(traits**2, axis=0)) + 1e-6
    reader = SideReader(spread, np.zeros(len(spread)), 0.0)
    targets: npt.NDArray[np.bool_] = np.array([one.side == "right" for one in sided])
    fitted = LogisticRegression(C=_C, fit_intercept=False, max_iter=1000).fit(reader.expand(traits), targets)
    return reader._replace(weight=np.asarray(fitted.coef_[0], dtype=np.float64))


__all__ = ["NAMED", "OPACITIES", "Sided", "find_box_side", "fit_side", "rate_held_out", "read_sided"]
