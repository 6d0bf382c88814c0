"""Readings of the bundled encoder for labelled images, none by a head that saw the patient.

Each image of ChestX-ray14 is read by the head of its patient's fold, which was trained on the other folds and on no
locked patient; an image of a locked patient by the merged head, as deployed. The log-odds of a fold are fitted on the
other folds; those of locked patients, who had no part in any choice, are the bundled ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.kept_readings import Arrays, read_kept
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.mini.signs.evidence import list_values
from thoracite.vision.mini.signs.listed import read_signs, spread_values
from thoracite.vision.mini.signs.weights import Floats, SignWeights
from thoracite.vision.prevalence import read_prevalence
from thoracite.vision.training.cases import Case, read_targets
from thoracite.vision.training.frames import map_cores
from thoracite.vision.training.mix import find_prior_odds, number_views
from thoracite.vision.training.signs.fit_signs import fit_evidence, lay_own_priors
from thoracite.vision.training.signs.steps import Pulls


class HeldOut(NamedTuple):
    """Readings of cases by heads that did not see their patients.

    Parameters
    ----------
    cases : list of Case
        The images.
    logits : ndarray, shape (cases, outputs)
        The network's.
    values : ndarray, shape (cases, values)
        Values of the signs; NaN for what could not be measured.
    features : ndarray, shape (cases, features), float32
        Mean of the last maps of the whole.
    """

    cases: list[Case]
    logits: Floats
    values: Floats
    features: npt.NDArray[np.float32]

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
        return HeldOut([self.cases[row] for row in rows], self.logits[rows], self.values[rows], self.features[rows])


def read_held_out(cases: Sequence[Case], *, folder: Path = FOLDER) -> HeldOut:
    """Read each case with the head that did not see the patient, on all cores; what is kept is not read again.

    Parameters
    ----------
    cases : sequence of Case
        The images.
    folder : Path
        Folder of the model.
    """

    def read(rows: Sequence[int]) -> list[Arrays]:
        asked = [(cases[row].path, cases[row].head, folder) for row in rows]
        return list(map_cores(_read_one, asked, told="radiographs read"))

    logits, values, features = read_kept([str(case.path.resolve()) for case in cases], read, folder=folder)
    return HeldOut(list(cases), logits, values, features)  # type: ignore[arg-type]


def _read_one(asked: tuple[Path, int | None, Path]) -> tuple[Floats, Floats, npt.NDArray[np.float32]]:
    path, head, folder = asked
    pixels = read_radiograph(path, settings=Settings.read()).pixels
    activations = load_encoder(folder).forward(pixels, head=head)
    return activations.logits, list_values(activations.signs), activations.features


@cache
def load_encoder(folder: Path) -> MiniEncoder:
    """Load the model of a folder, once in a process."""
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
    encoder = MiniEncoder.load(folder)
    odds, folds = np.empty((len(held.cases), len(FINDINGS))), held.folds
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        odds[rows] = find_log_odds(
            held.take(rows), encoder.signs.weights if fold < 0 else fit_others(held, fold, encoder)
        )
    return odds


def fit_others(held: HeldOut, fold: int, encoder: MiniEncoder) -> SignWeights:
    """Fit the weights of evidence on the patients of the other folds, locked ones left out."""
    others = held.take(np.flatnonzero((held.folds != fold) & (held.folds >= 0)))
    pulls = Pulls(lay_own_priors())
    return fit_evidence(others.cases, others.logits, others.values, encoder.noise, read_prevalence(), pulls)


def find_log_odds(held: HeldOut, weights: SignWeights) -> Floats:
    """Return the log-odds of the findings by some weights, shape (cases, findings)."""
    views = number_views(held.cases)
    return weights.read_all(held.logits[:, : len(FINDINGS)], spread_values(held.values, views, read_signs()), views)


def find_priors(cases: Sequence[Case]) -> Floats:
    """Return the log-odds of the findings' shares in ChestX-ray14 by view, shape (cases, findings)."""
    prevalence = read_prevalence()
    table = np.stack([find_prior_odds(n, prevalence) for n in range(len(FINDINGS))], axis=1)
    return np.asarray(table[number_views(cases)], dtype=np.float64)


def find_probabilities(log_odds: Floats) -> Floats:
    """Return the probabilities of log-odds."""
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float64)


__all__ = [
    "HeldOut",
    "find_cross_fitted",
    "find_log_odds",
    "find_priors",
    "find_probabilities",
    "fit_others",
    "load_encoder",
    "read_held_out",
]
