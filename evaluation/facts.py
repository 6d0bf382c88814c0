"""The suite ``facts``: whether the curated graph is connected, beside the given facts.

Measured: every end is a concept, every concept is reached, every finding has signs and an argument against, no name
occurs twice, no shape is violated; and the time that the default graph takes to build. Two readings stand beside it,
by people who had not written the facts: of facts drawn at random (``facts_reading.csv``), and of those that
explanations of real images cited (``facts_cited.csv``).
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row, Suite
from thoracite.files import read_rows
from thoracite.kg.aggregate.aggregate import read_aggregate
from thoracite.kg.build.build import build_graph
from thoracite.kg.build.check import check_graph
from thoracite.kg.build.inputs import list_reports
from thoracite.kg.concepts import read_concepts
from thoracite.kg.facts import read_facts
from thoracite.kg.stores.folder import find_nquads
from thoracite.kg.vocabulary import ARGUES_AGAINST, HAS_SIGN, NIH14, SUGGESTS
from thoracite.types import Triple

SOURCES = ("openstax", "jats_pubmed", "medquad_thorax")
"""Books and articles of the development data for the timed build, beside the project's own inputs."""

READ, CITED = (Path(__file__).with_name(f"facts_{name}.csv") for name in ("reading", "cited"))
"""Verdicts of readers: one row a fact, with ``verdict`` and, where it was cited, the number of ``citations``."""

Pair = tuple[str, str]


def count_components(nodes: Collection[str], pairs: Iterable[Pair]) -> tuple[int, float]:
    """Count the components of a graph, and return the share of its nodes in the largest.

    Parameters
    ----------
    nodes : collection of str
        All nodes, linked or not.
    pairs : iterable of (str, str)
        Edges; ends that are not nodes are ignored.

    Examples
    --------
    >>> count_components(["a", "b", "c", "d"], [("a", "b"), ("b", "c")])
    (2, 0.75)
    """
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        beside[one].add(other)
        beside[other].add(one)
    left, sizes = set(nodes), []
    while left:
        ahead, part = [left.pop()], 1
        while ahead:
            reached = beside[ahead.pop()] & left
            left -= reached
            part += len(reached)
            ahead += reached
        sizes.append(part)
    return len(sizes), max(sizes) / len(nodes)


def run_facts(data: Path) -> Suite:
    """Measure the curated facts, the given facts, and a build.

    Parameters
    ----------
    data : Path
        Folder with ``knowledge/facts.csv``, ``knowledge/crosswalk.csv`` and the books.

    Raises
    ------
    InputError
        If they are missing.
    """
    facts, nodes = list(read_facts()), read_concepts()
    concepts = {node.entity.id for node in nodes}
    ties = [(fact.subject.id, fact.object.id) for fact in facts]
    broader = [(node.entity.id, wider) for node in nodes for wider in node.broader]
    counted = [(t.subject.id, t.object.id) for path in list_reports() for t in read_aggregate(path)]
    rows = [
        _row("facts", "ends that are concepts", _share_of_ends(ties, concepts), len(facts)),
        *_components("facts", concepts, ties),
        *_components("facts and broader concepts", concepts, [*ties, *broader]),
        *_components("the default graph", concepts, [*ties, *broader, *counted]),
        *_count_signs(facts),
        _row("facts", "names that two concepts share", _count_shared(), len(nodes)),
        *_measure_given(data / "knowledge"),
        *_measure_build(data / "knowledge"),
        _measure_reading("facts drawn at random that a reader found wanting", READ),
        _measure_reading("citations that a reader found wanting", CITED),
    ]
    return Suite(suite="facts", data="ontologies/, knowledge/", n=len(facts), rows=tuple(rows))


def _row(system: str, metric: str, value: float, n: int) -> Row:
    return Row(system=system, metric=metric, value=round(value, 4), n=n)


