"""Reading a build's N-Quads as a stream."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.kg.rdf.nquads import (
    ConceptRow,
    SourceRow,
    read_assertions,
    read_broader,
    read_digest,
    read_nodes,
    read_quads,
)
from thoracite.kg.stores.property_graph import read_concepts


def test_order_and_repetition_change_nothing(small_graph: Path, tmp_path: Path) -> None:
    lines = small_graph.read_bytes().splitlines(keepends=True)
    mixed = tmp_path / "mixed.nq"
    random.Random(7).shuffle(lines)
    mixed.write_bytes(b"".join([*lines, *lines[:50]]).removesuffix(b"\n"))
    assert read_digest(mixed) == read_digest(small_graph)
    assert list(read_quads(mixed)) == list(read_quads(small_graph))
    assert list(read_assertions(mixed)) == list(read_assertions(small_graph))
    assert list(read_nodes(mixed)) == list(read_nodes(small_graph))


def test_nodes_keep_every_letter(small_graph: Path) -> None:
    nodes = {node.id: node for node in read_nodes(small_graph)}
    effusion, atlas = nodes["thx:pleural_effusion"], nodes["thxs:atlas"]
    assert isinstance(effusion, ConceptRow)
    assert effusion.synonyms == ["effusion", "épanchement pleural", "胸水"]
    assert effusion.definition == 'Fluid in the "pleural" space,\nfree or loculated; path C:\\x.'
    assert isinstance(atlas, SourceRow)
    assert atlas.title == 'An atlas, "invented" for tests'


def test_numbers_are_numbers(small_graph: Path) -> None:
    rows = [row for row in read_assertions(small_graph) if row.lift is not None]
    assert sorted(row.lift for row in rows if row.lift) == [1.25, 1.5, 2.0, 2.25, 3.0, 4.5]
    assert {type(row.support) for row in rows} == {int}


THX = "https://w3id.org/thoracite/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"<{THX}assertion/1> <{RDF}type> <{THX}Assertion> <{THX}source/x> .\n", "assertion thxa:1 lacks its"),
        ("<urn:a> <urn:b> .\n", "is not N-Quads"),
        ("\x00\x01", "is not N-Quads"),
    ],
)
def test_what_is_no_graph_is_one_sentence(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "broken.nq"
    path.write_text(line)
    with pytest.raises(InputError, match=said):
        list(read_assertions(path))


def test_a_number_that_is_none_is_one_sentence(small_graph: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.nq"
    path.write_text(small_graph.read_text(encoding="utf-8").replace('"36"^^', '"many"^^'), encoding="utf-8")
    with pytest.raises(InputError, match=r"assertion thxa:\w+ cannot be read"):
        list(read_assertions(path))


def test_a_concept_needs_a_label(small_graph: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.nq"
    lines = small_graph.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if '"skin fold"' not in line), encoding="utf-8")
    with pytest.raises(InputError, match=r"thx:skin_fold has no rdfs:label"):
        list(read_nodes(path))


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_digest(tmp_path / "none.nq")


def test_wider_concepts_are_read_at_any_distance(tmp_path: Path) -> None:
    path = tmp_path / "graph.nq"
    thx, skos = "https://w3id.org/thoracite/", "http://www.w3.org/2004/02/skos/core#"
    chain = [("a", "b"), ("b", "c"), ("c", "a"), ("d", "b")]
    graph = f"<{thx}source/concepts> ."
    rows = [f"<{thx}{one}> <{skos}broader> <{thx}{other}> {graph}\n" for one, other in chain]
    rows += [f'<{thx}{name}> <http://www.w3.org/2000/01/rdf-schema#label> "{name}" {graph}\n' for name in "abcd"]
    path.write_text("".join(sorted(rows)), encoding="utf-8")
    assert read_broader(path) == {f"thx:{one}": [f"thx:{other}"] for one, other in chain}
    found = {row["id"]: row["broader"] for row in read_concepts(path)}
    assert found == {
        "thx:a": ["thx:b", "thx:c"],
        "thx:b": ["thx:a", "thx:c"],
        "thx:c": ["thx:a", "thx:b"],
        "thx:d": ["thx:a", "thx:b", "thx:c"],
    }
