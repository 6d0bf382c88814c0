"""Words of medicine that look like names: those of vocabularies, and what stands beside them."""

from __future__ import annotations

import pytest

from thoracite.kg.privacy.deidentify import deidentify
from thoracite.kg.privacy.slots import LISTS
from thoracite.kg.privacy.terms import collect_terms, is_medical
from thoracite.kg.privacy.tokens import is_eponym, is_known_eponym
from thoracite.kg.privacy.words import read_words


def test_terms_are_collected_by_kind() -> None:
    lists = collect_terms(
        [
            "Couinaud segment",
            "left lung segment",
            "Rosai-Dorfman disease",
            "lobe of lung",
            "Novak report",
            "Smith report",
        ],
        [
            ("Ralstonia pickettii", "B03.440"),
            ("Daphnia", "B01.050.500.131"),
            ("Temefos", "D02.705"),
            ("Catheters, Indwelling", "E07.132"),
            ("Hemofiltration", "E02.912"),
            ("Catheters, Cardiac", "E07.133"),
        ],
        read_words(),
        frozenset({"report"}),
    )
    assert lists["eponym of a term"] == {"couinaud", "rosai", "dorfman", "novak"}
    assert lists["joined eponym"] == {"rosai-dorfman"}
    assert lists["noun of a term"] == {"segment", "disease", "catheters"}
    assert (lists["genus"], lists["drug"]) == ({"ralstonia"}, {"temefos"})


def test_no_noun_may_follow_a_name() -> None:
    nouns = read_words().proper["noun of a term"]
    assert not nouns & LISTS["after a person"]
    assert not nouns & (LISTS["never"] | read_words().proper["role"] | read_words().proper["department"])


def test_eponyms_of_terms_are_surnames_still() -> None:
    assert is_known_eponym("Addison")
    assert is_known_eponym("Addison's")
    assert not is_eponym("Addison")
    assert not is_known_eponym("Kowalska")


@pytest.mark.parametrize(
    "word", ["osimertinib", "tocilizumab", "linezolid", "cefepime", "talcosis", "septostomy", "torovirus"]
)
def test_drugs_and_diseases_have_endings(word: str) -> None:
    assert is_medical(word)


@pytest.mark.parametrize("word", ["april", "kowalska", "paloma", "politis", "vir", "novak", "cefalu"])
def test_surnames_have_other_endings(word: str) -> None:
    assert not is_medical(word)


@pytest.mark.parametrize(
    "text",
    [
        "Couinaud segment VI is spared. Lambl excrescence. Crawford extent II aneurysm. Ann Arbor stage II lymphoma.",
        "Rokitansky-Aschoff sinuses. Bence Jones protein. Greulich and Pyle bone age. Cornelia de Lange syndrome.",
        "The Swan has been removed. A Hickman is present. Quinton catheter. His Foley was changed.",
        "Port placed on the left. Port placed last week. Power Port on the left.",
        "History of Addison. Wegener versus Castleman. Consistent with Wilson.",
        "Paprosky 2A. Stanford A dissection. Brock 12%. Vancouver B1.",
        "Paget Disease noted. Marfan Syndrome. Edwards SAPIEN 3.",
        "Simon Nitinol IVC filter. Berlin Heart LVAD. Mayo Clinic model gives a low probability.",
        "Infliximab was started. Started on Pembrolizumab. Ralstonia bacteremia.",
        "LFTs pending. Rotator Cuff Arthropathy. Support Apparatus unchanged. Grade IIIb.",
        "Called to Infection Control. Senior Sonographer informed. Advanced Practitioner Radiographer.",
        "Saturation 88% on 2 L. Double lumen tube. Worked as a Mason. Ring shadows at the base.",
    ],
)
def test_words_of_medicine_stay(text: str) -> None:
    assert deidentify(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr Addison has a cough.", "Mr [NAME] has a cough."),
        ("Addison was informed.", "[NAME] was informed."),
        ("Discussed with Wilson at 5 pm.", "Discussed with [NAME] at 5 pm."),
        ("Baby of Glenn Humphries.", "Baby of [NAME]."),
        ("Stone placed the port.", "[NAME] placed the port."),
        ("Kowalski requested a line.", "[NAME] requested a line."),
        ("Martin has a cough.", "[NAME] has a cough."),
        ("Attending of record: Bailey.", "Attending of record: [NAME]."),
        ("Reference: Wright 86163529", "Reference: [NAME] [ID]"),
        ("Phoned on extension 8805 by Salt.", "Phoned on extension [PHONE] by [NAME]."),
        ("signed: dr. study, radiology resident", "signed: dr. [NAME], radiology resident"),
        ("House officer Ward informed.", "House officer [NAME] informed."),
        ("Read at Porter Surgical Associates.", "Read at [LOCATION]."),
        ("The patient is 97.", "The patient is [AGE]."),
        ("Signed on 29-FEB-08 at 10:42 AM.", "Signed on [DATE] at 10:42 AM."),
        ("Taken 2020-03-04T10:42:00Z.", "Taken [DATE]."),
    ],
)
def test_people_beside_them_do_not(text: str, expected: str) -> None:
    assert deidentify(text) == expected
