"""Suite ``consistency``: are the findings of a radiograph the same when the file is exported a little differently?

Every image is read unchanged and after each change of :mod:`thoracite.evaluation.perturbation`, through reader, framing
and network. Findings count as the same in three ways: the *present findings* are the same (as the requirement means);
the *certainty of every finding* is (stricter); none *turned* from present to absent or back (laxer). Systems:

- ``held out``: each image by the head that did not see its patient, with operating points fitted on the held-out
  readings of the other folds. This is the honest figure, and one of a single head.
- ``as deployed``: the mean of the heads with the bundled operating points, and the gate: an image withheld only after a
  change is not the same. Four of the five heads were trained on these images; therefore it is also measured on
  radiographs of :data:`OTHER`, whose findings no head was trained on.
- ``one head``: the first of them with the bundled points, to show the gain from the mean.
- ``always normal``: consistent, and useless. To show this, the findings of every system are measured too, and
  the share with the same present findings *where there is one before or after*, which silence cannot raise.

A figure rests on a fixed draw of patients; ``run_consistency(data, patients=None)`` takes all of them (at 0.1 s a
reading, the default takes about 8 minutes on one core, all of them about 22).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.perturbation import PERTURBATIONS, write_perturbed
from thoracite.evaluation.suite import Row, Suite
from thoracite.settings import Settings
from thoracite.types import Certainty
from thoracite.vision.image import read_radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.calibration import FindingScale
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.mini.gate import KINDS, find_kind, find_refusal
from thoracite.vision.training.cases import Case, read_cases, read_targets
from thoracite.vision.training.fit_scales import cross_fit_scales

PATIENTS = 300
"""Number of patients drawn."""

OTHER = "mhh"
"""Source whose findings no head was trained on: Hannover's."""

OTHERS = 60
"""Number of its patients, one image each."""

BASELINES = ("one head", "always normal")
"""Systems with figures only for all changes together."""

LEAST = 15
"""Fewest positives of a finding in mean sensitivity and specificity."""

Floats = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

_ORDER = {Certainty.ABSENT: 0, Certainty.UNCERTAIN: 1, Certainty.PRESENT: 2}


class Outputs(NamedTuple):
    """Output of the network for images and their perturbed copies.

    Parameters
    ----------
    logits : ndarray, shape (images, copies, heads, findings)
        The first copy is the image itself.
    accepted : ndarray, shape (images, copies), bool
        Whether the gate accepts the copy.
    """

    logits: Floats
    accepted: Flags


class Answers(NamedTuple):
    """Answers of one system for the same images.

    Parameters
    ----------
    system : str
        Its name.
    groups : tuple of str
        Patient of each image.
    probabilities : ndarray, shape (images, copies, findings)
        Probability of each finding.
    levels : ndarray, shape (images, copies, findings), int8
        0 absent, 1 uncertain, 2 present.
    accepted : ndarray, shape (images, copies), bool
        Images that are not accepted have no findings.
    """

    system: str
    groups: tuple[str, ...]
    probabilities: Floats
    levels: Levels
    accepted: Flags


PRESENT = "same present findings"

SAME: Mapping[str, Callable[[Levels, Levels], Flags]] = {
    PRESENT: lambda a, b: ((a == 2) == (b == 2)).all(axis=-1),
    "same certainty of every finding": lambda a, b: (a == b).all(axis=-1),
    "no finding turned from present to absent or back": lambda a, b: (np.abs(a - b) < 2).all(axis=-1),
}
"""Three meanings of "the same findings", from levels of shape (…, findings)."""


