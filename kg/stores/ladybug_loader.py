"""A process that fills a ladybug file; if it dies of a full disk, its caller can still report the error.

ladybug ends its process if it cannot write its log. The loader's standard input is a pipe from its parent:
when the parent is gone, the pipe ends, and so does the loader.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import ladybug

from thoracite.errors import InputError
from thoracite.kg.stores.property_graph import EDGE_PROPERTIES, read_concepts, read_edges, read_sources
from thoracite.kg.vocabulary import RELATIONS, edge_label

MAXIMUM_BYTES = 1 << 38
"""Largest size of a database file."""

_BATCH, _BYTES = 5_000, 1 << 30
_SCHEMA = (
    "CREATE NODE TABLE Concept(id STRING PRIMARY KEY, label STRING, kind STRING, definition STRING, "
    "codes STRING[], synonyms STRING[], broader STRING[])",
    "CREATE NODE TABLE Source(id STRING PRIMARY KEY, title STRING, reference STRING, licence STRING)",
    "CREATE NODE TABLE Build(id STRING PRIMARY KEY)",
)
_ADD_CONCEPTS = (
    "UNWIND $rows AS row CREATE (:Concept {id: row.id, label: row.label, kind: row.kind, "
    "definition: row.definition, codes: row.codes, synonyms: row.synonyms, broader: row.broader})"
)
_ADD_SOURCES = (
    "UNWIND $rows AS row CREATE (:Source {id: row.id, title: row.title, reference: row.reference, "
    "licence: row.licence})"
)


def load_apart(path: Path, nquads: Path, digest: str) -> None:
    """Fill a new database file in a separate process; see :func:`write_database`.

    Raises
    ------
    InputError
        If the file is not a graph of the form of decision 1.
    OSError
        If the database cannot be written.
    """
    command = [sys.executable, "-m", "thoracite.kg.stores.ladybug_loader", str(path), str(nquads), digest]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None  # noqa: S101 - it is a pipe
        said = process.stderr.read().strip()
    if process.returncode == InputError.exit_code:
        raise InputError(said)
    if process.returncode:
        reason = next((line for line in reversed(said.splitlines()) if "xception: " in line), "the loader was ended")
        raise OSError(reason.rsplit("xception: ", 1)[-1].split(" path: ")[0].strip().rstrip("."))


def write_database(path: Path, nquads: Path, digest: str) -> None:
    """Fill a new database file with a graph.

    Parameters
    ----------
    path : Path
        The file, in an otherwise empty folder: tables are written beside it meanwhile.
    nquads : Path
        N-Quads of the graph.
    digest : str
        Digest of the graph.

    Raises
    ------
    InputError
        If the file is not a graph of the form of decision 1.
    """
    with _writing(path) as connection:
        for statement in _SCHEMA:
            connection.execute(statement)
        concepts: set[str] = set()
        for batch in _in_batches(read_concepts(nquads)):
            connection.execute(_ADD_CONCEPTS, {"rows": batch})
            concepts.update(row["id"] for row in batch)
        for batch in _in_batches(read_sources(nquads)):
            connection.execute(_ADD_SOURCES, {"rows": batch})
        _copy_edges(connection, nquads, concepts, path.parent)
        connection.execute("CREATE (:Build {id: $digest})", {"digest": digest})
        connection.execute("CHECKPOINT")


@contextmanager
def _writing(path: Path) -> Iterator[ladybug.Connection]:
    database = ladybug.Database(path, buffer_pool_size=_BYTES, max_db_size=MAXIMUM_BYTES)
    connection = ladybug.Connection(database)
    try:
        yield connection
    finally:
        connection.close()
        database.close()


def _in_batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _copy_edges(connection: ladybug.Connection, nquads: Path, concepts: set[str], scratch: Path) -> None:
    """Copy one table of values for each relation: CREATE by rows is a thousand times slower."""
    with ExitStack() as files:
        writers: dict[str, Any] = {}
        for label, row in read_edges(nquads, concepts):
            if label not in writers:
                file = files.enter_context((scratch / f"{label}.csv").open("w", newline="", encoding="utf-8"))
                writers[label] = csv.writer(file, quoting=csv.QUOTE_ALL)
            writers[label].writerow([row.subject, row.object, *(_cell(getattr(row, name)) for name in EDGE_PROPERTIES)])
    columns = ", ".join(f"{name} {kind}" for name, kind in EDGE_PROPERTIES.items())
    for label in sorted({*map(edge_label, RELATIONS), *writers}):
        connection.execute(f"CREATE REL TABLE {label}(FROM Concept TO Concept, {columns})")
        if label in writers:
            path = str(scratch / f"{label}.csv").replace("\\", "\\\\").replace("'", "\\'")
            connection.execute(f"COPY {label} FROM '{path}' (header=false, parallel=false, quote='\"', escape='\"')")


def _cell(value: Any) -> Any:
    """Write a list as ladybug reads it; words and CURIEs hold no comma and no bracket."""
    return f"[{','.join(value)}]" if isinstance(value, tuple) else value


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    """Fill the file that the arguments name."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    path, nquads, digest = sys.argv[1:]
    try:
        write_database(Path(path), Path(nquads), digest)
    except InputError as error:
        sys.stderr.write(str(error))
        sys.exit(error.exit_code)
    except (OSError, RuntimeError) as error:
        sys.stderr.write(f"{type(error).__name__} exception: {error}".split("\n", 1)[0])
        sys.exit(1)


if __name__ == "__main__":
    main()

__all__ = ["load_apart", "write_database"]
