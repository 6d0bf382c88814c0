"""Suite ``release``: is a chosen risk of a wrong release kept, and how much has to be left out for it?

An explanation errs where it calls pneumonia, consolidation or infiltration likely or suspected and RSNA's radiologists
saw no opacity, or calls all three unlikely and they drew one; possible and undecided are no error. The control leaves
out statements near a limit of the verdicts: a finding that is asserted, or one of three that are all unlikely, becomes
undecided where its log likelihood ratio is nearer to the limit than a margin λ. Learn then Test
(:mod:`thoracite.generation.release.risk_control`) chooses the least λ by patients of the folds, each read by the head
that did not see the patient; locked patients show the risk that comes of it, and a hundred resplits how often it is
above the level. The risk is that of one image of a patient drawn at random, in the mix of these images; images that
the gate withholds are counted apart. Truth of phantoms takes no part.

The bundled encoder is so careful with "likely" and "suspected" that the control has little to do, so a second,
stricter, reading is controlled beside it: *possible* on an image without opacity is an error too. Baselines: no
control, every finding always unlikely, and silence, which is never wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from thoracite.errors import InputError
from thoracite.evaluation.held_out import HeldOut, find_cross_fitted, find_priors, load_encoder, read_held_out
from thoracite.evaluation.patients import Positions, measure_drawn, summarise
from thoracite.evaluation.suite import Row, Suite
from thoracite.evaluation.vision import FINE, draw_patients
from thoracite.evaluation.words import SYSTEM, Said
from thoracite.generation.release.risk_control import DELTA, average_patients, choose_threshold
from thoracite.types.image import POSSIBLE, SUSPECTED, UNLIKELY
from thoracite.types.verdict import ASSERTED, OUTSTANDING
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import FOLDER
from thoracite.vision.mini.gate import KINDS, find_kind
from thoracite.vision.training.cases import read_labelled

OPACITIES = ("Pneumonia", "Consolidation", "Infiltration")
"""Findings whose statements are controlled."""

ALPHAS = (0.005, 0.05, 0.1, 0.15, 0.2)
"""Levels of the risk."""

MARGINS = np.array([np.inf, *(step / 10 for step in range(40, -1, -1))])
"""Margins λ that are tested, natural logarithm of a ratio, the most careful first; 0 is no control."""

RESPLITS = 100
"""Times that patients are split anew into halves."""

READINGS: Mapping[str, tuple[frozenset[str], float]] = {
    "likely or suspected is an assertion": (frozenset(OUTSTANDING), SUSPECTED),
    "possible is one too": (frozenset(ASSERTED), POSSIBLE),
}
"""What counts as an assertion: its verdicts, and the likelihood ratio from which on they are given."""

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class Controlled(NamedTuple):
    """What is left at each margin, for images in order.

    Parameters
    ----------
    groups : tuple of str
        Patient of each image.
    errors : ndarray, shape (images, margins), bool
        Whether the image's explanation errs.
    kept : ndarray, shape (images, margins), int
        Statements that are released: assertions, and denials of images in which all three are denied.
    """

    groups: tuple[str, ...]
    errors: Flags
    kept: npt.NDArray[np.int64]

    def take(self, rows: Positions) -> Controlled:
        """Return the part of some images."""
        return Controlled(tuple(self.groups[row] for row in rows), self.errors[rows], self.kept[rows])


def run_release(data: Path, *, folder: Path = FOLDER, patients: int | None = None) -> Suite:
    """Measure the certified release.

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
        If the data are not there, or radiologists read none of them.
    """
    read, passed = read_opacities(data, folder=folder, patients=patients)
    rows = [
        summarise(SYSTEM, "images withheld by the gate", (~passed).tolist(), [case.group for case in read.held.cases])
    ]
    rows += measure_release(read.take(np.flatnonzero(passed)))
    number = len(read.held.cases)
    described = f"{number} images of {len({case.group for case in read.held.cases})} patients, read by RSNA"
    return Suite(suite="release", data=described, n=number, rows=tuple(rows))


def read_opacities(data: Path, *, folder: Path = FOLDER, patients: int | None = None) -> tuple[Said, Flags]:
    """Read the images that RSNA's radiologists read, by heads that did not see the patient.

    Parameters
    ----------
    data, folder, patients
        As :func:`run_release` takes them.

    Returns
    -------
    tuple of Said and ndarray, shape (images,), bool
        What was said, and which images pass the gate.
    """
    cases = [case for case in read_labelled(data / "cxr") if case.view in {"PA", "AP"} and case.side != FINE]
    held = read_held_out(draw_patients(cases, patients), folder=folder)
    said = Said(held, find_cross_fitted(held, folder=folder), find_priors(held.cases))
    read = said.take(np.flatnonzero([bool(case.reading) for case in held.cases]))
    if not len(read.held.cases):
        raise InputError(f"{data / 'cxr' / 'manifest.csv'} has no images with a reading by RSNA's radiologists")
    return read, find_passed(read.held, folder)


def find_passed(held: HeldOut, folder: Path) -> Flags:
    """Return which images pass the gate; an inverted one, which would be turned back, does not here."""
    gate = load_encoder(folder).gate
    return np.array([find_kind(one, gate) == KINDS[0] for one in held.features], dtype=np.bool_)


def measure_release(said: Said) -> Iterator[Row]:
    """Measure both readings: the choice by the folds, locked patients, and resplits of the folds' patients."""
    locked = np.array([case.locked for case in said.held.cases])
    truth = find_truth(said)
    groups = tuple(case.group for case in said.held.cases)
    denier = "every finding always unlikely"
    yield summarise(denier, "explanations that err, folds", truth[~locked].tolist(), _pick(groups, ~locked))
    for name in READINGS:
        controlled = control(said, truth, name)
        folds, last = controlled.take(np.flatnonzero(~locked)), controlled.take(np.flatnonzero(locked))
        yield from measure_uncontrolled(folds, last, name)
        for alpha in ALPHAS:
            yield from measure_level(folds, last, alpha, name)


