"""Training of the gate: a linear layer on the features of the trained network."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from thoracite.settings import Settings
from thoracite.vision.image import Pixels, read_radiograph
from thoracite.vision.mini.crops import SIDE
from thoracite.vision.mini.efficientnet import SIZE, Ensemble, prepare_batch, shrink_images
from thoracite.vision.mini.framing import frame_pixels, shrink_pixels
from thoracite.vision.mini.gate import KINDS, GateWeights, rate_kinds
from thoracite.vision.training.cases import read_cases
from thoracite.vision.training.gate_cases import read_negatives, turn_radiograph, vary_image

SOURCES = {"nih": 600, "nih_lowres": 600, "mhh": 229, "kermany": 300}
"""Number of radiographs to accept from each source, drawn by the seed; their licences allow training."""

VARIATIONS = 6
"""Number of crops of each file."""

KEPT = 0.995
"""Share of held-out patients' radiographs that the operating point keeps."""

_C = 0.003


def train_gate(network: Ensemble, data: Path, *, seed: int = 0) -> GateWeights:
    """Fit the gate and choose its operating point on radiographs held out of a first fit.

    Parameters
    ----------
    network : Ensemble
        The trained network, in evaluation mode.
    data : Path
        Folder with ``manifest.csv``.
    seed : int
        Seed of the draw.
    """
    random = np.random.default_rng(seed)
    images, kinds, groups = _gather(data, random)
    features = read_features(network, images)
    half = np.array([find_half(group) for group in groups])
    first = _fit(features[~half], kinds[~half])
    scores = rate_kinds(features[half & (kinds == 0)], first)[:, 0]
    threshold = float(np.quantile(scores, 1 - KEPT))
    return _fit(features, kinds)._replace(threshold=min(threshold, 0.9))


def find_half(group: str) -> bool:
    """Return the half of a patient or a file, from the name alone."""
    return bool(hashlib.sha256(f"gate {group}".encode()).digest()[0] % 2)


def read_features(network: Ensemble, images: list[Pixels]) -> npt.NDArray[np.float32]:
    """Return features of whole images, shape (images, features)."""
    features = []
    for start in range(0, len(images), 32):
        small = [shrink_pixels(image) for image in images[start : start + 32]]
        frames = np.stack([frame_pixels(image, size=SIDE).pixels for image in small])
        with torch.inference_mode():
            shrunk = shrink_images(torch.from_numpy(frames)[:, None], SIZE)
            features.append(network(prepare_batch(shrunk)).features.float().numpy())
    return np.concatenate(features)


def _gather(data: Path, random: np.random.Generator) -> tuple[list[Pixels], npt.NDArray[np.int64], list[str]]:
    images: list[Pixels] = []
    kinds: list[int] = []
    groups: list[str] = []

    def add(kind: str, pixels: Pixels, group: str) -> None:
        images.append(pixels)
        kinds.append(KINDS.index(kind))
        groups.append(group)

    settings, everything = Settings.read(), read_cases(data, *SOURCES)
    for source, number in SOURCES.items():
        cases = [case for case in everything if case.source == source and not case.locked]
        for row in random.permutation(len(cases))[:number]:
            pixels = read_radiograph(cases[row].path, settings=settings).pixels
            add("frontal", pixels, cases[row].group)
            add("inverted", np.float32(1) - pixels, cases[row].group)
            if random.random() < 0.5:
                add("turned", turn_radiograph(pixels, random), cases[row].group)
    for negative in read_negatives():
        if negative.split == "tuning":
            is_file = "." in negative.name
            for _ in range(VARIATIONS if is_file else 1):
                add("other", vary_image(negative.pixels, random) if is_file else negative.pixels, negative.name)
    return images, np.array(kinds), groups


def _fit(features: npt.NDArray[np.float32], kinds: npt.NDArray[np.int64]) -> GateWeights:
    """Fit a logistic regression on standardised features, written as one layer on the raw features."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = features.mean(0), features.std(0) + 1e-3
    fitted = LogisticRegression(C=_C, class_weight="balanced", max_iter=500).fit((features - mean) / spread, kinds)
    weight = fitted.coef_ / spread
    bias = fitted.intercept_ - weight @ mean
    return GateWeights(weight.astype(np.float32), bias.astype(np.float32), threshold=0.5)


__all__ = ["KEPT", "SOURCES", "VARIATIONS", "read_features", "train_gate"]
