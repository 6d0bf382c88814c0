"""The triples of a small graph in memory, by their ends.

Finding rows in an embedded store takes a millisecond; making nouns of them takes ten times as long. A small graph that
does not change while it is open, such as the default graph, is therefore read once and cached.

Examples
--------
>>> from thoracite.kg.facts import read_facts
>>> index = TripleIndex(read_facts())
>>> found = index.find_neighbours(["thx:deep_sulcus_sign"], hops=1)
>>> "thx:pneumothorax" in {triple.object.id for triple in found}
True
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from thoracite.kg.assertions import TripleFinder
from thoracite.types import Triple

REMEMBERED = 10_000
"""Most assertions of a small graph: about 20 MB, read in half a second."""


class TripleIndex(TripleFinder):
    """The find methods over triples in memory.

    Parameters
    ----------
    triples : iterable of Triple
        Each subject, relation and object once, most supported first.
    """

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._triples = list(triples)
        self._places: dict[str, defaultdict[str, list[int]]] = {
            "subject": defaultdict(list),
            "object": defaultdict(list),
        }
        for place, triple in enumerate(self._triples):
            self._places["subject"][triple.subject.id].append(place)
            self._places["object"][triple.object.id].append(place)

    def read_triples(
        self,
        *,
        subjects: Collection[str] | None = None,
        relations: Collection[str] | None = None,
        objects: Collection[str] | None = None,
        limit: int = 1000,
    ) -> list[Triple]:
        """Read triples whose parts are among the given CURIEs (None: any), in their given order."""
        given = {"subject": subjects, "relation": relations, "object": objects}
        among = {part: frozenset(curies) for part, curies in given.items() if curies is not None}
        found = [
            triple
            for triple in self._list_candidates(among)
            if all(getattr(triple, part).id in curies for part, curies in among.items())
        ]
        return found[:limit]

    def _list_candidates(self, among: dict[str, frozenset[str]]) -> Iterable[Triple]:
        ends = [part for part in among if part in self._places]
        if not ends:
            return self._triples
        end = min(ends, key=lambda part: len(among[part]))
        places = self._places[end]
        return [self._triples[at] for at in sorted(at for curie in among[end] for at in places.get(curie, ()))]


__all__ = ["REMEMBERED", "TripleIndex"]
