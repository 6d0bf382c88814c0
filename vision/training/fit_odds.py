"""Fitting of the log-odds of findings on patients that the network had not seen, weighted to a stated mix by view.

Logit, measurements and view are weighted together, so that calibration is inside the weights. Every image counts so
much that, in each view, those with the finding, those with none at all and the others stand in the mix's shares.
Measurements that change when an image is turned or cropped a little are trusted less.

References
----------
Fuller WA. Measurement error models. 1987. doi:10.1002/9780470316665
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.types.image import LIKELY, POSSIBLE, UNLIKELY
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.odds import VIEWS, Floats, OddsReader
from thoracite.vision.prevalence import Prevalence
from thoracite.vision.training.cases import Case, read_targets

CHOICES = (0.0003, 0.003, 0.03)
"""Inverse strengths of the regularisation of measurements; each finding takes the one that foretells others best."""

DOUBT = 8.0
"""Factor of the regularisation for a measurement whose repetition differs as much as patients do."""

LOOSE = 20.0
"""Scale of logit and view, so that the regularisation does not hold them back."""


FARTHEST = 30.0
"""Log-odds that are never reached."""

FEWEST = 5
"""Fewest images that bear a word out."""

CAUTION = 0.9
"""Share of the room that a word's limit leaves which is used: held-out images are fewer than those to come."""

MARGIN = 0.01
"""Distance from a limit in log-odds, so that rounding in half precision does not cross it."""


class Material(NamedTuple):
    """What the odds are fitted on.

    Parameters
    ----------
    cases : sequence of Case
        The images.
    logits : ndarray, shape (cases, findings)
        By the head that did not see the patient.
    measures : ndarray, shape (cases, measures)
        NaN where nothing may be measured.
    noise : ndarray, shape (2 · measures,)
        Squared difference of a repeated measurement, and of its square, as a share of its variance.
    """

    cases: Sequence[Case]
    logits: Floats
    measures: Floats
    noise: Floats

    def take(self, rows: npt.NDArray[np.int64]) -> Material:
        """Return the part of some cases."""
        return Material([self.cases[int(row)] for row in rows], self.logits[rows], self.measures[rows], self.noise)


def find_noise(measures: Floats, again: Floats) -> Floats:
    """Find how much repeated measurements differ, shape (2 · measures,), as a share of their variance."""
    reader = _scale_measures(measures)
    first, second = reader.expand(measures), reader.expand(again)
    noise: Floats = np.mean((second - first) ** 2, axis=0) / (first.var(axis=0) + 1e-6)
    return noise


def fit_odds(material: Material, prevalence: Prevalence) -> OddsReader:
    """Fit every finding.

    Parameters
    ----------
    material : Material
        Images of view PA or AP are used.
    prevalence : Prevalence
        The mix.
    """
    reader = _scale_measures(material.measures)
    expanded = reader.expand(material.measures) / np.sqrt(1 + DOUBT * material.noise)
    targets, known = read_targets(list(material.cases))
    views = number_views(material.cases)
    weight, slope = np.zeros((len(FINDINGS), expanded.shape[1])), np.zeros(len(FINDINGS))
    offset, base, low, high = np.zeros((4, len(VIEWS), len(FINDINGS)))
    low, high = low - FARTHEST, high + FARTHEST
    for n in (n for n in range(len(FINDINGS)) if np.ptp(targets[known[:, n] > 0, n]) > 0):
        rows = np.flatnonzero((known[:, n] > 0) & (views >= 0))
        parts = expanded[rows], material.logits[rows, n], views[rows]
        mixed = weigh_cases(material.take(rows).cases, n, prevalence)
        halves = np.array([material.cases[int(row)].fold % 2 for row in rows])
        strength = _choose_strength(*parts, targets[rows, n], mixed, halves)
        weight[n], slope[n], offset[:, n] = _fit_finding(*parts, targets[rows, n], mixed, strength)
        odds = offset[parts[2], n] + slope[n] * parts[1] + parts[0] @ weight[n]
        priors = find_priors(n, prevalence)
        low[:, n], high[:, n] = _find_limits(odds, priors, views[rows], targets[rows, n], mixed)
        odds = np.clip(odds, low[parts[2], n], high[parts[2], n])
        for view, prior in enumerate(priors):
            inside = parts[2] == view
            base[view, n] = np.average(odds[inside], weights=mixed[inside]) if inside.any() else prior
    weight /= np.sqrt(1 + DOUBT * material.noise)
    return reader._replace(weight=weight, slope=slope, offset=offset, base=base, low=low, high=high)


