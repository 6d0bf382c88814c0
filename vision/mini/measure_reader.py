"""The part of a finding's logit that measurements of the chest add.

One linear layer for each head, fitted on the patients that its head was trained on. Collection and view are fitted
beside the measurements and then dropped, so that a measurement does not stand for an image's origin. Measurements that
change when an image is turned or cropped a little are trusted less.

Examples
--------
>>> reader = MeasureReader(middle=np.zeros(2), spread=np.ones(2), weight=np.ones((1, 3, 4)))
>>> reader.read(np.array([2.0, np.nan])).tolist()       # 2 + 0 of the measurements, 3 - 1 of their squares less 1
[[4.0, 4.0, 4.0]]
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_FARTHEST = 3.0
"""Largest deviation of a measurement, in standard deviations; larger ones are clipped to it."""


class MeasureReader(NamedTuple):
    """Linear layer on each measurement and its square.

    Parameters
    ----------
    middle, spread : ndarray, shape (measures,)
        Median and standard deviation of the training cases.
    weight : ndarray, shape (heads, outputs, 2 · measures)
        The measurements' weights, then those of their squares.
    """

    middle: Floats
    spread: Floats
    weight: Floats

    def read(self, measures: Floats) -> Floats:
        """Return the part that is added to the logits of one image.

        Parameters
        ----------
        measures : ndarray, shape (measures,)
            In the order of :data:`thoracite.vision.mini.measures.MEASURES`; NaN counts as the middle.

        Returns
        -------
        ndarray, shape (heads, outputs), float64
        """
        added: Floats = self.weight @ self.expand(measures)
        return added

    def read_all(self, measures: Floats) -> Floats:
        """Read many images: shape (images, measures) to (heads, images, outputs)."""
        added: Floats = self.expand(measures) @ self.weight.transpose(0, 2, 1)
        return added

    def expand(self, measures: Floats) -> Floats:
        """Return the measurements in standard deviations, and their squares; shape (…, 2 · measures)."""
        scaled = np.nan_to_num(np.clip((measures - self.middle) / self.spread, -_FARTHEST, _FARTHEST))
        return np.concatenate([scaled, scaled**2 - 1], axis=-1)


__all__ = ["MeasureReader"]
