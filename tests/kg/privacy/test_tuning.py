"""The gate on the sentences that its rules were tuned with: carriers with choices, and surnames that are words."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from thoracite.evaluation.privacy import covers, find_by_gate, measure_gate
from thoracite.evaluation.privacy_plants import Plant, PlantedReport, join_pieces, make_slots, plant_sentence, read_list
from thoracite.evaluation.privacy_tuning import expand, fill_tuning, read_tuning
from thoracite.evaluation.privacy_words import read_half
from thoracite.kg.privacy.deidentify import deidentify

_LOCALES = ("en_US", "en_GB", "en_AU", "en_IE", "fr_FR", "es_MX", "it_IT", "pt_BR", "fi_FI", "no_NO", "hr_HR")
WORDS = "; ".join(read_tuning("words")).split("; ")
FORMS = read_tuning("dates")


def plant_tuning(seed: int, each: int) -> Iterator[PlantedReport]:
    faker = pytest.importorskip("faker")
    choice = random.Random(seed)
    people = [faker.Faker(locale) for locale in _LOCALES]
    for number, one in enumerate(people):
        one.seed_instance(seed * 100 + number)
    for line in read_tuning("carriers"):
        for _ in range(each):
            slots = fill_tuning(choice, make_slots(choice.choice(people), people[0], choice))
            yield join_pieces([plant_sentence(expand(line, choice), slots), ("The lungs are clear.", ())])


def test_sentences_of_every_kind() -> None:
    planted = list(plant_tuning(seed=5, each=6))
    rows = {row.metric: row for row in measure_gate(planted, find_by_gate, "gate")}
    assert rows["recall"].n > 1500
    assert rows["recall"].value >= 0.985
    assert rows["precision"].value >= 0.99
    assert rows["recall of DATE"].value >= 0.965
    assert rows["recall of NAME"].value >= 0.99


def test_clinical_text_is_kept() -> None:
    choice = random.Random(3)
    texts = {expand(line, choice) for line in read_tuning("kept") for _ in range(40)}
    assert len(texts) > 1000
    assert sum(not find_by_gate(text) for text in texts) / len(texts) >= 0.995


def test_nothing_was_taken_from_the_locked_half() -> None:
    locked = {row["surname"].lower() for row in read_half("surnames", "locked")}
    assert not locked & {word.lower() for word in WORDS}
    assert not {row["form"].lower() for row in read_half("dates", "locked")} & {form.lower() for form in FORMS}
    assert not {row["text"] for row in read_half("carriers", "locked")} & set(read_tuning("carriers"))
    assert set(read_list("test locales")) & set(_LOCALES) == {"en_US"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Discussed with Drs. Long, Salt and Stone.", "Discussed with Drs. [NAME], [NAME] and [NAME]."),
        ("Either Brook or Kowalski will follow up.", "Either [NAME] or [NAME] will follow up."),
        ("Neither Good nor White could be reached.", "Neither [NAME] nor [NAME] could be reached."),
        ("Present: Lemons, Moss and Deer.", "Present: [NAME] and [NAME]."),
        ("attending: long\nresident: court", "attending: [NAME]\nresident: [NAME]"),
        ("dictated by ward. d/w court at 5.", "dictated by [NAME]. d/w [NAME] at 5."),
        ("Addendum by Bones: no change.", "Addendum by [NAME]: no change."),
        ("The attending was Dr. White.", "The attending was Dr. [NAME]."),
        ("Rose M. Field, M.D.", "[NAME], M.D."),
        ("/s/ Brook", "/s/ [NAME]"),
        ("Sgd. Snow", "Sgd. [NAME]"),
        ("Film of Short, Einar was pulled.", "Film of [NAME] was pulled."),
        ("ROSE SNOW WAS INFORMED BY PHONE.", "[NAME] WAS INFORMED BY PHONE."),
        ("DR WOOD NOTIFIED.", "DR [NAME] NOTIFIED."),
        ("cc Maria Sharp, chest clinic", "cc [NAME], chest clinic"),
        ("Seen by Wu. Per St. John, no trauma.", "Seen by [NAME]. Per [NAME], no trauma."),
        ("Line pulled back per quill.", "Line pulled back per [NAME]."),
        ("Woman, 92, fell.", "Woman, [AGE], fell."),
        ("He lives near South April.", "He lives near [LOCATION]."),
    ],
)
def test_names_told_by_what_is_beside_them(text: str, expected: str) -> None:
    assert deidentify(text) == expected


@pytest.mark.parametrize(
    "day",
    [
        "19–03–2012", "12-3/2020", "26.02 2022", "03/'19", "2011 25 May", "12\\3\\20", "Friday 27th", "98/03/30",
        "5 1 2019", "Jan 19 - 22, 2013", "28/3-31/3/2007", "5 to 8 Oct 2015", "the 5th of May", "OCT 25, 10",
        "Mar.04.2003", "MAY 99",
    ],
)  # fmt: skip
def test_dates_with_other_signs_between(day: str) -> None:
    for text in (f"Film of {day} is old.", f"({day})", f"Comparison: {day}", f"Compared with {day}: clear."):
        found = find_by_gate(text)
        assert all(any(a <= at < b for a, b in found) for at in range(text.index(day), text.index(day) + len(day))), (
            text
        )
    assert covers(day, find_by_gate(day), Plant("DATE", 0, len(day)))
