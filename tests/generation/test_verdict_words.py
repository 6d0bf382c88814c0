"""The words of a verdict and the ratio beside them are held against the cited finding; spoilt ones are refused."""

from __future__ import annotations

import pytest

from tests.generation.conftest import finding, number, rate
from thoracite.generation.citations import build_claim
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.types import Claim, Evidence

QUIET = number(
    rate("pneumonia", 0.08, 0.028),  # E1, possible: 3 times
    rate("atelectasis", 0.15, 0.1),  # E2, undecided: 1.6 times
    rate("consolidation", 0.03, 0.045),  # E3, undecided: 0.66 times
    rate("pneumothorax", 0.02, 0.045),  # E4, unlikely: 0.43 times
    rate("lung mass", 0.001, 0.02),  # E5, unlikely: 0.049 times
    finding("heart failure", 0.4, "uncertain"),  # E6, possible, without a prior
)
LOUD = [
    *QUIET,
    *(
        piece.model_copy(update={"key": f"E{at}"})
        for at, piece in enumerate(number(rate("pleural effusion", 0.83, 0.1), rate("pulmonary edema", 0.18, 0.017)), 7)
    ),
]
"""E7: likely, 44 times; E8: suspected, 13 times."""

SUPPORTED = (
    "A pleural effusion is likely (probability 0.83; 44 times its usual odds) [E7].",
    "A pleural effusion is likely [E7].",
    "Pulmonary edema is suspected (13 times its usual odds) [E8].",
    "Pulmonary edema is suspected (probability 0.18, usually 0.02; 13 times its usual odds) [E8].",
    "Pneumonia (probability 0.08, usually 0.03) [E1] and heart failure (probability 0.40) [E6] are possible.",
    "Pulmonary edema is suspected, at 13 times its usual odds [E8].",
    "Pneumonia is possible (probability 0.08; 3 times its usual odds) [E1].",
    "Pneumonia cannot be excluded [E1].",
    "This image does not decide on atelectasis or consolidation (0.66 to 1.6 times their usual odds) [E2][E3].",
    "Atelectasis is undecided (1.6 times its usual odds) [E2].",
    "There is no sign of pneumothorax or lung mass (at most 0.43 times their usual odds) [E4][E5].",
    "Pneumothorax and lung mass are unlikely (at least 0.049 times their usual odds) [E4][E5].",
    "Heart failure is possible (probability 0.40) [E6].",
    "Pneumonia (probability 0.08; 3 times its usual odds) [E1] and heart failure (probability 0.40) [E6] are possible.",
    "There is no sign of pneumothorax (0.43 times its usual odds) [E4]; no lung mass is detected (probability 0.00) "
    "[E5].",
    "No pneumothorax is seen [E4]; this image does not decide on atelectasis [E2].",
    "This image does not decide on atelectasis and 1 other finding (0.66 to 1.6 times their usual odds) [E2][E3].",
    "There is no sign of pneumothorax or 1 other finding (at most 0.43 times their usual odds) [E4][E5].",
)
WORDS = (
    ("unsupported", "A pleural effusion is suspected [E7].", "says suspected, the image evidence likely"),
    ("unsupported", "A pleural effusion is present [E7].", "says present, the image evidence likely"),
    ("unsupported", "A pleural effusion is possible [E7].", "says possible, the image evidence likely"),
    ("contradicted", "There is no sign of pleural effusion [E7].", "says absent, the image evidence likely"),
    (
        "unsupported",
        "This image does not decide on pleural effusion [E7].",
        "says undecided, the image evidence likely",
    ),
    ("unsupported", "Pulmonary edema is likely [E8].", "says likely, the image evidence suspected"),
    ("unsupported", "Pulmonary edema is possible [E8].", "says possible, the image evidence suspected"),
    ("contradicted", "Pulmonary edema is unlikely [E8].", "says absent, the image evidence suspected"),
    ("unsupported", "Pneumonia is suspected [E1].", "says suspected, the image evidence possible"),
    ("unsupported", "Pneumonia is undecided [E1].", "says undecided, the image evidence possible"),
    ("unsupported", "No pneumonia is seen [E1].", "says absent, the image evidence possible"),
    ("unsupported", "No atelectasis is seen [E2].", "says absent, the image evidence undecided"),
    ("unsupported", "There is no sign of atelectasis [E2].", "says absent, the image evidence undecided"),
    ("unsupported", "Atelectasis is possible [E2].", "says possible, the image evidence undecided"),
    ("unsupported", "Atelectasis is suspected [E2].", "says suspected, the image evidence undecided"),
    ("unsupported", "There is atelectasis [E2].", "says present, the image evidence undecided"),
    ("contradicted", "Pneumothorax is suspected [E4].", "says suspected, the image evidence absent"),
    ("unsupported", "Pneumothorax is possible [E4].", "says possible, the image evidence absent"),
    ("unsupported", "This image does not decide on pneumothorax [E4].", "says undecided, the image evidence absent"),
    ("unsupported", "This image does not decide against pneumothorax [E4].", "says unclear"),
    ("unsupported", "This image decides on atelectasis [E2].", "says unclear"),
    ("unsupported", "Atelectasis is undecided and not likely [E2].", "says unclear"),
    ("unsupported", "This image does not decide on the atelectasis that is present [E2].", "says unclear"),
    ("unsupported", "This image does not decide on atelectasis or pneumonia [E2][E1].", "pneumonia: the sentence says"),
    ("unsupported", "This image does not decide on atelectasis [E3].", "it cites no image evidence of it"),
)
RATIOS = (
    ("contradicted", "Pulmonary edema is suspected (12 times its usual odds) [E8].", "12 times the usual odds of pulm"),
    ("contradicted", "Pulmonary edema is suspected (13.0 times its usual odds) [E8].", "13.0 times"),
    ("contradicted", "Pulmonary edema is suspected (at most 12 times its usual odds) [E8].", "at most 12"),
    ("contradicted", "Pulmonary edema is suspected (more than 12 times its usual odds) [E8].", "more than 12"),
    ("contradicted", "A pleural effusion is likely (13 times its usual odds) [E7][E8].", "13 times"),
    ("contradicted", "Pneumonia (44 times its usual odds) [E1] and heart failure [E6] are possible.", "44 times"),
    ("contradicted", "This image does not decide on atelectasis or consolidation (0.66 to 1.7 times their usual odds) "
     "[E2][E3].", "0.66 to 1.7 times"),
    ("contradicted", "This image does not decide on atelectasis or consolidation (1.6 times their usual odds) "
     "[E2][E3].", "1.6 times"),
    ("contradicted", "This image does not decide on atelectasis (0.66 to 1.6 times its usual odds) [E2].", "0.66 to"),
    ("contradicted", "There is no sign of pneumothorax or lung mass (at most 0.4 times their usual odds) [E4][E5].",
     "at most 0.4 times"),
    ("contradicted", "There is no sign of lung mass (at most 0.43 times its usual odds) [E5][E4].", "at most 0.43"),
    ("unsupported", "Heart failure is possible (3 times its usual odds) [E6].", "has usual odds of heart failure"),
    ("unsupported", "Heart failure and pneumonia are possible (3 times their usual odds) [E6][E1].", "has usual odds"),
    ("contradicted", "Pulmonary edema is suspected (probability 0.19; 13 times its usual odds) [E8].", "0.19"),
    ("contradicted", "Pulmonary edema is suspected (probability 13 times its usual odds) [E8].", "13"),
    ("contradicted", "Pulmonary edema is suspected (probability 0.18, usually 0.03) [E8].", "not usually 0.03"),
    ("contradicted", "Pulmonary edema is suspected (probability 0.02, usually 0.18) [E8].", "0.02 beside"),
    ("contradicted", "Pulmonary edema is suspected (probability 0.02) [E8].", "0.02 beside"),
    ("unsupported", "Heart failure is possible (probability 0.40, usually 0.40) [E6].", "how usual heart failure is"),
    ("unsupported", "Pulmonary edema is suspected (probability 0.18, usually at most 0.18) [E8].", "'usually'"),
    ("unsupported", "Pulmonary edema is suspected (probability 0.18, normally 0.18) [E8].", "'normally'"),
    ("unsupported", "Pulmonary edema is suspected (probability 0.18 as usual) [E8].", "'as usual'"),
    ("unsupported", "Pulmonary edema is suspected, with thirteen times its usual odds [E8].", "says 'times'"),
    ("unsupported", "Pulmonary edema is suspected, twice its usual odds [E8].", "says 'twice'"),
    ("contradicted", "Pulmonary edema is suspected (13 times as common as usual) [E8].", "number 13"),
    ("contradicted", "Pulmonary edema is suspected, a 13-fold rise [E8].", "number 13"),
    ("contradicted", "Pulmonary edema is suspected, no more than 13 times its usual odds [E8].", "number 13"),
)  # fmt: skip


