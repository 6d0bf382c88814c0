"""Your own vocabularies: names reach the linker, terms become concepts, nothing is named twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.kg.build.build import build_graph
from thoracite.kg.build.check import check_graph, check_names
from thoracite.kg.build.own_vocabulary import is_vocabulary, merge_vocabulary, read_vocabulary
from thoracite.kg.concepts import read_concepts
from thoracite.kg.linking.linker import Linker
from thoracite.kg.stores.folder import find_nquads, open_graph

OBO = """format-version: 1.2

[Term]
id: DOID:1532
name: pleural effusion
synonym: "water on the chest" EXACT [a:b]
synonym: "chest fluid" RELATED [a:b]
synonym: "pneumothorax" EXACT [a:b]

[Term]
id: DOID:9999999
name: chylous ascites
synonym: "chyloperitoneum" EXACT []
"""
SKOS = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix ex: <https://example.org/> .
ex:1 a skos:Concept ; skos:prefLabel "pleural effusion"@en , "Pleuraerguss"@de ; skos:altLabel "water on the chest"@en .
ex:2 a skos:Concept ; skos:prefLabel "chylous ascites"@en .
"""


@pytest.mark.parametrize(("name", "text"), [("mine.obo", OBO), ("mine.ttl", SKOS)])
def test_names_reach_the_linker_and_terms_become_concepts(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert is_vocabulary(path)
    nodes = merge_vocabulary(read_concepts(), read_vocabulary(path))
    assert len(nodes) == len(read_concepts()) + 1
    assert list(check_names(nodes)) == []
    linker = Linker(nodes)
    found = {words: linker.link(words) for words in ("water on the chest", "chylous ascites", "pneumothorax")}
    assert {words: entity.id for words, entity in found.items() if entity} == {
        "water on the chest": "thx:pleural_effusion",
        "chylous ascites": "thx:chylous_ascites",
        "pneumothorax": "thx:pneumothorax",
    }
    assert linker.link("chest fluid") is None  # not exactly the same
    assert linker.link("Pleuraerguss") is None


def test_a_graph_is_built_from_a_vocabulary_and_a_book(tmp_path: Path) -> None:
    (tmp_path / "mine.obo").write_text(OBO, encoding="utf-8")
    (tmp_path / "book.md").write_text("# S\n\nLymphoma can cause chylous ascites. Nothing else.\n", encoding="utf-8")
    folder = tmp_path / "graph"
    build_graph(folder, reports=[], extra=[tmp_path / "mine.obo", tmp_path / "book.md"])
    graph = open_graph(folder)
    (triple,) = graph.find_triples(subject="thx:chylous_ascites")
    graph.close()
    assert triple.object.id == "thx:lymphoma"
    assert triple.subject.codes == ("DOID:9999999",)
    (origin,) = triple.provenance
    assert (origin.source, origin.locator, origin.confidence) == ("thxs:book_book", "S, sentence 1", "medium")
    assert check_graph(find_nquads(folder)) == []


def test_triples_are_no_vocabulary_and_an_empty_one_is_one_sentence(tmp_path: Path) -> None:
    triples = tmp_path / "triples.ttl"
    triples.write_text(
        SKOS + "<https://w3id.org/thoracite/a> <https://w3id.org/thoracite/part_of> ex:1 .", encoding="utf-8"
    )
    assert not is_vocabulary(triples)
    assert not is_vocabulary(tmp_path / "table.csv")
    empty = tmp_path / "empty.ttl"
    empty.write_text("@prefix ex: <https://example.org/> . ex:1 a ex:Thing .", encoding="utf-8")
    with pytest.raises(InputError, match="holds no term with a name"):
        read_vocabulary(empty)


def test_the_disease_ontology_merges_without_a_shared_name(shared: Path) -> None:
    terms = read_vocabulary(shared / "data" / "knowledge" / "disease_ontology" / "HumanDO.obo")
    nodes = merge_vocabulary(read_concepts(), terms)
    assert len(terms) > 6000
    assert list(check_names(nodes)) == []
