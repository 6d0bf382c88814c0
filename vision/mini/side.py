"""The side of an opacity: right or left, where density and network agree enough to be right nine times in ten.

One number says how far an image's opacity lies to the right: weighted differences of the two lungs, in grey values,
in size, and in the network's maps. A mirrored image has the opposite number, by construction.
(:mod:`thoracite.vision.training.fit_side` fits the weights on radiologists' boxes).

Examples
--------
>>> reader = SideReader(spread=np.ones(2), weight=np.array([1.0, 2.0]), least=1.5)
>>> reader.find_side(np.array([1.0, 0.5])), reader.find_side(np.array([-1.0, -1.0])), reader.find_side(np.zeros(2))
('right', 'left', None)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.vision.labels import OUTPUTS
from thoracite.vision.mini.lungs import Lungs, Side, fit_grid
from thoracite.vision.mini.measures import MEASURES

Floats = npt.NDArray[np.float64]

_DIFFERENCES = tuple(name for name in MEASURES if name.startswith("difference of"))
_WHERE = np.array([MEASURES.index(name) for name in _DIFFERENCES])

TRAITS = (*_DIFFERENCES, *(f"map of {output}" for output in OUTPUTS))
"""Names of the differences of right less left, in order."""

_FARTHEST = 3.0
"""Largest trait, in standard deviations; larger ones are clipped to it."""


class SideReader(NamedTuple):
    """Weights of the differences.

    Parameters
    ----------
    spread : ndarray, shape (traits,)
        Standard deviation of each.
    weight : ndarray, shape (traits,)
        Log-odds of the right side for one standard deviation.
    least : float
        Log-odds, either way, from which on a side is named.
    """

    spread: Floats
    weight: Floats
    least: float

    def rate(self, traits: Floats) -> float:
        """Return the log-odds that an opacity lies on the right, from traits of shape (traits,)."""
        return float(self.expand(traits) @ self.weight)

    def expand(self, traits: Floats) -> Floats:
        """Return the traits in standard deviations, shape (…, traits); NaN counts as no difference."""
        return np.nan_to_num(np.clip(traits / self.spread, -_FARTHEST, _FARTHEST))

    def find_side(self, traits: Floats) -> Side | None:
        """Return the side of the image's opacity; None where it cannot be told."""
        odds = self.rate(traits)
        if abs(odds) < self.least:
            return None
        return "right" if odds > 0 else "left"


def describe_sides(measures: Floats, maps: npt.NDArray[np.float32], lungs: Lungs) -> Floats:
    """Return the differences of right less left, shape (traits,); NaN for what cannot be measured.

    Parameters
    ----------
    measures : ndarray, shape (measures,)
        In the order of :data:`thoracite.vision.mini.measures.MEASURES`.
    maps : ndarray, shape (outputs, rows, columns), float32
        The network's maps on the frame of the lungs.
    lungs : Lungs
        Lungs of the image.
    """
    if not lungs.found:
        return np.full(len(TRAITS), np.nan)
    right, left = (fit_grid(mask.astype(np.float32), maps.shape[1:]) for mask in (lungs.right, lungs.left))
    means = [(maps * lung).sum(axis=(1, 2)) / max(float(lung.sum()), 1e-6) for lung in (right, left)]
    return np.concatenate([measures[_WHERE], means[0] - means[1]])


__all__ = ["TRAITS", "SideReader", "describe_sides"]
