"""Nouns of the graph."""

from __future__ import annotations

import pytest

from thoracite.types import Certainty, Entity, Provenance, Relation, Triple


@pytest.mark.parametrize(
    ("subject", "object_", "certainty"),
    [
        ("definitely present", "definitely present", "definitely present"),
        ("definitely present", "uncertain", "uncertain"),
        ("uncertain", "definitely absent", "definitely absent"),
        ("definitely absent", "uncertain", "definitely absent"),
    ],
)
def test_a_triple_is_as_certain_as_its_less_certain_end(subject: str, object_: str, certainty: str) -> None:
    triple = Triple(
        subject=Entity(id="thx:opacity", label="opacity"),
        relation=Relation(id="thx:suggestive_of", label="suggestive of"),
        object=Entity(id="thx:pneumonia", label="pneumonia"),
        subject_certainty=Certainty(subject),
        object_certainty=Certainty(object_),
        provenance=(Provenance(source="thxs:openi", locator="3 reports"),),
    )
    assert triple.certainty is Certainty(certainty)
