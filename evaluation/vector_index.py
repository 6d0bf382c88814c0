"""The suite ``index``: a million texts of triples in FAISS, beside plain numpy and an HNSW library, on one core.

The texts are synthetic: labels of two real concepts and a relation between them, which nothing states. Queries are
names and descriptions of concepts. Every system has the same vectors and queries in the same run; recall is against the
exact products in single precision. The last rows are of the shipped graph: from the features of an image to triples.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.percentile import measure_p95
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.build.build import build_graph
from thoracite.kg.concepts import read_concepts
from thoracite.kg.vocabulary import RELATIONS
from thoracite.retrieval.index.faiss_index import FaissIndex, import_faiss
from thoracite.retrieval.index.kg_llava import KgLlava
from thoracite.retrieval.index.projection import Projection
from thoracite.retrieval.index.text_encoder import TextEncoder, Vectors, load_text_encoder
from thoracite.retrieval.index.triple_index import BATCH, open_index
from thoracite.retrieval.retriever import Retriever

SIZE = 1_000_000
"""Number of unique texts."""

QUERIES, NEIGHBOURS = 200, 10

LIMIT, SHIPPED_LIMIT = 150, 50
"""Most milliseconds of a search in a million texts, and from an image's features to triples of the shipped graph."""

_LINKS, _BUILT, _SEARCHED = 16, 80, 128
"""Of the HNSW graphs: links of a node, breadth of the build and of the search."""

Search = Callable[[Vectors], npt.NDArray[np.int64]]
"""From one query, shape (1, dimension), to the numbers of its nearest, shape (1, neighbours)."""


class Built(NamedTuple):
    """A system that is ready to search.

    Parameters
    ----------
    search : callable
        Answers one query.
    seconds : float
        Time of the build from vectors.
    megabytes : float
        Size of what is kept, as a file or in memory.
    """

    search: Search
    seconds: float
    megabytes: float


def run_index(data: Path | None = None) -> Suite:  # noqa: ARG001 - every suite is given the development data
    """Measure the vector indices at a million texts, and the shipped graph.

    Parameters
    ----------
    data : Path or None
        Not needed: texts are made of the bundled concepts.

    Returns
    -------
    Suite
        Times of build and search, sizes, and recall.
    """
    return measure_index(SIZE)


def measure_index(size: int, *, systems: Mapping[str, Any] | None = None) -> Suite:
    """Measure the vector indices.

    Parameters
    ----------
    size : int
        Number of unique texts.
    systems : mapping of str to callable or None
        Those of :data:`SYSTEMS` unless given.
    """
    encoder, random = load_text_encoder(), np.random.default_rng(0)
    import_faiss().omp_set_num_threads(1)
    started = time.perf_counter()
    texts = make_texts(size, random)
    vectors = np.concatenate([encoder.encode(texts[first : first + BATCH]) for first in range(0, size, BATCH)])
    encoded = time.perf_counter() - started
    queries = encoder.encode(make_queries(QUERIES, random))
    exact = np.concatenate([_find_exact(vectors, query[None]) for query in queries])
    rows = [Row(system=encoder.name, metric="texts encoded a second", value=round(size / encoded), n=size)]
    with TemporaryDirectory(prefix="thoracite-index-") as place:
        for name, build in (systems or SYSTEMS).items():
            built = build(vectors, Path(place))
            if built is not None:
                rows += _measure(name, built, queries, exact, size)
            del built
    rows += measure_shipped(encoder)
    said = f"{size} unique synthetic texts of triples, {vectors.shape[1]} dimensions, one core"
    return Suite(suite="index", data=said, n=QUERIES, rows=tuple(rows))


def make_texts(size: int, random: np.random.Generator) -> list[str]:
    """Return unique synthetic texts: two different concepts and a relation, drawn without repetition.

    Examples
    --------
    >>> texts = make_texts(1000, np.random.default_rng(0))
    >>> len(set(texts))
    1000
    """
    labels = sorted({concept.entity.label for concept in read_concepts()})
    relations = [relation.label for relation in RELATIONS.values()]
    numbers = random.choice(len(labels) ** 2 * len(relations), size=min(2 * size, 6_000_000), replace=False)
    ends, relation = np.divmod(numbers, len(relations))
    subject, object_ = np.divmod(ends, len(labels))
    kept = np.flatnonzero(subject != object_)[:size]
    drawn = zip(subject[kept].tolist(), relation[kept].tolist(), object_[kept].tolist(), strict=True)
    return [f"{labels[one]} {relations[between]} {labels[other]}" for one, between, other in drawn]


def make_queries(number: int, random: np.random.Generator) -> list[str]:
    """Return queries: further names and descriptions of the bundled concepts, two joined in each."""
    texts = [name for concept in read_concepts() for name in concept.synonyms]
    texts += [concept.visual.text for concept in read_concepts() if concept.visual is not None]
    chosen = random.integers(len(texts), size=(number, 2))
    return [f"{texts[one]}; {texts[other]}" for one, other in chosen.tolist()]


def _find_exact(vectors: Vectors, query: Vectors) -> npt.NDArray[np.int64]:
    products = vectors @ query[0]
    best = np.argpartition(-products, NEIGHBOURS)[:NEIGHBOURS]
    return best[np.argsort(-products[best], kind="stable")][None]


