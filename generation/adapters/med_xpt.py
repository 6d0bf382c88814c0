"""``med-xpt:FOLDER``: a CLIP-type image encoder, a transformer projector and GPT-2, as in Med-XPT.

The projector is ClipCap's: the image's vector becomes a few tokens, learned tokens stand behind them, and what a
transformer makes of the learned ones is the prefix from which GPT-2 writes, greedily. The folder holds

- ``encoder/``: an image encoder that transformers' ``AutoModel`` loads, with its image processor;
- ``decoder/``: a GPT-2 with its tokenizer;
- ``projector.json`` and ``projector.safetensors``: sizes and weights of the projector.

No published checkpoint in this form was ever run here: the tests write one with random weights.

References
----------
Mokady R et al. ClipCap: CLIP prefix for image captioning. 2021. arXiv:2111.09734.
KG-LLaVA: knowledge graphs for explanations of thoracic diagnoses. AAAI 2025.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from pydantic import Field
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoImageProcessor, AutoModel, AutoModelForCausalLM, AutoTokenizer

from thoracite.errors import ModelError, UsageError
from thoracite.generation.adapters.picture import paint
from thoracite.generation.adapters.transformers_generator import explain
from thoracite.generation.prompts import IMAGE, build_prompt
from thoracite.types import Evidence, Noun, Study
from thoracite.vision.device import find_device
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph

TOKENS = 128
"""Most tokens of an answer."""


class ProjectorSizes(Noun):
    """Sizes of a projector, as ``projector.json`` holds them.

    Parameters
    ----------
    image : int
        Channels of the encoder's vector.
    text : int
        Channels of the decoder's tokens.
    tokens : int
        Tokens that the image's vector becomes.
    prefix : int
        Learned tokens, and so the length of the prefix.
    layers, heads : int
        Of the transformer.
    """

    image: int = Field(gt=0)
    text: int = Field(gt=0)
    tokens: int = Field(default=10, gt=0)
    prefix: int = Field(default=10, gt=0)
    layers: int = Field(default=8, gt=0)
    heads: int = Field(default=8, gt=0)


class Projector(nn.Module):
    """The transformer projector.

    Parameters
    ----------
    sizes : ProjectorSizes
        Its sizes.

    Examples
    --------
    >>> projector = Projector(ProjectorSizes(image=6, text=8, tokens=2, prefix=3, layers=1, heads=2))
    >>> projector(torch.zeros(1, 6)).shape
    torch.Size([1, 3, 8])
    """

    def __init__(self, sizes: ProjectorSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.linear = nn.Linear(sizes.image, sizes.tokens * sizes.text)
        self.prefix = nn.Parameter(torch.zeros(sizes.prefix, sizes.text))
        layer = nn.TransformerEncoderLayer(
            sizes.text, sizes.heads, 2 * sizes.text, dropout=0.0, activation="relu", batch_first=True, norm_first=True
        )
        self.transformer = nn.TransformerEncoder(layer, sizes.layers, enable_nested_tensor=False)

    def forward(self, vectors: Tensor) -> Tensor:
        """Project images.

        Parameters
        ----------
        vectors : Tensor, shape (n, image), float32
            The encoder's.

        Returns
        -------
        Tensor, shape (n, prefix, text), float32
            The prefixes from which the decoder writes.
        """
        tokens = self.linear(vectors).view(len(vectors), self.sizes.tokens, self.sizes.text)
        learned = self.prefix.expand(len(vectors), -1, -1)
        told: Tensor = self.transformer(torch.cat([tokens, learned], dim=1))
        return told[:, self.sizes.tokens :]


class MedXptGenerator:
    """Generator of a Med-XPT.

    Parameters
    ----------
    name : str
        As it was asked for.
    encoder, decoder : transformers.PreTrainedModel
        The image encoder and GPT-2.
    projector : Projector
        Between the two.
    process, tokenizer : callable
        The image processor and the tokenizer.
    """

    def __init__(
        self, name: str, encoder: Any, projector: Projector, decoder: Any, *, process: Any, tokenizer: Any
    ) -> None:
        self.name = name
        self._encoder, self._projector, self._decoder = encoder.eval(), projector.eval(), decoder.eval()
        self._process, self._tokenizer = process, tokenizer

    def describe(self, study: Study, radiograph: Radiograph, reading: Reading, evidence: Sequence[Evidence]) -> str:
        """Write about a radiograph.

        Parameters
        ----------
        study, radiograph, reading, evidence
            As :class:`thoracite.generation.generator.TextGenerator` has them.

        Raises
        ------
        ModelError
            If memory does not suffice, or the model fails.
        """
        prompt = build_prompt(study, reading.findings, evidence).removeprefix(IMAGE).strip()
        with explain(self.name, "failed"), torch.inference_mode():
            device = self._decoder.device
            shown = self._process(images=paint(radiograph), return_tensors="pt").to(device)
            prefix = self._projector(self._see(shown))
            ids = self._tokenizer(f"{prompt}\n", return_tensors="pt").input_ids.to(device)
            inputs = torch.cat([prefix, self._decoder.get_input_embeddings()(ids)], dim=1)
            told = self._decoder.generate(
                inputs_embeds=inputs,
                attention_mask=torch.ones(inputs.shape[:2], dtype=torch.long, device=device),
                do_sample=False,
                max_new_tokens=TOKENS,
                pad_token_id=self._tokenizer.pad_token_id or self._tokenizer.eos_token_id,
            )
            text: str = self._tokenizer.decode(told[0], skip_special_tokens=True)
        return text.strip()

    def _see(self, shown: Any) -> Tensor:
        """Return the encoder's vector of an image, shape (1, image): the joint space's where it has one."""
        if hasattr(self._encoder, "get_image_features"):
            told = self._encoder.get_image_features(**shown)
            return told if isinstance(told, Tensor) else told.pooler_output
        told = self._encoder(**shown)
        embedded: Tensor | None = getattr(told, "image_embeds", None)
        return told.pooler_output if embedded is None else embedded


@lru_cache(maxsize=1)
def load_med_xpt(source: str, *, device: str = "auto") -> MedXptGenerator:
    """Load a Med-XPT from a folder.

    Parameters
    ----------
    source : str
        The folder.
    device : str
        As in :func:`thoracite.vision.device.find_device`.

    Raises
    ------
    UsageError
        If it is no folder.
    ModelError
        If a part is missing or does not fit the others, or memory does not suffice.
    """
    name, folder = f"med-xpt:{source}", Path(source).expanduser()
    if not folder.is_dir():
        raise UsageError(f"{source!r} in {name} is not a folder; expected one with encoder, projector and decoder")
    parts = ("encoder", "decoder", "projector.json", "projector.safetensors")
    if lacking := [part for part in parts if not (folder / part).exists()]:
        raise ModelError(f"the generator {name} lacks {', '.join(lacking)} in {folder}")
    place = find_device(device)
    with explain(name):
        projector = read_projector(folder)
        encoder, decoder = _read(AutoModel, folder / "encoder"), _read(AutoModelForCausalLM, folder / "decoder")
        if projector.sizes.text != decoder.get_input_embeddings().embedding_dim:
            raise ValueError(
                f"the projector writes {projector.sizes.text} channels, the decoder reads "
                f"{decoder.get_input_embeddings().embedding_dim}"
            )
        return MedXptGenerator(
            name,
            encoder.to(place),
            projector.to(place),
            decoder.to(place),
            process=_read(AutoImageProcessor, folder / "encoder"),
            tokenizer=_read(AutoTokenizer, folder / "decoder"),
        )


def read_projector(folder: Path) -> Projector:
    """Read the projector of a folder; every weight must be there."""
    sizes = ProjectorSizes(**json.loads((folder / "projector.json").read_text(encoding="utf-8")))
    projector = Projector(sizes)
    projector.load_state_dict(load_file(folder / "projector.safetensors"))
    return projector


def write_projector(projector: Projector, folder: Path) -> None:
    """Write a projector into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "projector.json").write_text(projector.sizes.model_dump_json(), encoding="utf-8")
    save_file(projector.state_dict(), folder / "projector.safetensors")


def _read(kind: Any, folder: Path) -> Any:
    return kind.from_pretrained(folder, local_files_only=True)


__all__ = ["MedXptGenerator", "Projector", "ProjectorSizes", "load_med_xpt", "read_projector", "write_projector"]
