"""The words of the request: cited for what they say, and for nothing of the image."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from thoracite.generation.citations import build_claim
from thoracite.generation.grounding import ground
from thoracite.generation.indication import collect_indication
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.types import Claim, Evidence

WORDS = "Dyspnea, fever and new cough. No trauma, no fracture."


def judge(sentence: str, evidence: Sequence[Evidence], link: Link, extractor: Extractor) -> Claim:
    asked = (*evidence, *collect_indication(WORDS, evidence))
    return verify([build_claim(sentence, asked)], asked, linker=link, extractor=extractor)[0]


@pytest.mark.parametrize(
    "sentence",
    [
        "The request says “Dyspnea, fever and new cough” [E18].",
        "The request names dyspnea and fever [E18].",
        "The indication is new cough [E18].",
        "The request says “No trauma, no fracture” [E18].",
    ],
)
def test_its_words_may_be_repeated(
    sentence: str, evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    claim = judge(sentence, evidence, link, extractor)
    assert (claim.verdict, claim.kind) == ("supported", "observation")


@pytest.mark.parametrize(
    "sentence",
    [
        "The request says “trauma” [E18].",
        "The request says “no fever” [E18].",
        "The request says “fracture” [E18].",
        "The request says “pneumonia” [E18].",
        "A pleural effusion is likely [E18].",
        "Dyspnea is likely [E18].",
        "A pleural effusion is likely [E1][E18].",
        "The request says “dyspnea”, so a pleural effusion is likely [E1][E18].",
    ],
)
def test_it_says_nothing_else_and_nothing_of_the_image(
    sentence: str, evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    assert judge(sentence, evidence, link, extractor).verdict == "unsupported"


@pytest.mark.parametrize("word", ["new", "increased", "larger", "worsening", "unchanged", "improved"])
def test_words_of_change_are_refused_whatever_the_request_says(
    word: str, evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    claim = judge(f"A {word} right pleural effusion is likely [E1].", evidence, link, extractor)
    assert claim.verdict == "unsupported"


def test_nothing_is_collected_of_nothing(evidence: Sequence[Evidence]) -> None:
    assert collect_indication(None, evidence) == collect_indication(" \n. ", evidence) == ()
    assert len(collect_indication("x" * 5000, evidence)[0].label) == 400


def test_free_text_about_the_request_is_cited(evidence: Sequence[Evidence], link: Link, extractor: Extractor) -> None:
    asked = (*evidence, *collect_indication(WORDS, evidence))
    grounded = ground("The request says “fever”. It says trauma.", (), asked, linker=link, extractor=extractor)
    assert [claim.sentence for claim in grounded.claims] == ["The request says “fever” [E18]."]
    assert len(grounded.dropped) == 1
