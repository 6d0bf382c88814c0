"""Your own triples, in every format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.kg.assertions import Assertion, merge_assertions
from thoracite.kg.build.build import build_graph
from thoracite.kg.build.own_triples import Given, read_given
from thoracite.kg.concepts import Concept
from thoracite.kg.rdf.write import write_nquads
from thoracite.kg.stores.folder import find_nquads
from thoracite.types import Entity

TURTLE = """@prefix thx: <https://w3id.org/thoracite/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
thx:skin_fold thx:may_mimic thx:pneumothorax .
<http://ward.example/zebra> rdfs:label "zebra sign" ; thx:suggestive_of <http://ward.example/x1> .
<http://ward.example/x1> rdfs:label "PTX" .
<http://ward.example/zebra> <http://ward.example/eats> <http://ward.example/grass> .
"""
EXPECTED = {
    ("thx:skin_fold", "thx:may_mimic", "thx:pneumothorax"),
    ("thx:zebra_sign", "thx:suggestive_of", "thx:pneumothorax"),
}


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def keys(given: Given) -> set[tuple[str, str, str]]:
    return {triple.key for triple in given.triples}


def test_turtle_by_label(tmp_path: Path) -> None:
    given = read_given(write(tmp_path, "ward.ttl", TURTLE))
    assert keys(given) == EXPECTED
    assert {triple.provenance[0].source for triple in given.triples} == {"thxs:ward"}


def test_json_ld(tmp_path: Path) -> None:
    document = {
        "@context": {"thx": "https://w3id.org/thoracite/"},
        "@id": "thx:skin_fold",
        "thx:may_mimic": {"@id": "thx:pneumothorax"},
    }
    given = read_given(write(tmp_path, "ward.jsonld", json.dumps(document)))
    assert keys(given) == {("thx:skin_fold", "thx:may_mimic", "thx:pneumothorax")}


def test_named_graphs_are_sources(tmp_path: Path) -> None:
    thx = "https://w3id.org/thoracite/"
    line = f"<{thx}skin_fold> <{thx}may_mimic> <{thx}pneumothorax> <http://ward.example/book> .\n"
    given = read_given(write(tmp_path, "ward.nq", line))
    (triple,) = given.triples
    assert triple.provenance[0].source == "thxs:book"
    assert given.sources["thxs:book"].reference == "http://ward.example/book"


def test_the_projects_own_export_comes_back_with_counts_and_places(tmp_path: Path) -> None:
    build_graph(tmp_path / "graph")
    lines = find_nquads(tmp_path / "graph").read_text(encoding="utf-8").splitlines()
    thx = "https://w3id.org/thoracite"
    about = [line.split(" ", 1)[0] for line in lines if f"<{thx}/source/openi> ." in line and "/assertion/" in line]
    one = about[0]
    given = read_given(write(tmp_path, "one.nq", "\n".join(line for line in lines if line.startswith(one)) + "\n"))
    (triple,) = given.triples
    assert triple.counts.total >= 3
    assert triple.support >= 3
    assert triple.provenance[0].source == "thxs:openi"
    assert triple.provenance[0].extractor == "thoracite-rules"


def test_an_assertion_comes_back_with_every_field(tmp_path: Path) -> None:
    ends = {f"thx:{name}": Entity(id=f"thx:{name}", label=name) for name in ("mass", "hilum")}
    mine = Assertion(
        "thxa:1", "thx:mass", "thx:located_at", "thx:hilum", "thxs:ward", "p. 3", "reader", "2", "CC0",
        5, 4, 3, 9, "uncertain", "definitely absent", 1.5, "high", ("ap", "supine", "thx:pneumothorax"), "rare",
    )  # fmt: skip
    ends["thx:pneumothorax"] = Entity(id="thx:pneumothorax", label="pneumothorax")
    nodes = [Concept(entity=entity) for entity in ends.values()]
    write_nquads(tmp_path / "one.nq", concepts=nodes, sources=[], assertions=[mine])
    (triple,) = read_given(tmp_path / "one.nq", concepts=nodes).triples
    (expected,) = merge_assertions([mine], ends)
    unnamed = tuple(origin.model_copy(update={"assertion": None}) for origin in expected.provenance)
    assert triple == expected.model_copy(update={"provenance": unnamed})  # a build names assertions itself


def test_a_table_with_everything(tmp_path: Path) -> None:
    header = (
        "subject\tsubject_kind\trelation\tobject\tsource\ttitle\treference\tlocator\tlicence\tpresent\tsupport\tlift\n"
    )
    row = "zebra sign\tsign\tsuggestive of\tPTX\tthxs:ward\tWard book\tdoi:1\tp. 3\tCC0\t5\t5\t1.5\n"
    given = read_given(write(tmp_path, "ward.tsv", header + row))
    (triple,) = given.triples
    assert (triple.subject.kind, triple.object.id, triple.counts.present, triple.lift) == (
        "sign", "thx:pneumothorax", 5, 1.5,
    )  # fmt: skip
    assert (given.sources["thxs:ward"].title, given.sources["thxs:ward"].reference) == ("Ward book", "doi:1")
    assert triple.provenance[0].licence == "CC0"


def test_a_table_says_what_a_triple_is_limited_to(tmp_path: Path) -> None:
    text = (
        "subject,relation,object,holds_for,commonness\nskin fold,may mimic,PTX,Supine; AP ;with PTX,common\n"
        "lung,part of,chest,,\n"
    )
    limited, free = read_given(write(tmp_path, "a.csv", text)).triples
    assert limited.provenance[0].holds_for == ("ap", "supine", "thx:pneumothorax")
    assert limited.provenance[0].commonness == "common"
    assert (free.provenance[0].holds_for, free.provenance[0].commonness) == ((), "not stated")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "subject,object\nlung,lung\n", "lacks the columns relation"),
        ("a.csv", "subject,relation,object\nlung,eats,lung\n", "line 2 of .*'eats' is not a relation"),
        ("a.csv", "subject,relation,object\nlung,,lung\n", "line 2 of .* has no relation"),
        ("a.csv", "subject,relation,object,support\nlung,part of,chest,many\n", "line 2 of .* is not a triple"),
        ("a.csv", "subject,relation,object\n…,part of,chest\n", "no identifier can be made"),
        ("a.csv", "subject,relation,object,present,support\nlung,shows,PTX,1,1\n", "fewer than 3"),
        ("a.csv", "subject,relation,object,holds_for\nlung,part of,chest,sideways\n", "line 2 .*'sideways'; expected"),
        ("a.csv", "subject,relation,object,holds_for\nlung,part of,chest,with qqqq\n", "'qqqq', which is no concept"),
        ("a.csv", "subject,relation,object,commonness\nlung,part of,chest,always\n", "line 2 of .* is not a triple"),
        ("a.csv", "subject,relation,object\n", "holds no triple"),
        ("a.ttl", "<http://a/a> <http://a/b> <http://a/c> .", "holds no triple"),
        ("a.ttl", "nonsense", "cannot be read"),
        ("a.docx", "x", "has an unknown format"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_given(write(tmp_path, name, text))


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_given(tmp_path / "none.csv")
