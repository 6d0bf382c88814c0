"""The concepts of a built graph by all their names, your own among them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from thoracite.kg.concepts import Concept
from thoracite.kg.stores.sparql import PROLOGUE
from thoracite.kg.stores.store import GraphStore
from thoracite.kg.vocabulary import CONVERTER
from thoracite.types import Entity

_QUERIES = {
    "sparql": PROLOGUE
    + "SELECT ?id ?kind ?part ?value WHERE { GRAPH thxs:concepts { ?id thx:kind ?kind ; ?part ?value } "
    "VALUES ?part { rdfs:label skos:altLabel skos:notation } FILTER(?kind != 'mention') }",
    "cypher": "MATCH (c:Concept) WHERE c.kind <> 'mention' "
    "RETURN c.id AS id, c.kind AS kind, c.label AS label, c.synonyms AS synonyms, c.codes AS codes",
}


def read_graph_concepts(store: GraphStore, *, limit_s: float = 30.0) -> tuple[Concept, ...]:
    """Read the concepts of a store with labels, synonyms and codes; bare words of reports are left out.

    Parameters
    ----------
    store : GraphStore
        Any store of the graph.
    limit_s : float
        Time limit in seconds.

    Raises
    ------
    StoreError
        If the store does not answer.
    """
    answer = store.query(_QUERIES[store.language], limit_s=limit_s)
    if store.language == "cypher":
        return tuple(_make(*row) for row in sorted(answer.rows))
    parts: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in answer.rows:
        concept, kind, part, value = (term["value"] for term in row)
        parts[concept, kind][part.rsplit("#", 1)[-1]].append(value)
    return tuple(
        _make(CONVERTER.compress(iri) or iri, kind, min(found["label"]), found["altLabel"], found["notation"])
        for (iri, kind), found in sorted(parts.items())
        if found["label"]
    )


def _make(concept: str, kind: str, label: str, synonyms: Any, codes: Any) -> Concept:
    entity = Entity(id=concept, label=label, kind=kind, codes=tuple(sorted(codes or ())))
    return Concept(entity=entity, synonyms=tuple(sorted(synonyms or ())))


__all__ = ["read_graph_concepts"]
