"""The private ledger: how many other patients stand behind a triple.

A graph built from reports may hold the very patient who is asked about. The ledger answers what a triple would be
*without* that patient: counts, support, certainty and lift, as if the patient's reports had never been read
(:class:`Without`). It holds keyed hashes (HMAC-SHA-256), never an identifier; whoever lacks its key cannot test whether
a patient is in it. It stays where it was made: nothing exports it, and its folder ignores itself in git.

Examples
--------
>>> from tempfile import TemporaryDirectory
>>> key = ("thx:chest_radiograph", "thx:shows", "thx:pneumothorax")
>>> with TemporaryDirectory() as folder:
...     secret = read_or_create_key(Path(folder))
...     rows = [(key, Statement(hash_patient(name, secret))) for name in ("anna", "ben", "cora")]
...     _ = write_ledger(Path(folder), rows)
...     with Ledger(Path(folder)) as ledger:
...         ledger.support_without(key, "ben"), ledger.support_without(key, "somebody else")
(2, 3)
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import sqlite3
import stat
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from thoracite.errors import PrivacyError, UsageError
from thoracite.files import replace_path
from thoracite.kg.privacy.cells import ABSENT, Cell, Counted, find_lift, measure_cells
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH, CO_OCCURS, SHOWS

TripleKey = tuple[str, str, str]
"""Subject, relation and object, as CURIEs."""

KEY_FILE, DATA_FILE = "ledger.key", "ledger.sqlite3"

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE triple (id INTEGER PRIMARY KEY, subject TEXT, relation TEXT, object TEXT,
                     UNIQUE (subject, relation, object));
CREATE TABLE stated (triple INTEGER, degree INTEGER, patient INTEGER, reports INTEGER, ends INTEGER,
                     PRIMARY KEY (triple, degree, patient)) WITHOUT ROWID;
CREATE INDEX of_patient ON stated (patient);
CREATE TABLE report (patient INTEGER PRIMARY KEY, reports INTEGER);
CREATE TABLE made (minimum INTEGER);
"""
_CELLS = f"""
SELECT degree, COUNT(*), SUM(reports), {", ".join(f"SUM(ends >> {bit} & 1)" for bit in range(6))}
FROM stated JOIN triple ON triple.id = stated.triple
WHERE subject = ? AND relation = ? AND object = ? AND patient NOT IN (SELECT value FROM json_each(?))
GROUP BY degree HAVING COUNT(*) >= (SELECT minimum FROM made) ORDER BY degree
"""  # noqa: S608 - nothing of a user's is in it
_OWN = """
SELECT DISTINCT subject, relation, object FROM stated JOIN triple ON triple.id = stated.triple
WHERE patient IN (SELECT value FROM json_each(?))
"""
_CACHED = 100_000
"""Triples whose cells are held in memory."""

NAMED = "named as anatomy"
"""In a relation's place: the concept was named as anatomy; counted for the lift alone."""


class Statement(NamedTuple):
    """Reports of one patient that state a triple with one certainty.

    Parameters
    ----------
    patient : int
        Keyed hash (:func:`hash_patient`).
    degree : int
        Number of the certainty in :data:`~thoracite.kg.privacy.cells.DEGREES`.
    reports : int
        How many reports, at least 1.
    ends : int
        A bit for each certainty that they give the subject (1, 2, 4) and the object (8, 16, 32).
    """

    patient: int
    degree: int = 0
    reports: int = 1
    ends: int = 0b001001


def hash_patient(patient: str, key: bytes) -> int:
    """Keyed hash of a patient (or, where patients are unknown, of a report), 64 bits, signed for SQLite."""
    return int.from_bytes(hmac.digest(key, patient.encode(), "sha256")[:8], signed=True)


def hash_names(patient: str, key: bytes) -> tuple[int, int]:
    """Return the keyed hashes under which a ledger may have a patient: by name, and as the id of a report."""
    return hash_patient(patient, key), hash_patient(f"report {patient}", key)


def digest_key(key: bytes) -> str:
    """Return a digest by which two keys are told apart, 16 hexadecimal digits."""
    return hmac.digest(key, b"ledger", "sha256")[:8].hex()


def read_or_create_key(folder: Path) -> bytes:
    """The folder's secret key; made, for its owner alone, where there is none.

    Raises
    ------
    PrivacyError
        If the key can be read by others, or is damaged.
    UsageError
        If the folder cannot be written.
    """
    path = folder / KEY_FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="ascii")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise UsageError(f"ledger folder {folder} cannot be written: {error.strerror}; name another") from error
    return read_key(path)


