"""Explanations and answers as JSON: the form that scripts rely on.

Pure functions from nouns to plain dictionaries; nothing here reads a file, a graph or a model. The page is
:mod:`thoracite.ui.page`, the terminal :mod:`thoracite.ui.text`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thoracite.errors import StoreError
from thoracite.kg.stores.store import QueryResult
from thoracite.kg.vocabulary import expand
from thoracite.types import Changes, Entity, Evidence, Explanation, Finding, Region, SignScore, Triple
from thoracite.ui.records.explanation import (
    AnyEvidence,
    ChangesRecord,
    ClaimRecord,
    CountsRecord,
    DifferenceEvidence,
    DrawingRecord,
    DroppedRecord,
    ExplanationRecord,
    FindingChangeRecord,
    FindingEvidence,
    FindingRecord,
    ImageEvidence,
    OtherEvidence,
    ProvenanceRecord,
    RegionEvidence,
    RegionRecord,
    SignEvidence,
    SignRecord,
    TripleEvidence,
    TripleRecord,
)

if TYPE_CHECKING:
    from thoracite.generation.report.check import ReportCheck
    from thoracite.retrieval.retriever import Retrieval

Record = dict[str, Any]
"""A JSON object."""


def render_record(explanation: Explanation, *, dropped: bool = False) -> Record:
    """Render one explanation as the JSON object of ``thoracite explain --json`` and ``POST /explain``.

    Parameters
    ----------
    explanation : Explanation
        Released or withheld.
    dropped : bool
        Whether to tell what was written and not released; it is null otherwise.

    Returns
    -------
    dict
        In the form of :class:`~thoracite.ui.records.explanation.ExplanationRecord`.

    Examples
    --------
    >>> withheld = Explanation(
    ...     image="cat.png", generator="template", graph="none", abstained=True, reason="not a chest X-ray"
    ... )
    >>> record = render_record(withheld)
    >>> record["abstained"], record["reason"], record["claims"]
    (True, 'not a chest X-ray', [])
    """
    record = ExplanationRecord(
        image=explanation.image,
        view=explanation.view,
        view_probability=explanation.view_probability,
        notes=list(explanation.notes),
        abstained=explanation.abstained,
        reason=explanation.reason,
        generator=explanation.generator,
        graph=explanation.graph,
        changes=None if explanation.changes is None else _changes(explanation.changes),
        dropped=[DroppedRecord(**one.model_dump()) for one in explanation.dropped] if dropped else None,
        findings=[_finding(finding) for finding in explanation.findings],
        claims=[
            ClaimRecord(
                sentence=claim.sentence,
                kind=claim.kind,
                citations=list(claim.citations),
                verdict=claim.verdict,
                origin=claim.origin,
            )
            for claim in explanation.claims
        ],
        evidence=[_evidence(evidence) for evidence in explanation.evidence],
    )
    return record.model_dump(mode="json")


def _changes(changes: Changes) -> ChangesRecord:
    return ChangesRecord(
        **changes.model_dump(exclude={"findings"}),
        findings=[
            FindingChangeRecord(
                id=moved.finding.id,
                label=moved.finding.label,
                before=round(moved.before, 4),
                after=round(moved.after, 4),
                log_odds=round(moved.log_odds, 6),
                verdict_before=moved.verdict_before,
                verdict_after=moved.verdict_after,
            )
            for moved in changes.findings
        ],
    )


def render_slim(explanation: Explanation, *, dropped: bool = False) -> Record:
    """Render the object of ``thoracite explain --slim``: without queries, drawings and evidence that no sentence cites.

    Similar images, which were asked for, stay; so does what was dropped, where ``dropped`` asks for it.

    Returns
    -------
    dict
        As :class:`~thoracite.ui.records.explanation.SlimExplanationRecord` has it.
    """
    record = render_record(explanation, dropped=dropped)
    cited = {key for claim in record["claims"] for key in claim["citations"]}
    kept = [one for one in record["evidence"] if one["key"] in cited or one["kind"] == "image"]
    record["evidence"] = [_without(one, "sparql", "cypher") for one in kept]
    for finding in record["findings"]:
        finding["signs"] = [_without(sign, "drawing") for sign in finding["signs"]]
    return record


def _without(record: Record, *names: str) -> Record:
    return {name: value for name, value in record.items() if name not in names}


def render_error(image: str, message: str) -> Record:
    """Render the line of an image that could not be read.

    Examples
    --------
    >>> render_error("empty.png", "empty.png is empty (0 bytes)")
    {'image': 'empty.png', 'error': 'empty.png is empty (0 bytes)'}
    """
    return {"image": image, "error": message}


def render_finding(finding: Finding) -> Record:
    """Render a finding with its numbers, its place, and the signs that carry it."""
    return _finding(finding).model_dump(mode="json")


def _finding(finding: Finding) -> FindingRecord:
    ratio = finding.likelihood_ratio
    return FindingRecord(
        id=finding.entity.id,
        label=finding.entity.label,
        codes=list(finding.entity.codes),
        probability=round(finding.probability, 4),
        prior=finding.prior,
        likelihood_ratio=None if ratio is None else round(ratio, 4),
        verdict=finding.verdict,
        certainty=finding.certainty,
        calibrated=finding.calibrated,
        region=_region(finding.region),
        log_odds=round(finding.log_odds, 6),
        base_log_odds=round(finding.base_log_odds, 6),
        rest_log_odds=round(finding.rest_log_odds, 6),
        signs=[_sign(score) for score in finding.signs],
    )


def _sign(score: SignScore) -> SignRecord:
    return SignRecord(
        **score.model_dump(exclude={"sign", "drawing", "opposite"}),
        **score.sign.model_dump(include={"id", "question", "kind"}),
        drawing=[DrawingRecord(kind=drawn.kind, points=list(drawn.points)) for drawn in score.drawing],
    )


def render_triple(triple: Triple) -> Record:
    """Render a triple in labels, its identifiers beside them, with counts and every source.

    ``certainty`` is that of the less certain end.
    """
    return TripleRecord(**_triple(triple)).model_dump(mode="json")


def _triple(triple: Triple) -> Record:
    return {
        "subject": triple.subject.label,
        "relation": triple.relation.label,
        "object": triple.object.label,
        "subject_id": triple.subject.id,
        "relation_id": triple.relation.id,
        "object_id": triple.object.id,
        "certainty": triple.certainty,
        "support": triple.support,
        "counts": CountsRecord(**triple.counts.model_dump()),
        "lift": triple.lift,
        "provenance": [ProvenanceRecord(**one.model_dump(exclude={"assertion"})) for one in triple.provenance],
        "assertions": [expand(one.assertion) for one in triple.provenance if one.assertion],
    }


def render_evidence(evidence: Evidence) -> Record:
    """Render one piece of evidence; its fields depend on its kind."""
    return _evidence(evidence).model_dump(mode="json")


def _evidence(evidence: Evidence) -> AnyEvidence:
    shared: Record = {
        "kind": evidence.kind,
        "key": evidence.key,
        "stance": evidence.stance,
        "score": round(evidence.score, 4),
        "why": evidence.why,
        "about": evidence.about.id,
        "about_label": evidence.about.label,
    }
    if evidence.triple is not None:
        return TripleEvidence(
            **shared,
            **_triple(evidence.triple),
            parts=dict(evidence.parts),
            sparql=evidence.sparql or "",
            cypher=evidence.cypher or "",
        )
    if evidence.sign is not None:
        asked = evidence.sign.sign
        read = evidence.sign.model_dump(include={"side", "value", "unit", "answer", "log_odds"})
        return SignEvidence(**shared, **read, sign=asked.id, question=asked.question)
    if evidence.difference is not None:
        return DifferenceEvidence(**shared, **evidence.difference.model_dump())
    region = _region(evidence.finding.region) if evidence.finding else None
    if evidence.kind == "region" and region is not None:
        return RegionEvidence(**shared, **region.model_dump())
    if evidence.finding is not None:
        fields = ("probability", "prior", "likelihood_ratio", "verdict", "certainty", "calibrated")
        return FindingEvidence(**shared, **_finding(evidence.finding).model_dump(include=set(fields)))
    if evidence.kind == "image":
        return ImageEvidence(
            **shared,
            image=evidence.image,
            label=evidence.label,
            label_ids=[label.id for label in evidence.labels],
            distance=round(evidence.distance or 0.0, 4),
        )
    return OtherEvidence(**shared, label=evidence.label, distance=evidence.distance)


def render_retrieval(found: Retrieval) -> Record:
    """Render retrieved evidence as the JSON object of ``thoracite retrieve --json`` and ``POST /retrieve``.

    ``reason`` says why an image was not read; it is None otherwise.
    """
    return {
        "findings": [render_finding(finding) for finding in found.findings],
        "seeds": [_entity(seed) for seed in found.seeds],
        "triples": [
            render_triple(scored.triple) | {"score": round(scored.score, 4), "parts": dict(scored.parts)}
            for scored in found.triples
        ],
        "evidence": [render_evidence(evidence) for evidence in found.evidence],
        "reason": found.reason,
    }


def render_check(checked: ReportCheck) -> Record:
    """Render errors of a report as the JSON object of ``thoracite check-report --json`` and ``POST /check-report``.

    ``read`` says how many statements were read and how many characters were not; ``reason`` why the image was not
    read, and is None otherwise.
    """
    return {
        "errors": [
            error.model_dump(include={"kind", "sentence", "expected"})
            | {"evidence": [render_evidence(piece) for piece in error.evidence]}
            for error in checked.errors
        ],
        "verdict": checked.verdict,
        "read": {
            "statements": checked.reading.statements,
            "unread_characters": checked.reading.unread_characters,
            "unread": {part.reason: part.characters for part in checked.reading.unread},
        },
        "reason": checked.reason,
    }


def render_sparql_json(result: QueryResult) -> Record:
    """Render an RDF store's answer in the SPARQL 1.1 Query Results JSON Format.

    Parameters
    ----------
    result : QueryResult
        Rows of RDF terms, None where unbound, or the answer of an ASK.

    Raises
    ------
    StoreError
        If a row holds something that is not an RDF term, as a property graph's rows do.

    References
    ----------
    https://www.w3.org/TR/sparql11-results-json/

    Examples
    --------
    >>> term = {"type": "literal", "value": "pleural effusion"}
    >>> render_sparql_json(QueryResult(columns=("label", "kind"), rows=((term, None),)))["results"]
    {'bindings': [{'label': {'type': 'literal', 'value': 'pleural effusion'}}]}
    >>> render_sparql_json(QueryResult(boolean=True))
    {'head': {}, 'boolean': True}
    """
    if result.boolean is not None:
        return {"head": {}, "boolean": result.boolean}
    bindings = []
    for row in result.rows:
        binding = {name: term for name, term in zip(result.columns, row, strict=True) if term is not None}
        if wrong := [name for name, term in binding.items() if not (isinstance(term, dict) and "type" in term)]:
            raise StoreError(
                f"column {wrong[0]} holds no RDF term; the answer of a property graph has no SPARQL results format, "
                "use the Cypher form"
            )
        bindings.append(binding)
    return {"head": {"vars": list(result.columns)}, "results": {"bindings": bindings}}


def render_cypher_json(result: QueryResult) -> Record:
    """Render a property graph's answer: column names and rows.

    Examples
    --------
    >>> render_cypher_json(QueryResult(columns=("label", "n"), rows=(("pleural effusion", 3),)))
    {'columns': ['label', 'n'], 'rows': [['pleural effusion', 3]]}
    """
    return {"columns": list(result.columns), "rows": [list(row) for row in result.rows]}


def _entity(entity: Entity) -> Record:
    return {"id": entity.id, "label": entity.label}


def _region(region: Region | None) -> RegionRecord | None:
    if region is None:
        return None
    x0, y0, x1, y1 = (round(edge, 1) for edge in region.box)
    return RegionRecord(box=(x0, y0, x1, y1), anatomy=region.anatomy, side=region.side)


__all__ = [
    "Record",
    "render_check",
    "render_cypher_json",
    "render_error",
    "render_evidence",
    "render_finding",
    "render_record",
    "render_retrieval",
    "render_slim",
    "render_sparql_json",
    "render_triple",
]
