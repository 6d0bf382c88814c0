"""What fills the carriers that the tagger is trained with: surnames of any word, towns, wards, numbers, and no plants.

A surname may be any word that reports, vocabularies or dictionaries have, an eponym, a role, or one of Faker's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from thoracite.evaluation.privacy_plants import Slots, make_slots
from thoracite.evaluation.privacy_tuning import fill_tuning, write_form
from thoracite.kg.privacy.slots import AMBIGUOUS, LISTS
from thoracite.kg.privacy.words import read_words

if TYPE_CHECKING:
    from faker import Faker

_WARDS = ("{} Ward", "{} Suite", "{} House", "{} Wing", "{} ward", "{} Unit", "{} Lodge", "Ward {}")
_BAYS = (
    "Ward {n}", "Ward {n}{L}", "ward {n}", "ITU", "ICU", "HDU", "A&E", "ED", "{n} West", "{n}{L}", "Bay {n}", "NICU",
    "theatre {n}", "Resus", "5N", "the stroke unit", "the medical ward", "AMU", "SAU", "CCU", "the ward",
)  # fmt: skip
_HOSPITALS = (
    "General Hospital", "Medical Center", "Memorial Hospital", "Clinic", "Regional Hospital", "Infirmary", "Hospice",
    "Surgery", "Health Centre", "Nursing Home", "District Hospital", "Hospital", "Children's Hospital",
    "Medical College", "Polyclinic",
)  # fmt: skip
_PHONES = (
    "0#### ######", "0## #### ####", "+44 #### ######", "+91 ##### #####", "(0#) #### ####", "04## ### ###", "###-####",
    "1-800-###-####", "0####-######", "### ### ####", "###.###.####",
)  # fmt: skip
_RECORDS = ("########", "00######", "E#########", "MR0######", "####-##-##", "M########", "##-##-##-##")
_EXTENSIONS = ("####", "#####", "#-####", "##-####", "###")
_NINETIES = ("90s", "nineties", "90's")
_AGES = (
    "ninety", "ninety-one", "ninety two", "ninety-three", "ninety-four", "ninety five", "ninety-seven", "ninety-nine",
    "one hundred", "hundred", "one hundred and two",
)  # fmt: skip
_DEPARTMENTS = (
    "Radiology", "Surgery", "Oncology", "Chest medicine", "ENT", "ICU", "A&E", "Orthopaedics", "ED", "Pulmonology",
)  # fmt: skip
_TOWNS = ("ton", "ville", "ford", "bury", "pur", "nagar", "abad", " Bay", " Heights", "")
_JOINED = ("O'", "Mc", "Mac", "De ", "Le ", "van ", "St. ", "D'")


@lru_cache(maxsize=1)
def _lists() -> dict[str, list[str]]:
    """Words that surnames are drawn from, and words that stand in texts without a person."""
    words = read_words()
    proper = words.proper
    roles = proper["role"] | proper["department"] | LISTS["clinical field"] | LISTS["bare noun"] | proper["head"]
    nouns = sorted(word for word in proper["capital head"] if word.islower())
    nouns += ["sign", "line", "lines", "disease", "syndrome", "catheter", "tube", "drain"] * 4
    return {
        "plain": sorted(word for word in words.report | words.other if word.isalpha() and 2 < len(word) < 11),
        "report": sorted(word for word in words.report - LISTS["never"] if word.isalpha() and 2 < len(word) < 11),
        "ambiguous": sorted(filter(str.isalpha, AMBIGUOUS)),
        "role": sorted(word for word in roles if word.isalpha() and len(word) > 3),
        "eponym": sorted(w for w in proper["eponym of a term"] | proper["eponym"] if w.isalpha() and len(w) > 2),
        "noun": nouns + sorted(word for word in proper["head"] if word.islower() and word.isalpha()),
        "drug": sorted(proper["drug"]),
        "brand": sorted(filter(str.isalpha, proper["brand"])),
    }


def draw_surname(choice: random.Random, people: Faker) -> str:
    """A surname: a word of texts, of reports, one known as both, a role, an eponym, or one of Faker's."""
    (kind,) = choice.choices(("plain", "report", "ambiguous", "role", "eponym", ""), weights=(35, 12, 13, 4, 8, 28))
    name = choice.choice(_lists()[kind]).capitalize() if kind else people.last_name()
    drawn = choice.random()
    if drawn < 0.04:
        return f"{name}-{choice.choice(_lists()['plain']).capitalize()}"
    return choice.choice(_JOINED) + name if drawn < 0.07 else name