def read_key(path: Path) -> bytes:
    """Read the secret key of a ledger.

    Raises
    ------
    PrivacyError
        If it is missing or damaged, or can be read by others.
    """
    try:
        mode, key = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise PrivacyError(
            f"support without the patient is unavailable: {path.parent} holds no readable ledger key; the graph was "
            "shipped without a ledger, so aggregate the reports again with --ledger"
        ) from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise PrivacyError(f"{path} can be read by others (mode {stat.S_IMODE(mode):o}); run chmod 600 on it")
    if len(key) != 32:
        raise PrivacyError(f"{path} is damaged ({len(key)} bytes; expected 32); aggregate again into a new folder")
    return key


def write_ledger(
    folder: Path,
    rows: Iterable[tuple[TripleKey, Statement]],
    *,
    patients: Iterable[tuple[int, int]] = (),
    minimum: int = 1,
) -> int:
    """Write a ledger and put it in place when it is whole.

    Parameters
    ----------
    folder : Path
        Where its key stands (:func:`read_or_create_key`).
    rows : iterable of (triple key, Statement)
        Triple by triple; repeated rows count once.
    patients : iterable of (patient hash, number of reports)
        Everybody whose reports were read.
    minimum : int
        The k of k-anonymity: patients behind each count of the graph.

    Returns
    -------
    int
        Triples written.

    Raises
    ------
    UsageError
        If the folder cannot be written.
    """
    number, last = 0, None
    try:
        with (
            replace_path(folder / DATA_FILE, private=True) as part,
            closing(sqlite3.connect(part)) as data,
            data,
        ):
            data.executescript(_SCHEMA)
            for key, stated in rows:
                if key != last:
                    number, last = number + 1, key
                    data.execute("INSERT INTO triple VALUES (?, ?, ?, ?)", (number, *key))
                row = (number, stated.degree, stated.patient, stated.reports, stated.ends)
                data.execute("INSERT OR IGNORE INTO stated VALUES (?, ?, ?, ?, ?)", row)
            data.executemany("INSERT INTO report VALUES (?, ?)", patients)
            data.execute("INSERT INTO made VALUES (?)", (minimum,))
    except (OSError, sqlite3.OperationalError) as error:
        raise UsageError(f"the ledger in {folder} cannot be written: {error}; name another folder") from error
    return number


