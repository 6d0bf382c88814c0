"""Values that answer the measured signs, each with the lines that show it or the reason why there is none.

Lengths are in chest widths; grey values in contrasts; differences are those of the right side less the left, and
shifts are to the patient's left (:mod:`thoracite.vision.mini.chest`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from thoracite.vision.mini.chest import Chest
from thoracite.vision.mini.crops import Crops
from thoracite.vision.mini.measures import MEASURES, measure_prepared
from thoracite.vision.mini.signs.borders import measure_behind_heart, measure_heart_edge, measure_knob
from thoracite.vision.mini.signs.densities import measure_densities, measure_texture
from thoracite.vision.mini.signs.diaphragm import measure_bases, trace_base
from thoracite.vision.mini.signs.halves import halve_chest
from thoracite.vision.mini.signs.heart import measure_heart
from thoracite.vision.mini.signs.listed import read_signs
from thoracite.vision.mini.signs.measured import CUT, Measured, Outlines, draw_points, silence
from thoracite.vision.mini.signs.midline import measure_shift, measure_trachea
from thoracite.vision.mini.signs.pleura import compare_apices, compare_bands, measure_line
from thoracite.vision.mini.signs.spots import measure_spots

Floats = npt.NDArray[np.float64]


def measure_signs(crops: Crops) -> dict[str, Measured]:
    """Measure every value that the list of signs names, on one radiograph.

    Parameters
    ----------
    crops : Crops
        Its crops, with lungs and heart drawn on them.

    Returns
    -------
    dict of str to Measured
        By the column ``measure`` of the list; all silent where the masks are invalid.

    Examples
    --------
    >>> from thoracite.phantom import draw_phantom
    >>> from thoracite.vision.mini.crops import crop_radiograph
    >>> from thoracite.vision.mini.segmenter import ChestSegmenter
    >>> phantom = draw_phantom(4, abnormalities=(), size=256)                   # synthetic
    >>> crops = crop_radiograph(phantom.image, ChestSegmenter.load())._replace(faults=())
    >>> values = measure_signs(crops)
    >>> values["lung area"].fault, [drawing.kind for drawing in values["lung area"].drawing]
    (None, ['outline', 'outline'])
    >>> measure_signs(crops._replace(faults=("the chest is turned",)))["lung area"].fault
    'the chest is turned'
    """
    return measure_both(crops)[1]


def measure_both(crops: Crops) -> tuple[Floats, dict[str, Measured]]:
    """Return the measurements of a radiograph, NaN where its masks are invalid, and the values of the signs.

    Parameters
    ----------
    crops : Crops
        Its crops, with lungs and heart drawn on them.

    Returns
    -------
    tuple of ndarray, shape (measures,), and dict of str to Measured
        In the order of :data:`thoracite.vision.mini.measures.MEASURES`; by the column ``measure`` of the list of signs.
    """
    if crops.faults or not crops.anatomy.lungs.found:
        fault = ", ".join(crops.faults) or "the lungs were not found"
        silent = {sign.measure: silence(fault) for sign in read_signs() if sign.kind == "measured"}
        return np.full(len(MEASURES), np.nan), silent
    chest = Chest(crops.whole, crops.anatomy)
    measures = measure_prepared(chest)
    return measures, _measure_chest(chest, dict(zip(MEASURES, measures.tolist(), strict=True)))


def _measure_chest(chest: Chest, known: Mapping[str, float]) -> dict[str, Measured]:
    right, left = halve_chest(chest)
    bases, outlines = (trace_base(right), trace_base(left)), Outlines(chest)
    found = measure_heart(chest, known, *bases) | _measure_sizes(chest, known, outlines) | measure_bases(*bases)
    found |= measure_densities(chest, known, outlines) | measure_texture(chest, outlines) | measure_spots(chest, known)
    found |= {"mediastinal shift": measure_shift(chest), "tracheal shift": measure_trachea(chest)}
    for half in (right, left):
        found[f"{half.side} heart border edge"] = measure_heart_edge(half)
        found[f"{half.side} basal line"] = measure_line(half)
    found |= {"difference of bands": compare_bands(right, left), "difference of apices": compare_apices(right, left)}
    return found | {"aortic knob edge": measure_knob(left), "retrocardiac density": measure_behind_heart(left)}


def _measure_sizes(chest: Chest, known: Mapping[str, float], outlines: Outlines) -> dict[str, Measured]:
    names = ("difference of areas", "lung area")
    found = {name: silence(CUT) if any(chest.cut) else Measured(known[name], None, outlines.both) for name in names}
    gaps, name = chest.gaps, "upper mediastinal width"
    upper = np.flatnonzero((gaps.down > 0.1) & (gaps.down < 0.4))
    if not upper.size:
        return found | {name: silence("the lungs do not lie side by side")}
    row = upper[len(upper) // 2]
    line = draw_points(chest, "line", [(x, gaps.rows[row] + 0.5) for x in (gaps.right[row] + 1, gaps.left[row])])
    return found | {name: Measured(known[name], None, (line,))}


__all__ = ["Measured", "measure_both", "measure_signs"]
