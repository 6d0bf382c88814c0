"""Suite ``sides``: is the named side that of radiologists' boxes?

Images of ChestX-ray14 whose boxes of opacities lie on one side are read by the head that did not see the patient; the
side's weights are fitted on other folds. The surest part (:data:`thoracite.vision.training.fit_side.NAMED`) is what the
encoder names, by the bundled limit on locked patients. Baselines: densities alone, the network's map alone, always the
right side, where most opacities are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from thoracite.errors import InputError
from thoracite.evaluation.patients import summarise
from thoracite.evaluation.suite import Row, Suite
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.mini.side import TRAITS
from thoracite.vision.mini.signs.weights import Floats
from thoracite.vision.training.cases import read_labelled
from thoracite.vision.training.fit_side import NAMED, Sided, rate_held_out, read_sided

SYSTEM = "thoracite-mini"

_MAP = TRAITS.index("map of RSNA Lung Opacity")


def run_sides(data: Path, *, folder: Path = FOLDER) -> Suite:
    """Measure sides on every image with boxes on one of them.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    folder : Path
        Folder of the model.

    Raises
    ------
    InputError
        If the data are not there, or have no such boxes.
    """
    encoder = MiniEncoder.load(folder)
    sided = read_sided(read_labelled(data / "cxr"), encoder.network)
    open_, locked = ([one for one in sided if one.case.locked == wanted] for wanted in (False, True))
    if not open_:
        raise InputError(f"{data / 'cxr' / 'manifest.csv'} has no boxes of opacities that lie on one side")
    rated = {
        SYSTEM: rate_held_out(open_),
        "densities alone": rate_held_out([_keep(one, range(TRAITS.index("map of Atelectasis"))) for one in open_]),
        "map alone": np.array([np.nan_to_num(one.traits[_MAP]) for one in open_]),
        "always right": np.ones(len(open_)),
    }
    rows = [row for system, odds in rated.items() for row in measure_sides(system, open_, odds)]
    valid = [float(not np.isnan(one.traits[0])) for one in open_]
    rows.append(summarise(SYSTEM, "images whose masks are valid", valid, [one.case.group for one in open_]))
    if locked:
        odds = np.array([encoder.side.rate(one.traits) for one in locked])
        rows += measure_named(f"{SYSTEM}, locked patients", locked, odds, least=encoder.side.least)
    described = f"{len(sided)} images with opacities on one side, of {len({one.case.group for one in sided})} patients"
    return Suite(suite="sides", data=described, n=len(sided), rows=tuple(rows))


def _keep(one: Sided, kept: Sequence[int]) -> Sided:
    traits = np.zeros(len(TRAITS))
    traits[list(kept)] = one.traits[list(kept)]
    return one._replace(traits=traits)


def measure_sides(system: str, sided: Sequence[Sided], odds: Floats) -> list[Row]:
    """Measure the share that is right, of the surest part and of all.

    Parameters
    ----------
    system : str
        Name of the system.
    sided : sequence of Sided
        The images.
    odds : ndarray, shape (images,)
        Above 0 where the right side is likelier; the farther from 0, the surer.
    """
    least = float(np.quantile(np.abs(odds), 1 - NAMED))
    return [*measure_named(system, sided, odds, least=least), _measure(system, "right side, all", sided, odds)]


def measure_named(system: str, sided: Sequence[Sided], odds: Floats, *, least: float) -> list[Row]:
    """Measure how many sides are named, and how many of those are right."""
    named = np.flatnonzero(np.abs(odds) >= least)
    groups = [one.case.group for one in sided]
    rows = [summarise(system, "sides named", [float(row in set(named.tolist())) for row in range(len(sided))], groups)]
    if len(named):
        rows.append(_measure(system, "right side, of those named", [sided[int(row)] for row in named], odds[named]))
    return rows


def _measure(system: str, metric: str, sided: Sequence[Sided], odds: Floats) -> Row:
    right = [float((value > 0) == (one.side == "right")) for one, value in zip(sided, odds, strict=True)]
    return summarise(system, metric, right, [one.case.group for one in sided])


__all__ = ["SYSTEM", "measure_named", "measure_sides", "run_sides"]
