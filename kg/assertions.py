"""From assertions to triples: the shared part of every graph store.

An assertion is one source's statement of one triple at one place (decision 1). A store reads assertions in its
own language; merging them into :class:`~thoracite.types.Triple`\\ s, walking to neighbours and finding paths are
the same for all stores and stand here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from thoracite.kg.vocabulary import ASSERTION_FIELDS, CHEST_RADIOGRAPH, CONVERTER, RELATIONS, expand
from thoracite.types import Certainty, Commonness, Confidence, Counts, Entity, Limit, Provenance, Relation, Triple

_PLACE = ("source", "locator", "extractor", "version", "licence", "confidence", "holds_for", "commonness")
"""Fields of an assertion that its :class:`~thoracite.types.Provenance` keeps."""

WIDEST = 100_000
"""Most triples in one step of a walk."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A statement of one triple by one source at one place; all identifiers are CURIEs.

    Examples
    --------
    >>> Assertion("thxa:1", "thx:nodule", "thx:may_mimic", "thx:nipple_shadow", "thxs:textbook").support
    1
    """

    id: str
    subject: str
    relation: str
    object: str
    source: str
    locator: str = ""
    extractor: str = "curated"
    version: str = "1"
    licence: str = "not stated"
    present: int = 0
    uncertain: int = 0
    absent: int = 0
    support: int = 1
    subject_certainty: str = Certainty.PRESENT.value
    object_certainty: str = Certainty.PRESENT.value
    lift: float | None = None
    confidence: Confidence = "not stated"
    holds_for: tuple[Limit, ...] = ()
    commonness: Commonness = "not stated"


def merge_assertions(assertions: Iterable[Assertion], entities: Mapping[str, Entity]) -> list[Triple]:
    """Merge assertions into triples, most supported first.

    Counts and support add up; each end takes the certainty with the most support behind it; the lift is that of
    the assertion with the most reports; every source is listed once.

    Parameters
    ----------
    assertions : iterable of Assertion
        In any order; duplicates count once.
    entities : mapping of str to Entity
        Concepts at the ends, by CURIE; an end that the graph does not describe is labelled by its name.

    Examples
    --------
    >>> from dataclasses import replace
    >>> ends = {name: Entity(id=name, label=name[4:]) for name in ("thx:mass", "thx:hilum")}
    >>> row = Assertion("thxa:1", "thx:mass", "thx:located_at", "thx:hilum", "thxs:s1")
    >>> [triple] = merge_assertions([row, replace(row, id="thxa:2", source="thxs:s2", support=2)], ends)
    >>> triple.support, [p.source for p in triple.provenance]
    (3, ['thxs:s1', 'thxs:s2'])
    """
    groups: defaultdict[tuple[str, str, str], dict[str, Assertion]] = defaultdict(dict)
    for row in assertions:
        groups[row.subject, row.relation, row.object][row.id] = row
    triples = [_merge_one(list(rows.values()), entities) for rows in groups.values()]
    return sorted(triples, key=_rank)


def _merge_one(rows: list[Assertion], entities: Mapping[str, Entity]) -> Triple:
    first = rows[0]
    counted = [row for row in rows if row.lift is not None]
    heaviest = max(counted, key=lambda row: (row.present + row.uncertain + row.absent, row.id), default=None)
    provenance = {  # one a place: of two assertions that say the same, the first is cited
        tuple(place.values()): Provenance(**place, assertion=row.id)
        for row in sorted(rows, key=lambda row: row.id, reverse=True)
        for place in [{name: getattr(row, name) for name in _PLACE}]
    }
    return Triple(
        subject=_find_end(first.subject, entities),
        relation=find_relation(first.relation),
        object=_find_end(first.object, entities),
        counts=Counts(
            present=sum(row.present for row in rows),
            uncertain=sum(row.uncertain for row in rows),
            absent=sum(row.absent for row in rows),
        ),
        subject_certainty=_main_certainty((row.subject_certainty, row.support) for row in rows),
        object_certainty=_main_certainty((row.object_certainty, row.support) for row in rows),
        support=sum(row.support for row in rows),
        lift=heaviest.lift if heaviest else None,
        provenance=tuple(provenance[place] for place in sorted(provenance)),
    )


def _find_end(curie: str, entities: Mapping[str, Entity]) -> Entity:
    return entities.get(curie) or Entity(id=curie, label=curie.split(":", 1)[1].replace("_", " "))


def _main_certainty(weighted: Iterable[tuple[str, int]]) -> Certainty:
    support: defaultdict[Certainty, int] = defaultdict(int)
    for certainty, weight in weighted:
        support[Certainty(certainty)] += weight
    return max(Certainty, key=lambda certainty: support[certainty])


def find_relation(curie: str) -> Relation:
    """Return a relation of the schema, or one made of its name where a user's graph has its own."""
    return RELATIONS.get(curie) or Relation(id=curie, label=curie.split(":", 1)[1].replace("_", " "))


