"""Suite ``encoders``: every encoder that can be opened here, on the same images in the same folds.

``thoracite-mini`` reads each image by the crown that did not see its patient; the others are taken whole. Each one's
log-odds are calibrated on the other folds. A finding that an encoder does not read counts as chance in the means. An
encoder that saw ChestX-ray14 in training has seen these images: docs/how-to/encoders.md says which did.

Beside the published short names, the setting ``encoder`` is measured (``THORACITE_ENCODER=hf:FOLDER``).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from thoracite.errors import InputError, ModelError, UsageError
from thoracite.evaluation.suite import Row, Suite
from thoracite.evaluation.vision import Floats, make_readings, measure_readings, read_held_out
from thoracite.settings import Settings
from thoracite.vision.adapters.adapted import AdaptedEncoder, link_labels
from thoracite.vision.adapters.scales import write_scales
from thoracite.vision.encoders import ALIASES, NAMES, open_encoder
from thoracite.vision.image import Pixels, read_radiograph
from thoracite.vision.mini.calibration import fit_scale
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.training.cases import FINDINGS, Case, read_cases, read_targets

TIMED = 20
"""Images that the time is taken of."""

FEWEST = 15
"""A finding with fewer cases is not calibrated."""

_NORMAL = ("no finding", "normal")
"""Labels that say that there is nothing, in lower case."""


def run_encoders(data: Path, *, names: Sequence[str] | None = None) -> Suite:
    """Measure the encoders.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    names : sequence of str or None
        Encoders; the bundled one, the short names and the setting ``encoder`` unless given.

    Returns
    -------
    Suite
        Its ``data`` says which encoders could not be opened, and why.

    Raises
    ------
    InputError
        If the data are not there.
    UsageError
        If there is no encoder of a name.
    """
    cases = read_cases(data / "cxr", "nih")
    rows: list[Row] = []
    missing: list[str] = []
    for name in dict.fromkeys(names or [*NAMES, *ALIASES, Settings.read().encoder]):
        try:
            encoder = open_encoder(name)
        except ModelError as error:
            missing.append(f"{name}: {error}")
        else:
            rows += measure_encoder(encoder, cases)
    described = f"{len(cases)} images of {len({case.group for case in cases})} patients of ChestX-ray14, five folds"
    not_here = f"; not measured: {'; '.join(missing)}" if missing else ""
    return Suite(suite="encoders", data=described + not_here, n=len(cases), rows=tuple(rows))


def measure_encoder(encoder: Any, cases: Sequence[Case]) -> list[Row]:
    """Every figure of one encoder.

    Parameters
    ----------
    encoder : MiniEncoder or AdaptedEncoder
        Opened.
    cases : sequence of Case
        Of ChestX-ray14.
    """
    targets = read_targets(list(cases))[0][:, : len(FINDINGS)]
    look: Callable[[Pixels], object]
    if isinstance(encoder, MiniEncoder):
        read = set(range(len(FINDINGS)))
        given, _ = read_held_out(encoder, cases)
        readings = make_readings(cases, targets, given[:, : len(FINDINGS)], -given[:, len(FINDINGS)])
        look, network = encoder.look, encoder.network
    else:
        logits, normal = rate_cases(encoder, cases)
        read = set(find_columns(encoder))
        unread = sorted(set(range(len(FINDINGS))) - read)
        logits[:, unread] = 0  # one number for all: exactly chance
        readings = make_readings(cases, targets, logits, np.empty(0))
        mean = np.asarray(readings.probabilities)[:, sorted(read)].mean(axis=1)
        readings = readings._replace(abnormal=mean if normal is None else -normal)
        look, network = encoder.model.rate, encoder.model.network
    chance = tuple(f"AUROC {label}," for n, label in enumerate(FINDINGS) if n not in read)
    rows = [row for row in measure_readings(encoder.name, readings) if not row.metric.startswith(chance)]
    shown = [read_pixels(case) for case in cases[:TIMED]]
    size = sum(value.numel() * value.element_size() for value in network.state_dict().values()) / 1e6
    return [
        Row(system=encoder.name, metric="findings read, of 14", value=len(read)),
        *rows,
        Row(
            system=encoder.name, metric="CPU ms an image, one core, median", value=time_looks(look, shown), n=len(shown)
        ),
        Row(system=encoder.name, metric="weights in memory, MB", value=size),
    ]


def find_columns(encoder: AdaptedEncoder) -> dict[int, int]:
    """Which of the model's labels is which finding of ChestX-ray14: the finding's number, then the label's."""
    numbers = {entity.id: n for n, entity in link_labels(FINDINGS).items()}
    return {numbers[entity.id]: label for label, entity in encoder.entities.items() if entity.id in numbers}


def rate_cases(encoder: AdaptedEncoder, cases: Sequence[Case]) -> tuple[Floats, npt.NDArray[np.float64] | None]:
    """Log-odds of the findings of ChestX-ray14, 0 where one is not read; and of "normal" where the model has it.

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
    """The image of a case, shape (height, width), intensity in [0, 1]."""
    return read_radiograph(case.path, settings=Settings.read()).pixels


def time_looks(look: Callable[[Pixels], object], images: Sequence[Pixels]) -> float:
    """Median processor time of one image on one core, in ms; busy neighbours do not count.

    Examples
    --------
    >>> time_looks(lambda pixels: pixels.sum(), [np.zeros((64, 64), dtype=np.float32)]) < 100
    True
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        spent = []
        for pixels in [images[0], *images]:  # the first time warms up
            begun = time.process_time()
            look(pixels)
            spent.append(1000 * (time.process_time() - begun))
    finally:
        torch.set_num_threads(threads)
    return statistics.median(spent[1:])


def calibrate_encoder(name: str, data: Path) -> str:
    """Fit the scales of an encoder of others on labelled images, and keep them for this user.

    Parameters
    ----------
    name : str
        The encoder's.
    data : Path
        Folder with ``manifest.csv`` and images, as ``thoracite train encoder`` reads it; none that the encoder was
        trained on.

    Returns
    -------
    str
        Which findings were calibrated, and where that is kept.

    Raises
    ------
    UsageError
        If it is the bundled encoder, which is calibrated.
    InputError
        If no finding has enough cases.
    """
    encoder = open_encoder(name)
    if not isinstance(encoder, AdaptedEncoder):
        raise UsageError(f"{name} is calibrated already; name an encoder of others")
    cases = read_cases(data)
    targets = read_targets(cases)[0]
    logits, _ = rate_cases(encoder, cases)
    enough = [n for n in sorted(find_columns(encoder)) if FEWEST <= targets[:, n].sum() <= len(cases) - FEWEST]
    if not enough:
        raise InputError(f"no finding that {name} reads is present and absent in at least {FEWEST} images of {data}")
    scales = [fit_scale(FINDINGS[n], logits[:, n], targets[:, n]) for n in enough]
    path = write_scales(encoder.name, scales)
    return f"calibrated {', '.join(scale.label for scale in scales)} of {encoder.name} on {len(cases)} images: {path}"


__all__ = [
    "FEWEST",
    "TIMED",
    "calibrate_encoder",
    "find_columns",
    "measure_encoder",
    "rate_cases",
    "read_pixels",
    "run_encoders",
    "time_looks",
]
