"""From an image to a vector in the space of texts: a linear projection of the bundled encoder's features.

Trained by :mod:`thoracite.retrieval.training.train_projection`. A model that has images and texts in one space, such as
BiomedCLIP, needs none: :func:`open_image_vectors` opens either by name.

Examples
--------
>>> projection = Projection.load()
>>> projection.project(np.zeros((2, projection.features), dtype=np.float32)).shape
(2, 256)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from thoracite.errors import ModelError, UsageError
from thoracite.retrieval.index.text_encoder import DEFAULT, TextEncoder, Vectors, load_text_encoder, normalise
from thoracite.settings import MODELS

if TYPE_CHECKING:
    from thoracite.vision.image import Pixels
    from thoracite.vision.mini.encoder import MiniEncoder

FOLDER = MODELS / "thoracite-projection"
"""The bundled weights."""

IMAGES = "thoracite-mini"
"""Name of the image encoder whose features are projected."""


@runtime_checkable
class ImageVectors(Protocol):
    """Turns radiographs into vectors in the space of a text encoder."""

    def encode_image(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Return the vector of a radiograph, shape (dimension,), of unit length.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Air dark, bone bright.
        """
        ...


class Projection:
    """A linear projection from features of images into the space of texts.

    Parameters
    ----------
    weight : ndarray, shape (dimension, features), float32
        One row for each axis of the text space.
    bias : ndarray, shape (dimension,), float32
        Added to every projected image.
    """

    def __init__(self, weight: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]) -> None:
        self.weight, self.bias = weight, bias

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Load the projection of a folder.

        Raises
        ------
        ModelError
            If it is missing or damaged, or was trained for other text vectors.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            state = load_file(folder / "weights.safetensors")
            weight, bias = (state[name].astype(np.float32) for name in ("weight", "bias"))
            if (facts["images"], facts["texts"]) != (IMAGES, DEFAULT) or not np.isfinite(weight).all():
                raise ValueError("it was trained for other encoders")
            probe = load_text_encoder().encode([facts["probe"]])[0]
            if float(probe @ normalise(state["probe"].astype(np.float32))) < 0.99:
                raise ValueError("it was trained for other text vectors")
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"the projection in {folder} cannot be loaded ({' '.join(str(error).split())}); install thoracite "
                "again, or train it with `thoracite train projection`"
            ) from error
        return cls(weight, bias)

    @property
    def features(self) -> int:
        """Return the number of features of an image."""
        return int(self.weight.shape[1])

    def project(self, features: npt.ArrayLike) -> Vectors:
        """Return vectors in the space of texts, shape (images, dimension), of unit length.

        Parameters
        ----------
        features : array, shape (images, features), float32
            :attr:`thoracite.vision.mini.activations.Activations.features` of each image.
        """
        return normalise(np.asarray(features, dtype=np.float32) @ self.weight.T + self.bias)


class ProjectedImages:
    """Vectors of radiographs by the bundled encoder and its projection.

    Parameters
    ----------
    encoder : MiniEncoder
        The image encoder.
    projection : Projection
        From its features into the space of the bundled text encoder.
    """

    def __init__(self, encoder: MiniEncoder, projection: Projection) -> None:
        self.encoder, self.projection = encoder, projection

    def encode_image(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Return the vector of a radiograph, shape (dimension,), of unit length.

        Parameters
        ----------
        pixels : ndarray, shape (height, width), float32, intensity in [0, 1]
            Air dark, bone bright.
        """
        vector: npt.NDArray[np.float32] = self.projection.project(self.encoder.forward(pixels).features[None])[0]
        return vector


def open_image_vectors(name: str = IMAGES, *, device: str = "auto") -> tuple[TextEncoder, ImageVectors]:
    """Open a text encoder, and what turns images into vectors in its space.

    Parameters
    ----------
    name : str
        ``thoracite-mini`` (bundled, by projection); ``biomedclip``, ``open_clip:…`` or ``hf:FOLDER``: the two sides of
        a model of images and texts, such as a MedCLIP that ``save_pretrained`` wrote.
    device : str
        Where the model runs; ``auto`` takes a GPU where there is one.

    Raises
    ------
    UsageError
        If the name is of a model without texts.
    ModelError
        If a package or the weights are missing.
    """
    if name == IMAGES:
        from thoracite.vision.mini.encoder import MiniEncoder

        return load_text_encoder(), ProjectedImages(MiniEncoder.load(device=device), Projection.load())
    from thoracite.vision.device import find_device

    texts = load_text_encoder(name, device=find_device(device))
    images = getattr(texts, "model", None)
    if not isinstance(images, ImageVectors):
        raise UsageError(
            f"the encoder {name} has no images and texts in one space; expected {IMAGES}, biomedclip, open_clip:… or "
            "hf:… of a model with both"
        )
    return texts, images


__all__ = ["FOLDER", "IMAGES", "ImageVectors", "ProjectedImages", "Projection", "open_image_vectors"]
