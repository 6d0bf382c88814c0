"""What the terminal shows: sentences, evidence, tables, figures."""

from __future__ import annotations

from thoracite.evaluation.suite import Row, Suite
from thoracite.generation.report.check import ReportCheck, ReportError
from thoracite.kg.extract.reading import Reading
from thoracite.kg.reports.sections import Unread
from thoracite.kg.stores.store import QueryResult
from thoracite.retrieval.similar.evidence import SimilarImage, collect_similar
from thoracite.types import Claim, Evidence, Explanation
from thoracite.ui.text import (
    SIMILAR,
    align_columns,
    render_check_text,
    render_suite_text,
    render_table,
    render_text,
)


def test_full_text_prints_sentences_then_evidence_with_source_and_query(explanation: Explanation) -> None:
    text = render_text(explanation, full=True)
    parts = (
        "effusion. [E1][E2]",
        "[E3] graph",
        "thxs:radlex_def",
        "cited   https://w3id.org/thoracite/assertion/0a1b",
        "sparql  PREFIX",
        "cypher  MATCH",
        "Research use",
    )
    order = [text.index(part) for part in parts]
    assert order == sorted(order)
    assert "- pneumothorax" not in text  # absent findings are in the JSON, not on the screen
    assert "+ pleural effusion 0.83 (likely)" in text


def test_text_has_one_line_for_each_triple_with_its_source(explanation: Explanation) -> None:
    lines = render_text(explanation, width=80).splitlines()
    assert all(len(line) <= 80 for line in lines)
    triples = [line for line in lines if "] graph, " in line]
    assert [line.split()[0] for line in triples] == ["[E3]", "[E4]"]
    assert triples[0].endswith("… (thxs:radlex_def)")
    assert triples[1].endswith("(thxs:openi and 1 more)")
    assert "Findings: + pleural effusion 0.83, ? pulmonary edema 0.44" in lines
    text = "\n".join(lines)
    assert "--full" in text
    assert not any(word in text for word in ("sparql  ", "cypher  ", "licence CC", "pneumothorax"))


def test_short_text_gathers_what_the_image_has_against_findings(explanation: Explanation) -> None:
    absent = explanation.findings[2]
    evidence = tuple(
        Evidence(key=key, kind="finding", stance="against", score=0.02, about=absent.entity, finding=absent)
        for key in ("E1", "E2")
    )
    claim = Claim(sentence="No pneumothorax [E1][E2].", kind="observation", citations=("E1", "E2"))
    text = render_text(explanation.model_copy(update={"evidence": evidence, "claims": (claim,)}))
    assert "  image, against: [E1] pneumothorax 0.02, [E2] pneumothorax 0.02\n" in text


def test_text_marks_verdicts_with_their_ratios(rated: Explanation) -> None:
    short, full = render_text(rated), render_text(rated, full=True)
    assert (
        "Findings: + pleural effusion 0.83 (usually 0.10, 44×), ? pulmonary edema 0.18 (usually 0.02, 13×),\n"
        "  ? lung mass 0.08 (usually 0.03, 2.8×)\n"
    ) in short
    assert "image, undecided: [E5] atelectasis 0.15 (1.6×), [E6] consolidation 0.03 (0.66×)\n" in short
    assert "image, against: [E7] pneumothorax 0.02 (0.43×)\n" in short
    assert "image, for: pulmonary edema: probability 0.18, usually 0.02, suspected, 13× the usual odds" in short
    lines = [line.strip() for line in full.splitlines()]
    assert lines[lines.index("Findings") + 1 :][:5] == [
        "+ pleural effusion 0.83 (likely, usually 0.10, 44×)",
        "? pulmonary edema 0.18 (suspected, usually 0.02, 13×)",
        "? lung mass 0.08 (possible, usually 0.03, 2.8×)",
        "· atelectasis 0.15 (undecided, usually 0.10, 1.6×)",
        "· consolidation 0.03 (undecided, usually 0.04, 0.66×)",
    ]
    assert "- pneumothorax" not in full


def test_full_text_keeps_queries_whole(explanation: Explanation) -> None:
    lines = render_text(explanation, width=60, full=True).splitlines()
    assert any(line.endswith("RETURN a.label, r.locator, b.label") for line in lines)


def test_text_of_a_withheld_image_is_its_reason(withheld: Explanation) -> None:
    assert "Withheld: this does not look like a frontal chest X-ray" in render_text(withheld)


def test_table_shows_terms_by_value_and_ask_as_a_word() -> None:
    table = render_table(QueryResult(columns=("label",), rows=(({"type": "literal", "value": "mass"},),)))
    assert table.splitlines()[2:] == ["mass", "(1 row)"]
    assert render_table(QueryResult(boolean=False)) == "false"


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert align_columns([["a", "bb"], ["ccc", "d"]], head=("x", "long")).splitlines() == [
        "x    long",
        "---  ----",
        "a    bb",
        "ccc  d",
    ]
    assert render_table(QueryResult(columns=("label",))) == "label\n-----\n(0 rows)"


def test_figures_stand_with_interval_and_n() -> None:
    rows = (
        Row(system="rules", metric="F1", value=0.91234, low=0.9, high=0.95, n=30),
        Row(system="rules", metric="reports a second", value=1234.5),
        Row(system="rules", metric="nothing to measure", value=float("nan"), n=0),
    )
    lines = render_suite_text(Suite(suite="extraction", data="30 reports", n=30, rows=rows)).splitlines()
    assert lines[0] == "extraction: 30 reports (n = 30)"
    assert lines[4].split() == ["rules", "F1", "0.912", "0.900", "to", "0.950", "30"]
    assert lines[5].split()[-1] == "1,234"
    assert lines[6].split()[-2:] == ["nan", "0"]


def test_a_checked_report_shows_sentence_expectation_and_evidence(explanation: Explanation) -> None:
    error = ReportError(
        kind="contradicted",
        sentence="No effusion.",
        expected="pleural effusion is definitely present",
        evidence=(explanation.evidence[0],),
    )
    unread = (Unread(reason="history or indication", sections=1, characters=40),)
    reading = Reading(statements=3, characters=120, unread=unread)
    text = render_check_text(ReportCheck(errors=(error,), verdict="errors found", reading=reading))
    parts = (
        "contradicted: No effusion.",
        "expected: pleural effusion is",
        "[E1] image",
        "Verdict: errors found",
        "Read: 3 statements; unread: 40 of 120 characters (history or indication 40)",
    )
    order = [text.index(part) for part in parts]
    assert order == sorted(order)
    withheld = render_check_text(ReportCheck(verdict="withheld", reading=reading, reason="not a chest X-ray"))
    assert "the image was not read: not a chest X-ray" in withheld


def test_similar_images_stand_under_the_explanation_and_decide_nothing(explanation: Explanation) -> None:
    similar = collect_similar([SimilarImage("ann/<1>.png", ("thx:pleural_effusion",), 0.0625)], explanation.evidence)
    shown = explanation.model_copy(update={"evidence": (*explanation.evidence, *similar)})
    text = render_text(shown)
    listed = f"{SIMILAR}\n  [{similar[0].key}] ann/<1>.png: pleural effusion (distance 0.062)\n\n"
    assert text.replace(listed, "") == render_text(explanation)
    assert "no part of the decision" in SIMILAR
