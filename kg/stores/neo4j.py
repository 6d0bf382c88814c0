"""Neo4j, one server (``bolt://``) or a cluster (``neo4j://``), through the official driver.

Nodes and edges carry their build. A build is loaded in batches under the labels ``LoadingConcept`` and
``LoadingSource``, which no reader queries; one transaction then gives its nodes the labels ``Concept`` and ``Source``
and takes them from the build before. An interrupted load resumes after its last batch.

References
----------
Neo4j Python Driver Manual 6; Neo4j Cypher Manual 5. https://neo4j.com/docs.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from neo4j import READ_ACCESS, GraphDatabase, ManagedTransaction, Query, RoutingControl
from neo4j.exceptions import AuthError, DriverError, Neo4jError, ServiceUnavailable

from thoracite.errors import StoreError, UsageError
from thoracite.kg.rdf.nquads import read_digest
from thoracite.kg.stores.cypher_guard import check_reading
from thoracite.kg.stores.cypher_text import read_statement, speak_neo4j
from thoracite.kg.stores.property_graph import PropertyGraph, plain, read_concepts, read_edges, read_sources
from thoracite.kg.stores.store import QueryResult

_BATCH = 5_000
_SCHEMA = (
    "CREATE CONSTRAINT thoracite_loading_concept IF NOT EXISTS "
    "FOR (n:LoadingConcept) REQUIRE (n.build, n.id) IS UNIQUE",
    "CREATE CONSTRAINT thoracite_loading_source IF NOT EXISTS FOR (n:LoadingSource) REQUIRE (n.build, n.id) IS UNIQUE",
    "CREATE CONSTRAINT thoracite_build IF NOT EXISTS FOR (b:Build) REQUIRE b.build IS UNIQUE",
    "CREATE INDEX thoracite_concept IF NOT EXISTS FOR (n:Concept) ON (n.id)",
    "CREATE INDEX thoracite_source IF NOT EXISTS FOR (n:Source) ON (n.id)",
    "CALL db.awaitIndexes(60)",
)
_ADD_NODES = (
    "UNWIND $rows AS row MERGE (n:Loading{label} {{build: $build, id: row.id}}) SET n += row RETURN count(n) AS n"
)
_ADD_EDGES = (
    "UNWIND $rows AS row MATCH (s:LoadingConcept {{build: $build, id: row.s}}) "
    "MATCH (o:LoadingConcept {{build: $build, id: row.o}}) "
    "MERGE (s)-[r:{label} {{build: $build, id: row.edge.id}}]->(o) SET r += row.edge RETURN count(r) AS n"
)
_SWITCH = (
    "MATCH (n:Concept) WHERE n.build IS NOT NULL REMOVE n:Concept SET n:Retired",
    "MATCH (n:Source) WHERE n.build IS NOT NULL REMOVE n:Source SET n:Retired",
    "MATCH (n:LoadingConcept {build: $build}) REMOVE n:LoadingConcept SET n:Concept",
    "MATCH (n:LoadingSource {build: $build}) REMOVE n:LoadingSource SET n:Source",
    "MATCH (b:Build) WHERE b.build <> $build DELETE b",
    "MATCH (b:Build {build: $build}) SET b.id = $digest, b.active = true",
)
_SWEEP = "MATCH (n:Retired|LoadingConcept|LoadingSource) WITH n LIMIT 10000 DETACH DELETE n RETURN count(*) AS n"


class Neo4jStore(PropertyGraph):
    """A graph store in Neo4j.

    Parameters
    ----------
    address : str
        ``bolt://host:7687`` or ``neo4j://host:7687``.
    user, password : str
        No authentication without a password.

    Raises
    ------
    UsageError
        If the address is invalid.
    StoreError
        If the server cannot be reached or refuses the password.
    """

    name = "neo4j"
    language: Literal["sparql", "cypher"] = "cypher"

    def __init__(self, address: str, *, user: str = "neo4j", password: str = "") -> None:
        self._address = address
        try:
            self._driver = GraphDatabase.driver(
                address,
                auth=(user, password) if password else None,
                connection_timeout=10,
                connection_acquisition_timeout=15,
                max_transaction_retry_time=5,
                notifications_min_severity="OFF",
            )
        except (DriverError, ValueError) as error:
            raise UsageError(f"{address} is not an address of Neo4j: {error}; expected bolt://host:7687") from error
        try:
            with self._saying():
                self._driver.verify_connectivity()
        except StoreError:
            self._driver.close()
            raise

    @property
    def digest(self) -> str:
        """Return the digest of the active build, ``sha256:…``; ``none`` before anything is loaded."""
        rows = self.run("MATCH (b:Build {active: true}) RETURN b.id AS id", {})
        return str(rows[0]["id"]) if rows else "none"

    @cached_property
    def version(self) -> str:
        """Return the server's name and version: ``Neo4j/5.26.30``."""
        with self._saying():
            return str(self._driver.get_server_info().agent)

    def load(self, nquads: Path) -> None:
        """Load a build's N-Quads in batches; running it again changes nothing.

        Raises
        ------
        StoreError
            If the server fails meanwhile, or another load interferes; the active build stays unchanged.
        InputError
            If the file is not a graph of the form of decision 1.
        """
        digest = read_digest(nquads)
        if digest == self.digest:
            return
        build = digest.removeprefix("sha256:")[:12]
        with self._saying(), self._driver.session() as session:
            for statement in _SCHEMA:
                session.run(statement).consume()
            progress = "MERGE (b:Build {build: $build}) ON CREATE SET b.done = 0 RETURN b.done AS n"
            done = session.execute_write(lambda tx: tx.run(progress, build=build).single(strict=True)["n"])
            total = 0
            for batch in _read_batches(nquads):
                total += len(batch)
                if total > done:
                    session.execute_write(_add_batch, batch, build, total)
            session.execute_write(_switch, build, digest, total)
            while session.execute_write(lambda tx: tx.run(_SWEEP).single(strict=True)["n"]):
                pass

    def edge_labels(self) -> Collection[str]:
        """Return the labels of existing edges."""
        rows = self.run("CALL db.relationshipTypes() YIELD relationshipType AS label RETURN label", {})
        return [str(row["label"]) for row in rows]

    def run(self, statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run one of the project's own statements and return its rows, by column name."""
        with self._saying():
            answer = self._driver.execute_query(statement, dict(parameters), routing_=RoutingControl.READ)
        return [dict(zip(record.keys(), record.values(), strict=True)) for record in answer.records]

    def query(self, text: str, *, parameters: Mapping[str, Any] | None = None, limit_s: float = 10.0) -> QueryResult:
        """Answer one reading Cypher statement.

        Raises
        ------
        StoreError
            For a syntax error, anything but reading, or the time limit.
        """
        given = dict(parameters or {})
        statement = read_statement(text)
        check_reading(statement.text, given)
        asked = speak_neo4j(statement, self.version)
        end = time.monotonic() + limit_s
        with self._saying(limit_s), self._driver.session(default_access_mode=READ_ACCESS) as session:
            answer = session.run(Query(asked, timeout=limit_s), given)
            rows = []
            for record in answer:
                rows.append(tuple(plain(value) for value in record.values()))
                if time.monotonic() > end:
                    raise StoreError(_too_long(limit_s))
            return QueryResult(columns=tuple(answer.keys()), rows=tuple(rows))

    @contextmanager
    def _saying(self, limit_s: float = 0.0) -> Iterator[None]:
        """Turn the driver's errors into sentences."""
        try:
            yield
        except AuthError as error:
            raise StoreError(
                f"{self._address} refused the user or the password; set store_user and store_password"
            ) from error
        except ServiceUnavailable as error:
            raise StoreError(f"{self._address} cannot be reached; is the server running?") from error
        except Neo4jError as error:
            if "TransactionTimedOut" in (error.code or ""):
                raise StoreError(_too_long(limit_s)) from error
            raise StoreError(f"{self._address} refused the query: {_first_line(error.message)}") from error
        except (DriverError, OSError) as error:
            raise StoreError(f"{self._address} failed: {_first_line(str(error))}; is the server running?") from error

    def close(self) -> None:
        """Close the connections."""
        self._driver.close()


def _read_batches(nquads: Path) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    concepts: set[str] = set()

    def read() -> Iterator[tuple[str, dict[str, Any]]]:
        for concept in read_concepts(nquads):
            concepts.add(concept["id"])
            yield "Concept", concept
        yield from (("Source", source) for source in read_sources(nquads))
        for label, row in read_edges(nquads, concepts):
            edge = asdict(row)
            yield label, {"s": edge.pop("subject"), "o": edge.pop("object"), "edge": edge}

    rows = read()
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _add_batch(tx: ManagedTransaction, batch: list[tuple[str, dict[str, Any]]], build: str, total: int) -> None:
    by_label: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for label, row in batch:
        by_label[label].append(row)
    added = 0
    for label, rows in by_label.items():
        statement = _ADD_NODES if label in ("Concept", "Source") else _ADD_EDGES
        added += tx.run(statement.format(label=label), rows=rows, build=build).single(strict=True)["n"]
    noted = tx.run("MATCH (b:Build {build: $build}) SET b.done = $total RETURN b", build=build, total=total).single()
    if added != len(batch) or noted is None:
        raise StoreError(f"another load interfered with build {build}; nothing was switched, load once more")


def _switch(tx: ManagedTransaction, build: str, digest: str, total: int) -> None:
    tx.run("MATCH (b:Build) SET b.done = b.done").consume()  # locks: one switch after the other
    builds = tx.run("MATCH (b:Build {build: $build}) RETURN b.active AS active", build=build).values()
    if builds == [[True]]:
        return  # another load of the same build was first
    nodes = "MATCH (n:LoadingConcept|LoadingSource {build: $build}) RETURN count(n) AS n"
    edges = "MATCH (:LoadingConcept {build: $build})-[r {build: $build}]->() RETURN count(r) AS n"
    staged = sum(tx.run(count, build=build).single(strict=True)["n"] for count in (nodes, edges))
    if staged != total or not builds:
        tx.run("MATCH (b:Build {build: $build}) SET b.done = 0", build=build).consume()
        raise StoreError(
            f"build {build} has {staged} of {total} nodes and edges on the server, as if something else changed them; "
            "nothing was switched, load once more"
        )
    for statement in _SWITCH:
        tx.run(statement, build=build, digest=digest).consume()


def _too_long(limit_s: float) -> str:
    return f"the query took longer than {limit_s:g} s; narrow it, or raise query_limit_s"


def _first_line(text: str | None) -> str:
    return (text or "no reason given").strip().split("\n", 1)[0].rstrip(".")


__all__ = ["Neo4jStore"]
