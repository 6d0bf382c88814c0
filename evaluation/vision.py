"""Suite ``vision``: the bundled encoder on held-out patients.

Each image is read by the head that did not see its patient (:func:`thoracite.vision.training.cases.find_fold`), so
the figures are those of single heads on unseen patients. ChestX-ray14's labels were mined from reports and differ
between the two collections that the images come from; figures are therefore given within each collection and view too,
beside a model that sees no image (only collection, view, age and sex) and a plain network trained from scratch in the
same folds (:mod:`thoracite.evaluation.plain_network`). The probabilities of a fold are calibrated on the other folds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.plain_network import read_readings
from thoracite.evaluation.speed import measure_speed
from thoracite.evaluation.suite import Row, Suite
from thoracite.files import read_rows
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.training.cases import Case, read_cases, read_targets
from thoracite.vision.training.fit_scales import cross_fit_scales

LEAST = 15
"""Fewest positives of a finding in a collection's mean."""

LARGE = 100
"""Fewest images of a collection that is measured separately."""

REPEATS = 300

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]


class Readings(NamedTuple):
    """Scores of one system for the cases.

    Parameters
    ----------
    cases : list of Case
        The images.
    targets : ndarray, shape (cases, findings)
        0 or 1.
    scores : ndarray, shape (cases, findings)
        Scores of the system, higher where a finding is more likely; any unit.
    abnormal : ndarray, shape (cases,)
        Score of "not normal".
    probabilities : ndarray, shape (cases, findings), or None
        Calibrated on other folds; None where calibration is not measured.
    """

    cases: list[Case]
    targets: npt.NDArray[np.float32]
    scores: Floats
    abnormal: Floats
    probabilities: Floats | None = None


def run_vision(data: Path, *, folder: Path = FOLDER) -> Suite:
    """Measure the encoder of a folder.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    folder : Path
        Folder of the model.

    Raises
    ------
    InputError
        If the data are not there.
    """
    cases = read_cases(data / "cxr", "nih")
    targets = read_targets(cases)[0][:, : len(FINDINGS)]
    encoder = MiniEncoder.load(folder)
    blind = read_metadata(data / "cxr", cases, targets)
    logits, added = read_held_out(encoder, cases)
    systems = {
        name: make_readings(cases, targets, read[:, : len(FINDINGS)], -read[:, len(FINDINGS)])
        for name, read in {
            "thoracite-mini": logits,
            "its network alone": logits - added,
            "its measurements alone": added,
            "plain network": read_readings(cases),
        }.items()
    }
    systems["metadata only"] = Readings(cases, targets, blind, blind.mean(axis=1), blind)
    rows = [row for name, readings in systems.items() for row in measure_readings(name, readings)]
    mini = systems["thoracite-mini"]
    rows += [
        compare_readings(f"thoracite-mini less {other}", mini, systems[other])
        for other in ("plain network", "its network alone")
    ]
    rows += measure_speed(encoder, folder)
    described = f"{len(cases)} images of {len({case.group for case in cases})} patients of ChestX-ray14, five folds"
    return Suite(suite="vision", data=described, n=len(cases), rows=tuple(rows))


def read_held_out(encoder: MiniEncoder, cases: Sequence[Case]) -> tuple[Floats, Floats]:
    """Read each case with the head of its fold, which did not see its patient.

    Parameters
    ----------
    encoder : MiniEncoder
        The encoder.
    cases : sequence of Case
        The images.

    Returns
    -------
    tuple of ndarray, shape (cases, 15)
        Logits of the findings, then of "RSNA Normal"; and the measurements' part of them.
    """
    kept = [*range(len(FINDINGS)), OUTPUTS.index("RSNA Normal")]
    logits, added = np.empty((2, len(cases), len(kept)))
    for row, case in enumerate(cases):
        activations = encoder.forward(read_radiograph(case.path, settings=Settings.read()).pixels, head=case.fold)
        logits[row], added[row] = activations.logits[0][kept], activations.added[0][kept]
    return logits, added


