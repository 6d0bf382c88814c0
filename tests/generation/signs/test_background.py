"""Background joins a fact to a finding of this image and says why its sign has no answer; anything else is refused."""

from __future__ import annotations

import pytest

from tests.generation.conftest import entity, number, rate, triple
from thoracite.generation.citations import build_claim
from thoracite.generation.signs.background import find_silence, tell_background
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.kg.vocabulary import HAS_SIGN, SUGGESTS
from thoracite.types import Certainty, Claim, Evidence, Finding, Sign, SignScore, find_log_odds

BLUNT, MENISCUS = entity("blunting of costophrenic angle"), entity("meniscus sign")
ASKED = Sign(id=BLUNT.id, question="Is the angle blunted?", entity=BLUNT, kind="measured")


def read(*scores: SignScore) -> Finding:
    effusion = rate("pleural effusion", 0.2, 0.05)
    added = sum(score.log_odds for score in scores)
    rest = find_log_odds(0.2) - added
    return effusion.model_copy(update={"signs": scores, "rest_log_odds": rest, "base_log_odds": 0.0})


def score(**values: object) -> SignScore:
    return SignScore(sign=ASKED, **values)  # type: ignore[arg-type]


SILENT = score(valid=False, invalid_because="the base is cut off")
SAID = "A textbook sign of the possible pleural effusion [E1], blunting of costophrenic angle [E2], {}."


def collect(*scores: SignScore) -> list[Evidence]:
    effusion = read(*scores)
    facts = [(triple("pleural effusion", HAS_SIGN, name), effusion.entity) for name in (BLUNT.label, MENISCUS.label)]
    against = (triple("kerley b lines", SUGGESTS, "pulmonary edema"), effusion.entity)
    return number(effusion, *facts, against, rate("pneumothorax", 0.2, 0.05))


def judge(sentence: str, evidence: list[Evidence], link: Link, extractor: Extractor) -> Claim:
    return verify([build_claim(sentence, evidence)], evidence, linker=link, extractor=extractor)[0]


def test_a_sign_has_an_answer_a_value_no_value_or_was_not_asked() -> None:
    assert find_silence(read(SILENT, SILENT), BLUNT) == "could not be measured here"
    assert find_silence(read(), BLUNT) == "was not looked for"
    assert find_silence(read(SILENT, score(value=0.06)), BLUNT) == ""
    assert find_silence(read(score(value=0.06, answer="yes", log_odds=0.4)), BLUNT) == ""
    assert tell_background(read(score(value=0.06)), "[E1]", BLUNT, "E2") == ""


@pytest.mark.parametrize(("scores", "why"), [((SILENT,), "could not be measured here"), ((), "was not looked for")])
def test_what_is_written_is_supported_and_the_other_reason_is_not(
    scores: tuple[SignScore, ...], why: str, link: Link, extractor: Extractor
) -> None:
    evidence = collect(*scores)
    written = tell_background(read(*scores), "[E1]", BLUNT, "E2")
    assert f"A{written[1:]}" == SAID.format(why)
    claim = judge(SAID.format(why), evidence, link, extractor)
    assert (claim.verdict, claim.kind, claim.why) == ("supported", "background", "")
    (other,) = {"could not be measured here", "was not looked for"} - {why}
    assert judge(SAID.format(other), evidence, link, extractor).verdict == "contradicted"


TRUE = SAID.format("could not be measured here")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("possible", "likely"),
        ("pleural effusion", "pneumothorax"),
        ("blunting of costophrenic angle", "the meniscus sign"),
        ("[E1]", "[E5]"),
        ("[E1]", "[E2]"),
        (" [E1]", ""),
        ("[E2]", "[E3]"),
        ("[E2]", "[E4]"),
        ("[E2]", "[E1]"),
        ("[E2]", "[E9]"),
        ("could not", "could"),
        ("could not be measured here", "is absent"),
        ("A textbook sign", "The best textbook sign"),
        ("A textbook sign", "No textbook sign"),
        ("here.", "here, so pneumothorax is likely."),
        ("the possible pleural effusion [E1], blunting", "the possible blunting [E1], pleural effusion"),
    ],
)  # fmt: skip
def test_its_flips_are_refused(old: str, new: str, link: Link, extractor: Extractor) -> None:
    evidence = collect(SILENT)
    assert judge(TRUE, evidence, link, extractor).verdict == "supported"
    flipped = TRUE.replace(old, new)
    assert flipped != TRUE
    assert judge(flipped, evidence, link, extractor).verdict != "supported"


def test_a_sign_with_an_answer_is_background_to_nothing(link: Link, extractor: Extractor) -> None:
    answered = collect(score(value=0.02, answer="yes", log_odds=0.7))
    for why in ("could not be measured here", "was not looked for"):
        assert judge(SAID.format(why), answered, link, extractor).verdict == "contradicted"


def test_a_fact_that_is_stated_as_absent_names_no_sign(link: Link, extractor: Extractor) -> None:
    evidence = collect(SILENT)
    fact = evidence[1].triple
    assert fact is not None
    denied = fact.model_copy(update={"object_certainty": Certainty.ABSENT})
    changed = [evidence[0], evidence[1].model_copy(update={"triple": denied}), *evidence[2:]]
    assert judge(TRUE, changed, link, extractor).verdict == "unsupported"


@pytest.mark.parametrize(
    "sentence",
    [
        "Blunting of the costophrenic angle is a sign of pleural effusion [E2].",
        "Pleural effusion shows blunting of the costophrenic angle, which cannot be judged here [E2].",
    ],
)
def test_an_explanation_states_no_fact_alone(sentence: str, link: Link, extractor: Extractor) -> None:
    evidence = collect(SILENT)
    assert judge(sentence, evidence, link, extractor).verdict == "unsupported"
    claim = build_claim(sentence, evidence)
    (asked,) = verify([claim], evidence, linker=link, extractor=extractor, facts_alone=True)
    assert (asked.verdict == "supported") is ("cannot" not in sentence), asked.why
