"""What the template writes: cited, verified, worded by what was found."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from thoracite.errors import UsageError
from thoracite.generation.citations import build_claim, find_unresolved
from thoracite.generation.generator import Generator, open_generator
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.types import Certainty, Claim, Evidence, Finding, Study


def find_findings(evidence: Sequence[Evidence]) -> list[Finding]:
    return list({e.finding.entity.id: e.finding for e in evidence if e.finding is not None}.values())


def write(evidence: Sequence[Evidence]) -> list[Claim]:
    sentences = open_generator("template").write(Study(image="chest.png"), find_findings(evidence), evidence)
    return [build_claim(sentence, evidence) for sentence in sentences]


def test_it_keeps_the_contract() -> None:
    assert isinstance(open_generator(), Generator)
    with pytest.raises(UsageError, match="there is no generator 'gpt'"):
        open_generator("gpt")


def test_every_sentence_is_cited_and_verified(evidence: tuple[Evidence, ...], link: Link, extractor: Extractor) -> None:
    claims = write(evidence)
    assert find_unresolved(claims, evidence) == []
    judged = verify(claims, evidence, linker=link, extractor=extractor)
    assert [(claim.sentence, claim.why) for claim in judged if claim.verdict != "supported"] == []
    assert {claim.kind for claim in judged} == {"background", "reason", "diagnosis"}
    assert all(claim.sentence[0].isupper() and claim.sentence.endswith(".") for claim in judged)


def test_wording_follows_certainty_and_place(evidence: tuple[Evidence, ...]) -> None:
    text = " ".join(claim.sentence for claim in write(evidence))
    assert "A pleural effusion is likely in the right lower zone (probability 0.83) [E1][E2]." in text
    assert "Atelectasis is possible (probability 0.38) [E11]." in text
    assert "No lung mass or pneumothorax is detected (highest probability 0.06) [E14][E13]." in text
    assert "definite" not in text


def test_a_sure_finding_is_present(evidence: tuple[Evidence, ...]) -> None:
    sure = evidence[0].finding
    assert sure is not None
    sure = sure.model_copy(update={"probability": 0.95})
    piece = evidence[0].model_copy(update={"finding": sure, "score": 0.95})
    (sentence,) = open_generator().write(Study(image="chest.png"), [sure], [piece])
    assert sentence == "A pleural effusion is present in the right lower zone (probability 0.95) [E1]."


def test_a_normal_image_names_what_is_not_there(
    evidence: tuple[Evidence, ...], link: Link, extractor: Extractor
) -> None:
    absent = [e for e in evidence if e.finding is not None and e.finding.certainty is Certainty.ABSENT]
    claims = verify(write(absent), absent, linker=link, extractor=extractor)
    assert [claim.sentence for claim in claims] == [
        "Lung mass is unlikely (probability 0.06) [E14].",
        "No pneumothorax is detected (probability 0.03) [E13].",
    ]
    assert all(claim.verdict == "supported" for claim in claims)


def test_only_the_first_findings_are_explained_and_the_others_named(evidence: tuple[Evidence, ...]) -> None:
    sentences = [claim.sentence for claim in write(evidence)]
    assert sentences[-3:-1] == [
        "Also likely is cardiomegaly (probability 0.64) [E17].",
        "Also possible is pneumonia (probability 0.44) [E12].",
    ]


def test_the_same_evidence_gives_the_same_sentences(evidence: tuple[Evidence, ...]) -> None:
    assert write(evidence) == write(evidence)
