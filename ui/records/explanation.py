"""The JSON of explanations, retrievals and checked reports, as models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from thoracite.types import Answer, Certainty, Change, ClaimKind, Commonness, Confidence, SignKind, Verdict, View

Side = Literal["left", "right", "bilateral"] | None
Stance = Literal["for", "against"]
Point = tuple[float, float]


class Record(BaseModel):
    """Base of every record: closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EntityRecord(Record):
    """A concept by identifier and label."""

    id: str
    label: str


class RegionRecord(Record):
    """A box in pixels of the image as given: x0, y0, x1, y1."""

    box: tuple[float, float, float, float]
    anatomy: str
    side: Side


class DrawingRecord(Record):
    """Lines and outlines in pixels of the image as given."""

    kind: Literal["line", "outline", "box", "point"]
    points: list[Point]


class SlimSignRecord(Record):
    """A sign of a finding, with the image's answer and the part that it adds to the finding's log-odds."""

    id: str
    question: str
    kind: SignKind
    side: Side
    value: float | None
    unit: str
    reference: str
    valid: bool
    invalid_because: str | None
    probability: float | None
    answer: Answer | None
    log_odds: float


class SignRecord(SlimSignRecord):
    """A sign, and where it is drawn."""

    drawing: list[DrawingRecord]


class _FindingRecord(Record):
    """What all findings have."""

    id: str
    label: str
    codes: list[str]
    probability: float
    prior: float | None
    likelihood_ratio: float | None
    verdict: Verdict
    certainty: Certainty
    calibrated: bool
    region: RegionRecord | None
    log_odds: float
    base_log_odds: float
    rest_log_odds: float


class FindingRecord(_FindingRecord):
    """A finding; ``log_odds = base_log_odds + Σ signs.log_odds + rest_log_odds``."""

    signs: list[SignRecord]


class SlimFindingRecord(_FindingRecord):
    """A finding whose signs are not drawn."""

    signs: list[SlimSignRecord]


class ClaimRecord(Record):
    """A sentence with its citations."""

    sentence: str
    kind: ClaimKind
    citations: list[str]
    verdict: Literal["supported", "contradicted", "unsupported"]
    origin: Literal["template", "decoder", "rewritten"]


class DroppedRecord(Record):
    """A sentence that was written and not released, and why."""

    sentence: str
    verdict: Literal["contradicted", "unsupported"]
    why: str


class ProvenanceRecord(Record):
    """Origin of a fact."""

    source: str
    locator: str
    extractor: str
    version: str
    licence: str
    confidence: Confidence
    holds_for: list[str]
    commonness: Commonness


class CountsRecord(Record):
    """Reports in which the observation is present, uncertain and absent."""

    present: int
    uncertain: int
    absent: int


class TripleRecord(Record):
    """A fact of the graph in labels, its identifiers beside them; ``certainty`` is the less certain end's.

    ``assertions`` are the IRIs by which it is cited, one a place of ``provenance`` and in its order.
    """

    subject: str
    relation: str
    object: str
    subject_id: str
    relation_id: str
    object_id: str
    certainty: Certainty
    support: int
    counts: CountsRecord
    lift: float | None
    provenance: list[ProvenanceRecord]
    assertions: list[str]


class ScoredTripleRecord(TripleRecord):
    """A triple with its score, and what it adds up from by name; empty where it is no sum."""

    score: float
    parts: dict[str, float]


class _EvidenceRecord(Record):
    """Fields of all evidence; ``about`` is the CURIE of the finding."""

    key: str
    stance: Stance
    score: float
    why: str
    about: str
    about_label: str


class SlimTripleEvidence(_EvidenceRecord, TripleRecord):
    """A triple; ``parts`` is what its score adds up from by name, empty where it is no sum."""

    kind: Literal["triple"]
    parts: dict[str, float]


class TripleEvidence(SlimTripleEvidence):
    """A triple, with queries that return it from the graph it came from."""

    sparql: str
    cypher: str


class FindingEvidence(_EvidenceRecord):
    """The image model's result for a finding."""

    kind: Literal["finding"]
    probability: float
    prior: float | None
    likelihood_ratio: float | None
    verdict: Verdict
    certainty: Certainty
    calibrated: bool


class SignEvidence(_EvidenceRecord):
    """A sign of this image."""

    kind: Literal["sign"]
    sign: str
    question: str
    side: Side
    value: float | None
    unit: str
    answer: Answer | None
    log_odds: float


class RegionEvidence(_EvidenceRecord):
    """Place that the image model looked at."""

    kind: Literal["region"]
    box: tuple[float, float, float, float]
    anatomy: str
    side: Side


