"""Opening of the base model that adapters are trained on: a folder, or what is on this machine already."""

from __future__ import annotations

from typing import Any

import torch

from thoracite.errors import ModelError
from thoracite.generation.llava.tower import register


def open_base(name: str) -> tuple[Any, Any]:
    """Open a LLaVA in transformers' form and its processor; nothing is fetched.

    Parameters
    ----------
    name : str
        Folder, or hub name of a model that is on this machine.

    Returns
    -------
    tuple
        The model, in bfloat16 on a GPU where there is one, and the processor.

    Raises
    ------
    ModelError
        If it is not there, or is another kind of model.
    """
    from transformers import AutoProcessor, LlavaForConditionalGeneration

    register()
    gpu = torch.cuda.is_available()
    try:
        processor = AutoProcessor.from_pretrained(name, local_files_only=True)
        model = LlavaForConditionalGeneration.from_pretrained(
            name, local_files_only=True, dtype=torch.bfloat16 if gpu else torch.float32
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        why = " ".join(str(error).split())[:160]
        raise ModelError(
            f"{name} is not a LLaVA on this machine ({why}); fetch it with Hugging Face's own client first"
        ) from error
    module: torch.nn.Module = model
    return module.to("cuda" if gpu else "cpu"), processor


__all__ = ["open_base"]
