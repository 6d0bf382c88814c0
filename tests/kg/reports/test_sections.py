"""Headings and sections: which are found, which are read, and why the others are not."""

from __future__ import annotations

import pytest

from thoracite.kg.reports.headings import find_headings, is_view, name_kind
from thoracite.kg.reports.sections import measure_unread, split_report


def read(text: str) -> list[str]:
    return [text[part.start : part.end].strip() for part in split_report(text) if not part.unread]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Findings", "findings"),
        ("IMPRESSION/RECOMMENDATION", "impression"),
        ("REASON FOR THIS EXAMINATION", "history"),
        ("Clinical diagnosis", "history"),
        ("Provisional diagnosis", "preliminary"),
        ("Reported by", "administration"),
        ("Comparsion", "technique"),
        ("IMPRESION", "impression"),
        ("Depression", None),
        ("Compression", None),
        ("Lungs", None),
        ("chest", None),
    ],
)
def test_names(name: str, kind: str | None) -> None:
    assert name_kind(name) == kind


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("CHEST, TWO VIEWS", True),
        ("XR CHEST PA/LAT", True),
        ("Portable semi-upright chest radiograph, 07:14 a.m.", True),
        ("Chest", False),
        ("Chest pain", False),
        ("two portable", False),
    ],
)
def test_views(name: str, *, view: bool) -> None:
    assert is_view(name) is view


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HISTORY: a\nSINGLE VIEW OF THE CHEST: b\nIMPRESSION: c", ["b", "c"]),
        ("HISTORY - a. FINDINGS -- b", ["b"]),
        ("## History\na\n## Findings\nb", ["b"]),
        ("**History:** a\n**Findings**: b", ["b"]),
        ("FINAL REPORT\n\na\n\nb", ["a\n\nb"]),
        ("EXAM: Chest.\n\nHISTORY: a\n\nb\n\nIMPRESSION: c", ["b", "c"]),
        ("WET READ: a\nFINDINGS: b", ["b"]),
        ("WET READ: a", ["a"]),
        ("FINDINGS: a\nCOMMENT: b", ["a"]),
        ("HISTORY: a\nCOMMENT: b", ["b"]),
        ("*** ADDENDUM ***\na\nFINDINGS: b", ["a", "b"]),
        ("ADDENDUM BY DR X AT 10:30: a\nFINDINGS: b", ["a", "b"]),
        ("HISTORY: a\nHeart: b\nLungs: c", ["Heart: b\nLungs: c"]),
        ("FINDINGS: Chest Comparison: a", ["Chest Comparison: a"]),
        ("IMPRESSION: Note: the history of this is a.", ["Note: the history of this is a."]),
        ("a", ["a"]),
        ("", []),
        ("HISTORY: a", []),
    ],
)
def test_what_is_read(text: str, expected: list[str]) -> None:
    assert read(text) == expected


def test_what_is_not_read_is_counted_by_reason() -> None:
    text = "PA and lateral chest.\nHISTORY: ab\nCOMPARISON: None.\nTECHNIQUE: PA.\nFINDINGS: Clear.\nDATE: today"
    assert [(part.reason, part.sections, part.characters) for part in measure_unread(text)] == [
        ("history or indication", 1, 2),
        ("technique or comparison", 2, 8),
        ("names, dates and notices", 1, 5),
    ]


def test_a_reason_holds_no_word_of_the_text() -> None:
    reasons = {part.reason for part in measure_unread("KOWALSKI HISTORY: cough\nFINDINGS: Clear.")}
    assert reasons == {"text before the findings", "history or indication"}


def test_headings_know_their_place() -> None:
    text = "x\nHistory: a. FINDINGS: b"
    assert [text[heading.start : heading.end] for heading in find_headings(text)] == ["History:", "FINDINGS:"]
