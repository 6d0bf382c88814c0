"""A report against itself: what cannot both be true is found, and nothing else."""

from __future__ import annotations

import pytest

from thoracite.generation.report.conflicts import Conflict, find_conflicts
from thoracite.generation.report.statements import read_report
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.linker import Linker

LINK = Linker().link


def find(extractor: Extractor, text: str) -> list[Conflict]:
    return list(find_conflicts(read_report(text, extractor=extractor, link=LINK)))


@pytest.mark.parametrize(
    ("first", "last", "kind"),
    [
        ("There is pneumonia.", "No pneumonia.", "inconsistent"),
        ("Clavicle fracture.", "No fractures.", "inconsistent"),
        ("The lungs are clear.", "Right lower lobe consolidation.", "inconsistent"),
        ("Heart size is normal.", "Mild cardiomegaly.", "inconsistent"),
        ("Small pneumothorax.", "No acute cardiopulmonary abnormality.", "inconsistent"),
        ("The lungs are clear.", "The lungs are not clear.", "inconsistent"),
        ("No left effusion.", "Left effusion.", "inconsistent"),
        ("No focal consolidation.", "Left base consolidation.", "inconsistent"),
        ("Left effusion.", "Right effusion.", "side"),
        ("Left middle lobe atelectasis.", "", "side"),
        ("Right lingular opacity.", "", "side"),
        ("Mild cardiomegaly.", "Severe cardiomegaly.", "severity"),
        ("Trace left effusion.", "Moderate-sized left effusion.", "severity"),
        ("There is a 7 cm nodule.", "", "unit"),
        ("Pneumothorax of 0.4 mm.", "", "unit"),
        ("The mass measures 45 cm.", "", "unit"),
        ("Mass of 2.2 x 1.6 cm.", "Mass of 2.2 x 1.6 mm.", "unit"),
        ("Mass of 2 cm.", "Mass of 2 mm.", "unit"),
    ],
)
def test_what_cannot_both_be_true(extractor: Extractor, first: str, last: str, kind: str) -> None:
    (conflict,) = find(extractor, f"FINDINGS: {first}\nIMPRESSION: {last}")
    assert conflict.kind == kind
    assert {conflict.sentence, conflict.other} == {first, last}
    assert conflict.why


@pytest.mark.parametrize(
    "text",
    [
        "No left pneumothorax. Right pneumothorax.",  # another side
        "Possible pneumonia. No pneumonia.",  # a hedge
        "No large effusion. Small left effusion.",  # less is denied
        "No acute fracture. Old rib fracture.",
        "No focal consolidation. Diffuse consolidation.",
        "No nodules. Calcified nodule in the left upper lobe.",
        "No hydropneumothorax. Small pleural effusion.",  # narrower
        "Two nodules in the right lung. No other pulmonary nodules.",
        "Left effusion. No new effusion.",
        "Prior radiograph shows no effusion. Left effusion.",  # another time
        "The lungs are clear. Linear atelectasis at the left base.",  # often beside each other
        "No acute abnormality. Small effusion.",
        "The lungs are otherwise clear. Right lower lobe consolidation.",
        "FINDINGS: Small left effusion. Right effusion. IMPRESSION: Right effusion.",  # two effusions
        "FINDINGS: Left upper lobe nodule. IMPRESSION: Right lower lobe nodule.",  # two places
        "Small left effusion. Large right effusion.",
        "Small effusion. IMPRESSION: Moderate effusion.",  # one step
        "Mild cardiomegaly. IMPRESSION: Mild to moderate cardiomegaly.",
        "5 mm nodule. Endotracheal tube 5 cm above the carina.",
        "Nodule of 15 mm. The tube ends 15 cm below the cords.",
        "INDICATION: Pneumonia. FINDINGS: No pneumonia.",
        "FINDINGS: No pneumothorax. ADDENDUM: There is a small pneumothorax.",  # overruled
    ],
)
def test_what_is_no_contradiction(extractor: Extractor, text: str) -> None:
    assert find(extractor, text) == []


def test_a_pair_of_sentences_is_named_once(extractor: Extractor) -> None:
    text = "Moderate right pleural effusion, large right pleural effusion. No pleural effusion."
    assert len([one for one in find(extractor, text) if one.kind == "inconsistent"]) == 1
