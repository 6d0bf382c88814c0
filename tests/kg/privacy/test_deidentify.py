"""The privacy gate: what it finds, and what it must leave alone. All people here are invented."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thoracite.evaluation.privacy import is_held_out
from thoracite.kg.privacy.deidentify import deidentify, find_identifiers
from thoracite.kg.reports.read import read_reports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # names by cue
        ("Discussed with Dr. Hill at noon.", "Discussed with Dr. [NAME] at noon."),
        ("Dr. May reviewed the images.", "Dr. [NAME] reviewed the images."),
        ("Mr Smith was moved.", "Mr [NAME] was moved."),
        ("dr kowalski aware", "dr [NAME] aware"),
        ("dr kim aware", "dr [NAME] aware"),
        ("Dr. Surgeon Kowalski read it.", "Dr. Surgeon [NAME] read it."),
        ("Electronically signed by: Rose White, MD", "Electronically signed by: [NAME], MD"),
        ("Patient: LEE, KIM", "Patient: [NAME]"),
        ("Paged Young at four.", "Paged [NAME] at four."),
        ("Addendum by Tim Brook: no change.", "Addendum by [NAME]: no change."),
        ("C. Novak, RN, was present.", "[NAME], RN, was present."),
        ("Dictated by: Mr. Adam Novak DDS.", "Dictated by: [NAME]."),
        ("Sent to Dr. Ewa Nowak of the ICU.", "Sent to [NAME] of the ICU."),
        ("Patient: Adam Novak PA and lateral views.", "Patient: [NAME] PA and lateral views."),
        # names by shape
        ("Maria Gonzalez was notified.", "[NAME] was notified."),
        ("Given the history, Kowalski requested a line.", "Given the history, [NAME] requested a line."),
        ("Seen by Ludwig van der Berg today.", "Seen by [NAME] today."),
        ("Rose Young was notified.", "[NAME] was notified."),
        ("Hill was notified.", "[NAME] was notified."),
        ("White has been informed.", "[NAME] has been informed."),
        ("Xu was seen.", "[NAME] was seen."),
        ("Hill Brook has effusion.", "[NAME] has effusion."),
        ("Seen by [NAME] and Dr. Kowalski.", "Seen by [NAME] and Dr. [NAME]."),
        ("The film of O'Brien-Zółkowska is old.", "The film of [NAME] is old."),
        ("NO EFFUSION. DR KOWALSKI WAS NOTIFIED. HEART AND LUNGS ARE NORMAL.",
         "NO EFFUSION. DR [NAME] WAS NOTIFIED. HEART AND LUNGS ARE NORMAL."),
        ("NO EFFUSION. HEART SIZE NORMAL. LUNGS ARE CLEAR. FILM OF Kowalski IS OLD.",
         "NO EFFUSION. HEART SIZE NORMAL. LUNGS ARE CLEAR. FILM OF [NAME] IS OLD."),
        ("The film of Kowalski   Left lung is clear.", "The film of [NAME]   Left lung is clear."),
        ("The film of Kowalski\nLeft lung is clear.", "The film of [NAME]\nLeft lung is clear."),
        # dates
        ("Compared to 3/4/2019.", "Compared to [DATE]."),
        ("Comparison: March 3rd, 2012.", "Comparison: [DATE]."),
        ("Since 2019-03-04T12:30, stable.", "Since [DATE], stable."),
        ("Unchanged since May.", "Unchanged since [DATE]."),
        ("BABY HILL TWIN A - SUPINE AP CHEST", "BABY [NAME] - SUPINE AP CHEST"),
        ("SIGNED BY: HILL . .. MARIA ... MD", "SIGNED BY: [NAME] . .. [NAME] ... MD"),
        ("Handover Ramos -> Gillet, bed 6, wet lungs.", "Handover [NAME] -> [NAME], bed 6, wet lungs."),
        ("He lives in Springfield, Kentucky.", "He lives in [LOCATION], Kentucky."),
        ("On 3/12 at 14:30 the tube was moved.", "On [DATE] at 14:30 the tube was moved."),
        ("Film of 03-Mar-12 and 04.05.2011.", "Film of [DATE] and [DATE]."),
        # ages
        ("A 92-year-old with cough.", "A [AGE]-year-old with cough."),
        ("Age: 104. Aged 91.", "Age: [AGE]. Aged [AGE]."),
        # numbers and addresses
        ("Call (555) 123-4567 x12 or +44 20 7946 0958.", "Call [PHONE] or [PHONE]."),
        ("Fax: 555.123.4567.", "Fax: [PHONE]."),
        ("Write a.b@example.org.", "Write [EMAIL]."),
        ("See https://example.org/a?b=1 or www.example.com.", "See [URL] or [URL]."),
        ("Node 10.0.12.255 failed.", "Node [IP] failed."),
        ("MRN: 0012345, accession A-1234567.", "MRN: [ID], accession [ID]."),
        ("SSN 123-45-6789.", "SSN [ID]."),
        ("Generator serial number 12AB-3456.", "Generator serial number [ID]."),
        ("Plate ABC 123.", "Plate [ID]."),
        ("Lives at 12 Oak Street, Apt. 4, Springfield, IL 62701.", "Lives at [LOCATION]."),
        ("Transferred from Mercy General Hospital.", "Transferred from [LOCATION]."),
    ],
)  # fmt: skip
def test_identifiers_are_replaced(text: str, expected: str) -> None:
    assert deidentify(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Left effusion. Left-sided PICC.",
        "Hill-Sachs lesion of the left humerus.",
        "Reverse Hill-Sachs deformity.",
        "May represent scarring. 3 May represent a second nodule.",
        "1. May be artifact.",
        "Nodule of 1.2 x 3 cm, formerly 8 mm x 11 mm.",
        "Compression of T12 and L1; C5-6 fusion; T8-T9.",
        "Kerley B lines. Swan-Ganz catheter. Zenker diverticulum.",
        "Paget disease and Hodgkin lymphoma.",
        "Unchanged since 2012, compared to two days ago and to yesterday.",
        "A 45-year-old and an 89-year-old.",
        "Ribs 5-7, ratio 1/2, 3/4 inch, grade 2/6.",
        "XXXX-year-old with XXXX. Dr. XXXX was notified.",
        "Exposure 120 kVp at 3.2 mAs, index 1250.",
        "Discussed with the ICU team and Radiology.",
        "Right Upper Lobe Nodule. Port-A-Cath in the SVC.",
        "PA AND LATERAL VIEWS. NO PNEUMOTHORAX OR EFFUSION.",
        "Patient is rotated. Nurse was notified. Findings were called.",
        "Neurosurgery was notified. Cardiology has been contacted.",
        "A ZQXW line is seen. The BOVAKI line is not.",
        "The course of de Novo changes. Seen by van der Left.",
        "Lives in Kentucky with birds. Resident of Bihar, stone crushing unit.",
        "Dr. Radiologist read it.",
        "Repeat film in 3/12. Image 2/2 is the lateral. A 3/6 heart murmur.",
        "Case 7: left upper lobe mass.",
        "Sent from Chest Clinic. Night Float informed.",
        "OBX|1|TX|RAD^FINDINGS||Clear lungs.||||||F",
        "Dilated heart, NYHA III. Sputum for GeneXpert.",
    ],
)
def test_ordinary_findings_stay(text: str) -> None:
    assert deidentify(text) == text


def test_the_kind_and_place_are_told() -> None:
    text = "Seen on 3/4/2019 by Kowalski."
    found = find_identifiers(text)
    assert [(i.kind, text[i.start : i.end]) for i in found] == [("DATE", "3/4/2019"), ("NAME", "Kowalski")]


def test_the_gate_passes_what_it_wrote() -> None:
    once = deidentify("Dr. Kowalska, MRN 445566, 12 Oak Street, Springfield, IL 62701, 3/4/2019, age 93, a@b.org.")
    assert deidentify(once) == once
    assert not find_identifiers(once)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_taken(text: str) -> None:
    found = find_identifiers(text)
    assert all(0 <= i.start < i.end <= len(text) for i in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    "unit", ["A", "1", "1 ", "Ab ", "of ", "1.", "a-", "1-", "Dr ", "(1", "Hospital ", "A. ", "12 Ab "]
)
@pytest.mark.usefixtures("own_time")
def test_long_repetitions_do_not_stall(unit: str) -> None:
    started = time.process_time()
    find_identifiers(unit * (20_000 // len(unit)))
    assert time.process_time() - started < 10


def test_open_i_is_left_alone(shared: Path) -> None:
    archive = shared / "data" / "openi" / "NLMCXR_reports.tgz"
    texts = [report.text for report in read_reports(archive) if is_held_out(report.id)]
    assert sum(len(find_identifiers(text)) for text in texts[:600]) <= 3


@pytest.mark.parametrize("word", ["peri-hilar", "midbasilar", "suprahilar", "bibasilar"])
def test_a_word_of_place_alone_is_no_name(word: str) -> None:
    """As the text of a mention in a file of annotations, without its sentence."""
    assert deidentify(word) == word
