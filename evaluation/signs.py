"""Suite ``signs``: is each sign right and repeatable, and is an explanation by signs the computation?

A sign is *right* if it tells a finding that the graph ties it to, in the graph's direction, within one source
(ChestX-ray14 at 128 pixels, or its collection in full resolution) and better than it tells any abnormality; or if it
agrees with drawn truth (:mod:`thoracite.evaluation.sign_truth`). It is *repeatable* if its value is the same when the
image is exported again. The share of named evidence is mean ``|Σ signs|`` over mean ``|Σ signs|`` + ``|rest|`` among
findings that are possible or more. Systems:

- ``thoracite-mini``: base, signs and rest; *base and signs without the rest*; *its network alone*;
- ``any abnormality``, beside each sign: what the same value tells of "not No Finding".

References
----------
Shrout PE, Fleiss JL. Intraclass correlations: uses in assessing rater reliability. Psychol Bull 1979.
doi:10.1037/0033-2909.86.2.420
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.held_out import (
    HeldOut,
    find_log_odds,
    find_priors,
    fit_others,
    load_encoder,
    read_held_out,
)
from thoracite.evaluation.patients import Positions, average_auroc, find_auroc, find_lead, measure_drawn
from thoracite.evaluation.perturbation import write_perturbed
from thoracite.evaluation.sign_truth import (
    ENOUGH,
    RIGHT,
    list_right,
    measure_boxes,
    measure_drawn_masks,
    measure_unoutlined,
)
from thoracite.evaluation.sign_validity import measure_silence, measure_spoilt
from thoracite.evaluation.suite import Row, Suite
from thoracite.evaluation.vision import FINE, LEAST, draw_patients
from thoracite.evaluation.words import Said
from thoracite.settings import Settings
from thoracite.types.verdict import ASSERTED
from thoracite.vision.image import read_radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.mini.signs.evidence import list_values
from thoracite.vision.mini.signs.listed import name_values, read_signs, spread_values
from thoracite.vision.mini.signs.priors import find_priors as find_sign_priors
from thoracite.vision.mini.signs.weights import Floats, SignScale
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.frames import map_cores
from thoracite.vision.training.mix import number_views

SYSTEM, OTHER = "thoracite-mini", "any abnormality"

SOURCE = "nih_lowres"
"""The source that signs are measured in; weights are fitted on all."""

SHARP = "jrzech"
"""The collection in full resolution that signs are measured in as well: texture is lost at 128 pixels."""

SAME = 0.9
"""Least intraclass correlation of a sign that repeats."""

REEXPORTED = ("contrast −15 %", "contrast +15 %", "JPEG quality 60", "longest side 224")
"""Changes of an image that are another export of it."""

IMAGES = 200
"""Images that are exported again."""

_REPEATED = "intraclass correlation of "

_VARIANT = re.compile(r"\b(?:upper|middle|lower|right|left|bilateral) | > 0\.\d+ on (?:PA|AP) view$")
"""Words that name a side, a zone or a view."""


class Parts(NamedTuple):
    """The log-odds of cases in parts, by weights fitted on other patients.

    Parameters
    ----------
    base, rest : ndarray, shape (cases, findings)
        Of the average image; beyond the signs.
    signs : ndarray, shape (cases, findings)
        Sum of the signs.
    """

    base: Floats
    signs: Floats
    rest: Floats

    @property
    def whole(self) -> Floats:
        """Return the log-odds."""
        return self.base + self.signs + self.rest


def run_signs(data: Path, *, folder: Path = FOLDER, patients: int | None = None) -> Suite:
    """Measure the signs of an encoder.

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
    everything = [case for case in read_labelled(data / "cxr") if case.view in {"PA", "AP"}]
    every = read_held_out(draw_patients([case for case in everything if case.side != FINE], patients), folder=folder)
    held = every.take(np.flatnonzero([case.source == SOURCE for case in every.cases]))
    sharp = every.take(np.flatnonzero([case.collection.startswith(SHARP) for case in every.cases]))
    encoder = MiniEncoder.load(folder)
    rows = [
        row
        for part, name in ((held, ""), (sharp, f", {SHARP}"))
        for locked in (False, True)
        for row in measure_rightness(part, encoder.signs.weights.scale, locked, name)
    ]
    rows += [row for locked in (False, True) for row in measure_boxes(held, encoder.signs.weights.scale, locked)]
    rows += measure_drawn_masks(data / "cxr")
    repeated = measure_repetition([case for case in held.cases if case.locked][:IMAGES], folder)
    rows += [*repeated, *count_verified(rows, repeated)]
    rows += measure_unoutlined(held)
    rows += [*measure_silence(data / "cxr", folder), *measure_spoilt(data / "cxr")]
    rows += measure_sum(every, encoder)
    described = f"{len(held.cases)} images of {len({case.group for case in held.cases})} patients of ChestX-ray14"
    return Suite(suite="signs", data=described, n=len(held.cases), rows=tuple(rows))


