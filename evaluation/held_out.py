"""Readings of the bundled encoder for labelled images, none by a head that saw the patient.

Each image of ChestX-ray14 is read by the head of its patient's fold, which was trained on the other folds and on no
locked patient. The log-odds of a fold are fitted on the other folds; those of locked patients, who had no part in any
choice, are the bundled ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.mini.odds import Floats
from thoracite.vision.prevalence import read_prevalence
from thoracite.vision.training.cases import Case, read_targets
from thoracite.vision.training.fit_odds import Material, fit_odds, number_views
from thoracite.vision.training.fit_odds import find_priors as find_finding_priors
from thoracite.vision.training.frames import map_cores


class HeldOut(NamedTuple):
    """Readings of cases by heads that did not see their patients.

    Parameters
    ----------
    cases : list of Case
        The images.
    logits : ndarray, shape (cases, outputs)
        The network's.
    measures : ndarray, shape (cases, measures)
        NaN for what could not be measured.
    """

    cases: list[Case]
    logits: Floats
    measures: Floats

    @property
    def folds(self) -> npt.NDArray[np.int64]:
        """Return the fold of each case; -1 for locked patients."""
        return np.array([-1 if case.locked else case.fold for case in self.cases])

    @property
    def targets(self) -> npt.NDArray[np.bool_]:
        """Return which findings each case is labelled with, shape (cases, findings)."""
        return read_targets(self.cases)[0][:, : len(FINDINGS)] > 0.5

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Return which findings are known in each case, shape (cases, findings)."""
        return read_targets(self.cases)[1][:, : len(FINDINGS)] > 0

    def take(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> HeldOut:
        """Return the part of some cases."""
        return HeldOut([self.cases[row] for row in rows], self.logits[rows], self.measures[rows])


def read_held_out(cases: Sequence[Case], *, folder: Path = FOLDER) -> HeldOut:
    """Read each case with the head of its fold, on all cores.

    Parameters
    ----------
    cases : sequence of Case
        The images.
    folder : Path
        Folder of the model.
    """
    asked = [(case.path, case.fold, folder) for case in cases]
    read = list(map_cores(_read_one, asked, told="radiographs read"))
    logits, measures = (np.stack(part) for part in zip(*read, strict=True))
    return HeldOut(list(cases), logits, measures)


def _read_one(asked: tuple[Path, int, Path]) -> tuple[Floats, Floats]:
    path, fold, folder = asked
    pixels = read_radiograph(path, settings=Settings.read()).pixels
    activations = _load_encoder(folder).forward(pixels, head=fold)
    return activations.logits[0], activations.measures


@cache
def _load_encoder(folder: Path) -> MiniEncoder:
    return MiniEncoder.load(folder)


def find_cross_fitted(held: HeldOut, *, folder: Path = FOLDER) -> Floats:
    """Return the log-odds of the findings, shape (cases, findings): of a fold by the others, locked as bundled.

    Parameters
    ----------
    held : HeldOut
        Readings of cases of view PA or AP.
    folder : Path
        Folder of the model.
    """
    encoder, prevalence = MiniEncoder.load(folder), read_prevalence()
    material = Material(held.cases, held.logits[:, : len(FINDINGS)], held.measures, encoder.noise)
    odds, folds, views = np.empty(material.logits.shape), held.folds, number_views(held.cases)
    for fold in np.unique(folds):
        rows, others = np.flatnonzero(folds == fold), np.flatnonzero((folds != fold) & (folds >= 0))
        reader = encoder.odds if fold < 0 else fit_odds(material.take(others), prevalence)
        part = material.take(rows)
        odds[rows] = reader.read_all(part.logits, part.measures, views[rows])
    return odds


def find_priors(cases: Sequence[Case]) -> Floats:
    """Return the log-odds of the findings' shares in ChestX-ray14 by view, shape (cases, findings)."""
    prevalence = read_prevalence()
    table = np.stack([find_finding_priors(n, prevalence) for n in range(len(FINDINGS))], axis=1)
    return np.asarray(table[number_views(cases)], dtype=np.float64)


def find_probabilities(log_odds: Floats) -> Floats:
    """Return the probabilities of log-odds."""
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float64)


__all__ = ["HeldOut", "find_cross_fitted", "find_priors", "find_probabilities", "read_held_out"]