def find_priors(finding: int, prevalence: Prevalence) -> Floats:
    """Return the log-odds of a finding's share in each view."""
    shares = np.array([prevalence.find_share(FINDINGS[finding], view) for view in VIEWS])
    return np.asarray(np.log(shares / (1 - shares)), dtype=np.float64)


def _find_limits(
    odds: Floats, priors: Floats, views: npt.NDArray[np.int64], targets: npt.NDArray[np.float32], mixed: Floats
) -> tuple[Floats, Floats]:
    """Return the least and the most log-odds of each view for which the words that follow are borne out.

    "Likely" is, where at least a few held-out images are called so and half of them have the finding; "unlikely", where
    at most half of the finding's usual share is among the images called so.
    """
    low, high = np.full(len(VIEWS), -FARTHEST), np.full(len(VIEWS), FARTHEST)
    likely = (odds >= 0) & (odds - priors[views] >= np.log(POSSIBLE))
    if likely.sum() < FEWEST or np.average(targets[likely], weights=mixed[likely]) < LIKELY / CAUTION:
        high = np.full(len(VIEWS), -MARGIN)
    unlikely = odds - priors[views] <= np.log(UNLIKELY)
    usual = float(np.average(targets, weights=mixed))
    if unlikely.sum() < FEWEST or np.average(targets[unlikely], weights=mixed[unlikely]) > CAUTION * UNLIKELY * usual:
        low = priors + np.log(UNLIKELY) + MARGIN
    return low, high


def _choose_strength(
    expanded: Floats,
    logits: Floats,
    views: npt.NDArray[np.int64],
    targets: npt.NDArray[np.float32],
    mixed: Floats,
    halves: npt.NDArray[np.int64],
) -> float:
    """Return the strength with the least loss when each half of the patients is foretold by the other."""
    losses = []
    for strength in CHOICES:
        odds = np.zeros(len(targets))
        for half in (0, 1):
            seen, held = halves != half, halves == half
            if len(np.unique(targets[seen])) < 2:
                return CHOICES[0]
            parts = expanded[seen], logits[seen], views[seen], targets[seen], mixed[seen]
            weight, slope, offset = _fit_finding(*parts, strength)
            odds[held] = offset[views[held]] + slope * logits[held] + expanded[held] @ weight
        losses.append(np.average(np.logaddexp(0, odds) - targets * odds, weights=mixed))
    return CHOICES[int(np.argmin(losses))]


def _fit_finding(
    expanded: Floats,
    logits: Floats,
    views: npt.NDArray[np.int64],
    targets: npt.NDArray[np.float32],
    mixed: Floats,
    strength: float,
) -> tuple[Floats, float, Floats]:
    """Return the weights of the measurements, that of the logit, and the intercept of each view."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = float(logits.mean()), float(logits.std()) + 1e-6
    inputs = np.column_stack([LOOSE * (logits - middle) / spread, LOOSE * (views == 1), expanded])
    fitted = LogisticRegression(C=strength, max_iter=2000).fit(inputs, targets > 0.5, sample_weight=mixed)
    coefficients = fitted.coef_[0]
    slope = max(LOOSE * float(coefficients[0]) / spread, 0.0)
    first = float(fitted.intercept_[0]) - slope * middle
    return coefficients[2:], slope, np.array([first, first + LOOSE * float(coefficients[1])])


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


def _scale_measures(measures: Floats) -> OddsReader:
    none = np.zeros((0, 0))
    middle, spread = np.nanmedian(measures, axis=0), np.nanstd(measures, axis=0) + 1e-6
    return OddsReader(middle, spread, none, none.ravel(), none, none, none, none)


__all__ = ["Material", "find_noise", "find_priors", "fit_odds", "number_views", "weigh_cases"]