COUNTED = (
    ("contradicted", "This image does not decide on atelectasis and 2 other findings [E2][E3].", "1 other findings"),
    ("contradicted", "This image does not decide on atelectasis and 1 other finding [E2].", "0 other findings, not 1"),
    ("contradicted", "This image does not decide on atelectasis and 1 other finding (1.6 times their usual odds) "
     "[E2][E3].", "1.6 times"),
    ("contradicted", "There is no sign of pneumothorax or 1 other finding [E4][E7].", "says absent, the image"),
    ("unsupported", "This image does not decide on atelectasis and 1 other finding [E2][E4].", "says undecided"),
    ("unsupported", "This image does not decide on atelectasis and several other findings [E2][E3].", "E3"),
    ("contradicted", "This image does not decide on atelectasis [E2] and 1 other finding is likely.", "number"),
)  # fmt: skip
"""Findings that are counted are held against the image like those that are named."""


UNHELD = (
    "Nothing else is seen; pneumonia is possible [E1].",
    "Nothing is likely or suspected; pneumonia is possible [E1].",
    "No finding is suspected; pneumonia is possible [E1].",
    "No other finding is likely; pneumonia is possible [E1].",
    "Everything else is unlikely; pneumonia is possible [E1].",
    "All other findings are absent; pneumonia is possible [E1].",
    "Only pneumonia is possible [E1].",
    "Pneumonia is the only possible finding [E1].",
    "Pneumonia is possible and suspected [E1].",
    "Pneumonia is possible, even suspected [E1].",
    "Pneumonia is highly possible [E1].",
    "Pulmonary edema is strongly suspected [E8].",
    "Pulmonary edema is suspected or likely [E8].",
    "This image does not decide on atelectasis, but it is suspected [E2].",
)
"""Free wording that says more than the verdict, or of what is not named."""


