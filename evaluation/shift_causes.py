"""Which signs follow a confound: what their values tell of it among films without any finding.

A sign that tells men from women, or AP from PA, where nobody is ill, is what a confounded training can lean on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.held_out import HeldOut
from thoracite.evaluation.patients import Positions, find_auroc, measure_drawn
from thoracite.evaluation.signs import find_answers
from thoracite.evaluation.suite import Row
from thoracite.vision.mini.signs.listed import read_signs
from thoracite.vision.mini.signs.weights import Floats, SignScale
from thoracite.vision.training.cases import Case

SHOWN = 5
"""Signs that are shown of each confound: those that follow it most."""


def measure_causes(
    held: HeldOut, scale: SignScale, confounds: Mapping[str, Callable[[Case], bool | None]]
) -> list[Row]:
    """Measure how well each sign tells each confound on films without a finding; the strongest are shown.

    Parameters
    ----------
    held : HeldOut
        Readings of cases.
    scale : SignScale
        Usual values of the signs, by view.
    confounds : mapping of str to callable
        On which side of the confound a case is; None where on neither.

    Returns
    -------
    list of Row
        The area is 0.5 where a sign does not follow the confound, below it where it falls.
    """
    clear = [row for row, case in enumerate(held.cases) if "No Finding" in case.labels]
    kinds = {sign.entity.id: (sign.entity.label, sign.kind) for sign in read_signs()}
    rows = []
    for confound, find_side in confounds.items():
        sides = {row: side for row in clear if (side := find_side(held.cases[row])) is not None}
        if len(set(sides.values())) < 2:
            continue
        part, truth = held.take(list(sides)), np.array(list(sides.values()))
        told = []
        for entity, values in find_answers(part, scale).items():
            known = np.flatnonzero(~np.isnan(values))
            area = find_auroc(values[known], truth[known])
            if not np.isnan(area):
                told.append((abs(area - 0.5), entity, values[known], known))
        for _, entity, values, known in sorted(told, key=lambda one: -one[0])[:SHOWN]:
            label, kind = kinds[entity]
            groups = [part.cases[row].group for row in known]
            metric = f"AUROC of {confound} by {label}, No Finding films"
            rows.append(measure_drawn(f"{kind} sign", metric, _tell(values, truth[known]), groups, repeats=100))
    return rows


def _tell(values: Floats, truth: npt.NDArray[np.bool_]) -> Callable[[Positions], float]:
    return lambda drawn: find_auroc(values[drawn], truth[drawn])


__all__ = ["SHOWN", "measure_causes"]
