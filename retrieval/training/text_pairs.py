"""Pairs of texts that mean the same, from the graph's concepts and facts.

The names of some concepts are *held out*: which ones follows from the identifier alone. No pair holds a further name,
a definition or a description of such a concept, so that finding it by one of its names can be measured.

Examples
--------
>>> from thoracite.kg.concepts import read_concepts
>>> concepts = read_concepts()
>>> held = [concept for concept in concepts if is_held_out(concept)]
>>> len(held), held[0].entity.label in {one for pair in list_name_pairs(concepts) for one in pair}
(85, False)
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from thoracite.kg.concepts import Concept
from thoracite.types import Triple

HELD_OUT = 0.2
"""Share of the concepts with further names that are held out."""

MOST = 6
"""Most pairs of names of one concept."""

Pair = tuple[str, str]
"""Two texts that mean the same."""

_PARAPHRASES = {
    "thx:has_radiographic_sign": ("signs of {s}: {o}", "{o} is seen in {s}", "{s} shows as {o}"),
    "thx:suggestive_of": ("{s} raises the possibility of {o}", "{o} is suggested by {s}", "{s} may be {o}"),
    "thx:argues_against": ("{s} speaks against {o}", "{o} is unlikely with {s}", "not {o} because of {s}"),
    "thx:caused_by": ("{o} causes {s}", "cause of {s}: {o}", "{s} due to {o}"),
    "thx:may_mimic": ("{s} looks like {o}", "{o} is mimicked by {s}", "{s} mistaken for {o}"),
    "thx:associated_with": ("{s} goes with {o}", "{o} and {s} are associated"),
    "thx:co_occurs_with": ("{s} and {o} together", "{s} often seen with {o}"),
    "thx:has_attribute": ("{o} {s}", "{s} is {o}"),
    "thx:located_in": ("{s} in the {o}", "where {s} lies: {o}"),
    "thx:located_at": ("{s} at the {o}", "where {s} lies: {o}"),
    "thx:part_of": ("{s} belongs to {o}", "{o} contains {s}"),
}
"""Other ways to say a relation."""


def is_held_out(concept: Concept) -> bool:
    """Tell whether the further names of a concept are held out."""
    share = int.from_bytes(hashlib.sha256(concept.entity.id.encode()).digest()[:8], "big") / 2**64
    return bool(list_further_names(concept)) and share < HELD_OUT


def list_further_names(concept: Concept) -> list[str]:
    """List the names of a concept that are not its label."""
    return [name for name in concept.synonyms if name.lower() != concept.entity.label.lower()]


def list_name_pairs(concepts: Iterable[Concept], others: Iterable[Sequence[str]] = ()) -> list[Pair]:
    """List pairs of names, and of names and descriptions.

    Parameters
    ----------
    concepts : iterable of Concept
        The graph's; held-out ones give no pair.
    others : iterable of sequence of str
        Names of one term each, of other vocabularies; a term that shares a name with a held-out concept gives none.
    """
    concepts = tuple(concepts)
    taken = {name.lower() for concept in concepts if is_held_out(concept) for name in concept.names}
    pairs = [pair for concept in concepts if not is_held_out(concept) for pair in _pair_concept(concept)]
    for names in others:
        if taken.isdisjoint(map(str.lower, names)):
            pairs += list(combinations(dict.fromkeys(names), 2))[:MOST]
    return [pair for pair in pairs if pair[0].lower() != pair[1].lower()]


def _pair_concept(concept: Concept) -> Iterator[Pair]:
    yield from list(combinations(concept.names, 2))[:MOST]
    for part in (concept.definition, concept.visual, concept.phrase):
        if part is not None:
            yield concept.entity.label, part.text


def list_fact_pairs(facts: Iterable[Triple], concepts: Iterable[Concept]) -> list[Pair]:
    """List facts beside what says the same: another way to say the relation, and other names of the ends."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for concept in concepts:
        if not is_held_out(concept):
            names[concept.entity.id] = list_further_names(concept)
    return [pair for fact in facts for pair in _pair_fact(fact, names)]


def _pair_fact(fact: Triple, names: dict[str, list[str]]) -> Iterator[Pair]:
    subject, object_ = fact.subject.label, fact.object.label
    text = f"{subject} {fact.relation.label} {object_}"
    for form in _PARAPHRASES.get(fact.relation.id, ()):
        yield text, form.format(s=subject, o=object_)
    for name in names.get(fact.subject.id, [])[:3]:
        yield text, f"{name} {fact.relation.label} {object_}"
    for name in names.get(fact.object.id, [])[:3]:
        yield text, f"{subject} {fact.relation.label} {name}"


__all__ = ["HELD_OUT", "MOST", "Pair", "is_held_out", "list_fact_pairs", "list_further_names", "list_name_pairs"]
