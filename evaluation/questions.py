"""The suite ``questions``: what a researcher types, and whether the first answer is sensible, beside exact names.

The questions stand in ``tests/data/typed_queries.csv`` with the answer that each should get; both were written before
the code was changed. ``python -m thoracite.evaluation.questions`` writes what each got, with its verdict, to
``questions_verdicts.csv``. Rows of half ``kept`` are not looked at while anything is mended.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from thoracite.errors import InputError
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.linking import make_exact_linker
from thoracite.evaluation.suite import Row, Suite
from thoracite.files import read_rows, write_text
from thoracite.kg.build.build import build_graph
from thoracite.retrieval.retriever import Retriever
from thoracite.settings import PACKAGE, Settings
from thoracite.types import Triple

QUESTIONS = PACKAGE.parent / "tests" / "data" / "typed_queries.csv"
VERDICTS = Path(__file__).with_name("questions_verdicts.csv")
COLUMNS = ("query", "half", "expected", "seeds", "never", "first")


class Question(NamedTuple):
    """One typed question, and its answer as it should be.

    Parameters
    ----------
    query : str
        As typed.
    half : str
        ``tuned`` or ``kept``.
    expected : str
        ``concepts`` (an answer), ``suggestion`` (an error that names the concept meant) or ``either``.
    seeds : tuple of frozenset of str
        CURIEs that must be looked up or suggested, one of each set.
    never : frozenset of str
        CURIEs that must not be.
    first : str
        Pattern of the first triple.
    """

    query: str
    half: str
    expected: str
    seeds: tuple[frozenset[str], ...]
    never: frozenset[str]
    first: str


class Got(NamedTuple):
    """What a question got: concepts looked up, or suggested by the error; the first triple, in words."""

    looked_up: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    first: str = ""


def read_questions(path: Path | None = None) -> list[Question]:
    """Read the questions.

    Raises
    ------
    InputError
        If the table is not there, or lacks a column.
    """
    rows = read_rows(path or QUESTIONS, columns=COLUMNS, expected=f"the columns {', '.join(COLUMNS)}")
    return [
        Question(
            query=row["query"],
            half=row["half"],
            expected=row["expected"],
            seeds=tuple(frozenset(part.split("|")) for part in row["seeds"].split(";") if part),
            never=frozenset(part for part in row["never"].split(";") if part),
            first=row["first"],
        )
        for row in rows
    ]


def judge(question: Question, got: Got) -> str:
    """Judge an answer by the rule of ``tests/data/README.md``: ``sensible``, or what is wrong with it.

    Examples
    --------
    >>> asked = Question("no PTX, effusion", "tuned", "concepts", (frozenset({"thx:pleural_effusion"}),),
    ...                  frozenset({"thx:pneumothorax"}), "effusion")
    >>> judge(asked, Got(("thx:pleural_effusion",), (), "pleural effusion has radiographic sign meniscus sign"))
    'sensible'
    >>> judge(asked, Got(("thx:pneumothorax", "thx:pleural_effusion"), (), ""))
    'looks up thx:pneumothorax'
    """
    if question.expected == "concepts" and not got.looked_up:
        return "no answer"
    if question.expected == "suggestion" and got.looked_up:
        return "an answer where none was expected"
    named = {*got.looked_up, *got.suggested}
    if wrong := sorted(question.never & named):
        return f"looks up {wrong[0]}"
    if missing := [seed for seed in question.seeds if not seed & named]:
        return f"misses {'|'.join(sorted(missing[0]))}"
    if got.looked_up and question.first and not re.search(question.first, got.first, re.IGNORECASE):
        return "the first triple is about something else"
    return "sensible"


def ask(retriever: Retriever, query: str) -> Got:
    """Ask as ``thoracite retrieve`` does."""
    try:
        found = retriever.retrieve(query)
    except InputError as error:
        meant = str(error).partition("did you mean ")[2]
        named = [retriever.linker.link(name) for name in re.findall(r"'([^']+)'", meant)]
        curies = [*re.findall(r"thx:\w+", meant), *(entity.id for entity in named if entity is not None)]
        return Got(suggested=tuple(dict.fromkeys(curies)))
    first = next((one.triple for one in found.evidence if one.triple is not None), None)
    return Got(looked_up=tuple(seed.id for seed in found.seeds), first="" if first is None else _say(first))


def _say(triple: Triple) -> str:
    return f"{triple.subject.label} {triple.relation.label} {triple.object.label}"


def answer_questions(questions: Sequence[Question]) -> list[Got]:
    """Ask every question over the default graph, built for it."""
    with TemporaryDirectory() as folder:
        build_graph(Path(folder) / "graph")
        with Retriever(Settings(graph=Path(folder) / "graph")) as retriever:
            return [ask(retriever, question.query) for question in questions]


def run_questions(data: Path | None = None) -> Suite:  # noqa: ARG001 - every suite is given the development data
    """Measure the share of sensible first answers, by halves and together.

    Parameters
    ----------
    data : Path or None
        Not needed: the questions are in the checkout.

    Raises
    ------
    InputError
        If there is no checkout.
    """
    questions = read_questions()
    exact = make_exact_linker()
    systems: Mapping[str, Callable[[], list[Got]]] = {
        "typed text": lambda: answer_questions(questions),
        "exact names": lambda: [_ask_exactly(exact(question.query.lower())) for question in questions],
    }
    rows = [row for name, answer in systems.items() for row in _measure(name, questions, answer())]
    return Suite(suite="questions", data=QUESTIONS.name, n=len(questions), rows=tuple(rows))


def _ask_exactly(entity: object) -> Got:
    """What the baseline looks up; its first triple is taken to be right."""
    curie, label = getattr(entity, "id", ""), getattr(entity, "label", "")
    return Got(looked_up=(curie,), first=label) if curie else Got()


def _measure(system: str, questions: Sequence[Question], answers: Sequence[Got]) -> list[Row]:
    held = np.array([judge(asked, got) == "sensible" for asked, got in zip(questions, answers, strict=True)], float)
    halves = np.array([question.half for question in questions])
    rows = []
    for metric, values in (
        ("sensible first answers", held),
        *((f"sensible first answers, {half}", held[halves == half]) for half in ("tuned", "kept")),
    ):
        low, high = bootstrap_interval(lambda drawn, values=values: float(values[drawn].mean()), len(values))  # type: ignore[misc]
        rows.append(Row(system=system, metric=metric, value=float(values.mean()), low=low, high=high, n=len(values)))
    return rows


def write_verdicts(path: Path) -> int:
    """Write what each question got, with the verdict; return how many are sensible.

    Raises
    ------
    InputError
        If there is no checkout.
    """
    questions = read_questions()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["query", "half", "looked_up", "suggested", "first_triple", "verdict"])
    verdicts = []
    for asked, got in zip(questions, answer_questions(questions), strict=True):
        verdicts.append(judge(asked, got))
        parts = [";".join(got.looked_up), ";".join(got.suggested), got.first, verdicts[-1]]
        writer.writerow([asked.query, asked.half, *parts])
    write_text(path, text.getvalue())
    return verdicts.count("sensible")


if __name__ == "__main__":
    sys.stdout.write(f"{write_verdicts(VERDICTS)} of {len(read_questions())} are sensible, see {VERDICTS}\n")

__all__ = [
    "QUESTIONS",
    "VERDICTS",
    "Got",
    "Question",
    "answer_questions",
    "ask",
    "judge",
    "read_questions",
    "run_questions",
]
