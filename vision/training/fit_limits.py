"""Fitting of the limits between which a mask's traits lie in valid masks (:mod:`thoracite.vision.mini.validity`)."""

from __future__ import annotations

from collections.abc import Sequence
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
"""Share of the chests that lies beyond each limit of a trait; a mask has ten traits."""

BOTH = frozenset({"tilt", "ratio of areas", "ratio of heights", "heart place"})
"""Traits with two limits; of contrasts, overlap and solidity little is bad, of the cut-off part much is."""

FEWEST = 50
"""Fewest chests that limits are fitted on."""

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
        By trait; empty where lungs and heart were found in too few chests.
    """
    normal = [case for case in read_cases(data) if case.reading == "Normal" and not case.locked]
    step = max(len(normal) // NORMALS, 1)
    paths = [case.path for case in read_chest_cases(data, kept=False)] + [case.path for case in normal[::step]]
    traits = describe_files(segmenter, paths)
    limits: dict[str, Limit] = {}
    if len(traits) < FEWEST:
        return limits
    for name in REASONS:
        values = np.array([each[name] for each in traits])
        low, high = np.quantile(values, [OUTSIDE, 1 - OUTSIDE])
        limits[name] = Limit(
            low=-1e9 if name == "cut off" else float(low), high=float(high) if name in {*BOTH, "cut off"} else 1e9
        )
    return limits


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