def fill_training(choice: random.Random, fakers: Sequence[Faker], english: Faker, forms: Sequence[str]) -> Slots:
    """Slots for one sentence."""
    people = choice.choice(fakers)
    slots = fill_tuning(choice, make_slots(people, english, choice))
    surname: Callable[[], str] = lambda: draw_surname(choice, people)  # noqa: E731
    day: Callable[[], date] = lambda: date(1940, 1, 1) + timedelta(days=choice.randrange(32_000))  # noqa: E731
    return slots | {
        "word": surname,
        "last": surname,
        "WORD": lambda: surname().upper(),
        "lower": lambda: surname().lower(),
        "name": lambda: f"{people.first_name()} {surname()}",
        "NAME": lambda: f"{people.first_name()} {surname()}".upper(),
        "comma_name": lambda: f"{surname()}, {people.first_name()}",
        "odd": lambda: write_form(day(), choice.choice(forms)),
        "city": lambda: choice.choice((english.city(), people.city(), surname() + choice.choice(_TOWNS), surname())),
        "hospital": lambda: _draw_hospital(choice, people, english, surname),
        "ward": lambda: choice.choice(_WARDS).format(surname()),
        "phone": lambda: english.phone_number() if choice.random() < 0.4 else english.numerify(choice.choice(_PHONES)),
        "extension": lambda: english.numerify(choice.choice(_EXTENSIONS)),
        "pager": lambda: english.numerify(choice.choice(_EXTENSIONS[::4] + _EXTENSIONS[:2])),
        "mrn": lambda: english.numerify(choice.choice(_RECORDS)),
        "uid": lambda: english.numerify("1.2.840.113619.2.%%.3.%#########.%##"),
        "nineties": lambda: choice.choice(_NINETIES),
        "age_words": lambda: choice.choice(_AGES),
    } | _fill_plain(choice, people)  # fmt: skip


def _fill_plain(choice: random.Random, people: Faker) -> Slots:
    """What is no identifier: times, counts, departments, eponyms, drugs and devices."""
    lists = _lists()
    return {
        "time": lambda: _draw_time(choice),
        "n": lambda: str(choice.choice((choice.randrange(1, 10), choice.randrange(1, 40), choice.randrange(100, 400)))),
        "digit": lambda: str(choice.randrange(10)),
        "young": lambda: str(choice.randrange(1, 90)),
        "size": lambda: f"{choice.randrange(10)}.{choice.randrange(10)}",
        "bay": lambda: choice.choice(_BAYS).format(n=choice.randrange(1, 40), L=choice.choice("ABCDE")),
        "dept": lambda: choice.choice(_DEPARTMENTS),
        "epo": lambda: choice.choice(lists["eponym"]).capitalize() if choice.random() < 0.8 else people.last_name(),
        "noun": lambda: choice.choice(lists["noun"]),
        "Drug": lambda: choice.choice(lists["drug"]).capitalize(),
        "Brand": lambda: choice.choice(lists["brand"]).capitalize(),
    }


def _draw_hospital(choice: random.Random, people: Faker, english: Faker, surname: Callable[[], str]) -> str:
    drawn = choice.random()
    if drawn < 0.7:
        return f"{choice.choice((surname(), english.city()))} {choice.choice(_HOSPITALS)}"
    if drawn < 0.8:
        return f"St {people.first_name()}'s Hospital"
    if drawn < 0.9:
        return f"{people.first_name()} {surname()} {choice.choice(('Hospital', 'Centre', 'Clinic'))}"
    return f"Royal {english.city()} {choice.choice(('Infirmary', 'Hospital'))}"


def _draw_time(choice: random.Random) -> str:
    hour, minute, half = choice.randrange(24), choice.randrange(60), choice.choice(("am", "pm", "AM", "PM", "a.m."))
    return choice.choice(
        (
            f"{hour:02}:{minute:02}",
            f"{hour:02}{minute:02}",
            f"{hour % 12 or 12}:{minute:02} {half}",
            f"{hour % 12 or 12} pm",
        )
    )


__all__ = ["draw_surname", "fill_training"]
