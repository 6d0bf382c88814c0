"""Words of change: released where a difference bears them out, in several wordings, and refused else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest

from tests.generation.conftest import entity, finding, rate
from tests.signs import score_sign
from thoracite.generation.changes.check import check_difference, read_said
from thoracite.generation.changes.sentences import tell_differences
from thoracite.generation.citations import build_claim, strip_citations
from thoracite.generation.grounding import ground
from thoracite.generation.phrases import begin
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.types import Difference, Entity, Evidence
from thoracite.vision.mini.signs.listed import read_signs

WIDE = Entity(
    id="thx:cardiothoracic_ratio_gt_0_5_on_pa_view", label="cardiothoracic ratio > 0.5 on PA view", kind="sign"
)
RATIO = Difference(name="cardiothoracic ratio", change="larger", before=0.448, now=0.561, limit=0.076, view="PA")
DEPTH = Difference(
    name="depth of the left costophrenic angle", change="unchanged", before=0.081, now=0.078, unit="chest widths",
    limit=0.06, view="PA",
)  # fmt: skip
EFFUSION = Difference(
    name="pleural effusion", change="new", before=0.01, now=0.83, verdict_before="unlikely", verdict_now="likely"
)
PNEUMONIA = Difference(
    name="pneumonia", change="unchanged", before=0.4, now=0.44, verdict_before="suspected", verdict_now="suspected"
)


@pytest.fixture(scope="module")
def compared(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The imagined study's evidence, and four differences, E18 to E21."""
    about = (WIDE, entity("blunting of costophrenic angle"), entity("pleural effusion"), entity("pneumonia"))
    more = [
        Evidence(
            key=f"E{number}", kind="difference", score=1.0, about=what, label=difference.name, difference=difference
        )
        for number, (what, difference) in enumerate(zip(about, (RATIO, DEPTH, EFFUSION, PNEUMONIA), strict=True), 18)
    ]
    return [*evidence, *more]


TRUE = [
    "The cardiothoracic ratio is 0.56, and was 0.45 on the earlier film.",
    "The cardiothoracic ratio is 0.56, and was 0.45 on the earlier film: larger.",
    "Compared with the prior radiograph, the cardiothoracic ratio has increased from 0.45 to 0.56.",
    "The heart is larger than on the previous film.",
    "The heart has increased since the earlier film.",
    "The depth of the left costophrenic angle is 0.08 chest widths, and was 0.08 chest widths on the earlier film: "
    "unchanged within 0.06.",
    "The depth of the left costophrenic angle is unchanged.",
    "A pleural effusion is likely, and was unlikely on the earlier film: new.",
    "A new pleural effusion is likely.",
    "Pleural effusion is likely and new since the previous study.",
    "Pneumonia is suspected, and was suspected on the prior film: unchanged.",
    "Unchanged pneumonia is suspected.",
    "Pneumonia remains suspected.",
    "Pneumonia is still suspected since the prior study.",
]
FALSE = [
    "The cardiothoracic ratio is 0.45, and was 0.56 on the earlier film.",
    "The cardiothoracic ratio is 0.56, and was 0.45 on the earlier film: smaller.",
    "The cardiothoracic ratio has increased from 0.56 to 0.45.",
    "The cardiothoracic ratio has decreased from 0.45 to 0.56.",
    "The cardiothoracic ratio is 1, and was 0 on the earlier film.",
    "The cardiothoracic ratio is 0.56 chest widths, and was 0.45 on the earlier film.",
    "The heart is smaller than on the previous film.",
    "The heart is unchanged.",
    "The heart was larger on the earlier film.",
    "On the earlier film the heart is larger.",
    "The heart is not larger than on the previous film.",
    "The heart is larger than on the previous film, which suggests heart failure.",
    "The depth of the left costophrenic angle is smaller than on the earlier film.",
    "The depth of the right costophrenic angle is unchanged.",
    "A pleural effusion is likely, and was likely on the earlier film.",
    "A pleural effusion is likely, and was unlikely on the earlier film: unchanged.",
    "There is a new pleural effusion.",
    "A new left pleural effusion is likely.",
    "A worse pleural effusion is likely.",
    "The pleural effusion has increased.",
    "New pneumonia is suspected.",
    "Pneumonia has improved.",
    "Pneumonia remains likely.",
    "A pleural effusion remains likely.",
    "A new pneumothorax is likely.",
    "There is no interval change.",
    "No change since the earlier film.",
    "The lungs are unchanged.",
]


