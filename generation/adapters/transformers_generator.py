"""``llava:OWNER/MODEL`` or ``llava:FOLDER``: models of transformers that write about an image, LLaVA and its kin.

Whatever ``AutoModelForImageTextToText`` loads: LLaVA-1.5, a converted LLaVA-Rad, MedGemma and, by the same lines, the
bundled ``thoracite-mini-llava``. The processor lays out image and prompt, the model generates greedily (temperature 0),
and the tokenizer reads the answer back. Code that a repository contains is never run, and nothing is downloaded unless
``thoracite fetch generator`` asks for it.

References
----------
Liu H et al. Visual instruction tuning. NeurIPS 2023. arXiv:2304.08485.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property, lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

from thoracite.errors import ModelError
from thoracite.generation.adapters.checked_decoding import CheckedDecoder, find_ends
from thoracite.generation.adapters.picture import paint
from thoracite.generation.generator import MINI
from thoracite.generation.prompts import IMAGE, build_prompt
from thoracite.settings import MODELS
from thoracite.types import Evidence, Study
from thoracite.vision.adapters.weights import explain_failure, find_snapshot
from thoracite.vision.device import find_device, use_one_thread
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph

TOKENS = 512
"""Most tokens of an answer, unless the model's own settings say less."""

SMALL = 50_000_000
"""Most parameters of a model that writes on one thread of the processor."""

_FULL = re.compile(r".*[.!?](?=\s|$)", re.DOTALL)
_MEMORY = re.compile(
    r"out of memory|can't allocate memory|not enough memory|failed to allocate|bad_alloc", re.IGNORECASE
)


class TransformersGenerator:
    """Generator that asks a model of transformers.

    Parameters
    ----------
    name : str
        As it was asked for.
    model : transformers.PreTrainedModel
        With ``generate``.
    processor : transformers.ProcessorMixin
        Takes ``images`` and ``text``.
    graph : bool
        Whether the prompt tells the triples.

    Raises
    ------
    ModelError
        If the processor takes no images.
    """

    def __init__(self, name: str, model: Any, processor: Any, *, graph: bool = True) -> None:
        self.name, self.graph = name, graph
        self._model, self._processor = model.eval(), processor
        self._small = sum(weight.numel() for weight in model.parameters()) <= SMALL
        self._pictures = getattr(processor, "image_processor", None)
        if self._pictures is None:
            raise ModelError(f"the generator {name} takes no images; expected one of images and texts, such as LLaVA")

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
        return self.answer(build_prompt(study, reading.findings, evidence, graph=self.graph), radiograph)

    def answer(self, prompt: str, radiograph: Radiograph) -> str:
        """Answer a prompt about a radiograph; an answer that is cut off ends with its last full sentence.

        Parameters
        ----------
        prompt : str
            With one image mark, as :func:`thoracite.generation.prompts.build_prompt` writes it.
        radiograph : Radiograph
            ``pixels`` : ndarray, shape (height, width), float32, intensity in [0, 1], air dark and bone bright.

        Raises
        ------
        ModelError
            If memory does not suffice, or the model fails.
        """
        with self._work():
            laid = self._lay(prompt, radiograph)
            told = self._model.generate(**laid, do_sample=False, num_beams=1, max_new_tokens=self._most)
            return self._read(told[0, laid["input_ids"].shape[1] :].tolist())

    def describe_checked(
        self,
        study: Study,
        radiograph: Radiograph,
        reading: Reading,
        evidence: Sequence[Evidence],
        holds: Callable[[str], bool],
    ) -> str:
        """Write about a radiograph, with another sentence where one does not hold; a large model writes as it does.

        Parameters
        ----------
        study, radiograph, reading, evidence, holds
            As :class:`thoracite.generation.generator.CheckedGenerator` has them.

        Raises
        ------
        ModelError
            If memory does not suffice, or the model fails.
        """
        if not self._small:  # beams of a large model would take minutes
            return self.describe(study, radiograph, reading, evidence)
        with self._work():
            laid = self._lay(build_prompt(study, reading.findings, evidence, graph=self.graph), radiograph)
            decoder = CheckedDecoder(self._model, self._processor.tokenizer, laid, ends=self._ends, most=self._most)
            return self._read(decoder.write(holds))

    @contextmanager
    def _work(self) -> Iterator[None]:
        threads = use_one_thread() if self._small else nullcontext()
        with explain(self.name, "failed"), torch.inference_mode(), threads:
            yield

    def _lay(self, prompt: str, radiograph: Radiograph) -> Any:
        # a processor that reads grey values as they are is spared the rounding to 8 bits
        pixels = radiograph.pixels if getattr(self._pictures, "takes_pixels", False) else paint(radiograph)
        laid = self._processor(images=pixels, text=self._lay_out(prompt), return_tensors="pt")
        return laid.to(self._model.device, dtype=self._model.dtype)

    def _read(self, told: Sequence[int]) -> str:
        text: str = self._processor.decode(told, skip_special_tokens=True).strip()
        return text if self._ended(told) else self._cut(text)

    @cached_property
    def _ends(self) -> frozenset[int]:
        return find_ends(self._processor.tokenizer)

    @property
    def _most(self) -> int:
        own = getattr(self._model.generation_config, "max_new_tokens", None)
        return min(own or TOKENS, TOKENS)

    def _lay_out(self, prompt: str) -> str:
        """Lay a prompt out in the model's own form: its chat template where it has one, its mark of an image."""
        if getattr(self._processor, "chat_template", None):
            words = prompt.removeprefix(IMAGE).strip()
            said = [{"type": "image"}, {"type": "text", "text": words}]
            laid: str = self._processor.apply_chat_template(
                [{"role": "user", "content": said}], add_generation_prompt=True, tokenize=False
            )
            return laid
        return prompt.replace(IMAGE, getattr(self._processor, "image_token", None) or IMAGE, 1)

    def _ended(self, told: Sequence[int]) -> bool:
        ends = self._model.generation_config.eos_token_id
        known = ends if isinstance(ends, list) else [ends]
        return len(told) == 0 or told[-1] in known or len(told) < self._most

    @staticmethod
    def _cut(text: str) -> str:
        full = _FULL.match(text)
        return full.group() if full is not None else ""


