"""The bundled text encoder: a vector for each piece of a word, and their weighted mean for a text.

It knows no order of words and no negation: side, certainty and polarity are structure in the graph, and never left to
the angle of two vectors. Distilled by :mod:`thoracite.retrieval.training.train_text_vectors`.

References
----------
Tulkens S, van Dongen T. Model2Vec: fast state-of-the-art static embeddings. 2024. Arora S et al. A simple but
tough-to-beat baseline for sentence embeddings. ICLR 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from tokenizers import Tokenizer

from thoracite.errors import ModelError
from thoracite.retrieval.index.text_encoder import DEFAULT, Vectors, normalise
from thoracite.settings import MODELS

FOLDER = MODELS / "thoracite-text"
"""The bundled weights."""

LONGEST = 256
"""Pieces of a text that are read; the rest is left out."""


class StaticTextEncoder:
    """A text encoder of one table.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
        Splits a text into pieces.
    table : ndarray, shape (pieces, dimension), float32
        A vector for each piece, its weight included.
    """

    def __init__(self, tokenizer: Tokenizer, table: Vectors, *, name: str = DEFAULT) -> None:
        self._tokenizer, self._table = tokenizer, table
        self._unknown = tokenizer.token_to_id("[UNK]")
        self.name, self.dimension = name, int(table.shape[1])

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Load the table and the tokenizer of a folder.

        Raises
        ------
        ModelError
            If they are missing, damaged or do not fit together.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            table = load_file(folder / "weights.safetensors")["table"].astype(np.float32)
            if len(table) != tokenizer.get_vocab_size() or not np.isfinite(table).all():
                raise ValueError("table and tokenizer differ")
        except (SafetensorError, Exception) as error:
            raise ModelError(
                f"the text encoder in {folder} cannot be loaded ({' '.join(str(error).split())[:200]}); install "
                "thoracite again, or train it with `thoracite train text-vectors`"
            ) from error
        return cls(tokenizer, table)

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
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        read = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        pieces = [[piece for piece in one.ids[:LONGEST] if piece != self._unknown] for one in read]
        rows = [row for row, ids in enumerate(pieces) if ids]
        if rows:
            starts = np.cumsum([0, *(len(pieces[row]) for row in rows[:-1])])
            flat = [piece for row in rows for piece in pieces[row]]
            vectors[rows] = np.add.reduceat(self._table[flat], starts, axis=0)
        return normalise(vectors)


__all__ = ["FOLDER", "LONGEST", "StaticTextEncoder"]
