"""The systems that the suite ``retrieval`` compares, each a ranking of the graph's triples for one query.

*popularity*: the seeds' triples with the most support · *text alone*: the triples whose texts are nearest to the
query's words · *kg_llava*: the field's baseline, on ``suggestive_of`` and on all relations; an image asks by its own
vector, words by theirs, and the first ten of the fifteen stay, as many as of the others · *the ranking before*: the
reasons that explanations give · *ours*, and ours without each part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.kg.stores.store import GraphStore
from thoracite.kg.vocabulary import SUGGESTS
from thoracite.retrieval.asked import Asked
from thoracite.retrieval.candidates import Key, search_alike, search_near
from thoracite.retrieval.index.kg_llava import KgLlava
from thoracite.retrieval.index.triple_index import FoundTriple, TripleIndex
from thoracite.retrieval.ranking import PARTS, Ranking
from thoracite.retrieval.result import Retrieval
from thoracite.retrieval.retriever import Retriever
from thoracite.retrieval.scene import Seen
from thoracite.types import Finding, Triple

DEEP = 10
"""Triples of each system that are judged."""

_WIDE = 60
"""Triples among which those of one relation are looked for."""


class Query(NamedTuple):
    """A query as every system is asked it.

    Parameters
    ----------
    id, half, kind : str
        Its number, ``development`` or ``test``, and what it was made of.
    words : str
        What is there, what is not, and the view: what a judge reads.
    asked : Asked
        Seeds and scene.
    query, view
        What :meth:`~thoracite.retrieval.retriever.Retriever.retrieve` is given; an image as its findings, read once.
    vector : ndarray, shape (dimension,), float32, or None
        Of an image, in the space of the texts; None for words and signs.
    """

    id: str
    half: str
    kind: str
    words: str
    asked: Asked
    query: Any
    view: str
    vector: npt.NDArray[np.float32] | None = None


class Systems:
    """All systems over one graph.

    Parameters
    ----------
    retriever : Retriever
        Over the graph.
    index : TripleIndex
        Of the same graph.
    """

    def __init__(self, retriever: Retriever, index: TripleIndex) -> None:
        self._retriever, self._index = retriever, index
        self._read: dict[Key, Triple] = {}
        self._only, self._every = KgLlava(index), KgLlava(index, relations=None)

    @property
    def store(self) -> GraphStore:
        """Return the graph."""
        return self._retriever.store

    def name_all(self) -> Mapping[str, Callable[[Query], Sequence[Triple]]]:
        """Return every system by name: query → triples, best first."""
        named: dict[str, Callable[[Query], Sequence[Triple]]] = {
            "no graph": lambda _: [],
            "popularity": self._rank_by_support,
            "text alone": self._rank_by_text,
            "kg_llava": lambda query: self._rank_kg_llava(query, self._only),
            "kg_llava, all relations": lambda query: self._rank_kg_llava(query, self._every),
            "the ranking before": self._rank_before,
            "ours": lambda query: self._rank(query, Ranking()),
            "ours, suggestive_of": self._rank_suggestive,
        }
        off = Ranking().off
        for part in PARTS:
            name, other = f"ours {'with' if part in off else 'without'} {part}", Ranking(off=off ^ {part})
            named[name] = lambda query, other=other: self._rank(query, other)  # type: ignore[misc]
        return named

    def _rank(self, query: Query, ranking: Ranking) -> list[Triple]:
        found: Retrieval = self._retriever.retrieve(query.query, view=query.view, k=DEEP, ranking=ranking)  # type: ignore[arg-type]
        return [scored.triple for scored in found.triples]

    def _rank_suggestive(self, query: Query) -> list[Triple]:
        """Rank as we do, and keep what KG-LLaVA keeps of the graph: one relation."""
        found: Retrieval = self._retriever.retrieve(query.query, view=query.view, k=_WIDE)  # type: ignore[arg-type]
        return [one.triple for one in found.triples if one.triple.relation.id == SUGGESTS][:DEEP]

    def _rank_before(self, query: Query) -> list[Triple]:
        if query.asked.findings:
            found = self._retriever.search(query.asked.findings, view=query.asked.seen.view or "unknown")
        else:
            found = self._retriever.search_entities(query.asked.entities, seen=query.asked.seen)
        return [scored.triple for scored in sorted(found.triples, key=lambda one: (-one.score, one.triple.key))][:DEEP]

    def _rank_by_support(self, query: Query) -> list[Triple]:
        near = [one for seed in query.asked.entities for one in search_near(self.store, seed.id, Ranking(hops=1))]
        ids = {entity.id for entity in query.asked.entities}
        own = {one.key: one for one in near if ids & {one.subject.id, one.object.id}}
        return sorted(own.values(), key=lambda one: (-one.support, one.key))[:DEEP]

    def _rank_by_text(self, query: Query) -> list[Triple]:
        [found] = self._index.find([query.asked.text or query.words], DEEP)
        return self._look_up(found)

    def _rank_kg_llava(self, query: Query, baseline: KgLlava) -> list[Triple]:
        vector = query.vector
        if vector is None:
            [vector] = self._index.encoder.encode([query.asked.text or query.words])
        return self._look_up(baseline.retrieve(vector, kept=DEEP))

    def _look_up(self, found: Sequence[FoundTriple]) -> list[Triple]:
        """Return the triples of texts, best first."""
        alike = search_alike(self.store, found, self._read)
        self._read |= {triple.key: triple for triple in alike.triples}
        return sorted(alike.triples, key=lambda one: (-alike.likeness[one.key], one.key))[:DEEP]


def say(triple: Triple) -> str:
    """Return a triple in words."""
    return f"{triple.subject.label} {triple.relation.label} {triple.object.label}"


def describe(asked: Asked, view: str) -> str:
    """Return a query in words: what is there with its side, what is not, and the view."""
    there = [
        f"{region.side} {entity.label}"
        if (region := asked.seen.regions.get(entity.id)) and region.side
        else entity.label
        for entity in asked.entities
    ]
    signs = [score.sign.entity.label for score in asked.signs if score.answer == "yes"]
    denied = [score.sign.entity.label for score in asked.signs if score.answer == "no"]
    denied += _list_denied(asked.findings, asked.seen) if not denied else []
    parts = [f"there: {', '.join(there)}"]
    if more := [sign for sign in signs if sign not in there]:
        parts.append(f"signs: {', '.join(more[:8])}")
    if denied:
        parts.append(f"absent: {', '.join(denied[:8])}")
    return "; ".join([*parts, f"view: {view}"])


def _list_denied(findings: Sequence[Finding], seen: Seen) -> list[str]:
    if findings:
        return [one.entity.label for one in findings if one.verdict == "unlikely"]
    return sorted(curie.split(":", 1)[1].replace("_", " ") for curie in seen.absent)


__all__ = ["DEEP", "Query", "Systems", "describe", "say"]
