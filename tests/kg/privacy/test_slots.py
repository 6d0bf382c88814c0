"""Names told by their place in the sentence, dates in other forms, and what must not be taken for either."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from thoracite.evaluation.privacy import covers, find_by_gate, keeps
from thoracite.evaluation.privacy_words import plant_words, read_kept
from thoracite.kg.privacy.deidentify import deidentify
from thoracite.kg.privacy.slots import find_slotted, is_nameable

TEXTS = ["The lungs are clear. No effusion is seen. The heart is normal in size."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a bare word after a verb of telling
        ("Discussed with frost at 5 pm.", "Discussed with [NAME] at 5 pm."),
        ("discussed with frost and gates, who agree.", "discussed with [NAME] and [NAME], who agree."),
        ("Case discussed with anna patel by phone.", "Case discussed with [NAME] by phone."),
        ("d/w moody at 2210", "d/w [NAME] at 2210"),
        ("Result phoned to wood on ward 4.", "Result phoned to [NAME] on ward 4."),
        ("Message left for cooper.", "Message left for [NAME]."),
        ("Please inform wood.", "Please inform [NAME]."),
        ("Told noon on the ward.", "Told noon on the ward."),  # the time, in lower case, stays
        ("reviewed with attending rush.", "reviewed with attending [NAME]."),
        ("DISCUSSED WITH POTTER AT 0330.", "DISCUSSED WITH [NAME] AT 0330."),
        # a role before it
        ("Consultant White informed.", "Consultant [NAME] informed."),
        ("Staff nurse Green is aware.", "Staff nurse [NAME] is aware."),
        ("Attending MOSS present for the procedure.", "Attending [NAME] present for the procedure."),
        ("Nurse Ward took the message.", "Nurse [NAME] took the message."),
        ("nurse cross informed.", "nurse [NAME] informed."),
        ("Patient Young fell.", "Patient [NAME] fell."),
        # a verb of people behind it
        ("Still was told of the pneumothorax.", "[NAME] was told of the pneumothorax."),
        ("Penny and Cash were informed.", "[NAME] and [NAME] were informed."),
        ("Fox, the surgical registrar, was told.", "[NAME], the surgical registrar, was told."),
        ("Hope agrees with this report.", "[NAME] agrees with this report."),
        ("Monday could not stand.", "[NAME] could not stand."),
        # labels, signatures and order
        ("Typed: AUGUST", "Typed: [NAME]"),
        ("Authorised by Small.", "Authorised by [NAME]."),
        ("DICTATED BY FIELD\nTyped on the ward.", "DICTATED BY [NAME]\nTyped on the ward."),
        ("Kind regards, Stone", "Kind regards, [NAME]"),
        ("LONG, ROSALIND. Portable film.", "[NAME]. Portable film."),
        ("Smith, John has a small effusion.", "[NAME] has a small effusion."),
        ("BISHOP ROSALIND, 67 years.", "[NAME], 67 years."),
        ("Hill's clinic asked for it. Cooper, bleep 1234.", "[NAME]'s clinic asked for it. [NAME], bleep [PHONE]."),
    ],
)
def test_surnames_that_are_words(text: str, expected: str) -> None:
    assert deidentify(text) == expected


@pytest.mark.parametrize(
    "date",
    [
        "12Mar2020", "12MAR20", "12MAR", "12 mar 2020", "march 12, 2020", "Mar. 12th", "Mar 12 '20", "12 Mar '20",
        "12/3/'20", "12'03'2020", "2020 03 12", "12 03 2020", "12 . 03 . 2020", "2020_03_12", "2020-Mar-12",
        "12.Mar.20", "12/mar/20", "12.3.20", "12-3-20", "12/III/2020", "March the 12th", "12 th March 2020", "Mar2020",
        "Mar '20", "12,03,2020", "20200312", "03.2020",
    ],
)  # fmt: skip
def test_dates_of_other_forms(date: str) -> None:
    for text in (
        "Compared with {}.",
        "Film of {} is the baseline.",
        "({})",
        "Dictated {}, typed later.",
        "{}: chest film.",
    ):
        assert deidentify(text.format(date)).count("[") == 1, text.format(date)
        assert not set("0123456789") & set(deidentify(text.format(date)))


@pytest.mark.parametrize(
    "text",
    [
        "discussed with the surgical team at noon. Discussed with surgery at 5 pm. Called to theatre.",
        "Consistent with atelectasis. Followed with ultrasound. Seen with certainty on the lateral view.",
        "Please call with questions. Call to discuss. Told yesterday. Paged twice. Called back at 5.",
        "Resident on call informed. NURSE NOTIFIED OF FINDINGS. ATTENDING PRESENT. Ward informed. Surgeon aware.",
        "per protocol, per patient, per radiology. One per side.",
        "Findings, attending informed. LEFT, small effusion. STABLE, no change.",
        "MitraClip in place. Shiley tracheostomy tube. Salem sump tube. Eloesser flap. Harrison sulcus. Macleod lung.",
        "Foramen of Winslow. Ampulla of Vater. Bence-Jones proteins. Amplatzer occluder.",
        "Authorised, organised, coloured and labelled. Console offline. Oedema of the tumour's centre. Typed late.",
        "Fusion of T10-T12 and L4-S1. GCS 14/15. Grade 2/6. Ratio of 1/3. Lesion of 12.3 mm. From 10-12 mm.",
        "Physiotherapist present. Paediatrician informed. Chaperone present.",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert deidentify(text) == text


def test_what_can_be_a_surname() -> None:
    for word in ("Long", "May", "Friday", "English", "Ward", "King", "patel", "stone"):
        assert is_nameable(word), word
    for word in ("the", "Surgery", "ward", "Cardiologist", "registrars", "ICU", "immediately", "XXXX", "CXR"):
        assert not is_nameable(word), word
    assert list(find_slotted("")) == []


def test_the_cases_that_users_met(shared: Path) -> None:
    with (shared / "cases" / "privacy.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows if row["secret"] in deidentify(row["text"])] == []
    assert len(rows) >= 5


@pytest.mark.parametrize("seed", [1, 2])
def test_every_plant_of_the_half_that_may_be_seen(seed: int) -> None:
    planted = list(plant_words(TEXTS, "seen", seed=seed, fills=10))
    missed = [
        report.text[max(0, plant.start - 40) : plant.end + 20]
        for report in planted
        for plant in report.plants
        if not covers(report.text, find_by_gate(report.text), plant)
    ]
    assert missed == []
    assert sum(len(report.plants) for report in planted) > 700


def test_every_word_to_keep_of_the_half_that_may_be_seen() -> None:
    assert [row.text for row in read_kept("seen") if not keeps(row, find_by_gate(row.text))] == []
