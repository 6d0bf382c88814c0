"""Vectors in Neo4j, for graphs that one machine does not hold: its own vector index, an HNSW graph of Lucene.

Each text is a node ``TripleText`` with its number, triples and vector. A load writes in batches, and the node
``TripleIndex`` that readers ask for comes last: a load that dies leaves no index that answers. ``CYPHER 5`` stands
before the query, since later languages of Neo4j put ``SEARCH`` in the place of ``db.index.vector.queryNodes``.

References
----------
Neo4j Cypher Manual 5, vector indexes. https://neo4j.com/docs/cypher-manual/5/indexes/semantic-indexes/vector-indexes/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from thoracite.errors import StoreError, UsageError
from thoracite.kg.graph import open_store
from thoracite.progress import Progress, tell_nobody
from thoracite.retrieval.index.faiss_index import check_query
from thoracite.retrieval.index.text_encoder import TextEncoder, Vectors, normalise
from thoracite.retrieval.index.texts import TripleText, list_triple_texts
from thoracite.retrieval.index.triple_index import TripleIndex
from thoracite.retrieval.index.vector_index import Hits
from thoracite.settings import Settings

NAME = "thoracite_triple_texts"
"""Name of the index on the server."""

BATCH = 1000
"""Texts of one transaction."""

WIDER = 4
"""The approximate search asks for so many times the wanted neighbours, and keeps the best."""

_SEARCH = (
    "CYPHER 5 UNWIND $queries AS query "
    f"CALL db.index.vector.queryNodes('{NAME}', $k, query.vector) YIELD node, score "
    "RETURN query.number AS query, node.number AS number, score"
)
_ADD = (
    "UNWIND $rows AS row CREATE (n:TripleText {number: row.number, text: row.text, relation: row.relation, "
    "keys: row.keys}) WITH n, row CALL db.create.setNodeVectorProperty(n, 'vector', row.vector)"
)
_CREATE = (
    f"CREATE VECTOR INDEX {NAME} FOR (n:TripleText) ON (n.vector) OPTIONS {{indexConfig: "
    "{`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine', `vector.quantization.enabled`: false}}"
)
_CLEAR = "MATCH (n:TripleIndex|TripleText) WITH n LIMIT 10000 DETACH DELETE n RETURN count(*) AS n"
_FINISH = (
    "CREATE (:TripleIndex {digest: $digest, encoder: $encoder, dimension: $dimension, size: $size, format: $format})"
)
_FORMAT = 1


class Neo4jIndex:
    """A vector index on a server.

    Parameters
    ----------
    address : str
        ``bolt://host:7687`` or ``neo4j://host:7687``.
    user, password : str
        No authentication without a password.

    Raises
    ------
    StoreError
        If the server cannot be reached, or refuses the password.
    """

    def __init__(self, address: str, *, user: str = "neo4j", password: str = "") -> None:
        self._address = address
        try:
            self._driver = GraphDatabase.driver(
                address,
                auth=(user, password) if password else None,
                connection_timeout=10,
                notifications_min_severity="OFF",
            )
        except (DriverError, ValueError) as error:
            raise UsageError(f"{address} is not an address of Neo4j: {error}; expected bolt://host:7687") from error

    def load(
        self,
        texts: Sequence[TripleText],
        encoder: TextEncoder,
        *,
        digest: str,
        progress: Progress = tell_nobody,
    ) -> None:
        """Put texts in the place of what the server holds.

        Parameters
        ----------
        texts : sequence of TripleText
            From :func:`thoracite.retrieval.index.texts.list_triple_texts`.
        encoder : TextEncoder
            Encoder of the texts.
        digest : str
            Digest of their graph.
        progress : Progress
            Called after each batch.
        """
        self._begin(encoder.dimension)
        for first in range(0, len(texts), BATCH):
            part = texts[first : first + BATCH]
            vectors = encoder.encode([text.text for text in part])
            self._add(part, vectors, first)
            progress("triples encoded and loaded", first + len(part), len(texts))
        self._finish(len(texts), encoder.dimension, digest=digest, encoder=encoder.name)

    def load_vectors(self, vectors: Vectors) -> None:
        """Put vectors without texts in the place of what the server holds."""
        self._begin(vectors.shape[1])
        for first in range(0, len(vectors), BATCH):
            part = vectors[first : first + BATCH]
            texts = [TripleText("", (("", "", ""),))] * len(part)
            self._add(texts, part, first)
        self._finish(len(vectors), vectors.shape[1], digest="none", encoder="none")

    def _begin(self, dimension: int) -> None:
        self.__dict__.pop("facts", None)
        self._run(f"DROP INDEX {NAME} IF EXISTS")
        while self._run(_CLEAR)[0]["n"]:
            pass
        self._run("CREATE CONSTRAINT thoracite_triple_text IF NOT EXISTS FOR (n:TripleText) REQUIRE n.number IS UNIQUE")
        self._run("CREATE INDEX thoracite_triple_relation IF NOT EXISTS FOR (n:TripleText) ON (n.relation)")
        self._run(_CREATE, dimension=dimension)

    def _add(self, texts: Sequence[TripleText], vectors: Vectors, first: int) -> None:
        rows = [
            {
                "number": number,
                "text": text.text,
                "relation": text.relation,
                "keys": json.dumps(text.keys),
                "vector": vector.tolist(),
            }
            for number, text, vector in zip(count(first), texts, vectors, strict=False)
        ]
        self._run(_ADD, rows=rows)

    def _finish(self, size: int, dimension: int, *, digest: str, encoder: str) -> None:
        self._run("CALL db.awaitIndexes(600)")
        self._run(_FINISH, size=size, dimension=dimension, digest=digest, encoder=encoder, format=_FORMAT)
        self.__dict__.pop("facts", None)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Return what was loaded: ``size``, ``dimension``, ``digest`` of the graph, and name of the ``encoder``.

        Raises
        ------
        StoreError
            If the server holds no index that was loaded to its end.
        """
        rows = self._run("MATCH (n:TripleIndex) RETURN properties(n) AS facts")
        if not rows or rows[0]["facts"].get("format") != _FORMAT:
            raise StoreError(
                f"{self._address} holds no index of triples; load it with `thoracite index triples --store "
                f"{self._address}`"
            )
        found: dict[str, Any] = rows[0]["facts"]
        return found

    @property
    def size(self) -> int:
        """Return the number of vectors."""
        return int(self.facts["size"])

    @property
    def dimension(self) -> int:
        """Return the length of each vector."""
        return int(self.facts["dimension"])

    def search(self, vectors: Vectors, k: int) -> Hits:
        """Find about the ``k`` nearest vectors of each query; see :data:`WIDER`.

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
        StoreError
            If the server does not answer.
        """
        check_query(vectors, k, self.dimension)
        asked = [
            {"number": row, "vector": vector.tolist()} for row, vector in enumerate(vectors) if float(vector @ vector)
        ]
        found: list[list[tuple[float, int]]] = [[] for _ in vectors]
        for row in self._run(_SEARCH, queries=asked, k=WIDER * k) if asked and self.size else []:
            found[row["query"]].append(
                (2 * float(row["score"]) - 1, int(row["number"]))
            )  # Lucene's is (1 + cosine) / 2
        scores = np.full((len(vectors), k), -np.inf, dtype=np.float32)
        ids = np.full((len(vectors), k), -1, dtype=np.int64)
        for at, hits in enumerate(found):
            for place, (score, number) in enumerate(sorted(hits, key=lambda hit: (-hit[0], hit[1]))[:k]):
                scores[at, place], ids[at, place] = score, number
        return Hits.sort(scores, ids)

    def fetch(self, ids: Sequence[int] | npt.NDArray[np.int64]) -> Vectors:
        """Return the vectors with these numbers, as the index keeps them."""
        wanted = [int(number) for number in ids]
        if not wanted:
            return np.empty((0, self.dimension), dtype=np.float32)
        rows = self._run(
            "MATCH (n:TripleText) WHERE n.number IN $wanted RETURN n.number AS number, n.vector AS vector",
            wanted=wanted,
        )
        vectors = {row["number"]: row["vector"] for row in rows}
        return normalise([vectors[number] for number in wanted])

    def find_texts(self, numbers: Sequence[int]) -> dict[int, TripleText]:
        """Return texts by their numbers."""
        rows = self._run(
            "MATCH (n:TripleText) WHERE n.number IN $numbers RETURN n.number AS number, n.text AS text, n.keys AS keys",
            numbers=list(numbers),
        )
        return {row["number"]: TripleText(row["text"], tuple(map(tuple, json.loads(row["keys"])))) for row in rows}

    def find_related(self, relations: Iterable[str]) -> npt.NDArray[np.int64]:
        """Return the numbers of the texts with one of these relations."""
        rows = self._run(
            "MATCH (n:TripleText) WHERE n.relation IN $relations RETURN n.number AS number ORDER BY number",
            relations=list(relations),
        )
        return np.array([row["number"] for row in rows], dtype=np.int64)

    def close(self) -> None:
        """Close the connections."""
        self._driver.close()

    def _run(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        with self._saying(), self._driver.session() as session:
            return [dict(row) for row in session.run(statement, parameters)]

    @contextmanager
    def _saying(self) -> Iterator[None]:
        try:
            yield
        except (DriverError, Neo4jError) as error:
            reason = " ".join(str(error).split())[:200]
            raise StoreError(f"Neo4j at {self._address} did not answer the vector index: {reason}") from error


class ServedTexts:
    """Texts on a server, by number.

    Parameters
    ----------
    index : Neo4jIndex
        Where they are.
    """

    def __init__(self, index: Neo4jIndex) -> None:
        self._index = index

    def __len__(self) -> int:
        return self._index.size

    def __getitem__(self, number: int, /) -> TripleText:
        if (found := self._index.find_texts([number]).get(number)) is None:
            raise IndexError(number)
        return found

    def find_related(self, relations: Iterable[str]) -> npt.NDArray[np.int64]:
        """Return the numbers of the texts with one of these relations."""
        return self._index.find_related(relations)


def index_store(settings: Settings, encoder: TextEncoder, *, progress: Progress = tell_nobody) -> int:
    """Index the triples of a Neo4j's graph in the same Neo4j; return the number of texts.

    Parameters
    ----------
    settings : Settings
        ``store`` is the address.
    encoder : TextEncoder
        Encoder of the texts.
    progress : Progress
        Called after each batch.

    Raises
    ------
    UsageError
        If the store is no Neo4j.
    StoreError
        If the server does not answer.
    """
    with closing(open_store(settings)) as store, TemporaryDirectory(prefix="thoracite-index-") as place:
        if store.name != "neo4j":
            raise UsageError(f"{settings.store} has no vector index; expected neo4j://… or bolt://…, or 'embedded'")
        nquads = Path(place) / "graph.nq"
        store.export(nquads)
        texts, digest = list_triple_texts(nquads), store.digest
    password = settings.store_password.get_secret_value()
    with closing(Neo4jIndex(settings.store, user=settings.store_user, password=password)) as index:
        index.load(texts, encoder, digest=digest, progress=progress)
    return len(texts)


def open_neo4j_index(
    address: str, encoder: TextEncoder, *, digest: str, user: str = "neo4j", password: str = ""
) -> TripleIndex:
    """Open the index of triples on a server.

    Parameters
    ----------
    address : str
        ``bolt://host:7687`` or ``neo4j://host:7687``.
    encoder : TextEncoder
        The encoder that it was loaded with.
    digest : str
        Digest of the graph, :attr:`thoracite.kg.stores.store.GraphStore.digest`.
    user, password : str
        No authentication without a password.

    Raises
    ------
    StoreError
        If there is none, or it is of another graph or encoder; the sentence names the command that loads it.
    """
    index = Neo4jIndex(address, user=user, password=password)
    try:
        if (index.facts["digest"], index.facts["encoder"]) != (digest, encoder.name):
            raise StoreError(
                f"the index of triples at {address} belongs to another build of the graph or another encoder; load it "
                f"with `thoracite index triples --store {address} --text-encoder {encoder.name}`"
            )
    except StoreError:
        index.close()
        raise
    return TripleIndex(index, ServedTexts(index), encoder, digest=digest)


__all__ = ["BATCH", "NAME", "WIDER", "Neo4jIndex", "ServedTexts", "index_store", "open_neo4j_index"]