def find_answers(held: HeldOut, scale: SignScale) -> dict[str, Floats]:
    """Return how far each concept's values lie on the side of a yes, by CURIE; the higher of both sides.

    NaN where no side could be measured.
    """
    signs, views = read_signs(), number_views(held.cases)
    deviations = scale.deviate(spread_values(held.values, views, signs), views)
    answers: dict[str, Floats] = {}
    for entity in dict.fromkeys(sign.entity.id for sign in signs):
        own = deviations[:, [sign.entity.id == entity for sign in signs]]
        known = ~np.isnan(own).all(axis=1)
        answers[entity] = np.full(len(own), np.nan)
        answers[entity][known] = np.nanmax(own[known], axis=1)
    return answers


def measure_rightness(held: HeldOut, scale: SignScale, locked: bool, source: str = "") -> list[Row]:
    """Measure what each sign tells of the findings that the graph ties it to, and of any abnormality, in one source."""
    rows, name = [], ("locked" if locked else "folds") + source
    part = held.take(np.flatnonzero([case.locked == locked for case in held.cases]))
    abnormal = np.array(["No Finding" not in case.labels for case in part.cases])
    labels = {sign.entity.id: sign.entity.label for sign in read_signs()}
    answers = find_answers(part, scale)
    for entity, directions in list_ties().items():
        answer = answers[entity]
        asked = np.flatnonzero(~np.isnan(answer))
        groups = [part.cases[row].group for row in asked]
        for n, direction in directions.items():
            truth = part.targets[asked, n] & part.known[asked, n]
            if truth.sum() < ENOUGH:
                continue
            told, values = f"{labels[entity]} tells {FINDINGS[n]}, {name}", direction * answer[asked]
            single, other = _auroc(values, truth), _auroc(values, abnormal[asked])
            metric = f"AUROC {told}"
            rows.append(measure_drawn(SYSTEM, metric, single, groups, n=int(truth.sum()), repeats=200))
            rows.append(measure_drawn(OTHER, metric, other, groups, n=int(abnormal[asked].sum()), repeats=50))
    return rows


@cache
def list_ties() -> Mapping[str, Mapping[int, int]]:
    """Return the findings that the graph ties each sign to: CURIE → number of the finding → direction."""
    entities = {entity.id: number for number, entity in enumerate(MiniEncoder.load().entities)}
    ties: dict[str, dict[int, int]] = {sign.entity.id: {} for sign in read_signs()}
    by_key = {sign.key: sign.entity.id for sign in read_signs()}
    for (key, finding), prior in find_sign_priors(read_signs(), entities).items():
        ties[by_key[key]][entities[finding]] = prior.direction
    return ties


def _auroc(values: Floats, truth: npt.NDArray[np.bool_]) -> Callable[[Positions], float]:
    return lambda drawn: find_auroc(values[drawn], truth[drawn])


def measure_repetition(cases: Sequence[Case], folder: Path) -> list[Row]:
    """Measure how far values stay the same when images are exported again: the intraclass correlation ICC(1)."""
    read = list(map_cores(_read_exports, [(case.path, folder) for case in cases], told="images exported again"))
    values = np.stack(read)
    groups, rows = [case.group for case in cases], []
    for number, name in enumerate(name_values(read_signs())):
        known = np.flatnonzero(~np.isnan(values[:, :, number]).any(axis=1))
        if len(known) < ENOUGH:
            continue
        own = [groups[row] for row in known]
        metric = f"{_REPEATED}{name}, exported again"
        rows.append(measure_drawn(SYSTEM, metric, _correlate(values[known, :, number]), own, repeats=100))
    return rows


def _read_exports(asked: tuple[Path, Path]) -> Floats:
    path, folder = asked
    with tempfile.TemporaryDirectory() as place:
        paths = [path, *(write_perturbed(path, name, Path(place)) for name in REEXPORTED)]
        encoder = load_encoder(folder)
        read = [read_radiograph(one, settings=Settings.read()).pixels for one in paths]
        return np.stack([list_values(encoder.forward(pixels).signs) for pixels in read])


def _correlate(values: Floats) -> Callable[[Positions], float]:
    """Return ICC(1) of values, shape (images, exports): the share of variance that lies between images."""

    def correlate(drawn: Positions) -> float:
        each = values[drawn]
        count = each.shape[1]
        within = each.var(axis=1, ddof=1).mean()
        between = count * each.mean(axis=1).var(ddof=1)
        return float((between - within) / (between + (count - 1) * within))

    return correlate


