"""Suite ``localisation``: does the network look at radiologists' boxes?

Boxes are those of the RSNA challenge ("Lung Opacity", compared with the finding that the network rates highest among
pneumonia, consolidation and infiltration) and of ChestX-ray14's box list. Each image is read by the head that did not
see its patient. A hit is a highest point inside a box (the pointing game). Baselines point at the middle of a lung, the
right one and the left one in turn, where most boxes lie anyway: at fixed places, and in the lungs of the image. The
same maps, weighted with ellipses instead of the lungs of the image, show the gain from the segmenter.

Sides and zones are read from the lungs of the image, for the highest point and for the middle of the box alike. They
would be put into words if they agreed in nine of ten.

References
----------
Zhang J et al. Top-down neural attention by excitation backprop. ECCV 2016. arXiv:1608.00507 (pointing game).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.patients import summarise
from thoracite.evaluation.suite import Row, Suite
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.lungs import SIDES, Box, Lungs, draw_ellipses
from thoracite.vision.mini.region import weigh_map
from thoracite.vision.training.cases import Case, read_cases

MIDDLES = ((0.3, 0.5), (0.7, 0.5))
"""Middles of the patient's right and left lung, as shares of width and height, independent of the image."""

_OPACITIES = ("Pneumonia", "Consolidation", "Infiltration")

Point = tuple[float, float]


class Pointed(NamedTuple):
    """One finding of one image: its boxes, and the points of each system.

    Parameters
    ----------
    group : str
        Patient.
    shape : tuple of int
        Height and width of the image, in pixels.
    boxes : tuple of Box
        x0, y0, x1, y1 in pixels.
    lungs : Lungs
        Lungs of the image.
    within : bool
        Whether the finding is one of lungs and pleura.
    point, plain : tuple of float
        Highest point of the map weighted with the lungs of the image, and with ellipses; x, y in pixels.
    """

    group: str
    shape: tuple[int, int]
    boxes: tuple[Box, ...]
    lungs: Lungs
    within: bool
    point: Point
    plain: Point


def run_localisation(data: Path) -> Suite:
    """Measure places on every box.

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
    cases = [case for case in read_cases(data / "cxr", "nih") if case.boxes]
    pointed = [one for case in cases for one in point_case(encoder, case)]
    rows = [*measure_pointing(pointed), *measure_sides(pointed), *measure_zones(pointed)]
    described = f"{len(pointed)} findings with boxes of {len({one.group for one in pointed})} patients"
    return Suite(suite="localisation", data=described, n=len(pointed), rows=tuple(rows))


def point_case(encoder: MiniEncoder, case: Case) -> list[Pointed]:
    """Find the network's point for each finding of a case with boxes."""
    pixels = read_radiograph(case.path, settings=Settings.read()).pixels
    activations = encoder.forward(pixels, head=case.head)
    height, width = pixels.shape
    drawn: dict[str, list[Box]] = {}
    for label, x0, y0, x1, y1 in case.boxes:
        drawn.setdefault(label, []).append((x0 * width, y0 * height, x1 * width, y1 * height))
    pointed = []
    for label, boxes in drawn.items():
        names = [label] if label in FINDINGS else list(_OPACITIES)
        numbers = [FINDINGS.index(name) for name in names]
        odds = encoder.weigh(activations, "AP" if case.view == "AP" else "PA").whole
        best = max(numbers, key=lambda n: float(odds[n]))
        heat, within = activations.maps[best], FINDINGS[best] != "Cardiomegaly"
        point, plain = (
            find_point(weigh_map(heat, each if within else None), activations.box)
            for each in (activations.lungs, draw_ellipses(activations.box))
        )
        pointed.append(Pointed(case.group, (height, width), tuple(boxes), activations.lungs, within, point, plain))
    return pointed


def find_point(heat: npt.NDArray[np.float64], frame: tuple[int, int, int, int]) -> Point:
    """Return the highest point of a map: x, y in pixels of the radiograph.

    Parameters
    ----------
    heat : ndarray, shape (rows, columns), float64
        Any unit.
    frame : tuple of int
        x0, y0, x1, y1 of the area that the map covers, in pixels of the radiograph.
    """
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    x = frame[0] + (column + 0.5) / heat.shape[1] * (frame[2] - frame[0])
    y = frame[1] + (row + 0.5) / heat.shape[0] * (frame[3] - frame[1])
    return float(x), float(y)


