"""From logits to calibrated probabilities and to the operating points.

:mod:`thoracite.vision.training.fit_scales` fits them.

Examples
--------
>>> scale = FindingScale(label="Effusion", slope=1.0, offset=0.0, low=0.2, high=0.6)
>>> scale.find_probability(0.0), scale.find_certainty(0.5).value, scale.find_certainty(0.7).value
(0.5, 'uncertain', 'definitely present')
"""

from __future__ import annotations

import math

from thoracite.types import Certainty, Noun, Probability


class FindingScale(Noun):
    """Scale that turns one finding's logit into a probability and a certainty.

    Parameters
    ----------
    label : str
        Label of ChestX-ray14.
    slope, offset : float
        Probability = sigmoid(slope · logit + offset).
    low, high : float
        A probability from ``low`` on is uncertain, from ``high`` on present.
    """

    label: str
    slope: float
    offset: float
    low: Probability
    high: Probability

    def find_probability(self, logit: float) -> float:
        """Return the calibrated probability of a logit."""
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, self.slope * logit + self.offset))))

    def find_certainty(self, probability: float) -> Certainty:
        """Call a probability present, uncertain or absent."""
        if probability >= self.high:
            return Certainty.PRESENT
        return Certainty.UNCERTAIN if probability >= self.low else Certainty.ABSENT


__all__ = ["FindingScale"]
