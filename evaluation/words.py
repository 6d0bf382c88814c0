"""Suite ``words``: are the numbers and the words of findings borne out on unseen patients?

Labelled images of ChestX-ray14's new source, whose mix is nearly natural, are read by held-out heads; pneumonia,
which that source leaves out, is not judged. Each figure is given for the folds, whose odds are cross-fitted, and for
locked patients beside them. Brier skill is measured against saying of every image what is usual for its view.

References
----------
Cox DR. Two further applications of a model for binary regression. Biometrika 1958. doi:10.1093/biomet/45.3-4.562
(calibration slope).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.held_out import (
    HeldOut,
    find_cross_fitted,
    find_log_odds,
    find_priors,
    find_probabilities,
    read_held_out,
)
from thoracite.evaluation.patients import Positions, measure_drawn
from thoracite.evaluation.suite import Row, Suite
from thoracite.evaluation.vision import FINE, draw_patients
from thoracite.types import find_verdict
from thoracite.types.verdict import ASSERTED
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.mini.signs.weights import Floats
from thoracite.vision.prevalence import read_prevalence
from thoracite.vision.training.cases import read_cases, read_labelled
from thoracite.vision.training.mix import number_views, weigh_cases

SYSTEM = "thoracite-mini"

ENOUGH = 50
"""Fewest positives of a finding whose calibration is measured."""

BINS = (0.0, 0.5, 2.0, 5.0, 10.0, np.inf)
"""Bounds of the likelihood ratio."""

FEWEST = 30
"""Fewest positives of a bin that is measured."""


class Said(NamedTuple):
    """What was said of cases, and what was there.

    Parameters
    ----------
    held : HeldOut
        The cases.
    log_odds, priors : ndarray, shape (cases, findings)
        Of this image, and of the usual one.
    """

    held: HeldOut
    log_odds: Floats
    priors: Floats

    @property
    def ratios(self) -> Floats:
        """Return the likelihood ratios, shape (cases, findings)."""
        return np.asarray(np.exp(self.log_odds - self.priors), dtype=np.float64)

    @property
    def verdicts(self) -> npt.NDArray[np.str_]:
        """Return the verdicts, shape (cases, findings)."""
        pairs = zip(find_probabilities(self.log_odds).ravel(), self.ratios.ravel(), strict=True)
        return np.array([find_verdict(*pair) for pair in pairs]).reshape(self.log_odds.shape)

    def take(self, rows: Positions) -> Said:
        """Return the part of some cases."""
        return Said(self.held.take(rows), self.log_odds[rows], self.priors[rows])


def run_words(data: Path, *, folder: Path = FOLDER, patients: int | None = None) -> Suite:
    """Measure numbers and words.

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
    cases = [case for case in read_labelled(data / "cxr") if case.view in {"PA", "AP"}]
    cases = draw_patients([case for case in cases if case.side != FINE], patients)
    held = read_held_out(cases, folder=folder)
    said = Said(held, find_cross_fitted(held, folder=folder), find_priors(cases))
    rows = measure_words(said)
    normal = draw_patients(list(read_cases(data / "cxr", "rsna_normal")), patients)
    read = read_held_out(normal, folder=folder)
    rows += measure_normal(Said(read, find_bundled(read, folder=folder), find_priors(normal)))
    described = f"{len(cases)} images of {len({case.group for case in cases})} patients of ChestX-ray14"
    return Suite(suite="words", data=described, n=len(cases), rows=tuple(rows))


def find_bundled(held: HeldOut, *, folder: Path = FOLDER) -> Floats:
    """Return the bundled log-odds of cases that no odds were fitted on."""
    return find_log_odds(held, MiniEncoder.load(folder).signs.weights)


def measure_words(said: Said) -> list[Row]:
    """Measure calibration, verdicts and likelihood ratios, in folds and on locked patients."""
    rows = []
    for name, locked in (("folds", False), ("locked", True)):
        new = np.flatnonzero([c.source == "nih_lowres" and c.locked == locked for c in said.held.cases])
        if not len(new):
            continue
        part = said.take(new)
        rows += measure_calibration(part, name)
        rows += measure_verdicts(part, name)
        rows += measure_ratios(part, name)
    return rows


def measure_calibration(said: Said, name: str) -> list[Row]:
    """Measure the slope and the Brier skill of each finding with enough positives, weighted to the stated mix."""
    groups = [case.group for case in said.held.cases]
    targets, rows, prevalence = said.held.targets, [], read_prevalence()
    for n in map(int, np.flatnonzero((targets & said.held.known).sum(axis=0) >= ENOUGH)):
        odds, prior, truth = said.log_odds[:, n], said.priors[:, n], targets[:, n]
        mixed = weigh_cases(said.held.cases, n, prevalence)
        label = f"{FINDINGS[n]}, {int(truth.sum())} positive, {name}"
        rows.append(
            measure_drawn(SYSTEM, f"calibration slope {label}", _slope(odds, truth, mixed), groups, repeats=200)
        )
        rows.append(measure_drawn(SYSTEM, f"Brier skill {label}", _skill(odds, prior, truth, mixed), groups))
    return rows


def _slope(odds: Floats, truth: npt.NDArray[np.bool_], mixed: Floats) -> Callable[[Positions], float]:
    from sklearn.linear_model import LogisticRegression

    def slope(drawn: Positions) -> float:
        if len(np.unique(truth[drawn])) < 2:
            return float("nan")
        fitted = LogisticRegression(C=1e6).fit(odds[drawn, None], truth[drawn], sample_weight=mixed[drawn])
        return float(fitted.coef_[0, 0])

    return slope


