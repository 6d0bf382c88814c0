"""Calibration of third-party encoders on labelled images, so that their scores become probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError, ModelError, UsageError
from thoracite.settings import Settings
from thoracite.vision.adapters.adapted import AdaptedEncoder, link_labels
from thoracite.vision.adapters.scales import write_scales
from thoracite.vision.encoders import open_encoder
from thoracite.vision.image import Pixels, read_radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.training.cases import Case, read_cases, read_targets
from thoracite.vision.training.fit_scales import fit_scale

Floats = npt.NDArray[np.float64]

FEWEST = 15
"""Fewest cases of a finding that is calibrated."""

_NORMAL = ("no finding", "normal")
"""Labels for "no finding", in lower case."""


def find_columns(encoder: AdaptedEncoder) -> dict[int, int]:
    """Map each finding of ChestX-ray14, by its number, to the number of the model's label."""
    numbers = {entity.id: n for n, entity in link_labels(FINDINGS).items()}
    return {numbers[entity.id]: label for label, entity in encoder.entities.items() if entity.id in numbers}


def rate_cases(encoder: AdaptedEncoder, cases: Sequence[Case]) -> tuple[Floats, npt.NDArray[np.float64] | None]:
    """Return the log-odds of ChestX-ray14's findings, 0 where one is not rated; and of "normal" where the model has it.

    Returns
    -------
    tuple of ndarray, shape (cases, findings), and ndarray, shape (cases,), or None
    """
    columns = find_columns(encoder)
    if not columns:
        raise ModelError(f"the encoder {encoder.name} reads no finding of ChestX-ray14, so it cannot be measured on it")
    rated = np.array([encoder.model.rate(read_pixels(case)) for case in cases])
    logits = np.zeros((len(cases), len(FINDINGS)))
    logits[:, list(columns)] = rated[:, list(columns.values())]
    normal = next((n for n, label in enumerate(encoder.model.labels) if label.lower() in _NORMAL), None)
    return logits, None if normal is None else rated[:, normal]


def read_pixels(case: Case) -> Pixels:
    """Read the image of a case, shape (height, width), intensity in [0, 1]."""
    return read_radiograph(case.path, settings=Settings.read()).pixels


def calibrate_encoder(name: str, data: Path) -> str:
    """Fit the scales of a third-party encoder on labelled images, and store them for this user.

    Parameters
    ----------
    name : str
        Name of the encoder.
    data : Path
        Folder with ``manifest.csv`` and images, as for ``thoracite train encoder``; none from the encoder's training
        set.

    Returns
    -------
    str
        The calibrated findings, and the path of the scales.

    Raises
    ------
    UsageError
        If it is the bundled encoder, which is calibrated.
    InputError
        If no finding has enough cases.
    """
    encoder = open_encoder(name)
    if not isinstance(encoder, AdaptedEncoder):
        raise UsageError(f"{name} is calibrated already; name a third-party encoder")
    cases = read_cases(data)
    targets = read_targets(cases)[0]
    logits, _ = rate_cases(encoder, cases)
    enough = [n for n in sorted(find_columns(encoder)) if FEWEST <= targets[:, n].sum() <= len(cases) - FEWEST]
    if not enough:
        raise InputError(f"no finding that {name} reads is present and absent in at least {FEWEST} images of {data}")
    scales = [fit_scale(FINDINGS[n], logits[:, n], targets[:, n]) for n in enough]
    path = write_scales(encoder.name, scales)
    return f"calibrated {', '.join(scale.label for scale in scales)} of {encoder.name} on {len(cases)} images: {path}"


__all__ = ["FEWEST", "calibrate_encoder", "find_columns", "rate_cases", "read_pixels"]
