"""Suite ``fairness``: is the encoder as good, as well calibrated and as careful for everyone?

Labelled images of ChestX-ray14's new source (``nih_lowres``, 128 pixels) are read by held-out heads, and the same
figures are given by sex, by age band and by view, for the folds, whose odds are cross-fitted, and for locked patients
apart. Of each: macro AUROC over the findings that every group of the three has enough of; slope and error of
calibration over all pairs of image and finding, in the mix that the group has; how many findings of an image are called
possible or more; the share of labelled findings that are; and of films without any finding, the share of which
something is. The *largest gap* is that between the two groups which are farthest apart; its interval draws patients for
both. Labels of ChestX-ray14 were read from reports by a program, and may err more for some groups than for others.

References
----------
Seyyed-Kalantari L et al. Underdiagnosis bias of artificial intelligence algorithms applied to chest radiographs in
under-served patient populations. Nature Medicine 2021. doi:10.1038/s41591-021-01595-0
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.held_out import find_cross_fitted, find_priors, find_probabilities, read_held_out
from thoracite.evaluation.patients import Positions, Statistic, average_auroc, measure_drawn
from thoracite.evaluation.suite import Row, Suite
from thoracite.evaluation.vision import FINE, draw_patients
from thoracite.evaluation.words import SYSTEM, Said
from thoracite.types.verdict import ASSERTED
from thoracite.vision.mini.encoder import FOLDER
from thoracite.vision.mini.signs.weights import Floats
from thoracite.vision.training.cases import Case, read_labelled

SOURCE = "nih_lowres"
"""The source that is measured: its mix is nearly natural."""

YOUNG, OLD = 45, 60
"""Ages between bands, in years."""

TRAITS: Mapping[str, Callable[[Case], str]] = {
    "sex": lambda case: {"F": "female", "M": "male"}.get(case.sex, ""),
    "age band": lambda case: (
        ""
        if np.isnan(case.age)
        else "under 45"
        if case.age < YOUNG
        else "45 to 59"
        if case.age < OLD
        else "60 and over"
    ),
    "view": lambda case: case.view if case.view in {"PA", "AP"} else "",
}
"""By what images are parted; empty where it is not stated."""

LEAST = 15
"""Fewest positives of a finding in every group for which its AUROC is averaged."""

FEWEST = 100
"""Fewest images of a group that is measured."""

BINS = 10
"""Bins of the calibration error, of as many pairs each."""

REPEATS = 200
"""Draws of patients for an interval."""


def run_fairness(data: Path, *, folder: Path = FOLDER, patients: int | None = None) -> Suite:
    """Measure the encoder of a folder by sex, age band and view.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    folder : Path
        Folder of the model.
    patients : int or None
        Number of patients to draw; all unless given.

    Raises
    ------
    InputError
        If the data are not there.
    """
    cases = [case for case in read_labelled(data / "cxr") if case.view in {"PA", "AP"} and case.side != FINE]
    held = read_held_out(draw_patients(cases, patients), folder=folder)
    said = Said(held, find_cross_fitted(held, folder=folder), find_priors(held.cases))
    own = said.take(np.flatnonzero([case.source == SOURCE for case in held.cases]))
    number = len(own.held.cases)
    described = f"{number} images of {len({case.group for case in own.held.cases})} patients of ChestX-ray14"
    return Suite(suite="fairness", data=described, n=number, rows=tuple(measure_fairness(own)))


def measure_fairness(said: Said) -> list[Row]:
    """Measure every trait, in folds and on locked patients."""
    rows: list[Row] = []
    for name, locked in (("folds", False), ("locked", True)):
        own = np.flatnonzero([case.locked == locked for case in said.held.cases])
        if len(own):
            part = said.take(own)
            rows += [row for trait in TRAITS for row in measure_trait(part, trait, name)]
    return rows


def measure_trait(said: Said, trait: str, name: str) -> Iterator[Row]:
    """Measure one trait: each figure of each group, then the largest gap.

    Parameters
    ----------
    said : Said
        The cases, and what was said of them.
    trait : str
        One of :data:`TRAITS`.
    name : str
        ``folds`` or ``locked``.
    """
    stated = np.array([TRAITS[trait](case) for case in said.held.cases])
    groups = {group: np.flatnonzero(stated == group) for group in dict.fromkeys(stated.tolist()) if group}
    groups = {group: rows for group, rows in groups.items() if len(rows) >= FEWEST}
    if len(groups) < 2:
        return
    patients = [case.group for case in said.held.cases]
    for metric, statistic in lay_figures(said, list(groups.values())).items():
        values = {}
        for group, rows in groups.items():
            own, within = [patients[row] for row in rows], _within(statistic, rows)
            full = f"{metric}, {trait} {group}, {name}"
            yield (row := measure_drawn(SYSTEM, full, within, own, repeats=REPEATS))
            values[group] = row.value
        most, least = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
        gap = _part(statistic, stated, most, least)
        full = f"largest gap by {trait} ({most} minus {least}) of {metric}, {name}"
        yield measure_drawn(SYSTEM, full, gap, patients, repeats=REPEATS)


def _within(statistic: Statistic, rows: Positions) -> Statistic:
    return lambda drawn: statistic(rows[drawn])


def _part(statistic: Statistic, stated: npt.NDArray[np.str_], most: str, least: str) -> Statistic:
    """Return the difference of a figure between two groups of the drawn cases."""
    return lambda drawn: statistic(drawn[stated[drawn] == most]) - statistic(drawn[stated[drawn] == least])


def lay_figures(said: Said, groups: list[Positions]) -> dict[str, Statistic]:
    """Return the figures by name, each a function of drawn cases.

    Parameters
    ----------
    said : Said
        The cases, and what was said of them.
    groups : list of ndarray of int
        Positions of the cases of each group.
    """
    known, targets = said.held.known, said.held.targets & said.held.known
    enough = np.flatnonzero(np.min([targets[rows].sum(axis=0) for rows in groups], axis=0) >= LEAST)
    asserted = np.isin(said.verdicts, list(ASSERTED)) & known
    clear = np.array(["No Finding" in case.labels for case in said.held.cases])
    probabilities = find_probabilities(said.log_odds)
    figures: dict[str, Statistic] = {}
    if len(enough):
        figures[f"macro AUROC of {len(enough)} findings"] = average_auroc(said.log_odds, targets, enough)
    return figures | {
        "calibration slope": lambda drawn: find_slope(*_pair(said.log_odds, targets, known, drawn)),
        "calibration error": lambda drawn: find_error(*_pair(probabilities, targets, known, drawn)),
        "findings called possible or more, an image": lambda drawn: _mean(asserted[drawn].sum(axis=1)),
        "share of labelled findings called possible or more": lambda drawn: _mean(asserted[drawn][targets[drawn]]),
        "No Finding films with an assertion": lambda drawn: _mean(asserted[drawn[clear[drawn]]].any(axis=1)),
    }


def _pair(
    numbers: Floats, targets: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_], drawn: Positions
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the number and the truth of every pair of image and finding that is known."""
    told = known[drawn]
    return numbers[drawn][told], targets[drawn][told]


