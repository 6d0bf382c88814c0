"""The shared part of the property-graph stores, ladybug and Neo4j: schema, and Cypher of the find methods.

The Cypher here runs unchanged on both: no ``type(r)``, no ``elementId``, no map projection, no ``CALL``.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from thoracite.errors import InputError
from thoracite.kg.assertions import Assertion, TripleFinder, merge_assertions, read_assertion
from thoracite.kg.rdf.nquads import ConceptRow, SourceRow, read_assertions, read_broader, read_nodes
from thoracite.kg.stores.store import GraphStatistics
from thoracite.kg.vocabulary import ASSERTION_FIELDS, edge_label, expand
from thoracite.types import Entity, Triple

_TYPES = {"name": "STRING", "text": "STRING", "count": "INT64", "number": "DOUBLE", "names": "STRING[]"}
EDGE_PROPERTIES = {"id": "STRING"} | {
    name: _TYPES[field.kind] for name, field in ASSERTION_FIELDS.items() if name not in ("subject", "object")
}
"""Properties of every edge and their types in ladybug."""

_FEW = 64
"""Most ends that are read edge by edge, which is three times faster; more are grouped and cut in the store."""

_END = ("id", "label", "kind", "codes")
_EDGE_LABEL = re.compile(r"[A-Z][A-Z0-9_]*")


def read_concepts(nquads: Path) -> Iterator[dict[str, Any]]:
    """Read rows of the ``Concept`` nodes, each with its wider concepts at any distance as ``broader``."""
    wider = read_broader(nquads)
    for node in read_nodes(nquads):
        if isinstance(node, ConceptRow):
            yield {**asdict(node), "broader": sorted(_climb(node.id, wider))}


def _climb(concept: str, wider: Mapping[str, Collection[str]]) -> set[str]:
    """All concepts above one, without itself, whatever circles there are."""
    above: set[str] = set()
    steps = list(wider.get(concept, ()))
    while steps:
        step = steps.pop()
        if step not in above and step != concept:
            above.add(step)
            steps.extend(wider.get(step, ()))
    return above


def read_sources(nquads: Path) -> Iterator[dict[str, Any]]:
    """Read rows of the ``Source`` nodes."""
    return (asdict(node) for node in read_nodes(nquads) if isinstance(node, SourceRow))


def read_edges(nquads: Path, concepts: Collection[str]) -> Iterator[tuple[str, Assertion]]:
    """Read edge label and assertion of every edge.

    Parameters
    ----------
    nquads : Path
        The build's N-Quads.
    concepts : collection of str
        CURIEs of existing nodes.

    Raises
    ------
    InputError
        If an assertion names a concept that the graph does not describe, or a relation that no edge label fits.
    """
    for row in read_assertions(nquads):
        for end in (row.subject, row.object):
            if end not in concepts:
                raise InputError(f"assertion {row.id} names {end}, which graph thxs:concepts of {nquads} lacks")
        label = edge_label(row.relation)
        if not _EDGE_LABEL.fullmatch(label):
            raise InputError(f"relation {row.relation} of assertion {row.id} makes no edge label; use letters and _")
        yield label, row


class PropertyGraph(TripleFinder):
    """Base class: the find methods in Cypher; a store adds the way to run a statement."""

    @abstractmethod
    def run(self, statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run one of the project's own statements and return its rows, by column name."""

    @abstractmethod
    def edge_labels(self) -> Collection[str]:
        """Return the labels of existing edges."""

    def find_entity(self, entity: str) -> Entity | None:
        """Return the concept with this CURIE.

        Raises
        ------
        InputError
            If the CURIE has an unknown prefix.
        """
        expand(entity)
        rows = self.run(_FIND_ENTITY, {"id": entity})
        return _entity(rows[0], "") if rows else None

    def read_triples(
        self,
        *,
        subjects: Collection[str] | None = None,
        relations: Collection[str] | None = None,
        objects: Collection[str] | None = None,
        limit: int = 1000,
    ) -> list[Triple]:
        """Read triples whose parts are among the given CURIEs (None: any), most supported first, then by their key."""
        labels: list[str] = []
        if relations is not None:
            known = set(self.edge_labels())
            labels = sorted(label for relation in relations if (label := edge_label(relation)) in known)
            if not labels:
                return []
        given = {"subjects": subjects, "objects": objects}
        parameters = {name: list(values) for name, values in given.items() if values is not None}
        few = bool(parameters) and all(len(values) <= _FEW for values in parameters.values())
        rows = self.run(_render_triples(labels, set(parameters), None if few else limit), parameters)
        entities = {end.id: end for row in rows for end in (_entity(row, "s_"), _entity(row, "o_"))}
        edges = ({**dict(edge), "subject": row["s_id"], "object": row["o_id"]} for row in rows for edge in row["edges"])
        return merge_assertions(map(read_assertion, edges), entities)[:limit]

    def export(self, nquads: Path) -> str:
        """Write concepts, sources and assertions as N-Quads, the same lines from every store; return their digest.

        Raises
        ------
        UsageError
            If the file cannot be written.
        """
        from thoracite.kg.rdf.export import write_export  # whoever only asks loads nothing that writes

        ends = ({**dict(row["edge"]), "subject": row["s"], "object": row["o"]} for row in self.run(_EXPORT_EDGES, {}))
        return write_export(
            nquads,
            concepts=(ConceptRow(**_filled(row)) for row in self.run(_EXPORT_CONCEPTS, {})),
            sources=(SourceRow(**_filled(row)) for row in self.run(_EXPORT_SOURCES, {})),
            assertions=map(read_assertion, ends),
        )

    def statistics(self) -> GraphStatistics:
        """Count the store's content."""
        counts = {name: self.run(statement, {})[0]["n"] for name, statement in _STATISTICS.items()}
        return GraphStatistics(**{name: int(count) for name, count in counts.items()})


