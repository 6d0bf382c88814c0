"""Round opacities: the strongest places of the curvature that a bright spot of each size has."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import ndimage

from thoracite.types import Drawing
from thoracite.vision.mini.chest import SCALES, Chest, Floats
from thoracite.vision.mini.signs.measured import Measured, draw_circle, silence

_FACTOR = 1.414
"""Radius of the spot that a filter answers most, in its standard deviations."""


def measure_spots(chest: Chest, known: Mapping[str, float]) -> dict[str, Measured]:
    """Measure round opacities; one entry for each value's name in the list of signs."""
    if np.isnan(known["strongest large spots"]):
        names = ("small round opacity", "large round opacity", "many round opacities")
        return dict.fromkeys(names, silence("too little of the lungs is free of their rim"))
    return {
        "small round opacity": Measured(known["strongest middling spots"], None, _circle(chest, "middling", 1)),
        "large round opacity": Measured(known["strongest large spots"], None, _circle(chest, "large", 1)),
        "many round opacities": Measured(known["many large spots"], None, _circle(chest, "large", 5)),
    }


def _circle(chest: Chest, size: str, number: int) -> tuple[Drawing, ...]:
    """Draw circles round the strongest spots of a size, each of which is the strongest one near it."""
    spots: Floats = np.where(chest.inside, chest.spots[size], 0)
    sigma = SCALES[size] * chest.shape[0]
    peaks = (spots == ndimage.maximum_filter(spots, size=2 * round(2 * sigma) + 1)) & (spots > 0)
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-spots[rows, columns])[:number]
    radius = 1.3 * _FACTOR * sigma * chest.across
    return tuple(draw_circle(chest, (columns[n] + 0.5, rows[n] + 0.5), radius) for n in order)


__all__ = ["measure_spots"]
