"""Counting what reports say, in bounded memory, into triples that name no patient.

Every statement of every report becomes one short row of a temporary SQLite file; SQLite sorts and adds them up on
disk. In memory stand only the concepts themselves.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path

from thoracite.errors import UsageError
from thoracite.kg.linking.mentions import Link, link_mentions
from thoracite.kg.privacy.ledger import TripleKey, hash_patient
from thoracite.kg.radgraph import Annotation
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH, LOCATED_AT, MODIFY, RELATIONS, SHOWS, SUGGESTS
from thoracite.types import Certainty, Counts, Entity, Provenance, Triple

_RELATIONS = (SHOWS, MODIFY, LOCATED_AT, SUGGESTS)
_DEGREES = tuple(Certainty)
_BATCH = 50_000

_SUMS = ", ".join(f"SUM(said >> {bit} & 1)" for bit in range(9))
_RELEASED = f"""
SELECT triple, COUNT(DISTINCT patient) AS support, SUM(said & 3 > 0), {_SUMS}
FROM stated GROUP BY triple HAVING support >= ?
"""  # noqa: S608 - nothing of a user's is in it


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
        self._affirmed = array("I")  # reports that state the concept as present or uncertain
        self._rows: list[tuple[int, int, int]] = []
        handle, name = tempfile.mkstemp(prefix="thoracite-", suffix=".tally")  # for its owner alone
        os.close(handle)
        self._path = Path(name)
        self._data = sqlite3.connect(name)
        self._data.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;")
        self._data.execute("CREATE TABLE stated (triple INTEGER, patient INTEGER, said INTEGER)")

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
        stated: dict[int, int] = {}
        affirmed = set()
        root = self._number(CHEST_RADIOGRAPH)
        for mention in annotation.entities:
            if mention.id not in concepts:
                continue
            number = self._number(concepts[mention.id])
            if mention.certainty is not Certainty.ABSENT:
                affirmed.add(number)
            if not mention.is_anatomy:
                triple = _pack(root, 0, number)
                stated[triple] = stated.get(triple, 0) | _say(Certainty.PRESENT, mention.certainty)
        for one, name, other in annotation.relations():
            if one.id in concepts and other.id in concepts:
                ends = self._number(concepts[one.id]), self._number(concepts[other.id])
                if ends[0] != ends[1]:  # "pleural" and "effusion" may be one concept
                    triple = _pack(ends[0], _RELATIONS.index(f"thx:{name}"), ends[1])
                    stated[triple] = stated.get(triple, 0) | _say(one.certainty, other.certainty)
        for number in affirmed:
            self._affirmed[number] += 1
        self.reports += 1
        hashed = hash_patient(patient or f"report {annotation.report_id or self.reports}", self._key)
        self._rows.extend((triple, hashed, said) for triple, said in stated.items())
        if len(self._rows) >= _BATCH:
            self._flush()

    def triples(self, minimum: int, provenance: Provenance) -> Iterator[Triple]:
        """Every triple with at least ``minimum`` patients behind it, in the order of first mention.

        Parameters
        ----------
        minimum : int
            The k of k-anonymity.
        provenance : Provenance
            Of all of them.
        """
        self._flush()
        for packed, support, stated, *sums in self._data.execute(_RELEASED, (minimum,)):
            first, relation, second = _unpack(packed)
            name = _RELATIONS[relation]
            yield Triple(
                subject=self._entities[first],
                relation=RELATIONS[name],
                object=self._entities[second],
                counts=Counts(present=sums[0], uncertain=sums[1], absent=sums[2]),
                subject_certainty=_most(sums[3:6]),
                object_certainty=_most(sums[6:9]),
                support=support,
                lift=self._lift(first, second, stated) if name != SHOWS and stated >= minimum else None,
                provenance=(provenance,),
            )

    def patients(self, minimum: int) -> Iterator[tuple[TripleKey, int]]:
        """Triple and patient hash, triple by triple, of what :meth:`triples` releases: the ledger's rows."""
        self._flush()
        rows = self._data.execute(
            "SELECT DISTINCT triple, patient FROM stated WHERE triple IN "
            "(SELECT triple FROM stated GROUP BY triple HAVING COUNT(DISTINCT patient) >= ?) ORDER BY triple, patient",
            (minimum,),
        )
        for packed, patient in rows:
            first, relation, second = _unpack(packed)
            yield (self._entities[first].id, _RELATIONS[relation], self._entities[second].id), patient

    def close(self) -> None:
        """Remove the temporary file."""
        self._data.close()
        self._path.unlink(missing_ok=True)

    def _number(self, entity: Entity) -> int:
        number = self._numbers.setdefault(entity.id, len(self._entities))
        if number == len(self._entities):
            self._entities.append(entity)
            self._affirmed.append(0)
        return number

    def _lift(self, subject: int, object: int, stated: int) -> float | None:
        expected = self._affirmed[subject] * self._affirmed[object]
        return round(stated * self.reports / expected, 3) if expected else None

    def _flush(self) -> None:
        try:
            with self._data:
                self._data.executemany("INSERT INTO stated VALUES (?, ?, ?)", self._rows)
        except sqlite3.OperationalError as error:
            raise UsageError(f"{self._path} cannot be written ({error}); set TMPDIR to a folder with room") from error
        self._rows.clear()


def _pack(subject: int, relation: int, object: int) -> int:
    return subject << 34 | relation << 30 | object


def _unpack(packed: int) -> tuple[int, int, int]:
    return packed >> 34, packed >> 30 & 15, packed & (1 << 30) - 1


def _say(subject: Certainty, object: Certainty) -> int:
    """Nine flags: how surely the statement stands, then its subject, then its object.

    A statement is as sure as its weaker end: "opacity may represent pneumonia" is uncertain, although the opacity is
    seen.
    """
    ends = _DEGREES.index(subject), _DEGREES.index(object)
    return 1 << max(ends) | 8 << ends[0] | 64 << ends[1]


def _most(counts: list[int]) -> Certainty:
    return _DEGREES[counts.index(max(counts))]


__all__ = ["Tally"]
