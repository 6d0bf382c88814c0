"""Densities and texture of the lungs' zones, side against side and zone against zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from thoracite.types import Drawing
from thoracite.vision.mini.chest import Chest, Floats, average_parts
from thoracite.vision.mini.lungs import LEVELS, Mask, find_ends
from thoracite.vision.mini.signs.measured import Measured, draw_outline

_APEX = 0.2
"""Part of a lung's height that is its apex."""


def measure_densities(chest: Chest, known: Mapping[str, float]) -> dict[str, Measured]:
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
        found[f"difference of {level} densities"] = Measured(value, None, _outline_level(chest, number))
    lungs = (chest.right, chest.left)
    found["difference of densities"] = _compare(chest, lungs)
    found["difference of apical densities"] = _compare(chest, [_cut_apex(lung) for lung in lungs])
    both = _outline(chest, lungs)
    found["contrast"] = Measured(known["contrast"], None, both)
    levels = {level: [known[f"density of {level} {across} parts"] for across in ("outer", "middle", "inner")]
              for level in LEVELS}  # fmt: skip
    inner = float(np.mean([levels[level][2] - levels[level][0] for level in LEVELS]))
    found["inner less outer density"] = Measured(inner, None, both)
    lower = float(np.mean(levels["lower"]) - np.mean(levels["upper"]))
    ends = (*_outline_level(chest, 0), *_outline_level(chest, 2))
    found["lower less upper density"] = Measured(lower, None, ends)
    return found


def measure_texture(chest: Chest, known: Mapping[str, float]) -> dict[str, Measured]:
    """Measure the texture; one entry for each value's name in the list of signs."""
    both = _outline(chest, (chest.right, chest.left))
    levels = [known[f"roughness of {level} zones"] for level in LEVELS]
    sides = zip((chest.right, chest.left), chest.parts, strict=True)
    outer = np.mean([average_parts(chest.roughness, lung, parts % 3, 3)[0] for lung, parts in sides])
    ends = (*_outline_level(chest, 0), *_outline_level(chest, 2))
    return {
        "roughness": Measured(float(np.mean(levels)), None, both),
        "lower less upper roughness": Measured(float(levels[2] - levels[0]), None, ends),
        "outer roughness": Measured(float(outer), None, both),
    }


def _compare(chest: Chest, masks: Iterable[Mask]) -> Measured:
    """Compare the grey values under both masks, right less left."""
    right, left = masks
    return Measured(_mean(chest.values, right) - _mean(chest.values, left), None, _outline(chest, (right, left)))


def _mean(values: Floats, mask: Mask) -> float:
    return float(values[mask].mean())


def _cut_apex(lung: Mask) -> Mask:
    top, bottom = find_ends(lung)
    apex = lung.copy()
    apex[top + max(round(_APEX * (bottom - top)), 1) :] = False
    return apex


def _outline(chest: Chest, masks: Iterable[Mask]) -> tuple[Drawing, ...]:
    return tuple(drawing for mask in masks for drawing in draw_outline(chest, mask))


def _outline_level(chest: Chest, number: int) -> tuple[Drawing, ...]:
    sides = zip((chest.right, chest.left), chest.parts, strict=True)
    return _outline(chest, [lung & (parts // 3 == number) for lung, parts in sides])


__all__ = ["measure_densities", "measure_texture"]
