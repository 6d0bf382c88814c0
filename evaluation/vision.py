"""Suite ``vision``: what the bundled encoder tells apart, on patients that it has not seen.

Labelled images of ChestX-ray14 are read by held-out heads (:mod:`thoracite.evaluation.held_out`). Figures are given
within each source, since sources differ in resolution, in their mix and in how well labels fit, and a network tells
them apart; locked patients, who had no part in any choice, stand beside. Systems:

- ``thoracite-mini``: cross-fitted log-odds; *its network alone* leaves out measurements and view;
- ``plain network``: one head of the same architecture that sees whole radiographs at 128 pixels, trained as long in the
  same folds (:mod:`thoracite.evaluation.plain_network`);
- ``thoracite-mini 1``: the model that was bundled before, trained on 1,215 images of ``nih``: the mean of its heads,
  or, where it learned from a patient, the head that did not; read for locked patients and ``nih`` (:data:`EARLIER`);
- ``metadata only``: view, age and sex, by logistic regression in the same folds.

References
----------
Hanley JA, McNeil BJ. The meaning and use of the area under a ROC curve. Radiology 1982.
doi:10.1148/radiology.143.1.7063747
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.held_out import HeldOut, find_cross_fitted, find_probabilities, read_held_out
from thoracite.evaluation.patients import (
    Positions,
    Statistic,
    average_auroc,
    average_auroc_within,
    find_auroc,
    find_lead,
    measure_drawn,
)
from thoracite.evaluation.plain_network import READINGS, read_readings
from thoracite.evaluation.speed import measure_speed
from thoracite.evaluation.suite import Row, Suite
from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.mini.signs.weights import Floats
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.mix import number_views

EARLIER = Path(__file__).with_name("earlier_readings.csv")
"""Logits of the model that was bundled before (commit c51b567), for locked patients and for ``nih``."""

LEAST = 30
"""Fewest positives of a finding in the mean of a new source."""

FEWER = 15
"""The same for the two small collections of ``nih``."""

FINE = 64
"""Side of the smallest images of the new source, in pixels."""

SMALL = ("jrzech", "muhammedtalo")
"""Names of the two collections of ``nih``."""

MINI = "thoracite-mini"


class Part(NamedTuple):
    """A part of the cases whose figures stand together.

    Parameters
    ----------
    name : str
        Its name in the table.
    rows : ndarray of int
        Positions of its cases.
    least : int
        Fewest positives of a finding in the mean.
    """

    name: str
    rows: Positions
    least: int


class System(NamedTuple):
    """What a system says of the cases.

    Parameters
    ----------
    scores : ndarray, shape (cases, findings)
        Any unit, higher where a finding is likelier; NaN where the system did not read the case.
    abnormal : ndarray, shape (cases,)
        Score of "not normal": 1 − Π(1 − p).
    """

    scores: Floats
    abnormal: Floats


def run_vision(data: Path, *, folder: Path = FOLDER, patients: int | None = None) -> Suite:
    """Measure the encoder of a folder; reading all 12,000 images takes some eight minutes on two cores.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    folder : Path
        Folder of the model.
    patients : int or None
        Number of patients to draw; all unless given.

    Raises
    ------
    InputError
        If the data are not there.
    """
    cases = draw_patients([case for case in read_labelled(data / "cxr") if case.view in {"PA", "AP"}], patients)
    held = read_held_out(cases, folder=folder)
    systems = collect_systems(held, folder=folder)
    rows = [row for part in list_parts(cases) for row in measure_part(held, part, systems)]
    rows += measure_view(held)
    rows += measure_sources(held)
    rows += measure_speed(MiniEncoder.load(folder), folder)
    described = f"{len(cases)} images of {len({case.group for case in cases})} patients of ChestX-ray14"
    return Suite(suite="vision", data=described, n=len(cases), rows=tuple(rows))


def draw_patients(cases: Sequence[Case], patients: int | None, *, seed: int = 0) -> list[Case]:
    """Draw patients, all their images; every patient where no number is given.

    Examples
    --------
    >>> cases = [Case(Path(), "nih", "", group, "PA", frozenset(), "", ()) for group in "aabbc"]
    >>> len(draw_patients(cases, None)), len(draw_patients(cases, 1)) in {1, 2}
    (5, True)
    """
    groups = sorted({case.group for case in cases})
    drawn = {groups[row] for row in np.random.default_rng(seed).permutation(len(groups))[:patients]}
    return [case for case in cases if case.group in drawn]


def collect_systems(held: HeldOut, *, folder: Path = FOLDER) -> dict[str, System]:
    """Return what every system says of the cases, by name."""
    odds, own = find_cross_fitted(held, folder=folder), held.logits[:, : len(FINDINGS)]
    blind = read_metadata(held)
    return {
        MINI: _make_system(odds, odds),
        "its network alone": _make_system(own, own),
        "plain network": _make_read(held, READINGS),
        "thoracite-mini 1": _make_read(held, EARLIER),
        "metadata only": _make_system(blind, blind),
    }


def _make_system(scores: Floats, log_odds: Floats) -> System:
    return System(scores, 1 - np.prod(1 - find_probabilities(log_odds), axis=1))


def _make_read(held: HeldOut, path: Path) -> System:
    logits = read_readings(held.cases, path, partly=True)[:, : len(FINDINGS)]
    return _make_system(logits, logits)


def list_parts(cases: Sequence[Case]) -> list[Part]:
    """List the parts that are measured: each source and size in folds, then locked patients; none is empty."""
    kinds: Mapping[str, tuple[int, Callable[[Case], bool]]] = {
        "new source, 128 px": (LEAST, lambda case: case.source == "nih_lowres" and case.side > FINE),
        "new source, 64 px": (LEAST, lambda case: case.source == "nih_lowres" and case.side <= FINE),
        **{name: (FEWER, lambda case, name=name: case.collection.startswith(name)) for name in SMALL},  # type: ignore[misc]
    }
    parts = []
    for locked in (False, True):
        for name, (least, belongs) in kinds.items():
            rows = np.flatnonzero([belongs(case) and case.locked == locked for case in cases])
            parts.append(Part(f"{name}, locked" if locked else name, rows, least))
    return [part for part in parts if len(part.rows)]


def measure_part(held: HeldOut, part: Part, systems: Mapping[str, System]) -> list[Row]:
    """Measure every system on one part, and the lead of the encoder over the others."""
    groups = [held.cases[row].group for row in part.rows]
    targets = held.targets[part.rows]
    enough = np.flatnonzero((targets & held.known[part.rows]).sum(axis=0) >= part.least)
    if not len(enough):
        return []
    metric = f"macro AUROC of {len(enough)} findings, {part.name}"
    there = {name: system for name, system in systems.items() if not np.isnan(system.scores[part.rows]).any()}
    macros = {name: average_auroc(system.scores[part.rows], targets, enough) for name, system in there.items()}
    rows = [measure_drawn(name, metric, macro, groups) for name, macro in macros.items()]
    rows += _measure_within(held, part, enough, there)
    for name in (name for name in ("plain network", "thoracite-mini 1") if name in there):
        lead = find_lead(macros[MINI], macros[name])
        rows.append(measure_drawn(f"{MINI} minus {name}", metric, lead, groups))
    rows += _measure_normal(held, part, there)
    for n in enough:
        single = _single(systems[MINI].scores[part.rows, n], targets[:, n])
        metric = f"AUROC {FINDINGS[n]}, {int(targets[:, n].sum())} positive, {part.name}"
        rows.append(measure_drawn(MINI, metric, single, groups))
    return rows


def _measure_within(held: HeldOut, part: Part, enough: Positions, systems: Mapping[str, System]) -> list[Row]:
    """Measure the systems that one network a fold makes up, folds not compared with each other."""
    folds, groups = held.folds[part.rows], [held.cases[row].group for row in part.rows]
    if (folds < 0).any():
        return []
    metric = f"macro AUROC of {len(enough)} findings, {part.name}, within folds"
    return [
        measure_drawn(
            name,
            metric,
            average_auroc_within(systems[name].scores[part.rows], held.targets[part.rows], enough, folds),
            groups,
        )
        for name in (MINI, "its network alone", "plain network")
        if name in systems
    ]


def _single(scores: Floats, targets: npt.NDArray[np.bool_]) -> Statistic:
    return lambda drawn: find_auroc(scores[drawn], targets[drawn])


def _measure_normal(held: HeldOut, part: Part, systems: Mapping[str, System]) -> list[Row]:
    """Measure radiologists' "Normal" against the rest by 1 − Π(1 − p), on the films that they read."""
    rows = np.array([row for row in part.rows if held.cases[row].reading])
    rest = np.array([held.cases[row].reading != "Normal" for row in rows], dtype=bool)
    if min(rest.sum(), (~rest).sum()) < FEWER:
        return []
    groups, metric = [held.cases[row].group for row in rows], f"AUROC RSNA Normal against rest, {part.name}"
    return [
        measure_drawn(name, metric, _single(system.abnormal[rows], rest), groups) for name, system in systems.items()
    ]


