"""The contract of every vector index.

:mod:`thoracite.retrieval.index.faiss_index` holds vectors on this machine, :mod:`thoracite.retrieval.index.neo4j_index`
on a server; both find the same neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from thoracite.retrieval.index.text_encoder import Vectors


class Hits(NamedTuple):
    """Nearest vectors of each query.

    Parameters
    ----------
    scores : ndarray, shape (queries, k), float32
        Inner products, best first; minus infinity where the index holds fewer.
    ids : ndarray, shape (queries, k), int64
        Numbers of the vectors, from 0 in the order they were added; -1 where the index holds fewer. Equal scores
        stand in the order of their numbers.
    """

    scores: npt.NDArray[np.float32]
    ids: npt.NDArray[np.int64]

    @classmethod
    def sort(cls, scores: npt.ArrayLike, ids: npt.ArrayLike) -> Hits:
        """Return hits in order.

        Examples
        --------
        >>> hits = Hits.sort([[0.5, 0.9, 0.5]], [[7, 2, 3]])
        >>> hits.ids.tolist()
        [[2, 3, 7]]
        """
        found = np.asarray(ids, dtype=np.int64)
        rated = np.where(found < 0, -np.inf, np.asarray(scores, dtype=np.float32)).astype(np.float32)
        order = np.lexsort((found, -rated))
        return cls(np.take_along_axis(rated, order, -1), np.take_along_axis(found, order, -1))


@runtime_checkable
class VectorIndex(Protocol):
    """Finds the vectors with the greatest inner products."""

    @property
    def size(self) -> int:
        """Return the number of vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Return the length of each vector."""
        ...

    def search(self, vectors: Vectors, k: int) -> Hits:
        """Find the ``k`` nearest vectors of each query.

        Parameters
        ----------
        vectors : ndarray, shape (queries, dimension), float32
            Of unit length.
        k : int
            At least 1.

        Raises
        ------
        UsageError
            If the vectors have another length, or ``k`` is below 1.
        """
        ...

    def fetch(self, ids: Sequence[int] | npt.NDArray[np.int64]) -> Vectors:
        """Return the vectors with these numbers, as the index keeps them."""
        ...

    def close(self) -> None:
        """Close files and connections."""
        ...


__all__ = ["Hits", "VectorIndex"]