def run_consistency(data: Path, *, patients: int | None = PATIENTS, seed: int = 0, folder: Path = FOLDER) -> Suite:
    """Measure the encoder of a folder.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    patients : int or None
        Number of patients of ChestX-ray14 to draw; all unless given.
    seed : int
        Seed of the draw.
    folder : Path
        Folder of the model.

    Raises
    ------
    InputError
        If the data are not there.
    """
    encoder, cases = MiniEncoder.load(folder), read_cases(data / "cxr", "nih")
    whole = run_encoder(encoder, cases, [])
    targets = read_targets(cases)[0][:, : len(FINDINGS)]
    folds = np.array([case.fold for case in cases])
    fitted = cross_fit_scales(whole.logits[np.arange(len(cases)), 0, folds], targets, folds)
    chosen = [cases[row] for row in draw_cases(cases, patients, seed=seed)]
    outputs = run_encoder(encoder, chosen, list(PERTURBATIONS))
    rows = []
    for some, every in zip(
        answer_all(chosen, outputs, encoder.scales, fitted),
        answer_all(cases, whole, encoder.scales, fitted),
        strict=True,
    ):
        same = measure_sameness(some, list(PERTURBATIONS))
        rows += [row for row in same if some.system not in BASELINES or not row.metric.endswith(tuple(PERTURBATIONS))]
        rows += measure_findings(every, targets)
    rows += _measure_other(encoder, data / "cxr", seed)
    drawn = len({case.group for case in chosen})
    described = (
        f"{len(chosen)} images of {drawn} patients of ChestX-ray14, {len(PERTURBATIONS)} changes of each; "
        f"operating points and what is found: {len(cases)} images"
    )
    return Suite(suite="consistency", data=described, n=len(chosen), rows=tuple(rows))


def _measure_other(encoder: MiniEncoder, folder: Path, seed: int) -> list[Row]:
    """Measure the deployed encoder on images of no training; no rows where there are no such images."""
    try:
        cases = read_cases(folder, OTHER)
    except InputError:
        return []
    firsts = list({case.group: case for case in reversed(cases)}.values())
    chosen = [firsts[row] for row in np.random.default_rng(seed).permutation(len(firsts))[:OTHERS]]
    answers = _answer_mean(
        f"as deployed, {OTHER}", chosen, run_encoder(encoder, chosen, list(PERTURBATIONS)), encoder.scales
    )
    return [*measure_sameness(answers, list(PERTURBATIONS)), *_measure_shares(answers)]


def draw_cases(cases: Sequence[Case], patients: int | None, *, seed: int = 0) -> list[int]:
    """Draw patients and return the positions of all their images.

    Parameters
    ----------
    cases : sequence of Case
        To draw from.
    patients : int or None
        Number of patients; all unless given.
    seed : int
        The same seed draws the same.

    Examples
    --------
    >>> cases = [Case(Path(), "nih", "", group, "PA", frozenset(), "", ()) for group in "aabbc"]
    >>> draw_cases(cases, None), len(draw_cases(cases, 1)) in {1, 2}
    ([0, 1, 2, 3, 4], True)
    """
    groups = sorted({case.group for case in cases})
    drawn = {groups[row] for row in np.random.default_rng(seed).permutation(len(groups))[:patients]}
    return [row for row, case in enumerate(cases) if case.group in drawn]


def run_encoder(encoder: MiniEncoder, cases: Sequence[Case], changes: Sequence[str]) -> Outputs:
    """Run the encoder on each image and on its perturbed copies.

    Parameters
    ----------
    encoder : MiniEncoder
        The encoder.
    cases : sequence of Case
        The images.
    changes : sequence of str
        Names in :data:`thoracite.evaluation.perturbation.PERTURBATIONS`.
    """
    logits, accepted = [], []
    with tempfile.TemporaryDirectory() as place:
        for case in cases:
            paths = (case.path, *(write_perturbed(case.path, change, Path(place)) for change in changes))
            seen = [_run_one(encoder, path) for path in paths]
            logits.append([one for one, _ in seen])
            accepted.append([one for _, one in seen])
    return Outputs(np.array(logits, dtype=np.float64), np.array(accepted))


