"""Curated facts: triples that a person read in a source, each with its place.

Examples
--------
>>> facts = list(read_facts())
>>> sign = next(fact for fact in facts if fact.object.label == "meniscus sign")
>>> sign.subject.label, sign.relation.label, sign.provenance[0].locator
('pleural effusion', 'has radiographic sign', 'para 1')
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar, get_args

from thoracite.errors import InputError
from thoracite.files import TableRow, read_rows
from thoracite.kg.concepts import read_concepts
from thoracite.kg.vocabulary import RELATIONS, mint
from thoracite.settings import ONTOLOGIES
from thoracite.types import Commonness, Confidence, Curie, Entity, Limit, Noun, Provenance, Triple

FACTS, SOURCES = ONTOLOGIES / "facts.csv", ONTOLOGIES / "sources.csv"
"""The project's own facts and their sources."""

FIRST_SIGNS = ONTOLOGIES / "first_reasons.csv"
"""The signs that a textbook lists first for each finding, with the place."""

FACT_COLUMNS = (
    "id", "subject", "relation", "object", "holds_for", "commonness", "source", "locator", "confidence", "read",
)  # fmt: skip
"""Columns of the facts; ``holds_for`` and ``commonness`` may be left out or empty."""

FACT_NEEDED = tuple(name for name in FACT_COLUMNS if name not in ("holds_for", "commonness"))
SOURCE_COLUMNS = ("id", "title", "reference", "licence")

CONFIDENCES: Mapping[str, Confidence] = {
    "high": "high",
    "medium": "medium",
    "low": "low",
    "not stated": "not stated",
}
"""Levels of confidence, by name: clarity of the source's statement."""

COMMONNESSES: Mapping[str, Commonness] = {
    "common": "common",
    "occasional": "occasional",
    "rare": "rare",
    "not stated": "not stated",
}
"""How often a sign or a relation is met, by name."""

LIMITS: tuple[str, ...] = get_args(get_args(Limit)[0])
"""Words for what a fact may be limited to, beside a condition."""

T = TypeVar("T")


class Source(Noun):
    """A source of facts.

    Parameters
    ----------
    id : str
        CURIE: ``thxs:radlex_def``.
    title, reference : str
        Title, and an address, a repository with its commit, or a DOI.
    licence : str
        The source's licence, in its own words.
    """

    id: Curie
    title: str
    reference: str
    licence: str


def read_sources(path: Path | None = None) -> dict[str, Source]:
    """Read sources by identifier; the project's own unless a CSV is given.

    Raises
    ------
    InputError
        If the CSV cannot be read.
    """
    return {
        row["id"]: Source(**{name: row[name] for name in SOURCE_COLUMNS})
        for row in read_filled(path or SOURCES, SOURCE_COLUMNS)
    }


def read_facts(
    path: Path | None = None,
    *,
    concepts: Mapping[str, Entity] | None = None,
    sources: Mapping[str, Source] | None = None,
) -> Iterator[Triple]:
    """Read the facts of a CSV.

    Parameters
    ----------
    path : Path or None
        The project's own facts unless given.
    concepts : mapping of str to Entity or None
        By CURIE; the project's own unless given.
    sources : mapping of str to Source or None
        By CURIE; the project's own unless given.

    Raises
    ------
    InputError
        If the CSV cannot be read, or names an unknown concept, relation or source.
    """
    path = path or FACTS
    known = {node.entity.id: node.entity for node in read_concepts()} if concepts is None else concepts
    described = read_sources() if sources is None else sources
    for row in read_filled(path, FACT_NEEDED):
        where = f"line {row.line} of {path}"
        yield Triple(
            subject=_find(known, row["subject"], "concept", where),
            relation=_find(RELATIONS, row["relation"], "relation", where),
            object=_find(known, row["object"], "concept", where),
            provenance=(
                Provenance(
                    source=row["source"],
                    locator=row["locator"],
                    licence=_find(described, row["source"], "source", where).licence,
                    confidence=_find(CONFIDENCES, row["confidence"], "confidence", where),
                    holds_for=read_limits(row.get("holds_for", ""), known.get, where=where),
                    commonness=_find(COMMONNESSES, row.get("commonness") or "not stated", "commonness", where),
                ),
            ),
        )


@cache
def read_first_signs() -> Mapping[tuple[str, str], int]:
    """Read which signs textbooks list first: CURIEs of finding and sign → 1 or 2.

    Examples
    --------
    >>> read_first_signs()["thx:pleural_effusion", "thx:meniscus_sign"]
    2
    """
    rows = read_filled(FIRST_SIGNS, ("finding", "rank", "sign", "source", "locator"))
    return {(mint(row["finding"]), mint(row["sign"])): int(row["rank"]) for row in rows}


def read_limits(cell: str, find: Callable[[str], Entity | None], *, where: str) -> tuple[Limit, ...]:
    """Read what a fact is limited to: words of :data:`LIMITS` and conditions, parted by semicolons.

    Parameters
    ----------
    cell : str
        ``frontal; supine; with left heart failure``; a condition is a label or a CURIE, with or without "with" before a
        CURIE.
    find : callable
        Finds a concept by its CURIE.
    where : str
        Place of the cell, for the error.

    Returns
    -------
    tuple of str
        Sorted, each once; a condition is the CURIE of its concept.

    Raises
    ------
    InputError
        If a part is neither such a word nor a condition that is a concept.

    Examples
    --------
    >>> edema = Entity(id="thx:pulmonary_edema", label="pulmonary edema")
    >>> read_limits("supine; AP; with pulmonary edema", {edema.id: edema}.get, where="line 2")
    ('ap', 'supine', 'thx:pulmonary_edema')
    """
    limits: set[Limit] = set()
    for part in filter(None, (" ".join(part.split()) for part in cell.split(";"))):
        condition = part[5:] if part.lower().startswith("with ") else part if ":" in part else None
        if condition is None:
            if part.lower() not in LIMITS:
                raise InputError(
                    f"{where} limits a fact to {part!r}; expected {', '.join(LIMITS)}, or with and a concept's label"
                )
            limits.add(part.lower())
            continue
        entity = find(condition if ":" in condition else mint(condition))
        if entity is None:
            raise InputError(f"{where} names the condition {condition!r}, which is no concept; correct it or add it")
        limits.add(entity.id)
    return tuple(sorted(limits))


def read_filled(path: Path, columns: Sequence[str]) -> Iterator[TableRow]:
    """Read the rows of a CSV with required columns, and a value in each of them.

    Raises
    ------
    InputError
        If the file is missing, is not a CSV in UTF-8, or lacks a column or a value.
    """
    expected = f"a table with the columns {', '.join(columns)}"
    for row in read_rows(path, columns=columns, expected=expected, short=True):
        if empty := [name for name in columns if not row[name].strip()]:
            raise InputError(f"line {row.line} of {path} has no {empty[0]}; expected {expected}")
        yield row


def _find(known: Mapping[str, T], name: str, what: str, where: str) -> T:
    if name not in known:
        raise InputError(f"{where} names the {what} {name!r}, which is not there; correct it or add the {what}")
    return known[name]


__all__ = [
    "COMMONNESSES",
    "CONFIDENCES",
    "FACTS",
    "FACT_COLUMNS",
    "FACT_NEEDED",
    "FIRST_SIGNS",
    "LIMITS",
    "SOURCES",
    "SOURCE_COLUMNS",
    "Source",
    "read_facts",
    "read_filled",
    "read_first_signs",
    "read_limits",
    "read_sources",
]
