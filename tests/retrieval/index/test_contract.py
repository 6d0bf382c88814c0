"""One contract for every vector index: FAISS in memory and mapped from a file, exhaustive and by cells, and Neo4j."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from thoracite.errors import UsageError
from thoracite.evaluation.servers import PASSWORD
from thoracite.retrieval.index.faiss_index import FaissIndex
from thoracite.retrieval.index.text_encoder import Vectors, normalise
from thoracite.retrieval.index.vector_index import VectorIndex

SIZE, DIMENSION = 600, 32


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return normalise(np.random.default_rng(7).normal(size=(SIZE, DIMENSION)))


@pytest.fixture(scope="module", params=["faiss", "faiss file", "faiss cells", "neo4j"])
def index(
    request: pytest.FixtureRequest, vectors: Vectors, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VectorIndex]:
    opened: VectorIndex
    if request.param == "neo4j":
        from thoracite.retrieval.index.neo4j_index import Neo4jIndex

        served = Neo4jIndex(request.getfixturevalue("neo4j_server").address, password=PASSWORD)
        served.load_vectors(vectors)
        opened = served
    else:
        opened = FaissIndex.build(vectors, exhaustive=request.param != "faiss cells")
    if request.param == "faiss file":
        path: Path = tmp_path_factory.mktemp("index") / "vectors.faiss"
        opened.write(path)
        opened = FaissIndex.open(path)
    yield opened
    opened.close()


def test_it_keeps_the_protocol(index: VectorIndex) -> None:
    assert isinstance(index, VectorIndex)
    assert (index.size, index.dimension) == (SIZE, DIMENSION)


def test_the_nearest_of_a_vector_is_itself(index: VectorIndex, vectors: Vectors) -> None:
    hits = index.search(vectors[:50], k=3)
    assert hits.ids[:, 0].tolist() == list(range(50))
    assert hits.scores[:, 0] == pytest.approx(np.ones(50), abs=2e-3)
    assert (hits.scores[:, 0] >= hits.scores[:, 1]).all()


def test_neighbours_are_those_of_plain_numpy(index: VectorIndex, vectors: Vectors) -> None:
    queries = normalise(np.random.default_rng(8).normal(size=(40, DIMENSION)))
    hits, products = index.search(queries, k=10), queries @ vectors.T
    wanted = np.argsort(-products, axis=1)[:, :10]
    recall = np.mean([len(set(found) & set(true)) / 10 for found, true in zip(hits.ids, wanted, strict=True)])
    assert recall > 0.95
    assert hits.scores == pytest.approx(np.take_along_axis(products, hits.ids, 1), abs=2e-3)


def test_more_neighbours_than_vectors(index: VectorIndex, vectors: Vectors) -> None:
    hits = index.search(vectors[:1], k=SIZE + 5)
    assert hits.ids.shape == (1, SIZE + 5)
    assert (hits.ids[0, -5:] == -1).all()
    assert np.isneginf(hits.scores[0, -5:]).all()


def test_no_query_has_no_neighbours(index: VectorIndex) -> None:
    assert index.search(np.empty((0, DIMENSION), dtype=np.float32), k=3).ids.shape == (0, 3)


def test_vectors_are_fetched_by_number(index: VectorIndex, vectors: Vectors) -> None:
    assert index.fetch([5, 2]) == pytest.approx(vectors[[5, 2]], abs=2e-3)
    assert index.fetch([]).shape == (0, DIMENSION)


@pytest.mark.parametrize(("shape", "k"), [((1, DIMENSION + 1), 3), ((DIMENSION,), 3), ((1, DIMENSION), 0)])
def test_what_cannot_be_asked_is_one_sentence(index: VectorIndex, shape: tuple[int, ...], k: int) -> None:
    with pytest.raises(UsageError, match=rf"expected at least 1, and the shape \(queries, {DIMENSION}\)"):
        index.search(np.ones(shape, dtype=np.float32), k)
