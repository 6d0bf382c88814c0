"""The pool holds each triple once, whichever systems found it, and does not tell which; nDCG needs judged triples."""

from __future__ import annotations

from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.evaluation.retrieval import name_triple, read_gold
from thoracite.evaluation.retrieval_pool import MOST, pool_query
from thoracite.evaluation.retrieval_queries import COLUMNS, read_queries
from thoracite.evaluation.retrieval_systems import DEEP, Query, Systems
from thoracite.retrieval.index.text_encoder import load_text_encoder
from thoracite.retrieval.index.triple_index import open_index
from thoracite.retrieval.retriever import Retriever

ROWS = ("T1,test,text,pneumothorax,,PA", "T2,test,signs,thx:meniscus_sign,thx:air_bronchogram,PA")


def test_every_system_answers_words_and_signs_and_the_pool_is_blind(graph_folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "queries.csv"
    table.write_text("\n".join([",".join(COLUMNS), *ROWS]) + "\n", encoding="utf-8")
    with (
        open_index(graph_folder, load_text_encoder(), build=True) as index,
        Retriever.from_graph(graph_folder, index=index) as retriever,
    ):
        systems = Systems(retriever, index)
        queries = list(read_queries(retriever, table))
        assert [query.id for query in queries] == ["T1", "T2"]
        for query in queries:
            _check(query, systems)


def _check(query: Query, systems: Systems) -> None:
    found = {name: [name_triple(one) for one in rank(query)[:DEEP]] for name, rank in systems.name_all().items()}
    silent = {name for name, order in found.items() if not order}
    assert {"no graph"} <= silent <= {"no graph", "the ranking before"}
    pooled = [name_triple(one) for one in pool_query(query, systems)]
    assert len(pooled) == len(set(pooled)) <= MOST
    assert {order[0] for order in found.values() if order} <= set(pooled)
    assert pooled[: len(found["ours"])] != found["ours"]


def test_without_judged_triples_the_suite_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"retrieval_pool POOL\.csv"):
        read_gold(tmp_path / "none.csv")