def make_readings(
    cases: Sequence[Case], targets: npt.NDArray[np.float32], logits: Floats, abnormal: Floats
) -> Readings:
    """Turn a system's logits into readings; the probabilities of each fold are fitted on the other folds."""
    folds = np.array([case.fold for case in cases])
    probabilities = np.empty(logits.shape)
    for fold, scales in cross_fit_scales(logits, targets, folds).items():
        for row in np.flatnonzero(folds == fold):
            probabilities[row] = [scale.find_probability(float(logits[row, n])) for n, scale in enumerate(scales)]
    return Readings(list(cases), targets, logits, abnormal, probabilities)


def read_metadata(folder: Path, cases: Sequence[Case], targets: npt.NDArray[np.float32]) -> Floats:
    """Return probabilities by logistic regression on collection, view, age and sex, in the same folds."""
    from sklearn.linear_model import LogisticRegression

    known = {row["file"]: row for row in read_rows(folder / "manifest.csv")}
    rows = [known[str(case.path.relative_to(folder))] for case in cases]
    collections = sorted({case.collection for case in cases})
    inputs = np.array(
        [
            [*(case.collection == name for name in collections), case.view == "AP", row["sex"] == "M", _read_age(row)]
            for case, row in zip(cases, rows, strict=True)
        ],
        dtype=float,
    )
    folds = np.array([case.fold for case in cases])
    scores = np.empty(targets.shape, dtype=float)
    for fold in range(FOLDS):
        seen, held = folds != fold, folds == fold
        for n in range(targets.shape[1]):
            fitted = LogisticRegression(max_iter=500).fit(inputs[seen], targets[seen, n])
            scores[held, n] = fitted.predict_proba(inputs[held])[:, 1]
    return scores


def _read_age(row: dict[str, str]) -> float:
    digits = "".join(filter(str.isdigit, row["age"].split(".")[0]))
    return min(float(digits or 50), 100.0) / 100


def measure_readings(name: str, readings: Readings) -> list[Row]:
    """Measure one system.

    Parameters
    ----------
    name : str
        Name of the system.
    readings : Readings
        Readings of all cases.
    """
    collection = np.array([case.collection for case in readings.cases])
    everything = np.arange(len(collection))
    rows = [_row(name, "macro AUROC, pooled", readings, everything, _macro(readings, everything))]
    for value, count in zip(*np.unique(collection, return_counts=True), strict=True):
        if count >= LARGE:
            inside = np.flatnonzero(collection == value)
            rows.append(_row(name, f"macro AUROC within {value}", readings, inside, _macro(readings, inside)))
    rows.append(_row(name, "macro AUROC, mean of both collections", readings, everything, _mean_within(readings)))
    rows += _measure_normal(name, readings)
    if readings.probabilities is not None:
        calibration = _calibration(readings.probabilities, readings.targets)
        rows.append(_row(name, "calibration error, mean of findings", readings, everything, calibration))
    for n, finding in enumerate(FINDINGS):
        single = _single(readings, n)
        positives = int(readings.targets[:, n].sum())
        rows.append(_row(name, f"AUROC {finding}, {positives} positive", readings, everything, single))
    return rows


def compare_readings(name: str, first: Readings, second: Readings) -> Row:
    """Return one system's lead over another in the mean of both collections; patients are drawn for both at once."""
    one, other = _mean_within(first), _mean_within(second)
    metric = "macro AUROC, mean of both collections"
    return _row(name, metric, first, np.arange(len(first.cases)), lambda drawn: one(drawn) - other(drawn))


def find_auroc(scores: Floats, targets: npt.NDArray[np.float32]) -> float:
    """Compute the area under the receiver operating characteristic; NaN where only one kind of target occurs.

    Examples
    --------
    >>> find_auroc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1], dtype=np.float32))
    0.75
    """
    positive = targets > 0.5
    n = int(positive.sum())
    rest = len(targets) - n
    if not n or not rest:
        return float("nan")
    return float((rankdata(scores)[positive].sum() - n * (n + 1) / 2) / (n * rest))