def read_metadata(held: HeldOut) -> Floats:
    """Return log-odds by logistic regression on view, age and sex, in the same folds; shape (cases, findings)."""
    from sklearn.linear_model import LogisticRegression

    inputs = np.array([
        [case.view == "AP", case.sex == "M", np.nan_to_num(case.age, nan=50.0) / 100, case.source == "nih"]
        for case in held.cases
    ], dtype=float)  # fmt: skip
    scores, folds, targets, known = np.zeros(held.targets.shape), held.folds, held.targets, held.known
    for fold in np.unique(folds):
        seen, rows = (folds != fold) & (folds >= 0), folds == fold
        for n in range(len(FINDINGS)):
            use = seen & known[:, n]
            if len(np.unique(targets[use, n])) == 2:
                fitted = LogisticRegression(max_iter=500).fit(inputs[use], targets[use, n])
                scores[rows, n] = fitted.decision_function(inputs[rows])
    return scores


def measure_view(held: HeldOut) -> list[Row]:
    """Measure how well AP is told from PA, in folds and on locked patients."""
    rows = []
    for name, kept in (("folds", held.folds >= 0), ("locked", held.folds < 0)):
        inside = np.flatnonzero(kept)
        if not len(inside):
            continue
        part = held.take(inside)
        statistic = _single(part.logits[:, OUTPUTS.index("AP")], number_views(part.cases) == 1)
        rows.append(measure_drawn(MINI, f"AUROC AP against PA, {name}", statistic, [c.group for c in part.cases]))
    return rows


