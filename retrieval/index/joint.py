"""The text side of a model of images and texts, such as BiomedCLIP; its image side is in the same space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from thoracite.errors import ModelError, UsageError
from thoracite.retrieval.index.text_encoder import Vectors
from thoracite.vision.image import Pixels

PREFIXES = ("open_clip:", "hf:")
"""Prefixes of the names of such models, as of :func:`thoracite.vision.encoders.open_encoder`."""

_BATCH = 64


class JointModel(Protocol):
    """A model with images and texts in one space: those of :mod:`thoracite.vision.adapters`."""

    def encode_image(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Return the vector of a radiograph, of unit length."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the vectors of texts, of unit length."""
        ...

    def move(self, device: str) -> None:
        """Move the model to a device."""
        ...


class JointTexts:
    """Texts by a model that has images in the same space.

    Parameters
    ----------
    model : JointModel
        Its ``encode_image`` gives vectors in this space.
    name : str
        The name that it is asked for by.
    """

    def __init__(self, model: JointModel, *, name: str) -> None:
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


def load_joint_texts(name: str, *, fetch: bool = False, device: str = "cpu") -> JointTexts:
    """Load the model of ``open_clip:…`` or ``hf:…``, a hub name or a folder behind the prefix.

    Raises
    ------
    UsageError
        If the model has no texts.
    ModelError
        If a package or the weights are missing, or they cannot be loaded.
    """
    kind, _, source = name.partition(":")
    model: object
    try:
        if kind == "open_clip":
            from thoracite.vision.adapters.clip import load_clip

            model = load_clip(source, fetch=fetch)
        else:
            from thoracite.vision.adapters.hf import load_hf

            model = load_hf(source, fetch=fetch)
    except ImportError as error:
        extra = "clip" if kind == "open_clip" else "hf"
        raise ModelError(
            f"the text encoder {name} needs a package; install it with pip install 'thoracite[{extra}]'"
        ) from error
    if not hasattr(model, "encode_texts"):
        raise UsageError(f"{name} reads images alone; expected a model of images and texts, such as biomedclip")
    joint: JointModel = model  # type: ignore[assignment]
    joint.move(device)
    return JointTexts(joint, name=name)


__all__ = ["PREFIXES", "JointModel", "JointTexts", "load_joint_texts"]
