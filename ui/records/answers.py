"""The JSON of other answers: queries, builds, checks, figures, settings, reports."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from thoracite.ui.records.explanation import Record


class CypherRecord(Record):
    """Rows of a property graph."""

    columns: list[str]
    rows: list[list[Any]]


class SparqlHead(Record):
    """Names of the variables; empty for an ASK."""

    vars: tuple[str, ...] = ()


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
    """Numbers of a graph's parts."""

    entities: int
    triples: int
    assertions: int
    sources: int


class BuildRecord(Record):
    """A finished build."""

    folder: str
    digest: str
    statistics: StatisticsRecord
    seconds: float


class ViolationRecord(Record):
    """A node that violates a rule."""

    node: str
    problem: str


class ViolationsRecord(Record):
    """Violations found by ``thoracite check``."""

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
    """A value and its origin."""

    value: Any
    origin: str


class SettingsRecord(Record):
    """Every setting."""

    settings: dict[str, SettingRecord]


class RadGraphEntity(BaseModel):
    """An entity in RadGraph's format."""

    tokens: str
    label: str
    start_ix: int
    end_ix: int
    relations: list[tuple[str, str]]


class RadGraphReport(BaseModel):
    """A report in RadGraph's format, identifiers removed."""

    text: str
    entities: dict[str, RadGraphEntity]


class HealthRecord(Record):
    """State of the server and of its models."""

    status: Literal["ok"]
    version: str
    ready: bool


__all__ = [
    "BuildRecord",
    "CypherRecord",
    "HealthRecord",
    "PublishedRecord",
    "QueriesRecord",
    "RadGraphEntity",
    "RadGraphReport",
    "RowRecord",
    "SettingRecord",
    "SettingsRecord",
    "SparqlHead",
    "SparqlRecord",
    "SparqlResults",
    "SparqlTerm",
    "StatisticsRecord",
    "SuiteRecord",
    "SuitesRecord",
    "ViolationRecord",
    "ViolationsRecord",
]