_FIND_ENTITY = "MATCH (c:Concept {id: $id}) RETURN c.id AS id, c.label AS label, c.kind AS kind, c.codes AS codes"
_EXPORT_CONCEPTS = (
    "MATCH (c:Concept) RETURN c.id AS id, c.label AS label, c.kind AS kind, c.definition AS definition, "
    "c.codes AS codes, c.synonyms AS synonyms"
)
_EXPORT_SOURCES = "MATCH (s:Source) RETURN s.id AS id, s.title AS title, s.reference AS reference, s.licence AS licence"
_EXPORT_EDGES = "MATCH (s:Concept)-[r]->(o:Concept) RETURN s.id AS s, o.id AS o, r AS edge"
_STATISTICS = {
    "entities": "MATCH (c:Concept) RETURN count(c) AS n",
    "sources": "MATCH (s:Source) RETURN count(s) AS n",
    "assertions": "MATCH (:Concept)-[r]->(:Concept) RETURN count(r) AS n",
    "triples": (
        "MATCH (s:Concept)-[r]->(o:Concept) WITH DISTINCT s.id AS subject, r.relation AS relation, o.id AS object "
        "RETURN count(*) AS n"
    ),
}


def _render_triples(labels: Collection[str], given: Collection[str], limit: int | None) -> str:
    """Return assertions with both ends; without a limit edge by edge, with one grouped and cut in the store."""
    pattern = f"[r:{'|'.join(labels)}]" if labels else "[r]"
    filters = [f"{node}.id IN ${name}" for name, node in (("subjects", "s"), ("objects", "o")) if name in given]
    ends = ", ".join(f"{node}.{name} AS {node}_{name}" for node in "so" for name in _END)
    match = f"MATCH (s:Concept)-{pattern}->(o:Concept) " + (f"WHERE {' AND '.join(filters)} " if filters else "")
    if limit is None:
        return f"{match}RETURN {ends}, [r] AS edges"
    return (
        f"{match}WITH {ends}, r.relation AS relation, sum(r.support) AS total, collect(r) AS edges "
        f"RETURN {', '.join(f'{node}_{name}' for node in 'so' for name in _END)}, edges "
        f"ORDER BY total DESC, s_id, relation, o_id LIMIT {int(limit)}"
    )


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _entity(row: Mapping[str, Any], prefix: str) -> Entity:
    return Entity(
        id=row[prefix + "id"],
        label=row[prefix + "label"],
        kind=row[prefix + "kind"],
        codes=tuple(row[prefix + "codes"] or ()),
    )


def plain(value: Any) -> Any:
    """Turn a driver's value into plain JSON: nodes and edges as maps of their properties, numbers as numbers.

    Examples
    --------
    >>> plain({"_id": {"offset": 0, "table": 0}, "id": "thx:mass", "support": Decimal("3")})
    {'id': 'thx:mass', 'support': 3}
    """
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        if "_nodes" in value:  # a path of ladybug
            return {"nodes": plain(value["_nodes"]), "relationships": plain(value["_rels"])}
        return {name: plain(one) for name, one in value.items() if not name.startswith("_")}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "nodes") and hasattr(value, "relationships"):  # a path of Neo4j
        return {"nodes": plain(value.nodes), "relationships": plain(value.relationships)}
    return str(value)


__all__ = ["EDGE_PROPERTIES", "PropertyGraph", "plain", "read_concepts", "read_edges", "read_sources"]