def _mean(values: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def find_slope(log_odds: Floats, truth: npt.NDArray[np.bool_]) -> float:
    """Return the slope of truth on log-odds by logistic regression; 1 where the numbers are as sure as they should be.

    NaN where all or none are true.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> odds = random.normal(0, 2, 20000)
    >>> truth = random.random(20000) < 1 / (1 + np.exp(-odds))
    >>> round(find_slope(odds, truth), 1), round(find_slope(2 * odds, truth), 1)
    (1.0, 0.5)
    """
    if not 0 < truth.sum() < len(truth):
        return float("nan")
    share = truth.mean()
    slope, offset = 0.0, float(np.log(share / (1 - share)))
    for _ in range(30):
        odds = find_probabilities(np.clip(slope * log_odds + offset, -30, 30))
        error, weight = truth - odds, odds * (1 - odds) + 1e-12
        first, second = weight @ log_odds, weight @ log_odds**2
        step = np.linalg.solve([[second, first], [first, weight.sum()]], [error @ log_odds, error.sum()])
        slope, offset = slope + step[0], offset + step[1]
        if np.abs(step).max() < 1e-6:
            break
    return float(slope)


def find_error(probabilities: Floats, truth: npt.NDArray[np.bool_]) -> float:
    """Return the mean distance between probability and frequency over bins of as many pairs each.

    Examples
    --------
    >>> find_error(np.repeat([0.1, 0.5], 100), np.repeat([False, True], 100))
    0.3
    """
    order = np.argsort(probabilities, kind="stable")
    edges = np.linspace(0, len(order), BINS + 1).astype(int)
    bins = [order[start:end] for start, end in itertools.pairwise(edges) if end > start]
    gaps = [len(own) * abs(probabilities[own].mean() - truth[own].mean()) for own in bins]
    return float(sum(gaps) / max(len(order), 1))


__all__ = ["TRAITS", "find_error", "find_slope", "lay_figures", "measure_fairness", "measure_trait", "run_fairness"]
