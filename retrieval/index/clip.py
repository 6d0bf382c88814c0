"""The text side of a model of OpenCLIP, such as BiomedCLIP; its image side is in the same space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from thoracite.errors import ModelError
from thoracite.retrieval.index.text_encoder import Vectors

if TYPE_CHECKING:
    from thoracite.vision.adapters.clip import ClipModel

_BATCH = 64


class ClipTexts:
    """Texts by a model that has images in the same space.

    Parameters
    ----------
    model : ClipModel
        Of :mod:`thoracite.vision.adapters.clip`; its ``encode_image`` gives vectors in this space.
    name : str
        The name that it is asked for by.
    """

    def __init__(self, model: ClipModel, *, name: str) -> None:
        self.model, self.name = model, name
        self.dimension = int(model.encode_texts(["lung"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a vector for each text.

        Parameters
        ----------
        texts : sequence of str
            Names, facts or sentences.

        Returns
        -------
        ndarray, shape (texts, dimension), float32
            Of unit length.
        """
        batches = [self.model.encode_texts(texts[first : first + _BATCH]) for first in range(0, len(texts), _BATCH)]
        return np.concatenate(batches) if batches else np.empty((0, self.dimension), dtype=np.float32)


def load_clip_texts(name: str, *, fetch: bool = False, device: str = "cpu") -> ClipTexts:
    """Load the model of ``open_clip:hf-hub:OWNER/MODEL`` or ``open_clip:FOLDER``.

    Raises
    ------
    ModelError
        If OpenCLIP or the weights are missing, or they cannot be loaded.
    """
    try:
        from thoracite.vision.adapters.clip import load_clip
    except ImportError as error:
        raise ModelError(
            f"the text encoder {name} needs OpenCLIP; install it with pip install 'thoracite[clip]'"
        ) from error
    model = load_clip(name.removeprefix("open_clip:"), fetch=fetch)
    model.move(device)
    return ClipTexts(model, name=name)


__all__ = ["ClipTexts", "load_clip_texts"]
