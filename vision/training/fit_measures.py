"""Fitting of the measurements' part of the logits: one linear layer for each head, on its training patients.

Collection and view are fitted beside the measurements and then dropped, so that a measurement does not stand for an
image's origin. Measurements that change when an image is turned and cropped a little are trusted less.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from thoracite.vision.labels import FOLDS, OUTPUTS
from thoracite.vision.mini.measure_reader import MeasureReader
from thoracite.vision.training.cases import Case, read_targets

Floats = npt.NDArray[np.float64]

SHARE = 0.7
"""Share of the fitted part that is added: the network sees some of it already."""

_C = 0.03
"""Inverse strength of the regularisation."""

_DOUBT = 30.0
"""Factor of the regularisation for a measurement whose repetition differs as much as patients do
(Fuller WA. Measurement error models. 1987)."""

_LOOSE = 10.0
"""Scale of collection and view, so that the regularisation does not hold them back."""


def fit_measures(measures: Floats, again: Floats, cases: list[Case]) -> MeasureReader:
    """Fit a layer for every fold's head, each without the patients of its fold.

    Parameters
    ----------
    measures : ndarray, shape (cases, measures)
        May hold NaN, but not in a whole column.
    again : ndarray, shape (cases, measures)
        The same measurements after the images were turned and cropped a little.
    cases : list of Case
        The measured cases, in the same order.
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
                fitted = LogisticRegression(C=_C, max_iter=2000).fit(inputs[seen], targets[seen, n])
                weight[fold, n] = SHARE * trust * fitted.coef_[0, : len(trust)]
    return reader._replace(weight=weight)


def _find_trust(first: Floats, again: Floats) -> Floats:
    """Scale each column: smaller where the two measurements differ, so that one penalty holds it back more."""
    noise = np.mean((again - first) ** 2, axis=0) / (first.var(axis=0) + 1e-6)
    return np.asarray(1 / np.sqrt(1 + _DOUBT * noise))


def _lay_origin(cases: list[Case]) -> Floats:
    """Return columns for collection, view and both together, shape (cases, columns), 0 or 1."""
    origins = [(case.collection, case.view) for case in cases]
    collections, views = {collection for collection, _ in origins}, {view for _, view in origins}
    columns = [[own == collection for own, _ in origins] for collection in sorted(collections)]
    columns += [[own == view for _, own in origins] for view in sorted(views)]
    columns += [[own == origin for own in origins] for origin in sorted(set(origins))]
    return np.array(columns, dtype=float).T


__all__ = ["SHARE", "fit_measures"]
