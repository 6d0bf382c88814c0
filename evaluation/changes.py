"""Suite ``changes``: what is said of an earlier film, held against the labels of both films.

Each film of a locked patient is compared with the one before it, as ``--prior`` does, and what the template would tell
of findings is counted. "New" is borne out where the label came between the films, "gone" where it went, "unchanged"
where both films have it. Beside it stands what one would score without an earlier film, calling every finding new that
the later film asserts, and how often any finding's label came. The labels were mined from reports: a finding that a
report left out seems to come and go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from thoracite.errors import InputError
from thoracite.evaluation.patients import summarise
from thoracite.evaluation.suite import Row, Suite
from thoracite.generation.changes.compare import compare_readings
from thoracite.generation.changes.sentences import tell_differences
from thoracite.settings import Settings
from thoracite.types import CITATION, Change
from thoracite.types.verdict import ASSERTED
from thoracite.vision.encoder import Reading
from thoracite.vision.image import read_radiograph
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.training.cases import Case, read_labelled

TOLD, ALONE, CHANCE = "earlier film", "later film alone", "any finding"
CHANGES: tuple[Change, ...] = ("new", "gone", "unchanged")

_NUMBERED = re.compile(r"(\d{8})_(\d{3})$")


class Pair(NamedTuple):
    """Two films of one patient.

    Parameters
    ----------
    group : str
        The patient.
    before, after : frozenset of str
        Labels of the earlier film, and of the later one.
    told : mapping of str to str
        What the template says of a finding, by label: ``new``, ``gone``, ``unchanged``.
    asserted : frozenset of str
        Labels of the findings that the later film alone asserts.
    """

    group: str
    before: frozenset[str]
    after: frozenset[str]
    told: dict[str, Change]
    asserted: frozenset[str]

    def bears_out(self, change: Change, label: str) -> bool:
        """Tell whether the labels bear out a change.

        Examples
        --------
        >>> pair = Pair("a", frozenset({"Mass"}), frozenset({"Mass", "Edema"}), {}, frozenset())
        >>> pair.bears_out("new", "Edema"), pair.bears_out("new", "Mass"), pair.bears_out("unchanged", "Mass")
        (True, False, True)
        """
        wanted = {"new": (False, True), "gone": (True, False), "unchanged": (True, True)}[change]
        return (label in self.before, label in self.after) == wanted


def run_changes(data: Path, *, most: int | None = None) -> Suite:
    """Measure what is said of an earlier film.

    Parameters
    ----------
    data : Path
        Folder of the development data, with ``cxr``.
    most : int or None
        Most patients; all locked ones with two films unless given.

    Raises
    ------
    InputError
        If the data are not there, or no locked patient has two films.
    """
    films = list(order_films(case for case in read_labelled(data / "cxr") if case.locked))[:most]
    pairs = [pair for own in films for pair in read_pairs(own, MiniEncoder.load())] if films else []
    if not pairs:
        raise InputError(f"no locked patient in {data / 'cxr'} has two films that can be read")
    patients = len({pair.group for pair in pairs})
    return Suite(
        suite="changes",
        data=f"{len(pairs)} pairs of successive films of {patients} locked patients; labels mined from reports",
        n=len(pairs),
        rows=tuple(count_changes(pairs)),
    )


def order_films(cases: Iterable[Case]) -> Iterator[list[Case]]:
    """Yield each patient's films in the order of their numbers, each number once; patients with one are left out.

    Parameters
    ----------
    cases : iterable of Case
        Of ChestX-ray14, whose file names end in the patient's number and the film's.
    """
    films: dict[str, dict[str, Case]] = {}
    for case in cases:
        if numbered := _NUMBERED.search(case.path.stem):
            films.setdefault(numbered[1], {}).setdefault(numbered[2], case)
    for own in films.values():
        if len(own) > 1:
            yield [own[number] for number in sorted(own)]


def read_pairs(films: Sequence[Case], encoder: MiniEncoder) -> Iterator[Pair]:
    """Read the films of one patient and compare each with the one before; those that are refused are passed over.

    Parameters
    ----------
    films : sequence of Case
        In order.
    encoder : MiniEncoder
        Reads them.
    """
    settings = Settings()
    read = [(case, encoder.read(read_radiograph(case.path, settings=settings))) for case in films]
    for (earlier, then), (later, now) in pairwise((case, one) for case, one in read if one.accepted):
        yield Pair(later.group, earlier.labels, later.labels, tell_changes(then, now), _find_asserted(now))


def tell_changes(then: Reading, now: Reading) -> dict[str, Change]:
    """Return what the template tells of findings on two films, by label.

    Parameters
    ----------
    then, now : Reading
        By the bundled encoder.
    """
    evidence = compare_readings(then, now, ()).evidence
    keys = {key for sentence in tell_differences(evidence) for key in CITATION.findall(sentence)}
    labels = _find_labels(now)
    return {
        labels[piece.about.id]: piece.difference.change
        for piece in evidence
        if piece.difference is not None and not piece.difference.of_value and piece.key in keys
    }


def _find_labels(reading: Reading) -> dict[str, str]:
    return {finding.entity.id: label for finding, label in zip(reading.findings, FINDINGS, strict=True)}


def _find_asserted(reading: Reading) -> frozenset[str]:
    return frozenset(
        label for finding, label in zip(reading.findings, FINDINGS, strict=True) if finding.verdict in ASSERTED
    )


def count_changes(pairs: Sequence[Pair]) -> Iterator[Row]:
    """Count what is said, how much of it is borne out, and how much that came is told.

    Parameters
    ----------
    pairs : sequence of Pair
        At least one.
    """
    for change in CHANGES:
        said = [(pair, label) for pair in pairs for label, told in pair.told.items() if told == change]
        yield from _share(TOLD, f"“{change}” borne out", change, said)
        if change == "new":
            yield from _share(TOLD, "“new”, and the later film has the label", "later", said)
            yield from _share(ALONE, "“new” borne out", change, [(p, one) for p in pairs for one in p.asserted])
        yield from _share(CHANCE, f"“{change}” borne out", change, [(p, one) for p in pairs for one in FINDINGS])
        groups = [pair.group for pair in pairs]
        telling = [change in pair.told.values() for pair in pairs]
        yield summarise(TOLD, f"pairs of which “{change}” is said of a finding", telling, groups)
    for came, metric in ((True, "labels that came, told as new"), (False, "labels that stayed away, told as new")):
        asked = [
            (pair, label)
            for pair in pairs
            for label in FINDINGS
            if label not in pair.before and (label in pair.after) == came
        ]
        if asked:
            told = [pair.told.get(label) == "new" for pair, label in asked]
            yield summarise(TOLD, metric, told, [pair.group for pair, _ in asked])


def _share(system: str, metric: str, change: str, said: Sequence[tuple[Pair, str]]) -> Iterator[Row]:
    if said:
        right = [
            label in pair.after if change == "later" else pair.bears_out(change, label)  # type: ignore[arg-type]
            for pair, label in said
        ]
        yield summarise(system, metric, right, [pair.group for pair, _ in said])


__all__ = [
    "ALONE",
    "CHANCE",
    "CHANGES",
    "TOLD",
    "Pair",
    "count_changes",
    "order_films",
    "read_pairs",
    "run_changes",
    "tell_changes",
]
