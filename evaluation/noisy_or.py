"""A noisy-OR from findings to signs, inverted by Bayes: a rival of sums of evidence in ``thoracite evaluate shift``.

A sign is there if a cause lights it: one of the findings that the graph ties it to, each with a chance fitted on
labelled images, or none that is named (its *leak*). Findings are taken as independent beforehand. The probability of
one, given which signs are there, sums over all states of the others, so that a finding that explains a sign takes the
sign from the others. A sign that was not measured says nothing.

References
----------
Pearl J. Probabilistic reasoning in intelligent systems. 1988, section 4.3.2 (noisy-OR).
Vomlel J. Noisy-or classifier. International Journal of Intelligent Systems 2006. doi:10.1002/int.20140 (its fit by EM).
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.vision.mini.signs.weights import Floats

ROUNDS = 60
"""Rounds of the fit; the chances no longer move in the third figure."""

_BEFORE = 1.0
"""Images with and without a sign that are imagined for each cause, so that few images do not make a chance 0 or 1."""

_LEAST = 1e-4


class NoisyOr(NamedTuple):
    """A fitted noisy-OR.

    Parameters
    ----------
    chance : ndarray, shape (findings, signs)
        Chance that a finding lights a sign; 0 where the graph does not tie them.
    leak : ndarray, shape (signs,)
        Chance that a sign is there without any of the findings.
    share : ndarray, shape (findings,)
        Share of images with each finding.
    """

    chance: Floats
    leak: Floats
    share: Floats

    def invert(self, answers: Floats, finding: int) -> Floats:
        """Return the log-odds of a finding given the signs of images, shape (images,).

        Parameters
        ----------
        answers : ndarray, shape (images, signs)
            1 where a sign is there, 0 where it is not, NaN where it was not measured.
        finding : int
            Number of the finding.

        Examples
        --------
        >>> one = NoisyOr(np.array([[0.8], [0.9]]), np.array([0.1]), np.array([0.5, 0.0]))
        >>> one.invert(np.array([[1.0], [0.0], [np.nan]]), 0).round(2).tolist()
        [2.1, -1.61, 0.0]
        """
        others = [n for n in np.flatnonzero(self.share > 0) if n != finding and self.chance[n].any()]
        states = np.zeros((2, 2 ** len(others), len(self.share)))
        states[:, :, others] = list(product((0, 1), repeat=len(others)))
        states[1, :, finding] = 1
        share = np.clip(self.share, _LEAST, 1 - _LEAST)
        odds = []
        for state in states:
            dark = np.log1p(-self.leak) + state @ np.log1p(-self.chance)
            lit = np.log(-np.expm1(np.minimum(dark, -_LEAST)))
            before = (state * np.log(share) + (1 - state) * np.log1p(-share))[:, [finding, *others]].sum(axis=1)
            said = (answers == 1).astype(float) @ lit.T + (answers == 0).astype(float) @ dark.T
            odds.append(np.logaddexp.reduce(said + before, axis=1))
        return np.asarray(odds[1] - odds[0], dtype=np.float64)


def fit_noisy_or(
    answers: Floats, findings: npt.NDArray[np.bool_], ties: npt.NDArray[np.bool_], *, rounds: int = ROUNDS
) -> NoisyOr:
    """Fit the chances on labelled images, by expectation and maximisation over which cause lit each sign.

    Parameters
    ----------
    answers : ndarray, shape (images, signs)
        1, 0, or NaN where a sign was not measured.
    findings : ndarray, shape (images, findings), bool
        Whether each finding is there.
    ties : ndarray, shape (findings, signs), bool
        Where the graph ties a finding to a sign.
    rounds : int
        Rounds of the fit.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> ill = random.random((4000, 1)) < 0.5
    >>> lit = (random.random((4000, 1)) < 0.2) | (ill & (random.random((4000, 1)) < 0.6))
    >>> fitted = fit_noisy_or(lit.astype(float), ill, np.array([[True]]))
    >>> fitted.leak.round(1).tolist(), fitted.chance.round(1).tolist()
    ([0.2], [[0.6]])
    """
    causes = np.column_stack([findings, np.ones(len(findings))]).astype(float)
    open_ties = np.vstack([ties, np.ones(ties.shape[1])]).astype(float)
    chance, known, lit = 0.3 * open_ties, (~np.isnan(answers)).astype(float), (answers == 1).astype(float)
    exposed = causes.T @ known + 2 * _BEFORE
    for _ in range(rounds):
        shown = np.maximum(-np.expm1(causes @ np.log1p(-chance)), _LEAST)
        explained = chance * (causes.T @ (lit / shown))
        chance = np.clip((explained + _BEFORE) / exposed, _LEAST, 1 - _LEAST) * open_ties
    return NoisyOr(chance[:-1], chance[-1], findings.mean(axis=0))


__all__ = ["NoisyOr", "fit_noisy_or"]
