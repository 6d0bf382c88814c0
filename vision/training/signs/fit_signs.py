"""Fitting of weights of evidence on patients that the network had not seen, weighted to a stated mix by view.

The network's logit less what the signs foretell of it is the *rest*. Signs and rest are fitted together:
cross-entropy, plus a pull of each sign's whole effect towards what the graph says of it (KnoBo's ``|tanh W - prior|``),
and monotone in that direction, or, where the graph says nothing, in that of the data; so that calibration is inside the
weights. Each finding is fitted by itself, in seconds.

References
----------
Yang Y et al. A textbook remedy for domain shifts: knowledge priors for medical image analysis. NeurIPS 2024.
arXiv:2405.14839
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.types.image import LIKELY, POSSIBLE, UNLIKELY
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.entities import find_entities
from thoracite.vision.mini.signs.evidence import USUAL
from thoracite.vision.mini.signs.listed import VIEWS, AskedSign, name_values, read_signs, spread_values
from thoracite.vision.mini.signs.priors import find_priors, lay_priors
from thoracite.vision.mini.signs.weights import Floats, Numbers, SignScale, SignWeights
from thoracite.vision.prevalence import Prevalence
from thoracite.vision.training.cases import Case, read_targets
from thoracite.vision.training.mix import find_prior_odds, number_views, weigh_cases
from thoracite.vision.training.signs.steps import FREE, Fitted, Groups, Pulls, fit_together

QUANTILES = (5, 50, 85, 97)
"""Percentiles of the deviations between which the functions rise."""

FARTHEST = 30.0
"""Log-odds that are never reached."""

FEWEST = 5
"""Fewest images that bear a word out."""

CAUTION = 0.8
"""Share of the room that a word's limit leaves which is used: held-out images are fewer than those to come."""

_ONE_SIDED = 1.64
"""Standard errors to the upper end of a one-sided interval of 95 %."""

MARGIN = 0.01
"""Distance from a limit in log-odds, so that rounding in half precision does not cross it."""


class SignMaterial(NamedTuple):
    """What the weights are fitted on.

    Parameters
    ----------
    cases : sequence of Case
        The images.
    logits : ndarray, shape (cases, findings)
        By the head that did not see the patient.
    values : ndarray, shape (cases, signs)
        NaN where a sign is not valid.
    noise : ndarray, shape (signs,)
        Squared difference of a repeated value, as a share of its variance.
    """

    cases: Sequence[Case]
    logits: Floats
    values: Floats
    noise: Floats

    def take(self, rows: npt.NDArray[np.int64]) -> SignMaterial:
        """Return the part of some cases."""
        return self._replace(
            cases=[self.cases[int(row)] for row in rows], logits=self.logits[rows], values=self.values[rows]
        )


def fit_evidence(
    cases: Sequence[Case], logits: Floats, values: Floats, noise: Floats, prevalence: Prevalence, pulls: Pulls
) -> SignWeights:
    """Fit the weights of the product's own signs.

    Parameters
    ----------
    cases : sequence of Case
        Images; those of view PA or AP are used.
    logits : ndarray, shape (cases, outputs)
        By the head that did not see the patient.
    values : ndarray, shape (cases, values)
        In the order of :func:`thoracite.vision.mini.signs.listed.name_values`.
    noise : ndarray, shape (values,)
        From :func:`find_noise`.
    prevalence : Prevalence
        The mix.
    pulls : Pulls
        What holds the weights.
    """
    signs, views = read_signs(), number_views(cases)
    used = np.flatnonzero(views >= 0)
    names = name_values(signs)
    material = SignMaterial(
        [cases[int(row)] for row in used],
        logits[used, : len(FINDINGS)],
        spread_values(values[used], views[used], signs),
        noise[[names.index(sign.measure) for sign in signs]],
    )
    return fit_signs(material, signs, prevalence, pulls)


def lay_own_priors() -> Floats:
    """Return what the project's own graph says, shape (findings, signs)."""
    signs, findings = read_signs(), find_entities(FINDINGS)
    return lay_priors(find_priors(signs, [finding.id for finding in findings]), signs, findings)


