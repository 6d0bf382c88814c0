"""An explanation as JSON-LD: sentences, what they cite, and where each fact comes from, as linked data.

Concepts, relations, sources and assertions have their own IRIs; whoever holds the graph can join both.
"""

from __future__ import annotations

import json
from typing import Any

from thoracite.kg.vocabulary import PREFIXES, expand
from thoracite.types import Claim, Evidence, Explanation, Finding, Triple
from thoracite.ui.text import NOTICE, describe_evidence

Node = dict[str, Any]

CONTEXT: Node = {
    **{name: PREFIXES[name] for name in ("thx", "thxs", "thxa", "rdf", "rdfs", "prov", "dcterms", "xsd")},
    "label": "rdfs:label",
    "description": "dcterms:description",
    "rights": "dcterms:rights",
    "about": {"@id": "thx:about", "@type": "@id"},
    "finding": "thx:finding",
    "claim": {"@id": "thx:claim", "@container": "@list"},
    "evidence": "thx:evidence",
    "cites": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
    "origin": {"@id": "prov:hadPrimarySource", "@type": "@id"},
    "subject": {"@id": "rdf:subject", "@type": "@id"},
    "predicate": {"@id": "rdf:predicate", "@type": "@id"},
    "object": {"@id": "rdf:object", "@type": "@id"},
    "key": "thx:key",
    "kind": "thx:kind",
    "stance": "thx:stance",
    "sentence": "thx:sentence",
    "verdict": "thx:verdict",
    "probability": {"@id": "thx:probability", "@type": "xsd:double"},
    "place": "thx:place",
    "locator": "thx:locator",
    "licence": "dcterms:license",
    "graph": "thx:graphDigest",
}
"""Names of the JSON and what they stand for."""


def render_jsonld(explanation: Explanation) -> str:
    """Render one explanation as JSON-LD.

    Parameters
    ----------
    explanation : Explanation
        Released or withheld.

    Returns
    -------
    str
        One object with ``@context``; blank nodes for what belongs to this image alone.

    Examples
    --------
    >>> withheld = Explanation(image="cat.png", generator="template", graph="none", abstained=True, reason="no X-ray")
    >>> json.loads(render_jsonld(withheld))["@type"]
    'thx:Explanation'
    """
    node = {
        "@context": CONTEXT,
        "@id": "_:explanation",
        "@type": "thx:Explanation",
        "label": explanation.image,
        "rights": NOTICE,
        "graph": explanation.graph,
        "finding": [_find(finding) for finding in explanation.findings],
        "claim": [_claim(number, claim) for number, claim in enumerate(explanation.claims, 1)],
        "evidence": [_piece(piece) for piece in explanation.evidence],
    }
    if explanation.reason:
        node["description"] = explanation.reason
    return json.dumps(node, ensure_ascii=False, indent=1)


def _find(finding: Finding) -> Node:
    return {
        "@type": "thx:ImageFinding",
        "about": expand(finding.entity.id),
        "label": finding.entity.label,
        "probability": round(finding.probability, 4),
        "verdict": finding.verdict,
    }


def _claim(number: int, claim: Claim) -> Node:
    return {
        "@id": f"_:C{number}",
        "@type": "thx:Claim",
        "kind": claim.kind,
        "sentence": claim.sentence,
        "cites": [f"_:{key}" for key in dict.fromkeys(claim.citations)],
    }


def _piece(piece: Evidence) -> Node:
    node: Node = {
        "@id": f"_:{piece.key}",
        "@type": "thx:Evidence",
        "key": piece.key,
        "kind": piece.kind,
        "stance": piece.stance,
        "about": expand(piece.about.id),
        "label": describe_evidence(piece),
    }
    return node if piece.triple is None else node | _state(piece.triple)


def _state(triple: Triple) -> Node:
    subject, relation, object_ = (expand(curie) for curie in triple.key)
    places = [
        {
            **({"@id": expand(one.assertion)} if one.assertion else {}),
            "@type": "thx:Assertion",
            "origin": expand(one.source),
            "locator": one.locator,
            "licence": one.licence,
        }
        for one in triple.provenance
    ]
    return {"subject": subject, "predicate": relation, "object": object_, "place": places}


__all__ = ["CONTEXT", "render_jsonld"]
