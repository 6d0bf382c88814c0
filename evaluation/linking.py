"""The suite ``linking``: mentions of annotated reports that name a concept, beside exact names.

A person judged by reading which concept a mention names (``linking_names.csv``, identifiers only).
A mention that names none is not in the table, and a link of it is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from thoracite.evaluation.extraction import Case, read_annotated
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.suite import Row, Suite
from thoracite.files import read_rows
from thoracite.kg.concepts import read_concepts
from thoracite.kg.linking.linker import Linker
from thoracite.kg.linking.mentions import Link, link_mentions
from thoracite.types import Entity

NAMES = Path(__file__).with_name("linking_names.csv")
COLUMNS = ("report", "section", "mention", "concept")

Place = tuple[str, int, str]
"""A report's uid, its section, and the mention's id in it."""

_SIDES = ("left", "right")


def read_names(path: Path | None = None) -> dict[Place, str]:
    """Read the concept of each mention, by place.

    Raises
    ------
    InputError
        If the table lacks a column.
    """
    rows = read_rows(path or NAMES, columns=COLUMNS, expected=f"the columns {', '.join(COLUMNS)}")
    return {(row["report"], int(row["section"]), row["mention"]): row["concept"] for row in rows}


def link_cases(cases: list[Case], link: Link) -> Iterator[tuple[Place, str]]:
    """Return every mention that a linker links to a concept."""
    sections: dict[str, int] = {}
    for uid, _, annotation in cases:
        section = sections[uid] = sections.get(uid, -1) + 1
        for mention, entity in link_mentions(annotation, link).items():
            if entity.kind != "mention":
                yield (uid, section, mention), entity.id


def make_exact_linker() -> Callable[[str], Entity | None]:
    """Make the baseline: a phrase is a concept's label or synonym, in any case."""
    names = {name.lower(): node.entity for node in reversed(read_concepts()) for name in node.names}
    return names.get


def run_linking(data: Path) -> Suite:
    """Measure recall and precision of linking, and whether sides and negation survive.

    Parameters
    ----------
    data : Path
        Folder with ``radgraph_dev`` and ``knowledge/crosswalk.csv``.

    Raises
    ------
    InputError
        If either is missing.
    """
    cases, names = read_annotated(data / "radgraph_dev"), read_names()
    crossed = _read_crossed(data / "knowledge" / "crosswalk.csv")
    linker = Linker()
    rows = [
        row
        for system, link in (("linker", linker.link), ("exact names", make_exact_linker()))
        for row in _measure(system, dict(link_cases(cases, link)), names, crossed)
    ]
    rows += _measure_sides(linker)
    return Suite(suite="linking", data="radgraph_dev", n=len(names), rows=tuple(rows))


def _read_crossed(path: Path) -> set[str]:
    labels = {row["preferred_label"] for row in read_rows(path, expected="the cross-walk of concepts")}
    return {node.entity.id for node in read_concepts() if node.entity.label in labels}


def _measure(system: str, linked: Mapping[Place, str], names: Mapping[Place, str], crossed: set[str]) -> Iterator[Row]:
    for what, wanted in (("crosswalk concepts", crossed), ("all concepts", set(names.values()))):
        places = sorted(place for place, concept in names.items() if concept in wanted)
        yield _share(system, f"recall, {what}", [linked.get(place) == names[place] for place in places])
    yield _share(system, "precision", [names.get(place) == concept for place, concept in sorted(linked.items())])


def _measure_sides(linker: Linker) -> Iterator[Row]:
    """Measure whether "left …" keeps its side, and "no …" links to nothing, for every finding, disease or sign."""
    named = [
        (name, node.entity)
        for node in read_concepts()
        if node.entity.kind in {"finding", "disease", "sign"}
        for name in node.names
    ]
    kept = []
    for name, _ in named:
        for side in _SIDES:
            found = linker.read(f"{side} {name}")
            kept.append(side in found.modifiers or (found.entity is not None and side in found.entity.label))
    yield _share("linker", "sides that survive", kept)
    yield _share(
        "linker", "negated names that link to nothing", [linker.link(f"no {name}") is None for name, _ in named]
    )


def _share(system: str, metric: str, held: list[bool]) -> Row:
    values = np.array(held, dtype=float)
    low, high = bootstrap_interval(lambda drawn: float(values[drawn].mean()), len(values))
    return Row(system=system, metric=metric, value=float(values.mean()), low=low, high=high, n=len(values))


__all__ = ["COLUMNS", "NAMES", "link_cases", "make_exact_linker", "read_names", "run_linking"]
