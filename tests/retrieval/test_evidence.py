"""Evidence is numbered in reading order, each piece once, and can be looked up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.readings import FINDINGS, RATED, make_finding
from thoracite.kg.stores.folder import open_graph
from thoracite.kg.stores.store import GraphStore
from thoracite.retrieval.evidence import collect_evidence
from thoracite.retrieval.scene import find_seen
from thoracite.retrieval.subgraph import find_seeds, search_subgraph
from thoracite.types import Certainty, Evidence, Finding, Subgraph


@pytest.fixture(scope="module")
def store(graph_folder: Path) -> Iterator[GraphStore]:
    store = open_graph(graph_folder)
    yield store
    store.close()


@pytest.fixture(scope="module")
def evidence(store: GraphStore) -> tuple[Evidence, ...]:
    return collect_evidence(FINDINGS, search_subgraph(store, find_seeds(FINDINGS), seen=find_seen(FINDINGS)))


def test_keys_run_from_one_without_a_gap(evidence: tuple[Evidence, ...]) -> None:
    assert [piece.key for piece in evidence] == [f"E{number}" for number in range(1, len(evidence) + 1)]


def test_reading_order_is_present_uncertain_absent_and_image_before_graph(evidence: tuple[Evidence, ...]) -> None:
    about = list(dict.fromkeys(piece.about.label for piece in evidence))
    assert about == ["pleural effusion", "atelectasis", "pneumothorax", "cardiomegaly"]
    kinds = [piece.kind for piece in evidence if piece.about.label == "pleural effusion"]
    assert kinds[:3] == ["finding", "region", "sign"]
    assert set(kinds[3:]) == {"triple"}
    assert [piece.kind for piece in evidence if piece.about.label == "cardiomegaly"] == ["finding"]


def test_stance_says_what_speaks_against(evidence: tuple[Evidence, ...]) -> None:
    absent = [piece for piece in evidence if piece.about.label in {"pneumothorax", "cardiomegaly"}]
    assert {piece.stance for piece in absent} == {"against"}
    for piece in evidence:
        if piece.triple is not None and piece.triple.relation.id == "thx:argues_against":
            assert piece.stance == "against"


def test_what_is_undecided_stands_between_what_is_asserted_and_what_is_unlikely(store: GraphStore) -> None:
    seeds, seen = find_seeds(RATED), find_seen(RATED)
    assert [seed.label for seed in seeds] == ["pleural effusion", "pulmonary edema", "lung mass"]
    undecided = {"thx:atelectasis", "thx:consolidation"}
    assert (seen.present & undecided, seen.absent) == (set(), {"thx:pneumothorax"})
    evidence = collect_evidence(RATED, search_subgraph(store, seeds, seen=seen))
    about = list(dict.fromkeys(piece.about.label for piece in evidence))
    assert about == [seed.label for seed in seeds] + ["atelectasis", "consolidation", "pneumothorax"]
    behind = [piece for piece in evidence if piece.about.label not in {seed.label for seed in seeds}]
    assert [(piece.kind, piece.stance, piece.why) for piece in behind] == [
        ("finding", "for", "the image model reads atelectasis as undecided: 1.6 times the usual odds"),
        ("finding", "against", "the image model reads consolidation as undecided: 0.66 times the usual odds"),
        ("finding", "against", "the image model reads pneumothorax as unlikely: 0.43 times the usual odds"),
    ]


def test_without_a_prior_evidence_says_the_verdict_alone(evidence: tuple[Evidence, ...]) -> None:
    assert evidence[0].why == "the image model reads pleural effusion as likely"
    assert evidence[-1].why == "the image model reads cardiomegaly as unlikely"


def test_a_triple_is_evidence_once_and_both_queries_find_it(
    evidence: tuple[Evidence, ...], store: GraphStore, graph_folder: Path
) -> None:
    triples = [piece for piece in evidence if piece.triple is not None]
    keys = [piece.triple.key for piece in triples if piece.triple is not None]
    assert len(set(keys)) == len(keys) > 3
    cypher = open_graph(graph_folder, language="cypher")
    for piece in triples:
        assert piece.sparql is not None
        assert piece.cypher is not None
        rows = store.query(piece.sparql).rows
        assert len(rows) == len(cypher.query(piece.cypher).rows) >= 1
        assert piece.triple is not None
        assert len(rows) == len(piece.triple.provenance)
    cypher.close()


def test_a_sign_is_evidence_only_where_it_is_answered_and_changes_something() -> None:
    finding = make_finding("pleural effusion", Certainty.PRESENT, sign="meniscus sign")
    assert [piece.kind for piece in collect_evidence([finding], Subgraph())] == ["finding", "sign"]
    against = finding.model_dump(exclude={"rest_log_odds"}) | {
        "signs": (finding.signs[0].model_copy(update={"log_odds": -0.4}),)
    }
    assert [piece.stance for piece in collect_evidence([Finding(**against)], Subgraph())] == ["for", "against"]
    for change in ({"log_odds": 0.0}, {"answer": None}):
        weak = finding.signs[0].model_copy(update=change)
        changed = finding.model_dump(exclude={"rest_log_odds"}) | {"signs": (weak,)}
        pieces = collect_evidence([Finding(**changed)], Subgraph())
        assert [piece.kind for piece in pieces] == ["finding"]


def test_nothing_found_is_no_evidence() -> None:
    assert collect_evidence((), Subgraph()) == ()
