"""Suite ``localisation``: does the network look where radiologists drew boxes, and on the right side?

Boxes are those of the RSNA challenge ("Lung Opacity", read against the finding that the network is surest of among
pneumonia, consolidation and infiltration) and of ChestX-ray14's box list. Each image is read by the crown that did not
see its patient. A hit is a highest point inside a box (the pointing game). The baseline points at the middle of a lung,
the right one and the left one in turn: where most boxes lie anyway.

References
----------
Zhang J et al. Top-down neural attention by excitation backprop. ECCV 2016. arXiv:1608.00507 (pointing game).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row, Suite
from thoracite.retrieval.encoder_mini import MiniEncoder, find_map
from thoracite.retrieval.image import read_radiograph
from thoracite.retrieval.region import weigh_map
from thoracite.retrieval.training_cases import FINDINGS, Case, read_cases
from thoracite.settings import Settings

LUNGS = ((0.3, 0.5), (0.7, 0.5))
"""Middles of the patient's right and left lung, as shares of width and height."""

_OPACITIES = ("Pneumonia", "Consolidation", "Infiltration")

Box = tuple[float, float, float, float]


class Pointed(NamedTuple):
    """One finding of one image: what was drawn and where each system points.

    Parameters
    ----------
    group : str
        Patient.
    boxes : tuple of Box
        As shares of width and height.
    point : tuple of float
        Highest point of the map, as shares of width and height.
    """

    group: str
    boxes: tuple[Box, ...]
    point: tuple[float, float]


def run_localisation(data: Path) -> Suite:
    """Measure places on every box there is.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.

    Raises
    ------
    InputError
        If the data are not there.
    """
    encoder = MiniEncoder.load()
    pointed = [one for case in read_cases(data / "cxr", "nih") if case.boxes for one in point_case(encoder, case)]
    rows = [
        _row("thoracite-mini", "pointing game", [_hits(one, one.point) for one in pointed], pointed),
        _row("middle of a lung", "pointing game", [_hit_lungs(one) for one in pointed], pointed),
        _row("difference", "pointing game", [_hits(one, one.point) - _hit_lungs(one) for one in pointed], pointed),
    ]
    sided = [one for one in pointed if _find_drawn_side(one) is not None]
    metric = "side of the highest point agrees"
    agreed = [_find_side(one.point[0]) == _find_drawn_side(one) for one in sided]
    rows.append(_row("thoracite-mini", metric, agreed, sided))
    rows.append(_row("always right", metric, [_find_drawn_side(one) == "right" for one in sided], sided))
    described = f"{len(pointed)} findings with boxes of {len({one.group for one in pointed})} patients"
    return Suite(suite="localisation", data=described, n=len(pointed), rows=tuple(rows))


def point_case(encoder: MiniEncoder, case: Case) -> list[Pointed]:
    """Where the network points for each finding of a case that has boxes."""
    pixels = read_radiograph(case.path, settings=Settings.read()).pixels
    glance = encoder.look(pixels, crown=case.fold)
    drawn: dict[str, list[Box]] = {}
    for label, *box in case.boxes:
        drawn.setdefault(label, []).append((box[0], box[1], box[2], box[3]))
    pointed = []
    for label, boxes in drawn.items():
        names = [label] if label in FINDINGS else list(_OPACITIES)
        numbers = [FINDINGS.index(name) for name in names]
        logits = glance.logits.mean(axis=0)
        best = max(numbers, key=lambda n: encoder.scales[n].find_probability(float(logits[n])))
        heat = weigh_map(find_map(FINDINGS[best], glance), lungs=FINDINGS[best] != "Cardiomegaly")
        pointed.append(Pointed(case.group, tuple(boxes), _find_point(heat, glance.box, pixels.shape)))
    return pointed


def _find_point(
    heat: npt.NDArray[np.float64], frame: tuple[int, int, int, int], shape: tuple[int, ...]
) -> tuple[float, float]:
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    x = frame[0] + (column + 0.5) / heat.shape[1] * (frame[2] - frame[0])
    y = frame[1] + (row + 0.5) / heat.shape[0] * (frame[3] - frame[1])
    return float(x / shape[1]), float(y / shape[0])


def _hits(one: Pointed, point: tuple[float, float]) -> float:
    return float(any(x0 <= point[0] <= x1 and y0 <= point[1] <= y1 for x0, y0, x1, y1 in one.boxes))


def _hit_lungs(one: Pointed) -> float:
    return float(np.mean([_hits(one, lung) for lung in LUNGS]))


def _find_drawn_side(one: Pointed) -> str | None:
    """The patient's side on which all boxes lie; None where they lie on both or across the middle."""
    sides = {_find_side((x0 + x1) / 2) for x0, _, x1, _ in one.boxes}
    return sides.pop() if len(sides) == 1 else None


def _find_side(x: float) -> str:
    """The patient's side, from a share of the image's width."""
    return "right" if x < 0.5 else "left"


def _row(system: str, metric: str, values: Sequence[float], pointed: Sequence[Pointed]) -> Row:
    """A mean and its interval by drawing patients."""
    groups: dict[str, list[float]] = {}
    for value, one in zip(values, pointed, strict=True):
        groups.setdefault(one.group, []).append(float(value))
    members = [np.array(group) for group in groups.values()]

    def mean(drawn: npt.NDArray[np.int64]) -> float:
        return float(np.concatenate([members[group] for group in drawn]).mean())

    low, high = bootstrap_interval(mean, len(members))
    return Row(system=system, metric=metric, value=float(np.mean(values)), low=low, high=high, n=len(values))


__all__ = ["LUNGS", "Pointed", "point_case", "run_localisation"]
