"""Fitting of slopes, offsets and operating points, on held-out patients.

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
"""Share of cases without a finding below the point where it begins to be uncertain."""

PRESENT_FROM = 0.95
"""Least share of cases without a finding below the point where it counts as present."""

PRECISE, SURE = 0.5, 0.84
"""Least share of the cases above that point with the finding, and the confidence for that: a standard error."""

_FEWEST = 5
"""Fewest cases above a point."""

_C = 1.0
"""Inverse strength of the regularisation; few positives keep the slope small."""


def fit_scales(logits: npt.NDArray[np.float64], targets: npt.NDArray[np.float32]) -> list[FindingScale]:
    """Fit every finding on held-out cases.

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
    """Fit, for each fold, scales on the cases of all other folds.

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
        One list for each fold, in the order of the findings.
    """
    return {int(fold): fit_scales(logits[folds != fold], targets[folds != fold]) for fold in np.unique(folds)}


def fit_scale(label: str, logits: npt.NDArray[np.float64], targets: npt.NDArray[np.float32]) -> FindingScale:
    """Fit slope and offset by logistic regression, then the two operating points.

    Parameters
    ----------
    label : str
        Label of the finding.
    logits, targets : ndarray, shape (cases,)
        Targets of both kinds must occur.
    """
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=_C).fit(logits[:, None], targets)
    slope, offset = max(float(fitted.coef_[0, 0]), 1e-3), float(fitted.intercept_[0])
    probabilities = 1 / (1 + np.exp(-(slope * logits + offset)))
    low = float(np.quantile(probabilities[targets == 0], UNCERTAIN_FROM))
    high = _find_precise(probabilities, targets, float(np.quantile(probabilities[targets == 0], PRESENT_FROM)))
    return FindingScale(label=label, slope=slope, offset=offset, low=low, high=max(high, low))


def _find_precise(probabilities: npt.NDArray[np.float64], targets: npt.NDArray[np.float32], least: float) -> float:
    """Find the lowest point from ``least`` on above which enough cases have the finding with confidence; 1 if none."""
    for point in np.sort(probabilities[probabilities >= least]):
        above = targets[probabilities >= point]
        if len(above) >= _FEWEST and _find_least_share(above) >= PRECISE:
            return float(point)
    return 1.0


def _find_least_share(targets: npt.NDArray[np.float32]) -> float:
    """Return the lower end of Wilson's interval; the share alone is biased, since the lowest good point is chosen."""
    from scipy.stats import binomtest

    counted = binomtest(int(targets.sum()), len(targets))
    return float(counted.proportion_ci(2 * SURE - 1, method="wilson").low)


__all__ = ["PRECISE", "PRESENT_FROM", "SURE", "UNCERTAIN_FROM", "cross_fit_scales", "fit_scale", "fit_scales"]
