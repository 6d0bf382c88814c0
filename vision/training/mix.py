"""The stated mix of images: how much each labelled image counts, so that findings stand in the mix's shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.signs.listed import VIEWS
from thoracite.vision.prevalence import Prevalence
from thoracite.vision.training.cases import Case

Floats = npt.NDArray[np.float64]


def find_prior_odds(finding: int, prevalence: Prevalence) -> Floats:
    """Return the log-odds of a finding's share in each view."""
    shares = np.array([prevalence.find_share(FINDINGS[finding], view) for view in VIEWS])
    return np.asarray(np.log(shares / (1 - shares)), dtype=np.float64)


def weigh_cases(cases: Sequence[Case], finding: int, prevalence: Prevalence) -> Floats:
    """Weigh cases so that a finding, none at all, and any other stand in the mix's shares in each view; mean 1.

    Parameters
    ----------
    cases : sequence of Case
        Of view PA or AP.
    finding : int
        Number of the finding.
    prevalence : Prevalence
        The mix.
    """
    label, weights = FINDINGS[finding], np.zeros(len(cases))
    kinds = np.array([0 if label in case.labels else 1 if "No Finding" in case.labels else 2 for case in cases])
    views = number_views(cases)
    for number, view in enumerate(VIEWS):
        own, none = prevalence.find_share(label, view), prevalence.find_share("No Finding", view)
        none = min(none, 0.95 * (1 - own))
        inside = views == number
        for kind, share in enumerate((own, none, 1 - own - none)):
            rows = inside & (kinds == kind)
            if rows.any():
                weights[rows] = share * inside.sum() / rows.sum()
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def number_views(cases: Sequence[Case]) -> npt.NDArray[np.int64]:
    """Return the number of each case's view in :data:`VIEWS`; -1 for any other."""
    numbers: dict[str, int] = {view: number for number, view in enumerate(VIEWS)}
    return np.array([numbers.get(case.view, -1) for case in cases])


__all__ = ["find_prior_odds", "number_views", "weigh_cases"]
