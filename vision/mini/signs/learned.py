"""Learned signs: opacities by zone, read off the network's map of radiologists' opacities.

Each of the six zones of the lungs is described by a few numbers: how much the zone, and the whole image, add to the
network's logit of "lung opacity", which it learned from radiologists' readings of the RSNA challenge and from no label
of a finding. A logistic regression on radiologists' boxes turns them into the probability of an opacity in that zone
(:mod:`thoracite.vision.training.signs.fit_zones`). How the opacities are spread follows from the zones' probabilities.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.vision.labels import OUTPUTS
from thoracite.vision.mini.lungs import ZONES, Lungs, find_level

Floats = npt.NDArray[np.float64]
Grid = npt.NDArray[np.uint8]

ZONE_MEASURES = tuple(f"{zone.side} {zone.level} opacity" for zone in ZONES)
"""Values of the six zones, in their order."""

WHOLE_MEASURE = "lung opacity"
"""Value of the whole image."""

SPREAD_MEASURES = ("opacities in several zones", "opacity on one side")
"""Values of how opacities are spread, computed from those of the zones."""

LEARNED = (*ZONE_MEASURES, WHOLE_MEASURE, *SPREAD_MEASURES)
"""Names of the learned values, in order."""

TRAITS = ("zone", "zone less the others", "zone less the other side", "whole image")
"""What describes a zone."""

OPACITY = OUTPUTS.index("RSNA Lung Opacity")
"""The output that the learned signs are read off."""


def number_zones(lungs: Lungs, side: int) -> Grid:
    """Number the zones on a square grid over the masks: 0 outside the lungs, then 1 to 6 in the order of the zones.

    Parameters
    ----------
    lungs : Lungs
        Lungs of one radiograph.
    side : int
        Rows and columns of the grid.

    Examples
    --------
    >>> from thoracite.vision.mini.lungs import draw_ellipses
    >>> sorted(set(number_zones(draw_ellipses((0, 0, 100, 100)), 56).ravel().tolist()))
    [0, 1, 2, 3, 4, 5, 6]
    """
    height, width = lungs.right.shape
    numbers: Grid = np.zeros((height, width), dtype=np.uint8)
    for number, zone in enumerate(ZONES, 1):
        mask = lungs.right if zone.side == "right" else lungs.left
        numbers[mask & find_level(mask, zone.level)] = number
    rows, columns = np.arange(side) * height // side, np.arange(side) * width // side
    return np.asarray(numbers[rows[:, None], columns[None]], dtype=np.uint8)


def describe_zones(heat: npt.NDArray[np.floating], logit: float, zones: Grid) -> Floats:
    """Describe each zone, shape (6, traits); NaN for a zone that no cell lies in.

    Parameters
    ----------
    heat : ndarray, shape (rows, columns), float
        Part of the logit of :data:`OPACITY` from each place.
    logit : float
        The logit.
    zones : ndarray, shape (rows, columns), uint8
        Numbers of the zones.
    """
    numbers, bins = zones.ravel(), len(ZONES) + 1
    count = np.bincount(numbers, minlength=bins)[1:]
    total = np.bincount(numbers, weights=heat.ravel().astype(float), minlength=bins)[1:]
    means = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    others = (np.nansum(means) - means) / max(int((count > 0).sum()) - 1, 1)
    opposite = np.roll(means, len(ZONES) // 2)
    return np.column_stack([means, means - others, means - opposite, np.full(len(ZONES), logit)])


class ZoneReader(NamedTuple):
    """Logistic regressions of zones and of the whole image.

    Parameters
    ----------
    weight : ndarray, shape (traits,)
        Of a zone's traits.
    offset : ndarray, shape (6,)
        Of the zones.
    whole : ndarray, shape (3,)
        Weights of the image's logit and of the highest zone's log-odds, and the offset, for the whole image.
    """

    weight: Floats
    offset: Floats
    whole: Floats

    def read(self, traits: Floats) -> Floats:
        """Return the probabilities of opacities, shape (9,), in the order of :data:`LEARNED`; NaN for a lost zone.

        Parameters
        ----------
        traits : ndarray, shape (6, traits)
            From :func:`describe_zones`.
        """
        odds = self.rate(traits)
        known = odds[~np.isnan(odds)]
        highest = float(known.max()) if known.size else 0.0
        together = self.whole @ [traits[0, -1], highest, 1.0]
        read: Floats = 1 / (1 + np.exp(-np.append(odds, together)))
        return np.append(read, _spread_zones(read[: len(ZONES)]))

    def rate(self, traits: Floats) -> Floats:
        """Return the log-odds of an opacity in each zone, shape (…, 6)."""
        odds: Floats = traits @ self.weight + self.offset
        return odds


def _spread_zones(zones: Floats) -> Floats:
    """Return the probability of the second-likeliest zone, and that one side alone holds an opacity; NaN if unknown.

    Examples
    --------
    >>> _spread_zones(np.array([0.1, 0.9, 0.1, 0.1, 0.1, 0.5])).round(2).tolist()
    [0.5, 0.5]
    """
    if np.isnan(zones).any():
        return np.full(len(SPREAD_MEASURES), np.nan)
    right, left = zones.reshape(2, -1).max(axis=1)
    return np.array([np.sort(zones)[-2], right * (1 - left) + left * (1 - right)])


__all__ = [
    "LEARNED",
    "OPACITY",
    "SPREAD_MEASURES",
    "TRAITS",
    "WHOLE_MEASURE",
    "ZONE_MEASURES",
    "ZoneReader",
    "describe_zones",
    "number_zones",
]
