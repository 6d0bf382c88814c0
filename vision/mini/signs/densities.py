"""Densities and texture of the lungs' zones, side against side and zone against zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from scipy import ndimage

from thoracite.types import Drawing
from thoracite.vision.mini.chest import Chest
from thoracite.vision.mini.lungs import LEVELS, Mask, find_ends
from thoracite.vision.mini.signs.measured import CUT, Measured, Outlines, draw_outline, silence

_APEX = 0.2
"""Part of a lung's height that is its apex."""

_FINE, _GRAIN = 0.00625, 0.0094
"""Standard deviations of the filters that answer texture, as shares of the frame."""

_FEWEST = 30
"""Fewest cells of a part whose texture is measured."""


def measure_densities(chest: Chest, known: Mapping[str, float], outlines: Outlines) -> dict[str, Measured]:
    """Measure the densities; one entry for each value's name in the list of signs.

    Parameters
    ----------
    chest : Chest
        The chest.
    known : mapping of str to float
        What was measured already, by its name in :data:`thoracite.vision.mini.measures.MEASURES`.
    """
    found = {}
    for number, level in enumerate(LEVELS):
        names = [f"difference of densities of {level} {across} parts" for across in ("outer", "middle", "inner")]
        value = float(np.mean([known[name] for name in names]))
        cut = level == "lower" and any(chest.cut)
        found[f"difference of {level} densities"] = (
            silence(CUT) if cut else Measured(value, None, outlines.levels[number])
        )
    lungs, both = (chest.right, chest.left), outlines.both
    apices = [_cut_apex(lung) for lung in lungs]
    found["difference of densities"] = Measured(_compare(chest, lungs), None, both)
    found["difference of apical densities"] = Measured(_compare(chest, apices), None, _outline(chest, apices))
    found["contrast"] = Measured(known["contrast"], None, both)
    levels = {level: [known[f"density of {level} {across} parts"] for across in ("outer", "middle", "inner")]
              for level in LEVELS}  # fmt: skip
    inner = float(np.mean([levels[level][2] - levels[level][0] for level in LEVELS]))
    found["inner less outer density"] = Measured(inner, None, both)
    lower = float(np.mean(levels["lower"]) - np.mean(levels["upper"]))
    ends = outlines.ends
    found["lower less upper density"] = silence(CUT) if any(chest.cut) else Measured(lower, None, ends)
    return found


def measure_texture(chest: Chest, outlines: Outlines) -> dict[str, Measured]:
    """Measure the texture; one entry for each value's name in the list of signs."""
    if chest.inside.sum() < 100:
        return dict.fromkeys(("roughness", "outer roughness"), silence("too little of the lungs is free of their rim"))
    # ribs run across the lungs: changes from column to column are mostly those of vessels and septa
    across = abs(ndimage.gaussian_filter(chest.pixels, _FINE * chest.shape[0], order=(0, 1)))
    sides = zip((chest.right, chest.left), chest.parts, strict=True)
    outer = [lung & chest.inside & (parts % 3 == 0) for lung, parts in sides]
    found = {"roughness": Measured(float(across[chest.inside].mean()), None, outlines.both)}
    if min(mask.sum() for mask in outer) < _FEWEST:
        return found | {"outer roughness": silence("too little of the outer lungs is free of their rim")}
    grain = abs(ndimage.gaussian_laplace(chest.values, _GRAIN * chest.shape[0])) * (_GRAIN * chest.shape[0]) ** 2
    rough = float(np.mean([grain[mask].mean() for mask in outer]))
    return found | {"outer roughness": Measured(rough, None, _outline(chest, outer))}


def _compare(chest: Chest, masks: Iterable[Mask]) -> float:
    """Return the mean grey value under the first mask less that under the second."""
    right, left = (float(chest.values[mask].mean()) for mask in masks)
    return right - left


def _cut_apex(lung: Mask) -> Mask:
    top, bottom = find_ends(lung)
    apex = lung.copy()
    apex[top + max(round(_APEX * (bottom - top)), 1) :] = False
    return apex


def _outline(chest: Chest, masks: Iterable[Mask]) -> tuple[Drawing, ...]:
    return tuple(drawing for mask in masks for drawing in draw_outline(chest, mask))


__all__ = ["measure_densities", "measure_texture"]
