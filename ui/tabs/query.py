"""The tab of queries: SPARQL and Cypher, the published questions, answers as a table and a picture.

A query is read-only and within the limits of the endpoints, since the same service answers it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from markupsafe import Markup

from thoracite.kg.queries.published import describe_published
from thoracite.kg.queries.render import list_published
from thoracite.kg.stores.store import QueryResult
from thoracite.kg.vocabulary import compact
from thoracite.ui.network import GAP, WIDTH
from thoracite.ui.page import render_part

if TYPE_CHECKING:
    from thoracite.ui.service import Service

Language = Literal["sparql", "cypher"]

LANGUAGES: tuple[Language, ...] = get_args(Language)

MOST_ROWS, MOST_EDGES = 300, 24
"""Most rows of the table, and most edges of the picture."""

ROW, MOST_BELOW = 46, 8
"""Height of a concept in the picture, and most of them one below the other."""


def render_query_tab() -> Markup:
    """Render the tab: the published questions and a field for one's own."""
    published: list[dict[str, Any]] = []
    for name in list_published():
        both = {language: describe_published(name, language) for language in LANGUAGES}
        first = both["sparql"]
        texts = {language: _drop_header(one.text) for language, one in both.items()}
        published.append({"name": name, "title": first.title, "purpose": first.purpose,
                          "parameters": json.dumps(first.parameters), "texts": texts})  # fmt: skip
    published.sort(key=lambda one: str(one["title"]))
    return render_part("tab_query.html", {"published": published, "most": MOST_ROWS})


def _drop_header(text: str) -> str:
    lines = text.splitlines()
    kept = [line for line in lines if not line.startswith(("# title", "# purpose", "# parameter", "// "))]
    return "\n".join(kept).strip()


def answer_query(service: Service, language: Language, text: str, parameters: Mapping[str, Any]) -> Markup:
    """Answer a query as a table, and as a picture where two columns hold concepts.

    Parameters
    ----------
    service : Service
        Its limits hold: read-only, rows, seconds.
    language : str
        ``sparql`` or ``cypher``.
    text : str
        The query.
    parameters : mapping of str to value
        Values of its ``$names``.

    Raises
    ------
    StoreError, BusyError
        As :meth:`thoracite.ui.service.Service.query`.
    """
    start = time.perf_counter()
    result = service.query(language, text, parameters or None)
    rows = [[_show(value) for value in row] for row in result.rows[:MOST_ROWS]]
    return render_part(
        "answer_query.html",
        {
            "result": result,
            "rows": rows,
            "count": len(result.rows),
            "seconds": time.perf_counter() - start,
            "network": draw_rows(result),
        },
    )


def _show(value: Any) -> str:
    """Show a value: an IRI of a known prefix as a CURIE."""
    if isinstance(value, dict) and "type" in value:
        return compact(value["value"]) if value["type"] == "uri" else str(value["value"])
    if isinstance(value, list | tuple):
        return ", ".join(_show(one) for one in value)
    return "" if value is None else str(value)


def draw_rows(result: QueryResult) -> str:
    """Draw the first two columns that hold concepts as a picture: one edge for each pair.

    Returns
    -------
    str
        As :func:`thoracite.ui.network.write_network` has it; empty where there are not two such columns.

    Examples
    --------
    >>> draw_rows(QueryResult(columns=("n",), rows=((3,),)))
    ''
    >>> drawn = draw_rows(QueryResult(columns=("a", "b"), rows=(("thx:pneumonia", "thx:consolidation"),)))
    >>> [edge["target"] for edge in json.loads(drawn)["edges"]]
    ['thx:consolidation']
    """
    places = [at for at in range(len(result.columns)) if _holds_concepts(result.rows, at)][:2]
    if len(places) < 2 or result.boolean is not None:
        return ""
    pairs = list(dict.fromkeys((_show(row[places[0]]), _show(row[places[1]])) for row in result.rows))[:MOST_EDGES]
    columns: dict[str, int] = {}
    for first, second in pairs:
        columns.setdefault(first, 0)
        columns.setdefault(second, 1)
    nodes = [
        {"id": name, "label": name.split(":", 1)[1].replace("_", " "), "seed": columns[name] == 0, "x": x, "y": y}
        for name, (x, y) in _place(columns).items()
    ]
    edges = [
        {"id": f"row{number}", "source": first, "target": second, "label": "", "stance": "for",
         "within": columns[first] == columns[second]}
        for number, (first, second) in enumerate(pairs) if first != second
    ]  # fmt: skip
    return json.dumps({"nodes": nodes, "edges": edges})


def _place(columns: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """Place concepts in their columns; many in the second stand on both sides of the first, or none could be read."""
    firsts, seconds = ([name for name, column in columns.items() if column == at] for at in (0, 1))
    sides = 2 if len(seconds) > MOST_BELOW else 1
    height = ROW * max(len(firsts), -(-len(seconds) // sides))
    step = WIDTH + GAP
    placed: dict[str, tuple[float, float]] = {
        name: ((sides - 1) * step, height * (at + 0.5) / len(firsts)) for at, name in enumerate(firsts)
    }
    for at, name in enumerate(seconds):
        placed[name] = ((at % sides * 2 if sides == 2 else 1) * step, ROW * (at // sides + 0.5))
    return placed


def _holds_concepts(rows: Sequence[Sequence[Any]], at: int) -> bool:
    return bool(rows) and all(_show(row[at]).startswith("thx:") for row in rows)


__all__ = ["MOST_ROWS", "Language", "answer_query", "draw_rows", "render_query_tab"]
