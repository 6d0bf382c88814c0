"""Hiding, for the suite ``audit``: what a finding loses with the place that radiologists drew, and with another place.

A boxed finding is looked at, not all fourteen: of the others nothing was drawn there, and what any patch does to them
is told apart. An opacity is the one of pneumonia, consolidation and infiltration that is rated highest in the unchanged
image.

**What a hidden place is filled with decides what is measured.** Filled with the mean of the frame round it, as an
explanation's switch does, a place in clear lung becomes brighter, so that hiding where nothing is draws an opacity, and
changes more pixels than hiding an opacity does. Continued smoothly from its edge, an opacity stays, since a box drawn
round it ends in it. So the measure is: the lung within the boxes becomes as dark as the same image's lung outside all
drawn boxes, and nothing but lung is touched; pixels change alike at both places. The frame's mean stands beside it.
(Chosen on patients of the folds.)

References
----------
Vision-language models for chest radiography do not always need the image. 2026. arXiv:2606.17710 (relevant and
irrelevant region hidden).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.held_out import find_priors
from thoracite.evaluation.hiding import clear_lung, find_irrelevant, hide_all
from thoracite.evaluation.patients import summarise
from thoracite.evaluation.release import OPACITIES
from thoracite.evaluation.suite import Row
from thoracite.evaluation.words import SYSTEM
from thoracite.settings import Settings
from thoracite.types import find_verdict
from thoracite.types.verdict import ASSERTED
from thoracite.vision.image import read_radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.activations import Activations
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.lungs import Box
from thoracite.vision.training.cases import Case

CHANGES = ("relevant", "irrelevant")

CLEAR, FRAME = "clear lung", "the mean of the frame"
"""What a hidden place is filled with; the first is the measure."""

EXPORT = 0.21
"""Change of log-odds that nineteen in twenty exports of the same file stay below: the nine of
:mod:`thoracite.evaluation.perturbation` on 45 boxed images of the folds' patients."""

FEWEST = 5
"""Fewest images of a label that is told of by itself."""

Floats = npt.NDArray[np.float64]


class Hidden(NamedTuple):
    """One boxed finding: how it is read in the three images.

    Parameters
    ----------
    case : Case
        The image.
    label : str
        Label of the boxes.
    fill : str
        What the places are filled with.
    ratios : ndarray, shape (3,)
        Log likelihood ratio in the image as it is, with the drawn boxes hidden, with the others hidden.
    verdicts : tuple of str
        Verdicts in the same order.
    others : tuple of float
        Share of all findings whose verdict changes: with the drawn boxes hidden, with the others hidden.
    """

    case: Case
    label: str
    fill: str
    ratios: Floats
    verdicts: tuple[str, ...]
    others: tuple[float, float]


def hide_places(encoder: MiniEncoder, case: Case) -> Iterator[Hidden]:
    """Read a case as it is and with places hidden; findings for which no other place is found are left out."""
    pixels = read_radiograph(case.path, settings=Settings.read()).pixels
    height, width = pixels.shape
    boxes: dict[str, list[Box]] = {}
    for label, x0, y0, x1, y1 in case.boxes:
        boxes.setdefault(label, []).append((x0 * width, y0 * height, x1 * width, y1 * height))
    before = encoder.forward(pixels, head=case.head)
    odds = _weigh(encoder, before, case)
    drawn = [box for own in boxes.values() for box in own]
    for label, own in boxes.items():
        if label == "Cardiomegaly" or (others := find_irrelevant(own, drawn, before.lungs)) is None:
            continue
        for fill in (CLEAR, FRAME):
            after = [odds]
            for some in (own, others):
                if fill == CLEAR:
                    shown = clear_lung(pixels, some, [*drawn, *others], before.lungs)
                else:
                    shown = hide_all(pixels, some)
                after.append(_weigh(encoder, encoder.forward(shown, head=case.head), case))
            yield lay_hidden(case, label, np.stack(after), fill=fill)


def _weigh(encoder: MiniEncoder, activations: Activations, case: Case) -> Floats:
    return np.asarray(encoder.weigh(activations, "AP" if case.view == "AP" else "PA").whole, dtype=np.float64)