def _measure(name: str, built: Built, queries: Vectors, exact: npt.NDArray[np.int64], size: int) -> Iterator[Row]:
    clock, processor, found = [], [], []
    for query in (*queries[:3], *queries):
        started, spent = time.perf_counter(), time.thread_time()
        found.append(built.search(query[None])[0])
        clock.append(1000 * (time.perf_counter() - started))
        processor.append(1000 * (time.thread_time() - spent))
    hits = [len(set(one.tolist()) & set(true.tolist())) for one, true in zip(found[3:], exact, strict=True)]
    recall = float(np.mean(hits)) / NEIGHBOURS
    yield Row(system=name, metric="s to build from vectors", value=round(built.seconds, 1), n=size)
    yield Row(system=name, metric="MB kept", value=round(built.megabytes, 1), n=size)
    yield Row(system=name, metric=f"recall@{NEIGHBOURS}", value=round(recall, 4), n=len(queries))
    limit = f" (less than {LIMIT})" if name.startswith("FAISS") else ""
    for what, times in (("on the clock", clock[3:]), ("of the processor", processor[3:])):
        yield Row(
            system=name,
            metric=f"ms a search, p95, {what}{limit}",
            value=round(measure_p95(times), 2),
            n=len(queries),
        )


def _build_numpy(vectors: Vectors, place: Path) -> Built:  # noqa: ARG001 - every system is given a folder
    return Built(lambda query: _find_exact(vectors, query), 0.0, vectors.nbytes / 1e6)


def _build_faiss(vectors: Vectors, place: Path, *, exhaustive: bool) -> Built:
    path, started = place / "vectors.faiss", time.perf_counter()
    FaissIndex.build(vectors, exhaustive=exhaustive).write(path)
    seconds = time.perf_counter() - started
    index = FaissIndex.open(path)
    return Built(lambda query: index.search(query, NEIGHBOURS).ids, seconds, path.stat().st_size / 1e6)


def _build_faiss_hnsw(vectors: Vectors, place: Path) -> Built:
    faiss, started = import_faiss(), time.perf_counter()
    index = faiss.IndexHNSWFlat(vectors.shape[1], _LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction, index.hnsw.efSearch = _BUILT, _SEARCHED
    index.add(vectors)
    seconds, path = time.perf_counter() - started, place / "hnsw.faiss"
    faiss.write_index(index, str(path))
    return Built(lambda query: index.search(query, NEIGHBOURS)[1], seconds, path.stat().st_size / 1e6)


def _build_hnswlib(vectors: Vectors, place: Path) -> Built | None:
    """Build hnswlib's graph; None where it is not installed (``pip install hnswlib``)."""
    try:
        import hnswlib
    except ImportError:
        return None
    started = time.perf_counter()
    index = hnswlib.Index(space="ip", dim=vectors.shape[1])
    index.init_index(max_elements=len(vectors), M=_LINKS, ef_construction=_BUILT, random_seed=0)
    index.set_ef(_SEARCHED)
    index.add_items(vectors, num_threads=1)
    seconds, path = time.perf_counter() - started, place / "hnswlib.bin"
    index.save_index(str(path))

    def search(query: Vectors) -> npt.NDArray[np.int64]:
        return np.asarray(index.knn_query(query, k=NEIGHBOURS, num_threads=1)[0], dtype=np.int64)

    return Built(search, seconds, path.stat().st_size / 1e6)


SYSTEMS: Mapping[str, Callable[[Vectors, Path], Built | None]] = {
    "numpy": _build_numpy,
    "FAISS, exhaustive, half precision": lambda vectors, place: _build_faiss(vectors, place, exhaustive=True),
    "FAISS, inverted file, half precision": lambda vectors, place: _build_faiss(vectors, place, exhaustive=False),
    "HNSW of FAISS": _build_faiss_hnsw,
    "hnswlib": _build_hnswlib,
}
"""The measured systems."""


def measure_shipped(encoder: TextEncoder, *, repeats: int = QUERIES) -> list[Row]:
    """Measure the shipped graph: from an image's features to the triples of the baseline, and to our subgraph."""
    projection, random = Projection.load(), np.random.default_rng(1)
    features = np.abs(random.normal(size=(repeats + 3, projection.features))).astype(np.float32)
    with TemporaryDirectory(prefix="thoracite-index-") as place:
        build_graph(Path(place) / "graph")
        with open_index(Path(place) / "graph", encoder, build=True) as index:
            ours = Retriever.from_graph(Path(place) / "graph", index=index)
            systems: Mapping[str, Callable[[Vectors], object]] = {
                "kg_llava, suggestive_of: 7 triples": KgLlava(index).retrieve,
                "kg_llava, all relations: 7 triples": KgLlava(index, relations=None).retrieve,
                "ours: a connected subgraph": ours.retrieve,
            }
            clocks = {name: _time(system, projection, features) for name, system in systems.items()}
            ours.close()
    metric = f"ms from an image's features, p95 (less than {SHIPPED_LIMIT})"
    return [
        Row(system=name, metric=metric, value=round(measure_p95(clock[3:]), 3), n=repeats)
        for name, clock in clocks.items()
    ]


def _time(system: Callable[[Vectors], object], projection: Projection, features: Vectors) -> list[float]:
    """Return how long each retrieval takes, in milliseconds; the first ones open what is kept."""
    clock = []
    for one in features:
        started = time.perf_counter()
        system(projection.project(one[None])[0])
        clock.append(1000 * (time.perf_counter() - started))
    return clock


__all__ = ["LIMIT", "SIZE", "SYSTEMS", "make_queries", "make_texts", "measure_index", "measure_shipped", "run_index"]
