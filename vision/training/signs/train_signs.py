"""Weights of evidence fitted again, in seconds, for an encoder that stays as it is: with other priors, or without any.

The prior of each sign and finding is what the graph says; a CSV with the columns ``sign``, ``side``, ``finding``
(labels of concepts; the side may be empty) and ``direction`` (1, 0 or -1) changes some of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from thoracite.errors import InputError
from thoracite.files import read_rows
from thoracite.types import Entity
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.bundle import explain_damage, read_model, write_model
from thoracite.vision.mini.encoder import FOLDER
from thoracite.vision.mini.entities import find_entities
from thoracite.vision.mini.signs.listed import read_signs
from thoracite.vision.mini.signs.weights import Floats
from thoracite.vision.prevalence import read_prevalence
from thoracite.vision.training.cases import read_labelled
from thoracite.vision.training.features import read_features
from thoracite.vision.training.signs.fit_signs import fit_evidence, lay_own_priors
from thoracite.vision.training.signs.steps import Pulls

_DIRECTIONS: Mapping[str, float] = {"1": 1.0, "0": 0.0, "-1": -1.0}


def train_signs(
    data: Path, features: Path, output: Path, *, changes: Path | None = None, pulls: Pulls | None = None
) -> str:
    """Fit the weights of signs again and write the model, its network unchanged, to a folder.

    Parameters
    ----------
    data : Path
        Folder with the manifests.
    features : Path
        What ``thoracite features`` wrote for it.
    output : Path
        Folder of the model to write; ``thoracite explain --encoder`` does not read it, :meth:`MiniEncoder.load` does.
    changes : Path or None
        CSV of changed priors.
    pulls : Pulls or None
        Strengths; the product's own unless given. Its priors are replaced.

    Returns
    -------
    str
        What was written, as a sentence.

    Raises
    ------
    InputError
        If the data or the features cannot be read, or a row names no sign or finding.
    ModelError
        If the bundled model is damaged.
    """
    table = read_features(features, read_labelled(data))
    seen = np.flatnonzero([not case.locked for case in table.cases])
    prior = change_priors(lay_own_priors(), changes)
    with explain_damage(FOLDER, "thoracite train encoder"):
        facts, state = read_model(FOLDER)
    weights = fit_evidence(
        [table.cases[n] for n in seen],
        table.logits[seen],
        table.values[seen],
        state["noise"].double().numpy(),
        read_prevalence(),
        (pulls or Pulls(prior))._replace(prior=prior),
    )
    exact = {name for name in state if not name.startswith(("backbone.", "heads."))}
    tensors = {name: value.double() if name in exact else value for name, value in state.items()}
    tensors |= {f"signs.{name}": torch.from_numpy(value) for name, value in weights.flatten().items()}
    output.mkdir(parents=True, exist_ok=True)
    write_model(tensors, facts, output)
    return f"weights of {len(read_signs())} signs, fitted on {len(seen)} images, are in {output}"


def change_priors(prior: Floats, changes: Path | None) -> Floats:
    """Change some priors by the rows of a CSV.

    Raises
    ------
    InputError
        If a row names no sign or finding, or no direction.
    """
    changed = prior.copy()
    findings: dict[str, Entity] = {entity.label: entity for entity in find_entities(FINDINGS)}
    for row in read_rows(changes) if changes else ():
        own = [n for n, sign in enumerate(read_signs()) if sign.entity.label == row["sign"]]
        own = [n for n in own if not row.get("side") or read_signs()[n].side == row["side"]]
        if not own or row["finding"] not in findings or row["direction"] not in _DIRECTIONS:
            raise InputError(
                f"line {row.line} of {changes}: {row['sign']}, {row['finding']}, {row['direction']}; expected a sign "
                "and a finding of `thoracite signs`, and the direction 1, 0 or -1"
            )
        changed[list(findings).index(row["finding"]), own] = _DIRECTIONS[row["direction"]]
    return changed


__all__ = ["change_priors", "train_signs"]
