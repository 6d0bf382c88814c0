"""A small graph is read once, a large one never as a whole, and what was remembered goes with the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import StoreError
from thoracite.kg.facts import read_facts
from thoracite.kg.stores.ladybug import LadybugStore
from thoracite.kg.stores.oxigraph import OxigraphStore
from thoracite.kg.stores.triple_index import TripleIndex

STORES = {"oxigraph": OxigraphStore, "ladybug": LadybugStore}


@pytest.fixture(params=list(STORES))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_finds_what_a_look_through_all_finds() -> None:
    facts = list(read_facts())
    index = TripleIndex(facts)
    subjects, objects = {fact.subject.id for fact in facts[:40]}, {fact.object.id for fact in facts[20:200]}
    found = index.read_triples(subjects=subjects, objects=objects)
    assert found == [fact for fact in facts if fact.subject.id in subjects and fact.object.id in objects]
    assert found
    assert (
        index.read_triples(relations=["thx:may_mimic"], limit=3)
        == [fact for fact in facts if fact.relation.id == "thx:may_mimic"][:3]
    )
    assert index.read_triples(subjects=[]) == []


def test_a_small_graph_is_remembered_and_a_large_one_is_not(
    kind: str, small_graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = STORES[kind](tmp_path, read_only=False)
    store.load(small_graph)
    assert store._index is not None
    monkeypatch.setattr(f"thoracite.kg.stores.{kind}.REMEMBERED", 37)  # it has 38 assertions
    large = STORES[kind](tmp_path)
    assert large._index is None
    assert large.find_triples() == store.find_triples()
    store.close()
    large.close()


def test_what_was_remembered_goes_when_another_graph_is_loaded(kind: str, small_graph: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.nq"
    other.write_text(small_graph.read_text(encoding="utf-8").replace('"skin fold"', '"fold of skin"'), encoding="utf-8")
    store = STORES[kind](tmp_path / "store", read_only=False)
    for graph, label in ((small_graph, "skin fold"), (other, "fold of skin")):
        store.load(graph)
        assert store.find_triples(subject="thx:skin_fold")[0].subject.label == label
    store.close()
    with pytest.raises(StoreError, match="is closed or empty"):
        store.find_triples(subject="thx:skin_fold")
