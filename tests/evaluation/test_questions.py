"""The suite of typed questions: its rule judges, its table is what the program gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.evaluation.questions import VERDICTS, Got, Question, judge, read_questions, run_questions
from thoracite.files import read_rows

ASKED = Question(
    "q", "tuned", "either", (frozenset({"thx:a", "thx:b"}), frozenset({"thx:c"})), frozenset({"thx:d"}), "x|y"
)


@pytest.mark.parametrize(
    ("got", "verdict"),
    [
        (Got(("thx:b", "thx:c"), (), "an X first"), "sensible"),
        (Got((), ("thx:a", "thx:c"), ""), "sensible"),
        (Got(("thx:a",), (), "x"), "misses thx:c"),
        (Got(("thx:a", "thx:c", "thx:d"), (), "x"), "looks up thx:d"),
        (Got(("thx:a", "thx:c"), (), "z"), "the first triple is about something else"),
        (Got(), "misses thx:a|thx:b"),
    ],
)
def test_the_rule(got: Got, verdict: str) -> None:
    assert judge(ASKED, got) == verdict


def test_an_answer_and_a_suggestion_are_told_apart() -> None:
    answer, suggestion = Got(("thx:a", "thx:c"), (), "x"), Got((), ("thx:a", "thx:c"), "")
    assert judge(ASKED._replace(expected="concepts"), suggestion) == "no answer"
    assert judge(ASKED._replace(expected="suggestion"), answer) == "an answer where none was expected"


def test_there_are_forty_questions_in_two_halves() -> None:
    questions = read_questions()
    assert len(questions) == 40
    assert {question.half for question in questions} == {"tuned", "kept"}


def test_a_table_of_other_columns_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(InputError, match="half"):
        read_questions(tmp_path / "other.csv")


def test_the_table_has_a_verdict_for_each_question() -> None:
    rows = list(read_rows(VERDICTS, columns=("query", "verdict"), expected="the table of verdicts"))
    assert [row["query"] for row in rows] == [question.query for question in read_questions()]
    assert [row["verdict"] for row in rows].count("sensible") >= 36


def test_nine_of_ten_first_answers_are_sensible() -> None:
    rows = {(row.system, row.metric): row for row in run_questions().rows}
    assert rows["typed text", "sensible first answers"].value * 40 >= 36
    assert rows["exact names", "sensible first answers"].value < 0.5
