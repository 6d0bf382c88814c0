"""The JSON shapes that scripts rely on, field by field."""

from __future__ import annotations

import json

import pytest

from thoracite.errors import StoreError
from thoracite.kg.stores.store import QueryResult
from thoracite.retrieval.retriever import Retrieval
from thoracite.retrieval.similar.evidence import SimilarImage, collect_similar
from thoracite.types import Explanation, ScoredTriple, Subgraph
from thoracite.ui.text import render_retrieval_text
from thoracite.ui.view import render_cypher_json, render_record, render_retrieval, render_slim, render_sparql_json


@pytest.fixture
def found(explanation: Explanation) -> Retrieval:
    evidence = tuple(item for item in explanation.evidence if item.triple)
    triples = tuple(ScoredTriple(triple=item.triple, score=item.score) for item in evidence if item.triple)
    subgraph = Subgraph(seeds=(explanation.findings[0].entity,), triples=triples)
    return Retrieval(findings=explanation.findings, subgraph=subgraph, evidence=evidence)


def test_record_has_the_promised_fields(explanation: Explanation) -> None:
    record = json.loads(json.dumps(render_record(explanation)))
    assert list(record) == [
        "image", "view", "view_probability", "notes", "abstained", "reason", "generator", "graph", "changes",
        "dropped", "findings", "claims", "evidence",
    ]  # fmt: skip
    assert (record["image"], record["abstained"], record["reason"]) == ("chest.png", False, None)
    assert record["graph"].startswith("sha256:")


def test_slim_record_is_the_record_without_queries_drawings_and_uncited_evidence(explanation: Explanation) -> None:
    whole, slim = render_record(explanation), render_slim(explanation)
    assert list(slim) == list(whole)
    assert [piece["key"] for piece in slim["evidence"]] == ["E1", "E2", "E3", "E4"]  # E5 is cited by no sentence
    for piece, kept in zip(whole["evidence"], slim["evidence"], strict=False):
        assert {name: value for name, value in piece.items() if name not in ("sparql", "cypher")} == kept
    assert not any("sparql" in piece or "cypher" in piece for piece in slim["evidence"])
    (sign,) = slim["findings"][0]["signs"]
    (drawn,) = whole["findings"][0]["signs"]
    assert sign | {"drawing": drawn["drawing"]} == drawn


def test_record_lists_every_finding_the_absent_ones_too(explanation: Explanation) -> None:
    effusion, edema, pneumothorax = render_record(explanation)["findings"]
    assert effusion["label"] == "pleural effusion"
    assert effusion["codes"] == [
        "RadLex:RID34539", "NIH14:Effusion", "CheXpert:Pleural Effusion", "HP:0002202",
    ]  # fmt: skip
    assert effusion["probability"] == 0.83
    assert effusion["certainty"] == "definitely present"
    assert effusion["region"]["box"] == [300.0, 380.0, 470.0, 490.0]
    assert effusion["region"]["anatomy"] == "left costophrenic angle"
    assert effusion["signs"] == [
        {
            "id": "thx:q_angle",
            "question": "Is the costophrenic angle blunted?",
            "kind": "measured",
            "side": "left",
            "value": 71.0,
            "unit": "degree",
            "reference": "< 60 (fitted, PA)",
            "valid": True,
            "invalid_because": None,
            "probability": 0.91,
            "answer": "yes",
            "log_odds": 1.7,
            "drawing": [{"kind": "line", "points": [[300, 380], [420, 470], [470, 380]]}],
        }
    ]
    assert (edema["certainty"], edema["region"], edema["signs"]) == ("uncertain", None, [])
    assert (pneumothorax["certainty"], pneumothorax["probability"]) == ("definitely absent", 0.02)


def test_the_numbers_of_a_finding_add_up(explanation: Explanation) -> None:
    for finding in render_record(explanation)["findings"]:
        added = finding["base_log_odds"] + sum(sign["log_odds"] for sign in finding["signs"])
        assert finding["log_odds"] == pytest.approx(added + finding["rest_log_odds"], abs=1e-5)
        assert (finding["prior"], finding["likelihood_ratio"]) == (None, None)
    assert [finding["verdict"] for finding in render_record(explanation)["findings"]] == [
        "likely", "possible", "unlikely",
    ]  # fmt: skip


def test_findings_and_their_evidence_have_ratio_and_verdict(rated: Explanation) -> None:
    record = render_record(rated)
    edema = next(finding for finding in record["findings"] if finding["id"] == "thx:pulmonary_edema")
    assert (edema["prior"], edema["verdict"], edema["certainty"]) == (0.017, "suspected", "uncertain")
    assert edema["likelihood_ratio"] == pytest.approx(12.69, abs=0.01)
    shown = [(one["about"], one["verdict"], one["stance"]) for one in record["evidence"] if one["kind"] == "finding"]
    assert shown[2:] == [
        ("thx:lung_mass", "possible", "for"), ("thx:atelectasis", "undecided", "for"),
        ("thx:consolidation", "undecided", "against"), ("thx:pneumothorax", "unlikely", "against"),
    ]  # fmt: skip
    assert [claim["kind"] for claim in record["claims"]][-2:] == ["diagnosis", "summary"]