@lru_cache(maxsize=1)
def load_llava(source: str, *, device: str = "auto", fetch: bool = False) -> TransformersGenerator:
    """Load a model from the Hugging Face hub or from a folder, once per process.

    Parameters
    ----------
    source : str
        ``OWNER/MODEL``, optionally with ``@REVISION``; or a folder that ``save_pretrained`` or ``thoracite
        convert-llava`` wrote.
    device : str
        As in :func:`thoracite.vision.device.find_device`.
    fetch : bool
        Whether the network may be used.

    Raises
    ------
    UsageError
        If the source is neither.
    ModelError
        If the weights are not on this machine, do not fit into its memory, or cannot be loaded.
    """
    name = f"llava:{source}"
    folder = find_snapshot(source, name=name, fetch=fetch, kind="generator")
    return _read_folder(name, folder, find_device(device))


def load_bundled(*, device: str = "auto") -> TransformersGenerator:
    """Load ``thoracite-mini-llava``, by the same lines as any other.

    Raises
    ------
    ModelError
        If it is not in this installation.
    """
    folder = MODELS / MINI
    if not (folder / "config.json").is_file():
        raise ModelError(f"{MINI} is not in this installation; train it with `thoracite train generator`")
    return _load_bundled(folder, find_device(device))


@lru_cache(maxsize=1)
def _load_bundled(folder: Path, device: str) -> TransformersGenerator:
    return _read_folder(MINI, folder, device)


def _read_folder(name: str, folder: Path, device: str) -> TransformersGenerator:
    _register_own()
    kind = torch.bfloat16 if device.startswith("cuda") else torch.float32
    with explain(name):
        processor = _read(AutoProcessor, folder)
        model, said = _read(AutoModelForImageTextToText, folder, dtype=kind, output_loading_info=True)
        if said["missing_keys"]:  # they would be drawn at random
            raise ValueError(f"weights lack {', '.join(sorted(said['missing_keys'])[:3])} …")
        return TransformersGenerator(name, model.to(device), processor)


def _read(kind: Any, folder: Path, **more: Any) -> Any:
    return kind.from_pretrained(folder, local_files_only=True, **more)


def _register_own() -> None:
    """Tell transformers of the bundled model's vision tower."""
    if find_spec("thoracite.generation.llava") is not None:
        import_module("thoracite.generation.llava.tower").register()


@contextmanager
def explain(name: str, what: str = "cannot be loaded") -> Iterator[None]:
    """Turn any error of a library into one sentence; that memory does not suffice says what to do."""
    with explain_failure(name, what, kind="generator"):
        try:
            yield
        except (MemoryError, RuntimeError) as error:  # torch's own error of a full GPU is a RuntimeError
            if isinstance(error, MemoryError) or _MEMORY.search(str(error)):
                raise ModelError(
                    f"the generator {name} needs more memory than there is; use a smaller model, or another device "
                    "(THORACITE_DEVICE)"
                ) from error
            raise


__all__ = ["TOKENS", "TransformersGenerator", "explain", "load_bundled", "load_llava"]
