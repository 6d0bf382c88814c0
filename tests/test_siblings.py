"""The texts that were written before the rules: well-formed, and halved as tests/data/README.md says."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parent / "data"
READING = ("reading_siblings.csv", "report_siblings.csv", "abbreviation_siblings.csv")
PRIVACY = ("privacy_carriers5.csv", "privacy_surnames5.csv", "privacy_dates5.csv", "privacy_kept5.csv")


def read_rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE) is not None


@pytest.mark.parametrize("name", [*READING, *PRIVACY])
def test_halves_are_drawn_as_described(name: str) -> None:
    rows = read_rows(name)
    kinds: dict[str, set[str]] = {}
    for row in rows:
        kinds.setdefault(row["kind"], set()).add(row["id"])
    half = {}
    for kind, ids in kinds.items():
        generator = random.Random(f"14 {kind}")
        mixed = sorted(ids)
        generator.shuffle(mixed)
        cut = (len(mixed) + generator.randint(0, 1)) // 2
        half.update({one: "seen" if number < cut else "locked" for number, one in enumerate(mixed)})
    assert {row["id"]: row["half"] for row in rows} == half


@pytest.mark.parametrize("name", READING)
def test_words_stand_in_their_texts(name: str) -> None:
    rows = read_rows(name)
    assert [row["id"] for row in rows if not has_word(row["text"], row["word"])] == []
    assert {row.get("label", "DP") for row in rows} <= {"DP", "U", "DA", "not DP"}


def test_a_word_of_a_sentence_stands_in_it_once() -> None:
    rows = read_rows("reading_siblings.csv")
    assert [
        row["id"] for row in rows if len(re.findall(rf"(?<![\w-]){row['word']}(?![\w-])", row["text"], re.I)) != 1
    ] == []


def test_unread_words_stand_in_their_reports_once() -> None:
    rows = [row for row in read_rows("report_siblings.csv") if row["not_read"]]
    assert [row["id"] for row in rows if len(re.findall(rf"\b{row['not_read']}\b", row["text"], re.I)) != 1] == []


@pytest.mark.parametrize("name", [*READING, *PRIVACY])
def test_no_text_has_two_ids(name: str) -> None:
    column = {"privacy_surnames5.csv": "surname", "privacy_dates5.csv": "form"}.get(name, "text")
    texts = {row["id"]: row[column] for row in read_rows(name)}
    assert len(set(texts.values())) == len(texts)


def test_sizes_that_were_asked_for() -> None:
    assert len({row["text"] for row in read_rows("reading_siblings.csv")}) >= 150
    assert len({row["text"] for row in read_rows("report_siblings.csv")}) >= 50
    assert len(read_rows("privacy_carriers5.csv")) >= 60
    assert len(read_rows("privacy_surnames5.csv")) >= 110
    assert len(read_rows("privacy_kept5.csv")) >= 200


def test_what_is_kept_stands_in_its_carrier() -> None:
    assert [row["id"] for row in read_rows("privacy_kept5.csv") if row["keep"] not in row["text"]] == []
