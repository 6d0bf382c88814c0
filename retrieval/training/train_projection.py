"""Training of ``thoracite-projection``: from features of images to the space of texts, by the names of their labels.

The target of an image is the shortest vector whose inner products with the findings' names are its labels, each label
in units of its standard deviation. A ridge regression of standardised features, whose shrinkage is chosen between
patients, maps the one to the other. No locked patient is used, and each image's features are of the head that did not
see its patient.

References
----------
Hoerl AE, Kennard RW. Ridge regression: biased estimation for nonorthogonal problems. Technometrics 1970;12:55-67.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import save
from sklearn.metrics import roc_auc_score

from thoracite.files import replace_file, write_text
from thoracite.retrieval.index.projection import IMAGES, Projection
from thoracite.retrieval.index.text_encoder import DEFAULT, Vectors, load_text_encoder
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.efficientnet import prepare_batch
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.entities import find_entities
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.fold_trainer import shrink_frames
from thoracite.vision.training.frames import Prepared, prepare_cases

_LOG = logging.getLogger(__name__)

PROBE = "pleural effusion with blunting of the costophrenic angle"
"""Text whose vector tells whether the text vectors are those of the training."""

SHRINKAGES = (3.0, 10.0, 30.0)
"""Penalties among which folds 0 to 3 choose, each in units of a feature's variance."""

SEEN_FOLDS, LAST_FOLD = 4, 4
"""Folds that choose, and the one that is looked at once."""

_BATCH, _LEAST, _RARE = 64, 5, 1e-3

Features = npt.NDArray[np.float32]
"""Features of images, shape (images, features), float32."""

Labels = npt.NDArray[np.bool_]
"""Labels of images, shape (images, findings), in the order of ``FINDINGS``."""


def train_projection(data: Path, crops: Path, output: Path) -> dict[str, object]:
    """Train the projection and write ``weights.safetensors`` and ``model.json``.

    Parameters
    ----------
    data : Path
        Folder with the manifests and images.
    crops : Path
        Folder for prepared crops and features; what is there already is not computed again.
    output : Path
        Folder to write to.

    Returns
    -------
    dict
        Facts on the model, as written.

    Raises
    ------
    InputError
        If the data cannot be read.
    """
    encoder = MiniEncoder.load()
    crops.mkdir(parents=True, exist_ok=True)
    cases = read_labelled(data)
    features = cache_features(encoder, prepare_cases(cases, crops), cases, crops / "features_whole.npy")
    used = np.flatnonzero([not case.locked for case in cases])
    labels = np.array([[label in cases[row].labels for label in FINDINGS] for row in used])
    folds = np.array([cases[row].fold for row in used])
    shrinkage, facts = choose_shrinkage(features[used], labels, folds)
    projection = fit_projection(features[used], labels, shrinkage)
    output.mkdir(parents=True, exist_ok=True)
    facts = {"images": IMAGES, "texts": DEFAULT, "probe": PROBE, "cases": len(used), **facts}
    state = {"weight": projection.weight, "bias": projection.bias, "probe": load_text_encoder().encode([PROBE])[0]}
    with replace_file(output / "weights.safetensors", binary=True) as file:
        file.write(save({name: value.astype(np.float16) for name, value in state.items()}))
    write_text(output / "model.json", json.dumps(facts, indent=1) + "\n")
    return facts


