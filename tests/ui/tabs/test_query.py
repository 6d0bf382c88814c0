"""Queries on the page: the published ones with both texts, answers as a table and a picture."""

from __future__ import annotations

import json
import re

from thoracite.kg.queries.render import list_published
from thoracite.kg.stores.store import QueryResult
from thoracite.ui.tabs.query import MOST_EDGES, draw_rows, render_query_tab


def test_every_published_question_is_there_in_both_languages() -> None:
    page = render_query_tab()
    names = re.findall(r'<option value="(\w+)" data-parameters', page)
    assert sorted(names) == sorted(list_published())
    assert page.count("data-cypher=") == page.count("data-sparql=") == len(names)
    assert "# title" not in page
    assert "// title" not in page


def test_rows_with_two_concepts_are_drawn_once_each() -> None:
    uri = {"type": "uri", "value": "https://w3id.org/thoracite/"}
    rows = [(uri | {"value": uri["value"] + f"a{n % 40}"}, "n", uri | {"value": uri["value"] + "b"}) for n in range(80)]
    drawn = json.loads(draw_rows(QueryResult(columns=("a", "n", "b"), rows=tuple(rows))))
    assert len(drawn["edges"]) == MOST_EDGES
    assert len({(edge["source"], edge["target"]) for edge in drawn["edges"]}) == MOST_EDGES


def test_rows_without_two_concepts_are_not_drawn() -> None:
    assert draw_rows(QueryResult(columns=("a", "b"), rows=(("thx:a", 3), ("thx:b", None)))) == ""
    assert draw_rows(QueryResult(boolean=True)) == ""


def test_many_concepts_stand_on_both_sides_of_the_few() -> None:
    rows = tuple(("thx:a", f"thx:b{n}") for n in range(20))
    for many in (False, True):
        nodes = json.loads(draw_rows(QueryResult(columns=("a", "b"), rows=rows if many else rows[:5])))["nodes"]
        (hub,) = [node for node in nodes if node["seed"]]
        others = [node for node in nodes if not node["seed"]]
        assert {node["x"] > hub["x"] for node in others} == ({True, False} if many else {True})
        assert len({(node["x"], node["y"]) for node in nodes}) == len(nodes)
        assert min(node["y"] for node in others) < hub["y"] < max(node["y"] for node in others)
