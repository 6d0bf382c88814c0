"""The JSON that commands and routes answer with, as models: one shape an output, and a JSON Schema of each.

:mod:`thoracite.ui.view` fills them from nouns. ``thoracite schema NAME`` prints a schema; the files in ``ui/schemas``
are the same.

References
----------
JSON Schema, draft 2020-12. https://json-schema.org/draft/2020-12

Examples
--------
>>> sorted(SCHEMAS)[:3], make_schema("explain")["$schema"]
(['build', 'check', 'check-report'], 'https://json-schema.org/draft/2020-12/schema')
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from thoracite.errors import UsageError
from thoracite.files import write_text
from thoracite.types import Certainty, ClaimKind, Confidence, SignKind, Verdict, View

FOLDER = Path(__file__).resolve().parent / "schemas"
"""The schemas as files."""

Side = Literal["left", "right", "bilateral"] | None
Stance = Literal["for", "against"]
Point = tuple[float, float]


class Record(BaseModel):
    """Base of every shape: closed to unknown fields."""

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


class SignRecord(Record):
    """A sign that was looked for, with what it adds to the finding's log-odds."""

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
    log_odds: float
    drawing: list[DrawingRecord]


class FindingRecord(Record):
    """A finding; ``log_odds = base_log_odds + Σ signs.log_odds + rest_log_odds``."""

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
    signs: list[SignRecord]


class ClaimRecord(Record):
    """A sentence and what it cites."""

    sentence: str
    kind: ClaimKind
    citations: list[str]
    verdict: Literal["supported", "contradicted", "unsupported"]
    origin: Literal["template", "decoder", "rewritten"]


class ProvenanceRecord(Record):
    """Where a fact comes from."""

    source: str
    locator: str
    extractor: str
    version: str
    licence: str
    confidence: Confidence


class CountsRecord(Record):
    """Reports in which something stood as present, uncertain and absent."""

    present: int
    uncertain: int
    absent: int


class TripleRecord(Record):
    """A fact of the graph in labels, its identifiers beside them; ``certainty`` is the less certain end's."""

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


class ScoredTripleRecord(TripleRecord):
    """A triple and how well it fits."""

    score: float


class _EvidenceRecord(Record):
    """What all evidence has; ``about`` is the CURIE of the finding."""

    key: str
    stance: Stance
    score: float
    why: str
    about: str
    about_label: str


class TripleEvidence(_EvidenceRecord, TripleRecord):
    """A triple, with queries that return it from the graph it came from."""

    kind: Literal["triple"]
    sparql: str
    cypher: str


class FindingEvidence(_EvidenceRecord):
    """What the image model says of a finding."""

    kind: Literal["finding"]
    probability: float
    likelihood_ratio: float | None
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
    log_odds: float


class RegionEvidence(_EvidenceRecord):
    """Where the image model looked."""

    kind: Literal["region"]
    box: tuple[float, float, float, float]
    anatomy: str
    side: Side


class OtherEvidence(_EvidenceRecord):
    """A similar image with its label and distance, or the words of the request."""

    kind: Literal["image", "indication"]
    label: str
    distance: float | None


AnyEvidence = Annotated[
    TripleEvidence | FindingEvidence | SignEvidence | RegionEvidence | OtherEvidence, Field(discriminator="kind")
]


class ExplanationRecord(Record):
    """One explanation."""

    image: str
    view: View
    abstained: bool
    reason: str | None
    generator: str
    graph: str
    findings: list[FindingRecord]
    claims: list[ClaimRecord]
    evidence: list[AnyEvidence]


class ErrorRecord(Record):
    """An image that could not be read, in its place among the lines."""

    image: str
    error: str


class RetrievalRecord(Record):
    """What was retrieved; ``reason`` says why an image was not read."""

    findings: list[FindingRecord]
    seeds: list[EntityRecord]
    triples: list[ScoredTripleRecord]
    evidence: list[AnyEvidence]
    reason: str | None


class ReportErrorRecord(Record):
    """Something that is wrong with a report."""

    kind: str
    sentence: str
    expected: str
    evidence: list[AnyEvidence]


class CheckRecord(Record):
    """A report held against its image, the graph and itself."""

    errors: list[ReportErrorRecord]
    verdict: str
    reason: str | None


