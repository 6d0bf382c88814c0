"""The suite of text vectors measures what it says."""

from __future__ import annotations

import numpy as np

from thoracite.evaluation.text_vectors import Query, Task, list_tasks, measure_task
from thoracite.kg.concepts import read_concepts
from thoracite.retrieval.index.text_encoder import Vectors, load_text_encoder
from thoracite.retrieval.training.text_pairs import is_held_out


def encode_letters(texts: list[str]) -> Vectors:
    """One axis for each letter."""
    counts = np.array([[text.count(chr(97 + n)) for n in range(26)] for text in texts], dtype=np.float32)
    return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True), dtype=np.float32)


def test_ranks_and_intervals_of_a_task_done_by_hand() -> None:
    task = Task("name", ["aab", "b", "cc"], [Query("aa", 0, "one"), Query("bb", 1, "one"), Query("ab", 2, "two")])
    first, reciprocal = measure_task("letters", encode_letters, task)
    assert (first.metric, first.value, first.n) == ("name: first place", 2 / 3, 3)
    assert reciprocal.value == (1 + 1 + 1 / 3) / 3
    assert first.low is not None
    assert first.low <= first.value


def test_queries_are_of_held_out_concepts_and_none_is_its_own_answer() -> None:
    held = {concept.entity.id for concept in read_concepts() if is_held_out(concept)}
    for task in list_tasks():
        assert len(task.queries) > 50
        assert {query.concept for query in task.queries} <= held
        assert not any(query.text.lower() == task.candidates[query.aim].lower() for query in task.queries)


def test_the_bundled_vectors_find_names_that_no_training_saw() -> None:
    names = list_tasks()[0]
    first, _ = measure_task("thoracite-text", load_text_encoder().encode, names)
    assert first.value > 0.45
