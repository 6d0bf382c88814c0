"""Time of the bundled encoder for one image on one core, and size of its weights.

The image is a phantom that the gate accepts, so that no step is skipped: it is read from decoded
pixels, and from a PNG file of :data:`SIDE` pixels. Beside the time on the clock, which other programs of the
machine lengthen, stands the processor time.

Examples
--------
>>> rows = describe_times("from pixels", [90.0] * 19 + [200.0], [80.0] * 20)
>>> rows[1].metric, rows[1].value
('ms an image on one core, from pixels, p95 (at most 150)', 90.0)
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from thoracite.errors import ModelError
from thoracite.evaluation.percentile import measure_p95
from thoracite.evaluation.suite import Row
from thoracite.phantom import draw_phantom
from thoracite.settings import Settings
from thoracite.vision.device import use_one_thread
from thoracite.vision.image import Radiograph, read_radiograph
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.mini.segmenter import FOLDER as LUNGS

SIDE = 1024
"""Side of the file in pixels, that of ChestX-ray14's files."""

LIMIT = 150
"""Most milliseconds for one image on one core."""

HEAVIEST = 40
"""Most megabytes of the weights."""

_WARM_UP = 3
_TRIED = 10


def measure_speed(encoder: MiniEncoder, folder: Path = FOLDER, *, repeats: int = 40) -> list[Row]:
    """Measure the times of reading one image with a single thread, and the size of the weights.

    Parameters
    ----------
    encoder : MiniEncoder
        The measured encoder.
    folder : Path
        Its folder; its safetensors files and those of the segmenter are counted.
    repeats : int
        Number of readings each way, after three that do not count.

    Raises
    ------
    ModelError
        If the gate accepts none of ten phantoms.
    """
    settings = Settings.read()
    with tempfile.TemporaryDirectory() as place, use_one_thread():
        path = Path(place) / "phantom.png"
        radiograph = _write_accepted(encoder, path)
        rows = [
            *describe_times("from pixels", *_time(lambda: encoder.read(radiograph), repeats)),
            *describe_times(
                f"from a PNG of {SIDE}×{SIDE}",
                *_time(lambda: encoder.read(read_radiograph(path, settings=settings)), repeats),
            ),
        ]
    files = (file for place in (folder, LUNGS) for file in place.glob("*.safetensors"))
    size = sum(file.stat().st_size for file in files) / 1e6
    return [*rows, Row(system=encoder.name, metric=f"MB of weights (at most {HEAVIEST})", value=size)]


def describe_times(what: str, clock: Sequence[float], processor: Sequence[float]) -> list[Row]:
    """Return rows of the times of one way of reading.

    Parameters
    ----------
    what : str
        Name of the way.
    clock, processor : sequence of float
        Milliseconds on the clock and of the processor, one for each reading.
    """
    metric = f"ms an image on one core, {what}"
    figures = {
        f"{metric}, p50 (at most {LIMIT})": float(np.median(clock)),
        f"{metric}, p95 (at most {LIMIT})": measure_p95(clock),
        f"{metric}, processor time p50": float(np.median(processor)),
    }
    return [Row(system=MiniEncoder.name, metric=name, value=value, n=len(clock)) for name, value in figures.items()]


def _write_accepted(encoder: MiniEncoder, path: Path) -> Radiograph:
    """Write the first accepted phantom, drawn small and enlarged, since its content does not change the time."""
    for seed in range(_TRIED):
        drawn = draw_phantom(seed, size=SIDE // 4).image
        picture = Image.fromarray(np.rint(drawn * 255).astype(np.uint8))
        picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(path)
        radiograph = read_radiograph(path, settings=Settings.read())
        if encoder.read(radiograph).accepted:
            return radiograph
    raise ModelError(f"the model accepts none of {_TRIED} phantoms, so that its speed cannot be measured")


def _time(read: Callable[[], object], repeats: int) -> tuple[list[float], list[float]]:
    clock, processor = [], []
    for repeat in range(repeats + _WARM_UP):
        started, spent = time.perf_counter(), time.thread_time()
        read()
        if repeat >= _WARM_UP:
            clock.append((time.perf_counter() - started) * 1000)
            processor.append((time.thread_time() - spent) * 1000)
    return clock, processor


__all__ = ["HEAVIEST", "LIMIT", "SIDE", "describe_times", "measure_speed"]
