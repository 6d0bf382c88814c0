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
import numpy.typing as npt

from thoracite.errors import ModelError
from thoracite.evaluation.held_out import read_held_out
from thoracite.evaluation.patients import Positions, find_auroc, measure_drawn
from thoracite.evaluation.suite import Row, Suite
from thoracite.settings import Settings
from thoracite.vision.device import use_one_thread
from thoracite.vision.encoders import ALIASES, NAMES, open_encoder
from thoracite.vision.image import Pixels
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.training.calibrate import find_columns, rate_cases, read_pixels
from thoracite.vision.training.cases import Case, read_cases, read_targets
from thoracite.vision.training.fit_scales import cross_fit_scales

Floats = npt.NDArray[np.float64]

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
        read = list(range(len(FINDINGS)))
        logits = read_held_out(cases).logits[:, : len(FINDINGS)]
        look, network = encoder.forward, encoder.network
    else:
        read, logits = sorted(find_columns(encoder)), rate_cases(encoder, cases)[0]
        look, network = encoder.model.rate, encoder.model.network
    rows = measure_logits(encoder.name, cases, targets, logits, read)
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


def measure_logits(
    name: str, cases: Sequence[Case], targets: npt.NDArray[np.float32], logits: Floats, read: Sequence[int]
) -> list[Row]:
    """Measure what an encoder tells apart, and the calibration error of its probabilities, fitted in other folds.

    Parameters
    ----------
    name : str
        Name of the encoder.
    cases : sequence of Case
        The images.
    targets : ndarray, shape (cases, findings)
        0 or 1.
    logits : ndarray, shape (cases, findings)
        Log-odds, any scale.
    read : sequence of int
        Numbers of the findings that the encoder reads; the others count as chance in the mean.
    """
    groups, folds = [case.group for case in cases], np.array([case.fold for case in cases])
    probabilities = np.empty(logits.shape)
    for fold, scales in cross_fit_scales(logits, targets, folds).items():
        for row in np.flatnonzero(folds == fold):
            probabilities[row] = [scale.find_probability(float(logits[row, n])) for n, scale in enumerate(scales)]

    def average(drawn: Positions) -> float:
        areas = [find_auroc(logits[drawn, n], targets[drawn, n]) for n in read]
        return float((np.nansum(areas) + 0.5 * (len(FINDINGS) - len(read))) / len(FINDINGS))

    def err(drawn: Positions) -> float:
        return float(np.mean([find_calibration_error(probabilities[drawn, n], targets[drawn, n]) for n in read]))

    rows = [measure_drawn(name, "macro AUROC, pooled", average, groups)]
    rows.append(measure_drawn(name, "calibration error, mean of findings", err, groups))
    for n in read:
        metric = f"AUROC {FINDINGS[n]}, {int(targets[:, n].sum())} positive"
        rows.append(Row(system=name, metric=metric, value=find_auroc(logits[:, n], targets[:, n]), n=len(cases)))
    return rows


def find_calibration_error(probabilities: Floats, targets: npt.NDArray[np.float32], *, bins: int = 10) -> float:
    """Compute the mean distance between probability and frequency over bins of equal size.

    Examples
    --------
    >>> find_calibration_error(np.full(100, 0.25), np.array([1.0] * 25 + [0.0] * 75, dtype=np.float32), bins=1)
    0.0
    """
    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [len(p) * abs(float(probabilities[p].mean() - targets[p].mean())) for p in parts]
    return float(sum(gaps) / len(order))


def time_looks(look: Callable[[Pixels], object], images: Sequence[Pixels]) -> float:
    """Return the median processor time of one image on one core, in ms; busy neighbours do not count.

    Examples
    --------
    >>> time_looks(lambda pixels: pixels.sum(), [np.zeros((64, 64), dtype=np.float32)]) < 100
    True
    """
    spent = []
    with use_one_thread():
        for pixels in [images[0], *images]:  # the first time warms up
            begun = time.process_time()
            look(pixels)
            spent.append(1000 * (time.process_time() - begun))
    return statistics.median(spent[1:])


__all__ = [
    "TIMED",
    "find_calibration_error",
    "measure_encoder",
    "measure_logits",
    "run_encoders",
    "time_looks",
]