def test_record_claims_keep_their_citations_in_place(explanation: Explanation) -> None:
    first = render_record(explanation)["claims"][0]
    assert first["sentence"] == "There is a left pleural effusion. [E1][E2]"
    assert (first["citations"], first["verdict"], first["kind"]) == (["E1", "E2"], "supported", "diagnosis")
    assert first["origin"] == "template"


def test_triple_evidence_has_labels_identifiers_sources_and_both_queries(explanation: Explanation) -> None:
    evidence = {item["key"]: item for item in render_record(explanation)["evidence"]}["E4"]
    assert (evidence["kind"], evidence["stance"]) == ("triple", "for")
    assert (evidence["subject"], evidence["relation"], evidence["object"]) == (
        "pleural effusion", "suggestive of", "congestive heart failure",
    )  # fmt: skip
    assert (evidence["subject_id"], evidence["relation_id"], evidence["object_id"]) == (
        "thx:pleural_effusion", "thx:suggestive_of", "thx:congestive_heart_failure",
    )  # fmt: skip
    assert (evidence["certainty"], evidence["support"], evidence["score"]) == ("uncertain", 41, 0.41)
    assert [set(source) >= {"source", "locator", "licence"} for source in evidence["provenance"]] == [True, True]
    assert evidence["provenance"][0]["licence"] == "CC BY-NC-ND 4.0"
    assert "SELECT" in evidence["sparql"]
    assert "MATCH" in evidence["cypher"]


def test_image_evidence_has_no_query_and_says_what_was_seen(explanation: Explanation) -> None:
    evidence = {item["key"]: item for item in render_record(explanation)["evidence"]}
    assert (evidence["E1"]["about"], evidence["E1"]["about_label"]) == ("thx:pleural_effusion", "pleural effusion")
    assert (evidence["E1"]["probability"], evidence["E1"]["likelihood_ratio"]) == (0.83, None)
    assert (evidence["E2"]["side"], evidence["E2"]["anatomy"]) == ("left", "left costophrenic angle")
    assert evidence["E2"]["box"] == [300.0, 380.0, 470.0, 490.0]
    assert (evidence["E5"]["sign"], evidence["E5"]["value"], evidence["E5"]["unit"]) == ("thx:q_angle", 71.0, "degree")
    assert evidence["E5"]["stance"] == "against"
    assert not any("sparql" in evidence[key] for key in ("E1", "E2", "E5"))


def test_withheld_record_has_a_reason_and_no_claims(withheld: Explanation) -> None:
    record = render_record(withheld)
    assert (record["abstained"], record["claims"]) == (True, [])
    assert record["reason"] == "this does not look like a frontal chest X-ray"


def test_retrieval_has_the_promised_fields(found: Retrieval) -> None:
    record = json.loads(json.dumps(render_retrieval(found)))
    assert list(record) == ["findings", "seeds", "triples", "evidence", "reason"]
    assert record["seeds"] == [{"id": "thx:pleural_effusion", "label": "pleural effusion"}]
    assert [item["score"] for item in record["triples"]] == [0.62, 0.41]
    assert record["evidence"][0]["sparql"].startswith("PREFIX thx:")
    text = render_retrieval_text(found)
    assert "Seeds: pleural effusion" in text
    assert "thxs:radlex_def" in text


def test_sparql_json_is_the_w3c_format() -> None:
    uri = {"type": "uri", "value": "https://w3id.org/thoracite/pleural_effusion"}
    count = {"type": "literal", "value": "41", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}
    answer = render_sparql_json(QueryResult(columns=("s", "n"), rows=((uri, count), (uri, None))))
    assert answer["head"] == {"vars": ["s", "n"]}
    assert answer["results"]["bindings"] == [{"s": uri, "n": count}, {"s": uri}]


def test_sparql_json_refuses_rows_of_a_property_graph() -> None:
    with pytest.raises(StoreError, match=r"column label holds no RDF term.*Cypher"):
        render_sparql_json(QueryResult(columns=("label",), rows=(("pleural effusion",),)))


def test_cypher_json_keeps_order_and_nothing_else() -> None:
    answer = render_cypher_json(QueryResult(columns=("b", "a"), rows=((1, None), ("x", [2]))))
    assert answer == {"columns": ["b", "a"], "rows": [[1, None], ["x", [2]]]}


def test_a_similar_image_has_its_name_labels_and_distance(explanation: Explanation) -> None:
    similar = collect_similar([SimilarImage("ann/<1>.png", ("thx:pleural_effusion",), 0.0625)], explanation.evidence)
    shown = explanation.model_copy(update={"evidence": (*explanation.evidence, *similar)})
    for record in (render_record(shown), render_slim(shown)):
        last = record["evidence"][-1]
        assert (last["kind"], last["about"]) == ("image", "thx:chest_radiograph")
        assert (last["image"], last["label"], last["distance"]) == ("ann/<1>.png", "pleural effusion", 0.0625)
        assert last["label_ids"] == ["thx:pleural_effusion"]