def _run_one(encoder: MiniEncoder, path: Path) -> tuple[Floats, bool]:
    radiograph = read_radiograph(path, settings=Settings.read())
    activations = encoder.forward(radiograph.pixels)
    passes = find_refusal(radiograph) is None and find_kind(activations.features, encoder.gate) == KINDS[0]
    return activations.logits[:, : len(FINDINGS)], passes


def answer_all(
    cases: Sequence[Case],
    outputs: Outputs,
    bundled: Sequence[FindingScale],
    fitted: Mapping[int, Sequence[FindingScale]],
) -> list[Answers]:
    """Return answers of every system.

    Parameters
    ----------
    cases : sequence of Case
        The images.
    outputs : Outputs
        Outputs for them.
    bundled : sequence of FindingScale
        Scales of the model.
    fitted : mapping of int to sequence of FindingScale
        For each fold, scales fitted on the others.
    """
    groups, everything = tuple(case.group for case in cases), np.ones_like(outputs.accepted)
    held = [rate(outputs.logits[row, :, case.fold], fitted[case.fold]) for row, case in enumerate(cases)]
    probabilities, levels = np.array([one for one, _ in held]), np.array([one for _, one in held])
    return [
        Answers("held out", groups, probabilities, levels, everything),
        _answer_mean("as deployed", cases, outputs, bundled),
        Answers("one head", groups, *rate(outputs.logits[:, :, 0], bundled), everything),
        Answers("always normal", groups, np.zeros_like(probabilities), np.zeros_like(levels), everything),
    ]


def _answer_mean(system: str, cases: Sequence[Case], outputs: Outputs, scales: Sequence[FindingScale]) -> Answers:
    probabilities, levels = rate(outputs.logits.mean(axis=2), scales)
    levels = np.where(outputs.accepted[..., None], levels, 0).astype(np.int8)
    return Answers(system, tuple(case.group for case in cases), probabilities, levels, outputs.accepted)


def rate(logits: Floats, scales: Sequence[FindingScale]) -> tuple[Floats, Levels]:
    """Turn logits into probabilities and levels, all of shape (…, findings).

    Examples
    --------
    >>> scale = FindingScale(label="Effusion", slope=1.0, offset=0.0, low=0.2, high=0.6)
    >>> rate(np.array([[0.0], [1.0]]), [scale])[1].tolist()
    [[1], [2]]
    """
    probabilities, levels = np.empty(logits.shape), np.empty(logits.shape, dtype=np.int8)
    for place in np.ndindex(logits.shape):
        scale = scales[place[-1]]
        probabilities[place] = scale.find_probability(float(logits[place]))
        levels[place] = _ORDER[scale.find_certainty(float(probabilities[place]))]
    return probabilities, levels


def measure_sameness(answers: Answers, changes: Sequence[str]) -> list[Row]:
    """Measure how often the findings stay the same, for each change and for all of them.

    Parameters
    ----------
    answers : Answers
        Answers of one system.
    changes : sequence of str
        Names of the copies after the first.
    """
    kept = np.flatnonzero(answers.accepted[:, 0])
    first, copies = answers.levels[kept, :1], answers.levels[kept, 1:]
    metrics = {name: agree(first, copies) & answers.accepted[kept, 1:] for name, agree in SAME.items()}
    present = (first == 2).any(axis=2) | (copies == 2).any(axis=2)
    rows = []
    for meaning, same in metrics.items():
        rows += _measure_changes(answers, meaning, same, np.ones_like(same), kept, changes)
        rows.append(_row(answers, f"{meaning}, under every change", same.all(axis=1), kept))
    meaning = f"{PRESENT}, where there is one before or after"
    rows += _measure_changes(answers, meaning, metrics[PRESENT] & present, present, kept, changes)
    shift = np.abs(answers.probabilities[kept, 1:] - answers.probabilities[kept, :1]).mean(axis=2)
    rows += _measure_changes(answers, "shift of a probability", shift, np.ones_like(present), kept, changes)
    return rows


