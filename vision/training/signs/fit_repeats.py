"""How much the measured values of two films of one patient differ where neither shows a finding.

The difference of two films holds how each was taken, breath and posture, what the measurement itself errs by, and what
changed in the patient though no label says so. Nineteen in twenty pairs differ by less than the limit that is fitted
here; a smaller difference is never told as a change.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.files import replace_file
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.crops import crop_radiograph
from thoracite.vision.mini.segmenter import ChestSegmenter
from thoracite.vision.mini.signs.listed import VIEWS
from thoracite.vision.mini.signs.values import measure_both
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.frames import MEASURED, map_cores

SHARE = 0.95
"""Share of pairs that differ by less than the limit."""

FEWEST = 60
"""Fewest pairs in which a value was measured twice that a limit is fitted on."""

PAIRS = 200
"""Most pairs of each view."""

_SHARPEST = 128
"""Least side of a film in pixels; the encoder sees no more."""


class Pair(NamedTuple):
    """Two films of one patient in the same view, the earlier first."""

    before: Case
    now: Case


def list_pairs(cases: Sequence[Case], *, label: str | None = "No Finding") -> list[Pair]:
    """List one pair of films of each patient and view, in the order of the follow-up.

    Parameters
    ----------
    cases : sequence of Case
        Any; films that are too small are left out.
    label : str or None
        Label of both films; any unless given.
    """
    kept = [
        case
        for case in cases
        if case.side >= _SHARPEST and case.view in VIEWS and (label is None or case.labels == {label})
    ]
    ordered = sorted(kept, key=lambda case: (case.group, case.view, case.path.stem))
    pairs = []
    for _, group in groupby(ordered, key=lambda case: (case.group, case.view)):
        films = list(group)
        if len(films) > 1:
            pairs.append(Pair(films[0], films[1]))
    return pairs


def fit_repeats(data: Path, output: Path, *, number: int = PAIRS) -> str:
    """Fit the limits on films of patients that are not locked, and write them.

    Parameters
    ----------
    data : Path
        Folder with the manifests and images.
    output : Path
        CSV to write: value, view, limit, number of pairs.
    number : int
        Most pairs of each view.

    Raises
    ------
    InputError
        If the data are not there.
    """
    pairs = list_pairs([case for case in read_labelled(data) if not case.locked])
    drawn = [pair for view in VIEWS for pair in _draw(pairs, view, number)]
    values = np.stack(list(map_cores(_measure, [film.path for pair in drawn for film in pair], told="films measured")))
    rows = list(_fit_rows(drawn, values[1::2] - values[::2]))
    with replace_file(output) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("value", "view", "limit", "pairs"))
        writer.writerows(rows)
    return f"{len(rows)} limits from {len(drawn)} pairs of films in {output}"


def _draw(pairs: Sequence[Pair], view: str, number: int) -> list[Pair]:
    own = [pair for pair in pairs if pair.now.view == view]
    return own[:: max(len(own) // number, 1)][:number]


def _fit_rows(pairs: Sequence[Pair], differences: npt.NDArray[np.float64]) -> Iterator[tuple[str, str, str, int]]:
    """Yield value, view, limit and number of pairs where there are enough."""
    for number, name in enumerate(MEASURED):
        for view in VIEWS:
            own = differences[[pair.now.view == view for pair in pairs], number]
            known = np.abs(own[~np.isnan(own)])
            if len(known) >= FEWEST:
                yield name, view, f"{np.quantile(known, SHARE):.4g}", len(known)


def _measure(path: Path) -> npt.NDArray[np.float64]:
    crops = crop_radiograph(read_radiograph(path, settings=Settings.read()).pixels, _load_segmenter())
    signs = measure_both(crops)[1]
    return np.array([signs[name].value for name in MEASURED])


@cache
def _load_segmenter() -> ChestSegmenter:
    return ChestSegmenter.load()


__all__ = ["FEWEST", "PAIRS", "SHARE", "Pair", "fit_repeats", "list_pairs"]