def measure_pointing(pointed: list[Pointed]) -> list[Row]:
    """Measure the pointing game, its baselines, and the gain over each."""
    metric, mini = "pointing game", "thoracite-mini"
    systems: dict[str, Callable[[Pointed], float]] = {
        mini: lambda one: _hits(one, one.point),
        f"{mini}, lungs as ellipses": lambda one: _hits(one, one.plain),
        "middle of a lung": lambda one: float(np.mean([_hits(one, place) for place in _fixed(one)])),
        "middle of a lung of the image": lambda one: float(np.mean([_hits(one, place) for place in _middles(one)])),
    }
    hits = {system: [rate(one) for one in pointed] for system, rate in systems.items()}
    rows = [_row(system, metric, values, pointed) for system, values in hits.items()]
    for system, values in list(hits.items())[1:]:
        gained = [mine - theirs for mine, theirs in zip(hits[mini], values, strict=True)]
        rows.append(_row(f"{mini} less {system}", metric, gained, pointed))
    inside = [float(np.mean([_in_lungs(one, box) for box in one.boxes])) for one in pointed if one.within]
    rows.append(_row("thoracite-chest", "middle of a box lies in a lung", inside, [o for o in pointed if o.within]))
    return rows


def measure_sides(pointed: list[Pointed]) -> list[Row]:
    """Measure whether the highest point lies on the side of all boxes."""
    sided = [(one, side) for one in pointed if (side := find_drawn_side(one)) is not None]
    members, metric = [one for one, _ in sided], "side of the highest point agrees"
    agreed = [one.lungs.find_side(one.point) == side for one, side in sided]
    return [
        _row("thoracite-mini", metric, agreed, members),
        _row("always right", metric, [side == "right" for _, side in sided], members),
    ]


def measure_zones(pointed: list[Pointed]) -> list[Row]:
    """Measure whether the highest point lies in the zone of the only box of a finding of the lungs."""
    single = [one for one in pointed if len(one.boxes) == 1 and one.within and one.lungs.found]
    drawn = [one.lungs.find_zone(find_middle(one.boxes[0])) for one in single]
    usual, _ = Counter(drawn).most_common(1)[0]
    metric = "zone of the highest point agrees (side and third)"
    agreed = [one.lungs.find_zone(one.point) == zone for one, zone in zip(single, drawn, strict=True)]
    return [
        _row("thoracite-mini", metric, agreed, single),
        _row(f"always {usual.label if usual else 'none'}", metric, [zone == usual for zone in drawn], single),
    ]


def find_drawn_side(one: Pointed) -> str | None:
    """Return the patient's side on which the middles of all boxes lie; None where they lie on both."""
    sides = {one.lungs.find_side(find_middle(box)) for box in one.boxes}
    return sides.pop() if len(sides) == 1 else None


def find_middle(box: Box) -> Point:
    """Return the middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _hits(one: Pointed, point: Point) -> float:
    return float(any(x0 <= point[0] <= x1 and y0 <= point[1] <= y1 for x0, y0, x1, y1 in one.boxes))


def _fixed(one: Pointed) -> list[Point]:
    return [(x * one.shape[1], y * one.shape[0]) for x, y in MIDDLES]


def _middles(one: Pointed) -> list[Point]:
    return [one.lungs.find_middle(side) for side in SIDES] if one.lungs.found else _fixed(one)


def _in_lungs(one: Pointed, box: Box) -> float:
    return float(one.lungs.holds(find_middle(box)))


def _row(system: str, metric: str, values: Sequence[float], members: Sequence[Pointed]) -> Row:
    return summarise(system, metric, values, [one.group for one in members])


__all__ = [
    "MIDDLES",
    "Pointed",
    "find_drawn_side",
    "find_middle",
    "find_point",
    "measure_pointing",
    "measure_sides",
    "measure_zones",
    "point_case",
    "run_localisation",
]