def cache_features(encoder: MiniEncoder, prepared: Prepared, cases: Sequence[Case], path: Path) -> Features:
    """Return the features of the whole of each case by the head of its fold, kept in a file; zeros for locked ones."""
    if path.is_file():
        kept: Features = np.load(path)
        return kept
    features = np.zeros((len(cases), encoder.network.heads[0].linear.in_features), dtype=np.float32)
    folds = np.array([-1 if case.locked else case.fold for case in cases])
    for fold in range(len(encoder.network.heads)):
        held = np.flatnonzero(folds == fold)
        for rows in np.array_split(held, len(held) // _BATCH + 1):
            features[rows] = read_features(encoder, prepared.frames[rows, 0], head=fold)
        _LOG.info("features of fold %d of %d", fold + 1, len(encoder.network.heads))
    with replace_file(path, binary=True) as file:
        np.save(file, features)
    return features


def read_features(encoder: MiniEncoder, frames: npt.NDArray[np.uint8], *, head: int | None = None) -> Features:
    """Return the features of framed wholes, shape (images, features).

    Parameters
    ----------
    encoder : MiniEncoder
        The image encoder.
    frames : ndarray, shape (images, side, side), uint8
        Of :func:`thoracite.vision.training.frames.prepare_cases`, the first crop.
    head : int or None
        One head alone; the merged one unless given.
    """
    batch = prepare_batch(shrink_frames(torch.from_numpy(frames), encoder.size))
    with torch.inference_mode():
        features = encoder.network(batch.to(encoder.device), head=head).features
    read: Features = features.cpu().numpy()
    return read


def choose_shrinkage(
    features: Features, labels: Labels, folds: npt.NDArray[np.int64]
) -> tuple[float, dict[str, object]]:
    """Choose the shrinkage on all folds but the last, and measure the last with it, once.

    Parameters
    ----------
    features : ndarray, shape (images, features), float32
        Of each image.
    labels : ndarray, shape (images, findings), bool
        In the order of ``FINDINGS``.
    folds : ndarray, shape (images,), int64
        Folds of the patients.

    Returns
    -------
    float
        The shrinkage.
    dict
        It, and the macro AUROC of both looks with the number of images.
    """
    chosen = folds < SEEN_FOLDS
    found: dict[float, float] = {}
    for shrinkage in SHRINKAGES:
        scores = [
            _measure(features, labels, train=chosen & (folds != fold), test=folds == fold, shrinkage=shrinkage)
            for fold in range(SEEN_FOLDS)
        ]
        found[shrinkage] = float(np.mean(scores))
        _LOG.info("shrinkage %g: macro AUROC %.3f", shrinkage, found[shrinkage])
    best = max(found, key=lambda one: found[one])
    last = folds == LAST_FOLD
    auroc = _measure(features, labels, train=chosen, test=last, shrinkage=best)
    facts: dict[str, object] = {"shrinkage": best, "auroc_choice": round(found[best], 3), "choice": int(chosen.sum())}
    return best, facts | {"auroc_unseen": round(auroc, 3), "unseen": int(last.sum())}


def _measure(features: Features, labels: Labels, *, train: Labels, test: Labels, shrinkage: float) -> float:
    """Return the macro AUROC of the findings' names by their cosine with images of other patients."""
    vectors = fit_projection(features[train], labels[train], shrinkage).project(features[test])
    scores, truth = vectors @ encode_findings().T, labels[test]
    told = [number for number in range(len(FINDINGS)) if truth[:, number].sum() >= _LEAST]
    return float(np.mean([roc_auc_score(truth[:, number], scores[:, number]) for number in told]))


def encode_findings() -> Vectors:
    """Return the vector of each finding's name, shape (findings, dimension)."""
    return load_text_encoder().encode([entity.label for entity in find_entities(FINDINGS)])


def fit_projection(features: Features, labels: Labels, shrinkage: float) -> Projection:
    """Fit a projection of features to vectors whose inner products with the findings' names are the labels.

    Parameters
    ----------
    features : ndarray, shape (images, features), float32
        Of each image.
    labels : ndarray, shape (images, findings), bool
        In the order of ``FINDINGS``.
    shrinkage : float
        Penalty, at least 0, in units of a feature's variance.
    """
    truth = labels.astype(np.float64)
    targets = (truth - truth.mean(axis=0)) / np.maximum(truth.std(axis=0), _RARE) @ np.linalg.pinv(encode_findings()).T
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-3
    scaled = (features - mean) / spread
    penalty = shrinkage * np.eye(scaled.shape[1])
    solved = np.linalg.solve(scaled.T @ scaled / len(scaled) + penalty, scaled.T @ targets / len(scaled))
    weight = solved.T / spread
    return Projection(weight.astype(np.float32), (-weight @ mean).astype(np.float32))


__all__ = [
    "SHRINKAGES",
    "cache_features",
    "choose_shrinkage",
    "encode_findings",
    "fit_projection",
    "read_features",
    "train_projection",
]
