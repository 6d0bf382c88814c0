"""What a language model may ask of the graph: concepts, their triples, paths, and the sources behind an edge.

Plain functions of a :class:`~thoracite.retrieval.retriever.Retriever` and its store; nothing here knows a protocol.
Everything is read, nothing is written, and every number that a caller gives is held to a limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from thoracite.errors import InputError
from thoracite.kg.assertions import Assertion
from thoracite.kg.queries.assertion import find_assertion, find_source
from thoracite.kg.queries.render import read_published, render_cypher, render_sparql
from thoracite.kg.stores.store import GraphStore
from thoracite.kg.vocabulary import compact, expand
from thoracite.retrieval.retriever import Retriever
from thoracite.types import Entity, Provenance, Triple
from thoracite.ui.view import render_triple

Record = dict[str, Any]

_PLACE = {"locator", "licence", "confidence", "holds_for", "commonness", "extractor", "version"}

LONGEST_LIST, LONGEST_WALK = 100, 4
"""Most rows of an answer, and most hops of a walk."""


def search_concepts(retriever: Retriever, query: str, *, limit: int = 10) -> Record:
    """Find concepts by CURIE or code, then those that the words name, then those whose names hold the words.

    Parameters
    ----------
    retriever : Retriever
        Over the graph that is asked.
    query : str
        ``thx:pneumothorax``, ``HP:0002202``, ``NIH14:Effusion``, or words.
    limit : int
        Concepts at most, 1 to 100.

    Returns
    -------
    dict
        ``concepts``: for each ``id``, ``iri``, ``label``, ``kind``, ``codes``; empty where none is found.
    """
    words = query.strip()
    if not words:
        raise InputError("the query is empty; expected words, a code such as HP:0002202, or a CURIE")
    found = {entity.id: entity for entity in _find_concepts(retriever, words)}
    return {"concepts": [_render_concept(entity) for entity in list(found.values())[: _hold(limit)]]}


def list_neighbours(retriever: Retriever, concept: str, *, hops: int = 1, limit: int = 25) -> Record:
    """List the triples about a concept, nearest and most supported first, each with its counts and sources.

    Parameters
    ----------
    retriever : Retriever
        Over the graph that is asked.
    concept : str
        CURIE, code or name.
    hops : int
        How far to walk, 1 to 4.
    limit : int
        Triples at most, 1 to 100.

    Raises
    ------
    InputError
        If no concept is found.
    """
    entity = find_concept(retriever, concept)
    triples = retriever.store.find_neighbours([entity.id], hops=_hold(hops, LONGEST_WALK), limit=_hold(limit))
    return {"concept": _render_concept(entity), "triples": [render_triple(triple) for triple in triples]}


def list_paths(retriever: Retriever, start: str, end: str, *, hops: int = 3, limit: int = 5) -> Record:
    """List the shortest chains of triples between two concepts, in either direction.

    Parameters
    ----------
    retriever : Retriever
        Over the graph that is asked.
    start, end : str
        CURIE, code or name.
    hops : int
        Triples in a chain at most, 1 to 4.
    limit : int
        Chains at most, 1 to 100.

    Raises
    ------
    InputError
        If a concept is not found.
    """
    ends = find_concept(retriever, start), find_concept(retriever, end)
    paths = retriever.store.find_paths(ends[0].id, ends[1].id, hops=_hold(hops, LONGEST_WALK), limit=_hold(limit))
    return {
        "start": _render_concept(ends[0]),
        "end": _render_concept(ends[1]),
        "paths": [[render_triple(triple) for triple in path] for path in paths],
    }


def explain_edge(
    retriever: Retriever, *, first: str | None = None, second: str | None = None, assertion: str | None = None
) -> Record:
    """Say who states an edge: every assertion between two concepts, or one, down to the place in its source.

    Parameters
    ----------
    retriever : Retriever
        Over the graph that is asked.
    first, second : str or None
        Two concepts by CURIE, code or name, in either order.
    assertion : str or None
        IRI or CURIE of an assertion, in place of both.

    Returns
    -------
    dict
        ``edges``: each triple with ``sparql`` and ``cypher`` that find its assertions, and ``assertions``: ``iri``,
        ``source`` with title and reference, ``locator``, ``licence``, ``confidence``, ``holds_for``, ``commonness``,
        ``extractor``, ``version``.

    Raises
    ------
    InputError
        If neither two concepts nor an assertion are given, or one of them is not in the graph.
    """
    store = retriever.store
    if assertion is not None:
        row = find_assertion(store, assertion)
        if row is None:
            raise InputError(f"the graph has no assertion {assertion}; expected one that it cites")
        triples = store.find_triples(subject=row.subject, relation=row.relation, object=row.object)
        return {"edges": [_explain(store, triple, only=row.id) for triple in triples]}
    if first is None or second is None:
        raise InputError("explain_edge needs two concepts, first and second, or the IRI of an assertion")
    one, other = find_concept(retriever, first), find_concept(retriever, second)
    both = [*_between(store, one, other), *(_between(store, other, one) if one != other else ())]
    return {"edges": [_explain(store, triple) for triple in both[:LONGEST_LIST]]}


def describe_assertion(store: GraphStore, name: str) -> Record | None:
    """Describe one assertion: what it states, where, with what counts; None where the graph has none of that name.

    Raises
    ------
    InputError
        If it is the name of no assertion.
    """
    row = find_assertion(store, name)
    if row is None:
        return None
    ends = {part: store.find_entity(curie) for part, curie in (("subject", row.subject), ("object", row.object))}
    (triple,) = store.find_triples(subject=row.subject, relation=row.relation, object=row.object)
    return {
        "iri": expand(row.id),
        **{part: _render_concept(entity) for part, entity in ends.items() if entity is not None},
        "relation": {"id": row.relation, "iri": expand(row.relation), "label": triple.relation.label},
        "source": _render_source(store, row.source),
        **{name: getattr(row, name) for name in _STATED},
        "sparql": render_sparql(triple),
        "cypher": render_cypher(triple),
    }


_STATED = tuple(name for name in Assertion.__slots__ if name not in ("id", "subject", "relation", "object", "source"))


def find_concept(retriever: Retriever, named: str) -> Entity:
    """Find the concept of a CURIE, a code or a name.

    Raises
    ------
    InputError
        If none is found.
    """
    entity = next(_find_concepts(retriever, named.strip()), None) if named.strip() else None
    if entity is None:
        raise InputError(f"the graph knows no concept {named[:80]!r}; find one with search")
    return entity


def _find_concepts(retriever: Retriever, words: str) -> Iterator[Entity]:
    store = retriever.store
    yield from _ask(store, "concept_by_code", code=words)
    yield from retriever.find_entities(words)
    yield from _ask(store, "concepts_named", word=words)


def _ask(store: GraphStore, published: str, **parameters: str) -> Iterator[Entity]:
    """Ask a published query for concepts."""
    answer = store.query(read_published(published, store.language), parameters=parameters)
    for row in answer.rows:
        found = dict(zip(answer.columns, row, strict=True))["concept"]
        curie = compact(found["value"]) if isinstance(found, dict) else str(found)
        if (entity := store.find_entity(curie)) is not None:
            yield entity


def _between(store: GraphStore, subject: Entity, object: Entity) -> list[Triple]:
    return store.find_triples(subject=subject.id, object=object.id, limit=LONGEST_LIST)


def _explain(store: GraphStore, triple: Triple, *, only: str | None = None) -> Record:
    sources = [one for one in triple.provenance if only in (None, one.assertion)]
    stated = {name: value for name, value in render_triple(triple).items() if name not in ("provenance", "assertions")}
    return {
        **stated,
        "assertions": [_render_place(store, one) for one in sources],
        "sparql": render_sparql(triple),
        "cypher": render_cypher(triple),
    }


def _render_place(store: GraphStore, place: Provenance) -> Record:
    return {
        "iri": None if place.assertion is None else expand(place.assertion),
        "source": _render_source(store, place.source),
        **place.model_dump(include=_PLACE, mode="json"),
    }


def _render_source(store: GraphStore, source: str) -> Record:
    found = find_source(store, source)
    described = {} if found is None else {"title": found.title, "reference": found.reference}
    return {"id": source, "iri": expand(source), **described}


def _render_concept(entity: Entity) -> Record:
    return {"iri": expand(entity.id), **entity.model_dump(mode="json")}


def _hold(number: int, most: int = LONGEST_LIST) -> int:
    return max(1, min(number, most))


__all__ = [
    "LONGEST_LIST",
    "LONGEST_WALK",
    "describe_assertion",
    "explain_edge",
    "find_concept",
    "list_neighbours",
    "list_paths",
    "search_concepts",
]
