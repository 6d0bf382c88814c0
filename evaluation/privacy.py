"""The suite ``privacy``: identifiers planted in reports, beside a gate of patterns alone and Microsoft Presidio.

The reports are the half of Open-i (an odd first byte of the SHA-256 of the id) from which the gate's list of ordinary
words was *not* collected. A planted identifier counts as found when every letter and digit of it is covered; what the
gate marks counts as right when at least half of its letters and digits were planted. Words to keep count as kept when
no letter of them is marked, their text standing alone. The carriers of the sets that only measure are measured standing
alone as well, since users ask about single lines, too.

Seventeen sets are planted: the test sentences, and the fifth to twentieth set
(:mod:`thoracite.evaluation.privacy_words`). Rules were tuned and field and network are trained with the sets up to the
fourteenth, and constants were chosen by the sixteenth, so that the fifteenth and the seventeenth to twentieth say how
the gate does on what it has not met; ``python -m thoracite.evaluation.privacy_training --without WRITER`` estimates
that for others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.interval import bootstrap_interval
from thoracite.evaluation.presidio import MISSING, find_presidio
from thoracite.evaluation.privacy_plants import Plant, PlantedReport, Split, plant_reports
from thoracite.evaluation.privacy_words import (
    FILLS,
    PARTS,
    UNREAD,
    Half,
    Kept,
    WordSet,
    plant_alone,
    plant_words,
    read_kept,
)
from thoracite.evaluation.suite import Row, Suite
from thoracite.kg.privacy.deidentify import find_identifiers
from thoracite.kg.reports.read import read_reports

REPORTS = 800
_ALONE = 4  # a carrier that stands alone is filled a quarter as often
_BASELINE = re.compile(
    r"\b\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b|\b\d{4}-\d\d-\d\d\b"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2}, \d{4}\b"
    r"|\(?\d{3}\)?[-. ]?\d{3}[-. ]\d{4}\b"
)
_SOLID = re.compile(r"\w")

Gate = Callable[[str], list[tuple[int, int]]]


def find_by_pattern(text: str) -> list[tuple[int, int]]:
    """The baseline: dates and American telephone numbers by regular expression."""
    return [match.span() for match in _BASELINE.finditer(text)]


def find_by_gate(text: str) -> list[tuple[int, int]]:
    """The gate under test."""
    return [(found.start, found.end) for found in find_identifiers(text)]


def is_held_out(report_id: str) -> bool:
    """Whether a report gave no word to the gate's list."""
    return hashlib.sha256(report_id.encode()).digest()[0] % 2 == 1


