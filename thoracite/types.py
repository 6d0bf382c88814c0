"""The nouns of Thoracite; read this first.

Data flows one way: a report or a textbook becomes :class:`Triple`\\ s with :class:`Provenance`; an image
becomes :class:`Finding`\\ s; findings retrieve a :class:`Subgraph`; both become numbered
:class:`Evidence`; a generator writes :class:`Claim`\\ s that cite it; together they are an
:class:`Explanation`.

Every noun is immutable and refuses fields that it does not know.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Curie = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][\w.\-]*:\S+$")]
"""A compact identifier, ``prefix:local`` (W3C CURIE Syntax 1.0), such as ``thx:pleural_effusion``."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
"""A calibrated probability in [0, 1]; what is not calibrated is called ``score``."""

Confidence = Literal["high", "medium", "low", "not stated"]
"""How plainly a source states something; counts state nothing of the kind."""

EvidenceKey = Annotated[str, StringConstraints(pattern=r"^E[1-9]\d*$")]
"""The key a sentence cites: ``E1``, ``E2``, …"""

CITATION = re.compile(r"\[(E[1-9]\d*)\]")
"""How a citation looks in a sentence: ``[E1]``."""


class Noun(BaseModel):
    """Base of every noun: immutable, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
    """In how many reports something stood as present, uncertain and absent; zero where nothing was counted."""

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
        Reports (or, for textbook facts, sources) behind the triple, at least 1.
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


class Study(Noun):
    """What is asked about: one image and what is known with it.

    Parameters
    ----------
    image : str
        Path of a PNG, JPEG or DICOM file.
    view : str
        ``PA``, ``AP``, ``lateral`` or ``unknown``.
    indication, prior : str or None
        Free text; never stored.
    """

    image: str
    view: Literal["PA", "AP", "lateral", "unknown"] = "unknown"
    indication: str | None = None
    prior: str | None = None


class Region(Noun):
    """A place in the image.

    Parameters
    ----------
    box : tuple of float
        x0, y0, x1, y1 in pixels of the image as given, from its top left corner.
    anatomy : str
        In words, sides as the patient's: ``left lower zone``; empty where the model does not commit itself.
    side : str or None
        ``left``, ``right``, ``bilateral``; None where the model does not commit itself.
    """

    box: tuple[float, float, float, float]
    anatomy: str
    side: Literal["left", "right", "bilateral"] | None = None


class Concept(Noun):
    """A human-readable concept of the bottleneck: a question with a yes-or-no answer."""

    id: Curie
    question: str
    entity: Entity


class ConceptScore(Noun):
    """How strongly the image answers yes, and what that adds to a finding's log-odds."""

    concept: Concept
    probability: Probability
    contribution: float = 0.0
    region: Region | None = None


class Finding(Noun):
    """What the image model says of one finding.

    Parameters
    ----------
    entity : Entity
        The finding.
    probability : float
        In [0, 1]; a mere score where ``calibrated`` is false.
    certainty : Certainty
        The probability against the finding's operating points.
    region : Region or None
        Where the model looked; None where the finding is absent or the model has no place for it.
    concepts : tuple of ConceptScore
        The concepts that carry the finding, strongest contribution first.
    calibrated : bool
        Whether the probability was calibrated on cases with known answers; sentences call it a score otherwise.
    """

    entity: Entity
    probability: Probability
    certainty: Certainty
    region: Region | None = None
    concepts: tuple[ConceptScore, ...] = ()
    calibrated: bool = True

    @property
    def number(self) -> str:
        """Its number in words: ``probability 0.83``, or ``score 0.83`` where it is not calibrated."""
        return f"{'probability' if self.calibrated else 'score'} {self.probability:.2f}"


class ScoredTriple(Noun):
    """A triple and how well it fits the question, higher is better; not a probability."""

    triple: Triple
    score: float


class Subgraph(Noun):
    """What was retrieved: where the search began, and the triples found, best first."""

    seeds: tuple[Entity, ...] = ()
    triples: tuple[ScoredTriple, ...] = ()


