"""Nouns of the graph: concepts, facts with their sources, and retrieved subgraphs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import Field

from thoracite.types.noun import Commonness, Confidence, Curie, Limit, Noun


class Certainty(StrEnum):
    """Degree of certainty, one of RadGraph's three.

    References
    ----------
    Jain S et al. RadGraph. NeurIPS Datasets 2021. arXiv:2106.14463.

    Examples
    --------
    >>> Certainty("uncertain").radgraph
    'U'
    """

    PRESENT = "definitely present"
    UNCERTAIN = "uncertain"
    ABSENT = "definitely absent"

    @property
    def radgraph(self) -> str:
        """Return RadGraph's suffix: ``DP``, ``U`` or ``DA``."""
        return {"definitely present": "DP", "uncertain": "U", "definitely absent": "DA"}[self.value]


class Entity(Noun):
    """A concept of the graph.

    Parameters
    ----------
    id : str
        CURIE, for the project's own concepts ``thx:…``.
    label : str
        The concept's preferred label (``rdfs:label``).
    kind : str
        finding, disease, sign, anatomy, device, process, organism, modifier, attribute, or ``mention`` (an unlinked
        phrase).
    codes : tuple of str
        The same concept in other vocabularies, prefix and name: ``RadLex:RID34539``, ``HP:0002202``,
        ``CheXpert:Pleural Effusion`` (label sets have names with spaces).

    Examples
    --------
    >>> Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding").label
    'pleural effusion'
    """

    id: Curie
    label: str
    kind: str = "mention"
    codes: tuple[str, ...] = ()


class Relation(Noun):
    """A predicate of the graph.

    Parameters
    ----------
    id : str
        CURIE, such as ``thx:suggestive_of``.
    label : str
        The predicate in words: ``suggestive of``.
    """

    id: Curie
    label: str


class Provenance(Noun):
    """Origin of a fact.

    Parameters
    ----------
    source : str
        CURIE of the source, described in the graph (``thxs:radlex_def``).
    locator : str
        The place in the source: section, table, row, identifier.
    extractor : str
        Name of the extractor: ``curated``, ``thoracite-rules`` …
    version : str
        Version of the extractor or the file.
    licence : str
        The source's licence, in its own words.
    confidence : str
        Clarity of the source's statement: ``high``, ``medium``, ``low``; ``not stated`` for counted facts.
    holds_for : tuple of str
        What the statement is limited to, sorted: a view or modality, a position, an age, or the CURIE of a condition;
        one of those of a kind suffices, and each kind that is named must be met. Empty: no limit is stated.
    commonness : str
        How often it is met: ``common``, ``occasional``, ``rare``; ``not stated`` where the source does not say.
    assertion : str or None
        CURIE of the assertion in the graph (``thxa:…``), by whose IRI it is cited; None before it is in one.
    """

    source: Curie
    locator: str
    extractor: str = "curated"
    version: str = "1"
    licence: str = "not stated"
    confidence: Confidence = "not stated"
    holds_for: tuple[Limit, ...] = ()
    commonness: Commonness = "not stated"
    assertion: Curie | None = None


class Counts(Noun):
    """Numbers of reports by the certainty of an observation.

    Parameters
    ----------
    present, uncertain, absent : int
        Reports in which it is present, uncertain, absent, at least 0; 0 where none or too few were counted.
    """

    present: int = Field(default=0, ge=0)
    uncertain: int = Field(default=0, ge=0)
    absent: int = Field(default=0, ge=0)

    @property
    def total(self) -> int:
        """Return the sum of the three."""
        return self.present + self.uncertain + self.absent


