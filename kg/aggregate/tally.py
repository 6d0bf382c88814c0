"""Counting what reports say, in bounded memory, into triples that name no patient.

Every statement of every report becomes one short row of a temporary SQLite file; SQLite sorts and adds them up on
disk. In memory stand only the concepts themselves.

A *cell* is a triple with one certainty. It is released where at least k patients are behind it; a smaller cell is left
out, and 0 cannot be told from k - 1. Everything else of a triple is computed from its released cells alone: its support
and the certainty of its ends are those of the largest one (of a relation, the largest that does not deny it, where one
is released), its lift is made of released cells of the triple and of its ends. A triple is therefore written exactly as
if the statements of its left-out cells had never been read, so that no sum, difference or ratio leads back to them
(decision 6).
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from array import array
from collections.abc import Iterator
from itertools import combinations, groupby
from operator import itemgetter
from pathlib import Path

from thoracite.errors import UsageError
from thoracite.kg.linking.mentions import Link, link_mentions
from thoracite.kg.privacy.cells import ABSENT, DEGREES, Cell, find_lift, measure_cells
from thoracite.kg.privacy.ledger import NAMED, Statement, TripleKey, hash_patient
from thoracite.kg.radgraph import Annotation, Mention
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH, CO_OCCURS, LOCATED_AT, MODIFY, RELATIONS, SHOWS, SUGGESTS
from thoracite.types import Certainty, Entity, Provenance, Triple

_RELATIONS = (SHOWS, MODIFY, LOCATED_AT, SUGGESTS, CO_OCCURS)
_TOGETHER = _RELATIONS.index(CO_OCCURS)
_COUNTED_TOGETHER = frozenset({"finding", "disease", "sign"})
"""Kinds of concepts whose co-occurrence is counted."""
_BATCH = 50_000

_ANATOMY = len(_RELATIONS)
"""In a relation's place: the concept was named as anatomy. Counted for the lift, never released."""
_RELEASE = f"""
CREATE TABLE released AS
SELECT cell, COUNT(*) AS patients, SUM(reports), {", ".join(f"SUM(end{bit})" for bit in range(6))} FROM (
    SELECT cell, COUNT(*) AS reports, {", ".join(f"MAX(ends >> {bit} & 1) AS end{bit}" for bit in range(6))}
    FROM stated GROUP BY cell, patient
) GROUP BY cell HAVING patients >= ? ORDER BY cell
"""  # noqa: S608 - nothing of a user's is in it
_STATED = f"""
SELECT cell, patient, COUNT(*), {" + ".join(f"(MAX(ends >> {bit} & 1) << {bit})" for bit in range(6))} FROM stated
WHERE cell >> 2 IN (SELECT cell >> 2 FROM released) GROUP BY cell, patient ORDER BY cell, patient
"""  # noqa: S608