def _measure_reading(metric: str, path: Path) -> Row:
    """Return the share of facts or citations whose verdict is not ``good``, with an interval by drawing facts."""
    rows = list(read_rows(path))
    weights = np.array([int(row.get("citations") or 1) for row in rows], dtype=float)
    wanting = np.array([row["verdict"] != "good" for row in rows], dtype=float)

    def share(drawn: npt.NDArray[np.int64]) -> float:
        return float((weights * wanting)[drawn].sum() / weights[drawn].sum())

    low, high = bootstrap_interval(share, len(rows))
    value = share(np.arange(len(rows)))
    return Row(system="facts", metric=metric, value=round(value, 4), low=low, high=high, n=int(weights.sum()))


def _share_of_ends(ties: Collection[Pair], concepts: Collection[str]) -> float:
    return sum(end in concepts for tie in ties for end in tie) / (2 * len(ties))


def _components(system: str, nodes: Collection[str], ties: Collection[Pair]) -> Iterator[Row]:
    number, share = count_components(nodes, ties)
    yield _row(system, "components", number, len(nodes))
    yield _row(system, "concepts in the largest component", share, len(nodes))


def _count_signs(facts: Collection[Triple]) -> Iterator[Row]:
    """Count the fewest signs, and arguments against, of a finding of ChestX-ray14."""
    findings = {code: node.entity.id for node in read_concepts() for code in node.entity.codes}
    signs, against = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for fact in facts:
        if fact.relation.id == HAS_SIGN:
            signs[fact.subject.id].add(fact.object.id)
        elif fact.relation.id in {SUGGESTS, ARGUES_AGAINST}:
            (signs if fact.relation.id == SUGGESTS else against)[fact.object.id].add(fact.subject.id)
    named = [findings[f"NIH14:{name}"] for name in NIH14]
    yield _row("facts", "fewest signs of an NIH class", min(len(signs[one]) for one in named), len(named))
    yield _row("facts", "fewest arguments against one", min(len(against[one]) for one in named), len(named))


def _count_shared() -> int:
    names = Counter(name for node in read_concepts() for name in {" ".join(one.lower().split()) for one in node.names})
    return sum(number > 1 for number in names.values())


def _measure_given(folder: Path) -> Iterator[Row]:
    """Read the given facts, their ends looked up in the cross-walk by label."""
    labels = {row["preferred_label"] for row in read_rows(folder / "crosswalk.csv", expected="the cross-walk")}
    ties = [(row["subject"], row["object"]) for row in read_rows(folder / "facts.csv", expected="the given facts")]
    yield _row("as given", "ends that are concepts", _share_of_ends(ties, labels), len(ties))
    yield from _components("as given", labels, [tie for tie in ties if set(tie) <= labels])


def _measure_build(folder: Path) -> Iterator[Row]:
    """Build in a process of its own: its memory is the build's, not that of what was measured before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        built = processes.submit(_build, [folder / name for name in SOURCES]).result()
    yield _row("build with books", "seconds", built.seconds, built.assertions)
    yield _row("build with books", "processor seconds of the process", built.worked, built.assertions)
    yield _row("build with books", "peak memory of the process, GiB", built.peak, built.assertions)
    yield _row("build with books", "violations", built.violations, built.assertions)


class _Built(NamedTuple):
    """What a build took: by the clock and of the processor in seconds, in memory in GiB, and what came out."""

    seconds: float
    worked: float
    peak: float
    assertions: int
    violations: int


def _build(extra: Sequence[Path]) -> _Built:
    with tempfile.TemporaryDirectory() as place:
        start = time.process_time()
        built = build_graph(Path(place), extra=list(extra))
        worked = time.process_time() - start
        violations = check_graph(find_nquads(Path(place)))
    peak = _find_peak()
    return _Built(built.seconds, worked, peak, built.statistics.assertions, len(violations))


def _find_peak() -> float:
    """Return the most memory that this process had, in GiB; ``getrusage`` counts what its parent had with it."""
    status = Path("/proc/self/status")
    if not status.is_file():  # another system than Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    (line,) = (line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 2**20


__all__ = ["SOURCES", "count_components", "run_facts"]
