"""The suite ``reading``: faults that users meet in sentences, whole reports and abbreviations, kind by kind.

The shared cases were found in public bug reports. The siblings (``tests/data``) were written before the rules that
they measure; one half was seen while the rules were changed, the other was not. A text goes the way of ``thoracite
extract``: sections, gate, extractor; the last entity that has the word decides. NegEx and ConText read what our
sections leave, so that they differ from the rules in the sentences alone; "NegEx, whole text" knows no sections.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.errors import InputError
from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.negation import Label, find_context, label_by_context, label_by_negex
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.extract.extractor import RuleExtractor
from thoracite.kg.linking.linker import Linker
from thoracite.kg.linking.mentions import link_mentions
from thoracite.kg.privacy.deidentify import deidentify
from thoracite.kg.radgraph import Annotation
from thoracite.kg.reports.report import parse_report
from thoracite.settings import PACKAGE

SIBLINGS = PACKAGE.parent / "tests" / "data"
"""Where the siblings stand in a checkout."""


class Case(NamedTuple):
    """A text, a word in it, what must come out for the word, and a word that must not come out."""

    group: str
    id: str
    text: str
    word: str
    expected: str
    not_read: str = ""


def read_cases(data: Path) -> list[Case]:
    """Shared cases and siblings, sentences and whole reports.

    Parameters
    ----------
    data : Path
        The development data; the shared cases lie beside them.

    Raises
    ------
    InputError
        If the siblings or the shared cases are missing.
    """
    cases = data.parent / "cases"
    files = [
        (cases / "reading.csv", "shared sentences"),
        (cases / "sections.csv", "shared reports"),
        (SIBLINGS / "reading_siblings.csv", "sibling sentences"),
        (SIBLINGS / "report_siblings.csv", "sibling reports"),
    ]
    return [
        Case(_name_group(group, row), row["id"], row["text"], row["word"], row["label"], row.get("not_read", ""))
        for path, group in files
        for row in read_rows(path)
    ]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a table of cases.

    Raises
    ------
    InputError
        If it is missing.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; run this suite in a checkout") from error


def _name_group(group: str, row: dict[str, str]) -> str:
    return f"{group}, {row['half']} half" if "half" in row else group


@lru_cache(maxsize=4096)
def cut_report(text: str) -> str:
    """What the sections and the gate leave of a text."""
    return deidentify(parse_report("case", text).text)


@lru_cache(maxsize=4096)
def _extract(text: str) -> Annotation:
    return RuleExtractor().extract(cut_report(text))


def label_by_rules(text: str, word: str) -> Label | None:
    """The label of the last entity that has a word; anatomy counts as present.

    Examples
    --------
    >>> label_by_rules("INDICATION: pneumonia. REPORT: No PTX.", "PTX")
    'DA'
    >>> label_by_rules("INDICATION: pneumonia. REPORT: No PTX.", "pneumonia") is None
    True
    """
    found = [m for m in _extract(text).entities if word.lower() in m.tokens.lower().split()]
    return found[-1].label.rpartition("-")[2] if found else None


def is_right(expected: str, label: Label | None) -> bool:
    """Whether a label is what was expected; ``not DP`` is anything but present, unread too."""
    return label != "DP" if expected == "not DP" else label == expected


def run_reading(data: Path) -> Suite:
    """The suite, for ``thoracite evaluate reading``.

    Parameters
    ----------
    data : Path
        Folder of the development data.

    Raises
    ------
    InputError
        If the cases are missing, or medSpaCy is named and cannot be run.
    """
    cases = read_cases(data)
    rows = list(_score_labels("rules", cases, label_by_rules))
    rows += _score_labels("NegEx", cases, lambda text, word: label_by_negex(cut_report(text), word))
    rows += _score_labels("NegEx, whole text", cases, label_by_negex)
    interpreter = find_context()
    if interpreter:
        rows += _score_labels("ConText (medSpaCy)", cases, _ask_context(interpreter, cases))
    rows += _score_abbreviations(read_rows(SIBLINGS / "abbreviation_siblings.csv"))
    without = "" if interpreter else "; ConText is left out, since medSpaCy is not installed (make context)"
    return Suite(suite="reading", data=f"shared cases and siblings{without}", n=len(cases), rows=tuple(rows))


def _ask_context(interpreter: str, cases: Sequence[Case]) -> Callable[[str, str], Label | None]:
    asked = [(case.text, word) for case in cases for word in (case.word, case.not_read) if word]
    answers = label_by_context(interpreter, [(cut_report(text), word) for text, word in asked])
    known = dict(zip(asked, answers, strict=True))
    return lambda text, word: known[text, word]


def _score_labels(system: str, cases: Sequence[Case], label: Callable[[str, str], Label | None]) -> Iterator[Row]:
    groups: dict[str, dict[str, list[bool]]] = {}
    for case in cases:
        kept_out = not case.not_read or label(case.text, case.not_read) is None
        right = kept_out and is_right(case.expected, label(case.text, case.word))
        groups.setdefault(case.group, {}).setdefault(case.id, []).append(right)
    for group, texts in groups.items():
        yield _score(system, f"share right, {group}", list(texts.values()))


def _score_abbreviations(rows: Sequence[dict[str, str]]) -> Iterator[Row]:
    """Whether an abbreviation is linked to the concept of the full name, beside a look-up without its sentence."""
    link = Linker().link
    for half in ("seen", "locked"):
        found: dict[str, list[list[bool]]] = {"rules": [], "look-up": []}
        for row in (row for row in rows if row["half"] == half):
            expected = link(row["concept"])
            alone = link(row["word"])
            found["rules"].append([expected is not None and _link_last(row["text"], row["word"]) == expected.id])
            found["look-up"].append([expected is not None and alone == expected])
        for system, right in found.items():
            yield _score(system, f"share right, sibling abbreviations, {half} half", right)


def _link_last(text: str, word: str) -> str | None:
    annotation = _extract(text)
    concepts = link_mentions(annotation, Linker().link)
    found = [m.id for m in annotation.entities if word.lower() in m.tokens.lower().split() and m.id in concepts]
    return concepts[found[-1]].id if found else None


def _score(system: str, metric: str, texts: Sequence[Sequence[bool]]) -> Row:
    """Share of rows that are right, its interval drawn by text."""
    right = np.array([sum(rows) for rows in texts], dtype=float)
    sizes = np.array([len(rows) for rows in texts], dtype=float)
    low, high = bootstrap_interval(partial(_share, right, sizes), len(texts))
    value = _share(right, sizes, np.arange(len(texts)))
    return Row(system=system, metric=metric, value=value, low=low, high=high, n=int(sizes.sum()))


def _share(right: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64], drawn: npt.NDArray[np.int64]) -> float:
    return float(right[drawn].sum() / sizes[drawn].sum())


__all__ = ["Case", "cut_report", "is_right", "label_by_rules", "read_cases", "read_rows", "run_reading"]
