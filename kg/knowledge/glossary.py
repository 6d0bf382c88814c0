"""Definitions: of an OBO vocabulary's terms, and of tables with a name and a definition in each row.

References
----------
OBO Flat File Format 1.4.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from thoracite.errors import InputError
from thoracite.files import read_rows
from thoracite.kg.facts import Source
from thoracite.kg.knowledge.obo import open_obo
from thoracite.kg.knowledge.passage import Section
from thoracite.kg.vocabulary import mint

_NAMES, _DEFINITIONS = ("name", "term", "label"), ("definition", "meaning", "description")
_IDS = ("id", "code", "rid", "rid_tekram_csv")
_QUOTED = re.compile(r'^"(?P<text>(?:[^"\\]|\\.)*)"')


def read_obo_definitions(path: Path) -> Iterator[Section]:
    """Read the definition of every term that has one.

    Parameters
    ----------
    path : Path
        OBO in the flat format.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    graph = open_obo(path)
    stated = " ".join(map(str, graph.graph.get("remark", [])))
    source = Source(
        id=mint(f"vocabulary {path.stem}").replace("thx:", "thxs:", 1),
        title=f"Definitions of {graph.graph.get('ontology') or path.stem}",
        reference=f"{path.name}, {graph.graph.get('data-version') or graph.graph.get('date') or 'without a version'}",
        licence=stated if "licen" in stated.lower() else "not stated in the file",
    )
    for code, term in graph.nodes(data=True):
        quoted = _QUOTED.match(term.get("def", ""))
        if quoted and term.get("name"):
            yield Section(source, code, re.sub(r"\\(.)", r"\1", quoted["text"]), term["name"], defines=True)


def read_table(path: Path) -> Iterator[Section]:
    """Read the definition of every row.

    Parameters
    ----------
    path : Path
        ``.tsv`` or ``.csv`` with a column ``name``, ``term`` or ``label``, and one ``definition``, ``meaning`` or
        ``description``.

    Raises
    ------
    InputError
        If the file cannot be read, or lacks a column.
    """
    source = Source(
        id=mint(f"glossary {path.stem}").replace("thx:", "thxs:", 1),
        title=path.stem.replace("_", " "),
        reference=path.name,
        licence="not stated in the file",
    )
    for row in read_rows(path, expected="a table of definitions", short=True):
        name, definition = _pick(row, _NAMES, path), _pick(row, _DEFINITIONS, path)
        code = next((row[one] for one in _IDS if row.get(one)), row[name])
        if row[name] and row[definition]:
            yield Section(source, code, row[definition], row[name], defines=True)


def _pick(columns: Container[str], wanted: Sequence[str], path: Path) -> str:
    found = next((name for name in wanted if name in columns), None)
    if found is None:
        raise InputError(f"{path} has no column {wanted[0]}; expected a table with {_NAMES[0]} and {_DEFINITIONS[0]}")
    return found


def is_glossary(path: Path) -> bool:
    """Tell whether a table has the columns of definitions."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            columns = set(re.split(r"[\t,]", file.readline().strip()))
    except OSError:
        return False
    return bool(columns & set(_NAMES) and columns & set(_DEFINITIONS))


__all__ = ["is_glossary", "read_obo_definitions", "read_table"]
