"""Suite ``consistency``: is the same said of a radiograph when the file is exported a little differently?

Every image is read unchanged and after each change of :mod:`thoracite.evaluation.perturbation`, through reader,
framing, segmenter and network. What is said counts as the same in four ways (:data:`SAME`). Systems:

- ``held out``: each image by the head that did not see its patient, with the bundled odds;
- ``locked``: locked patients by the merged head, as deployed, and the gate: an image withheld only after a change
  is not the same;
- ``always normal``: consistent, and useless. To show this, the share with the same words *where something is asserted
  before or after* stands beside, which silence cannot raise.

One image a patient is read, of a fixed draw, none so small that a crop of it would be refused; at 0.1 s a reading the
default takes some ten minutes on two cores. Of the first locked ones the *sentences* are compared, too
(:mod:`thoracite.evaluation.consistency_claims`), at a third of a second each.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.consistency_claims import measure_claims, read_series
from thoracite.evaluation.held_out import find_priors, find_probabilities, load_encoder
from thoracite.evaluation.patients import Positions, measure_drawn
from thoracite.evaluation.perturbation import PERTURBATIONS, write_perturbed
from thoracite.evaluation.suite import Row, Suite
from thoracite.settings import Settings
from thoracite.types import Verdict, find_verdict
from thoracite.vision.image import SMALLEST, read_radiograph
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.mini.gate import KINDS, find_kind, find_refusal
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.frames import map_cores

PATIENTS = 200
"""Number of patients drawn among those of the folds, and among the locked."""

EXPLAINED = 100
"""Number of locked patients whose sentences are compared."""

Flags = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.int8]

LEVELS: Mapping[Verdict, int] = {"unlikely": 0, "undecided": 1, "possible": 2, "suspected": 3, "likely": 4}
"""Verdicts, the least certain first."""

STANDS_OUT, ASSERTED = 3, 2
"""Levels from which on a finding stands out, and is asserted."""

SAME: Mapping[str, Callable[[Levels, Levels], npt.NDArray[np.floating] | Flags]] = {
    "same findings likely or suspected": lambda a, b: _agree(a >= STANDS_OUT, b >= STANDS_OUT),
    "same findings asserted": lambda a, b: _agree(a >= ASSERTED, b >= ASSERTED),
    "same word, mean of the findings": lambda a, b: (a == b).mean(axis=-1),
    "no finding turned from asserted to unlikely or back": lambda a, b: (
        ~(((a >= ASSERTED) & (b == 0)) | ((b >= ASSERTED) & (a == 0))).any(axis=-1)
    ),
}
"""Four meanings of "the same is said", from levels of shape (…, findings)."""


def _agree(one: Flags, other: Flags) -> Flags:
    return np.asarray((one == other).all(axis=-1), dtype=np.bool_)


class Answers(NamedTuple):
    """Answers of one system for the same images.

    Parameters
    ----------
    system : str
        Its name.
    groups : tuple of str
        Patient of each image.
    levels : ndarray, shape (images, copies, findings), int8
        :data:`LEVELS` of the verdicts; the first copy is the image itself.
    accepted : ndarray, shape (images, copies), bool
        Whether the copy is read at all.
    """

    system: str
    groups: tuple[str, ...]
    levels: Levels
    accepted: Flags


def run_consistency(
    data: Path, *, patients: int = PATIENTS, explained: int = EXPLAINED, seed: int = 0, folder: Path = FOLDER
) -> Suite:
    """Measure how far the same is said.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr/manifest.csv``.
    patients : int
        Number of patients to draw, of the folds and of the locked each.
    explained : int
        Most locked patients whose sentences are compared.
    seed : int
        Seed of the draw.
    folder : Path
        Folder of the model.

    Raises
    ------
    InputError
        If the data are not there.
    """
    cases = [case for case in read_labelled(data / "cxr") if case.view in {"PA", "AP"} and case.side > SMALLEST]
    held, locked = (
        draw_cases([case for case in cases if case.locked == wanted], patients, seed=seed) for wanted in (False, True)
    )
    everything = [answer("held out", held, folder=folder), answer("locked", locked, folder=folder)]
    everything.append(make_silent("always normal", everything[1]))
    rows = [row for answers in everything for row in measure_sameness(answers, list(PERTURBATIONS))]
    rows += measure_claims(read_series(locked[:explained]))
    described = (
        f"{len(held)} and {len(locked)} patients of ChestX-ray14, {len(PERTURBATIONS)} changes of an image of each"
    )
    return Suite(suite="consistency", data=described, n=len(held) + len(locked), rows=tuple(rows))


def draw_cases(cases: Sequence[Case], patients: int, *, seed: int = 0) -> list[Case]:
    """Draw patients, and one image of each.

    Parameters
    ----------
    cases : sequence of Case
        To draw from.
    patients : int
        Number of patients.
    seed : int
        The same seed draws the same.

    Examples
    --------
    >>> cases = [Case(Path(str(n)), "nih", "", group, "PA", frozenset(), "", ()) for n, group in enumerate("aabbc")]
    >>> sorted(case.group for case in draw_cases(cases, 9)), len(draw_cases(cases, 2))
    (['a', 'b', 'c'], 2)
    """
    random, first = np.random.default_rng(seed), dict[str, Case]()
    for row in random.permutation(len(cases)):
        first.setdefault(cases[row].group, cases[row])
    return list(first.values())[:patients]


def answer(system: str, cases: Sequence[Case], *, folder: Path = FOLDER) -> Answers:
    """Read each image and its changed copies, on all cores, each by the head that did not see its patient.

    Parameters
    ----------
    system : str
        Name of the system.
    cases : sequence of Case
        The images, of view PA or AP.
    folder : Path
        Folder of the model.
    """
    read = list(map_cores(_read_copies, [(case, folder) for case in cases], told="radiographs read with their copies"))
    levels, accepted = zip(*read, strict=True)
    return Answers(system, tuple(case.group for case in cases), np.array(levels, np.int8), np.array(accepted))


def _read_copies(asked: tuple[Case, Path]) -> tuple[list[list[int]], list[bool]]:
    case, folder = asked
    with tempfile.TemporaryDirectory() as place:
        paths = (case.path, *(write_perturbed(case.path, change, Path(place)) for change in PERTURBATIONS))
        read = [_read_one(load_encoder(folder), path, case) for path in paths]
    return [levels for levels, _ in read], [passes for _, passes in read]


def _read_one(encoder: MiniEncoder, path: Path, case: Case) -> tuple[list[int], bool]:
    radiograph = read_radiograph(path, settings=Settings.read())
    deployed = encoder.forward(radiograph.pixels)
    passes = find_refusal(radiograph) is None and find_kind(deployed.features, encoder.gate) == KINDS[0]
    activations = deployed if case.head is None else encoder.forward(radiograph.pixels, head=case.head)
    odds = np.array(encoder.weigh(activations, "AP" if case.view == "AP" else "PA").whole)
    pairs = zip(find_probabilities(odds), np.exp(odds - find_priors([case])[0]), strict=True)
    return [LEVELS[find_verdict(float(p), float(ratio))] for p, ratio in pairs], passes


def make_silent(system: str, answers: Answers) -> Answers:
    """Return the answers of a system that calls every finding unlikely in every image."""
    return Answers(system, answers.groups, np.zeros_like(answers.levels), np.ones_like(answers.accepted))


def measure_sameness(answers: Answers, changes: Sequence[str]) -> list[Row]:
    """Measure how often the same is said, for each change and for all of them.

    Parameters
    ----------
    answers : Answers
        Answers of one system.
    changes : sequence of str
        Names of the copies after the first.
    """
    kept = np.flatnonzero(answers.accepted[:, 0])
    groups = [answers.groups[row] for row in kept]
    first, copies, passed = answers.levels[kept, :1], answers.levels[kept, 1:], answers.accepted[kept, 1:]
    spoken: Flags = np.asarray((np.maximum(first, copies) >= ASSERTED).any(axis=2), dtype=np.bool_)
    every, rows = np.ones_like(spoken), []
    for meaning, agree in SAME.items():
        same = agree(first, copies) * passed
        columns = {**{change: [n] for n, change in enumerate(changes)}, "mean of the changes": [*range(len(changes))]}
        for change, some in columns.items():
            rows.append(_measure(answers.system, f"{meaning}, {change}", same[:, some], every[:, some], groups))
        if spoken.any():
            where = f"{meaning}, where something is asserted before or after"
            rows.append(_measure(answers.system, where, same * spoken, spoken, groups))
    said: Flags = np.asarray((answers.levels[kept, 0] >= ASSERTED).any(axis=1, keepdims=True), dtype=np.bool_)
    rows.append(_measure(answers.system, "images with an assertion", said, np.ones_like(said), groups))
    return rows


def _measure(system: str, metric: str, parts: npt.NDArray[np.generic], wholes: Flags, groups: Sequence[str]) -> Row:
    part, whole = parts.astype(float).sum(axis=1), wholes.astype(float).sum(axis=1)

    def share(drawn: Positions) -> float:
        among = whole[drawn].sum()
        return float(part[drawn].sum() / among) if among else float("nan")

    return measure_drawn(system, metric, share, groups, n=int((whole > 0).sum()))


__all__ = [
    "EXPLAINED",
    "LEVELS",
    "PATIENTS",
    "SAME",
    "Answers",
    "answer",
    "draw_cases",
    "make_silent",
    "measure_sameness",
    "run_consistency",
]
