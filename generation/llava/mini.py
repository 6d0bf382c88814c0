"""``thoracite-mini-llava`` as a generator: loaded and asked as any LLaVA is, by transformers' own classes.

Examples
--------
>>> writer = MiniLlava.load()                                               # doctest: +SKIP
>>> writer.answer(np.zeros((128, 128), dtype=np.float32), "<image>\\nFor the given image, what does the image show?")
...                                                                         # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from thoracite.errors import ModelError
from thoracite.generation.llava.tower import register
from thoracite.generation.prompts import QUESTIONS, build_prompt
from thoracite.settings import MODELS
from thoracite.types import Evidence, Study

if TYPE_CHECKING:
    from thoracite.vision.encoder import Reading
    from thoracite.vision.image import Pixels, Radiograph

FOLDER = MODELS / "thoracite-mini-llava"
"""The bundled weights."""


class MiniLlava:
    """The bundled LLaVA.

    Parameters
    ----------
    model, processor
        From ``from_pretrained``.
    question : str
        What the prompt asks.
    graph : bool
        False leaves the triples out of the prompt.
    """

    name = "thoracite-mini-llava"

    def __init__(self, model: Any, processor: Any, *, question: str = QUESTIONS[0], graph: bool = True) -> None:
        self.model, self.processor = model.eval(), processor
        self.question, self.graph = question, graph

    @classmethod
    def load(cls, folder: Path = FOLDER, *, graph: bool = True) -> MiniLlava:
        """Load the model of a folder; nothing is fetched.

        Parameters
        ----------
        folder : Path
            The bundled weights unless given.
        graph : bool
            False leaves the triples out of the prompt.

        Raises
        ------
        ModelError
            If files are missing or do not fit together.
        """
        from transformers import AutoModelForImageTextToText, AutoProcessor

        register()
        try:
            processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
            model = AutoModelForImageTextToText.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            why = " ".join(str(error).split())[:200]
            raise ModelError(
                f"the model in {folder} cannot be loaded ({why}); install thoracite again, or train it with "
                "`thoracite train generator`"
            ) from error
        return cls(model, processor, graph=graph)

    def describe(
        self,
        study: Study,
        radiograph: Radiograph,
        reading: Reading,
        evidence: Sequence[Evidence],
    ) -> str:
        """Write about a radiograph, from its pixels and the triples of its evidence.

        Parameters
        ----------
        study : Study
            What was asked.
        radiograph : Radiograph
            Its pixels are what the model sees.
        reading : Reading
            Not told to the model unless the question asks for it.
        evidence : sequence of Evidence
            Its triples are told.

        Raises
        ------
        ModelError
            If the model cannot answer.
        """
        prompt = build_prompt(study, reading.findings, evidence, question=self.question, graph=self.graph)
        return self.answer(radiograph.pixels, prompt)

    def answer(self, pixels: Pixels, prompt: str) -> str:
        """Answer one prompt about one image.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Air dark, bone bright.
        prompt : str
            With one mark of the image.

        Raises
        ------
        ModelError
            If the model cannot answer.
        """
        picture = Image.fromarray(np.rint(255 * np.clip(pixels, 0, 1)).astype(np.uint8))
        try:
            given = self.processor(images=[picture], text=[prompt], return_tensors="pt")
            with torch.inference_mode():
                said = self.model.generate(**given)
        except (RuntimeError, ValueError, MemoryError) as error:
            raise ModelError(f"{self.name} cannot answer: {' '.join(str(error).split())[:200]}") from error
        text: str = self.processor.decode(said[0, given["input_ids"].shape[1] :], skip_special_tokens=True)
        return text.strip()


__all__ = ["FOLDER", "MiniLlava"]
