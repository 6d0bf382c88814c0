"""The index of a graph's triples: versioned with graph and encoder, mapped into memory, whole or not at all."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from thoracite.errors import StoreError
from thoracite.evaluation.servers import PASSWORD, Server
from thoracite.kg.stores.folder import find_nquads
from thoracite.kg.vocabulary import SUGGESTS
from thoracite.retrieval.index import triple_index as module
from thoracite.retrieval.index.text_encoder import TextEncoder, Vectors, load_text_encoder, normalise
from thoracite.retrieval.index.texts import list_triple_texts
from thoracite.retrieval.index.triple_index import build_index, find_folder, open_index


class Slow:
    """The bundled encoder, with a pause before each batch."""

    name = "slow"

    def __init__(self, seconds: float = 0.0) -> None:
        self._inner, self._seconds = load_text_encoder(), seconds
        self.dimension = self._inner.dimension

    def encode(self, texts: list[str]) -> Vectors:
        time.sleep(self._seconds)
        return self._inner.encode(texts)


class Turned(Slow):
    """Other weights under the same name."""

    def encode(self, texts: list[str]) -> Vectors:
        return normalise(self._inner.encode(texts)[:, ::-1])


@pytest.fixture(scope="module")
def graph(graph_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("indexed") / "graph"
    shutil.copytree(graph_folder, folder)
    return folder


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return load_text_encoder()


def test_a_missing_index_names_the_command_that_builds_it(graph: Path, encoder: TextEncoder) -> None:
    shutil.rmtree(find_folder(graph, encoder.name), ignore_errors=True)
    with pytest.raises(StoreError, match=rf"is missing; build it with `thoracite index triples --graph {graph}`"):
        open_index(graph, encoder)


def test_every_triple_is_found_by_its_own_text(graph: Path, encoder: TextEncoder) -> None:
    texts = list_triple_texts(find_nquads(graph))
    assert len({text.text for text in texts}) == len(texts) > 1000
    told: list[tuple[int, int | None]] = []
    shutil.rmtree(find_folder(graph, encoder.name), ignore_errors=True)
    with open_index(graph, encoder, build=True, progress=lambda _, done, total: told.append((done, total))) as index:
        assert len(index) == len(texts)
        assert told[-2] == (len(texts), len(texts))
        asked = texts[:: len(texts) // 50]
        for text, found in zip(asked, index.find([text.text for text in asked], k=3), strict=True):
            same = [one for one in found if one.score > found[0].score - 1e-3]
            assert text.keys in [one.keys for one in same]
            assert found[0].score == pytest.approx(1, abs=2e-3)


def test_narrowed_to_a_relation(graph: Path, encoder: TextEncoder) -> None:
    with open_index(graph, encoder, build=True) as index:
        narrow = index.narrow([SUGGESTS])
        assert 0 < len(narrow) < len(index)
        assert {key[1] for found in narrow.find(["pneumonia"], k=len(narrow)) for one in found for key in one.keys} == {
            SUGGESTS
        }


def test_an_index_of_another_graph_is_refused(graph: Path, encoder: TextEncoder) -> None:
    open_index(graph, encoder, build=True).close()
    path = find_folder(graph, encoder.name) / "manifest.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(facts | {"digest": "sha256:0"}), encoding="utf-8")
    with pytest.raises(StoreError, match="belongs to another build of the graph; build it with `thoracite index"):
        open_index(graph, encoder)
    open_index(graph, encoder, build=True).close()
    open_index(graph, encoder).close()


def test_other_weights_of_the_encoder_are_noticed(graph: Path) -> None:
    build_index(graph, Slow())
    with pytest.raises(StoreError, match=r"other weights of the encoder.*--text-encoder slow`"):
        open_index(graph, Turned())


@pytest.mark.parametrize("name", ["triples.faiss", "texts.jsonl", "manifest.json", "relations.npy"])
def test_a_damaged_index_is_refused(graph: Path, encoder: TextEncoder, name: str) -> None:
    open_index(graph, encoder, build=True).close()
    (find_folder(graph, encoder.name) / name).write_bytes(b"x")
    with pytest.raises(StoreError, match="is damaged; build it with"):
        open_index(graph, encoder)
    open_index(graph, encoder, build=True).close()


def test_a_build_that_is_killed_leaves_the_old_index(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_index(graph, Slow())
    folder = find_folder(graph, "slow")
    before = (folder / "triples.faiss").read_bytes()
    monkeypatch.setattr(module, "BATCH", 50)
    process = multiprocessing.get_context("fork").Process(target=build_index, args=(graph, Slow(0.5)))
    process.start()
    while not list(folder.parent.glob(".building-*/vectors.npy")):
        time.sleep(0.05)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert list(folder.parent.glob(".building-*"))
    assert (folder / "triples.faiss").read_bytes() == before
    open_index(graph, Slow()).close()
    build_index(graph, Slow())
    assert not list(folder.parent.glob(".building-*"))


def test_two_processes_find_the_same(graph: Path, encoder: TextEncoder) -> None:
    vectors = encoder.encode(["blunted angle", "air bronchogram"])
    with open_index(graph, encoder, build=True) as one, open_index(graph, encoder) as other:
        assert np.array_equal(one.search(vectors, 15).ids, other.search(vectors, 15).ids)


def test_neo4j_finds_what_faiss_finds(graph: Path, encoder: TextEncoder, neo4j_server: Server) -> None:
    from thoracite.retrieval.index.neo4j_index import Neo4jIndex, open_neo4j_index

    texts = list_triple_texts(find_nquads(graph))
    server = Neo4jIndex(neo4j_server.address, password=PASSWORD)
    server.load(texts, encoder, digest="sha256:1")
    server.close()
    queries = ["kerley b lines", "what suggests pneumothorax", "enlarged heart"]
    with (
        open_index(graph, encoder, build=True) as near,
        open_neo4j_index(neo4j_server.address, encoder, digest="sha256:1", password=PASSWORD) as far,
    ):
        for one, other in zip(near.find(queries, 10), far.find(queries, 10), strict=True):
            assert len({hit.text for hit in one} & {hit.text for hit in other}) >= 9
            assert one[0].keys == other[0].keys
        assert len(far.narrow([SUGGESTS])) == len(near.narrow([SUGGESTS]))
    with pytest.raises(StoreError, match=r"another build of the graph or another encoder; load it with `thoracite"):
        open_neo4j_index(neo4j_server.address, encoder, digest="sha256:2", password=PASSWORD)
