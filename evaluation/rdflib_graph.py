"""rdflib as a baseline: the same find methods and queries, over its own memory store and its own SPARQL engine.

Examples
--------
>>> graph = RdflibGraph.read(Path("tests/data/small_graph.nq"))           # doctest: +SKIP
>>> graph.find_neighbours(["thx:pleural_effusion"], hops=2)               # doctest: +SKIP
"""

from __future__ import annotations

import signal
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rdflib import Dataset, URIRef

from thoracite.kg.assertions import Assertion, TripleFinder, gather_fields, merge_assertions, read_assertion
from thoracite.kg.stores.sparql_bind import bind_parameters
from thoracite.kg.vocabulary import ASSERTION_FIELDS, expand
from thoracite.types import Entity, Triple

_FIELDS: dict[Any, str] = {URIRef(expand(field.predicate)): name for name, field in ASSERTION_FIELDS.items()}
_ENDS = {name: URIRef(expand(f"rdf:{name}")) for name in ("subject", "object")}


@contextmanager
def silence_rdflib() -> Iterator[None]:
    """Silence rdflib 7.6's warnings about its own methods, which it calls itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


@contextmanager
def end_after(limit_s: float) -> Iterator[None]:
    """Raise TimeoutError after some seconds of processor time; in the main thread."""

    def end(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class RdflibGraph(TripleFinder):
    """A graph in rdflib's memory.

    Parameters
    ----------
    dataset : Dataset
        The N-Quads of a build.
    entities : mapping of str to Entity
        Its concepts, by CURIE.
    """

    name = "rdflib"

    def __init__(self, dataset: Dataset, entities: Mapping[str, Entity]) -> None:
        self._dataset, self._entities = dataset, entities

    @classmethod
    def read(cls, nquads: Path) -> RdflibGraph:
        """Parse a build's N-Quads."""
        from thoracite.kg.rdf.nquads import ConceptRow, read_nodes

        dataset = Dataset()
        with silence_rdflib(), nquads.open("rb") as file:
            dataset.parse(file, format="nquads")
        nodes = (node for node in read_nodes(nquads) if isinstance(node, ConceptRow))
        described = (Entity(id=node.id, label=node.label, kind=node.kind, codes=tuple(node.codes)) for node in nodes)
        return cls(dataset, {entity.id: entity for entity in described})

    def read_triples(
        self,
        *,
        subjects: Collection[str] | None = None,
        relations: Collection[str] | None = None,
        objects: Collection[str] | None = None,
        limit: int = 1000,
    ) -> list[Triple]:
        """Read triples with some ends, by rdflib's indexes, which are faster than its SPARQL; one end must be given."""
        end, curies = ("subject", subjects) if subjects is not None else ("object", objects or ())
        with silence_rdflib():
            rows = [row for curie in curies for row in self._read_rows(end, curie)]
        among = {"subject": subjects, "relation": relations, "object": objects}
        kept = [
            row for row in rows if all(given is None or getattr(row, part) in given for part, given in among.items())
        ]
        return merge_assertions(kept, self._entities)[:limit]

    def _read_rows(self, end: str, curie: str) -> list[Assertion]:
        found = self._dataset.quads((None, _ENDS[end], URIRef(expand(curie)), None))
        return [self._read_assertion(node, graph) for node, _, _, graph in list(found)]

    def _read_assertion(self, node: Any, graph: Any) -> Assertion:
        quads = self._dataset.quads((node, None, None, graph))
        terms = ((_FIELDS[predicate], str(value)) for _, predicate, value, _ in quads if predicate in _FIELDS)
        return read_assertion(gather_fields([("id", str(node)), *terms]))

    def query(self, text: str, *, parameters: Mapping[str, Any] | None = None, limit_s: float = 10.0) -> int:
        """Count the rows of a SPARQL query.

        Raises
        ------
        TimeoutError
            After ``limit_s`` seconds of processor time.
        """
        bound = bind_parameters(text, parameters) if parameters else text
        with silence_rdflib(), end_after(limit_s):
            return len(list(self._dataset.query(bound)))


__all__ = ["RdflibGraph", "end_after", "silence_rdflib"]
