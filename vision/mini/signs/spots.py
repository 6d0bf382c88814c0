"""Round opacities: the strongest places of the curvature that a bright spot of each size has."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import ndimage

from thoracite.types import Drawing
from thoracite.vision.mini.chest import SCALES, Chest, Floats
from thoracite.vision.mini.lungs import Mask
from thoracite.vision.mini.signs.measured import Measured, draw_circle, silence

_RADIUS = 2**0.5
"""Radius of the spot that a filter answers most, in its standard deviations."""

_SMALL, _LARGE = SCALES["large"], 0.024
"""Standard deviations of the filters, as shares of the frame: spots with radii of about 0.03 and 0.045 chest widths."""

_RIM = 0.025
"""Rim of the lungs in which ribs and vessels look like spots, as a share of the frame."""

_STRONGEST, _DRAWN = 3, 5
"""A small opacity is as strong as the mean of so many of the strongest; so many of several are drawn."""


def measure_spots(chest: Chest, known: Mapping[str, float]) -> dict[str, Measured]:
    """Measure round opacities; one entry for each value's name in the list of signs.

    Parameters
    ----------
    chest : Chest
        The chest.
    known : mapping of str to float
        What was measured already, by its name in :data:`thoracite.vision.mini.measures.MEASURES`.
    """
    inside: Mask = ndimage.binary_erosion(chest.both, iterations=max(round(_RIM * chest.shape[0]), 1))
    if inside.sum() < 100:
        names = ("small round opacity", "large round opacity", "many round opacities")
        return dict.fromkeys(names, silence("too little of the lungs is free of their rim"))
    outer = inside & ~_find_hila(chest)  # vessels of the hila look like small opacities
    small, large = chest.spots["large"], chest.find_spots(_LARGE * chest.shape[0])
    peaks, strongest = _find_peaks(small, inside, 3), _find_peaks(large, inside, 5)[:1]
    apart = [peak for peak in peaks if outer[peak]]
    ranked = np.sort(large[inside])[::-1]
    few = float(np.mean([small[peak] for peak in apart[:_STRONGEST]])) if apart else 0.0
    most = float(ranked[: max(len(ranked) // 1000, 1)].mean())
    return {
        "small round opacity": Measured(_take_log(few), None, _draw(chest, apart[:1], _SMALL)),
        "large round opacity": Measured(_take_log(most), None, _draw(chest, strongest, _LARGE)),
        "many round opacities": Measured(known["many large spots"], None, _draw(chest, peaks[:_DRAWN], _SMALL)),
    }


def _find_hila(chest: Chest) -> Mask:
    """Return the inner thirds of both lungs."""
    sides = zip((chest.right, chest.left), chest.parts, strict=True)
    right, left = (lung & (parts % 3 == 2) for lung, parts in sides)
    hila: Mask = right | left
    return hila


def _find_peaks(spots: Floats, inside: Mask, reach: int) -> list[tuple[int, int]]:
    """Return row and column of each place that is the strongest near it, the strongest first."""
    peaks = (spots == ndimage.maximum_filter(spots, size=2 * reach + 1)) & inside & (spots > 0)
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-spots[rows, columns])
    return [(int(rows[n]), int(columns[n])) for n in order]


def _take_log(strength: float) -> float:
    return float(np.log(1e-3 + strength))


def _draw(chest: Chest, peaks: list[tuple[int, int]], scale: float) -> tuple[Drawing, ...]:
    radius = _RADIUS * scale * chest.shape[1] * chest.across
    return tuple(draw_circle(chest, (column + 0.5, row + 0.5), radius) for row, column in peaks)


__all__ = ["measure_spots"]
