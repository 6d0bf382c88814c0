"""Suite ``encoders``: every encoder that can be opened here, on the same images in the same folds.

``thoracite-mini`` reads each image by the head that did not see its patient; the others are taken whole. Each one's
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
import torch

from thoracite.errors import ModelError
from thoracite.evaluation.suite import Row, Suite
from thoracite.evaluation.vision import make_readings, measure_readings, read_held_out
from thoracite.settings import Settings
from thoracite.vision.encoders import ALIASES, NAMES, open_encoder
from thoracite.vision.image import Pixels
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.training.calibrate import find_columns, rate_cases, read_pixels
from thoracite.vision.training.cases import Case, read_cases, read_targets

TIMED = 20
"""Number of images in the measurement of time."""


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
        Its ``data`` names the encoders that could not be opened, with the reasons.

    Raises
    ------
    InputError
        If the data are not there.
    UsageError
        If an encoder is unknown.
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
    """Measure one encoder.

    Parameters
    ----------
    encoder : MiniEncoder or AdaptedEncoder
        An open encoder.
    cases : sequence of Case
        Images of ChestX-ray14.
    """
    targets = read_targets(list(cases))[0][:, : len(FINDINGS)]
    look: Callable[[Pixels], object]
    if isinstance(encoder, MiniEncoder):
        read = set(range(len(FINDINGS)))
        given, _ = read_held_out(encoder, cases)
        readings = make_readings(cases, targets, given[:, : len(FINDINGS)], -given[:, len(FINDINGS)])
        look, network = encoder.forward, encoder.network
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


def time_looks(look: Callable[[Pixels], object], images: Sequence[Pixels]) -> float:
    """Return the median processor time of one image on one core, in ms; busy neighbours do not count.

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


__all__ = [
    "TIMED",
    "measure_encoder",
    "run_encoders",
    "time_looks",
]