def lay_hidden(case: Case, label: str, log_odds: Floats, *, fill: str = CLEAR) -> Hidden:
    """Lay out what three readings say of a boxed finding.

    Parameters
    ----------
    case : Case
        The image.
    label : str
        Label of the boxes.
    log_odds : ndarray, shape (3, findings)
        Of the image as it is, with the drawn boxes hidden, with the others hidden.
    fill : str
        What the places are filled with.
    """
    ratios = log_odds - find_priors([case])
    verdicts = np.array(
        [[_name(*pair) for pair in zip(*row, strict=True)] for row in zip(log_odds, ratios, strict=True)]
    )
    names = [label] if label in FINDINGS else OPACITIES
    best = max((FINDINGS.index(name) for name in names), key=lambda n: float(ratios[0, n]))
    changed = [float((verdicts[row] != verdicts[0]).mean()) for row in (1, 2)]
    told = tuple(verdicts[:, best].tolist())
    return Hidden(case, label, fill, ratios[:, best], told, (changed[0], changed[1]))


def _name(log_odds: float, ratio: float) -> str:
    return find_verdict(float(1 / (1 + np.exp(-log_odds))), float(np.exp(ratio)))


def measure_hiding(hidden: Sequence[Hidden]) -> Iterator[Row]:
    """Measure what hiding changes, of patients of the folds and of locked ones, by label, and with the other fill."""
    parts = {"all": hidden, **{name: [one for one in hidden if one.case.locked == locked] for name, locked in _PARTS}}
    for name, part in parts.items():
        own = [one for one in part if one.fill == CLEAR]
        yield from _measure_part(own, f"; {name}")
        for metric in (_CHANGES, _BEYOND, _FALLS):
            other = [one for one in part if one.fill == FRAME]
            yield from _compare(metric, other, f"; {name}, filled with {FRAME}", differences=True)
    labels = dict.fromkeys(one.label for one in hidden)
    for label in labels:
        few = [one for one in hidden if one.label == label and one.fill == CLEAR]
        if len(few) >= FEWEST:
            for metric in (_CHANGES, _FALLS):
                yield from _compare(metric, few, f"; {label}", differences=True)


def _measure_part(hidden: Sequence[Hidden], suffix: str) -> Iterator[Row]:
    for metric in _FIGURES:
        yield from _compare(metric, hidden, suffix)


_PARTS = (("folds", False), ("locked", True))

_CHANGES = "verdict of the boxed finding changes"
_BEYOND = f"boxed finding changes by more than another export of the file changes it ({EXPORT})"
_LOST = "boxed finding is no longer called possible or more"
_FALLS = "log-odds of the boxed finding fall by"

_FIGURES: Mapping[str, Callable[[Hidden, int], float]] = {
    _CHANGES: lambda one, n: float(one.verdicts[n] != one.verdicts[0]),
    _BEYOND: lambda one, n: float(abs(one.ratios[0] - one.ratios[n]) > EXPORT),
    _LOST: lambda one, n: float(one.verdicts[n] not in ASSERTED),
    _FALLS: lambda one, n: float(one.ratios[0] - one.ratios[n]),
    "log-odds of the boxed finding move by": lambda one, n: float(abs(one.ratios[0] - one.ratios[n])),
    "share of all fourteen findings whose verdict changes": lambda one, n: one.others[n - 1],
}


def _compare(metric: str, hidden: Sequence[Hidden], suffix: str, *, differences: bool = False) -> Iterator[Row]:
    """Yield a figure for each of two changes, and their difference image by image, or the difference alone."""
    told = [one for one in hidden if metric != _LOST or one.verdicts[0] in ASSERTED]
    if not told:
        return
    groups = [one.case.group for one in told]
    values = np.array([[_FIGURES[metric](one, n) for n in (1, 2)] for one in told])
    for n, change in enumerate(() if differences else CHANGES):
        yield summarise(SYSTEM, f"{metric}, {change} place hidden{suffix}", values[:, n].tolist(), groups)
    less = f"{metric}, relevant less irrelevant{suffix}"
    yield summarise(SYSTEM, less, (values[:, 0] - values[:, 1]).tolist(), groups)
    if not differences:
        yield summarise("always normal", less, [0.0] * len(values), groups)


__all__ = [
    "CHANGES",
    "CLEAR",
    "EXPORT",
    "FRAME",
    "Hidden",
    "hide_places",
    "lay_hidden",
    "measure_hiding",
]
