"""Reports with identifiers planted in them, and with traps that are none.

The carrier sentences stand in ``privacy_sentences.txt`` in two sets that share none, each with its own seeds and, but
for the United States, its own locales: ``tune`` is what the gate's rules were written against, ``test`` is what is
reported. The identifiers come from Faker's lists, which the gate does not use; numbers, dates and streets are American
throughout, as in a report in English.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from thoracite.errors import UsageError
from thoracite.kg.privacy.deidentify import IdentifierKind

if TYPE_CHECKING:
    from faker import Faker

Split = Literal["tune", "test", "train"]

_SLOT = re.compile(r"\{(\w+)\}")

_DATES = (
    "%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%B %d, %Y", "%b %d, %Y",
    "%d %B %Y", "%d-%b-%Y", "%B %Y", "%d.%m.%Y", "%m-%d-%Y",
)  # fmt: skip
_KINDS: dict[str, IdentifierKind] = {
    **dict.fromkeys(("name", "first", "last", "comma_name", "word", "WORD", "lower", "FIRST", "LAST"), "NAME"),
    **dict.fromkeys(("NAME", "hyphen", "mc", "MC", "pname", "init"), "NAME"),
    **dict.fromkeys(("number", "accession", "ssn", "serial", "plate", "nhs", "mrn", "uid"), "ID"),
    **dict.fromkeys(("hospital", "street", "city", "zip", "ward"), "LOCATION"),
    **dict.fromkeys(("date", "odd", "month", "month_year"), "DATE"),
    **dict.fromkeys(("phone", "extension", "pager"), "PHONE"),
    **dict.fromkeys(("age", "nineties", "age_words"), "AGE"),
    "email": "EMAIL", "url": "URL", "ip": "IP",
}  # fmt: skip
_NUMBERS = ("#######", "###-####", "##########", "##-##-##")
_ACCESSIONS = ("??########", "?-#######", "##-???-#####")
_SERIALS = ("???######?", "##??-####", "SN########")


def read_list(name: str) -> tuple[str, ...]:
    """The lines of a list: ``tune sentences``, ``test traps``, ``test locales`` …"""
    text = Path(__file__).with_name("privacy_sentences.txt").read_text(encoding="utf-8")
    return tuple(text.split(f"# {name}\n", 1)[1].split("\n\n", 1)[0].strip().splitlines())


class Plant(NamedTuple):
    """A planted identifier: its kind, and its characters in the text."""

    kind: IdentifierKind
    start: int
    end: int


class PlantedReport(NamedTuple):
    """A text and the identifiers in it."""

    text: str
    plants: tuple[Plant, ...]


Piece = tuple[str, tuple[Plant, ...]]
"""A part of a report and what is planted in it, counted from its beginning."""

Slots = dict[str, Callable[[], str]]
"""What fills a slot, by its name."""


def plant_reports(texts: Sequence[str], *, split: Split, seed: int, each: int = 4) -> Iterator[PlantedReport]:
    """Plant identifiers and traps between the sentences of reports.

    Parameters
    ----------
    texts : sequence of str
        De-identified reports.
    split : str
        ``tune`` or ``test``.
    seed : int
        The same seed plants the same.
    each : int
        Carrier sentences a report; half as many traps are added.

    Raises
    ------
    UsageError
        If Faker is not installed.
    """
    choice = random.Random(seed)  # noqa: S311 - no secret
    fakers, english = make_fakers(split, seed)
    sentences, traps = read_list(f"{split} sentences"), read_list(f"{split} traps")
    for text in texts:
        pieces = split_sentences(text)
        for sentence in choice.sample(sentences, each):
            place = choice.randint(0, len(pieces))
            pieces.insert(place, plant_sentence(sentence, make_slots(choice.choice(fakers), english, choice)))
        for trap in choice.sample(traps, each // 2):
            pieces.insert(choice.randint(0, len(pieces)), (trap, ()))
        yield join_pieces(pieces)


def make_fakers(split: Split, seed: int) -> tuple[list[Faker], Faker]:
    """Makers of people, one a locale of the split, and the American one of everything else.

    Raises
    ------
    UsageError
        If Faker is not installed.
    """
    try:
        from faker import Faker
    except ImportError as error:
        raise UsageError("planting identifiers needs Faker; run pip install 'thoracite[test]'") from error
    fakers = [Faker(locale) for locale in read_list(f"{split} locales")]
    english = Faker("en_US")
    for number, faker in enumerate((english, *fakers)):
        faker.seed_instance(seed * 100 + number)
    return fakers, english


def split_sentences(text: str) -> list[Piece]:
    """A report in pieces between which something can be planted."""
    return [(part, ()) for part in re.split(r"(?<=[.])\s+(?=[A-Z])", text)]


def join_pieces(pieces: Sequence[Piece]) -> PlantedReport:
    """The pieces as one report."""
    text, plants = "", []
    for piece, found in pieces:
        start = len(text)
        plants += [Plant(plant.kind, plant.start + start, plant.end + start) for plant in found]
        text += piece if piece.endswith("\n") else f"{piece} " if piece.endswith((".", "!", "?", ":")) else f"{piece}\n"
    return PlantedReport(text.rstrip(), tuple(plants))


def plant_sentence(sentence: str, slots: Slots) -> Piece:
    """A carrier sentence with its slots filled."""
    text, plants, last = "", [], 0
    for slot in _SLOT.finditer(sentence):
        text += sentence[last : slot.start()]
        value = slots[slot[1]]()
        if slot[1] in _KINDS:
            plants.append(Plant(_KINDS[slot[1]], len(text), len(text) + len(value)))
        text, last = text + value, slot.end()
    return text + sentence[last:], tuple(plants)


def _make_hospital(people: Faker, english: Faker, choice: random.Random) -> str:
    ending = choice.choice(("General Hospital", "Medical Center", "Memorial Hospital", "Clinic", "Regional Hospital"))
    return f"{choice.choice((people.last_name(), english.city()))} {ending}"


def make_slots(people: Faker, english: Faker, choice: random.Random) -> Slots:
    """What fills the slots of the first four sets: names of one locale, everything else American."""
    return {
        "name": lambda: f"{people.first_name()} {people.last_name()}",
        "first": people.first_name,
        "last": people.last_name,
        "comma_name": lambda: f"{people.last_name()}, {people.first_name()}",
        "date": lambda: english.date_object().strftime(choice.choice(_DATES)),
        "phone": english.phone_number,
        "email": english.email,
        "url": english.url,
        "ip": english.ipv4,
        "number": lambda: english.numerify(choice.choice(_NUMBERS)),
        "accession": lambda: english.bothify(choice.choice(_ACCESSIONS)).upper(),
        "ssn": english.ssn,
        "serial": lambda: english.bothify(choice.choice(_SERIALS)).upper(),
        "plate": english.license_plate,
        "hospital": lambda: _make_hospital(people, english, choice),
        "street": english.street_address,
        "city": english.city,
        "state": english.state_abbr,
        "zip": english.zipcode,
        "age": lambda: str(choice.randint(90, 104)),
    }


__all__ = [
    "Piece",
    "Plant",
    "PlantedReport",
    "Slots",
    "Split",
    "join_pieces",
    "make_fakers",
    "make_slots",
    "plant_reports",
    "plant_sentence",
    "read_list",
    "split_sentences",
]
