"""The suite ``knowledge``: triples read from books, articles and definitions, beside co-occurrence in a sentence.

A person judged by reading whether a triple agrees with its sentence: 100 distinct triples of the extractor and 50 of
the baseline, drawn at random. The verdicts stand in ``knowledge_verdicts.csv`` (identifiers, places and reasons, no
sentences). The rules were written with the same documents in view, as there are no others here; on another book
they may do worse.

Examples
--------
>>> from thoracite.types import Entity
>>> lung, mass = (Entity(id=f"thx:{n}", label=n, kind=k) for n, k in (("lung", "anatomy"), ("mass", "finding")))
>>> guess_relation(lung, mass)
('thx:mass', 'thx:located_in', 'thx:lung')
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from thoracite.errors import InputError
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row, Suite
from thoracite.files import read_rows
from thoracite.kg.knowledge.arguments import drop_brackets, find_heads
from thoracite.kg.knowledge.documents import read_passages
from thoracite.kg.knowledge.extractor import KnowledgeExtractor
from thoracite.kg.knowledge.passage import Passage
from thoracite.kg.linking.linker import Linker
from thoracite.kg.vocabulary import ASSOCIATED, HAS_ATTRIBUTE, LOCATED_IN, PART_OF, SUGGESTS
from thoracite.types import Entity

VERDICTS = Path(__file__).with_name("knowledge_verdicts.csv")
COLUMNS = ("system", "subject", "relation", "object", "source", "locator", "verdict", "reason")
FOLDERS = ("openstax", "jats_pubmed", "medquad_thorax", "radlex", "disease_ontology", "mondo")
"""Sources in the development data, each with its reader."""

SEED = 5
DRAWN = {"rules": 100, "co-occurrence": 50}
"""Number of judged triples of each system."""

Key = tuple[str, str, str]


class Statement(NamedTuple):
    """A triple that a system reads in a sentence.

    Parameters
    ----------
    key : tuple of str
        Subject, relation and object CURIEs.
    source, locator : str
        Source CURIE, and the place in it.
    """

    key: Key
    source: str
    locator: str


class Reading(NamedTuple):
    """Statements of both systems in a folder.

    Parameters
    ----------
    folder : str
        Name of the source.
    sentences : int
        Number of its sentences, at least 0.
    rules, pairs : tuple of Statement
        Statements of the extractor, and of the baseline.
    """

    folder: str
    sentences: int
    rules: tuple[Statement, ...]
    pairs: tuple[Statement, ...]


def read_folders(data: Path) -> list[Reading]:
    """Read every source with the rules and with the baseline.

    Parameters
    ----------
    data : Path
        Folder with ``knowledge/`` and :data:`FOLDERS` in it.

    Raises
    ------
    InputError
        If a source is missing.
    """
    extractor, linker = KnowledgeExtractor(), Linker()
    readings = []
    for folder in FOLDERS:
        passages = list(read_passages([data / "knowledge" / folder]))
        rules = tuple(
            Statement(triple.key, passage.source.id, passage.locator)
            for passage in passages
            for triple in extractor.extract(passage)
        )
        pairs = tuple(pair for passage in passages for pair in _pair_first(passage, linker))
        readings.append(Reading(folder, len(passages), rules, pairs))
    return readings


def _pair_first(passage: Passage, linker: Linker) -> Iterator[Statement]:
    """Relate the first two concepts of a sentence by the usual relation of their kinds."""
    named = f"{passage.topic}: {passage.text}" if passage.defines else passage.text
    heads = find_heads(drop_brackets(named), linker)
    first = heads[0].entity if heads else None
    second = next((head.entity for head in heads[1:] if head.entity != first), None)
    if first and second:
        yield Statement(guess_relation(first, second), passage.source.id, passage.locator)


def guess_relation(first: Entity, second: Entity) -> Key:
    """Baseline: relate two concepts of one sentence by the relation that fits their kinds."""
    kinds = (first.kind, second.kind)
    if kinds == ("anatomy", "anatomy"):
        return (first.id, PART_OF, second.id)
    if "anatomy" in kinds:
        placed, place = (second, first) if first.kind == "anatomy" else (first, second)
        return (placed.id, LOCATED_IN, place.id)
    if {"modifier", "attribute"} & set(kinds):
        borne, quality = (second, first) if first.kind in {"modifier", "attribute"} else (first, second)
        return (borne.id, HAS_ATTRIBUTE, quality.id)
    if "sign" in kinds and kinds != ("sign", "sign"):
        sign, of = (first, second) if first.kind == "sign" else (second, first)
        return (sign.id, SUGGESTS, of.id)
    return (first.id, ASSOCIATED, second.id)


def draw_statements(statements: Iterable[Statement], number: int, *, seed: int = SEED) -> list[Statement]:
    """Draw distinct triples at random, each with the first place that states it.

    Parameters
    ----------
    statements : iterable of Statement
        In reading order.
    number : int
        Number of triples; all where there are fewer.
    seed : int
        The same seed draws the same.
    """
    first: dict[Key, Statement] = {}
    for statement in statements:
        first.setdefault(statement.key, statement)
    return random.Random(seed).sample([first[key] for key in sorted(first)], min(number, len(first)))  # noqa: S311


def read_verdicts(path: Path | None = None) -> list[dict[str, str]]:
    """Read the verdicts.

    Raises
    ------
    InputError
        If the table lacks a column, or a verdict is neither ``right`` nor ``wrong``.
    """
    rows: list[dict[str, str]] = list(read_rows(path or VERDICTS))
    for row in rows:
        if set(row) != set(COLUMNS) or row["verdict"] not in {"right", "wrong"}:
            raise InputError(f"verdict {row} is not readable; expected {', '.join(COLUMNS)}, right or wrong")
    return rows


def run_knowledge(data: Path) -> Suite:
    """Measure precision by the verdicts, and yield by source.

    Parameters
    ----------
    data : Path
        The development data.

    Raises
    ------
    InputError
        If a source is missing.
    """
    start = time.monotonic()
    readings = read_folders(data)
    seconds, verdicts = time.monotonic() - start, read_verdicts()
    stated = {
        "rules": {statement.key for reading in readings for statement in reading.rules},
        "co-occurrence": {statement.key for reading in readings for statement in reading.pairs},
    }
    rows = list[Row]()
    for system in DRAWN:
        judged = [row for row in verdicts if row["system"] == system]
        rows += _measure(system, judged, stated[system])
    rows += [row for reading in readings for row in _count(reading)]
    rows.append(Row(system="rules", metric="distinct triples, all sources", value=len(stated["rules"])))
    sentences = sum(reading.sentences for reading in readings)
    rows.append(Row(system="both", metric="seconds for all sources", value=round(seconds, 1), n=sentences))
    return Suite(suite="knowledge", data=", ".join(FOLDERS), n=sum(DRAWN.values()), rows=tuple(rows))


def _measure(system: str, judged: Sequence[dict[str, str]], stated: set[Key]) -> Iterator[Row]:
    """Return precision of the verdicts on triples that the system still states, and their number."""
    held = [row for row in judged if (row["subject"], row["relation"], row["object"]) in stated]
    right = np.array([row["verdict"] == "right" for row in held], dtype=float)
    low, high = bootstrap_interval(lambda drawn: float(right[drawn].mean()), len(right))
    yield Row(system=system, metric="precision", value=float(right.mean()), low=low, high=high, n=len(right))
    yield Row(system=system, metric="judged triples still stated", value=len(held) / len(judged), n=len(judged))


def _count(reading: Reading) -> Iterator[Row]:
    for system, statements in (("rules", reading.rules), ("co-occurrence", reading.pairs)):
        distinct = len(Counter(statement.key for statement in statements))
        yield Row(system=system, metric=f"triples of {reading.folder}", value=distinct, n=reading.sentences)


__all__ = [
    "COLUMNS",
    "DRAWN",
    "FOLDERS",
    "VERDICTS",
    "Reading",
    "Statement",
    "draw_statements",
    "guess_relation",
    "read_folders",
    "read_verdicts",
    "run_knowledge",
]