def _skill(odds: Floats, prior: Floats, truth: npt.NDArray[np.bool_], mixed: Floats) -> Callable[[Positions], float]:
    own, usual = (mixed * (find_probabilities(each) - truth) ** 2 for each in (odds, prior))
    return lambda drawn: float(1 - own[drawn].mean() / usual[drawn].mean())


def measure_verdicts(said: Said, name: str) -> list[Row]:
    """Measure what is borne out of each word, what is found, and what is said of films without a finding."""
    verdicts, targets, known = said.verdicts, said.held.targets, said.held.known
    groups = [case.group for case in said.held.cases]
    rows = []
    for word in ("likely", "suspected", "possible", "undecided", "unlikely"):
        called = (verdicts == word) & known
        if called.any():
            rows.append(
                _share(f"share with the finding of those called {word}, {name}", called & targets, called, groups)
            )
    for n in np.flatnonzero((targets & known).sum(axis=0) >= FEWEST):
        called, usual = verdicts[:, n] == "unlikely", float(targets[:, n].mean())
        if not called.any():
            continue
        metric = f"share of the usual among those called unlikely, {FINDINGS[n]}, {name}"
        row = _share(metric, (called & targets[:, n])[:, None], called[:, None], groups)
        rows.append(_scale(row, 1 / usual))
    asserted: npt.NDArray[np.bool_] = np.asarray(np.isin(verdicts, list(ASSERTED)) & known, dtype=np.bool_)
    rows.append(_share(f"sensitivity of possible or more, {name}", asserted & targets, targets & known, groups))
    rows.append(
        _share(f"specificity of possible or more, {name}", ~asserted & ~targets & known, ~targets & known, groups)
    )
    clear = np.array([["No Finding" in case.labels] for case in said.held.cases])
    metric = f"No Finding films with an assertion, {name}"
    rows.append(_share(metric, (asserted.sum(axis=1, keepdims=True) > 0) & clear, clear, groups))
    return rows


def measure_normal(said: Said) -> list[Row]:
    """Measure how often something is asserted on films that radiologists read as normal."""
    asserted = (np.isin(said.verdicts, list(ASSERTED)).sum(axis=1) > 0).reshape(-1, 1)
    groups = [case.group for case in said.held.cases]
    metric = "RSNA Normal films of other patients with an assertion"
    return [_share(metric, asserted, np.ones_like(asserted), groups)]


def measure_ratios(said: Said, name: str) -> list[Row]:
    """Compare stated with observed likelihood ratios, in bins of the stated one, stratified by finding.

    Observed is the share of images with the finding that fall into the bin over the share of those without it. The
    quotient is 1 where the numbers are right.

    References
    ----------
    Mantel N, Haenszel W. Statistical aspects of the analysis of data from retrospective studies of disease. JNCI 1959.
    """
    groups = [case.group for case in said.held.cases]
    targets, known, ratios = said.held.targets, said.held.known, said.ratios
    rows = []
    for low, high in itertools.pairwise(BINS):
        inside = (ratios > low) & (ratios <= high) & known
        positives = int((inside & targets).sum())
        if positives < FEWEST:
            continue
        bounds = f"above {low:g}" if np.isinf(high) else f"{low:g} to {high:g}"
        quotient = _quotient(said, inside)
        metric = f"observed over stated likelihood ratio, stated {bounds}, {name}"
        rows.append(measure_drawn(SYSTEM, metric, quotient, groups, n=positives))
    return rows


def _quotient(said: Said, inside: npt.NDArray[np.bool_]) -> Callable[[Positions], float]:
    """Return the pooled likelihood ratio of a bin over the mean stated one, by Mantel and Haenszel.

    Strata are finding and view. Among images without a finding, the mean of true likelihood ratios in a bin is the
    bin's own, so that the stated ones are averaged over those.
    """
    targets, known, ratios = said.held.targets, said.held.known, said.ratios
    views = number_views(said.held.cases)

    def quotient(drawn: Positions) -> float:
        observed = expected = 0.0
        for view in np.unique(views):
            rows = drawn[views[drawn] == view]
            truth, use, kept = targets[rows] & known[rows], ~targets[rows] & known[rows], inside[rows]
            positive, negative = truth.sum(axis=0), use.sum(axis=0)
            every = np.maximum(positive + negative, 1)
            observed += float(((kept & truth).sum(axis=0) * negative / every).sum())
            expected += float(((kept & use) * ratios[rows]).sum(axis=0) @ (positive / every))
        return observed / expected if expected else float("nan")

    return quotient


def _share(metric: str, parts: npt.NDArray[np.bool_], wholes: npt.NDArray[np.bool_], groups: Sequence[str]) -> Row:
    """Divide what is counted by what it is counted among, with an interval by drawing patients."""
    part, whole = parts.sum(axis=1), wholes.sum(axis=1)

    def share(drawn: Positions) -> float:
        among = whole[drawn].sum()
        return float(part[drawn].sum() / among) if among else float("nan")

    return measure_drawn(SYSTEM, metric, share, groups, n=int(whole.sum()))


def _scale(row: Row, times: float) -> Row:
    low, high = (None if end is None else end * times for end in (row.low, row.high))
    return row.model_copy(update={"value": row.value * times, "low": low, "high": high})


__all__ = [
    "BINS",
    "Said",
    "measure_calibration",
    "measure_normal",
    "measure_ratios",
    "measure_verdicts",
    "measure_words",
    "run_words",
]
