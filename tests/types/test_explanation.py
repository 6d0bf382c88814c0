"""Evidence, claims and explanations hold together."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from thoracite.types import Certainty, Claim, Entity, Evidence, Explanation, Finding

EFFUSION = Entity(id="thx:pleural_effusion", label="pleural effusion")
FOUND = Finding(entity=EFFUSION, probability=0.8, certainty=Certainty.PRESENT)


@pytest.mark.parametrize("kind", ["triple", "finding", "sign", "region", "image", "indication"])
def test_evidence_has_what_its_kind_needs(kind: Any) -> None:
    found = FOUND if kind == "region" else None  # a finding without a region is no region
    with pytest.raises(ValidationError, match=f"lacks its {kind}"):
        Evidence(key="E1", kind=kind, score=0.8, about=EFFUSION, finding=found)


def test_similar_images_and_the_request_are_evidence() -> None:
    image = Evidence(key="E1", kind="image", score=0.9, about=EFFUSION, label="Effusion", image="a.png", distance=0.2)
    request = Evidence(key="E2", kind="indication", score=1.0, about=EFFUSION, label="fever")
    assert (image.distance, request.label) == (0.2, "fever")


def test_an_explanation_refuses_a_citation_without_evidence() -> None:
    claim = Claim(sentence="An effusion is likely [E2].", kind="diagnosis", citations=("E2",))
    evidence = Evidence(key="E1", kind="finding", score=0.8, about=EFFUSION, finding=FOUND)
    with pytest.raises(ValidationError, match="E2"):
        Explanation(image="a.png", generator="template", graph="none", claims=(claim,), evidence=(evidence,))