def run_privacy(data: Path, *, split: Split = "test", seed: int = 7, fills: int = FILLS) -> Suite:
    """Measure the gate.

    Parameters
    ----------
    data : Path
        Folder with ``openi/NLMCXR_reports.tgz``.
    split : str
        ``test``; ``tune`` is what the rules were written against.
    seed : int
        Of the planting.
    fills : int
        How often each carrier is filled.

    Returns
    -------
    Suite
        Recall and precision, recall by kind, words kept, and the baselines', with 95 % intervals over reports or words;
        where Presidio is not installed, ``data`` says so.

    Raises
    ------
    InputError
        If the archive or the rows of a set cannot be read.
    """
    archive = data / "openi" / "NLMCXR_reports.tgz"
    texts = [report.text for report in read_reports(archive) if report.text and is_held_out(report.id)]
    planted = {"": list(plant_reports(texts[:REPORTS], split=split, seed=seed))}
    for word_set, half in PARTS:
        drawn = plant_words(texts[:REPORTS], half, seed=seed, fills=fills, word_set=word_set)
        planted[f"{word_set} set, {half}: "] = list(drawn)
    for word_set in UNREAD:
        alone = plant_alone("locked", seed=seed, fills=max(1, fills // _ALONE), word_set=word_set)
        planted[f"{word_set} set, alone: "] = list(alone)
    kept = {(word_set, half): read_kept(half, word_set) for word_set, half in PARTS}
    presidio = find_presidio()
    rows: list[Row] = []
    for name, gate in (*_GATES.items(), *((presidio,) if presidio else ())):
        for prefix, reports in planted.items():
            rows += measure_gate(reports, gate, name, prefix=prefix)
        rows += measure_kept(kept, gate, name)
    counted = {name: sum(len(report.plants) for report in reports) for name, reports in planted.items()}
    described = (
        f"{counted.pop('')} identifiers planted by Faker ({split} sentences) in {len(planted[''])} Open-i reports; "
        + "".join(f"{name}{count}; " for name, count in counted.items())
        + f"{sum(map(len, kept.values()))} clinical words to keep"
    )
    described += "" if presidio else f"; {MISSING}"
    return Suite(suite="privacy", data=described, n=sum(map(len, planted.values())), rows=tuple(rows))


def measure_gate(planted: list[PlantedReport], gate: Gate, name: str, *, prefix: str = "") -> list[Row]:
    """Recall, precision and recall by kind of one gate; ``prefix`` names the set in the figures."""
    found = [gate(report.text) for report in planted]
    hits = [
        [covers(report.text, spans, plant) for plant in report.plants]
        for report, spans in zip(planted, found, strict=True)
    ]
    right = [[_is_planted(report, span) for span in spans] for report, spans in zip(planted, found, strict=True)]
    rows = [_row(name, f"{prefix}recall", hits), _row(name, f"{prefix}precision", right)]
    for kind in sorted({plant.kind for report in planted for plant in report.plants}):
        of_kind = [
            [hit for hit, plant in zip(row, report.plants, strict=True) if plant.kind == kind]
            for row, report in zip(hits, planted, strict=True)
        ]
        rows.append(_row(name, f"{prefix}recall of {kind}", of_kind))
    return rows


def measure_kept(kept: dict[tuple[WordSet, Half], list[Kept]], gate: Gate, name: str) -> Iterator[Row]:
    """The share of clinical words that come through one gate whole: of each set by half, together, and by kind."""
    for word_set in dict.fromkeys(one for one, _ in kept):
        halves = {half: rows for (one, half), rows in kept.items() if one == word_set}
        judged = [(half, row.kind, keeps(row, gate(row.text))) for half, rows in halves.items() for row in rows]
        prefix = f"{word_set} set"
        for half in halves:
            yield _row(name, f"{prefix}, {half}: words kept", [[good] for one, _, good in judged if one == half])
        yield _row(name, f"{prefix}: words kept", [[good] for _, _, good in judged])
        for kind in sorted({kind for _, kind, _ in judged}):
            yield _row(name, f"{prefix}: words kept, {kind}", [[good] for _, one, good in judged if one == kind])


def keeps(row: Kept, spans: list[tuple[int, int]]) -> bool:
    """Whether no letter of the words to keep is marked."""
    first = row.text.index(row.words)
    return not any(start < first + len(row.words) and first < end for start, end in spans)


def covers(text: str, spans: list[tuple[int, int]], plant: Plant) -> bool:
    """Whether every letter and digit of a plant is marked."""
    return all(
        any(start <= match.start() < end for start, end in spans)
        for match in _SOLID.finditer(text, plant.start, plant.end)
    )


def _is_planted(report: PlantedReport, span: tuple[int, int]) -> bool:
    solid = [match.start() for match in _SOLID.finditer(report.text, *span)]
    inside = sum(any(plant.start <= at < plant.end for plant in report.plants) for at in solid)
    return 2 * inside >= len(solid)


def _row(system: str, metric: str, judged: list[list[bool]]) -> Row:
    """Share of True, its interval by drawing reports."""
    good = np.array([sum(row) for row in judged], dtype=float)
    total = np.array([len(row) for row in judged], dtype=float)

    def share(drawn: npt.NDArray[np.int64]) -> float:
        cases = total[drawn].sum()
        return float(good[drawn].sum() / cases) if cases else float("nan")

    everything = np.arange(len(judged))
    low, high = bootstrap_interval(share, len(judged))
    return Row(system=system, metric=metric, value=share(everything), low=low, high=high, n=int(total.sum()))


_GATES: dict[str, Gate] = {"thoracite": find_by_gate, "dates and telephones by pattern": find_by_pattern}

__all__ = [
    "covers",
    "find_by_gate",
    "find_by_pattern",
    "is_held_out",
    "keeps",
    "measure_gate",
    "measure_kept",
    "run_privacy",
]
