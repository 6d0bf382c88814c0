"""The suite ``retrieval``: how good the first ten triples are, by judges who did not know which system found them.

``retrieval_queries.csv`` names the queries: unseen images by their path in the development data, phantoms by seed,
signs with their answers, words, and the labels of some of the images (``truth``).
``python -m thoracite.evaluation.retrieval_pool POOL.csv`` writes what all systems found, shuffled, for judges;
``retrieval_gold.csv`` holds their grades: 0 not relevant, 1 relevant, 2 one that an explanation needs. A triple without
a grade counts as 0, and how many there are is a figure of its own. A second judge graded 50 queries (column
``second``); how often both agree is the first figure. Weights of our ranking were set on the development half.

References
----------
Järvelin K, Kekäläinen J. Cumulated gain-based evaluation of IR techniques. ACM TOIS 2002;20:422-446 (nDCG).

Examples
--------
>>> round(find_ndcg(["a", "b", "c"], {"a": 2, "c": 1}), 3), find_ndcg([], {"a": 1})
(0.964, 0.0)
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import cohen_kappa_score

from thoracite.errors import InputError
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.retrieval_queries import open_systems, read_queries
from thoracite.evaluation.retrieval_systems import DEEP, Query
from thoracite.evaluation.suite import Row, Suite
from thoracite.files import read_rows
from thoracite.kg.vocabulary import SUGGESTS

GOLD = Path(__file__).with_name("retrieval_gold.csv")
GOLD_COLUMNS = ("query", "assertion", "grade", "second")
HALVES = ("test", "development")
JUDGES = "two judges"
_ALL = 1_000_000
"""More triples than the default graph has."""

_OTHERS = ("kg_llava", "kg_llava, all relations", "popularity", "text alone", "the ranking before")


def read_gold(path: Path | None = None, *, column: str = "grade") -> dict[str, dict[str, int]]:
    """Read the judges' grades: query → assertion → grade; ``column`` is ``grade`` or ``second``.

    Raises
    ------
    InputError
        If the table is not there, or lacks a column.
    """
    path = path or GOLD
    if not path.is_file():
        raise InputError(
            f"the judged triples are not in {path}; write the pool for the judges with "
            "`python -m thoracite.evaluation.retrieval_pool POOL.csv`"
        )
    grades: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in read_rows(path, columns=GOLD_COLUMNS, expected=f"the columns {', '.join(GOLD_COLUMNS)}"):
        if row[column]:
            grades[row["query"]][row["assertion"]] = int(row[column])
    return dict(grades)


def run_retrieval(data: Path | None = None) -> Suite:  # noqa: ARG001 - every suite is given the development data
    """Measure every system on the judged queries, by halves, with paired differences.

    Parameters
    ----------
    data : Path or None
        Not needed: what was read in the images is kept.

    Raises
    ------
    InputError
        If there are no judged triples yet.
    """
    gold = read_gold()
    with open_systems() as (retriever, systems):
        queries = [query for query in read_queries(retriever) if query.id in gold]
        ranked = {
            name: [[name_triple(one) for one in rank(query)[:DEEP]] for query in queries]
            for name, rank in systems.name_all().items()
        }
        suggestive = {name_triple(one) for one in retriever.store.find_triples(relation=SUGGESTS, limit=_ALL)}
    rows = list(compare_judges(gold, read_gold(column="second")))
    rows += [row for half in HALVES for row in _measure_half(half, queries, ranked, gold)]
    only = {query: {one: grade for one, grade in grades.items() if one in suggestive} for query, grades in gold.items()}
    rows += _measure_half("test", queries, ranked, only, told="test, suggestive_of alone")
    for kind in dict.fromkeys(query.kind for query in queries):
        of_kind = [at for at, query in enumerate(queries) if query.kind == kind]
        some = {system: [orders[at] for at in of_kind] for system, orders in ranked.items()}
        rows += _measure_half("test", [queries[at] for at in of_kind], some, gold, told=f"test, {kind}")
    return Suite(suite="retrieval", data=GOLD.name, n=len(queries), rows=tuple(rows))


def name_triple(triple: Any) -> str:
    """Return the assertion by which a triple is judged: its first source's."""
    return next((one.assertion for one in triple.provenance if one.assertion), " ".join(triple.key))


def compare_judges(first: Mapping[str, Mapping[str, int]], second: Mapping[str, Mapping[str, int]]) -> Iterator[Row]:
    """Compare two judges on what both graded: the same grade, and Cohen's kappa of relevant against not.

    Examples
    --------
    >>> first = {"Q1": {"a": 2, "b": 0, "c": 1}}
    >>> [(row.metric, round(row.value, 2)) for row in compare_judges(first, {"Q1": {"a": 1, "b": 0, "c": 1}})]
    [('same grade', 0.67), ('kappa, relevant or not', 1.0)]
    """
    pairs = np.array([[first[query][one], grade] for query, grades in second.items() for one, grade in grades.items()])
    if not len(pairs):
        return
    queries = len(second)
    yield Row(system=JUDGES, metric="same grade", value=float((pairs[:, 0] == pairs[:, 1]).mean()), n=queries)
    kappa = float(cohen_kappa_score(pairs[:, 0] > 0, pairs[:, 1] > 0))
    yield Row(system=JUDGES, metric="kappa, relevant or not", value=kappa, n=queries)


def _measure_half(
    half: str,
    queries: Sequence[Query],
    ranked: Mapping[str, Sequence[Sequence[str]]],
    gold: Mapping[str, Mapping[str, int]],
    *,
    told: str | None = None,
) -> Iterator[Row]:
    told = told or half
    places = [place for place, query in enumerate(queries) if query.half == half and any(gold[query.id].values())]
    if not places:
        return
    values: dict[str, np.ndarray[Any, Any]] = {}
    for system, orders in ranked.items():
        values[system] = np.array([find_ndcg(orders[at], gold[queries[at].id]) for at in places])
        yield _average(system, f"nDCG@{DEEP}, {told}", values[system])
        unjudged = [np.mean([float(one not in gold[queries[at].id]) for one in orders[at]] or [0.0]) for at in places]
        yield _average(system, f"share of triples without a grade, {told}", np.array(unjudged))
    for other in (name for name in ranked if name in _OTHERS or name.startswith("ours with")):
        yield _average(f"ours minus {other}", f"nDCG@{DEEP}, {told}", values["ours"] - values[other])
    lead = values["ours, suggestive_of"] - values["kg_llava"]
    yield _average("ours, suggestive_of minus kg_llava", f"nDCG@{DEEP}, {told}", lead)


def _average(system: str, metric: str, values: np.ndarray[Any, Any]) -> Row:
    low, high = bootstrap_interval(lambda drawn: float(values[drawn].mean()), len(values))
    return Row(system=system, metric=metric, value=float(values.mean()), low=low, high=high, n=len(values))


def find_ndcg(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """Return the normalised discounted cumulative gain of the first ten; 0 where nothing is relevant.

    Parameters
    ----------
    ranked : sequence of str
        Assertions, best first.
    grades : mapping of str to int
        Grades of the judged ones.
    """
    gains = [2 ** grades.get(one, 0) - 1 for one in ranked[:DEEP]]
    best = sorted((2**grade - 1 for grade in grades.values()), reverse=True)[:DEEP]
    ideal = _discount(best)
    return _discount(gains) / ideal if ideal else 0.0


def _discount(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


__all__ = ["GOLD", "compare_judges", "find_ndcg", "name_triple", "read_gold", "run_retrieval"]