def find_noise(values: Floats, again: Floats) -> Floats:
    """Find how much repeated values differ, shape (values,), as a share of their variance.

    Parameters
    ----------
    values, again : ndarray, shape (images, values)
        The same images, measured twice; NaN where nothing was measured.
    """
    noise: Floats = np.nanmean((again - values) ** 2, axis=0) / (np.nanvar(values, axis=0) + 1e-9)
    return noise


def fit_scale(material: SignMaterial, signs: Sequence[AskedSign]) -> SignScale:
    """Find the usual value of each sign in each view, on images without any finding, and the knots."""
    views, normal = number_views(material.cases), np.array(["No Finding" in case.labels for case in material.cases])
    shape = (len(VIEWS), len(signs))
    middle, spread, limit = np.zeros(shape), np.ones(shape), np.zeros(shape)
    for view, (number, sign) in product(range(len(VIEWS)), enumerate(signs)):
        values = material.values[normal & (views == view), number]
        if (known := values[~np.isnan(values)]).size:
            low, middle[view, number], high = np.percentile(known, (16, 50, 84))
            spread[view, number] = max((high - low) / 2, 1e-6)
            limit[view, number] = np.percentile(known, 100 * USUAL if sign.yes == "high" else 100 * (1 - USUAL))
    spread *= [1.0 if sign.yes == "high" else -1.0 for sign in signs]
    scale = SignScale(middle, spread, np.zeros((len(signs), len(QUANTILES))), limit)
    deviations = scale.deviate(material.values, np.maximum(views, 0))
    knots = np.stack([np.nanpercentile(deviations[:, _pair(signs, n)], QUANTILES) for n in range(len(signs))])
    return scale._replace(knots=knots + 1e-4 * np.arange(len(QUANTILES)))


def _pair(signs: Sequence[AskedSign], number: int) -> list[int]:
    """Return the numbers of the signs that share a function: the two sides of one concept."""
    return [n for n, sign in enumerate(signs) if sign.entity.id == signs[number].entity.id]


def fit_signs(material: SignMaterial, signs: Sequence[AskedSign], prevalence: Prevalence, pulls: Pulls) -> SignWeights:
    """Fit every finding.

    Parameters
    ----------
    material : SignMaterial
        Images of view PA or AP.
    signs : sequence of AskedSign
        The list of signs, in the order of the values.
    prevalence : Prevalence
        The mix.
    pulls : Pulls
        What holds the weights.
    """
    scale = fit_scale(material, signs)
    views = number_views(material.cases)
    climbed = scale.expand(material.values, views)
    asked = np.array([[sign.view in (None, view) for sign in signs] for view in VIEWS])
    targets, known = read_targets(list(material.cases))
    shape = (len(FINDINGS), len(signs), len(QUANTILES) - 1)
    steps, foretold = np.zeros(shape), np.zeros(shape)
    slope, centre = np.zeros(len(FINDINGS)), np.zeros((len(VIEWS), *shape[:2]))
    base, usual, low, high = np.zeros((4, len(VIEWS), len(FINDINGS)))
    data, crossed = np.zeros(shape[:2]), scale.cross()
    groups = Groups.find(signs, scale.knots.shape[1] - 1)
    for n in (n for n in range(len(FINDINGS)) if len(np.unique(targets[known[:, n] > 0, n])) == 2):
        rows = np.flatnonzero((known[:, n] > 0) & (views >= 0))
        mixed, view, target = weigh_cases(material.take(rows).cases, n, prevalence), views[rows], targets[rows, n] > 0.5
        priors = find_prior_odds(n, prevalence)
        means = np.stack([_average(climbed[rows][view == v], mixed[view == v]) for v in range(len(VIEWS))])
        inputs = groups.gather(np.nan_to_num(climbed[rows] - means[view]))
        held = groups.hold(pulls, pulls.prior[n], material.noise)
        none = np.zeros(len(rows))
        unheld = groups.hold(FREE, 0 * pulls.prior[n], material.noise)
        free = fit_together(Fitted(inputs, none, 0 * inputs[0], view, target, mixed), unheld, priors).steps
        data[n] = (groups.spread_out(free) * crossed).sum(axis=1)
        held = held.follow(free)
        lines = _foretell(inputs, view, material.logits[rows, n], mixed, held.bend(inputs.shape[1]))
        foretold[n] = groups.spread_out(lines)
        raw = material.logits[rows, n] - np.einsum("isk,sk->i", np.nan_to_num(climbed[rows]), foretold[n])
        usual[:, n] = [np.average(raw[view == v], weights=mixed[view == v]) for v in range(len(VIEWS))]
        rest = raw - usual[view, n]
        joint = Fitted(inputs, rest, lines, view, target, mixed)
        found, base[:, n], slope[n] = fit_together(joint, held, priors)
        steps[n], centre[:, n] = groups.spread_out(found), (means * groups.spread_out(found)).sum(axis=2)
        odds = base[view, n] + inputs @ found + slope[n] * rest
        low[:, n], high[:, n] = _find_limits(odds, priors, view, target.astype(np.float32), mixed)
    return SignWeights(scale, steps, centre * asked[:, None], base, slope, foretold, usual, low, high, data)


