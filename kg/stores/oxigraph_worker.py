"""A process that answers SPARQL queries, so that an endless query can be stopped.

pyoxigraph cannot interrupt a query, and a thread that runs one cannot be stopped; a process can. It says ``ready``
once it has opened the store. Then each line of standard input is one request in JSON, ``[query, seconds, graphs]``,
and each line of standard output its answer: ``{"columns", "rows"}``, ``{"boolean"}`` or ``{"error": kind, "message"}``.
``graphs`` is ``"all"`` (the default graph is the union of all), ``"query"`` (the query says FROM), or the IRIs
``[default, named]``. A timer of the system ends the process should its parent have died in the meantime.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

MOST_ROWS = 200_000
"""Most rows of an answer: more would fill the caller's memory."""

_MEMORY = 8 << 30


def serve(path: str, base: str) -> None:
    """Answer requests until standard input ends; relative IRIs of a query without ``BASE`` begin with the base."""
    _limit_memory()
    store = ox.Store.read_only(path)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        text, seconds, graphs = json.loads(line)
        _set_timer(seconds + 2)
        answer = _answer(store, text, graphs, base)
        _set_timer(0)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _answer(store: ox.Store, text: str, graphs: str | list[list[str]], base: str) -> dict[str, Any]:
    try:
        if isinstance(graphs, str):
            results = store.query(text, base_iri=base, use_default_graph_as_union=graphs == "all")
        else:
            default, named = graphs
            results = store.query(
                text,
                base_iri=base,
                default_graph=[ox.NamedNode(iri) for iri in default],
                named_graphs=[ox.NamedNode(iri) for iri in named],
            )
        if isinstance(results, ox.QueryBoolean):
            return {"boolean": bool(results)}
        if isinstance(results, ox.QuerySolutions):
            columns = [variable.value for variable in results.variables]
            return _fill(columns, ([row[name] for name in columns] for row in results))
        return {"graph": True} | _fill(
            ["subject", "predicate", "object"], ([t.subject, t.predicate, t.object] for t in results)
        )
    except SyntaxError as error:
        return {"error": "syntax", "message": error.msg}
    except (OSError, RuntimeError, ValueError) as error:
        if unknown := re.match(r"The custom function (<\S*>) is not supported", str(error)):
            message = f"the query calls {unknown[1]}, a function that this store does not have; use those of SPARQL 1.1"
            return {"error": "refused", "message": message}
        return {"error": "store", "message": str(error)}


def _fill(columns: list[str], solutions: Iterable[list[Any]]) -> dict[str, Any]:
    rows: list[list[dict[str, str] | None]] = []
    for solution in solutions:
        if len(rows) == MOST_ROWS:
            return {"error": "size", "message": f"the answer has more than {MOST_ROWS:,} rows"}
        rows.append([_plain(term) for term in solution])
    return {"columns": columns, "rows": rows}


def _plain(term: Any) -> dict[str, str] | None:
    """Return a term in the SPARQL 1.1 Query Results JSON Format."""
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, ox.Literal):
        return {"type": "literal", "value": str(term)}
    plain = {"type": "literal", "value": term.value}
    if term.language:
        plain["xml:lang"] = term.language
    elif term.datatype.value != "http://www.w3.org/2001/XMLSchema#string":
        plain["datatype"] = term.datatype.value
    return plain


def _set_timer(seconds: float) -> None:
    if hasattr(signal, "setitimer"):  # not on Windows
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    serve(*sys.argv[1:])
