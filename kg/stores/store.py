"""The contract of every graph store.

Embedded: :mod:`thoracite.kg.stores.oxigraph` (SPARQL) and :mod:`thoracite.kg.stores.ladybug` (Cypher). Servers:
:mod:`thoracite.kg.stores.neo4j` (Cypher) and :mod:`thoracite.kg.stores.sparql_endpoint` (any SPARQL 1.1 endpoint).
All answer the same find methods with the same nouns; only :meth:`GraphStore.query` speaks the store's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from thoracite.types import Entity, Noun, Triple


class QueryResult(Noun):
    """Rows of a query.

    Parameters
    ----------
    columns : tuple of str
        Names of the selected variables.
    rows : tuple of tuple
        One value for each column; None where unbound. From an RDF store, terms are
        ``{"type": "uri"|"literal"|"bnode", "value": str, "datatype"?: str, "xml:lang"?: str}`` as in the
        SPARQL 1.1 Query Results JSON Format; from a property graph, plain JSON values.
    boolean : bool or None
        The answer of a SPARQL ASK.
    graph : bool
        Whether the rows are the triples of a SPARQL CONSTRUCT or DESCRIBE: subject, predicate, object.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    boolean: bool | None = None
    graph: bool = False


class GraphStatistics(Noun):
    """Numbers of a store's content.

    Parameters
    ----------
    entities : int
        Concepts, at least 0.
    triples : int
        Distinct triples (subject, relation, object), at least 0.
    assertions : int
        Assertions, each by one source at one place, at least 0.
    sources : int
        Sources, at least 0.
    """

    entities: int
    triples: int
    assertions: int
    sources: int


@runtime_checkable
class GraphStore(Protocol):
    """A graph of triples with provenance, read-only except for :meth:`load`."""

    name: str
    language: Literal["sparql", "cypher"]

    @property
    def digest(self) -> str:
        """Return the digest of the loaded graph's N-Quads, ``sha256:…``, the same in every store."""
        ...

    def load(self, nquads: Path) -> None:
        """Load a build's N-Quads; running it again changes nothing."""
        ...

    def find_entity(self, entity: str) -> Entity | None:
        """Return the concept with this CURIE."""
        ...

    def find_triples(
        self,
        *,
        subject: str | None = None,
        relation: str | None = None,
        object: str | None = None,
        limit: int = 1000,
    ) -> list[Triple]:
        """Find triples that match the given CURIEs, most supported first, all their provenance merged in."""
        ...

    def find_neighbours(
        self, seeds: Sequence[str], *, hops: int = 1, relations: Iterable[str] | None = None, limit: int = 1000
    ) -> list[Triple]:
        """Find triples within ``hops`` of the seeds in either direction, nearest and most supported first."""
        ...

    def find_paths(self, start: str, end: str, *, hops: int = 3, limit: int = 20) -> list[tuple[Triple, ...]]:
        """Find the shortest chains of triples between two concepts, in either direction."""
        ...

    def statistics(self) -> GraphStatistics:
        """Count the store's content."""
        ...

    def export(self, nquads: Path) -> str:
        """Write concepts, sources and assertions as N-Quads, the same lines from every store; return their digest."""
        ...

    def query(self, text: str, *, parameters: Mapping[str, Any] | None = None, limit_s: float = 10.0) -> QueryResult:
        """Answer a read-only query in the store's language.

        Raises
        ------
        StoreError
            For a syntax error, an update, anything that reaches outside the store, or the time limit.
        """
        ...

    def close(self) -> None:
        """Close files and connections."""
        ...


__all__ = ["GraphStatistics", "GraphStore", "QueryResult"]
