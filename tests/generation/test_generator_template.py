"""What the template writes: cited, verified, worded by what was found."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.generation.conftest import entity, finding, number, rate, triple
from thoracite.errors import UsageError
from thoracite.generation.citations import build_claim, find_unresolved
from thoracite.generation.generator import Generator, open_generator
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.kg.vocabulary import ARGUES_AGAINST, CAUSED_BY, HAS_SIGN, LOCATED_IN, SUGGESTS
from thoracite.types import Certainty, Claim, Entity, Evidence, Finding, Sign, SignScore, Study, Triple


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
    carried = "carried by a blunt right costophrenic angle [E3]"
    assert f"A pleural effusion is likely in the right lower zone (probability 0.83) [E1][E2], {carried}." in text
    assert "Also possible are pneumonia (probability 0.44) [E12] and atelectasis (probability 0.38) [E11]." in text
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
    claims = [claim for claim in write(evidence) if claim.kind == "diagnosis"]
    assert [claim.sentence.split(" (")[0] for claim in claims] == [
        "A pleural effusion is likely in the right lower zone",
        "Consolidation is likely in the left upper zone",
        "Cardiomegaly is likely",
        "Also possible are pneumonia",
        "No lung mass or pneumothorax is detected",
    ]


def test_the_same_evidence_gives_the_same_sentences(evidence: tuple[Evidence, ...]) -> None:
    assert write(evidence) == write(evidence)


def say(link: Link, extractor: Extractor, *pieces: tuple[Triple, Entity] | Finding) -> list[str]:
    evidence = number(*pieces)
    claims = verify(write(evidence), evidence, linker=link, extractor=extractor)
    assert [(claim.sentence, claim.why) for claim in claims if claim.verdict != "supported"] == []
    assert sum(claim.kind == "background" for claim in claims) <= 1
    return [claim.sentence for claim in claims]


EFFUSION = finding("pleural effusion", 0.83, "definitely present")
KERLEY = triple("pleural effusion", HAS_SIGN, "kerley b lines")


def test_of_all_that_the_graph_knows_the_sign_that_would_settle_it_is_told(link: Link, extractor: Extractor) -> None:
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
        "A textbook sign of the likely pleural effusion [E1], the meniscus sign [E7], was not looked for.",
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
    assert sentences[1:3] == [
        "Heart failure, which is likely (probability 0.70) [E6], is a possible cause of the pleural effusion that is "
        "likely here (probability 0.83) [E1][E2].",
        "Pulmonary edema is likely (probability 0.60) [E5], because pleural effusion, which is likely (probability "
        "0.83) [E1], is suggestive of pulmonary edema [E3].",
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


SUSPECTED = rate("pulmonary edema", 0.18, 0.017)
POSSIBLE = rate("lung mass", 0.08, 0.03)
UNDECIDED = (rate("atelectasis", 0.15, 0.1), rate("consolidation", 0.03, 0.045))
UNLIKELY = (rate("pneumothorax", 0.02, 0.045), rate("cardiomegaly", 0.001, 0.02))


def test_words_follow_verdicts_surest_first(link: Link, extractor: Extractor) -> None:
    likely = rate("pneumonia", 0.71, 0.09)
    fact = (triple("pulmonary edema", HAS_SIGN, "kerley b lines"), SUSPECTED.entity)
    assert say(link, extractor, *UNLIKELY, *UNDECIDED, POSSIBLE, SUSPECTED, fact, likely) == [
        "Pneumonia is likely (probability 0.71, usually 0.09; 25 times its usual odds) [E8].",
        "Pulmonary edema is suspected (probability 0.18, usually 0.02; 13 times its usual odds) [E6].",
        "A textbook sign of the suspected pulmonary edema [E6], kerley b lines [E7], was not looked for.",
        "A lung mass is possible (probability 0.08, usually 0.03; 2.8 times its usual odds) [E5].",
        "This image does not decide on atelectasis or consolidation (0.66 to 1.6 times their usual odds) [E3][E4]; "
        "there is no sign of pneumothorax or cardiomegaly (at most 0.43 times their usual odds) [E1][E2].",
    ]


def test_where_nothing_stands_out_that_is_said_first_and_in_three_sentences(link: Link, extractor: Extractor) -> None:
    fact = (triple("lung mass", HAS_SIGN, "meniscus sign"), POSSIBLE.entity)
    second = rate("pneumonia", 0.07, 0.03)
    assert say(link, extractor, POSSIBLE, fact, second, *UNDECIDED, *UNLIKELY) == [
        "Nothing stands out clearly; a lung mass (probability 0.08, usually 0.03; 2.8 times its usual odds) [E1] and "
        "pneumonia (probability 0.07, usually 0.03; 2.4 times its usual odds) [E3] are possible.",
        "This image does not decide on atelectasis or consolidation (0.66 to 1.6 times their usual odds) [E4][E5]; "
        "there is no sign of pneumothorax or cardiomegaly (at most 0.43 times their usual odds) [E6][E7].",
    ]
    assert say(link, extractor, *UNDECIDED)[0].startswith("Nothing stands out; this image does not decide on atel")
    assert say(link, extractor, POSSIBLE, fact) == [
        "Nothing stands out clearly; a lung mass is possible (probability 0.08, usually 0.03; 2.8 times its usual "
        "odds) [E1]."
    ]
    assert say(link, extractor, UNLIKELY[0]) == [
        "Nothing stands out; there is no sign of pneumothorax (0.43 times its usual odds) [E1]."
    ]


def test_summaries_are_called_so(link: Link, extractor: Extractor) -> None:
    claims = write(number(POSSIBLE, *UNDECIDED, *UNLIKELY))
    assert [claim.kind for claim in claims] == ["summary", "summary"]


def test_a_finding_without_a_prior_has_no_ratio_beside_those_that_have_one(link: Link, extractor: Extractor) -> None:
    unknown, absent = finding("pleural effusion", 0.4, "uncertain"), finding("pneumonia", 0.05, "definitely absent")
    assert say(link, extractor, unknown, POSSIBLE, *UNLIKELY[:1], absent) == [
        "Nothing stands out clearly; a lung mass (probability 0.08, usually 0.03; 2.8 times its usual odds) [E2] and a "
        "pleural effusion (probability 0.40) [E1] are possible.",
        "There is no sign of pneumothorax (0.43 times its usual odds) [E3]; no pneumonia is detected (probability "
        "0.05) [E4].",
    ]


def test_a_score_is_called_so_and_a_sure_finding_keeps_the_word_of_its_verdict() -> None:
    scored = rate("pneumonia", 0.93, 0.09).model_copy(update={"calibrated": False})
    (claim,) = write(number(scored))
    assert claim.sentence == "Pneumonia is likely (score 0.93, usually 0.09; 134 times its usual odds) [E1]."
    assert "is likely" in write(number(rate("pneumonia", 0.93, 0.09)))[0].sentence


def test_what_is_undecided_is_a_reason_for_nothing(link: Link, extractor: Extractor) -> None:
    effusion, suspected = rate("pleural effusion", 0.83, 0.3), rate("consolidation", 0.4, 0.045)
    fact = (triple("consolidation", SUGGESTS, "pleural effusion"), effusion.entity)
    assert say(link, extractor, effusion, fact, UNDECIDED[1]) == [
        "A pleural effusion is likely (probability 0.83, usually 0.30; 11 times its usual odds) [E1].",
        "This image does not decide on consolidation (0.66 times its usual odds) [E3].",
    ]
    assert say(link, extractor, effusion, fact, suspected)[1] == (
        "Consolidation, which is suspected (probability 0.40, usually 0.04; 14 times its usual odds) [E3], is "
        "suggestive of pleural effusion [E2]."
    )


MANY = tuple(
    rate(label, probability, 0.045)
    for label, probability in (
        ("heart failure", 0.075), ("pneumonia", 0.07), ("atelectasis", 0.06), ("consolidation", 0.05),
        ("lung mass", 0.045), ("pneumothorax", 0.04), ("pleural effusion", 0.03),
    )
)  # fmt: skip


def test_of_many_undecided_findings_four_are_named_the_others_counted_and_all_cited(
    link: Link, extractor: Extractor
) -> None:
    assert say(link, extractor, *MANY) == [
        "Nothing stands out; this image does not decide on heart failure, pneumonia, atelectasis, consolidation and 3 "
        "other findings (0.66 to 1.7 times their usual odds) [E1][E2][E3][E4][E5][E6][E7]."
    ]
    assert "consolidation and 1 other finding (" in say(link, extractor, *MANY[:5])[0]
    assert "atelectasis or consolidation (" in say(link, extractor, *MANY[:4])[0]


def test_of_many_possible_findings_three_have_their_numbers_and_the_others_a_range(
    link: Link, extractor: Extractor
) -> None:
    labels = [one.entity.label for one in MANY]
    many = [
        rate(label, probability, 0.03)
        for label, probability in zip(labels, (0.15, 0.14, 0.13, 0.1, 0.09, 0.08, 0.07), strict=True)
    ]
    quiet, loud = say(link, extractor, *many[:6])[0], say(link, extractor, rate("pulmonary edema", 0.7, 0.03), *many)
    assert quiet.endswith(
        "atelectasis (probability 0.13, usually 0.03; 4.8 times its usual odds) [E3] are possible; also possible are "
        "consolidation, a lung mass and a pneumothorax (2.8 to 3.6 times their usual odds) [E4][E5][E6]."
    )
    assert loud[3].startswith("Also possible are atelectasis (probability 0.13")
    assert loud[3].endswith(
        "; also possible are a pneumothorax and a pleural effusion (2.4 to 2.8 times their usual odds) [E7][E8]."
    )
    assert "; also" not in say(link, extractor, *many[:4])[0]
    flipped = quiet.replace("2.8 to 3.6", "2.8 to 4.6")
    evidence = number(*many[:6])
    (claim,) = verify([build_claim(flipped, evidence)], evidence, linker=link, extractor=extractor)
    assert claim.verdict == "contradicted"


def look_for(finding_: Finding, sign: str, log_odds: float) -> list[Evidence]:
    """A finding, a sign of it that was looked for and is absent, and the fact that ties both."""
    asked = Sign(id=f"{entity(sign).id}_asked", question=f"Is there {sign}?", entity=entity(sign))
    score = SignScore(sign=asked, value=0.1, probability=0.1, answer="no", log_odds=log_odds)
    finding_ = finding_.model_copy(update={"signs": (score,), "rest_log_odds": finding_.rest_log_odds - log_odds})
    own, fact = number(finding_, (triple(sign, SUGGESTS, finding_.entity.label), finding_.entity))
    about = {"stance": "against", "about": finding_.entity}
    seen = Evidence(key="E1", kind="sign", score=0.1, finding=finding_, sign=score, **about)
    return [own, seen, fact.model_copy(update=about)]


def test_two_absent_signs_are_told_of_what_is_unlikely_before_what_is_undecided(
    link: Link, extractor: Extractor
) -> None:
    pieces = [
        *look_for(rate("pleural effusion", 0.01, 0.1), "blunting of costophrenic angle", -0.4),
        *look_for(rate("pneumothorax", 0.04, 0.045), "visceral pleural line", -0.9),
        *look_for(rate("pneumonia", 0.05, 0.045), "air bronchogram", -0.03),
    ]
    evidence = [piece.model_copy(update={"key": f"E{at}"}) for at, piece in enumerate(pieces, 1)]
    claims = verify(write(evidence), evidence, linker=link, extractor=extractor)
    assert [claim.why for claim in claims if claim.verdict != "supported"] == []
    assert [claim.kind for claim in claims] == ["summary", "expected", "expected"]
    assert claims[1].citations == ("E2", "E3")  # of the unlikely effusion
    assert claims[2].citations == ("E5", "E6")  # of the undecided pneumothorax; the pneumonia's sign tells too little
