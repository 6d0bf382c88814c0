"""Fitting of slopes, offsets and operating points, on readings of patients that the reader was not trained on.

References
----------
Platt J. Probabilistic outputs for support vector machines. 1999.
Wilson EB. Probable inference, the law of succession, and statistical inference. 1927.
doi:10.1080/01621459.1927.10502953
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.calibration import FindingScale

UNCERTAIN_FROM = 0.85
"""Share of cases without a finding that lie below the point where it begins to be uncertain."""

PRESENT_FROM = 0.95
"""Share of cases without a finding that lie below the point where it counts as present, at least."""

PRECISE, SURE = 0.5, 0.84
"""At least this share of the cases above that point have the finding, and how sure that must be: a standard error."""

_FEWEST = 5
"""Cases above a point, at least."""

_C = 1.0
"""Inverse strength of the regularisation; few positives keep the slope small."""


def fit_scales(logits: npt.NDArray[np.float64], targets: npt.NDArray[np.float32]) -> list[FindingScale]:
    """Fit every finding on readings of cases that the reader was not trained on.

    Parameters
    ----------
    logits : ndarray, shape (cases, findings)
        Held-out logits.
    targets : ndarray, shape (cases, findings)
        0 or 1.
    """
    return [fit_scale(label, logits[:, n], targets[:, n]) for n, label in enumerate(FINDINGS)]


def cross_fit_scales(
    logits: npt.NDArray[np.float64], targets: npt.NDArray[np.float32], folds: npt.NDArray[np.int64]
) -> dict[int, list[FindingScale]]:
    """For each fold the scales that its cases may be read by: fitted on the cases of all other folds.

    Parameters
    ----------
    logits : ndarray, shape (cases, findings)
        Held-out logits.
    targets : ndarray, shape (cases, findings)
        0 or 1.
    folds : ndarray, shape (cases,)
        Each case's fold; at least two differ.

    Returns
    -------
    dict of int to list of FindingScale
        A list a fold, in the order of the findings.
    """
    return {int(fold): fit_scales(logits[folds != fold], targets[folds != fold]) for fold in np.unique(folds)}


def fit_scale(label: str, logits: npt.NDArray[np.float64], targets: npt.NDArray[np.float32]) -> FindingScale:
    """Slope and offset by logistic regression, then the two points.

    Parameters
    ----------
    label : str
        The finding's.
    logits, targets : ndarray, shape (cases,)
        Both kinds of target must occur.
    """
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=_C).fit(logits[:, None], targets)
    slope, offset = max(float(fitted.coef_[0, 0]), 1e-3), float(fitted.intercept_[0])
    probabilities = 1 / (1 + np.exp(-(slope * logits + offset)))
    low = float(np.quantile(probabilities[targets == 0], UNCERTAIN_FROM))
    high = _find_precise(probabilities, targets, float(np.quantile(probabilities[targets == 0], PRESENT_FROM)))
    return FindingScale(label=label, slope=slope, offset=offset, low=low, high=max(high, low))


def _find_precise(probabilities: npt.NDArray[np.float64], targets: npt.NDArray[np.float32], least: float) -> float:
    """The lowest point from ``least`` on above which enough cases surely have the finding; 1 where there is none."""
    for point in np.sort(probabilities[probabilities >= least]):
        above = targets[probabilities >= point]
        if len(above) >= _FEWEST and _find_least_share(above) >= PRECISE:
            return float(point)
    return 1.0


def _find_least_share(targets: npt.NDArray[np.float32]) -> float:
    """Lower end of Wilson's interval: the share itself is flattered, because the lowest good point is looked for."""
    from scipy.stats import binomtest

    counted = binomtest(int(targets.sum()), len(targets))
    return float(counted.proportion_ci(2 * SURE - 1, method="wilson").low)


__all__ = ["PRECISE", "PRESENT_FROM", "SURE", "UNCERTAIN_FROM", "cross_fit_scales", "fit_scale", "fit_scales"]
