"""Signs that may not be measured: how often each is silent on good chests, and on spoilt ones that it rests on.

A spoilt chest counts for the signs that rest on what was spoilt: a whitened left lung for what is measured on it,
cropped bases for what is measured there, and only where the cut went through a lung; the rest for every measured sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from thoracite.evaluation.chest import KEPT_ABOVE, SPOILS
from thoracite.evaluation.held_out import load_encoder
from thoracite.evaluation.patients import summarise
from thoracite.evaluation.suite import Row
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.crops import crop_radiograph
from thoracite.vision.mini.lungs import find_ends
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.mini.signs.evidence import list_values
from thoracite.vision.mini.signs.listed import name_values, read_signs
from thoracite.vision.mini.signs.values import measure_signs
from thoracite.vision.mini.signs.weights import Floats
from thoracite.vision.training.cases import read_cases
from thoracite.vision.training.chest_cases import read_chest_cases
from thoracite.vision.training.frames import MEASURED, map_cores

SYSTEM = "thoracite-mini"

MOST, LEAST = 0.10, 0.90
"""Most of the good chests, and least of the spoilt ones, on which a sign is silent."""

ON_BASES = (
    "right costophrenic depth", "left costophrenic depth", "deeper costophrenic depth", "right diaphragm edge",
    "left diaphragm edge", "right dome above left", "dome above its chord", "difference of areas",
    "height above the domes", "lung area", "difference of lower densities", "lower less upper density",
    "right basal line", "left basal line",
)  # fmt: skip
"""Values that rest on the bases."""

ON_RIGHT = (
    "right costophrenic depth", "right diaphragm edge", "heart to the right", "right heart border edge",
    "right basal line",
)  # fmt: skip
"""Values that do not rest on the left lung."""


def measure_silence(cxr: Path, folder: Path) -> list[Row]:
    """Measure how often each value is silent on good chests: those kept back of the segmenter, and normal films."""
    sources = {
        "kept wingspan chests": [case.path for case in read_chest_cases(cxr, kept=True)],
        "locked RSNA Normal films": [case.path for case in read_cases(cxr, "rsna_normal") if case.locked],
    }
    rows = []
    for name, paths in sources.items():
        read = np.stack(list(map_cores(_read_values, [(path, folder) for path in paths], told="chests measured")))
        silent, values, groups = np.isnan(read), name_values(read_signs()), [str(path) for path in paths]
        rows.append(Row(system=SYSTEM, metric=f"mean share silenced, {name}", value=float(silent.mean()), n=len(paths)))
        worst = int(silent.mean(axis=0).argmax())
        metric = f"most share silenced, {name} ({values[worst]})"
        rows.append(Row(system=SYSTEM, metric=metric, value=float(silent[:, worst].mean()), n=len(paths)))
        for value, flags in zip(values, silent.T, strict=True):
            rows.append(summarise(SYSTEM, f"share silenced, {name}, {value}", list(flags.astype(float)), groups))
    return rows


def _read_values(asked: tuple[Path, Path]) -> Floats:
    path, folder = asked
    pixels = read_radiograph(path, settings=Settings.read()).pixels
    return list_values(load_encoder(folder).forward(pixels).signs)


def measure_spoilt(cxr: Path) -> list[Row]:
    """Measure how often spoilt chests silence the measured values that rest on what was spoilt: the least of them."""
    paths = [case.path for case in read_chest_cases(cxr, kept=True)]
    return summarise_spoilt(list(map_cores(silence_spoilt, paths, told="chests spoilt")))


def summarise_spoilt(read: Sequence[Floats]) -> list[Row]:
    """Return one row for each way of spoiling, the value that is silent least often named in it.

    Parameters
    ----------
    read : sequence of ndarray, shape (ways, measured)
        From :func:`silence_spoilt`, one for each chest.
    """
    silent, rows = np.stack(read), []
    for number, name in enumerate(SPOILS):
        rested = np.flatnonzero(~np.isnan(silent[:, number]).all(axis=0))
        if not rested.size:
            continue
        least = rested[int(np.nanmean(silent[:, number, rested], axis=0).argmin())]
        flags = silent[:, number, least]
        known = np.flatnonzero(~np.isnan(flags))
        metric = f"least share silenced, {name} ({MEASURED[least]})"
        rows.append(summarise(SYSTEM, metric, list(flags[known]), [str(row) for row in known]))
    return rows


def silence_spoilt(path: Path) -> Floats:
    """Tell which values fall silent when a chest is spoilt, shape (ways, measured): 1, 0, or NaN.

    NaN stands for a value that does not rest on what was spoilt.

    Parameters
    ----------
    path : Path
        Image of the chest.
    """
    pixels, segmenter = read_radiograph(path, settings=Settings.read()).pixels, _load_segmenter()
    crops = crop_radiograph(pixels, segmenter)
    (_, y0, _, y1), lungs = crops.whole.box, crops.anatomy.lungs
    lowest = max(find_ends(mask)[1] / len(mask) for mask in (lungs.right, lungs.left))
    through = y0 + lowest * (y1 - y0) > KEPT_ABOVE * pixels.shape[0]
    rows = []
    for name, spoil in SPOILS.items():
        found = measure_signs(spoil(segmenter, pixels))
        flags = np.isnan([found[value].value for value in MEASURED]).astype(float)
        rows.append(np.where([rests_on(value, name, through) for value in MEASURED], flags, np.nan))
    return np.stack(rows)


def rests_on(value: str, way: str, through: bool) -> bool:
    """Tell whether a value rests on what a way of spoiling spoils.

    Parameters
    ----------
    value : str
        Name of the value.
    way : str
        A key of :data:`thoracite.evaluation.chest.SPOILS`.
    through : bool
        Whether cropping the bases cuts through a lung.

    Examples
    --------
    >>> rests_on("right diaphragm edge", "the left lung whitened", True), rests_on("lung area", "turned by 20°", True)
    (False, True)
    """
    if way == "the bases cropped":
        return through and value in ON_BASES
    return way != "the left lung whitened" or value not in ON_RIGHT


@cache
def _load_segmenter() -> ChestSegmenter:
    return ChestSegmenter.load()


__all__ = [
    "LEAST",
    "MOST",
    "ON_BASES",
    "ON_RIGHT",
    "measure_silence",
    "measure_spoilt",
    "rests_on",
    "silence_spoilt",
    "summarise_spoilt",
]
