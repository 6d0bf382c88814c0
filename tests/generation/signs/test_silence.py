"""What is said of signs that were not measured, and of a verdict that no named sign carries; flips are refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from thoracite.generation.citations import build_claim
from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.groups import deny
from thoracite.generation.signs.sentences import carry, state_own_reading, tell_unmeasured
from thoracite.generation.signs.silence import drop_told
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.types import Claim, Entity, Evidence, Finding, Sign, SignScore, find_log_odds

HEART = Entity(id="thx:cardiomegaly", label="cardiomegaly", kind="finding")
ASKED = Sign(id="thx:tracheal_deviation", question="Does the trachea lie to the right?",
             entity=Entity(id="thx:tracheal_deviation", label="tracheal deviation", kind="sign"))  # fmt: skip
BASE, TRACHEA = "the left base is too short to trace", "the trachea is not clear"


def silence(*reasons: str) -> tuple[SignScore, ...]:
    return tuple(SignScore(sign=ASKED, valid=False, invalid_because=reason) for reason in reasons)


def read(rest: float, *signs: SignScore) -> Finding:
    base = find_log_odds(0.2) - rest - sum(score.log_odds for score in signs)
    return Finding(entity=HEART, probability=0.2, prior=0.03, certainty="uncertain", base_log_odds=base,
                   rest_log_odds=rest, signs=signs)  # fmt: skip


Judge = Callable[[str, list[Evidence]], Claim]


@pytest.fixture
def judge(link: Link, extractor: Extractor) -> Judge:
    def one(sentence: str, evidence: list[Evidence]) -> Claim:
        return verify([build_claim(sentence, evidence)], evidence, linker=link, extractor=extractor)[0]

    return one


def cite_silent(finding: Finding) -> list[Evidence]:
    silent = {score.invalid_because: score for score in finding.signs}
    return [
        Evidence(key=f"E{number}", kind="sign", score=0.0, about=HEART, finding=finding, sign=score)
        for number, score in enumerate(silent.values(), 1)
    ]


def test_signs_without_a_value_are_told_with_number_and_reasons(judge: Judge) -> None:
    evidence = cite_silent(read(1.0, *silence(*[BASE] * 9, *[TRACHEA] * 3)))
    sentence = tell_unmeasured(evidence)
    assert sentence == f"12 signs could not be measured: {BASE} [E1] and {TRACHEA} [E2]."
    claim = judge(sentence, evidence)
    assert (claim.kind, claim.verdict, claim.why) == ("summary", "supported", "")


@pytest.mark.parametrize(
    ("flipped", "verdict"),
    [
        (f"13 signs could not be measured: {BASE} [E1].", "contradicted"),
        ("12 signs could not be measured: the right base is too short to trace [E1].", "unsupported"),
        (f"12 signs could not be measured: {BASE} and cardiomegaly is likely [E1].", "unsupported"),
        (f"12 signs could not be measured because {BASE} [E1].", "unsupported"),
    ],
)
def test_another_number_or_reason_is_refused(flipped: str, verdict: str, judge: Judge) -> None:
    evidence = cite_silent(read(1.0, *silence(*[BASE] * 9, *[TRACHEA] * 3)))
    assert judge(flipped, evidence).verdict == verdict


def test_several_faults_of_one_mask_read_as_a_list_and_their_note_is_not_said_again(judge: Judge) -> None:
    evidence = cite_silent(read(1.0, *silence(*[f"{BASE}, {TRACHEA}"] * 12)))
    claim = judge(tell_unmeasured(evidence), evidence)
    assert claim.sentence == f"12 signs could not be measured: {BASE} and {TRACHEA} [E1]."
    assert (claim.verdict, claim.why) == ("supported", "")
    note = f"Lungs and heart were not measured: {BASE} and {TRACHEA}."
    others = (f"Earlier film: {note[:1].lower()}{note[1:]}", "The image has only 64×64 pixels.")
    assert drop_told([note, *others], [claim], evidence) == others
    assert drop_told([note, *others], [], evidence) == (note, *others)
    assert drop_told([note.replace(TRACHEA, "it is cut off")], [claim], evidence) != ()


def test_few_silent_signs_are_left_to_the_table() -> None:
    assert tell_unmeasured(cite_silent(read(1.0, *silence(BASE, TRACHEA)))) == ""


@pytest.mark.parametrize(("rest", "said"), [(1.5, True), (0.2, False)])
def test_the_networks_own_reading_is_said_only_where_it_adds_more(rest: float, said: bool, judge: Judge) -> None:
    finding = read(rest, SignScore(sign=ASKED, value=0.1, answer="yes", log_odds=0.6))
    evidence = [Evidence(key="E1", kind="finding", score=0.2, about=HEART, finding=finding)]
    assert bool(state_own_reading(finding)) is said
    sentence = (
        f"Cardiomegaly is {finding.verdict} (probability 0.20), by the network's own reading more than by any named "
        "sign [E1]."
    )
    assert (judge(sentence, evidence).verdict == "supported") is said


@pytest.mark.parametrize(("rest", "own"), [(1.5, True), (0.65, False)])
def test_a_sign_that_carries_partly_leaves_the_greater_part_to_the_network_and_says_so(
    rest: float, own: bool, judge: Judge
) -> None:
    finding = read(rest, SignScore(sign=ASKED, side="right", value=0.1, answer="yes", log_odds=0.6),
                   SignScore(sign=ASKED, side="left", value=0.1, answer="no", log_odds=0.2))  # fmt: skip
    evidence = [
        Evidence(key="E1", kind="finding", score=0.2, about=HEART, finding=finding),
        Evidence(key="E2", kind="sign", score=0.6, about=HEART, finding=finding, sign=finding.signs[0], stance="for"),
    ]
    said = carry(evidence[1:])
    assert said.startswith(", partly carried by ")
    assert said.endswith("[E2], but by the network's own reading more than by any named sign") is own
    sentence = f"Cardiomegaly is {finding.verdict} (probability 0.20, usually 0.03; 8.1 times its usual odds) [E1]"
    assert judge(f"{sentence}{said}.", evidence).why == ""
    turned = said.split(", but")[0] if own else f"{said}, but by the network's own reading more than by any named sign"
    assert (judge(f"{sentence}{turned}.", evidence).verdict == "supported") is own


def test_where_most_signs_have_no_value_nothing_is_said_to_show_no_sign(judge: Judge) -> None:
    rest = find_log_odds(0.01)
    said = {}
    for blind, signs in ((True, silence(*[BASE] * 3)), (False, silence())):
        heart = Finding(entity=HEART, probability=0.01, prior=0.03, certainty="definitely absent", rest_log_odds=rest,
                        signs=signs)  # fmt: skip
        silent = [piece.model_copy(update={"key": "E2"}) for piece in cite_silent(heart)[:1]]
        evidence = [Evidence(key="E1", kind="finding", score=0.01, about=HEART, finding=heart), *silent]
        (sentence,) = deny(CitedFindings([heart], evidence))
        said[blind] = sentence
        claim = judge(sentence, evidence)
        assert (claim.verdict, claim.why) == ("supported", "")
    assert said[True] == "cardiomegaly is unlikely (0.33 times its usual odds) [E1]."
    assert said[False] == "there is no sign of cardiomegaly (0.33 times its usual odds) [E1]."
