"""The pool for judges: what all systems found for each query, once each, shuffled and blind to the system.

``python -m thoracite.evaluation.retrieval_pool POOL.csv`` writes ``query,words,triple,assertion``. Judges add a
column ``grade`` (0, 1 or 2), and ``query,assertion,grade`` become ``retrieval_gold.csv``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from thoracite.evaluation.retrieval import name_triple
from thoracite.evaluation.retrieval_queries import open_systems, read_queries
from thoracite.evaluation.retrieval_systems import DEEP, Query, Systems, say
from thoracite.files import write_text
from thoracite.types import Triple

MOST = 30
"""Most triples of one query: the first of all systems go before the second ones."""

QUERIES = 400
"""Most queries of a pool."""


def write_pool(path: Path) -> tuple[int, int]:
    """Write the pool; return the numbers of queries and of triples.

    Parameters
    ----------
    path : Path
        CSV to write.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["query", "words", "triple", "assertion"])
    queries = triples = 0
    with open_systems() as (retriever, systems):
        for query in read_queries(retriever, most=QUERIES):
            pooled = list(pool_query(query, systems))
            writer.writerows([query.id, query.words, say(one), name_triple(one)] for one in pooled)
            queries, triples = queries + 1, triples + len(pooled)
    write_text(path, text.getvalue())
    return queries, triples


def pool_query(query: Query, systems: Systems) -> Iterator[Triple]:
    """Pool one query: each triple once, in an order that no system gave."""
    orders: Sequence[Sequence[Triple]] = [rank(query)[:DEEP] for rank in systems.name_all().values()]
    pooled: dict[str, Triple] = {}
    for place in range(DEEP):
        for order in orders:
            if place < len(order) and len(pooled) < MOST:
                pooled.setdefault(name_triple(order[place]), order[place])
    shuffled = sorted(pooled, key=lambda name: hashlib.sha256(f"{query.id} {name}".encode()).hexdigest())
    return (pooled[name] for name in shuffled)


if __name__ == "__main__":
    written = write_pool(Path(sys.argv[1]))
    sys.stdout.write(f"{written[1]} triples of {written[0]} queries in {sys.argv[1]}\n")

__all__ = ["MOST", "pool_query", "write_pool"]
