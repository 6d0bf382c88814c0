"""Training of ``thoracite-projection``: from features of images to the vectors of what is seen in them.

Each image has a text: the names of its labels and of the measured signs that it answers with yes; a phantom has its
report. Images and texts of a batch are set against each other (InfoNCE), both ways; an image whose text is the same is
no contrast. The text vectors stay as they are. No locked patient is used, and each image's features are of the head
that did not see its patient.

References
----------
van den Oord A et al. Representation learning with contrastive predictive coding. 2018. arXiv:1807.03748. Zhang Y et al.
Contrastive learning of medical visual representations from paired images and text. MLHC 2022. arXiv:2010.00747.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import save
from torch import nn

from thoracite.files import replace_file, write_text
from thoracite.phantom import draw_phantom
from thoracite.retrieval.index.projection import IMAGES, Projection
from thoracite.retrieval.index.text_encoder import DEFAULT, Vectors, load_text_encoder
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.efficientnet import prepare_batch
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.entities import find_entities
from thoracite.vision.mini.signs.evidence import SignReader
from thoracite.vision.mini.signs.listed import VIEWS
from thoracite.vision.training.cases import Case, read_labelled
from thoracite.vision.training.fold_trainer import shrink_frames
from thoracite.vision.training.frames import MEASURED, Prepared, prepare_cases, prepare_pixels
from thoracite.vision.training.mix import number_views

_LOG = logging.getLogger(__name__)

PHANTOMS = 400
"""Phantoms beside the images."""

NORMAL = "normal chest radiograph"
"""Text of an image without labels and signs."""

PROBE = "pleural effusion with blunting of the costophrenic angle"
"""Text whose vector tells whether the text vectors are those of the training."""

_BATCH = 64

Features = npt.NDArray[np.float32]
"""Features of images, shape (images, features), float32."""


class Recipe(NamedTuple):
    """Numbers of the training.

    Parameters
    ----------
    epochs : int
        Passes over the images.
    batch : int
        Images that are set against each other.
    rate : float
        Learning rate.
    heat : float
        Temperature of the contrast.
    decay : float
        Decay of the weights.
    """

    epochs: int = 30
    batch: int = 512
    rate: float = 1e-3
    heat: float = 0.1
    decay: float = 1e-2


def train_projection(
    data: Path,
    crops: Path,
    output: Path,
    *,
    seed: int = 0,
    recipe: Recipe | None = None,
    phantoms: int = PHANTOMS,
) -> dict[str, object]:
    """Train the projection and write ``weights.safetensors`` and ``model.json``.

    Parameters
    ----------
    data : Path
        Folder with the manifests and images.
    crops : Path
        Folder for prepared crops and features; what is there already is not computed again.
    output : Path
        Folder to write to.
    seed : int
        Seed of weights and batches.
    recipe : Recipe or None
        Numbers of the training.
    phantoms : int
        Number of phantoms beside the images.

    Returns
    -------
    dict
        Facts on the model, as written.

    Raises
    ------
    InputError
        If the data cannot be read.
    """
    recipe, encoder = recipe or Recipe(), MiniEncoder.load()
    crops.mkdir(parents=True, exist_ok=True)
    cases = read_labelled(data)
    prepared = prepare_cases(cases, crops)
    features = cache_features(encoder, prepared, cases, crops / "features_whole.npy")
    texts = describe_images(cases, prepared.signs, encoder.signs)
    used = np.flatnonzero([not case.locked for case in cases])
    drawn, reports = read_phantoms(encoder, phantoms)
    material = np.concatenate([features[used], drawn]), [*(texts[row] for row in used), *reports]
    projection = fit_projection(*material, recipe, seed)
    output.mkdir(parents=True, exist_ok=True)
    facts = {"images": IMAGES, "texts": DEFAULT, "probe": PROBE, "cases": len(used), "phantoms": phantoms}
    facts |= {"seed": seed, **recipe._asdict()}
    state = {"weight": projection.weight, "bias": projection.bias, "probe": load_text_encoder().encode([PROBE])[0]}
    with replace_file(output / "weights.safetensors", binary=True) as file:
        file.write(save({name: value.astype(np.float16) for name, value in state.items()}))
    write_text(output / "model.json", json.dumps(facts, indent=1) + "\n")
    return facts


def cache_features(encoder: MiniEncoder, prepared: Prepared, cases: Sequence[Case], path: Path) -> Features:
    """Return the features of the whole of each case by the head of its fold, kept in a file."""
    if path.is_file():
        kept: Features = np.load(path)
        return kept
    features = np.empty((len(cases), encoder.network.heads[0].linear.in_features), dtype=np.float32)
    folds = np.array([case.fold for case in cases])
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
        One head alone; the mean of all unless given.
    """
    batch = prepare_batch(shrink_frames(torch.from_numpy(frames), encoder.size))
    with torch.inference_mode():
        _, _, features = encoder.network.forward_with_maps(batch.to(encoder.device), head=head)
    read: Features = features.cpu().numpy()
    return read


