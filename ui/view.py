"""Explanations and answers as JSON: the shapes that scripts rely on.

Pure functions from nouns to plain dictionaries; nothing here reads a file, a graph or a model. The page is
:mod:`thoracite.ui.page`, the terminal :mod:`thoracite.ui.text`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thoracite.errors import StoreError
from thoracite.kg.stores.store import QueryResult
from thoracite.types import (
    Certainty,
    ConceptScore,
    Entity,
    Evidence,
    Explanation,
    Finding,
    Provenance,
    Region,
    Triple,
)

if TYPE_CHECKING:
    from thoracite.generation.report_check import ReportCheck
    from thoracite.retrieval.retriever import Retrieval

Record = dict[str, Any]
"""A JSON object."""


def render_record(explanation: Explanation) -> Record:
    """One explanation as the JSON object of ``thoracite explain --json`` and ``POST /explain``.

    Parameters
    ----------
    explanation : Explanation
        Released or withheld.

    Returns
    -------
    dict
        ``image``, ``abstained``, ``reason``, ``generator``, ``graph``, ``findings``, ``claims``, ``evidence``.

    Examples
    --------
    >>> withheld = Explanation(
    ...     image="cat.png", generator="template", graph="none", abstained=True, reason="not a chest X-ray"
    ... )
    >>> record = render_record(withheld)
    >>> record["abstained"], record["reason"], record["claims"]
    (True, 'not a chest X-ray', [])
    """
    return {
        "image": explanation.image,
        "abstained": explanation.abstained,
        "reason": explanation.reason,
        "generator": explanation.generator,
        "graph": explanation.graph,
        "findings": [render_finding(finding) for finding in explanation.findings],
        "claims": [
            {
                "sentence": claim.sentence,
                "citations": list(claim.citations),
                "verdict": claim.verdict,
                "kind": claim.kind,
            }
            for claim in explanation.claims
        ],
        "evidence": [render_evidence(evidence) for evidence in explanation.evidence],
    }


def render_error(image: str, message: str) -> Record:
    """The line of an image that could not be read.

    Examples
    --------
    >>> render_error("empty.png", "empty.png is empty (0 bytes)")
    {'image': 'empty.png', 'error': 'empty.png is empty (0 bytes)'}
    """
    return {"image": image, "error": message}


def render_finding(finding: Finding) -> Record:
    """A finding with its probability, place and the concepts that carry it."""
    return {
        "id": finding.entity.id,
        "label": finding.entity.label,
        "codes": list(finding.entity.codes),
        "probability": round(finding.probability, 4),
        "calibrated": finding.calibrated,
        "certainty": finding.certainty.value,
        "region": _region(finding.region),
        "concepts": [_concept(score) for score in finding.concepts],
    }


def render_triple(triple: Triple) -> Record:
    """A triple in labels, its identifiers beside them, with counts and every source.

    ``certainty`` is that of the less certain end.
    """
    return {
        "subject": triple.subject.label,
        "relation": triple.relation.label,
        "object": triple.object.label,
        "subject_id": triple.subject.id,
        "relation_id": triple.relation.id,
        "object_id": triple.object.id,
        "certainty": find_certainty(triple).value,
        "support": triple.support,
        "counts": triple.counts.model_dump(),
        "lift": triple.lift,
        "provenance": [_provenance(source) for source in triple.provenance],
    }


def find_certainty(triple: Triple) -> Certainty:
    """The certainty of a triple's less certain end.

    Examples
    --------
    >>> from thoracite.types import Entity, Provenance, Relation
    >>> triple = Triple(
    ...     subject=Entity(id="thx:opacity", label="opacity"),
    ...     relation=Relation(id="thx:located_at", label="located at"),
    ...     object=Entity(id="thx:left_lung", label="left lung"), subject_certainty=Certainty.ABSENT,
    ...     provenance=(Provenance(source="thxs:openi", locator="3 reports"),),
    ... )
    >>> find_certainty(triple).value
    'definitely absent'
    """
    if triple.subject_certainty is Certainty.PRESENT:
        return triple.object_certainty
    return triple.subject_certainty


def render_evidence(evidence: Evidence) -> Record:
    """One piece of evidence; its fields depend on its kind."""
    record: Record = {
        "key": evidence.key,
        "kind": evidence.kind,
        "stance": evidence.stance,
        "score": round(evidence.score, 4),
        "why": evidence.why,
        "about": _entity(evidence.about),
    }
    if evidence.triple is not None:
        record |= render_triple(evidence.triple)
        record |= {"sparql": evidence.sparql, "cypher": evidence.cypher}
        return record
    if evidence.finding is not None:
        finding = evidence.finding
        record |= {
            "finding": _entity(finding.entity),
            "probability": round(finding.probability, 4),
            "calibrated": finding.calibrated,
            "certainty": finding.certainty.value,
            "region": _region(finding.region),
        }
    if evidence.concept is not None:
        record["concept"] = _concept(evidence.concept)
    return record


def render_retrieval(found: Retrieval) -> Record:
    """What was retrieved, as the JSON object of ``thoracite retrieve --json`` and ``POST /retrieve``.

    ``reason`` says why an image was not read; it is None otherwise.
    """
    return {
        "findings": [render_finding(finding) for finding in found.findings],
        "seeds": [_entity(seed) for seed in found.seeds],
        "triples": [render_triple(scored.triple) | {"score": round(scored.score, 4)} for scored in found.triples],
        "evidence": [render_evidence(evidence) for evidence in found.evidence],
        "reason": found.reason,
    }


def render_check(checked: ReportCheck) -> Record:
    """What is wrong with a report, as the JSON object of ``thoracite check-report --json`` and ``POST /check-report``.

    ``reason`` says why the image was not read; it is None otherwise.
    """
    return {
        "errors": [
            error.model_dump(include={"kind", "sentence", "expected"})
            | {"evidence": [render_evidence(piece) for piece in error.evidence]}
            for error in checked.errors
        ],
        "verdict": checked.verdict,
        "reason": checked.reason,
    }


def render_sparql_json(result: QueryResult) -> Record:
    """An RDF store's answer in the SPARQL 1.1 Query Results JSON Format.

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
    """A property graph's answer: column names and rows.

    Examples
    --------
    >>> render_cypher_json(QueryResult(columns=("label", "n"), rows=(("pleural effusion", 3),)))
    {'columns': ['label', 'n'], 'rows': [['pleural effusion', 3]]}
    """
    return {"columns": list(result.columns), "rows": [list(row) for row in result.rows]}


def _entity(entity: Entity) -> Record:
    return {"id": entity.id, "label": entity.label}


def _region(region: Region | None) -> Record | None:
    if region is None:
        return None
    return {"box": [round(edge, 1) for edge in region.box], "anatomy": region.anatomy, "side": region.side}


def _concept(score: ConceptScore) -> Record:
    return {
        "id": score.concept.id,
        "question": score.concept.question,
        "probability": round(score.probability, 4),
        "contribution": round(score.contribution, 4),
        "region": _region(score.region),
    }


def _provenance(provenance: Provenance) -> Record:
    return provenance.model_dump()


__all__ = [
    "Record",
    "find_certainty",
    "render_check",
    "render_cypher_json",
    "render_error",
    "render_evidence",
    "render_finding",
    "render_record",
    "render_retrieval",
    "render_sparql_json",
    "render_triple",
]