class Tally:
    """Statements counted so far.

    Parameters
    ----------
    link : callable
        Phrase → concept or None (:meth:`thoracite.kg.linking.linker.Linker.link`).
    key : bytes or None
        The ledger's secret; a passing one where nothing is kept.

    Attributes
    ----------
    reports : int
        How many reports were added.
    """

    def __init__(self, link: Link, *, key: bytes | None = None) -> None:
        self.reports = 0
        self._link, self._key = link, key or secrets.token_bytes(32)
        self._numbers: dict[str, int] = {}
        self._entities: list[Entity] = []
        self._rows: list[tuple[int, int, int]] = []
        self._patients: list[tuple[int]] = []
        handle, name = tempfile.mkstemp(prefix="thoracite-", suffix=".tally")  # for its owner alone
        os.close(handle)
        self._path = Path(name)
        self._data = sqlite3.connect(name)
        self._data.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")
        self._data.execute("CREATE TABLE stated (cell INTEGER, patient INTEGER, ends INTEGER)")
        self._data.execute("CREATE TABLE report (patient INTEGER)")

    def add(self, annotation: Annotation, *, patient: str | None = None) -> None:
        """Count one report.

        Parameters
        ----------
        annotation : Annotation
            What it states.
        patient : str or None
            Whose it is; each report counts as a patient of its own where that is unknown.
        """
        concepts = link_mentions(annotation, self._link)
        root = self._number(CHEST_RADIOGRAPH)
        stated: dict[int, int] = {}

        def state(subject: int, relation: int, object: int, first: Certainty, second: Certainty) -> None:
            ends = DEGREES.index(first), DEGREES.index(second)
            cell = _pack(subject, relation, object, max(ends))  # as sure as its weaker end
            stated[cell] = stated.get(cell, 0) | 1 << ends[0] | 8 << ends[1]

        for mention in annotation.entities:
            if mention.id in concepts:
                shown = _ANATOMY if mention.is_anatomy else 0
                state(root, shown, self._number(concepts[mention.id]), Certainty.PRESENT, mention.certainty)
        for one, name, other in annotation.relations():
            if one.id in concepts and other.id in concepts:
                ends = self._number(concepts[one.id]), self._number(concepts[other.id])
                if ends[0] != ends[1]:  # "pleural" and "effusion" may be one concept
                    state(ends[0], _RELATIONS.index(f"thx:{name}"), ends[1], one.certainty, other.certainty)
        seen = {concepts[m.id] for m in annotation.entities if m.id in concepts and _is_seen(m, concepts[m.id])}
        for first, second in combinations(sorted(seen, key=lambda entity: entity.id), 2):
            state(self._number(first), _TOGETHER, self._number(second), Certainty.PRESENT, Certainty.PRESENT)
        self.reports += 1
        hashed = hash_patient(patient or f"report {annotation.report_id or self.reports}", self._key)
        self._rows.extend((cell, hashed, ends) for cell, ends in stated.items())
        self._patients.append((hashed,))
        if len(self._rows) >= _BATCH:
            self._flush()

    def triples(self, minimum: int, provenance: Provenance) -> Iterator[Triple]:
        """Every triple that has a released cell, in the order of first mention.

        Parameters
        ----------
        minimum : int
            The k of k-anonymity: patients behind each cell, at least 1. Cells that are left out count as 0.
        provenance : Provenance
            Of all of them.
        """
        self._release(minimum)
        affirmed, present = (array("Q", bytes(8 * len(self._entities))) for _ in range(2))  # reports by concept
        for (_, relation, second), cell in self._released():
            if relation in {0, _ANATOMY} and cell.degree < ABSENT:
                affirmed[second] += cell.reports
            if relation == 0 == cell.degree:
                present[second] += cell.reports
        for (first, relation, second), released in groupby(self._released(), key=itemgetter(0)):
            if relation == _ANATOMY:
                continue
            counted = measure_cells((cell for _, cell in released), shows=not relation, minimum=minimum)
            ends = present if relation == _TOGETHER else affirmed
            yield Triple(
                subject=self._entities[first],
                relation=RELATIONS[_RELATIONS[relation]],
                object=self._entities[second],
                counts=counted.counts,
                subject_certainty=counted.subject_certainty,
                object_certainty=counted.object_certainty,
                support=counted.support,
                lift=find_lift(counted.affirmed, self.reports, ends[first], ends[second]) if relation else None,
                provenance=(provenance,),
            )

    def statements(self, minimum: int) -> Iterator[tuple[TripleKey, Statement]]:
        """The ledger's rows, triple by triple: every patient behind what :meth:`triples` releases, at each certainty.

        Names of concepts as anatomy are among them, since the lift is made of them too.
        """
        self._release(minimum)
        for cell, patient, reports, ends in self._data.execute(_STATED):
            first, relation, second, degree = _unpack(cell)
            name = NAMED if relation == _ANATOMY else _RELATIONS[relation]
            key = (self._entities[first].id, name, self._entities[second].id)
            yield key, Statement(patient, degree, reports, ends)

    def patients(self) -> Iterator[tuple[int, int]]:
        """Every patient's hash and number of reports."""
        self._flush()
        yield from self._data.execute("SELECT patient, COUNT(*) FROM report GROUP BY patient ORDER BY patient")

    def _release(self, minimum: int) -> None:
        self._flush()
        self._data.execute("DROP TABLE IF EXISTS released")
        self._data.execute(_RELEASE, (minimum,))

    def _released(self) -> Iterator[tuple[tuple[int, int, int], Cell]]:
        for packed, patients, reports, *ends in self._data.execute("SELECT * FROM released ORDER BY cell"):
            first, relation, second, degree = _unpack(packed)
            yield (first, relation, second), Cell(degree, patients, reports, ends[:3], ends[3:])

    def close(self) -> None:
        """Remove the temporary file."""
        self._data.close()
        self._path.unlink(missing_ok=True)

    def _number(self, entity: Entity) -> int:
        number = self._numbers.setdefault(entity.id, len(self._entities))
        if number == len(self._entities):
            self._entities.append(entity)
        return number

    def _flush(self) -> None:
        try:
            with self._data:
                self._data.executemany("INSERT INTO stated VALUES (?, ?, ?)", self._rows)
                self._data.executemany("INSERT INTO report VALUES (?)", self._patients)
        except sqlite3.OperationalError as error:
            raise UsageError(f"{self._path} cannot be written ({error}); set TMPDIR to a folder with room") from error
        self._rows.clear()
        self._patients.clear()


def _is_seen(mention: Mention, concept: Entity) -> bool:
    return not mention.is_anatomy and mention.certainty is Certainty.PRESENT and concept.kind in _COUNTED_TOGETHER


def _pack(subject: int, relation: int, object: int, degree: int) -> int:
    return subject << 34 | relation << 30 | object << 2 | degree


def _unpack(packed: int) -> tuple[int, int, int, int]:
    return packed >> 34, packed >> 30 & 15, packed >> 2 & (1 << 28) - 1, packed & 3


__all__ = ["Tally"]
