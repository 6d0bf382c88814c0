"""The embedded property graph: ladybug, on disk, Cypher.

A store is a folder with one database file. Loading writes beside it and renames last, so that a load that dies
leaves the old file intact. One process writes; any number read beside it.

References
----------
Ladybug, the maintained successor of Kùzu: https://ladybugdb.com.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import ladybug

from thoracite.errors import StoreError
from thoracite.kg.rdf.nquads import read_digest
from thoracite.kg.stores.cypher_guard import check_reading
from thoracite.kg.stores.cypher_text import read_statement, speak_ladybug
from thoracite.kg.stores.ladybug_loader import MAXIMUM_BYTES, load_apart
from thoracite.kg.stores.ladybug_worker import READER_BYTES
from thoracite.kg.stores.lock import lock_folder
from thoracite.kg.stores.oxigraph_pool import Pool
from thoracite.kg.stores.property_graph import PropertyGraph
from thoracite.kg.stores.store import QueryResult
from thoracite.kg.stores.triple_index import REMEMBERED, TripleIndex
from thoracite.types import Triple

_FILE, _SCRATCH = "graph.lbug", ".loading-"


class LadybugStore(PropertyGraph):
    """A graph store in one ladybug file.

    Parameters
    ----------
    folder : Path
        Holds ``graph.lbug``; made by :meth:`load`.
    read_only : bool
        False for the process that loads; there may be only one.

    Raises
    ------
    StoreError
        If there is no store, or it is damaged.
    """

    name = "ladybug"
    language: Literal["sparql", "cypher"] = "cypher"

    def __init__(self, folder: Path, read_only: bool = True) -> None:
        self._folder = Path(folder)
        self._read_only = read_only
        self._lock = threading.Lock()
        worker = "thoracite.kg.stores.ladybug_worker"
        self._pool = Pool([sys.executable, "-m", worker, str(self._folder / _FILE)])
        self._database: ladybug.Database | None = None
        self._connection: ladybug.Connection | None = None
        self._labels: frozenset[str] = frozenset()
        if (self._folder / _FILE).exists():
            self._open()
        elif read_only:
            raise StoreError(f"there is no graph in {self._folder}; build one with `thoracite build`")

    def _open(self) -> None:
        path = self._folder / _FILE
        try:
            self._database = ladybug.Database(
                path, read_only=True, buffer_pool_size=READER_BYTES, max_db_size=MAXIMUM_BYTES
            )
            self._connection = ladybug.Connection(self._database)
            tables = self.run("CALL show_tables() RETURN name, type", {})
            self._digest = str(self.run("MATCH (b:Build) RETURN b.id AS id", {})[0]["id"])
        except (RuntimeError, IndexError, StoreError) as error:
            self.close()
            raise StoreError(
                f"graph store {path} is damaged or of another version ({_first_line(error)}); build it again"
            ) from error
        self._labels = frozenset(str(table["name"]) for table in tables if table["type"] == "REL")

    @property
    def digest(self) -> str:
        """Return the digest of the loaded graph, ``sha256:…``; ``none`` before anything is loaded."""
        return self._digest if self._database else "none"

    def load(self, nquads: Path) -> None:
        """Load a build's N-Quads; running it again changes nothing.

        Raises
        ------
        StoreError
            If the store was opened read-only, or cannot be written.
        InputError
            If the file is not a graph of the form of decision 1.
        """
        if self._read_only:
            raise StoreError(
                f"graph store {self._folder} is open for reading only; open it with read_only=False to load"
            )
        digest = read_digest(nquads)
        if digest == self.digest:
            return
        try:
            with lock_folder(self._folder, "load"):
                self._replace(nquads, digest)
        except (OSError, RuntimeError) as error:
            raise StoreError(
                f"graph store {self._folder} cannot be written: {_first_line(error)}; the old graph is untouched"
            ) from error
        self._open()

    def _replace(self, nquads: Path, digest: str) -> None:
        for leftover in self._folder.glob(f"{_SCRATCH}*"):  # of loads that died: no other load runs now
            shutil.rmtree(leftover, ignore_errors=True)
        with TemporaryDirectory(prefix=_SCRATCH, dir=self._folder) as scratch:
            built = Path(scratch) / _FILE
            load_apart(built, nquads, digest)
            self.close()
            os.replace(built, self._folder / _FILE)

    def edge_labels(self) -> Collection[str]:
        """Return the labels of existing edges."""
        return self._labels

    def read_triples(
        self,
        *,
        subjects: Collection[str] | None = None,
        relations: Collection[str] | None = None,
        objects: Collection[str] | None = None,
        limit: int = 1000,
    ) -> list[Triple]:
        """Read triples whose parts are among the given CURIEs (None: any), most supported first, then by their key."""
        self._opened()
        read = super().read_triples if self._index is None else self._index.read_triples
        return read(subjects=subjects, relations=relations, objects=objects, limit=limit)

    @cached_property
    def _index(self) -> TripleIndex | None:
        """Return the whole graph, if it is small; cached until its file changes."""
        small = self.statistics().assertions <= REMEMBERED
        return TripleIndex(super().read_triples(limit=REMEMBERED)) if small else None

    def run(self, statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run one of the project's own statements and return its rows, by column name."""
        with self._lock:
            columns, rows = _execute(self._opened()[1], statement, parameters)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def query(self, text: str, *, parameters: Mapping[str, Any] | None = None, limit_s: float = 10.0) -> QueryResult:
        """Answer one reading Cypher statement.

        Raises
        ------
        StoreError
            For a syntax error, anything but reading, the time limit, or an answer of more than 200,000 rows.
        """
        given = dict(parameters or {})
        statement = read_statement(text).text
        check_reading(statement, given)
        self._opened()
        answer = self._pool.ask(speak_ladybug(statement), limit_s, given)
        return QueryResult(columns=tuple(answer["columns"]), rows=tuple(map(tuple, answer["rows"])))

    def _opened(self) -> tuple[ladybug.Database, ladybug.Connection]:
        if self._database is None or self._connection is None:
            raise StoreError(f"graph store {self._folder} is closed or empty; load a graph or open it again")
        return self._database, self._connection

    def close(self) -> None:
        """Close the file, and end the processes that answer queries."""
        self._pool.close()
        if self._connection:
            self._connection.close()
        if self._database:
            self._database.close()
        self._connection = self._database = None
        self.__dict__.pop("_index", None)


def _execute(
    connection: ladybug.Connection, statement: str, parameters: Mapping[str, Any]
) -> tuple[list[str], list[Any]]:
    result = connection.execute(statement, dict(parameters))
    assert not isinstance(result, list)  # noqa: S101 - the project's own statements are single ones
    return result.get_column_names(), result.get_all()


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".")


__all__ = ["LadybugStore"]
