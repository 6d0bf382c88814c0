"""What was read is counted, and what was not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from thoracite.kg.aggregate.aggregate import aggregate_reports
from thoracite.kg.extract.extractor import RuleExtractor
from thoracite.kg.extract.reading import ReadingSum, measure_reading
from thoracite.kg.extract.run import extract_file
from thoracite.ui.console.reports import extract_reports


def measure(text: str) -> tuple[int, dict[str, int], int]:
    reading = measure_reading(text, RuleExtractor().extract(text))
    return reading.statements, {part.reason: part.characters for part in reading.unread}, reading.characters


@pytest.mark.parametrize(
    ("text", "statements", "unread"),
    [
        ("No effusion.", 1, {}),
        ("hello world", 0, {"nothing recognised": 11}),
        ("HISTORY: Fever.\nFINDINGS: Effusion. Merci beaucoup.", 1,
         {"history or indication": 6, "nothing recognised": 15}),
        ("", 0, {}),
    ],
)  # fmt: skip
def test_statements_and_characters(text: str, statements: int, unread: dict[str, int]) -> None:
    assert measure(text) == (statements, unread, len(text))


def test_a_file_of_reports_is_counted(tmp_path: Path) -> None:
    texts = {"a": "HISTORY: Cough.\nFINDINGS: Effusion.", "b": "HISTORY: Fever.", "c": "No mass."}
    lines = [json.dumps({"id": key, "text": text}) for key, text in texts.items()]
    (tmp_path / "r.jsonl").write_text("\n".join(lines))
    for reading in (
        extract_file(tmp_path / "r.jsonl", tmp_path / "out.json").reading,
        extract_file(tmp_path / "r.jsonl", tmp_path / "two.json", processes=2).reading,
        aggregate_reports(tmp_path / "r.jsonl", tmp_path / "out.csv").reading,
    ):
        assert reading is not None
        assert (reading.reports, reading.empty) == (3, 1)
        assert [(part.reason, part.sections, part.characters) for part in reading.unread] == [
            ("history or indication", 2, 12)
        ]


def test_files_and_tables_count_alike(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("HISTORY: Cough.\nFINDINGS: Effusion.")
    (tmp_path / "r.jsonl").write_text(json.dumps({"id": "a", "text": "HISTORY: Cough.\nFINDINGS: Effusion."}))
    from_files, from_table = (
        extract_file(tmp_path / name, tmp_path / "out.json", resume=False).reading for name in ("texts", "r.jsonl")
    )
    assert from_files.unread == from_table.unread


def test_the_user_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.csv").write_text("id,text\na,HISTORY: Cough. FINDINGS: Effusion.\n")
    result = extract_reports(tmp_path / "r.csv", tmp_path / "out.json")
    said = capsys.readouterr()
    assert result.startswith("1 reports")
    assert "unread: 0 of 1 reports, and 6 of" in said.err
    assert "unread" not in said.out


def test_a_sum_without_unread_text_is_short() -> None:
    assert ReadingSum().sentence == "unread: 0 of 0 reports, and 0 of 0 characters"