def find_truth(said: Said) -> Flags:
    """Return in which images radiologists drew an opacity."""
    return np.array([case.reading == "Lung Opacity" for case in said.held.cases])


def control(said: Said, truth: Flags, name: str) -> Controlled:
    """Apply every margin to every image.

    Parameters
    ----------
    said : Said
        The images, and what was said of them.
    truth : ndarray, shape (images,), bool
        Whether radiologists drew an opacity.
    name : str
        One of :data:`READINGS`.
    """
    columns = [FINDINGS.index(finding) for finding in OPACITIES]
    verdicts, ratios = said.verdicts[:, columns], np.log(said.ratios[:, columns])
    wanted, limit = READINGS[name]
    asserted = np.isin(verdicts, list(wanted))
    denied = (verdicts == "unlikely").all(axis=1, keepdims=True) & np.ones_like(asserted)
    bold = asserted[..., None] & (ratios[..., None] - np.log(limit) >= MARGINS)
    low = denied[..., None] & (np.log(UNLIKELY) - ratios[..., None] >= MARGINS)
    errors = np.where(truth[:, None], low.all(axis=1), bold.any(axis=1))
    return Controlled(tuple(case.group for case in said.held.cases), errors, (bold | low).sum(axis=1))


def measure_uncontrolled(folds: Controlled, locked: Controlled, name: str) -> Iterator[Row]:
    """Measure risk and statements beside no control, and beside silence."""
    for system, column in (("no control", -1), ("silence", 0)):
        for part, own in (("folds", folds), ("locked", locked)):
            if own.groups:
                yield _measure_risk(system, f"explanations that err, {part}; {name}", own, column)
                yield _measure_kept(system, f"statements released an image, {part}; {name}", own, column)


