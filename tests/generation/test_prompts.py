"""The prompt of KG-LLaVA, whose form nothing that is inserted can break."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thoracite.errors import UsageError
from thoracite.generation.prompts import (
    ABOUT,
    IMAGE,
    QUESTIONS,
    build_prompt,
    clean,
    state_labels,
    state_signs,
    state_triples,
)
from thoracite.types import Entity, Evidence, Finding, Study

STUDY = Study(image="chest.png")


def read_findings(evidence: Sequence[Evidence]) -> list[Finding]:
    return list({one.about.id: one.finding for one in evidence if one.finding is not None}.values())


def test_the_form_is_that_of_the_paper(evidence: Sequence[Evidence]) -> None:
    prompt = build_prompt(STUDY, (), evidence, triples=2)
    assert prompt == (
        "<image>\nThe image-specific triplets from the knowledge graph are: pleural effusion, has radiographic sign, "
        "meniscus sign; pleural effusion, caused by, heart failure. And for the given image, "
        "which signs show what the patient has?"
    )


def test_what_the_encoder_read_is_not_told_unless_asked(evidence: Sequence[Evidence]) -> None:
    findings = read_findings(evidence)
    assert build_prompt(STUDY, findings, evidence) == build_prompt(STUDY, (), evidence)
    asked = build_prompt(STUDY, findings, evidence, question=ABOUT)
    assert (
        "the patient has positive pleural effusion, positive consolidation, positive cardiomegaly, uncertain" in asked
    )
    assert "the right costophrenic angle is blunt" in build_prompt(STUDY, (), evidence, question="why, given {signs}?")


def test_the_best_triples_come_first_each_once(evidence: Sequence[Evidence]) -> None:
    facts = [one for one in evidence if one.kind == "triple"]
    best = facts[3].model_copy(update={"score": 2.0})
    stated = state_triples([*facts, best], 7).split("; ")
    assert stated[0] == "consolidation, suggestive of, pneumonia"
    assert len(stated) == len(set(stated)) == 7
    assert state_triples(facts, 0) == state_triples([]) == "none"


def test_the_graph_is_one_switch(evidence: Sequence[Evidence]) -> None:
    assert build_prompt(STUDY, (), evidence, graph=False) == f"{IMAGE}\nFor the given image, {QUESTIONS[0]}"


def test_request_and_earlier_report_are_told_where_given() -> None:
    study = Study(image="a.png", indication="Dyspnea.\nFever?", prior="No effusion.")
    assert "none. The request says: Dyspnea. Fever?. The earlier report says: No effusion. And for" in build_prompt(
        study, (), ()
    )


def test_a_bound_in_a_name_is_put_in_words() -> None:
    ratio = Entity(id="thx:ratio", label="ratio > 0.5; {x}, wide", kind="sign")
    piece = Evidence(key="E1", kind="finding", score=1, about=ratio, finding=Finding(
        entity=ratio, probability=0.7, certainty="definitely present"))  # fmt: skip
    assert state_labels([piece.finding]) == "positive ratio more than 0.5 (x) wide"
    assert state_signs([piece]) == "none"


@given(st.text(), st.text())
def test_no_text_breaks_the_form(indication: str, prior: str) -> None:
    prompt = build_prompt(Study(image="a.png", indication=indication, prior=prior), (), ())
    head, _, body = prompt.partition("\n")
    assert head == IMAGE
    assert not re.search(r"[{}<>\n\r;\x00-\x1f]", body)
    assert body.startswith("The image-specific triplets from the knowledge graph are: none.")
    assert body.endswith(f"And for the given image, {QUESTIONS[0]}")
    assert len(body) < 1200


@pytest.mark.parametrize("question", ["what is {x}?", "what {?", "what }?", "<image> what?", "{labels} {y}"])
def test_other_placeholders_are_refused(question: str) -> None:
    with pytest.raises(UsageError, match="the question"):
        build_prompt(STUDY, (), (), question=question)


def test_clean_text_stands_on_one_line() -> None:
    assert clean("a\u2028b\x00c <image>{d};") == "a b c image (d),"
