"""N-Quads: the shape of decision 1, there and back."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from thoracite.errors import InputError
from thoracite.kg.assertions import merge_assertions
from thoracite.kg.concepts import Concept, parse_concepts, read_concepts
from thoracite.kg.facts import Source, read_facts, read_sources
from thoracite.kg.rdf import write as rdf
from thoracite.kg.rdf.nquads import ConceptRow, read_assertions, read_digest, read_nodes
from thoracite.kg.rdf.write import describe_assertion, list_assertions, read_schema, write_nquads
from thoracite.kg.vocabulary import RELATIONS, SUGGESTS
from thoracite.settings import ONTOLOGIES
from thoracite.types import Certainty, Counts, Entity, Provenance, Triple

A, B = Entity(id="thx:a", label='a "quoted"\nname ☃', kind="sign"), Entity(id="thx:b", label="b", kind="disease")


def counted(**changes: object) -> Triple:
    values: dict[str, object] = {
        "subject": A,
        "relation": RELATIONS[SUGGESTS],
        "object": B,
        "counts": Counts(present=4, uncertain=5, absent=1),
        "object_certainty": Certainty.UNCERTAIN,
        "support": 9,
        "lift": 2.5,
        "provenance": (Provenance(source="thxs:r", locator="aggregate", extractor="x", version="2", licence="l"),),
    }
    return Triple(**(values | changes))


def write(path: Path, triples: list[Triple]) -> str:
    rows = [row for triple in triples for row in list_assertions(triple)]
    source = Source(id="thxs:r", title="Reports", reference="here", licence="l")
    return write_nquads(path, concepts=[Concept(entity=A), Concept(entity=B)], sources=[source], assertions=rows)


def test_triples_survive_the_way_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "graph.nq"
    write(path, [counted()])
    entities = {
        node.id: Entity(id=node.id, label=node.label, kind=node.kind, codes=tuple(node.codes))
        for node in read_nodes(path)
        if isinstance(node, ConceptRow)
    }
    (back,) = merge_assertions(read_assertions(path), entities)
    assert all(origin.assertion for origin in back.provenance)  # its IRI, which it has only in a graph
    unnamed = tuple(origin.model_copy(update={"assertion": None}) for origin in back.provenance)
    assert back.model_copy(update={"provenance": unnamed}) == counted()


def test_every_curated_fact_survives(tmp_path: Path) -> None:
    facts, nodes = list(read_facts()), read_concepts()
    path = tmp_path / "graph.nq"
    rows = (row for fact in facts for row in list_assertions(fact))
    write_nquads(path, concepts=nodes, sources=read_sources().values(), assertions=rows)
    back = merge_assertions(read_assertions(path), {node.entity.id: node.entity for node in nodes})
    assert {triple.key for triple in back} == {fact.key for fact in facts}
    assert sum(len(triple.provenance) for triple in back) == len(facts)
    quads = ox.parse(path=path, format=ox.RdfFormat.N_QUADS)
    in_graph = [quad.triple for quad in quads if str(quad.graph_name) == "<https://w3id.org/thoracite/source/concepts>"]
    assert tuple(parse_concepts(in_graph)) == nodes


def test_a_quad_has_the_shape_of_the_decision(tmp_path: Path) -> None:
    path = tmp_path / "graph.nq"
    write(path, [counted()])
    text = path.read_text(encoding="utf-8")
    thx, source = "https://w3id.org/thoracite/", "<https://w3id.org/thoracite/source/r>"
    assert f"<{thx}a> <{thx}suggestive_of> <{thx}b> {source} ." in text
    lines = [line for line in text.splitlines() if line.startswith(f"<{thx}assertion/")]
    assert len(lines) == 18
    assert all(line.endswith(f" {source} .") for line in lines)
    assert f'<{thx}support> "9"^^<http://www.w3.org/2001/XMLSchema#integer>' in text
    assert re.search(rf'<{thx}lift> "2.5(E0)?"\^\^<http://www.w3.org/2001/XMLSchema#double>', text)
    assert f'<{thx}object_certainty> "uncertain" ' in text
    assert text.splitlines() == sorted(set(text.splitlines()))


def test_the_digest_follows_from_the_lines_alone(tmp_path: Path) -> None:
    other = counted(subject=B, object=A)
    one = write(tmp_path / "one.nq", [counted(), other])
    two = write(tmp_path / "two.nq", [other, counted(), other])
    assert one == two == read_digest(tmp_path / "one.nq")
    assert one != write(tmp_path / "three.nq", [counted(support=8), other])


def test_sorting_in_files_gives_the_same_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = list(read_facts())[:40]
    rows = [row for fact in facts for row in list_assertions(fact)]
    whole = write_nquads(tmp_path / "a.nq", concepts=(), sources=(), assertions=rows)
    monkeypatch.setattr(rdf, "_CHUNK", 64)
    assert write_nquads(tmp_path / "b.nq", concepts=(), sources=(), assertions=rows) == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.nq", "b.nq"]


def test_each_source_of_a_fact_is_an_assertion_of_its_own() -> None:
    fact = counted(counts=Counts(), support=2, lift=None, provenance=(
        Provenance(source="thxs:r", locator="p 1"), Provenance(source="thxs:q", locator="p 2"),
    ))  # fmt: skip
    rows = list(list_assertions(fact))
    assert [(row.source, row.support) for row in rows] == [("thxs:r", 1), ("thxs:q", 1)]
    assert len({row.id for row in rows}) == 2


def test_counts_of_several_sources_are_refused() -> None:
    both = (Provenance(source="thxs:r", locator="p 1"), Provenance(source="thxs:q", locator="p 2"))
    with pytest.raises(InputError, match="has counts and 2 sources"):
        list(list_assertions(counted(provenance=both)))


def test_an_unknown_prefix_is_refused() -> None:
    (row,) = list_assertions(counted(subject=Entity(id="nowhere:a", label="a")))
    with pytest.raises(InputError, match="no known prefix"):
        list(describe_assertion(row))


def test_the_schema_describes_every_relation() -> None:
    described = {str(quad.subject) for quad in read_schema(ONTOLOGIES / "thoracite.ttl")}
    assert {f"<https://w3id.org/thoracite/{name[4:]}>" for name in RELATIONS} <= described


def test_a_schema_with_a_blank_node_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "schema.ttl"
    path.write_text("<http://a/#a> <http://a/#b> [ <http://a/#c> 1 ] .", encoding="utf-8")
    with pytest.raises(InputError, match="blank node"):
        list(read_schema(path))


def test_a_build_describes_itself_as_a_dataset_with_true_counts(tmp_path: Path) -> None:
    path = tmp_path / "graph.nq"
    other = counted(provenance=(Provenance(source="thxs:s", locator="page 2"),), object=A)
    rows = [row for triple in (counted(), other) for row in list_assertions(triple)]
    sources = [Source(id=f"thxs:{name}", title=name, reference="here", licence="l") for name in "rs"]
    concepts = [Concept(entity=A), Concept(entity=B)]
    write_nquads(path, concepts=concepts, sources=sources, assertions=rows, schema=ONTOLOGIES / "thoracite.ttl")
    graph = ox.Store()
    graph.load(path=str(path), format=ox.RdfFormat.N_QUADS)
    query = """PREFIX void: <http://rdfs.org/ns/void#> PREFIX dcat: <http://www.w3.org/ns/dcat#>
    SELECT ?entities ?all ?subset ?part WHERE { GRAPH ?g { ?d a void:Dataset, dcat:Dataset ; void:entities ?entities ;
      void:triples ?all ; void:subset ?subset . ?subset void:triples ?part } }"""
    found = graph.query(query)
    assert isinstance(found, ox.QuerySolutions)
    assert {tuple(term.value.rsplit("/", 1)[-1] for term in row) for row in found} == {
        ("2", "2", "r", "1"),
        ("2", "2", "s", "1"),
    }
    write_nquads(path, concepts=concepts, sources=sources, assertions=rows)  # a part of a graph is no dataset
    assert "void#Dataset" not in path.read_text(encoding="utf-8")