class Triple(Noun):
    """A fact of the graph with its counts and at least one source.

    Parameters
    ----------
    subject, object : Entity
        Both ends.
    relation : Relation
        The predicate.
    counts : Counts
        Reports in which the observation end is present, uncertain, absent; zeros for textbook facts.
    subject_certainty, object_certainty : Certainty
        The most frequent certainty of each end; definitely present for anatomy and textbook facts.
    support : int
        Least number of reports (or, for textbook facts, sources) behind the triple, at least 1.
    lift : float or None
        Observed over expected co-occurrence, at least 0; None where not counted.
    provenance : tuple of Provenance
        At least one.
    """

    subject: Entity
    relation: Relation
    object: Entity
    counts: Counts = Counts()
    subject_certainty: Certainty = Certainty.PRESENT
    object_certainty: Certainty = Certainty.PRESENT
    support: int = Field(default=1, ge=1)
    lift: float | None = None
    provenance: tuple[Provenance, ...] = Field(min_length=1)

    @property
    def key(self) -> tuple[str, str, str]:
        """Return subject, relation and object identifiers: the triple's identity."""
        return (self.subject.id, self.relation.id, self.object.id)

    @property
    def certainty(self) -> Certainty:
        """Return the certainty of the less certain end: absent before uncertain, uncertain before present."""
        return max(self.subject_certainty, self.object_certainty, key=list(Certainty).index)


class ScoredTriple(Noun):
    """A triple with its score for a query.

    Parameters
    ----------
    triple : Triple
        The triple.
    score : float
        Fit to the query, at least 0, higher is better; not a probability.
    parts : mapping of str to float
        What the score adds up from, by name (:mod:`thoracite.retrieval.ranking`); empty where it is no sum.
    about : str or None
        CURIE of the seed that it is a reason for; None where that is not known.
    role : str
        What it is for that seed: ``sign``, ``cause``, ``mimic`` …; empty where that is not known.
    stance : str
        ``for`` or ``against`` that seed.
    """

    triple: Triple
    score: float
    parts: Mapping[str, float] = Field(default_factory=dict)
    about: Curie | None = None
    role: str = ""
    stance: Literal["for", "against"] = "for"


class Subgraph(Noun):
    """The retrieved part of the graph.

    Parameters
    ----------
    seeds : tuple of Entity
        Concepts where the search began.
    triples : tuple of ScoredTriple
        Triples found, best first, or best first for each seed.

    Examples
    --------
    >>> angle, effusion, lung = (Entity(id=f"thx:{name}", label=name) for name in ("angle", "effusion", "lung"))
    >>> origin = (Provenance(source="thxs:openstax", locator="22.1"),)
    >>> suggests = Relation(id="thx:suggestive_of", label="suggestive of")
    >>> fact = Triple(subject=angle, relation=suggests, object=effusion, provenance=origin)
    >>> found = Subgraph(seeds=(effusion,), triples=(ScoredTriple(triple=fact, score=1.0),))
    >>> [node.label for node in found.nodes], found.edges, found.connected
    (['effusion', 'angle'], (('thx:angle', 'thx:suggestive_of', 'thx:effusion'),), True)
    >>> Subgraph(seeds=(effusion, lung), triples=found.triples).connected
    False
    """

    seeds: tuple[Entity, ...] = ()
    triples: tuple[ScoredTriple, ...] = ()

    @property
    def nodes(self) -> tuple[Entity, ...]:
        """Return every concept once: the seeds, then the ends of the triples in their order."""
        ends = (end for scored in self.triples for end in (scored.triple.subject, scored.triple.object))
        return tuple({entity.id: entity for entity in (*self.seeds, *ends)}.values())

    @property
    def edges(self) -> tuple[tuple[str, str, str], ...]:
        """Return subject, relation and object of every triple."""
        return tuple(scored.triple.key for scored in self.triples)

    @property
    def connected(self) -> bool:
        """Tell whether a path of triples leads from each node to each other; an empty subgraph is connected."""
        beside: dict[str, set[str]] = {node.id: set() for node in self.nodes}
        for subject, _, object_ in self.edges:
            beside[subject].add(object_)
            beside[object_].add(subject)
        reached: set[str] = set()
        frontier = {node.id for node in self.nodes[:1]}
        while frontier:
            reached |= frontier
            frontier = {other for one in frontier for other in beside[one]} - reached
        return len(reached) == len(beside)


__all__ = [
    "Certainty",
    "Counts",
    "Entity",
    "Provenance",
    "Relation",
    "ScoredTriple",
    "Subgraph",
    "Triple",
]