def find_calibration_error(probabilities: Floats, targets: npt.NDArray[np.float32], *, bins: int = 10) -> float:
    """Compute the mean distance between probability and frequency over bins of equal size.

    Examples
    --------
    >>> find_calibration_error(np.full(100, 0.25), np.array([1.0] * 25 + [0.0] * 75, dtype=np.float32), bins=1)
    0.0
    """
    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [len(p) * abs(float(probabilities[p].mean() - targets[p].mean())) for p in parts]
    return float(sum(gaps) / len(order))


Statistic = Callable[[Positions], float]


def _macro(readings: Readings, inside: Positions) -> Statistic:
    enough = [n for n in range(len(FINDINGS)) if readings.targets[inside, n].sum() >= LEAST]

    def statistic(drawn: Positions) -> float:
        areas = [find_auroc(readings.scores[drawn, n], readings.targets[drawn, n]) for n in enough]
        return float(np.nanmean(areas))

    return statistic


def _mean_within(readings: Readings) -> Statistic:
    """Average the macro AUROC within each large collection."""
    collection = np.array([case.collection for case in readings.cases])
    names = [name for name, count in zip(*np.unique(collection, return_counts=True), strict=True) if count >= LARGE]
    parts = [(name, _macro(readings, np.flatnonzero(collection == name))) for name in names]

    def statistic(drawn: Positions) -> float:
        return float(np.mean([macro(drawn[collection[drawn] == name]) for name, macro in parts]))

    return statistic


def _single(readings: Readings, n: int) -> Statistic:
    return lambda drawn: find_auroc(readings.scores[drawn, n], readings.targets[drawn, n])


def _calibration(probabilities: Floats, targets: npt.NDArray[np.float32]) -> Statistic:
    def statistic(drawn: Positions) -> float:
        errors = [find_calibration_error(probabilities[drawn, n], targets[drawn, n]) for n in range(len(FINDINGS))]
        return float(np.mean(errors))

    return statistic


def _measure_normal(name: str, readings: Readings) -> list[Row]:
    """Measure radiologists' "Normal" against the rest, within each view, and the mean weighted by images."""
    rows, areas, weights = [], [], []
    rest = np.array([case.reading != "Normal" for case in readings.cases], dtype=np.float32)
    for view in ("PA", "AP"):
        inside = np.array([n for n, case in enumerate(readings.cases) if case.reading and case.view == view])

        def statistic(drawn: Positions) -> float:
            return find_auroc(readings.abnormal[drawn], rest[drawn])

        row = _row(name, f"AUROC RSNA Normal against rest, {view}", readings, inside, statistic)
        rows.append(row)
        areas.append(row.value)
        weights.append(len(inside))
    mean = float(np.average(areas, weights=weights))
    metric = "AUROC RSNA Normal against rest, mean of views by images"
    return [*rows, Row(system=name, metric=metric, value=mean, n=sum(weights))]


def _row(name: str, metric: str, readings: Readings, inside: Positions, statistic: Statistic) -> Row:
    """Return a figure and its interval by drawing patients."""
    groups: dict[str, list[int]] = {}
    for position in inside:
        groups.setdefault(readings.cases[position].group, []).append(int(position))
    members = [np.array(rows) for rows in groups.values()]

    def drawn(patients: Positions) -> float:
        return statistic(np.concatenate([members[p] for p in patients]))

    low, high = bootstrap_interval(drawn, len(members), repeats=REPEATS)
    return Row(system=name, metric=metric, value=statistic(inside), low=low, high=high, n=len(inside))


__all__ = [
    "LARGE",
    "LEAST",
    "Readings",
    "compare_readings",
    "find_auroc",
    "find_calibration_error",
    "make_readings",
    "measure_readings",
    "read_held_out",
    "read_metadata",
    "run_vision",
]
