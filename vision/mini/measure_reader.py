"""What measurements of a chest add to a finding's logit.

One linear reading a crown, fitted on the patients that its crown was trained on. Collection and view are fitted beside
the measurements and then left out: a measurement may not stand for where an image came from. What changes when an image
is turned or cropped a little is trusted less.

Examples
--------
>>> reader = MeasureReader(middle=np.zeros(2), spread=np.ones(2), weight=np.ones((1, 3, 4)))
>>> reader.read(np.array([2.0, np.nan])).tolist()       # 2 + 0 of the measurements, 3 - 1 of their squares less 1
[[4.0, 4.0, 4.0]]
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.vision.training.cases import FOLDS, OUTPUTS, Case, read_targets

Floats = npt.NDArray[np.float64]

SHARE = 0.7
"""How much of what the measurements say is added: the network sees part of it already."""

_FARTHEST = 3.0
"""Measurements beyond, in standard deviations, count as if they were there."""

_STIFFNESS = 0.03
"""Inverse strength of the regularisation."""

_DOUBT = 30.0
"""How much stiffer the regularisation is for a measurement that, measured again, differs as much as between patients
(Fuller WA. Measurement error models. 1987)."""

_LOOSE = 10.0
"""Collection and view are scaled by this, so that the regularisation does not hold them back."""


class MeasureReader(NamedTuple):
    """Linear in each measurement and its square.

    Parameters
    ----------
    middle, spread : ndarray, shape (measures,)
        Median and standard deviation of the training cases.
    weight : ndarray, shape (crowns, outputs, 2 · measures)
        First of the measurements, then of their squares.
    """

    middle: Floats
    spread: Floats
    weight: Floats

    def read(self, measures: Floats) -> Floats:
        """What is added to the logits of one image.

        Parameters
        ----------
        measures : ndarray, shape (measures,)
            In the order of :data:`thoracite.vision.mini.measures.MEASURES`; NaN counts as the middle.

        Returns
        -------
        ndarray, shape (crowns, outputs), float64
        """
        added: Floats = self.weight @ self.expand(measures)
        return added

    def read_all(self, measures: Floats) -> Floats:
        """The same of many images: shape (images, measures) to (crowns, images, outputs)."""
        added: Floats = self.expand(measures) @ self.weight.transpose(0, 2, 1)
        return added

    def expand(self, measures: Floats) -> Floats:
        """Measurements in standard deviations, and their squares; shape (…, 2 · measures)."""
        scaled = np.nan_to_num(np.clip((measures - self.middle) / self.spread, -_FARTHEST, _FARTHEST))
        return np.concatenate([scaled, scaled**2 - 1], axis=-1)


def fit_measures(measures: Floats, again: Floats, cases: list[Case]) -> MeasureReader:
    """Fit a reading for every fold's crown, each without the patients of its fold.

    Parameters
    ----------
    measures : ndarray, shape (cases, measures)
        May hold NaN, but not for all cases.
    again : ndarray, shape (cases, measures)
        The same of the images turned and cropped a little.
    cases : list of Case
        What was measured.
    """
    from sklearn.linear_model import LogisticRegression

    reader = MeasureReader(np.nanmedian(measures, axis=0), np.nanstd(measures, axis=0) + 1e-6, np.zeros((0, 0, 0)))
    expanded = reader.expand(measures)
    trust = _find_trust(expanded, reader.expand(again))
    inputs = np.concatenate([trust * expanded, _LOOSE * _lay_origin(cases)], axis=1)
    targets, known = read_targets(cases)
    folds = np.array([case.fold for case in cases])
    weight = np.zeros((FOLDS, len(OUTPUTS), len(trust)))
    for fold in range(FOLDS):
        for n in range(len(OUTPUTS)):
            seen = (folds != fold) & (known[:, n] > 0)
            if len(np.unique(targets[seen, n])) == 2:
                fitted = LogisticRegression(C=_STIFFNESS, max_iter=2000).fit(inputs[seen], targets[seen, n])
                weight[fold, n] = SHARE * trust * fitted.coef_[0, : len(trust)]
    return reader._replace(weight=weight)


def _find_trust(first: Floats, again: Floats) -> Floats:
    """What to scale each column by, so that one penalty holds back more what differs when it is measured again."""
    noise = np.mean((again - first) ** 2, axis=0) / (first.var(axis=0) + 1e-6)
    return np.asarray(1 / np.sqrt(1 + _DOUBT * noise))


def _lay_origin(cases: list[Case]) -> Floats:
    """Collection, view and both together, shape (cases, columns), 0 or 1."""
    origins = [(case.collection, case.view) for case in cases]
    collections, views = {collection for collection, _ in origins}, {view for _, view in origins}
    columns = [[own == collection for own, _ in origins] for collection in sorted(collections)]
    columns += [[own == view for _, own in origins] for view in sorted(views)]
    columns += [[own == origin for own in origins] for origin in sorted(set(origins))]
    return np.array(columns, dtype=float).T


__all__ = ["SHARE", "MeasureReader", "fit_measures"]