def count_verified(right: Sequence[Row], repeated: Sequence[Row]) -> list[Row]:
    """Count the concepts that are right and repeat, and those among them that differ by more than side, zone or view.

    Parameters
    ----------
    right : sequence of Row
        From :func:`measure_rightness` and :mod:`thoracite.evaluation.sign_truth`.
    repeated : sequence of Row
        From :func:`measure_repetition`.
    """
    measures = {sign.measure: set[str]() for sign in read_signs()}
    for sign in read_signs():
        measures[sign.measure].add(sign.entity.label)
    same: set[str] = set()
    for row in repeated:
        if row.value >= SAME:
            same |= measures[row.metric.removeprefix(_REPEATED).split(", ")[0]]
    verified = (list_told(right) | list_right(right)) & same
    rows = [Row(system=SYSTEM, metric=f"verified: {label}", value=float(label in verified)) for label in _list_labels()]
    families = {name_family(label) for label in verified}
    counted = {
        "signs that are right and repeat": len(verified),
        "distinct signs that are right and repeat": len(families),
    }
    return rows + [Row(system=SYSTEM, metric=metric, value=value, n=len(same)) for metric, value in counted.items()]


def list_told(rows: Sequence[Row]) -> set[str]:
    """Return the labels of the signs that tell a finding that the graph ties them to, better than any abnormality."""
    other = {row.metric: row.value for row in rows if row.system == OTHER}
    return {
        row.metric.removeprefix("AUROC ").split(" tells ")[0]
        for row in rows
        if row.system == SYSTEM and row.metric in other
        if row.low is not None and row.low > 0.5 and row.value >= RIGHT and row.value > other[row.metric]
    }


def name_family(label: str) -> str:
    """Return a concept's label without side, zone or view: what differs by them alone counts once.

    Examples
    --------
    >>> name_family("denser upper lung zone on one side"), name_family("cardiothoracic ratio > 0.55 on AP view")
    ('denser lung zone on one side', 'cardiothoracic ratio')
    >>> name_family("bilateral blunting of costophrenic angles"), name_family("obscuration of left heart border")
    ('blunting of costophrenic angle', 'obscuration of heart border')
    """
    return _VARIANT.sub("", label).removesuffix("s")


def _list_labels() -> list[str]:
    return list(dict.fromkeys(sign.entity.label for sign in read_signs()))


def find_parts(held: HeldOut, encoder: MiniEncoder) -> Parts:
    """Return the log-odds in parts: of a fold by weights fitted on the others, of locked patients as bundled."""
    shape, folds, signs = (len(held.cases), len(FINDINGS)), held.folds, read_signs()
    base, added, whole = np.empty((3, *shape))
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        weights = encoder.signs.weights if fold < 0 else fit_others(held, fold, encoder)
        part = held.take(rows)
        views = number_views(part.cases)
        base[rows] = weights.base[views]
        added[rows] = weights.find_parts(spread_values(part.values, views, signs), views).sum(axis=2)
        whole[rows] = find_log_odds(part, weights)
    return Parts(base, added, whole - base - added)


def measure_sum(held: HeldOut, encoder: MiniEncoder) -> list[Row]:
    """Measure what base and signs tell without the rest, and how much of what is asserted they carry."""
    parts, rows = find_parts(held, encoder), []
    systems = {
        SYSTEM: parts.whole,
        "base and signs without the rest": parts.base + parts.signs,
        "its network alone": held.logits[:, : len(FINDINGS)],
    }
    for name, locked in (("folds", False), ("locked", True)):
        own = np.flatnonzero([case.locked == locked and case.source == SOURCE for case in held.cases])
        targets, groups = held.targets[own], [held.cases[row].group for row in own]
        enough = np.flatnonzero((targets & held.known[own]).sum(axis=0) >= LEAST)
        if not len(enough):
            continue
        macros = {system: average_auroc(scores[own], targets, enough) for system, scores in systems.items()}
        metric = f"macro AUROC of {len(enough)} findings, {name}"
        rows += [measure_drawn(system, metric, macro, groups) for system, macro in macros.items()]
        rows += [
            measure_drawn(f"{SYSTEM} minus {other}", metric, find_lead(macros[SYSTEM], macros[other]), groups)
            for other in list(macros)[1:]
        ]
        rows.append(_share_named(parts, held, own, name))
    return rows


def _share_named(parts: Parts, held: HeldOut, rows: npt.NDArray[np.int64], name: str) -> Row:
    """Measure the share of named evidence among findings that are possible or more."""
    said = Said(held.take(rows), parts.whole[rows], find_priors([held.cases[row] for row in rows]))
    asserted = np.isin(said.verdicts, list(ASSERTED))
    named, rest = (np.where(asserted, np.abs(part[rows]), 0).sum(axis=1) for part in (parts.signs, parts.rest))
    groups = [held.cases[row].group for row in rows]

    def share(drawn: Positions) -> float:
        together = named[drawn].sum() + rest[drawn].sum()
        return float(named[drawn].sum() / together) if together else float("nan")

    metric = f"share of named evidence among possible or more, {name}"
    return measure_drawn(SYSTEM, metric, share, groups, n=int(asserted.sum()))


__all__ = [
    "Parts",
    "count_verified",
    "find_answers",
    "find_parts",
    "list_ties",
    "list_told",
    "measure_repetition",
    "measure_rightness",
    "measure_sum",
    "name_family",
    "run_signs",
]
