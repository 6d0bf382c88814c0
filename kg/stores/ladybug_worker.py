"""A process that answers Cypher statements, so that an endless one can be stopped.

ladybug stops a statement that runs too long, and neither one that it still parses (twenty nested CASE take seconds,
fifty an age) nor the reading of an answer without end. The process says ``ready`` once it has opened the graph. Then
each line of standard input is one request in JSON, ``[statement, seconds, parameters]``, and each line of standard
output its answer: ``{"columns", "rows"}`` or ``{"error": kind, "message"}``. A timer of the system ends the process
should its parent have died in the meantime.
"""

from __future__ import annotations

import json
import signal
import sys
from typing import Any

import ladybug

from thoracite.kg.stores.ladybug_loader import MAXIMUM_BYTES
from thoracite.kg.stores.oxigraph_worker import MOST_ROWS
from thoracite.kg.stores.property_graph import plain

READER_BYTES = 1 << 28
"""Most memory of the database in a reading process, in bytes."""


def serve(path: str) -> None:
    """Answer requests until standard input ends."""
    database = ladybug.Database(path, read_only=True, buffer_pool_size=READER_BYTES, max_db_size=MAXIMUM_BYTES)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        statement, seconds, parameters = json.loads(line)
        _set_timer(seconds + 2)
        answer = _answer(database, statement, seconds, parameters)
        _set_timer(0)
        sys.stdout.write(json.dumps(answer, default=str) + "\n")
        sys.stdout.flush()


def _answer(database: ladybug.Database, statement: str, seconds: float, parameters: dict[str, Any]) -> dict[str, Any]:
    connection = ladybug.Connection(database)
    connection.set_query_timeout(max(1, round(seconds * 1000)))
    try:
        result = connection.execute(statement, parameters)
        if isinstance(result, list):
            return {"error": "refused", "message": "the query holds more than one statement; ask them one by one"}
        rows: list[list[Any]] = []
        while result.has_next():
            if len(rows) == MOST_ROWS:
                return {"error": "size", "message": f"the answer has more than {MOST_ROWS:,} rows"}
            rows.append([plain(value) for value in result.get_next()])
        return {"columns": result.get_column_names(), "rows": rows}
    except RuntimeError as error:
        first = str(error).strip().split("\n", 1)[0].rstrip(".")
        kind = "late" if "Interrupted" in first else "refused"
        return {"error": kind, "message": f"ladybug refused the query: {first}"}
    finally:
        connection.close()


def _set_timer(seconds: float) -> None:
    if hasattr(signal, "setitimer"):  # not on Windows
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    serve(sys.argv[1])