def test_true_sentences_of_change_are_released_with_the_difference_cited(
    compared: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    for sentence in TRUE:
        grounded = ground(sentence, (), compared, linker=link, extractor=extractor)
        assert [strip_citations(claim.sentence) for claim in grounded.claims] == [sentence], grounded.dropped
        (claim,) = grounded.claims
        assert (claim.kind, claim.origin, len(claim.citations)) == ("observation", "decoder", 1)
        assert claim.citations[0] in {"E18", "E19", "E20", "E21"}


@pytest.mark.parametrize("sentence", FALSE)
def test_false_sentences_of_change_are_not(
    sentence: str, compared: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    grounded = ground(sentence, (), compared, linker=link, extractor=extractor)
    assert grounded.claims == ()
    assert len(grounded.dropped) == 1


def test_a_change_that_lacks_its_verdict_is_written_again(
    compared: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    grounded = ground("Pleural effusion is new.", (), compared, linker=link, extractor=extractor)
    assert [(claim.sentence, claim.origin) for claim in grounded.claims] == [
        ("A pleural effusion is likely, and was unlikely on the earlier film: new [E20].", "rewritten")
    ]
    assert ground("Pleural effusion is gone.", (), compared, linker=link, extractor=extractor).claims == ()


def test_without_an_earlier_film_none_is_released_whatever_it_cites(
    evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    for sentence in (*TRUE, *FALSE, "Again seen is a pleural effusion.", "The heart is now wide.", "Newly seen mass."):
        assert ground(sentence, (), evidence, linker=link, extractor=extractor).claims == (), sentence
        cited = [build_claim(f"{sentence.removesuffix('.')} [{piece.key}].", evidence) for piece in evidence]
        judged = verify(cited, evidence, linker=link, extractor=extractor)
        assert [claim.sentence for claim in judged if claim.verdict == "supported"] == []


def test_what_the_template_says_is_what_the_verifier_supports(
    compared: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    told = [begin(sentence) for sentence in tell_differences(compared)]
    assert told == [
        "A pleural effusion is likely, and was unlikely on the earlier film: new [E20].",
        "The cardiothoracic ratio is 0.56, and was 0.45 on the earlier film: larger [E18].",
        "Pneumonia is suspected, and was suspected on the earlier film: unchanged [E21].",
    ]
    judged = verify([build_claim(one, compared) for one in told], compared, linker=link, extractor=extractor)
    assert {claim.verdict for claim in judged} == {"supported"}


def test_a_difference_is_cited_alone_and_as_an_observation(
    compared: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    for keys in ("[E18][E1]", "[E18][E19]"):
        claim = build_claim(f"The heart is larger than on the earlier film {keys}.", compared)
        assert verify([claim], compared, linker=link, extractor=extractor)[0].verdict == "unsupported"
    claim = build_claim("The heart is larger than on the earlier film [E18].", compared)
    turned = claim.model_copy(update={"kind": "diagnosis"})
    assert [one.verdict for one in verify([claim, turned], compared, linker=link, extractor=extractor)] == [
        "supported",
        "unsupported",
    ]


def test_a_contradiction_is_called_one() -> None:
    assert {fault.verdict for fault in check_difference("The heart is smaller.", RATIO)} == {"contradicted"}
    assert check_difference("A mass is larger.", RATIO)[0].verdict == "unsupported"
    assert read_said("The heart is wide.") is None


@pytest.mark.parametrize("verdict", ["undecided", "possible"])
def test_others_are_those_that_the_image_leaves_undecided(verdict: str, link: Link, extractor: Extractor) -> None:
    from tests.generation.conftest import number, rate

    ratios = {"undecided": 0.05, "possible": 0.2}
    pieces = number(rate("lung mass", 0.05, 0.05), rate("consolidation", ratios[verdict], 0.05))
    sentence = "This image does not decide on lung mass and others."
    grounded = ground(sentence, (), pieces, linker=link, extractor=extractor)
    assert [strip_citations(claim.sentence) for claim in grounded.claims] == (
        [sentence] if verdict == "undecided" else []
    )
    assert finding("lung mass", 0.1, "uncertain").verdict == "possible"
    for other in ("A lung mass and others are possible.", "Others are seen.", "There is no lung mass and others."):
        assert ground(other, (), pieces, linker=link, extractor=extractor).claims == ()


LASTING = [
    "{} remains {}.", "{} still is {}.", "{} is still {}.", "Still, {} is {}.", "{} stays {}.", "{} is {} still.",
    "{} remained {}.", "{} continues to be {}.", "{} persists and is {}.", "{} is persistently {}.",
    "{} is {} as before.",
    "{} has remained {}.", "{} has become {}.", "{} is once more {}.", "{} is again {}.", "{} is stable and {}.",
    "{} is unchanged and {}.", "{} is no longer {}.", "{} is not yet {}.", "{} is {} at present.",
    "{} is currently {}.",
    "Known {} is {}.", "{} is {} to date.", "There is still no sign of {}.", "There is no sign of {} any more.",
]  # fmt: skip
"""Words that say that a finding was there before, round each verdict."""


@pytest.mark.parametrize("form", LASTING)
@pytest.mark.parametrize("word", ["likely", "suspected", "possible", "undecided", "unlikely"])
def test_that_a_verdict_was_the_same_before_needs_an_earlier_film(
    form: str, word: str, link: Link, extractor: Extractor
) -> None:
    odds = {"likely": (0.83, 0.15), "suspected": (0.4, 0.05), "possible": (0.2, 0.07), "undecided": (0.05, 0.05)}
    rated = rate("cardiomegaly", *odds.get(word, (0.01, 0.05)))
    assert rated.verdict == word
    evidence = [Evidence(key="E1", kind="finding", score=rated.probability, about=rated.entity, finding=rated)]

    def judge(sentence: str) -> str:
        claim = build_claim(f"{sentence.removesuffix('.')} [E1].", evidence)
        return verify([claim], evidence, linker=link, extractor=extractor)[0].verdict

    assert judge(f"Cardiomegaly is {word}.") == "supported"
    if (form, word) == ("{} remains {}.", "undecided"):
        assert judge("Cardiomegaly remains undecided.") == "supported"  # says that it is left open
        return
    assert judge(begin(form.format("cardiomegaly", word))) != "supported"


@pytest.mark.parametrize(("answer", "state"), [("yes", "wide"), ("no", "not wide")])
def test_what_is_amiss_lasts_only_with_an_earlier_film(
    answer: Literal["yes", "no"], state: str, link: Link, extractor: Extractor
) -> None:
    asked = next(one for one in read_signs() if one.measure == "cardiothoracic ratio" and one.view == "PA")
    score = score_sign(asked, answer)
    evidence = [Evidence(key="E1", kind="sign", score=0.9, about=entity("cardiomegaly"), sign=score)]

    def judge(verb: str) -> str:
        claim = build_claim(f"The heart {verb} {state} [E1].", evidence)
        return verify([claim], evidence, linker=link, extractor=extractor)[0].verdict

    assert judge("is") == "supported"
    for changed in ("has become", "continues to be", "has remained", "is again", "is once more"):
        assert judge(changed) == "unsupported", changed
    for kept in ("is still", "remains", "stays"):  # of what is as it should be nobody needs an earlier film
        assert judge(kept) == ("unsupported" if answer == "yes" else "supported"), kept
