"""From logits, measurements and view to a finding's log-odds: base, measurements and network, which add up.

The log-odds of a finding are those of the average image of its view (the *base*) plus what this image adds. They were
fitted on patients that the network had not seen, weighted to the mix of ChestX-ray14 by view, so that the probability
is calibrated for that mix (:mod:`thoracite.vision.training.fit_odds`). Another mix shifts them by the log-odds of its
prior less those of the default: an approximation, which holds as far as findings look the same there.

Examples
--------
>>> reader = OddsReader(middle=np.zeros(1), spread=np.ones(1), weight=np.zeros((1, 2)), slope=np.ones(1),
...                     offset=np.array([[-2.0], [-1.0]]), base=np.array([[-2.5], [-1.5]]),
...                     low=np.full((2, 1), -9.0), high=np.full((2, 1), 9.0))
>>> reader.read(np.array([3.0]), np.array([np.nan]), "PA").tolist(), reader.find_base("AP").tolist()
([1.0], [-1.5])
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Frontal = Literal["PA", "AP"]

VIEWS: tuple[Frontal, ...] = ("PA", "AP")
"""Views with odds of their own, in the order of the rows."""

_FARTHEST = 3.0
"""Largest deviation of a measurement, in standard deviations; larger ones are clipped to it."""


class OddsReader(NamedTuple):
    """Weights of logits and measurements in the log-odds of findings.

    Parameters
    ----------
    middle, spread : ndarray, shape (measures,)
        Median and standard deviation of the measurements.
    weight : ndarray, shape (findings, 2 · measures)
        The measurements' weights, then those of their squares.
    slope : ndarray, shape (findings,)
        Weight of the network's logit.
    offset, base : ndarray, shape (2, findings)
        Intercept, and log-odds of the average image, of each view.
    low, high : ndarray, shape (2, findings)
        Least and most log-odds in each view: beyond them, the words that would follow were not borne out.
    """

    middle: Floats
    spread: Floats
    weight: Floats
    slope: Floats
    offset: Floats
    base: Floats
    low: Floats
    high: Floats

    def read(self, logits: Floats, measures: Floats, view: Frontal) -> Floats:
        """Return the log-odds of one image, shape (findings,).

        Parameters
        ----------
        logits : ndarray, shape (findings,)
            The network's.
        measures : ndarray, shape (measures,)
            In the order of :data:`thoracite.vision.mini.measures.MEASURES`; NaN counts as the middle.
        view : str
            ``PA`` or ``AP``.
        """
        row = VIEWS.index(view)
        read = self.offset[row] + self.slope * logits + self.weight @ self.expand(measures)
        return np.asarray(np.clip(read, self.low[row], self.high[row]), dtype=np.float64)

    def read_all(self, logits: Floats, measures: Floats, views: npt.NDArray[np.int64]) -> Floats:
        """Read many images: logits (images, findings), measures (images, measures), numbers of views (images,)."""
        read = self.offset[views] + self.slope * logits + self.expand(measures) @ self.weight.T
        return np.asarray(np.clip(read, self.low[views], self.high[views]), dtype=np.float64)

    def find_base(self, view: Frontal) -> Floats:
        """Return the log-odds of the average image of a view, shape (findings,)."""
        base: Floats = self.base[VIEWS.index(view)]
        return base

    def expand(self, measures: Floats) -> Floats:
        """Return the measurements in standard deviations, and their squares; shape (…, 2 · measures)."""
        scaled = np.nan_to_num(np.clip((measures - self.middle) / self.spread, -_FARTHEST, _FARTHEST))
        known = ~np.isnan(measures)
        return np.concatenate([scaled, known * (scaled**2 - 1)], axis=-1)


__all__ = ["VIEWS", "Floats", "Frontal", "OddsReader"]
