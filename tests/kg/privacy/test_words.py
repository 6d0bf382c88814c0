"""The list of ordinary words: collected from text, without names."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.kg.privacy.words import collect_words, is_ordinary, read_lists, read_words, write_words
from thoracite.kg.reports.report import Report


def test_only_words_in_lower_case_are_collected() -> None:
    lists = collect_words(
        [Report(id="a", sections={"findings": "The heart of Kowalski is enlarged, XXXX."})],
        ["<p>Common word</p> https://names.example/gonzalez " + "often " * 20],
        ["name: Paget disease"],
        ["zebra", "Anna"],
    )
    assert lists["report"] == {"heart", "of", "is", "enlarged", "often"}
    assert lists["other"] == {"word", "name", "disease", "zebra"}


def test_written_lists_are_read_back(tmp_path: Path) -> None:
    words = {"report": frozenset({"lung", "heart"}), "other": frozenset(f"w{'x' * n}" for n in range(40))}
    write_words(tmp_path / "words.txt", words, sources="one\ntwo")
    assert read_lists(tmp_path / "words.txt") == words


@pytest.mark.parametrize(
    ("word", "ordinary"),
    [("lungs", True), ("Consolidations", True), ("nonobstructive", True), ("radiologically", True), ("patient's", True),
     ("Kowalska", False), ("Gonzalez", False), ("Jessica", False)],
)  # fmt: skip
def test_inflected_words_are_known(word: str, *, ordinary: bool) -> None:
    assert is_ordinary(word, read_words()) is ordinary


def test_reports_may_capitalise_their_own_words() -> None:
    words = read_words()
    assert is_ordinary("Upper", words, report=True)
    assert not is_ordinary("Mason", words, report=True)
