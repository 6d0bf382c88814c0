"""The picture's data: every cited triple once, and what lights up together."""

from __future__ import annotations

import json

from thoracite.types import Explanation
from thoracite.ui.drawing import draw_graph
from thoracite.ui.network import link_evidence, write_network
from thoracite.ui.page import render_body


def test_every_cited_triple_is_an_edge_between_its_concepts(explanation: Explanation) -> None:
    drawn = json.loads(write_network(explanation.evidence))
    triples = {piece.key: piece.triple for piece in explanation.evidence if piece.triple is not None}
    assert {edge["id"] for edge in drawn["edges"]} == set(triples)
    for edge in drawn["edges"]:
        triple = triples[edge["id"]]
        assert triple is not None
        assert (edge["source"], edge["target"]) == (triple.subject.id, triple.object.id)
        assert edge["label"].startswith(edge["id"])
    ends = {end for triple in triples.values() if triple for end in (triple.subject.id, triple.object.id)}
    assert {node["id"] for node in drawn["nodes"]} == ends
    places = [(node["x"], node["y"]) for node in drawn["nodes"]]
    assert len(set(places)) == len(places)


def test_links_go_both_ways(explanation: Explanation) -> None:
    links = link_evidence(explanation.evidence)
    assert links
    for key, others in links.items():
        assert all(key in links[other] for other in others)
        assert key not in others


def test_edges_of_the_drawing_can_light_up_too(explanation: Explanation) -> None:
    drawn = draw_graph(explanation.evidence)
    for piece in explanation.evidence:
        assert (f'data-edge="{piece.key}"' in drawn) == (piece.triple is not None)


def test_data_stand_escaped_in_their_attribute(explanation: Explanation) -> None:
    page = render_body(explanation, live="name")
    assert 'data-net="{&#34;nodes&#34;' in page
    assert render_body(explanation).count("data-net") == 0