class Ledger:
    """A ledger opened for asking.

    Parameters
    ----------
    folder : Path
        Where ``thoracite aggregate --ledger`` wrote it.

    Raises
    ------
    PrivacyError
        ``support without the patient is unavailable: …`` if there is none, it is damaged, or others can read its key.
    """

    def __init__(self, folder: Path) -> None:
        self._key = read_key(folder / KEY_FILE)
        self._whole: dict[TripleKey, list[Cell]] = {}
        path = folder / DATA_FILE
        try:
            uri = f"{path.resolve().as_uri()}?mode=ro"
            self._data = sqlite3.connect(uri, uri=True, check_same_thread=False)  # its owner asks one at a time
            self._data.execute("SELECT 1 FROM triple, stated, report, made LIMIT 1").fetchall()
        except sqlite3.Error as error:
            raise PrivacyError(
                f"support without the patient is unavailable: {path} is missing or damaged ({error}); "
                "aggregate again with --ledger"
            ) from error

    def support(self, triple: TripleKey) -> int:
        """Patients behind a triple; 0 where the ledger does not know it."""
        return self._count("", triple)

    def support_without(self, triple: TripleKey, patient: str) -> int:
        """Patients behind a triple other than this one.

        Parameters
        ----------
        triple : tuple of str
            Subject, relation and object, as CURIEs.
        patient : str
            As the reports name the patient; the report's id where reports name none.
        """
        return self._count("AND stated.patient <> ?", triple, hash_patient(patient, self._key))

    def _count(self, condition: str, triple: TripleKey, *arguments: int) -> int:
        row = self._data.execute(
            "SELECT COUNT(DISTINCT patient) FROM stated JOIN triple ON triple.id = stated.triple "  # noqa: S608 - ours
            f"WHERE subject = ? AND relation = ? AND object = ? {condition}",
            (*triple, *arguments),
        ).fetchone()
        return int(row[0])

    @property
    def fingerprint(self) -> str:
        """Return a digest of the key, 16 hexadecimal digits: hashes of one key mean nothing under another."""
        return digest_key(self._key)

    def leave_out(self, patients: Iterable[str], *, hashes: Iterable[int] = ()) -> Without:
        """Return the counts as they would be without the reports of some patients.

        Parameters
        ----------
        patients : iterable of str
            As the reports name them; a report's id, as ``report ID``, where reports name no patient.
        hashes : iterable of int
            More patients, by the hashes of :func:`hash_names` under this ledger's key.
        """
        named = {one for patient in patients for one in hash_names(patient, self._key)}
        return Without(self._data, sorted(named.union(hashes)), self._find_all)

    def _find_all(self, triple: TripleKey) -> list[Cell]:
        """Find the released cells of a triple with everybody in them; asked for again and again, so cached."""
        if triple not in self._whole:
            if len(self._whole) >= _CACHED:
                self._whole.clear()
            self._whole[triple] = find_cells(self._data, triple, "[]")
        return self._whole[triple]

    def close(self) -> None:
        """Let go of the file."""
        self._data.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Without:
    """Counts without some patients, as if their reports had never been read.

    Parameters
    ----------
    data : sqlite3.Connection
        An open ledger.
    hashes : sequence of int
        Keyed hashes of the patients.
    whole : callable
        Triple → its cells with everybody in them.
    """

    def __init__(
        self, data: sqlite3.Connection, hashes: Sequence[int], whole: Callable[[TripleKey], list[Cell]]
    ) -> None:
        self._data, self._left_out, self._whole = data, json.dumps(list(hashes)), whole
        (self.minimum,) = data.execute("SELECT minimum FROM made").fetchone()
        (reports,) = data.execute(
            "SELECT SUM(reports) FROM report WHERE patient NOT IN (SELECT value FROM json_each(?))", (self._left_out,)
        ).fetchone()
        self.reports = int(reports or 0)
        self._stated = frozenset(data.execute(_OWN, (self._left_out,)).fetchall())
        self._affirmed: dict[tuple[str, bool], int] = {}

    def measure_whole(self, triple: TripleKey) -> Counted | None:
        """Measure a triple with everybody; None where the ledger does not know it."""
        return self._measure(self._whole(triple), triple)

    def measure(self, triple: TripleKey) -> Counted | None:
        """Measure a triple; None where too few other patients are behind it to tell anything."""
        return self._measure(self._find_cells(triple), triple)

    def _measure(self, cells: list[Cell], triple: TripleKey) -> Counted | None:
        return measure_cells(cells, shows=triple[1] == SHOWS, minimum=self.minimum) if cells else None

    def find_lift(self, triple: TripleKey, counted: Counted) -> float | None:
        """Return the lift of a measured triple; None where it has none."""
        if triple[1] == SHOWS:
            return None
        first, second = (self._count_end(end, together=triple[1] == CO_OCCURS) for end in (triple[0], triple[2]))
        return find_lift(counted.affirmed, self.reports, first, second)

    def _count_end(self, concept: str, *, together: bool) -> int:
        """Count the reports that affirm a concept: as present where what co-occurs is counted."""
        if (concept, together) not in self._affirmed:
            root = CHEST_RADIOGRAPH.id
            names = (SHOWS,) if together else (SHOWS, NAMED)
            cells = [cell for name in names for cell in self._find_cells((root, name, concept))]
            last = 1 if together else ABSENT
            self._affirmed[concept, together] = sum(cell.reports for cell in cells if cell.degree < last)
        return self._affirmed[concept, together]

    def _find_cells(self, triple: TripleKey) -> list[Cell]:
        return find_cells(self._data, triple, self._left_out) if triple in self._stated else self._whole(triple)


def find_cells(data: sqlite3.Connection, triple: TripleKey, left_out: str) -> list[Cell]:
    """Find the released cells of a triple without some patients, whose hashes are a JSON array."""
    rows = data.execute(_CELLS, (*triple, left_out))
    return [Cell(degree, patients, reports, ends[:3], ends[3:]) for degree, patients, reports, *ends in rows]


__all__ = [
    "NAMED",
    "Ledger",
    "Statement",
    "TripleKey",
    "Without",
    "digest_key",
    "find_cells",
    "hash_names",
    "hash_patient",
    "read_key",
    "read_or_create_key",
    "write_ledger",
]
