"""The default graph keeps its shapes, and each rule is felt."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.kg.build.build import build_graph
from thoracite.kg.build.check import check_graph
from thoracite.kg.stores.folder import find_nquads

THX = "https://w3id.org/thoracite/"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(scope="module")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Curated facts and twenty rows of counts, so that the checks are quick."""
    folder = tmp_path_factory.mktemp("graph")
    build_graph(folder, reports=[])
    return find_nquads(folder)


def test_the_default_graph_has_no_violation(tmp_path: Path) -> None:
    build_graph(tmp_path)
    assert check_graph(find_nquads(tmp_path)) == []


def quad(subject: str, predicate: str, object_: str, graph: str) -> str:
    return f"<{THX}{subject}> <{predicate}> {object_} <{THX}source/{graph}> ."


LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
ADDED = {
    "a concept has one label": quad("pneumothorax", LABEL, '"air outside the lung"', "concepts"),
    "a concept has one kind": quad("pneumothorax", f"{THX}kind", '"banana"', "concepts"),
    "shared by thx:pneumonia, thx:pneumothorax": quad(
        "pneumothorax", "http://www.w3.org/2004/02/skos/core#altLabel", '"Pneumonia"', "concepts"
    ),
    "what is broader is a concept": quad(
        "pneumothorax", "http://www.w3.org/2004/02/skos/core#broader", f"<{THX}nowhere>", "concepts"
    ),
}


@pytest.mark.parametrize("problem", ADDED)
def test_wrong_concepts_are_found(curated: Path, tmp_path: Path, problem: str) -> None:
    path = tmp_path / "graph.nq"
    path.write_text(curated.read_text(encoding="utf-8") + ADDED[problem] + "\n", encoding="utf-8")
    found = check_graph(path)
    assert [violation for violation in found if problem in violation.problem], found
    assert {violation.node for violation in found} <= {"thx:pneumothorax", "thx:pneumonia"}


@pytest.mark.parametrize(
    ("part", "value", "problem"),
    [
        ("support", f'"0"^^<{XSD}integer>', "support is one count, at least 1"),
        ("present", f'"2"^^<{XSD}integer>', "at least three of them behind it"),
        ("subject_certainty", '"maybe"', "one of RadGraph's certainties"),
        ("locator", None, "an assertion names the place"),
        ("commonness", '"always"', "commonness is common, occasional, rare"),
    ],
)
def test_wrong_assertions_are_found(curated: Path, tmp_path: Path, part: str, value: str | None, problem: str) -> None:
    lines = curated.read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if f"<{THX}{part}>" in line and "/assertion/" in line)
    subject, predicate, rest = lines[at].split(" ", 2)
    graph = rest.rsplit(" ", 2)[1]
    lines[at : at + 1] = [f"{subject} {predicate} {value} {graph} ."] if value else []
    path = tmp_path / "graph.nq"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = check_graph(path)
    assert [violation for violation in found if problem in violation.problem], found


@pytest.mark.parametrize("limit", ['"sideways"', f"<{THX}nowhere>"])
def test_a_limit_that_is_no_word_and_no_concept_is_found(curated: Path, tmp_path: Path, limit: str) -> None:
    text = curated.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if f"<{THX}locator>" in line)
    path = tmp_path / "graph.nq"
    graph = line.rsplit(" ", 2)[1]
    own = f"{line.split(' ', 1)[0]} <{THX}holds_for>"
    path.write_text(f'{text}{own} {limit} {graph} .\n{own} "supine" {graph} .\n', encoding="utf-8")
    [violation] = check_graph(path)
    assert "a limit is a word" in violation.problem


def test_an_assertion_without_its_triple_is_found(curated: Path, tmp_path: Path) -> None:
    lines = curated.read_text(encoding="utf-8").splitlines()
    plain = next(line for line in lines if f"<{THX}may_mimic>" in line and line.startswith(f"<{THX}skin_fold>"))
    path = tmp_path / "graph.nq"
    path.write_text("\n".join(line for line in lines if line != plain) + "\n", encoding="utf-8")
    found = check_graph(path)
    assert [violation.problem for violation in found] == ["the triple that it asserts is not in its source's graph"]
    assert found[0].node.startswith("thxa:")


def test_an_undescribed_source_is_found(curated: Path, tmp_path: Path) -> None:
    lines = curated.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "graph.nq"
    kept = [line for line in lines if not line.startswith(f"<{THX}source/rpedia_skinfold> <")]
    assert len(kept) == len(lines) - 5  # type, title, reference, licence; how much of it the graph holds
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert "thxs:rpedia_skinfold" in {violation.node for violation in check_graph(path)}


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, curated: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        check_graph(tmp_path / "none.nq")
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text("no turtle", encoding="utf-8")
    with pytest.raises(InputError, match=r"shapes .* cannot be read"):
        check_graph(curated, shapes=shapes)
