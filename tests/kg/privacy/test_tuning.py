"""The gate on the sentences that its rules were tuned with: carriers with choices, and surnames that are words."""

from __future__ import annotations

import calendar
import random
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from thoracite.evaluation import privacy_plants
from thoracite.evaluation.privacy import covers, find_by_gate, measure_gate
from thoracite.evaluation.privacy_plants import PlantedReport, Slots, join_pieces, make_slots, plant_sentence, read_list
from thoracite.evaluation.privacy_words import read_half, write_date
from thoracite.kg.privacy.deidentify import deidentify
from thoracite.settings import PACKAGE

_CHOICE = re.compile(r"<([^<>]*\|[^<>]*)>")
_LINES = (PACKAGE.parent / "tests" / "data" / "privacy_tuning.txt").read_text(encoding="utf-8")
_LOCALES = ("en_US", "en_GB", "en_AU", "en_IE", "fr_FR", "es_MX", "it_IT", "pt_BR", "fi_FI", "no_NO", "hr_HR")
_ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]


def read_tuning(name: str) -> list[str]:
    """The lines of one list."""
    part = _LINES.split(f"\n# {name}\n", 1)[1].split("\n# ", 1)[0]
    return [line for line in part.splitlines() if line and not line.startswith("## ")]


WORDS = "; ".join(read_tuning("words")).split("; ")
FORMS = read_tuning("dates")


def expand(text: str, choice: random.Random) -> str:
    """One sentence of a line with choices: "<Seen|Read> by <Dr |>{word}."."""
    while found := _CHOICE.search(text):
        text = text[: found.start()] + choice.choice(found[1].split("|")) + text[found.end() :]
    return text.replace("\\n", "\n")


def write_form(day: date, form: str) -> str:
    later = {"d2": min(28, day.day + 3), "roman": _ROMAN[day.month - 1]}
    later |= {"Day": calendar.day_name[day.weekday()], "Dy": calendar.day_abbr[day.weekday()]}
    for name, value in later.items():
        form = form.replace(f"{{{name}}}", str(value))
    return write_date(day, form)


def fill(choice: random.Random, slots: Slots) -> Slots:
    """Slots for names that are words, names with parts, and dates of many forms."""
    words: Callable[[], str] = lambda: choice.choice(WORDS)  # noqa: E731
    first, last = slots["first"], slots["last"]
    joined = ("{0}-{1}", "O'{0}", "Mc{0}", "De {0}", "{1}-{0}", "D'{0}")
    return slots | {
        "word": words,
        "WORD": lambda: words().upper(),
        "lower": lambda: words().lower(),
        "FIRST": lambda: first().upper(),
        "NAME": lambda: f"{first()} {words()}".upper(),
        "hyphen": lambda: f"{words()}-{last()}",
        "mc": lambda: choice.choice(joined).format(words(), last()),
        "MC": lambda: choice.choice(joined[1:3]).format(words(), last()).upper(),
        "pname": lambda: f"{choice.choice(('van', 'de', 'von', 'de la', 'Van'))} {last()}",
        "init": lambda: choice.choice("ABCDEFGHJKLMNPRSW"),
        "nhs": lambda: " ".join(str(choice.randrange(10**n // 10, 10**n)) for n in (3, 3, 4)),
        "odd": lambda: write_form(date(1998, 1, 1) + timedelta(days=choice.randrange(9000)), choice.choice(FORMS)),
        "mrn": lambda: str(choice.randrange(10**7, 10**8)),
        "extension": lambda: choice.choice((str(choice.randrange(1000, 99999)), f"{choice.randrange(1, 99)}-4410")),
        "month": lambda: calendar.month_name[choice.randrange(1, 13)],
        "month_year": lambda: choice.choice(("March", "June 2019", "Mar 2018", "august 2017", "January of 2015")),
    }


def plant_tuning(seed: int, each: int) -> Iterator[PlantedReport]:
    faker = pytest.importorskip("faker")
    choice = random.Random(seed)
    people = [faker.Faker(locale) for locale in _LOCALES]
    for number, one in enumerate(people):
        one.seed_instance(seed * 100 + number)
    for line in read_tuning("carriers"):
        for _ in range(each):
            slots = fill(choice, make_slots(choice.choice(people), people[0], choice))
            yield join_pieces([plant_sentence(expand(line, choice), slots), ("The lungs are clear.", ())])


@pytest.fixture
def more_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slots of this file hold names and dates as well."""
    kinds = dict.fromkeys(("NAME", "hyphen", "mc", "MC", "pname", "init"), "NAME") | {"month_year": "DATE"}
    monkeypatch.setattr(privacy_plants, "_KINDS", privacy_plants._KINDS | kinds)


@pytest.mark.usefixtures("more_slots")
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
    assert covers(day, find_by_gate(day), privacy_plants.Plant("DATE", 0, len(day)))
