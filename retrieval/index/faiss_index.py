"""Vectors in FAISS: searched exhaustively while that is fast, by an inverted file beyond.

Kept in half precision, a file is mapped into memory: opening it takes no time, and processes share what they read.

References
----------
Douze M et al. The Faiss library. 2024. arXiv:2401.08281.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from thoracite.errors import ModelError, StoreError, UsageError
from thoracite.files import replace_path
from thoracite.retrieval.index.text_encoder import Vectors
from thoracite.retrieval.index.vector_index import Hits

EXHAUSTIVE = 1_000_000
"""Most vectors that are all compared with a query."""

PROBES = 64
"""Cells of the inverted file that a query looks into."""

_LISTS = 4
"""Cells for each square root of the number of vectors."""

_SAMPLE = 64
"""Vectors for each cell that the cells are learned from."""


class FaissIndex:
    """A vector index on this machine.

    Parameters
    ----------
    index : faiss.Index
        Of inner products.

    Examples
    --------
    >>> index = FaissIndex.build(np.eye(3, dtype=np.float32))
    >>> index.search(np.eye(3, dtype=np.float32)[1:2], k=2).ids[0, 0], index.size
    (np.int64(1), 3)
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors, *, exhaustive: bool | None = None) -> Self:
        """Build an index of vectors in memory.

        Parameters
        ----------
        vectors : ndarray, shape (n, dimension), float32
            Of unit length.
        exhaustive : bool or None
            Whether a query is compared with all; decided by their number unless given.
        """
        index = begin_index(vectors.shape[1], len(vectors), vectors, exhaustive=exhaustive)
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an index file, mapped into memory.

        Raises
        ------
        StoreError
            If it is missing or damaged.
        """
        faiss = import_faiss()
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY))
        except (RuntimeError, OSError) as error:
            raise StoreError(f"the vector index {path} is missing or damaged; build it again") from error

    def write(self, path: Path) -> None:
        """Write the index to a file, whole or not at all."""
        with replace_path(path) as part:
            import_faiss().write_index(self._index, str(part))

    @property
    def size(self) -> int:
        """Return the number of vectors."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Return the length of each vector."""
        return int(self._index.d)

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
        check_query(vectors, k, self.dimension)
        scores, ids = self._index.search(np.ascontiguousarray(vectors, dtype=np.float32), k)
        return Hits.sort(scores, ids)

    def fetch(self, ids: Sequence[int] | npt.NDArray[np.int64]) -> Vectors:
        """Return the vectors with these numbers, as the index keeps them."""
        wanted = np.asarray(ids, dtype=np.int64)
        if not len(wanted):
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(wanted), dtype=np.float32)

    def close(self) -> None:
        """Let go of the file."""
        self._index = None


def begin_index(dimension: int, size: int, sample: Vectors, *, exhaustive: bool | None = None) -> Any:
    """Return an empty index that fits a number of vectors, trained where it must be.

    Parameters
    ----------
    dimension, size : int
        Length and number of the vectors that will be added.
    sample : ndarray, shape (n, dimension), float32
        Some of them.
    exhaustive : bool or None
        Whether a query is compared with all; up to :data:`EXHAUSTIVE` of them unless given.
    """
    faiss = import_faiss()
    if exhaustive is None:
        exhaustive = size <= EXHAUSTIVE
    if exhaustive:
        half = faiss.ScalarQuantizer.QT_fp16
        return faiss.IndexScalarQuantizer(dimension, half, faiss.METRIC_INNER_PRODUCT)
    cells = max(1, round(_LISTS * math.sqrt(size)))
    index = faiss.index_factory(dimension, f"IVF{cells},SQfp16", faiss.METRIC_INNER_PRODUCT)
    index.nprobe = PROBES
    step = max(1, len(sample) // (_SAMPLE * cells))
    index.train(np.ascontiguousarray(sample[::step]))
    index.set_direct_map_type(faiss.DirectMap.Array)
    return index


def check_query(vectors: Vectors, k: int, dimension: int) -> None:
    """Refuse what no index can be asked.

    Raises
    ------
    UsageError
        If the vectors have another length than the index's, or ``k`` is below 1.
    """
    if vectors.ndim != 2 or vectors.shape[1] != dimension or k < 1:
        raise UsageError(
            f"the vector index cannot be asked for {k} neighbours of an array of shape {vectors.shape}; "
            f"expected at least 1, and the shape (queries, {dimension})"
        )


def import_faiss() -> Any:
    """Return the module of FAISS.

    Raises
    ------
    ModelError
        If it is not installed.
    """
    try:
        import faiss
    except ImportError as error:
        raise ModelError("FAISS is not installed; install it with pip install 'thoracite[index]'") from error
    return faiss


__all__ = ["EXHAUSTIVE", "PROBES", "FaissIndex", "begin_index", "check_query", "import_faiss"]
