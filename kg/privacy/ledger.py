"""The private ledger: how many other patients stand behind a triple.

A graph built from reports may hold the very patient who is asked about. The ledger answers how much support a triple
has *without* that patient. It holds keyed hashes (HMAC-SHA-256), never an identifier; whoever lacks its key cannot
test whether a patient is in it. It stays where it was made: nothing exports it, and its folder ignores itself in git.

Examples
--------
>>> from tempfile import TemporaryDirectory
>>> key = ("thx:chest_radiograph", "thx:shows", "thx:pneumothorax")
>>> with TemporaryDirectory() as folder:
...     secret = read_or_create_key(Path(folder))
...     rows = [(key, hash_patient(name, secret)) for name in ("anna", "ben", "cora")]
...     _ = write_ledger(Path(folder), rows)
...     with Ledger(Path(folder)) as ledger:
...         ledger.support_without(key, "ben"), ledger.support_without(key, "somebody else")
(2, 3)
"""

from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
import stat
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from thoracite.errors import PrivacyError, UsageError
from thoracite.files import replace_path

TripleKey = tuple[str, str, str]
"""Subject, relation and object, as CURIEs."""

KEY_FILE, DATA_FILE = "ledger.key", "ledger.sqlite3"

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE triple (id INTEGER PRIMARY KEY, subject TEXT, relation TEXT, object TEXT,
                     UNIQUE (subject, relation, object));
CREATE TABLE seen (triple INTEGER, patient INTEGER, PRIMARY KEY (triple, patient)) WITHOUT ROWID;
"""


def hash_patient(patient: str, key: bytes) -> int:
    """Keyed hash of a patient (or, where patients are unknown, of a report), 64 bits, signed for SQLite."""
    return int.from_bytes(hmac.digest(key, patient.encode(), "sha256")[:8], signed=True)


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
    return _read_key(path)


def _read_key(path: Path) -> bytes:
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


def write_ledger(folder: Path, rows: Iterable[tuple[TripleKey, int]]) -> int:
    """Write a ledger and put it in place when it is whole.

    Parameters
    ----------
    folder : Path
        Where its key stands (:func:`read_or_create_key`).
    rows : iterable of (triple key, patient hash)
        Triple by triple; repeated rows count once.

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
            for key, patient in rows:
                if key != last:
                    number, last = number + 1, key
                    data.execute("INSERT INTO triple VALUES (?, ?, ?, ?)", (number, *key))
                data.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (number, patient))
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
        self._key = _read_key(folder / KEY_FILE)
        path = folder / DATA_FILE
        try:
            self._data = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            self._data.execute("SELECT 1 FROM triple, seen LIMIT 1").fetchall()
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
        return self._count("AND seen.patient <> ?", triple, hash_patient(patient, self._key))

    def _count(self, condition: str, triple: TripleKey, *arguments: int) -> int:
        row = self._data.execute(
            "SELECT COUNT(*) FROM seen JOIN triple ON triple.id = seen.triple "  # noqa: S608 - condition is ours
            f"WHERE subject = ? AND relation = ? AND object = ? {condition}",
            (*triple, *arguments),
        ).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Let go of the file."""
        self._data.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


__all__ = ["Ledger", "TripleKey", "hash_patient", "read_or_create_key", "write_ledger"]