class Evidence(Noun):
    """One thing that a sentence may cite.

    Parameters
    ----------
    key : str
        ``E1``, ``E2``, …
    kind : str
        ``triple`` (graph) or ``finding``, ``concept``, ``region`` (image).
    stance : str
        ``for`` or ``against`` the finding it is about.
    score : float
        Fit of a triple, or probability of image evidence.
    why : str
        One clause in words.
    about : Entity
        The finding it is about.
    triple : Triple or None
        For kind ``triple``.
    finding : Finding or None
        For the image kinds: the finding it belongs to.
    concept : ConceptScore or None
        For kind ``concept``.
    sparql, cypher : str or None
        For kind ``triple``: queries that return it from the graph it came from.
    """

    key: EvidenceKey
    kind: Literal["triple", "finding", "concept", "region"]
    stance: Literal["for", "against"] = "for"
    score: float
    why: str = ""
    about: Entity
    triple: Triple | None = None
    finding: Finding | None = None
    concept: ConceptScore | None = None
    sparql: str | None = None
    cypher: str | None = None

    @model_validator(mode="after")
    def _kind_has_its_part(self) -> Self:
        part = {"triple": self.triple, "concept": self.concept}.get(self.kind, self.finding)
        if part is None or (self.kind == "region" and (self.finding is None or self.finding.region is None)):
            raise ValueError(f"evidence {self.key} of kind {self.kind} lacks its {self.kind}")
        if self.kind == "triple" and not (self.sparql and self.cypher):
            raise ValueError(f"triple evidence {self.key} needs both its SPARQL and its Cypher query")
        return self


class Claim(Noun):
    """A sentence, what it cites, and what the verifier says of it.

    Parameters
    ----------
    sentence : str
        With its citations in place: ``… [E1][E2]``.
    kind : str
        ``observation`` (cites image evidence), ``reason`` (cites a triple) or ``diagnosis`` (cites both).
    citations : tuple of str
        The keys in the sentence, in order.
    verdict : str
        ``supported``, ``contradicted`` or ``unsupported``.
    why : str
        The verifier's reason where the verdict is not ``supported``.
    """

    sentence: str
    kind: Literal["observation", "reason", "diagnosis"]
    citations: tuple[EvidenceKey, ...]
    verdict: Literal["supported", "contradicted", "unsupported"] = "unsupported"
    why: str = ""

    @model_validator(mode="after")
    def _citations_match(self) -> Self:
        if tuple(CITATION.findall(self.sentence)) != self.citations:
            raise ValueError(f"the citations in {self.sentence!r} are not {list(self.citations)}")
        return self


class Explanation(Noun):
    """Findings, the sentences about them, and the evidence they cite.

    Parameters
    ----------
    image : str
        The image as it was named.
    findings : tuple of Finding
        Every finding the model knows, the absent ones too.
    claims : tuple of Claim
        Only supported ones are released; empty when withheld.
    evidence : tuple of Evidence
        Everything a claim may cite.
    generator : str
        Name of the generator.
    graph : str
        Digest of the graph, ``sha256:…``; ``none`` without a graph.
    abstained : bool
        Whether the explanation was withheld.
    reason : str or None
        Why it was withheld.

    Raises
    ------
    pydantic.ValidationError
        If a claim cites evidence that is not there, or something withheld has claims or lacks a reason.
    """

    image: str
    findings: tuple[Finding, ...] = ()
    claims: tuple[Claim, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    generator: str
    graph: str
    abstained: bool = False
    reason: str | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        known = [e.key for e in self.evidence]
        if len(set(known)) != len(known):
            raise ValueError("two pieces of evidence share a key")
        for claim in self.claims:
            if missing := set(claim.citations) - set(known):
                raise ValueError(f"{claim.sentence!r} cites {sorted(missing)}, which is not in the evidence")
        if self.abstained and (self.claims or not self.reason):
            raise ValueError("a withheld explanation has a reason and no claims")
        return self

    @property
    def text(self) -> str:
        """The sentences, or the reason why there are none."""
        if self.abstained:
            return f"Withheld: {self.reason}"
        return " ".join(claim.sentence for claim in self.claims)


__all__ = [
    "CITATION",
    "Certainty",
    "Claim",
    "Concept",
    "ConceptScore",
    "Confidence",
    "Counts",
    "Curie",
    "Entity",
    "Evidence",
    "EvidenceKey",
    "Explanation",
    "Finding",
    "Noun",
    "Probability",
    "Provenance",
    "Region",
    "Relation",
    "ScoredTriple",
    "Study",
    "Subgraph",
    "Triple",
]
