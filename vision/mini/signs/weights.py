"""Weights of evidence: what the value of each sign adds to the log-odds of each finding.

A finding's log-odds are those of the average image of its view (*base*), plus what each sign adds, plus what the
network adds beyond them (*rest*). What a sign adds is a function of its value and the view alone: the value is
compared with the usual one of the view, and the function rises by steps between fixed knots, so that it is monotone
wherever the graph gives a direction. The same function serves both sides. Each is centred: over the reference mix of
images its mean is 0. The rest is the network's logit less what the signs foretell of it, and centred likewise.

They were fitted on patients that the network had not seen (:mod:`thoracite.vision.training.signs.fit_signs`).

References
----------
Good IJ. Weight of evidence: a brief survey. Bayesian Statistics 2, 1985.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


class SignScale(NamedTuple):
    """Usual values of signs, and the knots between which their functions rise.

    Parameters
    ----------
    middle, spread : ndarray, shape (2, signs)
        Median and spread of each sign's value in each view; the spread is negative where low values say yes.
    knots : ndarray, shape (signs, knots)
        Deviations between which the functions rise, ascending.
    limit : ndarray, shape (2, signs)
        Value beyond which one in ten images without any finding lies, on the side of a yes; equal to the middle where
        it is not asked.
    """

    middle: Floats
    spread: Floats
    knots: Floats
    limit: Floats

    def deviate(self, values: Floats, views: Numbers) -> Floats:
        """Return by how many spreads values lie on the side of a yes, shape (images, signs); NaN stays."""
        deviations: Floats = (values - self.middle[views]) / self.spread[views]
        return deviations

    def expand(self, values: Floats, views: Numbers) -> Floats:
        """Return how far each value has climbed each step, in [0, 1]; shape (images, signs, knots - 1), NaN stays."""
        deviations = self.deviate(values, views)[:, :, None]
        return self._climb(deviations)

    def cross(self) -> Floats:
        """Return how far each step is climbed between the usual value and the reference, shape (signs, knots - 1)."""
        limits = self.deviate(self.limit, np.arange(len(self.middle)))
        limit = limits.sum(axis=0) / np.maximum((limits != 0).sum(axis=0), 1)
        crossed: Floats = self._climb(limit[None, :, None])[0] - self._climb(np.zeros((1, len(limit), 1)))[0]
        return crossed

    def _climb(self, deviations: Floats) -> Floats:
        low, high = self.knots[None, :, :-1], self.knots[None, :, 1:]
        return np.clip((deviations - low) / (high - low), 0, 1)


class SignWeights(NamedTuple):
    """Weights of signs and network in the log-odds of findings.

    Parameters
    ----------
    scale : SignScale
        Of the signs' values.
    steps : ndarray, shape (findings, signs, knots - 1)
        What each sign adds where its value climbs a step.
    centre : ndarray, shape (2, findings, signs)
        Mean of what it adds, in each view.
    base : ndarray, shape (2, findings)
        Log-odds of the average image of each view.
    slope : ndarray, shape (findings,)
        Weight of the network's logit beyond the signs.
    foretold : ndarray, shape (findings, signs, knots - 1)
        What the signs foretell of the network's logit, by steps.
    usual : ndarray, shape (2, findings)
        Mean of the network's logit less what the signs foretell, in each view.
    low, high : ndarray, shape (2, findings)
        Least and most log-odds in each view: beyond them, the words that would follow were not borne out.
    data : ndarray, shape (findings, signs)
        What the data alone say, without the graph: log-odds that the way from the usual value to the reference would
        add. It is compared with the graph, and adds nothing to any finding.
    """

    scale: SignScale
    steps: Floats
    centre: Floats
    base: Floats
    slope: Floats
    foretold: Floats
    usual: Floats
    low: Floats
    high: Floats
    data: Floats

    def flatten(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the arrays by name, those of the scale among them."""
        own = {name: value for name, value in self._asdict().items() if name != "scale"}
        return own | {f"scale.{name}": value for name, value in self.scale._asdict().items()}

    @classmethod
    def unflatten(cls, arrays: Mapping[str, Floats]) -> SignWeights:
        """Build the weights from the arrays that :meth:`flatten` returned."""
        scale = SignScale(*(arrays[f"scale.{name}"] for name in SignScale._fields))
        return cls(scale, *(arrays[name] for name in cls._fields if name != "scale"))

    def find_parts(self, values: Floats, views: Numbers) -> Floats:
        """Return what each sign adds to each finding, shape (images, findings, signs); 0 where it is not valid."""
        return _sum_steps(self.scale.expand(values, views), self.steps) - self._centre(values, views)

    def find_rest(self, logits: Floats, values: Floats, views: Numbers) -> Floats:
        """Return what the network adds beyond the signs, shape (images, findings), before the limits."""
        foretold = _sum_steps(self.scale.expand(values, views), self.foretold).sum(axis=2)
        rest: Floats = self.slope * (logits - foretold - self.usual[views])
        return rest

    def read_all(self, logits: Floats, values: Floats, views: Numbers) -> Floats:
        """Return the log-odds, shape (images, findings), within the limits.

        Parameters
        ----------
        logits : ndarray, shape (images, findings)
            The network's.
        values : ndarray, shape (images, signs)
            Values of the signs; NaN where a sign is not valid.
        views : ndarray, shape (images,)
            Numbers of the views in :data:`thoracite.vision.mini.signs.listed.VIEWS`.
        """
        whole = self.base[views] + self.find_parts(values, views).sum(axis=2) + self.find_rest(logits, values, views)
        return np.asarray(np.clip(whole, self.low[views], self.high[views]), dtype=np.float64)

    def _centre(self, values: Floats, views: Numbers) -> Floats:
        known: Floats = ~np.isnan(values)[:, None, :] * self.centre[views]
        return known


def _sum_steps(climbed: Floats, steps: Floats) -> Floats:
    """Return the sum over steps, shape (images, findings, signs); 0 where a value is not known."""
    summed: Floats = np.einsum("isk,fsk->ifs", np.nan_to_num(climbed), steps)
    return summed


__all__ = ["SignScale", "SignWeights"]
