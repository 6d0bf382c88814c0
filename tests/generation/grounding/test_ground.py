"""Free text finds its evidence, sentence by sentence; what finds none is dropped."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from thoracite.generation.grounding import Grounded, Grounder, ground
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.types import Evidence, Finding


@pytest.fixture(scope="module")
def read(evidence: Sequence[Evidence]) -> list[Finding]:
    return list({one.about.id: one.finding for one in evidence if one.finding is not None}.values())


def run(text: str, read: Sequence[Finding], evidence: Sequence[Evidence], link: Link, extractor: Extractor) -> Grounded:
    return ground(text, read, evidence, linker=link, extractor=extractor)


SAID = {
    "A right pleural effusion is likely (probability 0.83).": (
        "A right pleural effusion is likely (probability 0.83) [E1][E2]."
    ),
    "There is no pneumothorax or lung mass.": "There is no pneumothorax or lung mass [E13][E14].",
    "No pneumothorax is detected (probability 0.03), and cardiomegaly is likely.": (
        "No pneumothorax is detected (probability 0.03) [E13], and cardiomegaly is likely [E17]."
    ),
    "The right costophrenic angle is blunt, which suggests pleural effusion.": (
        "The right costophrenic angle is blunt [E3], which suggests pleural effusion [E6]."
    ),
    "Pneumonia is possible, because consolidation, which is likely (probability 0.71), is suggestive of pneumonia.": (
        "Pneumonia is possible [E12], because consolidation, which is likely (probability 0.71) [E7], is suggestive of "
        "pneumonia [E8]."
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_citations_stand_behind_what_they_are_about(
    text: str, read: Sequence[Finding], evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    grounded = run(text, read, evidence, link, extractor)
    assert [claim.sentence for claim in grounded.claims] == [SAID[text]], grounded.dropped
    assert [claim.origin for claim in grounded.claims] == ["decoder"]


FALSE = {
    "There is no pleural effusion.": "contradicted",
    "A left pleural effusion is likely.": "contradicted",
    "A pleural effusion is not likely.": "contradicted",
    "A pleural effusion is likely (probability 0.38).": "contradicted",
    "The right costophrenic angle is sharp.": "contradicted",
    "The left costophrenic angle is blunt.": "contradicted",
    "Heart failure may be caused by pleural effusion.": "contradicted",
    "Pneumothorax is likely.": "contradicted",
    "A large right pleural effusion is likely.": "unsupported",
    "A new right pleural effusion is likely.": "unsupported",
    "Pneumonia is likely caused by heart failure.": "unsupported",
    "It is false that a pleural effusion is likely.": "unsupported",
    "A pleural effusion is likely elsewhere.": "unsupported",
    "A pleural effusion would be likely.": "unsupported",
    "The father has a likely pleural effusion.": "unsupported",
    "A pleural effusion is anything but likely.": "unsupported",
    "There is not no pneumothorax.": "unsupported",
    "No pneumothorax is not detected.": "unsupported",
    "Pneumonia is not possible.": "unsupported",
    "A pleural effusion is far from likely.": "contradicted",
    "I am a language model.": "unsupported",
    "Pleural effusion may be caused by heart failure.": "unsupported",
    "A skin fold may mimic pneumothorax.": "unsupported",
    "Kerley B lines are present.": "unsupported",
    "x" * 700: "unsupported",
}


@pytest.mark.parametrize("text", FALSE)
def test_what_evidence_does_not_support_is_dropped_with_the_reason(
    text: str, read: Sequence[Finding], evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    grounded = run(text, read, evidence, link, extractor)
    assert grounded.claims == ()
    assert [one.verdict for one in grounded.dropped] == [FALSE[text]], grounded.dropped
    assert grounded.dropped[0].why


def test_a_sentence_that_lacks_a_hedge_is_rewritten_and_marked(
    read: Sequence[Finding], evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    grounded = run("Atelectasis is present.", read, evidence, link, extractor)
    assert [(claim.sentence, claim.origin) for claim in grounded.claims] == [
        ("Atelectasis is possible (probability 0.38) [E11].", "rewritten")
    ]
    assert grounded.dropped == ()


@pytest.mark.parametrize(
    "text",
    [
        "Left atelectasis is likely.",  # the image states no side
        "Atelectasis is likely (probability 0.90).",
        "Severe atelectasis is likely.",
        "Atelectasis is impossible.",
        "A pleural effusion is possible.",  # the image is surer than that
        "It is false that atelectasis is likely.",
        "Pneumothorax is likely.",  # it is unlikely: that is no hedge
        "Atelectasis is likely, and there is no consolidation.",
    ],
)
def test_nothing_else_is_rewritten(
    text: str, read: Sequence[Finding], evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    assert run(text, read, evidence, link, extractor).claims == ()


def test_a_rewritten_sentence_says_nothing_twice(
    read: Sequence[Finding], evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    text = "Atelectasis is present. Atelectasis is possible. ATELECTASIS IS POSSIBLE. Atelectasis is likely."
    grounded = run(text, read, evidence, link, extractor)
    assert [claim.sentence for claim in grounded.claims] == ["Atelectasis is possible [E11]."]


def test_citations_that_a_model_made_up_are_taken_out(
    read: Sequence[Finding], evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    grounded = run("- There is no pneumothorax [E99][E1].\n- Cardiomegaly is likely [E1, E5].", read, evidence, link,
                   extractor)  # fmt: skip
    assert [claim.sentence for claim in grounded.claims] == [
        "There is no pneumothorax [E13].",
        "Cardiomegaly is likely [E17].",
    ]


def test_no_text_gives_no_claims(
    read: Sequence[Finding], evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    assert run(" \n", read, evidence, link, extractor) == Grounded((), ())
    assert len(run("Word. " * 500, read, evidence, link, extractor).dropped) == 1


def test_a_sentence_holds_if_it_would_be_released_and_names_nothing_twice(
    read: Sequence[Finding], evidence: Sequence[Evidence], link: Link, extractor: Extractor
) -> None:
    grounder = Grounder(read, evidence, linker=link, extractor=extractor)
    for text in SAID:
        assert grounder.holds(text)
    assert not any(grounder.holds(text) for text in FALSE)
    assert not grounder.holds("")
    assert not grounder.holds("There is no pneumothorax. There is no lung mass.")
    assert grounder.holds("There is no pneumothorax, lung mass or mass.") is False
    assert grounder.holds("There is no pneumothorax or lung mass.")
    text = " ".join([*SAID, *FALSE])
    assert grounder.ground(text) == run(text, read, evidence, link, extractor)
