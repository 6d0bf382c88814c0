"""Errors are marked where they stand in the report."""

from __future__ import annotations

from thoracite.generation.report.check import ReportError, decide
from thoracite.kg.extract.reading import Reading
from thoracite.ui.tabs.report import mark_errors, render_checked


def make_error(sentence: str, kind: str = "side") -> ReportError:
    return ReportError(kind=kind, sentence=sentence, expected="something <else>")  # type: ignore[arg-type]


def test_nothing_of_the_text_is_lost() -> None:
    text = "One.  Two is\n here. Three. Two is here."
    errors = [make_error("Two is here."), make_error("Three."), make_error(""), make_error("Absent.")]
    pieces = list(mark_errors(text, errors))
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.errors for piece in pieces if piece.errors] == [(1,), (2,)]


def test_two_errors_of_one_sentence_share_its_mark() -> None:
    pieces = list(mark_errors("8 cm nodule.", [make_error("8 cm nodule."), make_error("8 cm nodule.", "unit")]))
    assert [(piece.text, piece.errors) for piece in pieces] == [("8 cm nodule.", (1, 2))]


def test_sentences_that_overlap_are_marked_once() -> None:
    pieces = list(mark_errors("a b c d", [make_error("a b c"), make_error("b c d")]))
    assert "".join(piece.text for piece in pieces) == "a b c d"
    assert [piece.errors for piece in pieces] == [(1,), ()]


def test_words_that_mean_something_to_a_pattern_are_words() -> None:
    text = "Size (3.5 cm) + edema?"
    assert next(iter(mark_errors(text, [make_error(text)]))).errors == (1,)


def test_what_a_visitor_wrote_is_escaped() -> None:
    text = "<script>alert(1)</script>"
    checked = decide([make_error(text)], reading=Reading(statements=1, characters=len(text)))
    shown = render_checked(text, checked, image="<img>.png")
    assert "<script>" not in shown
    assert "<img>" not in shown
    assert "something &lt;else&gt;" in shown