def judge(sentence: str, evidence: list[Evidence], link: Link, extractor: Extractor) -> Claim:
    return verify([build_claim(sentence, evidence)], evidence, linker=link, extractor=extractor)[0]


@pytest.mark.parametrize("sentence", SUPPORTED)
def test_what_agrees_is_supported(sentence: str, link: Link, extractor: Extractor) -> None:
    claim = judge(sentence, LOUD, link, extractor)
    assert claim.verdict == "supported", claim.why


@pytest.mark.parametrize(("verdict", "sentence", "why"), [*WORDS, *COUNTED])
def test_another_verdicts_word_is_refused(
    verdict: str, sentence: str, why: str, link: Link, extractor: Extractor
) -> None:
    claim = judge(sentence, LOUD, link, extractor)
    assert (claim.verdict, why in claim.why) == (verdict, True), claim.why


@pytest.mark.parametrize(("verdict", "sentence", "why"), RATIOS)
def test_a_wrong_ratio_is_refused(verdict: str, sentence: str, why: str, link: Link, extractor: Extractor) -> None:
    claim = judge(sentence, LOUD, link, extractor)
    assert (claim.verdict, why in claim.why) == (verdict, True), claim.why


@pytest.mark.parametrize("sentence", UNHELD)
def test_what_cannot_be_held_against_a_finding_is_refused(sentence: str, link: Link, extractor: Extractor) -> None:
    assert judge(sentence, QUIET if "[E8]" not in sentence else LOUD, link, extractor).verdict == "unsupported"


def test_nothing_stands_out_is_held_against_all_evidence(link: Link, extractor: Extractor) -> None:
    sentence = "Nothing stands out; pneumonia is possible (3 times its usual odds) [E1]."
    quiet, loud = judge(sentence, QUIET, link, extractor), judge(sentence, LOUD, link, extractor)
    assert (quiet.verdict, quiet.kind) == ("supported", "summary"), quiet.why
    assert (loud.verdict, loud.why) == ("contradicted", "the image evidence says that pleural effusion is likely")
    suspected = judge(sentence, [*QUIET, LOUD[-1]], link, extractor)
    assert suspected.why == "the image evidence says that pulmonary edema is suspected"


@pytest.mark.parametrize(
    "sentence",
    [
        "Nothing stands out [E1].",
        "Nothing stands out.",
        "Nothing else stands out; pneumonia is possible [E1].",
        "Nothing stands out but pneumonia [E1].",
        "Pneumonia stands out [E1].",
        "Pneumonia is possible [E1] and nothing stands out.",
        "Nothing stands out; pneumonia is possible [E2].",
    ],
)
def test_nothing_stands_out_has_one_form_and_cites_what_it_speaks_of(
    sentence: str, link: Link, extractor: Extractor
) -> None:
    assert judge(sentence, QUIET, link, extractor).verdict != "supported"