class CypherRecord(Record):
    """Rows of a property graph."""

    columns: list[str]
    rows: list[list[Any]]


class SparqlHead(Record):
    """Names of the variables; empty for an ASK."""

    vars: list[str] = []


class SparqlTerm(BaseModel):
    """An RDF term; a triple term has a value of its own shape."""

    type: Literal["uri", "literal", "bnode", "triple"]
    value: Any
    datatype: str | None = None


class SparqlResults(Record):
    """Solutions: variable to term."""

    bindings: list[dict[str, SparqlTerm]]


class SparqlRecord(Record):
    """SPARQL 1.1 Query Results JSON Format."""

    head: SparqlHead
    results: SparqlResults | None = None
    boolean: bool | None = None


class PublishedRecord(Record):
    """A published query."""

    name: str
    title: str
    purpose: str
    parameters: dict[str, str | int | float]


class QueriesRecord(Record):
    """The published queries."""

    queries: list[PublishedRecord]


class StatisticsRecord(Record):
    """How much a graph holds."""

    entities: int
    triples: int
    assertions: int
    sources: int


class BuildRecord(Record):
    """A build that is done."""

    folder: str
    digest: str
    statistics: StatisticsRecord
    seconds: float


class ViolationRecord(Record):
    """A node that breaks a rule."""

    node: str
    problem: str


class ViolationsRecord(Record):
    """What ``thoracite check`` found."""

    graph: str
    violations: list[ViolationRecord]


class RowRecord(Record):
    """A figure; null where there is none."""

    system: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None


class SuiteRecord(Record):
    """The figures of one measurement."""

    suite: str
    data: str
    n: int
    rows: list[RowRecord]


class SuitesRecord(Record):
    """Names of the suites."""

    suites: list[str]


class SettingRecord(Record):
    """A value and where it came from."""

    value: Any
    origin: str


class SettingsRecord(Record):
    """Every setting."""

    settings: dict[str, SettingRecord]


class RadGraphEntity(BaseModel):
    """An entity in RadGraph's own form."""

    tokens: str
    label: str
    start_ix: int
    end_ix: int
    relations: list[tuple[str, str]]


class RadGraphReport(BaseModel):
    """A report in RadGraph's own form, identifiers removed."""

    text: str
    entities: dict[str, RadGraphEntity]


class HealthRecord(Record):
    """Whether the server answers, and whether its models are loaded."""

    status: Literal["ok"]
    version: str
    ready: bool


SCHEMAS: dict[str, Any] = {
    "build": BuildRecord,
    "check": ViolationsRecord,
    "check-report": CheckRecord,
    "evaluate": SuiteRecord,
    "evaluate-list": SuitesRecord,
    "explain": ExplanationRecord | ErrorRecord,
    "extract": dict[str, RadGraphReport],
    "healthz": HealthRecord,
    "queries": QueriesRecord,
    "query-cypher": CypherRecord,
    "query-sparql": SparqlRecord,
    "retrieve": RetrievalRecord,
    "settings": SettingsRecord,
}
"""Shape of each output, by the command that prints it (``explain``: of one line)."""


def make_schema(name: str) -> dict[str, Any]:
    """JSON Schema of an output.

    Parameters
    ----------
    name : str
        One of :data:`SCHEMAS`.

    Raises
    ------
    UsageError
        If no output has the name.
    """
    if name not in SCHEMAS:
        raise UsageError(f"there is no output {name!r}; expected {', '.join(sorted(SCHEMAS))}")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://w3id.org/thoracite/schema/{name}",
        "title": f"thoracite {name}",
    }
    return head | TypeAdapter(SCHEMAS[name]).json_schema(mode="serialization")


def write_schemas(folder: Path = FOLDER) -> None:
    """Write every schema as ``NAME.schema.json``; run ``python -m thoracite.ui.records`` after a shape changed."""
    for name in SCHEMAS:
        write_text(folder / f"{name}.schema.json", json.dumps(make_schema(name), indent=1) + "\n")


__all__ = ["FOLDER", "SCHEMAS", "Record", "make_schema", "write_schemas"]

if __name__ == "__main__":
    write_schemas()