def measure_level(folds: Controlled, locked: Controlled, alpha: float, name: str) -> Iterator[Row]:
    """Measure one level: the margin, what is left out, the risk of locked patients, and resplits.

    Parameters
    ----------
    folds, locked : Controlled
        Images of the folds' patients, by whom the margin is chosen, and of locked ones.
    alpha : float
        The level.
    name : str
        The reading.
    """
    at = f"at risk {alpha:g}; {name}"
    losses = average_patients(folds.errors, folds.groups)
    chosen = choose_threshold(losses, alpha)
    column = 0 if chosen is None else chosen
    margin = float("nan") if chosen is None else float(MARGINS[column])
    yield Row(system=SYSTEM, metric=f"certified margin {at}", value=margin, n=len(losses))
    for part, own in (("folds", folds), ("locked", locked)):
        if own.groups:
            whole, released = int(own.kept[:, -1].sum()), int(own.kept[:, column].sum())
            yield Row(system=SYSTEM, metric=f"statements released, {part}, {at}", value=released, n=whole)
            if whole:
                yield _measure_left_out(f"statements left out, {part}, {at}", own, column)
            yield _measure_risk(SYSTEM, f"explanations that err, {part}, {at}", own, column)
    above, left = resplit(losses, average_patients(folds.kept, folds.groups), alpha)
    ends = find_binomial(int(above.sum()), len(above))
    yield _lay_row(f"resplits with a risk above the level, {at}", float(above.sum()), ends, len(above))
    if len(told := left[~np.isnan(left)]):
        ends = (float(np.quantile(told, 0.025)), float(np.quantile(told, 0.975)))
        yield _lay_row(f"statements left out, mean of the resplits, {at}", float(told.mean()), ends, len(told))


def resplit(
    losses: Floats, kept: Floats, alpha: float, *, repeats: int = RESPLITS, seed: int = 0
) -> tuple[Flags, Floats]:
    """Choose a margin by one half of the patients and see the other half, again and again.

    Parameters
    ----------
    losses, kept : ndarray, shape (patients, margins)
        Mean error, and statements an image, of each patient.
    alpha : float
        The level.
    repeats : int
        Number of splits.
    seed : int
        The same seed splits the same.

    Returns
    -------
    tuple of ndarray, shape (repeats,)
        Whether the other half's risk is above the level, and its share of statements left out; NaN where it has none.
    """
    random, above, left = np.random.default_rng(seed), [], []
    for _ in range(repeats):
        order = random.permutation(len(losses))
        half, rest = order[: len(order) // 2], order[len(order) // 2 :]
        column = choose_threshold(losses[half], alpha) or 0
        above.append(losses[rest, column].mean() > alpha)
        whole = float(kept[rest, -1].sum())
        left.append(1 - float(kept[rest, column].sum()) / whole if whole else float("nan"))
    return np.array(above, dtype=np.bool_), np.array(left)


def find_binomial(hits: int, n: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a number of hits.

    Examples
    --------
    >>> find_binomial(0, 100)[0], round(find_binomial(0, 100)[1], 1)
    (0.0, 3.6)
    """
    found = binomtest(hits, n).proportion_ci()
    return float(n * found.low), float(n * found.high)


def _lay_row(metric: str, value: float, ends: tuple[float, float], n: int) -> Row:
    return Row(system=SYSTEM, metric=metric, value=value, low=ends[0], high=ends[1], n=n)


def _pick(groups: Sequence[str], flags: Flags) -> list[str]:
    return [group for group, wanted in zip(groups, flags, strict=True) if wanted]


def _measure_risk(system: str, metric: str, own: Controlled, column: int) -> Row:
    """Measure the mean over patients of the share of their images that err."""
    risk = average_patients(own.errors[:, [column]], own.groups)[:, 0]
    return summarise(system, metric, risk.tolist(), list(dict.fromkeys(own.groups)))


def _measure_kept(system: str, metric: str, own: Controlled, column: int) -> Row:
    return summarise(system, metric, own.kept[:, column].tolist(), own.groups)


def _measure_left_out(metric: str, own: Controlled, column: int) -> Row:
    kept = own.kept

    def share(drawn: Positions) -> float:
        whole = kept[drawn, -1].sum()
        return float(1 - kept[drawn, column].sum() / whole) if whole else float("nan")

    return measure_drawn(SYSTEM, metric, share, own.groups, n=int(kept[:, -1].sum()))


__all__ = [
    "ALPHAS",
    "DELTA",
    "MARGINS",
    "OPACITIES",
    "READINGS",
    "Controlled",
    "control",
    "find_binomial",
    "find_passed",
    "find_truth",
    "measure_level",
    "measure_release",
    "measure_uncontrolled",
    "read_opacities",
    "resplit",
    "run_release",
]
