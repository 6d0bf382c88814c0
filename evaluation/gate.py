"""Suite ``gate``: other images are withheld, and frontal chest radiographs of every source are not.

Negatives are those of the test split (:mod:`thoracite.vision.training.gate_cases`), files and generated images apart,
and real radiographs, turned; they are grey, so that colour does not decide. The baseline is a rule on brightness
alone: accept images as bright as radiographs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row, Suite
from thoracite.settings import Settings
from thoracite.vision.image import Pixels, Radiograph, read_radiograph
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.notes import SMALL
from thoracite.vision.training.cases import Case, read_cases
from thoracite.vision.training.gate_cases import read_negatives, turn_radiograph, vary_image

EACH = 200
"""Most radiographs of each source."""

BRIGHT = (0.35, 0.65)
"""Mean intensities that the baseline accepts."""

VARIATIONS = 4
"""Number of crops of each bundled file."""

_FRONTAL = frozenset({"PA", "AP", "AP Supine", "AP erect", "unknown", ""})


class Judged(NamedTuple):
    """An image, judged by the gate and by the brightness rule.

    Parameters
    ----------
    kind : str
        ``radiograph SOURCE``, ``lateral``, ``bundled file`` … : the group of its figure.
    accepted, bright : bool
        Whether the gate, and the brightness rule, accept it.
    """

    kind: str
    accepted: bool
    bright: bool


_SOURCES = ("nih", "nih_lowres", "kermany", "ieee", "cxnet", "mhh", "figure1", "actualmed", "rsna_normal", "wingspan")
"""Sources of radiographs; the gate was trained on some patients of the first three and of ``mhh``."""


def run_gate(data: Path, *, seed: int = 0) -> Suite:
    """Measure the gate.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    seed : int
        Seed of the draw of radiographs.

    Raises
    ------
    InputError
        If the data are not there.
    """
    encoder = MiniEncoder.load()
    judged = [_judge(encoder, kind, pixels) for kind, pixels in _gather(data / "cxr", seed)]
    rows = [row for system in ("thoracite-mini", "brightness alone") for row in measure_judged(system, judged)]
    return Suite(suite="gate", data=f"{len(judged)} images", n=len(judged), rows=tuple(rows))


def _gather(folder: Path, seed: int) -> Iterator[tuple[str, Pixels]]:
    random = np.random.default_rng(seed)
    settings = Settings.read()
    by_source: dict[str, list[Case]] = {}
    for case in read_cases(folder, *_SOURCES):
        size = f", {case.side} px" if 0 < case.side <= SMALL else ""
        by_source.setdefault(f"{case.source}{size}", []).append(case)
    for source, cases in by_source.items():
        for row in random.permutation(len(cases))[:EACH]:
            if cases[row].view not in _FRONTAL:
                continue
            pixels = read_radiograph(cases[row].path, settings=settings).pixels
            yield f"radiograph {source}", pixels
            if random.random() < 0.2:
                yield "turned radiograph", turn_radiograph(pixels, random)
                yield "inverted radiograph", np.float32(1) - pixels
    for case in (case for cases in by_source.values() for case in cases if case.view not in _FRONTAL):
        yield "lateral", read_radiograph(case.path, settings=settings).pixels
    for negative in read_negatives():
        if negative.split == "test":
            yield from _vary(negative.name, negative.pixels, random)


def _vary(name: str, pixels: Pixels, random: np.random.Generator) -> Iterator[tuple[str, Pixels]]:
    if "." not in name:
        yield "generated image", pixels
        return
    yield "bundled file", pixels
    for _ in range(VARIATIONS - 1):
        yield "bundled file", vary_image(pixels, random)


def _judge(encoder: MiniEncoder, kind: str, pixels: Pixels) -> Judged:
    reading = encoder.read(Radiograph(pixels))
    return Judged(kind, reading.accepted, BRIGHT[0] <= float(pixels.mean()) <= BRIGHT[1])


def measure_judged(system: str, judged: Sequence[Judged]) -> Iterator[Row]:
    """Return withheld shares of negatives, and wrongly withheld shares of radiographs."""
    kinds = sorted({one.kind for one in judged})
    wanted: dict[str, tuple[str, ...]] = {"non-radiographs": ("bundled file", "generated image")}
    wanted |= {kind: (kind,) for kind in kinds}
    wanted["radiographs of all sources"] = tuple(kind for kind in kinds if kind.startswith("radiograph "))
    for name, members in wanted.items():
        those = [one for one in judged if one.kind in members]
        withheld = [not (one.accepted if system == "thoracite-mini" else one.bright) for one in those]
        yield _row(system, f"withheld: {name}", withheld)


def _row(system: str, metric: str, values: Iterable[bool]) -> Row:
    array: npt.NDArray[np.float64] = np.array(list(values), dtype=float)
    low, high = bootstrap_interval(lambda drawn: float(array[drawn].mean()), len(array))
    return Row(system=system, metric=metric, value=float(array.mean()), low=low, high=high, n=len(array))


__all__ = ["BRIGHT", "EACH", "VARIATIONS", "Judged", "measure_judged", "run_gate"]
