"""Signs on the page, in the text and in the record."""

from __future__ import annotations

import re

from tests.signs import read_image
from thoracite.generation.citations import build_claim
from thoracite.generation.generator_template import TemplateGenerator
from thoracite.retrieval.evidence import collect_evidence
from thoracite.types import Explanation, Study, Subgraph
from thoracite.ui.page import render_html
from thoracite.ui.picture import Picture
from thoracite.ui.text import list_parts, render_text
from thoracite.ui.view import render_record


def explain() -> Explanation:
    view, findings = read_image("right effusion")
    evidence = collect_evidence(findings, Subgraph())
    sentences = TemplateGenerator().write(Study(image="chest.png"), findings, evidence)
    claims = tuple(build_claim(sentence, evidence) for sentence in sentences)
    return Explanation(
        image="chest.png", view=view, findings=findings, claims=claims, evidence=evidence, generator="template",
        graph="none",
    )  # fmt: skip


def test_lines_of_cited_signs_lie_on_the_image_and_others_do_not() -> None:
    explanation = explain()
    page = render_html(explanation, Picture(png=b"", width=400, height=512))
    drawn = set(re.findall(r'data-evidence-drawn="(E\d+)"', page))
    cited = {key for claim in explanation.claims for key in claim.citations}
    signs = {piece.key for piece in explanation.evidence if piece.kind == "sign"}
    assert drawn == cited & signs != set()
    assert '<polyline points="10.0,20.0 60.0,90.0 "' in page


def test_the_table_shows_what_each_sign_adds() -> None:
    explanation = explain()
    page = render_html(explanation)
    assert page.count('class="waterfall"') == 1
    finding = next(finding for finding in explanation.findings if finding.signs)
    parts = list_parts(finding)
    assert abs(sum(added for _, added in parts) - finding.log_odds) < 1e-9
    assert all(f"{added:+.2f}" in page for _, added in parts)
    text = render_text(explanation, full=True)
    assert all(f"{added:+6.2f}  {name}" in text for name, added in parts)


def test_the_record_has_the_answers() -> None:
    record = render_record(explain())
    signs = next(finding["signs"] for finding in record["findings"] if finding["signs"])
    assert {sign["answer"] for sign in signs} == {"yes", "no"}
    piece = next(piece for piece in record["evidence"] if piece["kind"] == "sign")
    assert (piece["side"], piece["unit"], piece["answer"]) == ("right", "chest widths", "yes")
