"""Explanations of sixteen images from signs: kinds of sentences, what they cite, and that flips are refused."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.signs import IMAGES, read_image
from thoracite.generation.citations import build_claim, strip_citations
from thoracite.generation.generator_template import TemplateGenerator
from thoracite.generation.grounding import ground
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.ties import find_tie
from thoracite.retrieval.retriever import Retrieval, Retriever
from thoracite.settings import Settings
from thoracite.types import Claim, Evidence, Study


@pytest.fixture(scope="module")
def retriever(graph_folder: Path) -> Iterator[Retriever]:
    with Retriever(Settings(graph=graph_folder)) as opened:
        yield opened


def explain(name: str, retriever: Retriever, extractor: Extractor) -> tuple[Retrieval, list[Claim]]:
    view, findings = read_image(name)
    found = retriever.search(findings, view=view)
    sentences = TemplateGenerator().write(Study(image="chest.png"), found.findings, found.evidence)
    written = [build_claim(sentence, found.evidence) for sentence in sentences]
    return found, verify(written, found.evidence, linker=retriever.linker.link, extractor=extractor)


@pytest.mark.parametrize("name", IMAGES)
def test_every_sentence_is_released_and_cites_what_its_kind_needs(
    name: str, retriever: Retriever, extractor: Extractor
) -> None:
    found, claims = explain(name, retriever, extractor)
    assert [(claim.sentence, claim.why) for claim in claims if claim.verdict != "supported"] == []
    known = {piece.key: piece for piece in found.evidence}
    for claim in claims:
        cited = [known[key] for key in claim.citations]
        kinds = {piece.kind for piece in cited}
        if claim.kind in {"reason", "expected"}:
            assert kinds == {"sign", "triple"}
            assert ties(cited), claim.sentence
        assert claim.kind != "observation" or kinds == {"sign"}
        assert claim.kind != "background" or (kinds == {"finding", "triple"} and "textbook" in claim.sentence)
    backgrounds = [known[claim.citations[0]].about.id for claim in claims if claim.kind == "background"]
    assert len(set(backgrounds)) == len(backgrounds)


def ties(cited: list[Evidence]) -> bool:
    """Whether a cited triple ties the cited sign, in the stance that it has in the image."""
    sign, triple = (next(piece for piece in cited if piece.kind == kind) for kind in ("sign", "triple"))
    assert sign.sign is not None
    assert triple.triple is not None
    tie = find_tie(sign.sign, sign.about.id, triple.triple)
    return tie is not None and tie.stance == sign.stance


def test_explanations_are_short_and_normal_films_shorter(retriever: Retriever, extractor: Extractor) -> None:
    lengths = {name: len(explain(name, retriever, extractor)[1]) for name in IMAGES}
    assert statistics.median(lengths.values()) <= 8
    assert max(lengths.values()) <= 10
    assert max(lengths["nothing"], lengths["possible only"]) <= 3


def test_a_sentence_says_what_was_measured_and_what_it_means(retriever: Retriever, extractor: Extractor) -> None:
    _, claims = explain("right effusion", retriever, extractor)
    assert [claim.kind for claim in claims] == ["diagnosis", "reason", "reason", "expected", "diagnosis"]
    assert claims[0].sentence == (
        "A pleural effusion is likely (probability 0.83, usually 0.12; 36 times its usual odds) [E1], carried by a "
        "blunt right costophrenic angle [E2] and an obscured right hemidiaphragm [E4]."
    )
    assert claims[1].sentence == (
        "The right costophrenic angle is blunt (depth below the dome 0.04 chest widths; nine in ten normal PA films "
        "have more than 0.06) [E2], which suggests pleural effusion [E3]."
    )


def test_a_kind_of_the_finding_and_the_terms_of_a_fact_are_said(retriever: Retriever, extractor: Extractor) -> None:
    text = " ".join(claim.sentence for claim in explain("middle lobe", retriever, extractor)[1])
    assert "a sign of right middle lobe collapse, a kind of atelectasis" in text
    text = " ".join(claim.sentence for claim in explain("pneumothorax", retriever, extractor)[1])
    assert "which suggests pneumothorax on erect films" in text


SWAPS = (
    ("which suggests", "which argues against"), ("which argues against", "which suggests"),
    ("a sign of", "no sign of"), (", which suggests", ", which does not suggest"), ("would be a sign", "is not a sign"),
    ("pleural effusion [", "pulmonary edema ["), ("atelectasis [", "pneumothorax ["), ("emphysema [", "pneumonia ["),
    ("right middle lobe", "right lower lobe"), ("cardiomegaly [", "heart failure ["), (" on erect films", ""),
    (" on erect films", " on supine films"), ("carried by", "contradicted by"), (", carried by", ", despite"),
)  # fmt: skip


def test_flips_of_facts_stance_and_terms_are_refused(retriever: Retriever, extractor: Extractor) -> None:
    tried = 0
    for name in IMAGES:
        found, claims = explain(name, retriever, extractor)
        for old, new in SWAPS:
            texts = [claim.sentence.replace(old, new) for claim in claims if old in claim.sentence and "no sign" not in claim.sentence]  # fmt: skip  # noqa: E501
            written = [build_claim(text, found.evidence) for text in texts]
            judged = verify(written, found.evidence, linker=retriever.linker.link, extractor=extractor)
            assert [claim.sentence for claim in judged if claim.verdict == "supported"] == []
            tried += len(texts)
    assert tried >= 40


def test_signs_that_add_less_than_half_carry_a_verdict_partly(retriever: Retriever, extractor: Extractor) -> None:
    found, claims = explain("middle lobe", retriever, extractor)
    findings = [piece.finding for piece in found.evidence if piece.kind == "finding" and piece.finding is not None]
    partly = [one for one in claims if "partly carried by" in one.sentence]
    assert len(partly) == 3
    for claim in partly:
        surer = build_claim(claim.sentence.replace("partly carried", "carried"), found.evidence)
        (judged,) = verify([surer], found.evidence, linker=retriever.linker.link, extractor=extractor)
        assert "add less than half" in judged.why
        text = strip_citations(surer.sentence)
        mended = ground(text, findings, found.evidence, linker=retriever.linker.link, extractor=extractor)
        assert [(one.sentence, one.origin) for one in mended.claims] == [(claim.sentence, "rewritten")]


def test_citations_of_another_sign_or_fact_are_refused(retriever: Retriever, extractor: Extractor) -> None:
    found, claims = explain("right effusion", retriever, extractor)
    for old, new in (("[E2]", "[E4]"), ("[E3]", "[E7]"), ("[E3]", "[E1]"), (" [E3]", ""), ("[E2]", "[E6]")):
        claim = build_claim(claims[1].sentence.replace(old, new), found.evidence)
        (judged,) = verify([claim], found.evidence, linker=retriever.linker.link, extractor=extractor)
        assert judged.verdict != "supported", claim.sentence


REASONS = (
    "The right costophrenic angle is obliterated [E2], which points to a pleural effusion [E3].",
    "As the right costophrenic angle is blunted [E2], pleural effusion is more likely [E3].",
    "Blunting of the right costophrenic angle (0.04 chest widths) suggests pleural effusion [E2][E3].",
    "The right costophrenic angle is lost [E2]; this supports a pleural effusion [E3].",
    "Pleural effusion is suggested because the right costophrenic angle is blunt [E2][E3].",
    "The right costophrenic angle is blunt, in keeping with pleural effusion [E2][E3].",
)


@pytest.mark.parametrize("sentence", REASONS)
def test_other_wordings_of_a_reason_are_released(sentence: str, retriever: Retriever, extractor: Extractor) -> None:
    view, findings = read_image("right effusion")
    evidence = retriever.search(findings, view=view).evidence
    for text, verdict in (
        (sentence, True),
        (sentence.replace("right", "left"), False),
        (sentence.replace("pleural effusion", "pneumonia").replace("Pleural effusion", "Pneumonia"), False),
    ):
        (judged,) = verify([build_claim(text, evidence)], evidence, linker=retriever.linker.link, extractor=extractor)
        assert (judged.verdict == "supported") is verdict, (text, judged.why)
