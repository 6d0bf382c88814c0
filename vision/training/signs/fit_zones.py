"""Fitting of the learned signs: opacities by zone, on radiologists' boxes, by heads that did not see the patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.vision.mini.lungs import ZONES
from thoracite.vision.mini.region import lay_maps
from thoracite.vision.mini.signs.learned import OPACITY as OUTPUT
from thoracite.vision.mini.signs.learned import Floats, Grid, ZoneReader, describe_zones
from thoracite.vision.training.cases import Case
from thoracite.vision.training.frames import Prepared

OPACITY = "Lung Opacity"
"""The reading that comes with boxes."""

COVERED = 0.2
"""Least part of a zone that boxes cover where the zone holds an opacity."""

STRENGTH = 1.0
"""What scikit-learn calls C."""


class ZoneMaterial(NamedTuple):
    """What the zones are fitted on.

    Parameters
    ----------
    cases : sequence of Case
        The images; those without a reading are left out here.
    traits : ndarray, shape (cases, 6, traits)
        From :func:`thoracite.vision.mini.signs.learned.describe_zones`.
    zones : ndarray, shape (cases, rows, columns), uint8
        Numbers of the zones.
    boxes : ndarray, shape (cases, 4)
        Area that the zones' grid covers: x0, y0, x1, y1 as shares of width and height.
    """

    cases: Sequence[Case]
    traits: Floats
    zones: npt.NDArray[np.uint8]
    boxes: Floats

    def take(self, rows: npt.NDArray[np.int64]) -> ZoneMaterial:
        """Return the part of some cases."""
        return ZoneMaterial([self.cases[int(n)] for n in rows], self.traits[rows], self.zones[rows], self.boxes[rows])


def fit_zones(material: ZoneMaterial) -> ZoneReader:
    """Fit the zones, then the whole image."""
    from sklearn.linear_model import LogisticRegression

    read = [n for n, case in enumerate(material.cases) if case.reading]
    traits = material.traits[read]
    opaque = np.stack([mark_zones(material.cases[n], material.zones[n], material.boxes[n]) for n in read])
    known = ~np.isnan(traits).any(axis=2)
    where = np.broadcast_to(np.eye(len(ZONES)), (len(read), len(ZONES), len(ZONES)))[known]
    model = LogisticRegression(C=STRENGTH, fit_intercept=False, max_iter=1000)
    weights = model.fit(np.column_stack([traits[known], where]), opaque[known]).coef_[0]
    reader = ZoneReader(weights[: traits.shape[2]], weights[traits.shape[2] :], np.zeros(3))
    highest = np.nanmax(np.where(known, reader.rate(traits), -np.inf), axis=1)
    inputs = np.column_stack([traits[:, 0, -1], np.where(np.isfinite(highest), highest, 0.0)])
    whole = LogisticRegression(C=STRENGTH, max_iter=1000)
    whole.fit(inputs, [material.cases[n].reading == OPACITY for n in read])
    return reader._replace(whole=np.append(whole.coef_[0], whole.intercept_[0]))


def describe_cases(prepared: Prepared, logits: Floats, heat: npt.NDArray[np.float32]) -> Floats:
    """Describe the zones of many cases, shape (cases, 6, traits).

    Parameters
    ----------
    prepared : Prepared
        Zones and boxes of the cases.
    logits : ndarray, shape (cases, outputs)
        By the head that did not see the patient.
    heat : ndarray, shape (cases, 2, rows, columns), float32
        Part of the logit of opacity from each place of both crops, by the same head.
    """
    described = []
    for each, boxes, zones, logit in zip(heat, prepared.boxes, prepared.zones, logits[:, OUTPUT], strict=True):
        areas = [tuple(box) for box in boxes]
        laid = lay_maps(each[:, None], areas, areas[0])[0]
        described.append(describe_zones(laid, float(logit), zones))
    return np.stack(described)


def mark_zones(case: Case, zones: Grid, area: Floats) -> npt.NDArray[np.bool_]:
    """Tell which zones hold an opacity by the radiologists' boxes, shape (6,).

    Parameters
    ----------
    case : Case
        Its boxes are shares of width and height.
    zones : ndarray, shape (rows, columns), uint8
        Numbers of the zones.
    area : ndarray, shape (4,)
        Area that the grid covers, as shares of width and height.
    """
    rows, columns = zones.shape
    x = area[0] + (np.arange(columns) + 0.5) / columns * (area[2] - area[0])
    y = area[1] + (np.arange(rows) + 0.5) / rows * (area[3] - area[1])
    covered = np.zeros(zones.shape, dtype=bool)
    for label, x0, y0, x1, y1 in case.boxes:
        if label.startswith(OPACITY):
            covered |= ((y >= y0) & (y < y1))[:, None] & ((x >= x0) & (x < x1))[None]
    count = np.bincount(zones.ravel(), minlength=len(ZONES) + 1)[1:]
    inside = np.bincount(zones[covered], minlength=len(ZONES) + 1)[1:]
    return np.asarray(inside >= COVERED * np.maximum(count, 1), dtype=np.bool_)


__all__ = ["COVERED", "OPACITY", "ZoneMaterial", "describe_cases", "fit_zones", "mark_zones"]
