"""The page that stands alone: complete, escaped, without outside requests."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

from tests.ui.conftest import EFFUSION, make_triples
from thoracite.retrieval.similar.evidence import SimilarImage, collect_similar
from thoracite.types import Changes, Evidence, Explanation, Region
from thoracite.ui.drawing import draw_graph, place_numbers
from thoracite.ui.page import render_body, render_html, render_message, render_pages
from thoracite.ui.picture import Picture, render_pixels
from thoracite.ui.text import SIMILAR


@pytest.fixture
def picture() -> Picture:
    return render_pixels(np.linspace(0, 1, 512 * 400, dtype=np.float32).reshape(512, 400))


class Page(HTMLParser):
    """Collects elements and checks that they are closed in order."""

    VOID = ("meta", "link", "img", "br", "path", "rect")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def find(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.elements if t == tag and all(a.get(k.rstrip("_")) == v for k, v in wanted.items())]


def test_page_asks_for_nothing_outside(explanation: Explanation, picture: Picture) -> None:
    page = Page(render_html(explanation, picture))
    fetched = [a for _, a in page.elements if a.get("class") != "assertion"]  # those are followed by hand
    addresses = [a[name] for a in fetched for name in ("src", "href", "action") if name in a]
    assert [x for x in addresses if not str(x).startswith(("data:", "#"))] == []
    policy = page.find("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    assert "default-src 'none'" in str(policy)
    assert not re.search(r"@import|url\((?!#)", render_html(explanation, picture))


def test_every_place_of_a_triple_links_to_its_assertion(explanation: Explanation) -> None:
    ids = [one.provenance for item in explanation.evidence if (one := item.triple) is not None]
    named = [one.assertion for places in ids for one in places]
    for start, body in (
        ("https://w3id.org/thoracite/assertion/", render_html(explanation)),
        ("/assertion/", render_body(explanation, assertions="/assertion/")),
    ):
        links = Page(str(body)).find("a", class_="assertion")
        assert [link["href"] for link in links] == [name.replace("thxa:", start) for name in named if name]
        assert links


def test_every_citation_leads_to_its_evidence(explanation: Explanation) -> None:
    page = Page(render_html(explanation))
    targets = {a["id"] for a in page.find("details") if "id" in a}
    links = [a["href"] for a in page.find("a", class_="cite")]
    assert links == ["#evidence-E1", "#evidence-E2", "#evidence-E3", "#evidence-E1", "#evidence-E4"]
    assert {str(link)[1:] for link in links} <= targets


def test_evidence_shows_source_locator_licence_and_both_queries(explanation: Explanation) -> None:
    text = render_html(explanation)
    for part in (
        "thxs:openi",
        "41 reports",
        "CC BY-NC-ND 4.0",
        "9 present, 31 uncertain, 1 absent",
        "MATCH (a:Concept",
    ):
        assert part in text
    page = Page(text)
    assert len(page.find("pre", **{"aria-label": "SPARQL query"})) == 2
    assert len(page.find("button", class_="copy")) == 4


def test_everything_from_outside_is_escaped(explanation: Explanation, withheld: Explanation) -> None:
    assert "&lt;b&gt;of 9&lt;/b&gt; &amp; &#34;more&#34;" in render_html(explanation)
    assert "<b>" not in render_html(explanation)
    evil = "</script><script>alert(1)</script>"
    page = render_html(withheld.model_copy(update={"image": evil, "reason": evil, "generator": evil, "graph": evil}))
    assert "<script>alert" not in page
    assert "<script>" not in render_message(evil)
    sneaky = explanation.model_copy(
        update={"claims": (explanation.claims[0].model_copy(update={"sentence": f"{evil} [E1][E2]"}),)}
    )
    assert "<script>alert" not in render_body(sneaky)


def test_regions_lie_on_the_image_in_its_own_pixels(explanation: Explanation, picture: Picture) -> None:
    page = Page(render_html(explanation, picture))
    assert page.find("svg", viewbox="0 0 400 512")
    (box,) = [a for a in page.find("rect") if a.get("x") == "300.0"]
    assert (box["y"], box["width"], box["height"]) == ("380.0", "170.0", "110.0")
    assert str(page.find("img")[0]["src"]).startswith("data:image/png;base64,")


def test_numbers_of_boxes_that_lie_together_stand_side_by_side(rated: Explanation) -> None:
    finding = rated.findings[0]
    corners = [(100.0, 100.0), (104.0, 98.0), (100.0, 102.0), (300.0, 100.0)]
    boxes = [(x, y, x + 80, y + 90) for x, y in corners]
    placed = place_numbers(
        [finding.model_copy(update={"region": Region(box=box, anatomy="right lung")}) for box in boxes], 1
    )
    assert placed == [(104.0, 115.0), (115.0, 113.0), (126.0, 117.0), (304.0, 115.0)]


def test_numbers_find_a_place_on_an_image_of_any_size(rated: Explanation) -> None:
    """Distances are rounded: none may seem too near for ever."""
    boxes = [(x, 100.0, x + 80, 190.0) for x in (100.0, 104.0, 100.3, 111.7)]
    regions = [rated.findings[0].model_copy(update={"region": Region(box=box, anatomy="right lung")}) for box in boxes]
    for side in range(64, 4096, 7):
        unit = side / 512
        lefts = sorted(left for left, _ in place_numbers(regions, unit))
        assert all(after - left >= 10 * unit for left, after in pairwise(lefts))


def test_findings_stand_in_order_with_bars(explanation: Explanation) -> None:
    text = render_body(explanation)
    names = ("thx:pleural_effusion", "thx:pulmonary_edema", "thx:pneumothorax")
    order = [text.index(f'data-finding="{name}"') for name in names]
    assert order == sorted(order)
    assert "width:83.0%" in text
    assert 'aria-label="probability 0.44"' in text


def test_the_table_has_verdicts_and_where_priors_are_known_the_usual_odds(
    explanation: Explanation, rated: Explanation
) -> None:
    plain, text = render_body(explanation), render_body(rated)
    assert "Usual odds" not in plain
    assert '<span class="certainty">likely</span>' in plain
    assert '<th scope="col">Usual odds</th>' in text
    rows = re.findall(
        r'<tr class="(\w+)".*?class="value">([^<]*)</span></td>\n.*?class="certainty">(\w+)<', text, re.DOTALL
    )
    assert [(css, verdict) for css, _, verdict in rows] == [
        ("present", "likely"), ("uncertain", "suspected"), ("uncertain", "possible"), ("undecided", "undecided"),
        ("undecided", "undecided"), ("absent", "unlikely"),
    ]  # fmt: skip
    assert '<td><span class="value">13×</span></td>' in text
    assert "<dd>13× the usual odds (usually 0.02)</dd>" in text
    assert "0.18 (calibrated)" in text
    assert '<p class="claim summary">' in text


def test_withheld_image_says_why_first(withheld: Explanation) -> None:
    text = render_body(withheld)
    assert text.index("this does not look like a frontal chest X-ray") < text.index('class="columns"')
    assert 'role="alert"' in text
    assert "holiday &lt;photo&gt;.jpg" in text
    assert 'class="claims"' not in text


def test_notice_stands_on_every_page(explanation: Explanation, withheld: Explanation) -> None:
    for shown in (explanation, withheld):
        assert "Research use only, not a medical device." in render_html(shown)


def test_graph_draws_each_triple_once_between_its_concepts(explanation: Explanation) -> None:
    svg = draw_graph(explanation.evidence)
    assert svg.count('class="edge') == 2
    assert svg.count('class="node') == 3
    assert 'data-key="E4"' in svg
    assert draw_graph([item for item in explanation.evidence if not item.triple]) == ""


def test_picture_is_small_and_without_metadata() -> None:
    picture = render_pixels(np.ones((1500, 3000), dtype=np.float32))
    assert (picture.width, picture.height) == (3000, 1500)
    assert int.from_bytes(picture.png[16:20], "big") == 1024  # width in the PNG header
    assert b"tEXt" not in picture.png


def test_pages_of_several_images_keep_their_anchors_apart(explanation: Explanation) -> None:
    page = Page(render_pages([(explanation, None), (explanation, None)]))
    anchors = [a["id"] for a in page.find("details") if "id" in a]
    assert len(set(anchors)) == len(anchors) == 14
    assert {str(a["href"])[1:] for a in page.find("a", class_="cite")} <= set(anchors)


def test_an_edge_within_a_column_has_room_for_its_words() -> None:
    first, second = make_triples()
    within = second.model_copy(update={"subject": first.object, "object": second.object})
    evidence = [
        Evidence(key=f"E{n}", kind="triple", score=1, about=EFFUSION, triple=triple, sparql="s", cypher="c")
        for n, triple in enumerate((first, second, within), 1)
    ]
    svg = draw_graph(evidence)
    width = float(re.search(r'viewBox="-1 -1 ([\d.]+)', svg)[1])  # type: ignore[index]
    x = float(re.search(r'<text x="([\d.]+)" y="[\d.]+" text-anchor="start">', svg)[1])  # type: ignore[index]
    assert x + 6 * len("E3 suggestive of") < width


def test_an_explanation_that_was_changed_says_so_on_its_page(explanation: Explanation) -> None:
    changes = Changes(without=("1,2,30,40",), removed=("It is <gone> [E1].",), added=(explanation.claims[0].sentence,))
    page = render_html(
        explanation.model_copy(update={"changes": changes}), render_pixels(np.zeros((64, 64), np.float32))
    )
    assert "It is &lt;gone&gt; [E1]." in page
    assert "1,2,30,40 left out" in page
    assert page.count('class="claim diagnosis new"') == 1
    assert '<rect class="hidden-box" x="1.0" y="2.0" width="29.0" height="38.0"' in page
    assert "put-back" not in page.split("<script>")[0].split("</style>")[1]


def test_similar_images_are_a_list_of_their_own(explanation: Explanation) -> None:
    similar = collect_similar([SimilarImage("ann/<1>.png", ("thx:pleural_effusion",), 0.0625)], explanation.evidence)
    shown = explanation.model_copy(update={"evidence": (*explanation.evidence, *similar)})
    page, plain = render_html(shown), render_html(explanation)
    assert SIMILAR in page
    assert "ann/&lt;1&gt;.png: pleural effusion (distance 0.062)" in page
    assert SIMILAR not in plain
    assert page.count("more that no sentence cites") == plain.count("more that no sentence cites")
    assert len(page) - len(plain) < 600
    Page(page)
