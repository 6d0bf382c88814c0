"""What the user typed: folders of images, queries by name, file or text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.images import write_dicom_without_pixels, write_noise
from thoracite.errors import InputError, UsageError
from thoracite.settings import Settings
from thoracite.ui.console.graph import find_query, guess_language, run_query
from thoracite.ui.console.images import choose_form, find_images


def test_a_folder_is_its_images_by_name_and_a_file_is_itself(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    (folder / "b").mkdir(parents=True)
    write_noise(folder / "c.PNG".lower())
    write_noise(folder / "a.jpeg")
    write_noise(folder / "._a.png")  # as some systems leave behind
    write_dicom_without_pixels(folder / "b" / "IM0001")  # DICOM often has no ending
    (folder / "report.txt").write_text("no image", encoding="utf-8")
    named = tmp_path / "missing.xyz"
    found = list(find_images([named, folder]))
    assert [path.name for path in found] == ["missing.xyz", "a.jpeg", "IM0001", "c.png"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no image"):
        list(find_images([tmp_path / "empty"]))


def test_two_forms_of_output_exclude_each_other() -> None:
    assert choose_form(json=True, slim=True) == choose_form(slim=True) == "slim"
    assert choose_form(full=True) == "full"
    for wrong in ({"json": True, "csv": True}, {"slim": True, "full": True}):
        with pytest.raises(UsageError, match="exclude each other"):
            choose_form(**wrong)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("select * { ?s ?p ?o }", "sparql"),
        ("# why\nPREFIX a: <b#>\nASK {}", "sparql"),
        ("DESCRIBE <a:b>", "sparql"),
        ("// why\n// and why\nOPTIONAL MATCH (n) RETURN n", "cypher"),
        ("  WITH 1 AS n RETURN n", "cypher"),
        ("CYPHER 5\nMATCH (n) RETURN n", "cypher"),
        ("```\nSELECT * {}\n```", "sparql"),
        ("Like this:\n~~~cypher\n// all\nMATCH (n) RETURN n\n~~~\n", "cypher"),
        ("```sparql\nBASE_IS_MISSING\n```", "sparql"),
        ("```python\nMATCH = 1\n```", None),
        ("selection of things", None),
        ("", None),
    ],
)
def test_the_first_word_tells_the_language(text: str, language: str | None) -> None:
    assert guess_language(text) == language


def test_a_query_is_a_name_a_file_or_a_text(tmp_path: Path) -> None:
    assert find_query("signs_of").title == find_query("signs_of.cypher").title != ""
    assert find_query("signs_of.cypher").language == "cypher"
    assert find_query("signs_of", language="cypher").language == "cypher"
    own = tmp_path / "own.cql"
    own.write_text("// parameter: id = thx:pneumonia\nmatch (n {id: $id}) return n", encoding="utf-8")
    found = find_query(str(own))
    assert (found.language, found.parameters) == ("cypher", {"id": "thx:pneumonia"})
    assert find_query("RETURN 1").language == "cypher"
    own.write_text("```sparql\nASK { ?s ?p ?o }\n```\n", encoding="utf-8")
    assert find_query(str(own.rename(own.with_suffix(".md")))).language == "sparql"
    assert find_query("(what only the store may know)", language="sparql", asked=True).language == "sparql"
    for text in ("banana", "give me everything", "x" * 5000):
        with pytest.raises(UsageError, match="not SPARQL or Cypher"):
            find_query(text)
    own.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="expected a query in UTF-8"):
        find_query(str(own))


def test_numbers_given_are_numbers(graph_folder: Path) -> None:
    settings = Settings(graph=graph_folder)
    asked = run_query("RETURN $a + 1 AS a, $b + 0.5 AS b, $c AS c", settings, parameters=["a=2", "b=1.5", "c=1-2"])
    assert asked.result.rows == ((3, 2.0, "1-2"),)
    assert asked.as_text().splitlines()[2].split() == ["3", "2.0", "1-2"]
    assert run_query("```cypher\nCYPHER 5 RETURN $a AS a\n```", settings, parameters=["a=2"]).result.rows == ((2,),)
