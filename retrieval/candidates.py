"""Candidates of a query: triples near its seeds, and triples whose texts are like its words.

From the graph come the triples within some hops of each seed and of its kinds; from a text index, where there is one,
the nearest texts of the whole graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from thoracite.kg.stores.store import GraphStore
from thoracite.kg.vocabulary import HAS_SIGN, SUGGESTS
from thoracite.retrieval.ranking import Ranking
from thoracite.retrieval.scene import find_kinds
from thoracite.types import Triple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Key = tuple[str, str, str]
"""Subject, relation and object of a triple."""


class Hit(NamedTuple):
    """A text that is like the query's.

    Parameters
    ----------
    keys : tuple of (str, str, str)
        The triples that read so.
    score : float
        Likeness, at most 1.
    """

    keys: tuple[Key, ...]
    score: float


class Found(Protocol):
    """A text that an index found; :class:`Hit` is one."""

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return the triples that read so."""
        ...

    @property
    def score(self) -> float:
        """Return the likeness, at most 1."""
        ...


@runtime_checkable
class TextIndex(Protocol):
    """Vectors of the texts of all triples of one graph."""

    def find(self, queries: Sequence[str] | npt.NDArray[np.float32], k: int) -> Sequence[Sequence[Found]]:
        """Return the k nearest texts of each query, nearest first.

        Parameters
        ----------
        queries : sequence of str, or ndarray of shape (queries, dimension)
            Words, or vectors of unit length in the space of the texts.
        k : int
            At least 1.
        """
        ...


class Candidates(NamedTuple):
    """Candidates of one query.

    Parameters
    ----------
    triples : tuple of Triple
        Each once, sorted by identifiers: the same query has the same candidates from every store.
    likeness : mapping of tuple to float
        Likeness of the texts, in [0, 1]; what is not near is not in it.
    """

    triples: tuple[Triple, ...]
    likeness: Mapping[Key, float] = {}


def search_near(store: GraphStore, entity: str, ranking: Ranking) -> tuple[Triple, ...]:
    """Find the candidates of one seed: its triples, those of its kinds' signs, and those some hops away.

    Parameters
    ----------
    store : GraphStore
        An open graph.
    entity : str
        CURIE of the seed.
    ranking : Ranking
        Says how far, and how many.
    """
    hops = ranking.hops if ranking.uses("hops") else 1
    near = store.find_neighbours([entity], hops=hops, limit=ranking.candidates)
    if kinds := sorted(find_kinds(entity)):
        near += store.find_neighbours(kinds, hops=1, relations=[HAS_SIGN, SUGGESTS], limit=ranking.candidates)
    return tuple({triple.key: triple for triple in near}.values())


def search_alike(store: GraphStore, hits: Iterable[Found], known: Mapping[Key, Triple]) -> Candidates:
    """Look up the triples of hits; a hit that the graph no longer holds is left out.

    Parameters
    ----------
    store : GraphStore
        The graph of the index.
    hits : iterable of Found
        Nearest texts.
    known : mapping of tuple to Triple
        Triples that need no looking up.
    """
    found: dict[Key, Triple] = {}
    likeness: dict[Key, float] = {}
    for key, score in ((key, hit.score) for hit in hits for key in hit.keys):
        triple = known.get(key) or next(
            iter(store.find_triples(subject=key[0], relation=key[1], object=key[2], limit=1)), None
        )
        if triple is not None:
            found[key] = triple
            likeness[key] = max(likeness.get(key, 0.0), min(1.0, max(0.0, score)))
    return Candidates(tuple(found[key] for key in sorted(found)), likeness)


__all__ = ["Candidates", "Found", "Hit", "Key", "TextIndex", "search_alike", "search_near"]
