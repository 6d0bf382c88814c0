"""What fills the carriers that the tagger is trained with: surnames of any word, towns, wards, numbers, and no plants.

A surname may be any word that reports, vocabularies or dictionaries have, an eponym, a role, or one of Faker's.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from thoracite.evaluation.privacy_plants import Slots, make_slots
from thoracite.evaluation.privacy_tuning import fill_tuning, read_tuning, write_form
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
_STARTS = ("b", "c", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "tr", "pr", "cl", "fl")
_ENDS = ("ra", "xim", "vex", "nol", "dex", "mab", "tin", "lux", "cef", "pro", "zen", "max", "flex", "dol", "gen", "lin")
_MONTHS = ("march", "april", "may", "june", "august", "friday", "winter", "summer", "noon", "easter")
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
        "role": sorted(word for word in roles if word.isalpha() and len(word) > 3)
        + [*_MONTHS, "porter", "nurse", "ward", "constable", "sergeant", "reader", "clerk", "judge", "bishop"] * 4,
        "eponym": sorted(w for w in proper["eponym of a term"] | proper["eponym"] if w.isalpha() and len(w) > 2),
        "noun": nouns + sorted(word for word in proper["head"] if word.islower() and word.isalpha()),
        "drug": sorted(proper["drug"]),
        "brand": sorted(filter(str.isalpha, proper["brand"])),
        "finding": sorted({word for words in read_slot_lists()["nf"] for word in words.split() if len(word) > 5}),
    }


def draw_surname(choice: random.Random, people: Faker) -> str:
    """A surname: a word of texts, of reports, one known as both, a role, an eponym, or one of Faker's."""
    (kind,) = choice.choices(("plain", "report", "ambiguous", "role", "eponym", ""), weights=(33, 12, 13, 7, 8, 27))
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
        "LAST": lambda: surname().upper(),
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
    } | _fill_lists(choice) | _fill_plain(choice, people)  # fmt: skip


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
        "Epo": lambda: choice.choice(lists["eponym"]).capitalize() if choice.random() < 0.8 else people.last_name(),
        "noun": lambda: choice.choice(lists["noun"]),
        "drug": lambda: choice.choice(lists["drug"]) if choice.random() < 0.8 else invent(choice),
        "Drug": lambda: (choice.choice(lists["drug"]) if choice.random() < 0.6 else invent(choice)).capitalize(),
        "Brand": lambda: (choice.choice(lists["brand"]) if choice.random() < 0.6 else invent(choice)).capitalize(),
        "year": lambda: str(choice.randrange(1950, 2026)),
        "number4": lambda: str(choice.randrange(100, 10_000)),
        "letter": lambda: choice.choice("ABCDEFGHJKLMNPRSTVW"),
        "letters": lambda: "".join(choice.choices("abcdefghjklmnprstw", k=2)),
        "typo": lambda: misspell(choice.choice(lists["finding"]), choice),
        "Typo": lambda: misspell(choice.choice(lists["finding"]), choice).capitalize(),
        "TYPO": lambda: misspell(choice.choice(lists["finding"]), choice).upper(),
    }


@cache
def read_slot_lists() -> dict[str, list[str]]:
    """Lists of ``privacy_styles.txt``: people, verbs and statements, by the name of their slot."""
    pairs = (line.split(": ", 1) for line in read_tuning("lists", "styles"))
    return {name: values.split("; ") for name, values in pairs}


def _fill_lists(choice: random.Random) -> Slots:
    """A value of each list, also as ``{Role}`` and ``{ROLE}``."""
    cases: tuple[Callable[[str], str], ...] = (str, lambda value: value[:1].upper() + value[1:], str.upper)
    return {
        case(name): lambda values=values, case=case: case(choice.choice(values))  # type: ignore[misc]
        for name, values in read_slot_lists().items()
        for case in (cases if name.islower() else cases[:1])
    }


def invent(choice: random.Random) -> str:
    """A word that nobody has, as trade names are: a strange word is not a person by that alone.

    Examples
    --------
    >>> invent(random.Random(1)).islower()
    True
    """
    middle = "".join(choice.choice(_STARTS) + choice.choice("aeiou") for _ in range(choice.randint(1, 2)))
    return middle + choice.choice(_ENDS)


def misspell(word: str, choice: random.Random) -> str:
    """A word with two letters swapped, one lost or one doubled.

    Examples
    --------
    >>> misspell("effusion", random.Random(1)) != "effusion"
    True
    """
    swaps = [at for at in range(1, len(word) - 2) if word[at] != word[at + 1]]
    at, drawn = choice.choice(swaps), choice.random()
    if drawn < 0.5:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :] if drawn < 0.8 else word[:at] + word[at] + word[at:]


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


__all__ = ["draw_surname", "fill_training", "invent", "misspell", "read_slot_lists"]