def _foretell(inputs: Floats, views: Numbers, logits: Floats, mixed: Floats, directions: Floats) -> Floats:
    """Return what the groups' steps foretell of the network's logit, by ridge regression, each in its direction."""
    from sklearn.linear_model import Ridge

    ways = np.where(directions == 0, 1, directions)
    view = 10.0 * (views == 1)
    both = -inputs[:, directions == 0]  # what has no direction may go either way
    full = np.column_stack([inputs * ways, both, view, -view])
    lines: Floats = Ridge(alpha=10.0, positive=True).fit(full, logits, sample_weight=mixed).coef_
    found = lines[: len(ways)] * ways
    found[directions == 0] -= lines[len(ways) : -2]
    return found


def _find_limits(
    odds: Floats, priors: Floats, views: npt.NDArray[np.int64], targets: npt.NDArray[np.float32], mixed: Floats
) -> tuple[Floats, Floats]:
    """Return the least and the most log-odds of each view for which the words that follow are borne out.

    "Likely" is, where at least a few held-out images are called so and half of them have the finding; "unlikely", where
    surely at most half of the finding's usual share is among the images called so.
    """
    low, high = np.full(len(VIEWS), -FARTHEST), np.full(len(VIEWS), FARTHEST)
    likely = (odds >= 0) & (odds - priors[views] >= np.log(POSSIBLE))
    if likely.sum() < FEWEST or np.average(targets[likely], weights=mixed[likely]) < LIKELY / CAUTION:
        high = np.full(len(VIEWS), -MARGIN)
    unlikely = odds - priors[views] <= np.log(UNLIKELY)
    usual = float(np.average(targets, weights=mixed))
    if unlikely.sum() < FEWEST or _find_most(targets[unlikely], mixed[unlikely]) > CAUTION * UNLIKELY * usual:
        low = priors + np.log(UNLIKELY) + MARGIN
    return low, high


def _find_most(targets: npt.NDArray[np.float32], mixed: Floats) -> float:
    """Return the upper end of a weighted share's interval, one-sided, 95 %: with few images a share is low by luck."""
    share = float(np.average(targets, weights=mixed))
    number = mixed.sum() ** 2 / (mixed**2).sum()
    return share + _ONE_SIDED * float(np.sqrt(max(share, 1 / number) / number))


def _average(climbed: Floats, mixed: Floats) -> Floats:
    """Return the weighted mean of each step where the sign is valid, shape (signs, steps)."""
    known = ~np.isnan(climbed)
    total = (known * mixed[:, None, None]).sum(axis=0)
    mean: Floats = (np.nan_to_num(climbed) * mixed[:, None, None]).sum(axis=0) / np.maximum(total, 1e-9)
    return mean


__all__ = ["QUANTILES", "SignMaterial", "find_noise", "fit_evidence", "fit_scale", "fit_signs", "lay_own_priors"]
