"""What the bundled encoder computes of one image, before words are found for it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.types import Noun
from thoracite.vision.mini.crops import Crops
from thoracite.vision.mini.lungs import Lungs
from thoracite.vision.mini.signs.measured import Measured


class Activations(NamedTuple):
    """Output of network and measurements for one image.

    Parameters
    ----------
    logits : ndarray, shape (outputs,), float64
        The network's: the mean of both crops.
    measures : ndarray, shape (measures,), float64
        In the order of :data:`thoracite.vision.mini.measures.MEASURES`; NaN for what cannot be measured.
    maps : ndarray, shape (outputs, 56, 56), float32
        The part that each place of the whole adds to the network's logits, mean over crops.
    features : ndarray, shape (features,), float32
        Mean of the last maps of the whole over places.
    last : ndarray, shape (2, 1280, rows, columns), float32
        Last maps of the whole and of the chest, not negative; cell (r, c) of a crop covers the same share of its box.
    crops : Crops
        The crops that were read, with lungs and heart.
    signs : mapping of str to Measured
        Values that answer the questions of the list of signs, measured and learned, by name.
    """

    logits: npt.NDArray[np.float64]
    measures: npt.NDArray[np.float64]
    maps: npt.NDArray[np.float32]
    features: npt.NDArray[np.float32]
    last: npt.NDArray[np.float32]
    crops: Crops
    signs: Mapping[str, Measured]

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Return x0, y0, x1, y1 of the whole crop, in pixels of the radiograph."""
        return self.crops.whole.box

    @property
    def boxes(self) -> tuple[tuple[int, int, int, int], tuple[int, int, int, int]]:
        """Return x0, y0, x1, y1 of both crops, in pixels of the radiograph; a chest's may reach beyond it."""
        return self.crops.whole.box, self.crops.chest.box

    @property
    def lungs(self) -> Lungs:
        """Return the lungs, as far as they are visible."""
        return self.crops.anatomy.lungs


class ViewScale(Noun):
    """Scale that turns the network's logit of the view into the probability of AP.

    Parameters
    ----------
    slope, offset : float
        Probability = sigmoid(slope · logit + offset).
    """

    slope: float
    offset: float

    def find_probability(self, logit: float) -> float:
        """Return the probability of view AP."""
        return 1 / (1 + math.exp(-(self.slope * logit + self.offset)))


__all__ = ["Activations", "ViewScale"]
