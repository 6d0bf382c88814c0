"""The planter's own reading: what it calls sure is sure."""

from __future__ import annotations

import pytest

from thoracite.evaluation.report_words import Statement, read_statements


def read_one(sentence: str, finding: str) -> Statement:
    (one,) = [one for one in read_statements(f"FINDINGS: {sentence}").statements if one.finding == finding]
    return one


@pytest.mark.parametrize(
    ("sentence", "finding", "manner"),
    [
        ("No pneumothorax.", "pneumothorax", "denied"),
        ("There is no consolidation, effusion or pneumothorax.", "pneumothorax", "denied"),
        ("Lungs are free of consolidation.", "consolidation", "denied"),
        ("Pleural effusion is not seen.", "effusion", "denied"),
        ("No effusion, but there is a pneumothorax.", "pneumothorax", "stated"),
        ("Small effusion.", "effusion", "stated"),
        ("Possible effusion.", "effusion", "unclear"),
        ("Effusion or atelectasis.", "effusion", "unclear"),
        ("No XXXX effusion.", "effusion", "unclear"),
        ("No change in the effusion.", "effusion", "unclear"),
        ("The effusion has resolved.", "effusion", "unclear"),
        ("The lungs are clear.", "lungs", "denied"),
        ("Grossly clear lungs.", "lungs", "unclear"),
        ("Heart size and mediastinal contours are normal.", "heart", "denied"),
        ("No acute cardiopulmonary abnormality.", "acute", "denied"),
    ],
)
def test_manner(sentence: str, finding: str, manner: str) -> None:
    assert read_one(sentence, finding).manner == manner


def test_bones_have_no_acute_class() -> None:
    assert read_statements("FINDINGS: No acute bony abnormality.").statements == ()
    assert read_statements("FINDINGS: Pericardial effusion. Soft tissue edema. Mass effect.").statements == ()


def test_side_and_degree_belong_to_their_finding() -> None:
    text = "Small left effusion with elevated right hemidiaphragm and moderate atelectasis in the right base."
    effusion, atelectasis = read_statements(f"FINDINGS: {text}").statements
    assert effusion.side is not None
    assert effusion.degree is not None
    assert (effusion.side.name, effusion.degree.step) == ("left", 1)
    assert atelectasis.side is not None
    assert atelectasis.degree is not None
    assert (atelectasis.side.name, atelectasis.degree.step) == ("right", 2)
    assert read_one("Bilateral effusions.", "effusion").both
    assert read_one("Elevated left hemidiaphragm and atelectasis.", "atelectasis").loose
    assert read_one("Small to moderate effusion.", "effusion").degree is None


def test_sentences_have_their_section_and_no_numbers() -> None:
    read = read_statements("FINDINGS: Clear.\nIMPRESSION: 1. Small effusion. 2. No edema.")
    assert [(read.text[one.start : one.end], one.section) for one in read.sentences] == [
        ("Clear.", "findings"),
        ("Small effusion.", "impression"),
        ("No edema.", "impression"),
    ]
