"""Linked data that other programs can read: nothing is lost between sentence, evidence and source."""

from __future__ import annotations

import json

from rdflib import URIRef

from thoracite.kg.vocabulary import PREFIXES, expand
from thoracite.retrieval.exchange import parse_jsonld
from thoracite.types import Explanation
from thoracite.ui.jsonld import render_jsonld
from thoracite.ui.text import NOTICE

PROV = PREFIXES["prov"]


def test_a_sentence_leads_to_the_assertions_behind_it(explanation: Explanation) -> None:
    graph = parse_jsonld(render_jsonld(explanation))
    asked = f"""
        PREFIX thx: <{PREFIXES["thx"]}> PREFIX rdf: <{PREFIXES["rdf"]}> PREFIX prov: <{PROV}>
        SELECT ?sentence ?assertion ?source WHERE {{
          ?claim a thx:Claim ; thx:sentence ?sentence ; prov:wasDerivedFrom ?piece .
          ?piece rdf:subject ?subject ; thx:place ?assertion . ?assertion prov:hadPrimarySource ?source
        }}"""
    found = {(str(row[0]), str(row[2])) for row in graph.query(asked)}  # type: ignore[index]
    expected = {
        (claim.sentence, expand(place.source))
        for claim in explanation.claims
        for piece in explanation.evidence
        if piece.key in claim.citations and piece.triple is not None
        for place in piece.triple.provenance
    }
    assert found == expected
    assert expected


def test_every_finding_and_sentence_is_there(explanation: Explanation) -> None:
    record = json.loads(render_jsonld(explanation))
    assert [one["sentence"] for one in record["claim"]] == [claim.sentence for claim in explanation.claims]
    assert len(record["finding"]) == len(explanation.findings)
    assert {one["key"] for one in record["evidence"]} == {piece.key for piece in explanation.evidence}
    graph = parse_jsonld(json.dumps(record))
    for finding in explanation.findings:
        assert (None, None, URIRef(expand(finding.entity.id))) in graph


def test_it_says_what_it_is_not(explanation: Explanation, withheld: Explanation) -> None:
    for one in (explanation, withheld):
        assert json.loads(render_jsonld(one))["rights"] == NOTICE
    assert json.loads(render_jsonld(withheld))["description"] == withheld.reason
