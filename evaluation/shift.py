"""Suite ``shift``: a confound that helps in training turns round in the test; who is fooled?

For each finding and confound, those with the finding are taken from one side of the confound and those with "No
Finding" from the other: all PA films with an effusion against all AP films without, say. *In-domain* the test images
are drawn alike; *out-of-domain* the other way round. The cells, sizes and seeds below were committed before anything
was trained on them. Patients of the test are never in the training; every image is read by the head that did not see
its patient, and locked patients are left out, who are too few for a cell.

Systems, each fitted on the same images: a linear probe on the network's features; ``signs``, weights of evidence with
the graph's priors; the same *without prior*; *without grounding*, on as many random directions of the features; and
``PCBM-h``, signs with a linear residual on the features. Systems named "(added later)" came after the cells were
committed (:mod:`thoracite.evaluation.framework`, :mod:`thoracite.evaluation.shift_network`). The fits, and what was
added, take some minutes of one core once the images are read.

References
----------
Yang Y et al. A textbook remedy for domain shifts. NeurIPS 2024. arXiv:2405.14839
Yuksekgonul M et al. Post-hoc concept bottleneck models. ICLR 2023. arXiv:2205.15480
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.framework import ADDED, Added, lay_added, score_added
from thoracite.evaluation.held_out import HeldOut, read_held_out
from thoracite.evaluation.probe import fit_probe
from thoracite.evaluation.shift_causes import measure_causes
from thoracite.evaluation.shift_network import read_networks
from thoracite.evaluation.suite import Row, Suite
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.mini.signs.listed import read_signs, spread_values
from thoracite.vision.mini.signs.priors import find_priors, lay_priors
from thoracite.vision.mini.signs.weights import Floats
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.mix import number_views
from thoracite.vision.training.signs.steps import Pulls, fit_steps

TARGETS = ("Effusion", "Atelectasis", "Infiltration")
"""The three findings with the most images."""

YOUNG, OLD = 45, 60
"""Ages, in years: below the first, and from the second on."""

CONFOUNDS: Mapping[str, Callable[[Case], bool | None]] = {
    "view": lambda case: {"PA": False, "AP": True}.get(case.view),
    "sex": lambda case: {"F": False, "M": True}.get(case.sex),
    "age band": lambda case: False if case.age < YOUNG else True if case.age >= OLD else None,
    "resolution": lambda case: case.side > 64 if case.source == "nih_lowres" else None,
    "collection": lambda case: {"nih_lowres": False, "nih": True}.get(case.source),
}
"""Confounds; None where a case is on neither side."""

SEEDS = tuple(range(10))
"""Resamples: how patients are parted, which images are drawn, and which side goes with the finding."""

TRAINED = 0.6
"""Share of patients that are trained on."""

MOST_TRAINED, MOST_TESTED, LEAST_TESTED = 300, 200, 40
"""Most images of a class in training, and most and fewest in a test cell."""

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1)
"""What scikit-learn calls C; each system takes the best in five parts of its training images."""

PROBE, SIGNS = "linear probe", "signs"


class Drawn(NamedTuple):
    """Positions of the images of one resample.

    Parameters
    ----------
    train, inside, outside : ndarray of int
        Training, in-domain test and out-of-domain test.
    """

    train: npt.NDArray[np.int64]
    inside: npt.NDArray[np.int64]
    outside: npt.NDArray[np.int64]


class Material(NamedTuple):
    """What every system is given.

    Parameters
    ----------
    features : ndarray, shape (cases, features)
        Of the network.
    climbed : ndarray, shape (cases, concepts · steps)
        Of the signs.
    priors : ndarray, shape (findings, concepts)
        What the graph says.
    """

    features: Floats
    climbed: Floats
    priors: Floats


def draw_cells(cases: Sequence[Case], target: str, confound: str, seed: int) -> Drawn | None:
    """Draw one resample; None where a test cell would be too small.

    Parameters
    ----------
    cases : sequence of Case
        To draw from.
    target : str
        Label of the finding.
    confound : str
        One of :data:`CONFOUNDS`.
    seed : int
        Odd seeds put the finding on the other side of the confound.
    """
    random = np.random.default_rng((seed, TARGETS.index(target), list(CONFOUNDS).index(confound)))
    groups = sorted({case.group for case in cases})
    trained = {groups[row] for row in random.permutation(len(groups))[: int(TRAINED * len(groups))]}
    cells: dict[tuple[bool, bool, bool], list[int]] = {}
    for row in random.permutation(len(cases)):
        case = cases[row]
        side, ill = CONFOUNDS[confound](case), target in case.labels
        if side is not None and (ill or "No Finding" in case.labels):
            cells.setdefault((case.group in trained, ill, side), []).append(int(row))
    with_finding = bool(seed % 2)
    parts = (
        _pair(cells, True, with_finding, MOST_TRAINED),
        _pair(cells, False, with_finding, MOST_TESTED),
        _pair(cells, False, not with_finding, MOST_TESTED),
    )
    if min(len(part) for part in parts[1:]) < 2 * LEAST_TESTED:
        return None
    return Drawn(*(np.array(part, dtype=np.int64) for part in parts))


def _pair(cells: Mapping[tuple[bool, bool, bool], list[int]], trained: bool, side: bool, most: int) -> list[int]:
    """Return as many images with the finding from one side as without it from the other."""
    ill, well = cells.get((trained, True, side), []), cells.get((trained, False, not side), [])
    number = min(len(ill), len(well), most)
    return ill[:number] + well[:number]


def run_shift(data: Path, *, folder: Path = FOLDER) -> Suite:
    """Measure all systems on all cells.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    folder : Path
        Folder of the model.

    Raises
    ------
    InputError
        If the data are not there.
    """
    cases = [case for case in read_labelled(data / "cxr") if case.view in {"PA", "AP"} and not case.locked]
    drawn = {
        (target, confound, seed): cells
        for target in TARGETS
        for confound in CONFOUNDS
        for seed in SEEDS
        if (cells := draw_cells(cases, target, confound, seed)) is not None
    }
    used = np.unique(np.concatenate([np.concatenate(cells) for cells in drawn.values()]))
    held = read_held_out([cases[row] for row in used], folder=folder)
    encoder, trained = MiniEncoder.load(folder), read_networks()
    material, added = prepare(held, encoder), lay_added(held, encoder, data)
    scored = {}
    for (target, confound, seed), cells in drawn.items():
        own = Drawn(*(np.searchsorted(used, part) for part in cells))
        scores = score_systems(held, material, target, own, seed)
        scores |= score_later(held, material, added, target, own)
        scored[target, confound, seed] = scores | trained.get((target, confound, seed), {})
    rows = tabulate(scored) + measure_causes(held, encoder.signs.weights.scale, CONFOUNDS)
    described = f"{len(used)} images of {len({case.group for case in held.cases})} patients, {len(drawn)} resamples"
    return Suite(suite="shift", data=described, n=len(used), rows=tuple(rows))


def prepare(held: HeldOut, encoder: MiniEncoder) -> Material:
    """Lay out features and signs; a value that is not valid has climbed as far as the average one."""
    signs, views, weights = read_signs(), number_views(held.cases), encoder.signs.weights
    climbed = weights.scale.expand(spread_values(held.values, views, signs), views)
    centred = np.nan_to_num(climbed - np.nanmean(climbed, axis=0))
    concepts = list(dict.fromkeys(sign.entity.id for sign in signs))
    where = np.array([concepts.index(sign.entity.id) for sign in signs])
    gathered = np.zeros((len(held.cases), len(concepts), climbed.shape[2]))
    for number, concept in enumerate(where):
        gathered[:, concept] += centred[:, number]
    matrix = lay_priors(find_priors(signs, [entity.id for entity in encoder.entities]), signs, encoder.entities)
    priors = np.zeros((len(FINDINGS), len(concepts)))
    for number, concept in enumerate(where):
        priors[:, concept] = np.where(matrix[:, number] != 0, matrix[:, number], priors[:, concept])
    spread = held.features.std(axis=0) + 1e-6
    features = np.asarray((held.features - held.features.mean(axis=0)) / spread, dtype=np.float64)
    return Material(features, gathered.reshape(len(gathered), -1), priors)


def score_systems(held: HeldOut, material: Material, target: str, cells: Drawn, seed: int) -> dict[str, Floats]:
    """Return the accuracy of each system in-domain and out-of-domain, by name; shape (2,)."""
    number = FINDINGS.index(target)
    truth = held.targets[:, number]
    prior = material.priors[number]
    random = np.random.default_rng(seed)
    directions = random.normal(size=(material.features.shape[1], material.climbed.shape[1]))
    blind = material.features @ directions / np.sqrt(len(directions))
    tests = np.concatenate([cells.inside, cells.outside])

    def by_signs(climbed: Floats, pulls: Pulls) -> Floats:
        steps, offset = fit_steps(climbed[cells.train], truth[cells.train], pulls)
        return np.asarray(climbed @ steps + offset, dtype=np.float64)

    own = by_signs(material.climbed, Pulls(prior[None]))
    features, answers = material.features[cells.train], truth[cells.train]
    probe = fit_probe(features, answers, np.zeros(len(answers)), STRENGTHS)
    residual = fit_probe(features, answers, own[cells.train], STRENGTHS)
    scores = {
        PROBE: probe(material.features[tests]),
        SIGNS: own[tests],
        "signs without prior": by_signs(material.climbed, Pulls(0 * prior[None], 0, monotone=False))[tests],
        "signs without grounding": by_signs(blind, Pulls(prior[None]))[tests],
        "PCBM-h": own[tests] + residual(material.features[tests]),
    }
    return {name: _rate(score, truth, cells) for name, score in scores.items()}


def score_later(held: HeldOut, material: Material, added: Added, target: str, cells: Drawn) -> dict[str, Floats]:
    """Return the accuracies of the systems that were added later, by name; shape (2,)."""
    number, tests = FINDINGS.index(target), np.concatenate([cells.inside, cells.outside])
    given = (added, material.climbed, material.priors)
    scores = score_added(*given, targets=held.targets, finding=number, train=cells.train, tests=tests)
    return {name: _rate(score, held.targets[:, number], cells) for name, score in scores.items()}


def _rate(score: Floats, truth: npt.NDArray[np.bool_], cells: Drawn) -> Floats:
    """Return the accuracy in-domain and out-of-domain, shape (2,)."""
    parts = np.split(score, [len(cells.inside)])
    pairs = zip(parts, (cells.inside, cells.outside), strict=True)
    return np.array([np.mean((part > 0) == truth[rows]) for part, rows in pairs])


def tabulate(scored: Mapping[tuple[str, str, int], Mapping[str, Floats]]) -> list[Row]:
    """Average the accuracies over resamples, with intervals over them, by confound, by finding and over all.

    Of systems that were added later all four figures stand for all confounds together, and the accuracy out-of-domain
    for each part; a system that was not measured on every resample is compared on those that it was.
    """
    rows: list[Row] = []
    parts = [(f"confounded by {each}", 1, each) for each in dict.fromkeys(key[1] for key in scored)]
    parts += [(f"finding {each}", 0, each) for each in dict.fromkeys(key[0] for key in scored)]
    for name, place, wanted in (*parts, ("all confounds", 0, "")):
        own = [value for key, value in scored.items() if not wanted or key[place] == wanted]
        systems = dict.fromkeys(system for each in own for system in each)
        for system in systems:
            values = np.array([each[system] for each in own if system in each])
            rows += _summarise(system, name, values, brief=bool(wanted) and ADDED in system)
        for other in (system for system in systems if system != SIGNS):
            apart = np.array([each[SIGNS] - each[other] for each in own if other in each])
            rows += _summarise(f"{SIGNS} minus {other}", name, apart, brief=ADDED in other)
    return rows


def _summarise(system: str, name: str, accuracies: Floats, *, brief: bool) -> Iterator[Row]:
    """Summarise accuracies, shape (resamples, 2), by a bootstrap over resamples; only out-of-domain where brief."""
    random = np.random.default_rng(0)
    draws = random.integers(len(accuracies), size=(1000, len(accuracies)))
    inside, outside = accuracies.T
    figures = {
        "in-domain": inside,
        "out-of-domain": outside,
        "gap": inside - outside,
        "overall": (inside + outside) / 2,
    }
    for figure, values in figures.items():
        if brief and figure != "out-of-domain":
            continue
        low, high = np.percentile(values[draws].mean(axis=1), (2.5, 97.5))
        metric = f"accuracy {figure}, {name}"
        yield Row(
            system=system, metric=metric, value=float(values.mean()), low=float(low), high=float(high), n=len(values)
        )


__all__ = [
    "CONFOUNDS",
    "SEEDS",
    "TARGETS",
    "Drawn",
    "Material",
    "draw_cells",
    "prepare",
    "run_shift",
    "score_later",
    "score_systems",
    "tabulate",
]