def describe_images(cases: Sequence[Case], measured: npt.NDArray[np.float64], reader: SignReader) -> list[str]:
    """Return the text of each image: names of labels, and of measured signs that are answered with yes.

    Parameters
    ----------
    cases : sequence of Case
        The images.
    measured : ndarray, shape (cases, measured)
        In the order of :data:`thoracite.vision.training.frames.MEASURED`; NaN for what was not measured.
    reader : SignReader
        Answers the questions.
    """
    labels = dict(zip(FINDINGS, (entity.label for entity in find_entities(FINDINGS)), strict=True))
    views, texts = number_views(list(cases)), []
    for case, values, view in zip(cases, measured, views.tolist(), strict=True):
        named = [labels[label] for label in FINDINGS if label in case.labels]
        signs = list(_list_shown(dict(zip(MEASURED, values.tolist(), strict=True)), view, reader))
        texts.append("; ".join([*named, *dict.fromkeys(signs)]) or NORMAL)
    return texts


def _list_shown(values: dict[str, float], view: int, reader: SignReader) -> Iterator[str]:
    if view < 0:
        return
    for number, sign in enumerate(reader.signs):
        value = values.get(sign.measure, float("nan"))
        asked = sign.view in (None, VIEWS[view]) and np.isfinite(value)
        if asked and reader.score_value(number, value, 0.0, VIEWS[view]).answer == "yes":
            named = sign.side not in ("left", "right") or sign.side in sign.entity.label
            yield sign.entity.label if named else f"{sign.side} {sign.entity.label}"


def read_phantoms(encoder: MiniEncoder, number: int) -> tuple[Features, list[str]]:
    """Return the features of phantoms, shape (phantoms, features), and their reports without what they deny."""
    frames, reports = [], []
    for seed in range(number):
        phantom = draw_phantom(seed, size=256)
        frames.append(prepare_pixels(phantom.image).frames[0])
        said = [line for line in phantom.gold.report.splitlines() if not line.startswith("No ")]
        reports.append(" ".join(said) or NORMAL)
    parts = [read_features(encoder, np.stack(frames[n : n + _BATCH])) for n in range(0, number, _BATCH)]
    size = encoder.network.heads[0].linear.in_features
    return np.concatenate(parts) if parts else np.empty((0, size), dtype=np.float32), reports


def fit_projection(features: Features, texts: Sequence[str], recipe: Recipe, seed: int) -> Projection:
    """Fit a projection of features to texts.

    Parameters
    ----------
    features : ndarray, shape (images, features), float32
        Of each image.
    texts : sequence of str
        Of each image; images with the same text are no contrast to each other.
    recipe : Recipe
        Numbers of the training.
    seed : int
        Seed of weights and batches.
    """
    unique = sorted(set(texts))
    place = {text: row for row, text in enumerate(unique)}
    aims = torch.tensor([place[text] for text in texts])
    vectors = torch.from_numpy(load_text_encoder().encode(unique))
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-3
    scaled = torch.from_numpy((features - mean) / spread)
    torch.manual_seed(seed)
    layer = nn.Linear(features.shape[1], vectors.shape[1])
    optimiser = torch.optim.AdamW(layer.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    random = np.random.default_rng(seed)
    for epoch in range(recipe.epochs):
        total = 0.0
        for rows in np.array_split(random.permutation(len(scaled)), len(scaled) // recipe.batch + 1):
            chosen = torch.from_numpy(rows)
            loss = _contrast(layer(scaled[chosen]), vectors[aims[chosen]], aims[chosen], recipe.heat)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += float(loss.detach()) * len(rows)
        _LOG.info("epoch %d of %d: loss %.4f", epoch + 1, recipe.epochs, total / len(scaled))
    weight: Vectors = layer.weight.detach().numpy() / spread
    bias = layer.bias.detach().numpy() - weight @ mean
    return Projection(weight.astype(np.float32), bias.astype(np.float32))


def _contrast(images: torch.Tensor, texts: torch.Tensor, aims: torch.Tensor, heat: float) -> torch.Tensor:
    logits = nn.functional.normalize(images, dim=-1) @ texts.T / heat
    same = (aims[:, None] == aims[None]) & ~torch.eye(len(aims), dtype=torch.bool)
    logits = logits.masked_fill(same, float("-inf"))
    wanted = torch.arange(len(aims))
    return (nn.functional.cross_entropy(logits, wanted) + nn.functional.cross_entropy(logits.T, wanted)) / 2


__all__ = [
    "NORMAL",
    "PHANTOMS",
    "Recipe",
    "cache_features",
    "describe_images",
    "fit_projection",
    "read_features",
    "read_phantoms",
    "train_projection",
]
