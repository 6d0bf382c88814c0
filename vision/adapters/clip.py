"""``open_clip:…``: models of OpenCLIP, such as BiomedCLIP and WhyXrayCLIP, which rate a finding by its name.

References
----------
Zhang S et al. A multimodal biomedical foundation model trained from fifteen million image–text pairs. 2023.
arXiv:2303.00915. Yang Y et al. A textbook remedy for domain shifts. NeurIPS 2024. arXiv:2405.14839.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import open_clip
import torch
from PIL import Image

from thoracite.errors import UsageError
from thoracite.vision.adapters.adapted import LogOdds, paint
from thoracite.vision.adapters.weights import explain_failure, find_snapshot
from thoracite.vision.adapters.zero_shot import Wording, compare_pairs, name_findings, scale
from thoracite.vision.image import Pixels
from thoracite.vision.labels import FINDINGS

HUB = "hf-hub:"
"""Prefix that OpenCLIP uses for repositories of the Hugging Face hub."""


class ClipModel:
    """A model of OpenCLIP.

    Parameters
    ----------
    network : torch.nn.Module
        With ``encode_image``, ``encode_text`` and ``logit_scale``.
    transform : callable
        From an RGB image to a tensor, shape (3, height, width).
    tokenize : callable
        From texts to a tensor of tokens, shape (texts, tokens).
    wording : Wording or None
        Prompts of the findings; their names unless given.
    """

    labels: Sequence[str] = FINDINGS

    def __init__(
        self,
        network: Any,
        transform: Callable[[Image.Image], torch.Tensor],
        tokenize: Callable[[list[str]], torch.Tensor],
        wording: Wording | None = None,
    ) -> None:
        self._wording = wording or name_findings(FINDINGS)
        self.network, self._transform, self._tokenize, self.device = network.eval(), transform, tokenize, "cpu"
        with torch.inference_mode():
            self._texts = network.encode_text(tokenize(self._wording.prompts))

    def move(self, device: str) -> None:
        """Move the network to a device, named as in torch."""
        self.network.to(device)
        self._texts, self.device = self._texts.to(device), device

    def rate(self, pixels: Pixels) -> LogOdds:
        """Return the log-odds of the findings.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Resized and normalised here as the model expects.
        """
        with torch.inference_mode():
            pairs = compare_pairs(self._read(pixels), self._texts, float(self.network.logit_scale.exp()))
            return self._wording.join(pairs)

    def encode_image(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Return the vector of a radiograph in the space of the model's texts, shape (dimension,), of unit length.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Resized and normalised here as the model expects.
        """
        with torch.inference_mode():
            return scale(self._read(pixels))

    def encode_texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the vectors of texts, shape (texts, dimension), of unit length."""
        with torch.inference_mode():
            return scale(self.network.encode_text(self._tokenize(list(texts)).to(self.device)))

    def _read(self, pixels: Pixels) -> torch.Tensor:
        vector: torch.Tensor = self.network.encode_image(self._transform(paint(pixels))[None].to(self.device))[0]
        return vector


def load_clip(source: str, *, fetch: bool = False, wording: Wording | None = None) -> ClipModel:
    """Load a model from the Hugging Face hub or from a folder.

    Parameters
    ----------
    source : str
        ``hf-hub:OWNER/MODEL``; or a folder with ``open_clip_config.json``, the weights and the tokenizer's files.
    fetch : bool
        Whether the network may be used.
    wording : Wording or None
        Prompts of the findings; their names unless given.

    Raises
    ------
    UsageError
        If the source is neither.
    ModelError
        If the weights are not on this machine or cannot be loaded.
    """
    name = f"open_clip:{source}"
    if not source.startswith(HUB) and not Path(source).expanduser().is_dir():
        raise UsageError(f"there is no folder {source!r}; expected open_clip:{HUB}OWNER/MODEL or open_clip:FOLDER")
    folder = find_snapshot(source.removeprefix(HUB), name=name, fetch=fetch)
    with explain_failure(name):
        text = json.loads((folder / "open_clip_config.json").read_text(encoding="utf-8"))["model_cfg"]["text_cfg"]
        if tower := text.get("hf_model_name"):  # whose layout stands in another repository
            layout = find_snapshot(tower, name=name, fetch=fetch, files=["config.json"])
            text |= {"hf_model_name": str(layout), "hf_model_pretrained": False}
        where = f"local-dir:{folder}"
        network, transform = open_clip.create_model_from_pretrained(where, text_cfg=text)
        return ClipModel(network, transform, open_clip.get_tokenizer(where), wording)


__all__ = ["HUB", "ClipModel", "load_clip"]
