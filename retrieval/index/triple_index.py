"""The index of a graph's triples: built into the graph's folder, and opened for the same graph and encoder only.

``<graph>/index/<encoder>/`` holds ``triples.faiss``, the texts and ``manifest.json``. A build writes a folder beside
it and renames it when complete: a build that dies leaves the old index unchanged.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt

from thoracite.errors import StoreError, UsageError
from thoracite.files import write_text
from thoracite.kg.graph import ensure_graph
from thoracite.kg.stores.folder import find_nquads, read_manifest
from thoracite.kg.stores.lock import lock_folder
from thoracite.progress import Progress, tell_nobody
from thoracite.retrieval.index.faiss_index import FaissIndex, begin_index
from thoracite.retrieval.index.text_encoder import DEFAULT, TextEncoder, Vectors
from thoracite.retrieval.index.texts import KeptTexts, Key, TripleText, TripleTexts, list_triple_texts, write_texts
from thoracite.retrieval.index.vector_index import Hits, VectorIndex
from thoracite.types import Noun

FORMAT = 1
"""Format of an index folder; raised when older releases cannot read it."""

BATCH = 4096
"""Texts that are encoded together."""

_SAME = 0.99
"""Least cosine of a kept vector and the same text encoded now: other weights under the same name give less."""


class FoundTriple(NamedTuple):
    """A triple found by its text.

    Parameters
    ----------
    keys : tuple of (str, str, str)
        Subject, relation and object; more than one only where labels coincide.
    text : str
        The triple in words.
    score : float
        Cosine of query and text.
    number : int
        Number of the text in the index.
    """

    keys: tuple[Key, ...]
    text: str
    score: float
    number: int


class IndexBuild(Noun):
    """The result of a build of an index.

    Parameters
    ----------
    folder : str
        Folder of the index.
    digest : str
        Digest of the graph.
    encoder : str
        Name of the text encoder.
    texts : int
        Number of unique texts.
    seconds : float
        Time of the build.
    """

    folder: str
    digest: str
    encoder: str
    texts: int
    seconds: float


class RelatedTexts(TripleTexts, Protocol):
    """Texts that are found by their relation too."""

    def find_related(self, relations: Iterable[str]) -> npt.NDArray[np.int64]:
        """Return the numbers of the texts with one of these relations."""
        ...


class TripleIndex:
    """Triples found by the meaning of their texts.

    Parameters
    ----------
    vectors : VectorIndex
        One vector a text.
    texts : sequence of TripleText
        In the order of the vectors.
    encoder : TextEncoder
        The encoder of the texts; queries in words are encoded by it.
    digest : str
        Digest of the indexed graph.

    Examples
    --------
    >>> from thoracite.retrieval.index.text_encoder import load_text_encoder
    >>> texts = [TripleText(text, ((f"thx:{n}", "thx:suggestive_of", "thx:b"),)) for n, text in enumerate(
    ...     ["consolidation suggestive of pneumonia", "deep sulcus sign suggestive of pneumothorax"])]
    >>> index = TripleIndex.of_texts(texts, load_text_encoder())
    >>> index.find(["sign of pneumothorax"], k=1)[0][0].text
    'deep sulcus sign suggestive of pneumothorax'
    """

    def __init__(self, vectors: VectorIndex, texts: RelatedTexts, encoder: TextEncoder, *, digest: str = "") -> None:
        self.vectors, self.texts, self.encoder, self.digest = vectors, texts, encoder, digest

    @classmethod
    def of_texts(cls, texts: Sequence[TripleText], encoder: TextEncoder) -> Self:
        """Index texts in memory."""
        vectors = FaissIndex.build(encoder.encode([text.text for text in texts]))
        return cls(vectors, TextList(texts), encoder)

    def __len__(self) -> int:
        return self.vectors.size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def search(self, vectors: Vectors, k: int) -> Hits:
        """Find the numbers of the ``k`` texts nearest to each vector; see :class:`VectorIndex`."""
        return self.vectors.search(vectors, k)

    def find(self, queries: Sequence[str] | Vectors, k: int) -> list[list[FoundTriple]]:
        """Find the ``k`` triples nearest to each query, best first.

        Parameters
        ----------
        queries : sequence of str, or ndarray of shape (queries, dimension)
            Words, or vectors of unit length in the space of the texts.
        k : int
            At least 1; fewer come back where the index holds fewer.
        """
        vectors = queries if isinstance(queries, np.ndarray) else self.encoder.encode(list(queries))
        hits = self.search(vectors, k)
        return [list(self._read(scores, ids)) for scores, ids in zip(*hits, strict=True)]

    def _read(self, scores: npt.NDArray[np.float32], ids: npt.NDArray[np.int64]) -> Iterator[FoundTriple]:
        for score, number in zip(scores.tolist(), ids.tolist(), strict=True):
            if number >= 0:
                found = self.texts[number]
                yield FoundTriple(found.keys, found.text, score, number)

    def narrow(self, relations: Iterable[str]) -> TripleIndex:
        """Return an index in memory of the triples with these relations alone.

        Parameters
        ----------
        relations : iterable of str
            CURIEs, such as ``thx:suggestive_of``.
        """
        numbers = self.texts.find_related(relations)
        vectors = FaissIndex.build(self.vectors.fetch(numbers))
        texts = TextList([self.texts[number] for number in numbers.tolist()])
        return TripleIndex(vectors, texts, self.encoder, digest=self.digest)

    def close(self) -> None:
        """Close files and connections."""
        self.vectors.close()


class TextList(list[TripleText]):
    """Texts in memory."""

    def find_related(self, relations: Iterable[str]) -> npt.NDArray[np.int64]:
        """Return the numbers of the texts with one of these relations."""
        wanted = set(relations)
        return np.array([number for number, text in enumerate(self) if text.relation in wanted], dtype=np.int64)


def build_index(graph: Path, encoder: TextEncoder, *, progress: Progress = tell_nobody) -> IndexBuild:
    """Build the index of a graph's triples; an index that is there already is replaced when the new one is complete.

    Parameters
    ----------
    graph : Path
        The graph folder.
    encoder : TextEncoder
        Encoder of the texts.
    progress : Progress
        Called with each step.

    Raises
    ------
    StoreError
        If there is no graph, or another build is at work.
    UsageError
        If the folder cannot be written.
    """
    start = time.monotonic()
    nquads = find_nquads(graph)
    digest = str(read_manifest(nquads.parent)["digest"])
    folder = find_folder(graph, encoder.name)
    try:
        with lock_folder(folder.parent, "build of an index"):
            progress("reading triples", 0, None)
            texts = list_triple_texts(nquads)
            _write_index(folder, texts, encoder, digest, progress)
    except OSError as error:
        raise UsageError(
            f"the index cannot be written to {folder}: {error.strerror or error}; name a graph with room to write to"
        ) from error
    seconds = round(time.monotonic() - start, 3)
    return IndexBuild(folder=str(folder), digest=digest, encoder=encoder.name, texts=len(texts), seconds=seconds)


def _write_index(folder: Path, texts: list[TripleText], encoder: TextEncoder, digest: str, progress: Progress) -> None:
    for left in folder.parent.glob(".building-*"):
        shutil.rmtree(left, ignore_errors=True)
    part = folder.parent / f".building-{os.getpid()}"
    part.mkdir()
    try:
        vectors = encode_all(texts, encoder, part / "vectors.npy", progress)
        progress("writing the index", 0, None)
        index = begin_index(encoder.dimension, len(texts), vectors)
        for first in range(0, len(texts), BATCH):
            index.add(np.ascontiguousarray(vectors[first : first + BATCH]))
        FaissIndex(index).write(part / "triples.faiss")
        del vectors
        (part / "vectors.npy").unlink()
        facts = {"format": FORMAT, "digest": digest, "encoder": encoder.name, "dimension": encoder.dimension}
        facts |= {"texts": len(texts), "relations": write_texts(texts, part)}
        write_text(part / "manifest.json", json.dumps(facts, indent=1) + "\n")
        old = folder.parent / f".building-{os.getpid()}-old"
        if folder.exists():
            os.replace(folder, old)
        os.replace(part, folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def encode_all(texts: Sequence[TripleText], encoder: TextEncoder, path: Path, progress: Progress) -> Vectors:
    """Encode texts in batches into a file that is mapped into memory; shape (texts, dimension), float32."""
    vectors = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(len(texts), encoder.dimension))
    for first in range(0, len(texts), BATCH):
        batch = [text.text for text in texts[first : first + BATCH]]
        vectors[first : first + len(batch)] = encoder.encode(batch)
        progress("triples encoded", first + len(batch), len(texts))
    return vectors


def open_index(
    graph: Path, encoder: TextEncoder, *, build: bool = False, progress: Progress = tell_nobody
) -> TripleIndex:
    """Open the index of a graph's triples.

    Parameters
    ----------
    graph : Path
        The graph folder.
    encoder : TextEncoder
        The encoder that the index was built with.
    build : bool
        Whether to build it first where it is missing or of another graph, and the default graph where there is none.
    progress : Progress
        Called with each step of a build.

    Raises
    ------
    StoreError
        If there is no index, or it is damaged, or of another graph or encoder; the sentence names the command that
        builds it.
    """
    if build:
        ensure_graph(graph, progress)
    folder = find_folder(graph, encoder.name)
    digest = str(read_manifest(find_nquads(graph).parent)["digest"])
    fault = find_fault(folder, digest, encoder)
    if fault and build:
        build_index(graph, encoder, progress=progress)
    elif fault:
        raise StoreError(f"the index of triples in {folder} {fault}; build it with `{name_command(graph, encoder)}`")
    relations = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["relations"]
    return TripleIndex(FaissIndex.open(folder / "triples.faiss"), KeptTexts(folder, relations), encoder, digest=digest)


def find_fault(folder: Path, digest: str, encoder: TextEncoder) -> str | None:
    """Return why an index cannot be used for a graph, as the end of a sentence; None where it can."""
    if not folder.exists():
        return "is missing"
    try:
        facts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if (facts["format"], facts["encoder"], facts["dimension"]) != (FORMAT, encoder.name, encoder.dimension):
            return "was written by another release or another encoder"
        if facts["digest"] != digest:
            return "belongs to another build of the graph"
        return _compare(folder, facts, encoder)
    except (OSError, ValueError, KeyError, TypeError, StoreError, IndexError):
        return "is damaged"


def _compare(folder: Path, facts: dict[str, object], encoder: TextEncoder) -> str | None:
    """Compare sizes, and the last text's vector with what the encoder makes of it now."""
    texts, index = KeptTexts(folder, facts["relations"]), FaissIndex.open(folder / "triples.faiss")  # type: ignore[arg-type]
    if not len(texts) == index.size == facts["texts"]:
        return "is damaged"
    if len(texts) and float(index.fetch([len(texts) - 1])[0] @ encoder.encode([texts[len(texts) - 1].text])[0]) < _SAME:
        return "was built with other weights of the encoder"
    return None


def find_folder(graph: Path, encoder: str) -> Path:
    """Return the folder of a graph's index by an encoder.

    Examples
    --------
    >>> find_folder(Path("graph"), "owner/model").as_posix()
    'graph/index/owner_model'
    """
    return graph / "index" / re.sub(r"[^\w.\-]+", "_", encoder).strip("_.")


def name_command(graph: Path, encoder: TextEncoder) -> str:
    """Return the command that builds an index."""
    from thoracite.settings import Settings

    where = "" if graph == Settings().graph else f" --graph {graph}"
    return f"thoracite index triples{where}" + ("" if encoder.name == DEFAULT else f" --text-encoder {encoder.name}")


__all__ = [
    "BATCH",
    "FoundTriple",
    "IndexBuild",
    "TextList",
    "TripleIndex",
    "build_index",
    "encode_all",
    "find_fault",
    "find_folder",
    "name_command",
    "open_index",
]
