"""What a report states is read with section, side and degree; what is not read is counted."""

from __future__ import annotations

import pytest

from thoracite.generation.report.statements import ReadReport, read_report
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.linker import Linker
from thoracite.types import Certainty

LINK = Linker().link


def read(extractor: Extractor, text: str) -> ReadReport:
    return read_report(text, extractor=extractor, link=LINK)


def test_section_side_degree_and_place_are_kept(extractor: Extractor) -> None:
    text = "INDICATION: pneumonia.\nFINDINGS: Moderate-sized right effusion.\nOPINION: Tiny left apical pneumothorax."
    effusion, pneumothorax = read(extractor, text).statements
    assert (effusion.section, effusion.sides, effusion.degrees) == ("findings", {"right"}, (2,))
    assert (pneumothorax.section, pneumothorax.sides, pneumothorax.degrees) == ("impression", {"left"}, (0,))
    assert pneumothorax.places == {"upper"}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The lungs are clear.", [("clear lungs", True)]),
        ("The lungs are not clear.", [("clear lungs", False)]),
        ("Heart and lungs are normal.", [("clear lungs", True), ("normal heart", True)]),
        ("The pleural spaces are clear.", [("clear pleural spaces", True)]),
        ("Normal chest.", [("normal chest", True)]),
        ("The chest is clear.", [("clear lungs", True)]),
        ("No acute cardiopulmonary abnormality.", [("no acute abnormality", True)]),
        ("Acute cardiopulmonary process.", [("no acute abnormality", False)]),
        ("No acute bony abnormality.", []),
        ("The left lung is clear.", []),
        ("The lungs are otherwise clear.", []),
        ("The lungs are grossly clear.", []),
        ("Normal chest wall.", []),
    ],
)
def test_sentences_about_a_class_of_findings(
    extractor: Extractor, sentence: str, expected: list[tuple[str, bool]]
) -> None:
    found = read(extractor, sentence).classes
    assert sorted((one.name, one.holds) for one in found) == sorted(expected)


def test_to_deny_a_large_effusion_is_not_to_deny_an_effusion(extractor: Extractor) -> None:
    denied = [one.entity.label for one in read(extractor, "No large pleural effusion.").statements]
    assert denied == ["large pleural effusion"]
    named = [one.entity.label for one in read(extractor, "Large pleural effusion.").statements]
    assert "pleural effusion" in named


@pytest.mark.parametrize(
    "text",
    [
        "hello world",
        "Pas de pneumothorax. Consolidation du lobe inférieur droit.",
        "Kein Pneumothorax, keine Effusion und keine Konsolidation.",
        "Sin consolidación ni atelectasis en la base.",
        "INDICATION: effusion.",
    ],
)
def test_nothing_is_read_of_what_is_no_english_report(extractor: Extractor, text: str) -> None:
    report = read(extractor, text)
    assert report.statements == ()
    assert report.reading.is_empty
    assert report.reading.unread_characters > 0


def test_what_is_not_read_is_counted_by_reason(extractor: Extractor) -> None:
    reading = read(extractor, "HISTORY: Fever.\nFINDINGS: No effusion. Pas de pneumothorax.").reading
    assert reading.statements == 1
    assert {part.reason: part.characters for part in reading.unread} == {
        "history or indication": 6,
        "nothing recognised": 20,
    }


def test_a_short_report_in_capitals_is_read(extractor: Extractor) -> None:
    (said,) = read(extractor, "NO PNEUMOTHORAX.").statements
    assert said.certainty is Certainty.ABSENT
