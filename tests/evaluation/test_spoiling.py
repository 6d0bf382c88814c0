"""Spoilers change what they say they change, and leave alone what has no such thing."""

from __future__ import annotations

import pytest

from thoracite.evaluation.spoiling import SPOILERS
from thoracite.generation.citations import build_claim
from thoracite.kg.vocabulary import RELATIONS
from thoracite.types import Entity, Evidence, Finding, Provenance, Region, Triple

EFFUSION = Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding")
MASS = Entity(id="thx:lung_mass", label="lung mass", kind="finding")
MENISCUS = Entity(id="thx:meniscus_sign", label="meniscus sign", kind="sign")
RIGHT = Region(box=(0, 0, 9, 9), anatomy="right lower zone", side="right")
SEEN = Finding(entity=EFFUSION, probability=0.83, certainty="definitely present", region=RIGHT)
DENIED = Finding(entity=MASS, probability=0.04, certainty="definitely absent")
FACT = Triple(
    subject=EFFUSION,
    relation=RELATIONS["thx:has_radiographic_sign"],
    object=MENISCUS,
    provenance=(Provenance(source="thxs:openstax", locator="22.1"),),
)
EVIDENCE = (
    Evidence(key="E1", kind="finding", score=0.83, about=EFFUSION, finding=SEEN),
    Evidence(key="E2", kind="finding", score=0.04, about=MASS, finding=DENIED, stance="against"),
    Evidence(key="E3", kind="triple", score=0.9, about=EFFUSION, triple=FACT, sparql="SELECT *", cypher="MATCH"),
)


@pytest.mark.parametrize(
    ("name", "sentence", "spoilt"),
    [
        ("negation", "No lung mass is detected [E2].", "Lung mass is present [E2]."),
        (
            "negation",
            "The meniscus sign is a radiographic sign of pleural effusion [E3].",
            "The meniscus sign is not a radiographic sign of pleural effusion [E3].",
        ),
        (
            "negation",
            "A textbook sign of the likely pleural effusion [E1], the meniscus sign [E3], was not looked for.",
            "A textbook sign of the likely pleural effusion [E1], the meniscus sign [E3], was looked for.",
        ),
        (
            "certainty",
            "A textbook sign of the possible pleural effusion [E1], the meniscus sign [E3], was not looked for.",
            "A textbook sign of the likely pleural effusion [E1], the meniscus sign [E3], was not looked for.",
        ),
        ("side", "A right pleural effusion is likely [E1].", "A left pleural effusion is likely [E1]."),
        ("side", "A pleural effusion is likely [E1].", None),
        ("certainty", "Lung mass is unlikely [E2].", "Lung mass is likely [E2]."),
        ("citation", "A pleural effusion is likely [E1].", "A pleural effusion is likely [E2]."),
        (
            "direction",
            "The meniscus sign is a radiographic sign of pleural effusion [E3].",
            "The pleural effusion is a radiographic sign of meniscus sign [E3].",
        ),
        ("no citation", "A pleural effusion is likely [E1].", "A pleural effusion is likely ."),
        ("added finding", "Pleural effusion is likely [E1].", "Pleural effusion with rib fractures is likely [E1]."),
        ("probability", "A pleural effusion is likely [E1].", None),
    ],
)  # fmt: skip
def test_spoilt(name: str, sentence: str, spoilt: str | None) -> None:
    assert SPOILERS[name](build_claim(sentence, EVIDENCE), EVIDENCE) == spoilt
