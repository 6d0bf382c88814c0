"""Pairs for training hold nothing of what is held out."""

from __future__ import annotations

from thoracite.kg.concepts import read_concepts
from thoracite.kg.facts import read_facts
from thoracite.retrieval.training.text_pairs import (
    is_held_out,
    list_fact_pairs,
    list_further_names,
    list_name_pairs,
)

CONCEPTS = read_concepts()
HELD = [concept for concept in CONCEPTS if is_held_out(concept)]


def test_a_fifth_of_the_concepts_with_further_names_is_held_out() -> None:
    named = [concept for concept in CONCEPTS if list_further_names(concept)]
    assert 0.15 < len(HELD) / len(named) < 0.25


def test_no_pair_names_a_held_out_concept_otherwise() -> None:
    held = {name.lower() for concept in HELD for name in list_further_names(concept)}
    labels = {name.lower() for concept in CONCEPTS if not is_held_out(concept) for name in concept.names}
    texts = {one.lower() for pair in list_name_pairs(CONCEPTS) for one in pair}
    assert texts & (held - labels) == set()
    descriptions = {part.text.lower() for one in HELD for part in (one.definition, one.visual, one.phrase) if part}
    kept = {
        part.text.lower()
        for one in CONCEPTS
        if not is_held_out(one)
        for part in (one.definition, one.visual, one.phrase)
        if part
    }
    assert texts & (descriptions - kept) == set()


def test_terms_of_other_vocabularies_that_share_a_name_are_left_out() -> None:
    held = HELD[0]
    given = [(held.synonyms[0].upper(), "something else"), ("rhinitis", "inflamed nose")]
    pairs = list_name_pairs([*CONCEPTS], given)
    assert ("rhinitis", "inflamed nose") in pairs
    assert not any("something else" in pair for pair in pairs)


def test_facts_are_paired_with_other_words_for_the_same() -> None:
    pairs = list_fact_pairs(read_facts(), CONCEPTS)
    assert len(pairs) > 3000
    assert all(one != other for one, other in pairs)
    assert ("consolidation suggestive of pneumonia", "consolidation raises the possibility of pneumonia") in pairs
