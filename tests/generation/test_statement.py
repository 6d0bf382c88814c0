"""Sentences taken apart: how surely, where, which relation, which way round."""

from __future__ import annotations

import pytest

from thoracite.generation.clauses import find_mentions
from thoracite.generation.relations import find_relations
from thoracite.generation.statement import Statement, parse_statement
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.linker import Linker
from thoracite.kg.linking.mentions import Link


@pytest.fixture
def parse(link: Link, extractor: Extractor):  # type: ignore[no-untyped-def]
    def parse(sentence: str) -> Statement:
        return parse_statement(sentence, link=link, names={}, extractor=extractor)

    return parse


@pytest.mark.parametrize(
    ("sentence", "grades"),
    [
        ("A pleural effusion is definitely present.", ["certain"]),
        ("There is a pleural effusion.", ["present"]),
        ("A pleural effusion is probable.", ["likely"]),
        ("A pleural effusion cannot be excluded.", ["possible"]),
        ("Neither pleural effusion nor pneumothorax.", ["absent", "absent"]),
        ("A pleural effusion is likely and a pneumothorax is possible.", ["likely", "possible"]),
        ("The heart is enlarged.", ["present"]),
    ],
)
def test_how_surely(parse, sentence: str, grades: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert [presence.grade for presence in parse(sentence).presences] == grades


def test_sides_belong_to_their_finding(parse) -> None:  # type: ignore[no-untyped-def]
    first, second = parse("There is a right pleural effusion and consolidation in the left lower lobe.").presences
    assert (first.entity.id, first.sides, first.places) == ("thx:pleural_effusion", {"right"}, frozenset())
    assert (second.entity.id, second.sides, second.places) == ("thx:consolidation", {"left"}, {"lower", "lobe"})


def test_ends_of_a_relation_are_not_said_to_be_there(parse) -> None:  # type: ignore[no-untyped-def]
    statement = parse("Consolidation is suggestive of pneumonia [E8].")
    assert statement.presences == ()
    (stated,) = statement.relations
    assert [e.id for e in (*stated.subjects, *stated.objects)] == ["thx:consolidation", "thx:pneumonia"]
    assert not stated.patient


def test_what_is_told_in_passing_is_said_to_be_there(parse) -> None:  # type: ignore[no-untyped-def]
    statement = parse("Consolidation, which is likely, is suggestive of pneumonia.")
    assert [(p.entity.id, p.grade) for p in statement.presences] == [("thx:consolidation", "likely")]
    assert statement.relations[0].patient


def test_numbers_belong_to_the_finding_before_them(parse) -> None:  # type: ignore[no-untyped-def]
    numbers = parse("Pleural effusion (0.83) and consolidation (71 %) are likely.").numbers
    assert [(n.number.text, n.entity.id if n.entity else None) for n in numbers] == [
        ("0.83", "thx:pleural_effusion"),
        ("71%", "thx:consolidation"),
    ]


def test_words_that_claim_are_kept(parse) -> None:  # type: ignore[no-untyped-def]
    statement = parse("A large pleural effusion with blebs.")
    assert "large" in statement.modifiers
    assert statement.unread


@pytest.mark.parametrize(
    ("clause", "relation", "subjects", "objects"),
    [
        ("signs of <0> include <1,2>", "thx:has_radiographic_sign", (0,), (1, 2)),
        ("<1> is typical sign of <0>", "thx:has_radiographic_sign", (0,), (1,)),
        ("<0> raises suspicion of <1>", "thx:suggestive_of", (0,), (1,)),
        ("<0> can be caused by <1>", "thx:caused_by", (0,), (1,)),
        ("<0> leads to <1>", "thx:caused_by", (1,), (0,)),
        ("<0> makes <1> unlikely", "thx:argues_against", (0,), (1,)),
        ("<0> makes <1> likely", "thx:suggestive_of", (0,), (1,)),
        ("<0> can be mimicked by <1>", "thx:may_mimic", (1,), (0,)),
        ("<0> is associated with <1>", "thx:associated_with", (0,), (1,)),
        ("<0> is usually located in <1>", "thx:located_in", (0,), (1,)),
        ("<0> is described as <1>", "thx:has_attribute", (0,), (1,)),
    ],
)
def test_relations_have_a_direction(clause: str, relation: str, subjects: tuple[int, ...], objects: tuple[int, ...]) -> None:  # fmt: skip  # noqa: E501
    assert [(r.relation, r.subjects, r.objects) for r in find_relations(clause)] == [(relation, subjects, objects)]


def test_relations_can_be_denied_or_overstated() -> None:
    assert find_relations("<0> does not suggest <1>")[0].negated
    assert find_relations("<0> proves <1>")[0].strong
    assert find_relations("<0> may be caused by <1>")[0].hedged


def test_a_list_with_probabilities_names_each_finding_where_it_stands() -> None:
    """The linker may forgive a comma at the end of a phrase; a mention must not take it along."""
    text = "Also possible are pulmonary infiltrates   , consolidation   , lung mass  and pneumothorax ."
    mentions = find_mentions(text, link=Linker().link, names={})
    assert [text[mention.start : mention.end] for mention in mentions] == [
        "pulmonary infiltrates",
        "consolidation",
        "lung mass",
        "pneumothorax",
    ]
