"""The suite of vector indices, on few texts."""

from __future__ import annotations

import numpy as np

from thoracite.evaluation.vector_index import make_queries, make_texts, measure_index


def test_texts_are_unique_and_say_two_things() -> None:
    texts = make_texts(5000, np.random.default_rng(0))
    assert len(set(texts)) == 5000
    assert make_texts(5000, np.random.default_rng(0)) == texts
    assert len(set(make_queries(20, np.random.default_rng(0)))) > 15


def test_every_system_is_measured_on_the_same_queries() -> None:
    suite = measure_index(3000)
    recall = {row.system: row.value for row in suite.rows if row.metric == "recall@10"}
    assert recall["numpy"] == 1
    assert recall["FAISS, exhaustive, half precision"] > 0.99
    assert all(value > 0.8 for value in recall.values())
    assert {row.n for row in suite.rows if "p95" in row.metric} == {200}
    shipped = {row.system: row.value for row in suite.rows if row.system.startswith("kg_llava")}
    assert len(shipped) == 2
    assert all(value < 50 for value in shipped.values())
