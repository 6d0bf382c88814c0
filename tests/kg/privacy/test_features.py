"""What the tagger sees of a text."""

from __future__ import annotations

import pytest

from thoracite.kg.privacy.features import (
    describe,
    describe_place,
    describe_style,
    describe_text,
    outline,
    split_pieces,
)


def test_pieces_are_words_numbers_marks_and_line_ends_where_they_stand() -> None:
    text = "Dr. O'Neil-Hill, x5024\nAge 94"
    pieces = split_pieces(text)
    assert [piece.text for piece in pieces] == ["Dr", ".", "O'Neil-Hill", ",", "x", "5024", "¶", "Age", "94"]
    assert all(text[piece.start : piece.end] in {piece.text, "\n"} for piece in pieces)


@pytest.mark.parametrize(
    ("word", "sign"),
    [("94", "#90s"), ("2019", "#year"), ("07", "#0m"), ("31", "#d"), ("4432", "#4"), ("Dr", "XxT"), ("the", "xxn"),
     ("Kowalska", "Xx?"), ("KOWALSKA", "XX?"), (":", ":"), ("maneuver", "xxH"),
     ("Hill's", "X'so"), ("niece", "xxK"), ("Trachia", "Xxy"), ("opactiy", "xxy"), ("Kowalski", "Xx?")],
)  # fmt: skip
def test_signs_of_words(word: str, sign: str) -> None:
    assert describe(word)[0] == sign


def test_a_label_holds_until_its_line_or_sentence_ends() -> None:
    pieces = split_pieces("Tech: Hill, AP view. Clear\nNo")
    labels = {piece.text: label for piece, (_, label, _) in zip(pieces, describe_place(pieces), strict=True)}
    assert (labels["Hill"], labels["view"], labels["Clear"], labels["No"]) == ("tech", "tech", "", "")


def test_a_gap_ends_a_field_but_for_the_value_of_its_label() -> None:
    pieces = split_pieces("TECH:  FOX   VIEWS 2")
    assert [piece.text for piece in pieces] == ["TECH", ":", "¦", "FOX", "¦", "VIEWS", "2"]
    labels = {piece.text: label for piece, (_, label, _) in zip(pieces, describe_place(pieces), strict=True)}
    assert (labels["FOX"], labels["VIEWS"]) == ("tech", "")


def test_every_piece_is_described_with_its_neighbours() -> None:
    (first, second) = describe_text(split_pieces("Dr Hill"))
    assert "0w=dr" in first
    assert "1w=hill" in first
    assert "-1w=dr" in second
    assert "2w=^^" in second
    assert any(what.startswith("c=w=dr|") for what in second)


@pytest.mark.parametrize(
    ("word", "outlined"),
    [("with", "with"), ("pt", "pt"), ("W", "W"), ("", "^^"), ("Zorbed", "Xx?"), ("zorbed", "xx?ed"), ("94", "#90s")],
)
def test_a_little_word_is_outlined_by_itself_and_any_other_by_its_sign_and_ending(word: str, outlined: str) -> None:
    assert outline(word) == outlined


def test_the_style_of_a_sentence_is_that_of_all_its_pieces() -> None:
    pieces = split_pieces("Clear lungs. D/W HILL NOW\nseen w hill. 2.5 cm\nRose Hill Ward Report")
    styles = describe_style(pieces)
    assert len(styles) == len(pieces)
    told = {piece.text: style for piece, style in zip(pieces, styles, strict=True)}
    assert [told[word] for word in ("lungs", "HILL", "seen", "cm", "Ward")] == ["S", "U", "l", "l", "T"]
    assert describe_style([]) == []
