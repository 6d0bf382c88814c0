"""Explanations as the pipeline makes them, of our own making: a left effusion, two triples, four kinds of evidence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.readings import RATED
from tests.ui.serving import serve
from thoracite.generation.citations import build_claim
from thoracite.generation.generator_template import TemplateGenerator
from thoracite.retrieval.evidence import collect_evidence
from thoracite.settings import Settings
from thoracite.types import (
    CITATION,
    Certainty,
    Claim,
    ClaimKind,
    Counts,
    Drawing,
    Entity,
    Evidence,
    Explanation,
    Finding,
    Provenance,
    Region,
    Relation,
    Sign,
    SignScore,
    Study,
    Subgraph,
    Triple,
)

EFFUSION = Entity(
    id="thx:pleural_effusion",
    label="pleural effusion",
    kind="finding",
    codes=("RadLex:RID34539", "NIH14:Effusion", "CheXpert:Pleural Effusion", "HP:0002202"),
)
BLUNTING = Entity(id="thx:blunting_of_costophrenic_angle", label="blunting of the costophrenic angle", kind="sign")
FAILURE = Entity(id="thx:congestive_heart_failure", label="congestive heart failure", kind="disease")
PNEUMOTHORAX = Entity(id="thx:pneumothorax", label="pneumothorax", kind="finding", codes=("NIH14:Pneumothorax",))
EDEMA = Entity(id="thx:pulmonary_edema", label="pulmonary edema", kind="finding", codes=("NIH14:Edema",))
LEFT_ANGLE = Region(box=(300.0, 380.0, 470.0, 490.0), anatomy="left costophrenic angle", side="left")

SPARQL = """PREFIX thx: <https://w3id.org/thoracite/>
SELECT ?source ?locator WHERE {
  GRAPH ?source { thx:pleural_effusion thx:has_radiographic_sign thx:blunting_of_costophrenic_angle . }
}"""
CYPHER = "MATCH (a:Concept {id: 'thx:pleural_effusion'})-[r]->(b:Concept) RETURN a.label, r.locator, b.label"


def make_triples() -> tuple[Triple, Triple]:
    """A textbook fact with one source, and a counted one with two."""
    sign = Triple(
        subject=EFFUSION,
        relation=Relation(id="thx:has_radiographic_sign", label="has radiographic sign"),
        object=BLUNTING,
        provenance=(
            Provenance(
                source="thxs:radlex_def",
                locator="row 'costophrenic angle blunting'",
                licence="RadLex",
                assertion="thxa:0a1b",
            ),
        ),
    )
    cause = Triple(
        subject=EFFUSION,
        relation=Relation(id="thx:suggestive_of", label="suggestive of"),
        object=FAILURE,
        counts=Counts(present=9, uncertain=31, absent=1),
        object_certainty=Certainty.UNCERTAIN,
        support=41,
        lift=3.2,
        provenance=(
            Provenance(
                source="thxs:openi", locator="41 reports", extractor="thoracite-rules", licence="CC BY-NC-ND 4.0"
            ),
            Provenance(source="thxs:textbook", locator='section 3 <b>of 9</b> & "more"', licence="CC BY 4.0"),
        ),
    )
    return sign, cause


def make_findings() -> tuple[Finding, ...]:
    """Present with a region and a sign, uncertain without, absent."""
    asked = Sign(id="thx:q_angle", question="Is the costophrenic angle blunted?", entity=BLUNTING, kind="measured")
    angle = SignScore(
        sign=asked,
        side="left",
        value=71.0,
        unit="degree",
        reference="< 60 (fitted, PA)",
        probability=0.91,
        answer="yes",
        log_odds=1.7,
        drawing=(Drawing(kind="line", points=((300, 380), (420, 470), (470, 380))),),
    )
    return (
        Finding(entity=EFFUSION, probability=0.83, certainty=Certainty.PRESENT, region=LEFT_ANGLE, signs=(angle,)),
        Finding(entity=EDEMA, probability=0.44, certainty=Certainty.UNCERTAIN),
        Finding(entity=PNEUMOTHORAX, probability=0.02, certainty=Certainty.ABSENT),
    )


def _claim(kind: ClaimKind, sentence: str) -> Claim:
    return Claim(sentence=sentence, kind=kind, citations=tuple(CITATION.findall(sentence)), verdict="supported")


@pytest.fixture
def explanation() -> Explanation:
    """Three sentences, one of each kind, and five pieces of evidence of all four kinds."""
    effusion = make_findings()[0]
    sign, cause = make_triples()
    return Explanation(
        image="chest.png",
        findings=make_findings(),
        claims=(
            _claim("diagnosis", "There is a left pleural effusion. [E1][E2]"),
            _claim("background", "Blunting of the costophrenic angle is a sign of effusion. [E3]"),
            _claim("reason", "It may be due to congestive heart failure. [E1][E4]"),
        ),
        evidence=(
            Evidence(key="E1", kind="finding", score=0.83, about=EFFUSION, finding=effusion, why="above its limit"),
            Evidence(key="E2", kind="region", score=0.83, about=EFFUSION, finding=effusion),
            Evidence(key="E3", kind="triple", score=0.62, about=EFFUSION, triple=sign, sparql=SPARQL, cypher=CYPHER),
            Evidence(key="E4", kind="triple", score=0.41, about=EFFUSION, triple=cause, sparql=SPARQL, cypher=CYPHER),
            Evidence(
                key="E5",
                kind="sign",
                stance="against",
                score=0.91,
                about=EFFUSION,
                finding=effusion,
                sign=effusion.signs[0],
            ),
        ),
        generator="template",
        graph="sha256:" + "ab" * 32,
    )


@pytest.fixture
def rated() -> Explanation:
    """What the template writes of findings of every verdict, by priors."""
    evidence = collect_evidence(RATED, Subgraph())
    sentences = TemplateGenerator().write(Study(image="chest.png"), RATED, evidence)
    claims = tuple(build_claim(sentence, evidence) for sentence in sentences)
    return Explanation(
        image="chest.png", findings=RATED, claims=claims, evidence=evidence, generator="template", graph="none"
    )


@pytest.fixture
def withheld() -> Explanation:
    """A refusal with findings and no claims."""
    return Explanation(
        image="holiday <photo>.jpg",
        generator="template",
        graph="none",
        abstained=True,
        reason="this does not look like a frontal chest X-ray",
    )


@pytest.fixture(scope="session")
def graph_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose graph is built once for all tests of this room."""
    from thoracite.kg.graph import open_store

    settings = Settings(graph=tmp_path_factory.mktemp("ui") / "graph", port=0)
    open_store(settings, build=True).close()
    return settings


@pytest.fixture(scope="session")
def radiograph(shared: Path) -> Path:
    """A real chest X-ray with effusion and oedema, from ChestX-ray14."""
    return shared / "data" / "cxr" / "images" / "nih" / "nih_00030180_000.jpg"


@pytest.fixture(scope="session")
def running(graph_settings: Settings) -> Iterator[str]:
    """The address of ``thoracite serve`` in a process of its own, on a free port."""
    with serve(graph_settings.graph) as address:
        yield address
