"""Nouns of the graph: concepts, facts with their sources, and what is retrieved."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from thoracite.types.noun import Confidence, Curie, Noun


class Certainty(StrEnum):
    """How surely something is stated, in RadGraph's three degrees.

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
        """RadGraph's suffix: ``DP``, ``U`` or ``DA``."""
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
        The same concept elsewhere, prefix and name: ``RadLex:RID34539``, ``HP:0002202``,
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
    """A predicate of the graph, such as ``thx:suggestive_of``."""

    id: Curie
    label: str


class Provenance(Noun):
    """Where a fact comes from.

    Parameters
    ----------
    source : str
        CURIE of the source, described in the graph (``thxs:radlex_def``).
    locator : str
        The place in the source: section, table, row, identifier.
    extractor : str
        What read it: ``curated``, ``thoracite-rules`` …
    version : str
        The extractor's or the file's version.
    licence : str
        The source's licence, as it states it.
    confidence : str
        How plainly the source states it: ``high``, ``medium``, ``low``; ``not stated`` where it was counted.
    """

    source: Curie
    locator: str
    extractor: str = "curated"
    version: str = "1"
    licence: str = "not stated"
    confidence: Confidence = "not stated"


class Counts(Noun):
    """In how many reports something stood as present, uncertain, absent; zero where none or too few were counted."""

    present: int = Field(default=0, ge=0)
    uncertain: int = Field(default=0, ge=0)
    absent: int = Field(default=0, ge=0)

    @property
    def total(self) -> int:
        """All three together."""
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
        Reports in which the observation end stood as present, uncertain, absent; zeros for textbook facts.
    subject_certainty, object_certainty : Certainty
        The most frequent certainty of each end; definitely present for anatomy and textbook facts.
    support : int
        Reports (or, for textbook facts, sources) that are at least behind the triple, at least 1.
    lift : float or None
        Observed over expected co-occurrence; None where not counted.
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
        """Subject, relation and object identifiers: the triple's identity."""
        return (self.subject.id, self.relation.id, self.object.id)

    @property
    def certainty(self) -> Certainty:
        """The certainty of the less certain end: absent before uncertain, uncertain before present."""
        return max(self.subject_certainty, self.object_certainty, key=list(Certainty).index)


class ScoredTriple(Noun):
    """A triple and how well it fits the question, higher is better; not a probability."""

    triple: Triple
    score: float


class Subgraph(Noun):
    """What was retrieved: where the search began, and the triples found, best first."""

    seeds: tuple[Entity, ...] = ()
    triples: tuple[ScoredTriple, ...] = ()


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
