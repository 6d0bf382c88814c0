"""The graph for users of LlamaIndex: a ``PropertyGraphStore`` over ladybug or Neo4j, and a retriever without a model.

All queries are Cypher that runs on both stores; APOC is not needed. The graph is read-only: a build makes it, with a
source for every triple, so that writing is refused with a sentence on how to add triples.

References
----------
LlamaIndex 0.14, ``llama_index.core.graph_stores.types.PropertyGraphStore``.

Examples
--------
>>> store = ThoraciteGraphStore.open()
>>> [node.name for node in store.get(ids=["thx:pneumothorax", "Air bronchogram"])]
['air bronchogram', 'pneumothorax']
>>> subject, relation, object = store.get_triplets(entity_names=["deep sulcus sign"])[0]
>>> subject.name, relation.label, object.name
('deep sulcus sign', 'SUGGESTIVE_OF', 'pneumothorax')
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from thoracite.errors import StoreError, UsageError
from thoracite.kg.stores.property_graph import EDGE_PROPERTIES, PropertyGraph
from thoracite.kg.stores.store import GraphStore
from thoracite.kg.vocabulary import edge_label
from thoracite.retrieval.retriever import Retriever
from thoracite.settings import Settings
from thoracite.types import Triple

try:
    from llama_index.core.graph_stores.types import EntityNode, LabelledNode, PropertyGraphStore, Relation, Triplet
    from llama_index.core.indices.property_graph import BasePGRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
    from llama_index.core.vector_stores.types import VectorStoreQuery
except ImportError as error:  # pragma: no cover - an install without the extra
    raise UsageError("LlamaIndex is not installed; run pip install 'thoracite[llama-index]'") from error

MOST = 1_000
"""Most triples that one look-up returns."""

_PROPERTIES = ("id", "label", "kind", "definition", "codes", "synonyms")
_CONCEPTS = "MATCH (c:Concept) RETURN " + ", ".join(f"c.{name} AS {name}" for name in _PROPERTIES)
_PATTERNS = (
    "MATCH (s:Concept)-[r]->(o:Concept) RETURN s.kind AS subject, r.relation AS relation, o.kind AS object, "
    "count(r) AS n ORDER BY n DESC, subject, relation, object"
)


class Concept(EntityNode):
    """A concept of the graph: its CURIE is the id, its label the name, its kind the label."""

    @property
    def id(self) -> str:
        """Return the CURIE, such as ``thx:pneumothorax``."""
        return str(self.properties["id"])


class ThoraciteGraphStore(PropertyGraphStore):
    """The graph as a LlamaIndex property graph.

    Parameters
    ----------
    store : GraphStore
        A store that speaks Cypher: ladybug or Neo4j.
    limit_s : float
        Time limit of a structured query, in seconds.

    Raises
    ------
    UsageError
        If the store speaks SPARQL.
    """

    supports_structured_queries = True
    supports_vector_queries = False

    def __init__(self, store: GraphStore, *, limit_s: float = 10.0) -> None:
        if not isinstance(store, PropertyGraph):
            raise UsageError(
                f"LlamaIndex asks in Cypher, and store {store.name} speaks {store.language}; use 'embedded' or neo4j://…"
            )
        self._store, self._limit_s = store, limit_s

    @classmethod
    def open(cls, settings: Settings | None = None) -> ThoraciteGraphStore:
        """Open the graph of the settings; build the embedded one where there is none.

        Raises
        ------
        UsageError
            If the settings name a SPARQL endpoint.
        StoreError
            If the store is damaged or cannot be reached.
        """
        from thoracite.kg.graph import ensure_graph, open_store

        settings = settings or Settings.read()
        if settings.store == "embedded":
            ensure_graph(settings.graph)
        return cls(open_store(settings, language="cypher"), limit_s=settings.query_limit_s)

    @property
    def client(self) -> GraphStore:
        """Return the underlying store, whose find methods keep provenance."""
        return self._store

    def get(self, properties: dict[str, Any] | None = None, ids: list[str] | None = None) -> list[LabelledNode]:
        """Return concepts with one of the properties, or one of the names; all concepts if neither is given.

        Parameters
        ----------
        properties : dict or None
            ``kind``, ``label``, ``definition``, ``id``, or one of the ``codes`` or ``synonyms``; one match suffices.
        ids : list of str or None
            CURIEs, labels or synonyms in any case: LlamaIndex's synonym retriever looks up names.
        """
        curies = sorted(self._find_ids(ids)) if ids else self._nodes
        nodes = (self._nodes[curie] for curie in curies)
        return [node for node in nodes if not properties or _has_any(node.properties, properties)]

    def get_triplets(
        self,
        entity_names: list[str] | None = None,
        relation_names: list[str] | None = None,
        properties: dict[str, Any] | None = None,
        ids: list[str] | None = None,
    ) -> list[Triplet]:
        """Return triples that meet all conditions, most supported first, at most :data:`MOST`; none without conditions.

        Parameters
        ----------
        entity_names, ids : list of str or None
            Names or CURIEs; one of them must be an end.
        relation_names : list of str or None
            Edge labels such as ``SUGGESTIVE_OF``.
        properties : dict or None
            Properties of either end or of the relation; one match suffices.
        """
        if not any((entity_names, relation_names, properties, ids)):
            return []
        ends = [self._find_ids(given) for given in (entity_names, ids) if given]
        among = set.intersection(*ends) if ends else None
        triplets = map(self._render_triplet, self._find_triples(among, relation_names))
        return [
            triplet
            for triplet in triplets
            if not properties or any(_has_any(p.properties, properties) for p in triplet)
        ][:MOST]

    def get_rel_map(
        self,
        graph_nodes: list[LabelledNode],
        depth: int = 2,
        limit: int = 30,
        ignore_rels: list[str] | None = None,
    ) -> list[Triplet]:
        """Return triples within ``depth`` of some concepts in either direction, nearest and most supported first.

        Parameters
        ----------
        graph_nodes : list of LabelledNode
            Nodes from :meth:`get`.
        depth, limit : int
            Most steps of the walk, and most triples.
        ignore_rels : list of str or None
            Edge labels to leave out.
        """
        relations = [relation for relation in self._relations if edge_label(relation) not in (ignore_rels or ())]
        seeds = sorted(self._find_ids([node.id for node in graph_nodes]))
        found = self._store.find_neighbours(seeds, hops=depth, relations=relations, limit=limit) if seeds else []
        return [self._render_triplet(triple) for triple in found]

    def structured_query(self, query: str, param_map: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one reading Cypher statement and return its rows, by column.

        Raises
        ------
        StoreError
            For a syntax error, an update, anything that reaches outside the store, or the time limit.
        """
        answer = self._store.query(query, parameters=param_map or {}, limit_s=self._limit_s)
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]

    def get_schema(self, refresh: bool = False) -> dict[str, Any]:
        """Return properties of nodes and edges, and the kinds of concepts that each relation joins, counted."""
        if refresh:
            self.__dict__.pop("_schema", None)
        return self._schema

    def get_schema_str(self, refresh: bool = False) -> str:
        """Return the schema in words, for a model that writes Cypher."""
        schema = self.get_schema(refresh)
        patterns = (
            f"(:Concept {{kind: '{row['subject']}'}})-[:{edge_label(row['relation'])}]->"
            f"(:Concept {{kind: '{row['object']}'}}) {row['n']} times"
            for row in schema["patterns"]
        )
        return "\n".join(
            [
                f"Nodes: (:Concept {{{', '.join(schema['node_properties'])}}}); id is a CURIE like 'thx:pneumothorax'.",
                f"Edges, one a source: [{{{', '.join(schema['edge_properties'])}}}].",
                "Patterns:",
                *patterns,
            ]
        )

    def upsert_nodes(self, nodes: Sequence[LabelledNode]) -> None:
        """Refuse: see the module."""
        raise StoreError(f"{len(nodes)} nodes are not written: {_READ}")

    def upsert_relations(self, relations: list[Relation]) -> None:
        """Refuse: see the module."""
        raise StoreError(f"{len(relations)} relations are not written: {_READ}")

    def delete(
        self,
        entity_names: list[str] | None = None,
        relation_names: list[str] | None = None,
        properties: dict[str, Any] | None = None,
        ids: list[str] | None = None,
    ) -> None:
        """Refuse: see the module."""
        given = [value for value in (entity_names, relation_names, properties, ids) if value]
        raise StoreError(f"what matches {given} is not deleted: {_READ}")

    def vector_query(
        self,
        query: VectorStoreQuery,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> tuple[list[LabelledNode], list[float]]:
        """Refuse: the graph holds no vectors."""
        raise StoreError("the graph holds no vectors; give PropertyGraphIndex a vector_store, or use ConceptRetriever")

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    @cached_property
    def _nodes(self) -> dict[str, Concept]:
        rows = sorted(self._store.run(_CONCEPTS, {}), key=lambda row: str(row["id"]))
        return {row["id"]: Concept(name=row["label"], label=row["kind"], properties=row) for row in rows}

    @cached_property
    def _named(self) -> Mapping[str, set[str]]:
        """Return CURIEs by name in lower case."""
        named: defaultdict[str, set[str]] = defaultdict(set)
        for curie, node in self._nodes.items():
            for name in (curie, node.name, *(node.properties["synonyms"] or ())):
                named[name.lower()].add(curie)
        return named

    @cached_property
    def _schema(self) -> dict[str, Any]:
        return {
            "node_properties": list(_PROPERTIES),
            "edge_properties": list(EDGE_PROPERTIES),
            "patterns": self._store.run(_PATTERNS, {}),
        }

    @property
    def _relations(self) -> list[str]:
        return sorted({row["relation"] for row in self._schema["patterns"]})

    def _find_ids(self, names: Iterable[str]) -> set[str]:
        return {curie for name in names for curie in self._named.get(name.lower(), ())}

    def _find_triples(self, ends: Collection[str] | None, labels: Collection[str] | None) -> list[Triple]:
        relations = [one for one in self._relations if edge_label(one) in labels] if labels else None
        if ends is None:
            return self._store.read_triples(relations=relations, limit=MOST)
        return self._store.find_neighbours(sorted(ends), hops=1, relations=relations, limit=MOST)

    def _render_triplet(self, triple: Triple) -> Triplet:
        relation = Relation(
            label=edge_label(triple.relation.id),
            source_id=triple.subject.id,
            target_id=triple.object.id,
            properties=triple.model_dump(mode="json", exclude={"subject", "object"}),
        )
        return self._nodes[triple.subject.id], relation, self._nodes[triple.object.id]


class ConceptRetriever(BasePGRetriever):
    """Triples on the concepts that a question names, without language model and vectors.

    Parameters
    ----------
    graph_store : ThoraciteGraphStore
        The graph.
    limit : int
        Most triples.
    """

    def __init__(self, graph_store: ThoraciteGraphStore, *, limit: int = 12) -> None:
        super().__init__(graph_store=graph_store, include_text=False)
        self._retriever, self._limit = Retriever(store=graph_store.client), limit

    def retrieve_from_graph(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Return triples as short sentences, with sources and licences as metadata.

        Returns
        -------
        list of NodeWithScore
            Best first; empty where the question names no concept of the graph.
        """
        found = self._retriever.search_entities(self._retriever.find_entities(query_bundle.query_str))
        return [
            NodeWithScore(node=_render_text(scored.triple), score=scored.score)
            for scored in found.triples[: self._limit]
        ]

    async def aretrieve_from_graph(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Retrieve at once; the embedded graph answers faster than a task can be switched."""
        return self.retrieve_from_graph(query_bundle)


def _render_text(triple: Triple) -> TextNode:
    return TextNode(
        text=f"{triple.subject.label} {triple.relation.label} {triple.object.label}",
        metadata={
            "triple": " ".join(triple.key),
            "support": triple.support,
            "sources": [f"{one.source}, {one.locator} ({one.licence})" for one in triple.provenance],
        },
    )


def _has_any(properties: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    held = ((properties.get(name), value) for name, value in wanted.items())
    return any(value in one if isinstance(one, list) else one == value for one, value in held)


_READ = "the graph is made by a build, with a source behind every triple; add yours with `thoracite build --add FILE`"

__all__ = ["MOST", "Concept", "ConceptRetriever", "ThoraciteGraphStore"]
