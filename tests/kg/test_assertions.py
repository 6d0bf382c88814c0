"""Merging assertions, and walks against brute force."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from thoracite.kg.assertions import Assertion, TripleFinder, merge_assertions, rank_paths, read_field
from thoracite.types import Certainty, Entity, Triple

NAMES = [f"thx:{letter}" for letter in "abcdef"]
ENDS = {name: Entity(id=name, label=name) for name in NAMES}
RELATIONS = ["thx:suggestive_of", "thx:caused_by"]

rows = st.builds(
    Assertion,
    id=st.integers(0, 10_000).map(lambda n: f"thxa:{n}"),
    subject=st.sampled_from(NAMES),
    relation=st.sampled_from(RELATIONS),
    object=st.sampled_from(NAMES),
    source=st.sampled_from(["thxs:one", "thxs:two"]),
    support=st.integers(1, 9),
    subject_certainty=st.sampled_from([certainty.value for certainty in Certainty]),
)
graphs = st.lists(rows, max_size=14, unique_by=lambda row: row.id)


class Listed(TripleFinder):
    def __init__(self, triples: list[Triple]) -> None:
        self.triples = triples

    def read_triples(
        self,
        *,
        subjects: Collection[str] | None = None,
        relations: Collection[str] | None = None,
        objects: Collection[str] | None = None,
        limit: int = 1000,
    ) -> list[Triple]:
        wanted = (subjects, relations, objects)
        fits = (t for t in self.triples if all(w is None or p in w for p, w in zip(t.key, wanted, strict=True)))
        return list(fits)[:limit]


@given(graphs)
def test_merging_loses_nothing_and_is_sorted(assertions: list[Assertion]) -> None:
    triples = merge_assertions(assertions, ENDS)
    assert sum(triple.support for triple in triples) == sum(row.support for row in assertions)
    assert len(triples) == len({(row.subject, row.relation, row.object) for row in assertions})
    assert [triple.support for triple in triples] == sorted((triple.support for triple in triples), reverse=True)
    assert merge_assertions([*assertions, *assertions[::-1]], ENDS) == triples


def test_the_certainty_with_the_most_support_wins() -> None:
    row = Assertion("thxa:1", "thx:a", RELATIONS[0], "thx:b", "thxs:one", support=2)
    other = replace(row, id="thxa:2", support=3, subject_certainty="definitely absent")
    (triple,) = merge_assertions([row, other], ENDS)
    assert triple.subject_certainty is Certainty.ABSENT
    (even,) = merge_assertions([row, replace(other, support=2)], ENDS)
    assert even.subject_certainty is Certainty.PRESENT


def test_an_end_that_nobody_describes_goes_by_its_name() -> None:
    (triple,) = merge_assertions([Assertion("thxa:1", "thx:air_trapping", RELATIONS[0], "thx:b", "thxs:one")], ENDS)
    assert triple.subject.label == "air trapping"


@given(graphs, st.integers(1, 4))
@settings(deadline=None)
def test_paths_are_all_simple_chains(assertions: list[Assertion], hops: int) -> None:
    finder = Listed(merge_assertions(assertions, ENDS))
    found = finder.find_paths("thx:a", "thx:f", hops=hops, limit=10_000)
    assert {tuple(t.key for t in path) for path in found} == brute_force_paths(finder.triples, hops)
    assert [len(path) for path in found] == sorted(len(path) for path in found)
    assert finder.find_paths("thx:a", "thx:f", hops=hops, limit=2) == found[:2]


def brute_force_paths(triples: list[Triple], hops: int) -> set[tuple[tuple[str, str, str], ...]]:
    paths: set[tuple[tuple[str, str, str], ...]] = set()
    for between in (middle for n in range(hops) for middle in permutations(NAMES[1:-1], n)):
        stops = (NAMES[0], *between, NAMES[-1])
        chains: list[tuple[tuple[str, str, str], ...]] = [()]
        for here, there in pairwise(stops):
            steps = [t.key for t in triples if {t.subject.id, t.object.id} == {here, there}]
            chains = [(*chain, step) for chain in chains for step in steps]
        paths.update(chains)
    return paths


@given(graphs, st.integers(0, 3), st.integers(1, 20))
@settings(deadline=None)
def test_neighbours_are_those_within_the_distance(assertions: list[Assertion], hops: int, limit: int) -> None:
    finder = Listed(merge_assertions(assertions, ENDS))
    found = finder.find_neighbours(["thx:a"], hops=hops)
    distance = {"thx:a": 0}
    for step in range(1, hops + 1):
        for triple in finder.triples:
            ends = (triple.subject.id, triple.object.id)
            for here, there in (ends, ends[::-1]):
                if distance.get(here, hops) < step:
                    distance.setdefault(there, step)
    near = {
        t.key for t in finder.triples if min(distance.get(t.subject.id, hops), distance.get(t.object.id, hops)) < hops
    }
    assert {triple.key for triple in found} == near
    assert finder.find_neighbours(["thx:a"], hops=hops, limit=limit) == found[:limit]


def test_a_path_may_begin_but_not_pass_at_the_radiograph() -> None:
    hub = Entity(id="thx:chest_radiograph", label="chest radiograph")
    seen = [Assertion(f"thxa:{n}", hub.id, "thx:shows", n, "thxs:one") for n in ("thx:a", "thx:b")]
    triples = merge_assertions(seen, {**ENDS, hub.id: hub})
    assert rank_paths(triples, "thx:a", "thx:b", hops=3, limit=9) == []
    assert [len(path) for path in rank_paths(triples, hub.id, "thx:b", hops=3, limit=9)] == [1]


def test_fields_are_numbers_curies_or_text() -> None:
    found = [
        read_field("support", "3"),
        read_field("lift", "1.5"),
        read_field("subject", "https://w3id.org/thoracite/a"),
    ]
    assert found == [3, 1.5, "thx:a"]
    assert (read_field("locator", "3"), read_field("object", "urn:x")) == ("3", "urn:x")
