"""The graph as files: every form holds all of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pyoxigraph as ox
import pytest

from thoracite.errors import UsageError
from thoracite.kg.build.graph_files import RDF_FORMATS, write_graph_files
from thoracite.kg.build.own_triples import read_given
from thoracite.kg.rdf.nquads import read_quads

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@pytest.mark.parametrize("form", [form for form in RDF_FORMATS if form != "rdf12"])
def test_every_rdf_form_holds_the_whole_graph(small_graph: Path, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"graph.{form}"
    write_graph_files(small_graph, path, form=form)
    read = {quad if form != "turtle" else quad.triple for quad in ox.parse(path=path, format=RDF_FORMATS[form])}
    assert read == {quad if form != "turtle" else quad.triple for quad in read_quads(small_graph)}
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_rdf12_reifies_every_assertion_and_loses_nothing(small_graph: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.trig"
    write_graph_files(small_graph, path, form="rdf12")
    assert "rdf:reifies <<( thx:" in path.read_text(encoding="utf-8")
    read = list(ox.parse(path=path, format=ox.RdfFormat.TRIG))
    back = set()
    for quad in read:
        if quad.predicate.value != f"{RDF}reifies":
            back.add(quad)
            continue
        assert ox.Quad(*quad.object, quad.graph_name) in read  # the triple is asserted beside its reifier
        for name, end in zip(("subject", "predicate", "object"), quad.object, strict=True):
            back.add(ox.Quad(quad.subject, ox.NamedNode(f"{RDF}{name}"), end, quad.graph_name))
    assert back == set(read_quads(small_graph))
    assert len(read) < len(back)


def test_rdf12_is_asked_by_the_triple_itself(small_graph: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.trig"
    write_graph_files(small_graph, path, form="rdf12")
    store = ox.Store()
    store.load(path=path, format=ox.RdfFormat.TRIG)
    prologue = f"PREFIX rdf: <{RDF}> PREFIX thx: <https://w3id.org/thoracite/>"
    ends = "thx:pleural_effusion thx:has_radiographic_sign ?sign"
    asked = store.query(f"{prologue} SELECT ?a ?sign ?place {{ GRAPH ?g {{ << {ends} ~ ?a >> thx:locator ?place }} }}")
    plain = [
        quad for quad in read_quads(small_graph)
        if quad.subject.value.endswith("/pleural_effusion") and quad.predicate.value.endswith("/has_radiographic_sign")
    ]  # fmt: skip
    rows = list(asked)
    assert len({row["sign"] for row in rows}) == len({quad.object for quad in plain}) > 0
    assert all("/assertion/" in row["a"].value and row["place"].value for row in rows)


def test_turtle_comes_back_with_the_sources_of_its_triples(small_graph: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    write_graph_files(small_graph, path, form="turtle")
    quads = tmp_path / "graph.nq"
    write_graph_files(small_graph, quads, form="nquads")
    assert {(t.key, t.provenance) for t in read_given(path).triples} == {
        (t.key, t.provenance) for t in read_given(quads).triples
    }


def test_tables_for_neo4j_have_its_headers_and_every_edge(small_graph: Path, tmp_path: Path) -> None:
    folder = tmp_path / "neo4j"
    for _ in range(2):  # the second time in place of the first
        write_graph_files(small_graph, folder, form="neo4j")
    tables = {path.name: list(csv.DictReader(path.read_text("utf-8").splitlines())) for path in folder.iterdir()}
    assert set(tables) == {"concepts.csv", "sources.csv", "edges.csv"}
    nodes = {row["id:ID"] for row in tables["concepts.csv"]}
    assert {row[":LABEL"] for row in tables["concepts.csv"]} == {"Concept"}
    assertions = {
        quad.subject for quad in read_quads(small_graph) if str(quad.object) == "<https://w3id.org/thoracite/Assertion>"
    }
    assert len(tables["edges.csv"]) == len(assertions) > 20
    assert {row[end] for row in tables["edges.csv"] for end in (":START_ID", ":END_ID")} <= nodes
    first = tables["edges.csv"][0]
    assert {"relation:string", "support:long", "lift:double", ":TYPE"} <= set(first)
    assert first[":TYPE"] == first["relation:string"].removeprefix("thx:").upper()


def test_limits_are_a_list_in_neo4js_tables(small_graph: Path, tmp_path: Path) -> None:
    write_graph_files(small_graph, tmp_path / "tables", form="neo4j")
    with (tmp_path / "tables" / "edges.csv").open(encoding="utf-8", newline="") as file:
        edges = {row["id:string"]: row for row in csv.DictReader(file)}
    limited = edges["thxa:007f9d6d442f524b"]
    assert limited["holds_for:string[]"] == "frontal;serial films;thx:pneumothorax"
    assert limited["commonness:string"] == "occasional"


def test_an_unknown_form_and_a_place_that_is_not_there_are_one_sentence(small_graph: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'owl'; expected one of turtle"):
        write_graph_files(small_graph, tmp_path / "x", form="owl")
    with pytest.raises(UsageError, match="cannot be written"):
        write_graph_files(small_graph, tmp_path / "none" / "x.ttl", form="turtle")