class DifferenceEvidence(_EvidenceRecord):
    """A value in ``unit``, or a finding's probability with its verdicts and no ``limit``, on this film and before."""

    kind: Literal["difference"]
    name: str
    change: Change
    now: float
    before: float
    unit: str
    limit: float | None
    view: View
    verdict_now: Verdict | None
    verdict_before: Verdict | None


class ImageEvidence(_EvidenceRecord):
    """A similar image of the user's index; no sentence cites it.

    ``image`` is its name in the indexed folder, ``label`` its source's labels in words, ``label_ids`` their CURIEs,
    ``distance`` one minus the cosine of the features.
    """

    kind: Literal["image"]
    image: str
    label: str
    label_ids: list[str]
    distance: float


class OtherEvidence(_EvidenceRecord):
    """The words of the request."""

    kind: Literal["indication"]
    label: str
    distance: float | None


_ImageKinds = FindingEvidence | SignEvidence | RegionEvidence | DifferenceEvidence | ImageEvidence | OtherEvidence

AnyEvidence = Annotated[TripleEvidence | _ImageKinds, Field(discriminator="kind")]

SlimEvidence = Annotated[SlimTripleEvidence | _ImageKinds, Field(discriminator="kind")]


class FindingChangeRecord(Record):
    """A finding that moved: probability before and after, and the difference of its log-odds."""

    id: str
    label: str
    before: float
    after: float
    log_odds: float
    verdict_before: Verdict
    verdict_after: Verdict


class ChangesRecord(Record):
    """What signs that were set, and what was left out, changed against the untouched image.

    ``signs`` has what each was set to, null where it was taken away; ``without`` the triples (three CURIEs) and boxes
    (pixels) that were left out; a sentence that was rewritten is in ``removed`` and in ``added``.
    """

    signs: dict[str, float | Answer | None]
    without: list[str]
    findings: list[FindingChangeRecord]
    removed: list[str]
    added: list[str]
    notes: list[str]


class _ExplanationRecord(Record):
    """What all explanations have; ``dropped`` is null unless it was asked for."""

    image: str
    view: View
    view_probability: float | None
    notes: list[str]
    abstained: bool
    reason: str | None
    generator: str
    graph: str
    changes: ChangesRecord | None
    dropped: list[DroppedRecord] | None


class ExplanationRecord(_ExplanationRecord):
    """One explanation."""

    findings: list[FindingRecord]
    claims: list[ClaimRecord]
    evidence: list[AnyEvidence]


class SlimExplanationRecord(_ExplanationRecord):
    """One explanation without queries, drawings and evidence that no sentence cites."""

    findings: list[SlimFindingRecord]
    claims: list[ClaimRecord]
    evidence: list[SlimEvidence]


class ErrorRecord(Record):
    """An image that could not be read, in its place among the lines."""

    image: str
    error: str


class RetrievalRecord(Record):
    """Retrieved evidence; ``reason`` says why an image was not read."""

    findings: list[FindingRecord]
    seeds: list[EntityRecord]
    triples: list[ScoredTripleRecord]
    evidence: list[AnyEvidence]
    reason: str | None


class ReportErrorRecord(Record):
    """An error in a report."""

    kind: str
    sentence: str
    expected: str
    evidence: list[AnyEvidence]


class ReadingRecord(Record):
    """How much of a report was read; ``unread`` has characters by reason."""

    statements: int
    unread_characters: int
    unread: dict[str, int]


class CheckRecord(Record):
    """A report compared with its image, the graph and itself."""

    errors: list[ReportErrorRecord]
    verdict: str
    read: ReadingRecord
    reason: str | None


__all__ = [
    "AnyEvidence",
    "ChangesRecord",
    "CheckRecord",
    "ClaimRecord",
    "CountsRecord",
    "DrawingRecord",
    "DroppedRecord",
    "EntityRecord",
    "ErrorRecord",
    "ExplanationRecord",
    "FindingChangeRecord",
    "FindingEvidence",
    "FindingRecord",
    "ImageEvidence",
    "OtherEvidence",
    "ProvenanceRecord",
    "ReadingRecord",
    "Record",
    "RegionEvidence",
    "RegionRecord",
    "ReportErrorRecord",
    "RetrievalRecord",
    "ScoredTripleRecord",
    "SignEvidence",
    "SignRecord",
    "SlimEvidence",
    "SlimExplanationRecord",
    "SlimFindingRecord",
    "SlimSignRecord",
    "SlimTripleEvidence",
    "TripleEvidence",
    "TripleRecord",
]