def _rank(triple: Triple) -> tuple[int, str, str, str]:
    return (-triple.support, *triple.key)


class TripleFinder(ABC):
    """The find methods of a :class:`~thoracite.kg.stores.store.GraphStore`, over one way to read triples."""

    @abstractmethod
    def read_triples(
        self,
        *,
        subjects: Collection[str] | None = None,
        relations: Collection[str] | None = None,
        objects: Collection[str] | None = None,
        limit: int = 1000,
    ) -> list[Triple]:
        """Read triples whose parts are among the given CURIEs (None: any), most supported first, then by their key."""

    def find_triples(
        self, *, subject: str | None = None, relation: str | None = None, object: str | None = None, limit: int = 1000
    ) -> list[Triple]:
        """Find triples that match the given CURIEs, most supported first, all their provenance merged in.

        Raises
        ------
        InputError
            If a CURIE has an unknown prefix.
        """
        parts = {"subjects": subject, "relations": relation, "objects": object}
        given = {name: [_checked(curie)] for name, curie in parts.items() if curie is not None}
        return self.read_triples(**given, limit=limit) if limit > 0 else []

    def find_neighbours(
        self, seeds: Sequence[str], *, hops: int = 1, relations: Iterable[str] | None = None, limit: int = 1000
    ) -> list[Triple]:
        """Find triples within ``hops`` of the seeds in either direction, nearest and most supported first.

        The walk stops at :data:`~thoracite.kg.vocabulary.CHEST_RADIOGRAPH`, to which every
        observation is linked, unless it is a seed.

        Raises
        ------
        InputError
            If a CURIE has an unknown prefix.
        """
        allowed = None if relations is None else [_checked(relation) for relation in relations]
        frontier = {_checked(seed) for seed in seeds}
        reached = set(frontier)
        found: dict[tuple[str, str, str], Triple] = {}
        for _ in range(hops):
            if not frontier or len(found) >= limit:
                break
            # Triples found before may come again, so that many more are requested.
            step = self._touching(frontier, allowed, limit=limit + len(found))
            fresh = [triple for triple in step if triple.key not in found][: limit - len(found)]
            found.update((triple.key, triple) for triple in fresh)
            frontier = {end.id for triple in fresh for end in (triple.subject, triple.object)} - reached
            frontier.discard(CHEST_RADIOGRAPH.id)
            reached |= frontier
        return list(found.values())

    def _touching(self, ids: Collection[str], relations: Collection[str] | None, *, limit: int) -> list[Triple]:
        ordered = sorted(ids)
        outward = self.read_triples(subjects=ordered, relations=relations, limit=limit)
        inward = self.read_triples(objects=ordered, relations=relations, limit=limit)
        unique = {triple.key: triple for triple in (*outward, *inward)}
        return sorted(unique.values(), key=_rank)[:limit]

    def find_paths(self, start: str, end: str, *, hops: int = 3, limit: int = 20) -> list[tuple[Triple, ...]]:
        """Find chains of triples between two concepts in either direction, shortest and most supported first.

        A chain visits no concept twice, and does not pass through
        :data:`~thoracite.kg.vocabulary.CHEST_RADIOGRAPH`, to which every observation is linked.

        Raises
        ------
        InputError
            If a CURIE has an unknown prefix.
        """
        _checked(start), _checked(end)
        if start == end or hops < 1 or limit < 1:
            return []
        forward, ahead = self._spread(start, hops // 2)
        backward, behind = self._spread(end, (hops - 1) // 2)
        triples = {**forward, **backward}
        for one, other in ((ahead, behind), (behind, ahead)):
            middle = self.read_triples(subjects=sorted(one), objects=sorted(other), limit=WIDEST)
            triples.update((triple.key, triple) for triple in middle)
        return rank_paths(triples.values(), start, end, hops=hops, limit=limit)

    def _spread(self, start: str, hops: int) -> tuple[dict[tuple[str, str, str], Triple], set[str]]:
        near = self.find_neighbours([start], hops=hops, limit=WIDEST) if hops else []
        reached = {start} | {end.id for triple in near for end in (triple.subject, triple.object)}
        return {triple.key: triple for triple in near}, reached


def rank_paths(triples: Iterable[Triple], start: str, end: str, *, hops: int, limit: int) -> list[tuple[Triple, ...]]:
    """Return simple chains of at most ``hops`` triples from start to end, shortest and most supported first."""
    beside: defaultdict[str, list[tuple[str, Triple]]] = defaultdict(list)
    for triple in triples:
        if triple.subject.id != triple.object.id:
            beside[triple.subject.id].append((triple.object.id, triple))
            beside[triple.object.id].append((triple.subject.id, triple))
    distance = _measure_distances(beside, end)
    paths: list[tuple[Triple, ...]] = []
    for length in range(distance.get(start, hops + 1), hops + 1):
        chains = _walk(beside, distance, (start,), end, length)
        paths += sorted(chains, key=lambda chain: [_rank(triple) for triple in chain])
        if len(paths) >= limit:
            break
    return paths[:limit]


def _measure_distances(beside: Mapping[str, list[tuple[str, Triple]]], end: str) -> dict[str, int]:
    distance, frontier = {end: 0}, [end]
    while frontier:
        reached = {other: distance[here] + 1 for here in frontier for other, _ in beside.get(here, [])}
        frontier = [other for other in reached if other not in distance and other != CHEST_RADIOGRAPH.id]
        distance = reached | distance
    return distance


def _walk(
    beside: Mapping[str, list[tuple[str, Triple]]],
    distance: Mapping[str, int],
    visited: tuple[str, ...],
    end: str,
    left: int,
) -> Iterator[tuple[Triple, ...]]:
    here = visited[-1]
    for other, triple in beside.get(here, []):
        if other == end:
            if left == 1:
                yield (triple,)
        elif other not in visited and other != CHEST_RADIOGRAPH.id and distance.get(other, left) < left:
            for rest in _walk(beside, distance, (*visited, other), end, left - 1):
                yield (triple, *rest)


def _checked(curie: str) -> str:
    expand(curie)
    return curie


def read_field(name: str, text: str) -> str | int | float:
    """The value of an assertion's field, or of its identifier, from the text of its RDF term.

    Raises
    ------
    ValueError
        If a number is expected and the text is none.

    Examples
    --------
    >>> read_field("object", "https://w3id.org/thoracite/mass"), read_field("support", "36"), read_field("lift", "2")
    ('thx:mass', 36, 2.0)
    """
    return _READERS["name" if name == "id" else ASSERTION_FIELDS[name].kind](text)


def gather_fields(terms: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Gather the values of one assertion from the names of its fields and the texts of their RDF terms, in any order.

    Raises
    ------
    ValueError
        If a number is expected and the text is none.

    Examples
    --------
    >>> gather_fields([("holds_for", "supine"), ("support", "2"), ("holds_for", "frontal"), ("holds_for", "supine")])
    {'support': 2, 'holds_for': ('frontal', 'supine')}
    """
    one: dict[str, Any] = {}
    several: defaultdict[str, set[str]] = defaultdict(set)
    for name, text in terms:
        if name != "id" and ASSERTION_FIELDS[name].kind == "names":
            several[name].add(compact_or_keep(text))
        else:
            one[name] = read_field(name, text)
    return one | {name: tuple(sorted(values)) for name, values in several.items()}


@lru_cache(maxsize=100_000)
def compact_or_keep(iri: str) -> str:
    """CURIE of an IRI, or the IRI itself where no namespace fits: a user's graph brings its own."""
    return CONVERTER.compress(iri) or iri


_READERS: Mapping[str, Callable[[str], str | int | float]] = {
    "name": compact_or_keep,
    "names": compact_or_keep,
    "text": str,
    "count": int,
    "number": float,
}


def read_assertion(row: Mapping[str, Any]) -> Assertion:
    """Read an assertion from a row of plain values; None counts as not given."""
    values = {name: row[name] for name in Assertion.__slots__ if row.get(name) is not None}
    return Assertion(**values | {"holds_for": tuple(sorted(values.get("holds_for", ())))})


__all__ = [
    "WIDEST",
    "Assertion",
    "TripleFinder",
    "compact_or_keep",
    "find_relation",
    "gather_fields",
    "merge_assertions",
    "rank_paths",
    "read_assertion",
    "read_field",
]