def _measure_changes(
    answers: Answers,
    meaning: str,
    parts: npt.NDArray[np.generic],
    wholes: Flags,
    kept: npt.NDArray[np.int64],
    changes: Sequence[str],
) -> list[Row]:
    """Return a row for each change and for all, of parts / wholes, shape (images, changes); none for empty wholes."""
    groups = [answers.groups[row] for row in kept]
    every = {**{change: [n] for n, change in enumerate(changes)}, "mean of the changes": [*range(len(changes))]}
    return [
        _summarise(answers.system, f"{meaning}, {change}", _add(parts[:, some]), _add(wholes[:, some]), groups)
        for change, some in every.items()
        if wholes[:, some].any()
    ]


def _add(values: npt.NDArray[np.generic]) -> Floats:
    summed: Floats = np.asarray(values, dtype=np.float64).sum(axis=1, keepdims=True)
    return summed


def measure_findings(answers: Answers, targets: npt.NDArray[np.float32]) -> list[Row]:
    """Measure a system's findings in the unperturbed images, which exposes a trivial one.

    Parameters
    ----------
    answers : Answers
        Answers of one system.
    targets : ndarray, shape (images, findings)
        0 or 1.
    """
    enough = np.flatnonzero(targets.sum(axis=0) >= LEAST)
    truth, rows = targets[:, enough] > 0.5, _measure_shares(answers)
    for least, meaning in ((2, "present"), (1, "present or uncertain")):
        called = answers.levels[:, 0, enough] >= least
        for name, of in (("sensitivity", truth), ("specificity", ~truth)):
            right = (called if name == "sensitivity" else ~called) & of
            rows.append(_mean_share(answers, f"{name} of {meaning}, mean of {len(enough)} findings", right, of))
        if called.any():
            metric = f"precision of {meaning}, all findings together"
            right, of = (flags.sum(axis=1, keepdims=True) for flags in (called & truth, called))
            rows.append(_mean_share(answers, metric, right, of))
    return rows


def _measure_shares(answers: Answers) -> list[Row]:
    every = np.arange(len(answers.groups))
    return [
        _row(answers, f"images with a finding that is {meaning}", (answers.levels[:, 0] >= least).any(axis=1), every)
        for least, meaning in ((2, "present"), (1, "present or uncertain"))
    ]


def _row(answers: Answers, metric: str, values: npt.ArrayLike, kept: npt.NDArray[np.int64]) -> Row:
    """Average one value for each image."""
    groups = [answers.groups[row] for row in kept]
    return _summarise(answers.system, metric, np.asarray(values, dtype=float)[:, None], np.ones((len(kept), 1)), groups)


def _mean_share(answers: Answers, metric: str, right: Flags, of: Flags) -> Row:
    return _summarise(answers.system, metric, right.astype(float), of.astype(float), list(answers.groups))


def _summarise(system: str, metric: str, parts: Floats, wholes: Floats, groups: Sequence[str]) -> Row:
    """Average parts / wholes over columns, summed over images, with an interval by drawing patients."""
    _, patient = np.unique(np.array(groups), return_inverse=True)
    part, whole = (np.zeros((patient.max() + 1, parts.shape[1])) for _ in range(2))
    np.add.at(part, patient, parts)
    np.add.at(whole, patient, wholes)

    def mean(drawn: npt.NDArray[np.int64]) -> float:
        some, every = part[drawn].sum(axis=0), whole[drawn].sum(axis=0)
        return float((some[every > 0] / every[every > 0]).mean()) if every.any() else float("nan")

    low, high = bootstrap_interval(mean, len(part))
    value = mean(np.arange(len(part)))
    return Row(system=system, metric=metric, value=value, low=low, high=high, n=int((wholes > 0).any(axis=1).sum()))


__all__ = [
    "BASELINES",
    "OTHER",
    "OTHERS",
    "PATIENTS",
    "SAME",
    "Answers",
    "Outputs",
    "answer_all",
    "draw_cases",
    "measure_findings",
    "measure_sameness",
    "rate",
    "run_consistency",
    "run_encoder",
]
