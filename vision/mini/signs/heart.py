"""The heart's width and how far it reaches to both sides, where its outline can be trusted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from thoracite.types import Drawing
from thoracite.vision.mini.anatomy import measure_ratio
from thoracite.vision.mini.chest import Chest
from thoracite.vision.mini.signs.diaphragm import Base
from thoracite.vision.mini.signs.measured import Measured, silence

_BELOW = 0.04
"""Farthest that the widest place of the heart lies below the dome beside it, in chest widths.

An outline that is widest lower down has left the heart: under an opaque base it follows the abdomen instead.
"""


def measure_heart(chest: Chest, known: Mapping[str, float], right: Base, left: Base) -> dict[str, Measured]:
    """Measure the heart; one entry for each value's name in the list of signs.

    Parameters
    ----------
    chest : Chest
        The chest.
    known : mapping of str to float
        What was measured already, by its name in :data:`thoracite.vision.mini.measures.MEASURES`.
    right, left : Base
        The traced bases.
    """
    ratio = measure_ratio(chest.anatomy)
    names = ("heart to the right", "heart to the left")
    if ratio is None:
        return dict.fromkeys(("cardiothoracic ratio", *names), silence("the heart was not found"))
    faults = [_judge_border(base) for base in (right, left)]
    lines = tuple(Drawing(kind="line", points=line) for line in (ratio.heart, ratio.chest))
    fault = faults[0] or faults[1]
    found = {"cardiothoracic ratio": silence(fault) if fault else Measured(known["cardiothoracic ratio"], None, lines)}
    middle = chest.place(chest.middle, 0)[0]
    for name, fault, (x, y) in zip(names, faults, ratio.heart, strict=True):
        line = Drawing(kind="line", points=((middle, y), (x, y)))
        found[name] = silence(fault) if fault else Measured(known[name], None, (line,))
    return found


def _judge_border(base: Base) -> str | None:
    """Return why the heart's reach to one side means nothing; None where it does."""
    half = base.half
    widest = half.heart[:, int(half.heart.any(axis=0).argmax())]
    below = (float(np.median(np.flatnonzero(widest))) - float(base.rows.min())) * half.chest.down
    return f"the heart's outline on the {half.side} runs below the diaphragm" if below > _BELOW else None


__all__ = ["measure_heart"]