def measure_sources(held: HeldOut) -> list[Row]:
    """Measure how well a linear probe tells the new source from ``nih`` by the logits of normal films, in folds.

    0.5 would mean that no source can be told; labels of both sources are "No Finding".
    """
    from sklearn.linear_model import LogisticRegression

    sources = {"nih": 0, "nih_lowres": 1}
    kept = [r for r, c in enumerate(held.cases) if c.source in sources and "No Finding" in c.labels and c.side != FINE]
    part = held.take(np.array(kept, dtype=np.int64))
    targets = np.array([sources[case.source] for case in part.cases])
    if len(np.unique(targets)) < 2:
        return []
    scores, fold = np.zeros(len(targets)), np.array([case.fold for case in part.cases])
    for one in range(FOLDS):
        fitted = LogisticRegression(class_weight="balanced", max_iter=500)
        fitted.fit(part.logits[fold != one], targets[fold != one])
        scores[fold == one] = fitted.decision_function(part.logits[fold == one])
    groups = [case.group for case in part.cases]
    return [
        measure_drawn(MINI, "AUROC of the source, by a probe on normal films", _single(scores, targets == 1), groups)
    ]


__all__ = [
    "EARLIER",
    "FINE",
    "LEAST",
    "Part",
    "System",
    "collect_systems",
    "draw_patients",
    "list_parts",
    "measure_part",
    "measure_sources",
    "measure_view",
    "read_metadata",
    "run_vision",
]
