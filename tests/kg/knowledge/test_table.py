"""From a book to a graph: the table of what was read is read as your own triples."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from thoracite.errors import UsageError
from thoracite.kg.build.own_triples import read_given
from thoracite.kg.knowledge.table import COLUMNS, write_knowledge

BOOK = "# Causes\n\nHeart failure can cause a pleural effusion. Pneumonia causes a pleural effusion.\n\nNo more.\n"


def test_the_table_comes_back_as_triples_with_place_licence_and_confidence(tmp_path: Path) -> None:
    book, table = tmp_path / "notes.md", tmp_path / "triples.csv"
    book.write_text(BOOK, encoding="utf-8")
    summary = write_knowledge([book], table, licence="CC0")
    assert summary.model_dump() == {"documents": 1, "sentences": 3, "statements": 2, "triples": 2}
    given = read_given(table)
    origins = [triple.provenance[0] for triple in given.triples]
    assert [(origin.locator, origin.confidence) for origin in origins] == [
        ("Causes, sentence 1", "medium"), ("Causes, sentence 2", "high"),
    ]  # fmt: skip
    assert {(origin.source, origin.extractor, origin.licence) for origin in origins} == {
        ("thxs:book_notes", "thoracite-prose-rules", "CC0")
    }
    assert given.sources["thxs:book_notes"].reference == "notes.md"


def test_a_book_without_triples_gives_an_empty_table(tmp_path: Path) -> None:
    book, table = tmp_path / "notes.md", tmp_path / "triples.csv"
    book.write_text("Nothing here.\n", encoding="utf-8")
    assert write_knowledge([book], table).statements == 0
    assert table.read_text(encoding="utf-8").strip() == ",".join(COLUMNS)


def test_a_place_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    book = tmp_path / "notes.md"
    book.write_text(BOOK, encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        write_knowledge([book], tmp_path / "none" / "triples.csv")


def test_rows_are_proper_csv(tmp_path: Path) -> None:
    book, table = tmp_path / 'a "b", c.md', tmp_path / "triples.csv"
    book.write_text(BOOK, encoding="utf-8")
    write_knowledge([book], table)
    with table.open(encoding="utf-8", newline="") as file:
        assert [row["reference"] for row in csv.DictReader(file)] == ['a "b", c.md'] * 2
