"""Names: one place, both ways."""

from __future__ import annotations

from dataclasses import fields

import pytest

from thoracite.errors import InputError
from thoracite.kg.assertions import Assertion, read_field
from thoracite.kg.concepts import read_concepts
from thoracite.kg.vocabulary import ASSERTION_FIELDS, NIH14, PREFIXES, RELATIONS, compact, edge_label, expand, mint


def test_expanding_and_compacting_are_inverse() -> None:
    for prefix in PREFIXES:
        assert compact(expand(f"{prefix}:X1")) == f"{prefix}:X1"


@pytest.mark.parametrize("curie", ["nowhere:thing", "thy:lung"])
def test_unknown_prefixes_are_refused(curie: str) -> None:
    with pytest.raises(InputError, match="no known prefix"):
        expand(curie)


def test_unknown_namespaces_are_refused() -> None:
    with pytest.raises(InputError, match="no known namespace"):
        compact("http://example.org/lung")


@pytest.mark.parametrize(
    ("label", "curie"),
    [
        ("Pleural Effusion", "thx:pleural_effusion"),
        ("short (<1 cm) lines", "thx:short_lt_1_cm_lines"),
        ("kerley B lines", "thx:kerley_b_lines"),
        ("alpha-1 antitrypsin", "thx:alpha_1_antitrypsin"),
        ("Müller's sign", "thx:muller_s_sign"),
    ],
)
def test_minted_names_are_readable(label: str, curie: str) -> None:
    assert mint(label) == curie


def test_a_label_without_letters_makes_no_name() -> None:
    with pytest.raises(InputError, match="no identifier"):
        mint("…")


def test_every_field_of_an_assertion_has_a_predicate_of_its_own() -> None:
    assert ["id", *ASSERTION_FIELDS] == [field.name for field in fields(Assertion)]
    assert len({field.predicate for field in ASSERTION_FIELDS.values()}) == len(ASSERTION_FIELDS)
    assert {field.kind for field in ASSERTION_FIELDS.values()} == {"name", "text", "count", "number", "names"}
    kinds = {"count": int, "number": float}
    for name, field in ASSERTION_FIELDS.items():
        assert type(read_field(name, "3")) is kinds.get(field.kind, str)


def test_edge_labels_are_the_relations_names() -> None:
    assert edge_label("thx:suggestive_of") == "SUGGESTIVE_OF"
    assert len({edge_label(relation) for relation in RELATIONS}) == len(RELATIONS)


def test_every_class_of_chestxray14_is_one_concept() -> None:
    owners = [code for node in read_concepts() for code in node.entity.codes if code.startswith("NIH14:")]
    assert sorted(owners) == sorted(f"NIH14:{name}" for name in NIH14)
