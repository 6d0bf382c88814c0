"""Of random findings with priors no explanation asserts less than it denies, and every sentence can be verified."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from thoracite.generation.citations import build_claim
from thoracite.generation.generator_template import TemplateGenerator
from thoracite.generation.statement import parse_statement
from thoracite.generation.verify import verify
from thoracite.generation.wording import normalise
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.linker import Linker
from thoracite.kg.stores.folder import open_graph
from thoracite.kg.stores.store import GraphStore
from thoracite.retrieval.evidence import collect_evidence
from thoracite.retrieval.scene import find_seen
from thoracite.retrieval.subgraph import find_seeds, search_neighbours, search_subgraph
from thoracite.types import (
    CERTAINTIES,
    Claim,
    Entity,
    Evidence,
    Finding,
    Region,
    Study,
    Triple,
    find_log_odds,
    find_verdict,
)

LABELS = (
    "atelectasis", "cardiomegaly", "consolidation", "pulmonary edema", "pleural effusion", "emphysema",
    "pulmonary fibrosis", "hiatal hernia", "pulmonary infiltrates", "lung mass", "pulmonary nodule",
    "pleural thickening", "pneumonia", "pneumothorax",
)  # fmt: skip
LINKER = Linker()
SETS = 150


@pytest.fixture(scope="module")
def store(graph_folder: Path) -> Iterator[GraphStore]:
    store = open_graph(graph_folder)
    yield store
    store.close()


@pytest.fixture(scope="module")
def neighbours(store: GraphStore) -> dict[str, tuple[Triple, ...]]:
    return search_neighbours(store, [find_entity(label).id for label in LABELS])


def find_entity(label: str) -> Entity:
    entity = LINKER.link(label)
    assert isinstance(entity, Entity)
    return entity


def draw(drawn: random.Random) -> list[Finding]:
    """Findings with priors between 0.2 and 25 %, and ratios about 1, near or far; some have a place."""
    findings, spread = [], drawn.choice((0.2, 0.5, 1.0, 2.5))
    for label in drawn.sample(LABELS, drawn.randint(1, len(LABELS))):
        prior = math.exp(drawn.uniform(math.log(0.002), math.log(0.25)))
        odds = prior / (1 - prior) * math.exp(drawn.gauss(0, spread))
        probability = odds / (1 + odds)
        verdict = find_verdict(probability, math.exp(find_log_odds(probability) - find_log_odds(prior)))
        side = drawn.choice(("left", "right"))
        findings.append(
            Finding(
                entity=find_entity(label),
                probability=probability,
                prior=prior,
                certainty=CERTAINTIES[verdict],
                region=Region(box=(0, 0, 9, 9), anatomy=f"{side} lower zone", side=side)  # type: ignore[arg-type]
                if verdict not in ("undecided", "unlikely") and drawn.random() < 0.5
                else None,
                calibrated=drawn.random() < 0.8,
            )
        )
    return findings


def explain(
    findings: list[Finding], store: GraphStore, neighbours: dict[str, tuple[Triple, ...]], extractor: Extractor
) -> tuple[list[Claim], tuple[Evidence, ...]]:
    seen = find_seen(findings, view="PA")
    subgraph = search_subgraph(store, find_seeds(findings), seen=seen, neighbours=neighbours)
    evidence = collect_evidence(findings, subgraph)
    sentences = TemplateGenerator().write(Study(image="chest.png"), findings, evidence)
    claims = [build_claim(sentence, evidence) for sentence in sentences]
    return verify(claims, evidence, linker=LINKER.link, extractor=extractor), evidence


def read_ratios(
    claims: list[Claim], evidence: tuple[Evidence, ...], extractor: Extractor
) -> tuple[list[float], list[float]]:
    """Likelihood ratios of the findings that sentences assert, and of those that they deny."""
    by_id = {piece.finding.entity.id: piece.finding for piece in evidence if piece.finding is not None}
    ends = [end for piece in evidence if piece.triple for end in (piece.triple.subject, piece.triple.object)]
    names = {normalise(entity.label): entity for entity in (*(piece.about for piece in evidence), *ends)}
    asserted, denied = [], []
    for claim in (one for one in claims if one.kind != "background"):
        statement = parse_statement(claim.sentence, link=LINKER.link, names=names, extractor=extractor)
        for presence in statement.presences:
            ratio = by_id[presence.entity.id].likelihood_ratio
            assert ratio is not None
            if presence.grade == "absent":
                denied.append(ratio)
            elif presence.grade != "undecided":
                asserted.append(ratio)
    return asserted, denied


def test_random_findings(store: GraphStore, neighbours: dict[str, tuple[Triple, ...]], extractor: Extractor) -> None:
    drawn, kinds = random.Random(20), set()
    for _ in range(SETS):
        findings = draw(drawn)
        claims, evidence = explain(findings, store, neighbours, extractor)
        assert [(claim.sentence, claim.why) for claim in claims if claim.verdict != "supported"] == []
        asserted, denied = read_ratios(claims, evidence, extractor)
        assert min(asserted, default=math.inf) > max(denied, default=0.0)
        named = {key for claim in claims for key in claim.citations}
        assert claims
        assert len(named) >= len(findings)  # each is named: asserted, left open or denied
        quiet = not any(finding.verdict in {"likely", "suspected"} for finding in findings)
        assert claims[0].sentence.startswith(("Nothing stands out; ", "Nothing stands out clearly; ")) == quiet
        assert not quiet or len(claims) <= 3
        kinds |= {claim.kind for claim in claims}
    assert kinds == {"diagnosis", "summary", "reason", "background"}
