"""Evidence about one imagined study, made by hand: what a verifier can be right or wrong about."""

from __future__ import annotations

import math
from typing import Any

import pytest

from thoracite.kg.extract.extractor import Extractor, open_extractor
from thoracite.kg.linking.mentions import Link
from thoracite.kg.vocabulary import (
    ARGUES_AGAINST,
    CAUSED_BY,
    HAS_SIGN,
    LOCATED_IN,
    MIMICS,
    RELATIONS,
    SUGGESTS,
    mint,
)
from thoracite.types import (
    CERTAINTIES,
    Certainty,
    Entity,
    Evidence,
    Finding,
    Provenance,
    Region,
    Sign,
    SignScore,
    Triple,
    find_log_odds,
    find_verdict,
)

KINDS = {
    "pleural effusion": "finding", "pneumothorax": "finding", "consolidation": "finding", "cardiomegaly": "finding",
    "atelectasis": "finding", "lung mass": "finding", "pneumonia": "disease", "heart failure": "disease",
    "kerley b lines": "sign", "meniscus sign": "sign", "blunting of costophrenic angle": "sign",
    "visceral pleural line": "sign", "air bronchogram": "sign", "skin fold": "finding", "pleural space": "anatomy",
    "pulmonary edema": "finding", "trachea": "anatomy", "chest tube": "device", "fluid overload": "finding",
}  # fmt: skip
SYNONYMS = {
    "effusion": "pleural effusion", "effusions": "pleural effusion", "pleural effusions": "pleural effusion",
    "enlarged heart": "cardiomegaly", "cardiac enlargement": "cardiomegaly", "mass": "lung mass",
    "infection": "pneumonia", "collapse": "atelectasis", "blunted costophrenic angle": "blunting of costophrenic angle",
    "meniscus": "meniscus sign", "air bronchograms": "air bronchogram", "edema": "pulmonary edema",
    "pleural line": "visceral pleural line", "chf": "heart failure",
}  # fmt: skip


def entity(label: str) -> Entity:
    return Entity(id=mint(label), label=label, kind=KINDS[label])


def find_concept(phrase: str) -> Entity | None:
    label = SYNONYMS.get(phrase, phrase)
    return entity(label) if label in KINDS else None


@pytest.fixture(scope="session")
def link() -> Link:
    """The concepts above by name and synonym."""
    return find_concept


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    """The one that the pipeline uses."""
    return open_extractor()


def finding(label: str, probability: float, certainty: str, **region: object) -> Finding:
    place = Region(box=(10, 20, 110, 220), **region) if region else None
    return Finding(entity=entity(label), probability=probability, certainty=Certainty(certainty), region=place)


def rate(label: str, probability: float, prior: float) -> Finding:
    """A finding whose prior is known, and so its verdict."""
    ratio = math.exp(find_log_odds(probability) - find_log_odds(prior))
    certainty = CERTAINTIES[find_verdict(probability, ratio)]
    return Finding(entity=entity(label), probability=probability, prior=prior, certainty=certainty)


def number(*pieces: tuple[Triple, Entity] | Finding) -> list[Evidence]:
    """Evidence about findings, and triples about one of their ends."""
    made = []
    for at, piece in enumerate(pieces, 1):
        common: dict[str, Any] = {"key": f"E{at}", "score": 0.5}
        if isinstance(piece, Finding):
            common["score"] = piece.probability
            made.append(Evidence(kind="finding", about=piece.entity, finding=piece, **common))
        else:
            made.append(Evidence(kind="triple", triple=piece[0], about=piece[1], sparql="S", cypher="C", **common))
    return made


def triple(subject: str, relation: str, object_: str) -> Triple:
    return Triple(
        subject=entity(subject),
        relation=RELATIONS[relation],
        object=entity(object_),
        provenance=(Provenance(source="thxs:openstax", locator="section 22.1"),),
    )


@pytest.fixture(scope="session")
def evidence() -> tuple[Evidence, ...]:
    """E1 to E17; see the comments."""
    effusion = finding("pleural effusion", 0.83, "definitely present", anatomy="right lower zone", side="right")
    blunting = SignScore(
        sign=Sign(
            id="thx:q1", question="Is the costophrenic angle blunted?", entity=entity("blunting of costophrenic angle")
        ),
        side="right",
        value=0.91,
        probability=0.91,
        log_odds=1.7,
        answer="yes",
    )
    consolidation = finding("consolidation", 0.71, "definitely present", anatomy="left upper zone", side="left")
    atelectasis = finding("atelectasis", 0.38, "uncertain")
    pneumonia = finding("pneumonia", 0.44, "uncertain", anatomy="left upper zone", side="left")
    pneumothorax = finding("pneumothorax", 0.03, "definitely absent")
    mass = finding("lung mass", 0.06, "definitely absent")
    cardiomegaly = finding("cardiomegaly", 0.64, "definitely present", anatomy="cardiac silhouette")
    pieces: list[dict[str, object]] = [
        {"kind": "finding", "finding": effusion},  # E1
        {"kind": "region", "finding": effusion},  # E2
        {"kind": "sign", "finding": effusion, "sign": blunting, "score": 0.91},  # E3
        {"triple": triple("pleural effusion", HAS_SIGN, "meniscus sign")},  # E4
        {"triple": triple("pleural effusion", CAUSED_BY, "heart failure")},  # E5
        {"triple": triple("pleural effusion", HAS_SIGN, "blunting of costophrenic angle")},  # E6
        {"kind": "finding", "finding": consolidation},  # E7
        {"triple": triple("consolidation", SUGGESTS, "pneumonia")},  # E8
        {"triple": triple("consolidation", HAS_SIGN, "air bronchogram")},  # E9
        {"triple": triple("air bronchogram", ARGUES_AGAINST, "pleural effusion"), "stance": "against"},  # E10
        {"kind": "finding", "finding": atelectasis},  # E11
        {"kind": "finding", "finding": pneumonia},  # E12
        {"kind": "finding", "finding": pneumothorax, "stance": "against"},  # E13
        {"kind": "finding", "finding": mass, "stance": "against"},  # E14
        {"triple": triple("skin fold", MIMICS, "pneumothorax"), "stance": "against"},  # E15
        {"triple": triple("pneumothorax", LOCATED_IN, "pleural space")},  # E16
        {"kind": "finding", "finding": cardiomegaly},  # E17
    ]
    numbered = []
    for number, piece in enumerate(pieces, 1):
        fact, seen = piece.get("triple"), piece.get("finding")
        about = fact.subject if isinstance(fact, Triple) else seen.entity if isinstance(seen, Finding) else None
        score = seen.probability if isinstance(seen, Finding) else 0.9
        defaults = {"kind": "triple", "sparql": "SELECT *", "cypher": "MATCH"} if fact else {}
        numbered.append(Evidence(**{"key": f"E{number}", "score": score, "about": about, **defaults, **piece}))
    return tuple(numbered)
