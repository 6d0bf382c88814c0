"""``hf:OWNER/MODEL`` or ``hf:FOLDER``: image models of Hugging Face's transformers.

A classifier gives its own labels (``id2label``): several that may hold at once where its configuration says
``multi_label_classification`` or it has a single output, otherwise exactly one. Its operating point is 0.5. A
model of images and texts (CLIP, SigLIP) rates the findings of :mod:`thoracite.vision.adapters.zero_shot`. Code that a
repository contains is never run.

References
----------
Wolf T et al. Transformers: state-of-the-art natural language processing. EMNLP 2020.
doi:10.18653/v1/2020.emnlp-demos.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModelForImageClassification,
    AutoModelForZeroShotImageClassification,
    AutoTokenizer,
)

from thoracite.errors import ModelError
from thoracite.vision.adapters.adapted import LabelModel, LogOdds, paint
from thoracite.vision.adapters.weights import explain_failure, find_snapshot
from thoracite.vision.adapters.zero_shot import Wording, compare_pairs, name_findings, scale
from thoracite.vision.image import Pixels
from thoracite.vision.labels import FINDINGS

_PAIRED = ("clip", "siglip")
"""Types of models of images and texts that are known to work here."""

_LONGEST = 64
"""Tokens of a prompt; SigLIP was trained with prompts padded to this length."""


class ClassifierModel:
    """An image classifier.

    Parameters
    ----------
    network : transformers.PreTrainedModel
        An image model with a classification head.
    process : transformers.BaseImageProcessor
        Turns an RGB image into the network's input.
    """

    def __init__(self, network: Any, process: Any) -> None:
        self.network, self._process, self.device = network.eval(), process, "cpu"
        config = network.config
        self.labels: Sequence[str] = [config.id2label[n] for n in range(config.num_labels)]
        self._apart = config.num_labels == 1 or config.problem_type == "multi_label_classification"

    def move(self, device: str) -> None:
        """Move the network to a device, named as in torch."""
        self.network.to(device)
        self.device = device

    def rate(self, pixels: Pixels) -> LogOdds:
        """Return the log-odds of the labels; where exactly one holds, of each against all others together.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Resized and normalised here as the model expects.
        """
        with torch.inference_mode():
            logits = (
                self.network(**self._process(paint(pixels), return_tensors="pt").to(self.device))
                .logits[0]
                .double()
                .cpu()
            )
        if self._apart:
            return np.asarray(logits.numpy())
        others = [torch.cat([logits[:n], logits[n + 1 :]]).logsumexp(0) for n in range(len(logits))]
        return np.asarray((logits - torch.stack(others)).numpy())


class PairModel:
    """A model of images and texts.

    Parameters
    ----------
    network : transformers.PreTrainedModel
        With ``get_image_features``, ``get_text_features`` and ``logit_scale``.
    process : transformers.BaseImageProcessor
        Turns an RGB image into the network's input.
    tokenize : transformers.PreTrainedTokenizer
        Turns texts into tokens.
    wording : Wording or None
        Prompts of the findings; their names unless given.
    """

    labels: Sequence[str] = FINDINGS

    def __init__(self, network: Any, process: Any, tokenize: Any, wording: Wording | None = None) -> None:
        self._wording = wording or name_findings(FINDINGS)
        self.network, self._process, self._tokenize, self.device = network.eval(), process, tokenize, "cpu"
        with torch.inference_mode():
            self._texts = self._read_texts(self._wording.prompts)

    def move(self, device: str) -> None:
        """Move the network to a device, named as in torch."""
        self.network.to(device)
        self._texts, self.device = self._texts.to(device), device

    def rate(self, pixels: Pixels) -> LogOdds:
        """Return the log-odds of the findings, by :func:`thoracite.vision.adapters.zero_shot.compare_pairs`.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Resized and normalised here as the model expects.
        """
        with torch.inference_mode():
            pairs = compare_pairs(self._read_image(pixels), self._texts, float(self.network.logit_scale.exp()))
            return self._wording.join(pairs)

    def encode_image(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Return the vector of a radiograph in the space of the model's texts, shape (dimension,), of unit length.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Resized and normalised here as the model expects.
        """
        with torch.inference_mode():
            return scale(self._read_image(pixels))

    def encode_texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the vectors of texts, shape (texts, dimension), of unit length."""
        with torch.inference_mode():
            return scale(self._read_texts(list(texts)))

    def _read_image(self, pixels: Pixels) -> torch.Tensor:
        shown = self._process(paint(pixels), return_tensors="pt").to(self.device)
        vector: torch.Tensor = self.network.get_image_features(**shown).pooler_output[0]
        return vector

    def _read_texts(self, texts: list[str]) -> torch.Tensor:
        length = min(_LONGEST, self.network.config.text_config.max_position_embeddings)
        tokens = self._tokenize(texts, padding="max_length", truncation=True, max_length=length, return_tensors="pt")
        vectors: torch.Tensor = self.network.get_text_features(**tokens.to(self.device)).pooler_output
        return vectors


def load_hf(source: str, *, fetch: bool = False, wording: Wording | None = None) -> LabelModel:
    """Load a model from the Hugging Face hub or from a folder.

    Parameters
    ----------
    source : str
        ``OWNER/MODEL``, optionally with ``@REVISION``; or a folder that ``save_pretrained`` wrote.
    fetch : bool
        Whether the network may be used.
    wording : Wording or None
        Prompts of the findings for a model of images and texts; their names unless given.

    Raises
    ------
    UsageError
        If the source is neither.
    ModelError
        If the weights are not on this machine, cannot be loaded, or are of another kind of model.
    """
    name = f"hf:{source}"
    folder = find_snapshot(source, name=name, fetch=fetch)
    with explain_failure(name):
        return _read_folder(folder, name, wording)


def _read_folder(folder: Path, name: str, wording: Wording | None) -> LabelModel:
    config = _read(AutoConfig, folder)
    built = (config.architectures or ["unknown"])[0]
    if built.endswith("ForImageClassification"):
        return ClassifierModel(
            _read_weights(AutoModelForImageClassification, folder), _read(AutoImageProcessor, folder)
        )
    if config.model_type in _PAIRED and built.endswith("Model"):
        network = _read_weights(AutoModelForZeroShotImageClassification, folder)
        return PairModel(network, _read(AutoImageProcessor, folder), _read(AutoTokenizer, folder), wording)
    raise ModelError(f"{name} is a {built}; expected an image classifier, or a model of images and texts such as CLIP")


def _read(kind: Any, folder: Path, **more: Any) -> Any:
    return kind.from_pretrained(folder, local_files_only=True, **more)


def _read_weights(kind: Any, folder: Path) -> Any:
    """Load the network; missing weights, which would be drawn at random, are an error."""
    network, said = _read(kind, folder, output_loading_info=True)
    if said["missing_keys"]:
        raise ValueError(f"weights lack {', '.join(sorted(said['missing_keys'])[:3])} …")
    return network


__all__ = ["ClassifierModel", "PairModel", "load_hf"]
