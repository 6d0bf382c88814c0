"""A mean with an interval that draws patients, not images, since images of one patient are alike.

Examples
--------
>>> row = summarise("thoracite-mini", "hits", [1, 0, 1, 1], ["a", "a", "b", "c"])
>>> row.value, row.n
(0.75, 4)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row


def summarise(system: str, metric: str, values: Sequence[float], groups: Sequence[str]) -> Row:
    """Average values, with an interval by drawing patients.

    Parameters
    ----------
    system, metric : str
        Name of the measured system, and of the figure.
    values : sequence of float
        One for each case, at least one.
    groups : sequence of str
        Patient of each case.
    """
    patients: dict[str, list[float]] = {}
    for value, group in zip(values, groups, strict=True):
        patients.setdefault(group, []).append(float(value))
    members = [np.array(own) for own in patients.values()]

    def mean(drawn: npt.NDArray[np.int64]) -> float:
        return float(np.concatenate([members[patient] for patient in drawn]).mean())

    low, high = bootstrap_interval(mean, len(members))
    return Row(system=system, metric=metric, value=float(np.mean(values)), low=low, high=high, n=len(values))


__all__ = ["summarise"]
