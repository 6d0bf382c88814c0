"""What the template writes: cited, verified, worded by what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.generation.conftest import finding, triple
from thoracite.errors import UsageError
from thoracite.generation.citations import build_claim, find_unresolved
from thoracite.generation.generator import Generator, open_generator
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.kg.vocabulary import ARGUES_AGAINST, CAUSED_BY, HAS_SIGN, LOCATED_IN, SUGGESTS
from thoracite.types import Certainty, Claim, Entity, Evidence, Finding, Study, Triple


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


def number(*pieces: tuple[Triple, Entity] | Finding) -> list[Evidence]:
    """Evidence about findings, and triples about one of their ends."""
    made = []
    for at, piece in enumerate(pieces, 1):
        common: dict[str, Any] = {"key": f"E{at}", "score": 0.5}
        if isinstance(piece, Finding):
            common["score"] = piece.probability
            made.append(Evidence(kind="finding", about=piece.entity, finding=piece, **common))
        else:
            made.append(Evidence(kind="triple", triple=piece[0], about=piece[1], sparql="S", cypher="C", **common))
    return made


def say(link: Link, extractor: Extractor, *pieces: tuple[Triple, Entity] | Finding) -> list[str]:
    evidence = number(*pieces)
    claims = verify(write(evidence), evidence, linker=link, extractor=extractor)
    assert [(claim.sentence, claim.why) for claim in claims if claim.verdict != "supported"] == []
    assert sum(claim.kind == "background" for claim in claims) <= 1
    return [claim.sentence for claim in claims]


EFFUSION = finding("pleural effusion", 0.83, "definitely present")
KERLEY = triple("pleural effusion", HAS_SIGN, "kerley b lines")


def test_of_all_that_the_graph_knows_one_sign_is_told(link: Link, extractor: Extractor) -> None:
    told = [
        triple("pleural effusion", CAUSED_BY, "heart failure"),
        triple("heart failure", HAS_SIGN, "pleural effusion"),
        triple("air bronchogram", ARGUES_AGAINST, "pleural effusion"),
        triple("pleural effusion", LOCATED_IN, "pleural space"),
        triple("pulmonary edema", HAS_SIGN, "air bronchogram"),
        triple("meniscus sign", SUGGESTS, "pleural effusion"),
        KERLEY,
    ]
    sentences = say(link, extractor, EFFUSION, *((one, EFFUSION.entity) for one in told))
    assert sentences == [
        "A pleural effusion is likely (probability 0.83) [E1].",
        "The meniscus sign is suggestive of pleural effusion [E7].",
    ]


def test_a_cause_and_a_diagnosis_are_told_where_the_image_shows_them(link: Link, extractor: Extractor) -> None:
    failure = finding("heart failure", 0.7, "definitely present")
    edema = finding("pulmonary edema", 0.6, "definitely present")
    facts = [
        (triple("pleural effusion", CAUSED_BY, "heart failure"), EFFUSION.entity),
        (triple("pleural effusion", SUGGESTS, "pulmonary edema"), EFFUSION.entity),
        (KERLEY, EFFUSION.entity),
    ]
    sentences = say(link, extractor, EFFUSION, *facts, edema, failure)
    assert sentences[1:4] == [
        "Heart failure, which is likely (probability 0.70) [E6], is a possible cause of the pleural effusion that is "
        "likely here (probability 0.83) [E1][E2].",
        "Pulmonary edema is likely (probability 0.60) [E5], because pleural effusion, which is likely (probability "
        "0.83) [E1], is suggestive of pulmonary edema [E3].",
        "Kerley b lines are radiographic signs of pleural effusion [E4].",
    ]


def test_what_is_only_possible_causes_nothing_and_what_is_less_sure_supports_nothing(
    link: Link, extractor: Extractor
) -> None:
    failure, edema = finding("heart failure", 0.9, "uncertain"), finding("pulmonary edema", 0.2, "uncertain")
    facts = [
        (triple("pleural effusion", CAUSED_BY, "heart failure"), EFFUSION.entity),
        (triple("pulmonary edema", SUGGESTS, "pleural effusion"), EFFUSION.entity),
    ]
    text = " ".join(say(link, extractor, EFFUSION, *facts, edema, failure))
    assert "cause" not in text
    assert "suggestive" not in text


def test_what_the_image_denies_is_neither_a_cause_nor_a_diagnosis(link: Link, extractor: Extractor) -> None:
    failure = finding("heart failure", 0.02, "definitely absent")
    facts = [
        (triple("pleural effusion", CAUSED_BY, "heart failure"), EFFUSION.entity),
        (triple("pleural effusion", SUGGESTS, "heart failure"), EFFUSION.entity),
    ]
    sentences = say(link, extractor, EFFUSION, *facts, failure)
    assert sentences == [
        "A pleural effusion is likely (probability 0.83) [E1].",
        "No heart failure is detected (probability 0.02) [E4].",
    ]
