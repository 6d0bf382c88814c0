"""Tokens, sections, sentences."""

from __future__ import annotations

import pytest

from thoracite.kg.extract.text import find_sections, split_sentences, split_tokens


def sentences(text: str) -> list[str]:
    tokens = split_tokens(text)
    return [" ".join(t.text for t in tokens[first:last]) for first, last in split_sentences(text, tokens)]


def test_tokens_keep_hyphens_slashes_and_decimals_together() -> None:
    assert [t.text for t in split_tokens("1.5 cm perihilar/upper T-spine, x-XXXX.")] == [
        "1.5", "cm", "perihilar/upper", "T-spine", ",", "x-XXXX", ".",
    ]  # fmt: skip


def test_tokens_know_their_place() -> None:
    text = "  No\teffusion.\n"
    assert [text[t.start : t.end] for t in split_tokens(text)] == ["No", "effusion", "."]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("FINDINGS: a. IMPRESSION: b.", ["a.", "b."]),
        ("History: cough\nFindings:\nLungs: clear.\nImpression: ok", ["Lungs: clear.", "ok"]),
        ("CONCLUSION: b", ["b"]),
        ("Clear lungs. TECHNIQUE: PA.", ["Clear lungs."]),
        ("TECHNIQUE: PA.", []),
        ("Heart: normal.", ["Heart: normal."]),
    ],
)
def test_sections(text: str, read: list[str]) -> None:
    assert [text[start:end].strip() for start, end in find_sections(text)] == read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Scar. No mass", ["Scar", "No mass"]),
        ("1. Scar. 2. Mass.", ["1", "Scar", "2", "Mass"]),
        ("Scar vs. mass.", ["Scar vs . mass"]),
        ("A 1.5 cm mass.", ["A 1.5 cm mass"]),
        ("Scar\n\nMass", ["Scar", "Mass"]),
        ("Scar in the\nright lung", ["Scar in the right lung"]),
        ("...", []),
        ("No mass or The heart is large", ["No mass or", "The heart is large"]),
        ("Normal chest No mass", ["Normal chest", "No mass"]),
        ("The Heart is large: No mass", ["The Heart is large : No mass"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_sentence_without_an_end_is_cut() -> None:
    assert max(len(s.split()) for s in sentences("mass " * 1000)) == 200
