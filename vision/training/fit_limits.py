"""Fitting of the limits between which a mask's traits lie in valid masks (:mod:`thoracite.vision.mini.validity`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.framing import frame_pixels, shrink_pixels
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.mini.validity import REASONS, Limit, describe_anatomy
from thoracite.vision.training.cases import read_cases
from thoracite.vision.training.chest_cases import read_chest_cases

OUTSIDE = 0.003
"""Share of either group that lies beyond each limit of a trait; a mask has nine traits."""

BOTH = frozenset({"tilt", "ratio of areas", "ratio of heights", "heart place"})
"""Traits with two limits; of contrasts and overlap little is bad, of the cut-off part much is."""

FEWEST = 50
"""Fewest chests of either group that limits are fitted on."""

NORMALS = 600
"""Most radiographs that radiologists found normal, beside the chests of the segmenter's training."""


def fit_limits(segmenter: ChestSegmenter, data: Path) -> dict[str, Limit]:
    """Fit the limits on the segmenter's training chests and on radiographs that radiologists found normal.

    Parameters
    ----------
    segmenter : ChestSegmenter
        The trained segmenter.
    data : Path
        Folder with the manifests and images; locked patients are left out.

    Returns
    -------
    dict of str to Limit
        By trait; empty where lungs and heart were found in too few of either.
    """
    normal = [case for case in read_cases(data) if case.reading == "Normal" and not case.locked]
    step = max(len(normal) // NORMALS, 1)
    chests, films = [case.path for case in read_chest_cases(data, kept=False)], [case.path for case in normal[::step]]
    groups = [describe_files(segmenter, each) for each in (chests, films)]
    return {name: _fit_limit(name, groups) for name in REASONS} if min(map(len, groups)) >= FEWEST else {}


def _fit_limit(name: str, groups: Sequence[Sequence[Mapping[str, float]]]) -> Limit:
    """Return the limits of a trait, so wide that few of either group lie outside."""
    ends = [np.quantile([each[name] for each in group], [OUTSIDE, 1 - OUTSIDE]) for group in groups]
    low, high = float(min(low for low, _ in ends)), float(max(high for _, high in ends))
    return Limit(low=-1e9 if name == "cut off" else low, high=high if name in {*BOTH, "cut off"} else 1e9)


def describe_files(segmenter: ChestSegmenter, paths: Sequence[Path]) -> list[dict[str, float]]:
    """Describe the masks of files; those in which lungs or heart are not found are left out."""
    described = []
    for path in paths:
        frame = frame_pixels(shrink_pixels(read_radiograph(path, settings=Settings.read()).pixels), size=segmenter.size)
        anatomy = segmenter.segment_frame(frame)
        if anatomy.lungs.found and anatomy.heart.found:
            described.append(describe_anatomy(frame, anatomy))
    return described


__all__ = ["BOTH", "FEWEST", "NORMALS", "OUTSIDE", "describe_files", "fit_limits"]
