"""The fifth to twentieth set of planted identifiers: carriers, surnames that are words, forms of dates, words to keep.

The rows stand in ``tests/data/privacy_*5.csv`` to ``privacy_*18.csv``. The fifth set was written before the gate's
rules were changed, and is halved: rules are written against ``seen``, and of ``locked`` nobody looks at more than the
figures. The halves share no carrier, surname, form of a date, word to keep or,
but for the United States, locale. The sixth was written later, by someone who had read neither the rules nor the fifth
set; all of it is ``locked``, and it shares no carrier, surname, form of a date or text to keep with the fifth. The
seventh was written later still, in the same way, and is ``locked`` too; it shares no carrier, surname or text to keep
with the two before it. Its dates have the forms that reports have, so most of those forms are in the other sets as
well. The eighth was written blind once more, for version 6, and halved by the order of its rows after its first
measurement; it shares no carrier and no text to keep with the sets before it or with the texts for tuning, but surnames
and forms of dates with all of them. The same holds of the ninth and the tenth, natural reports by two more writers.
They are tuning now: the ``locked`` half of the ninth and the tenth were read for version 8, after they had said how
version 7 does on what nobody has read. So are the eleventh to fourteenth, read after version 8 was measured on them,
for version 9, and the sixteenth, for version 10. The fifteenth and the seventeenth to twentieth are ``locked``:
nobody reads more than their figures.
"""

from __future__ import annotations

import csv
import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from thoracite.errors import InputError
from thoracite.evaluation.privacy_plants import (
    PlantedReport,
    Slots,
    join_pieces,
    make_fakers,
    make_slots,
    plant_sentence,
    split_sentences,
)
from thoracite.settings import PACKAGE

if TYPE_CHECKING:
    from faker import Faker

Half = Literal["seen", "locked"]
HALVES: tuple[Half, Half] = ("seen", "locked")
"""Of the fifth set."""

WordSet = Literal[
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
PARTS: tuple[tuple[WordSet, Half], ...] = (
    ("fifth", "seen"),
    ("fifth", "locked"),
    ("sixth", "locked"),
    ("seventh", "locked"),
    ("eighth", "seen"),
    ("eighth", "locked"),
    ("ninth", "seen"),
    ("ninth", "locked"),
    ("tenth", "seen"),
    ("eleventh", "locked"),
    ("twelfth", "seen"),
    ("thirteenth", "seen"),
    ("fourteenth", "seen"),
    ("fifteenth", "locked"),
    ("sixteenth", "locked"),
    ("seventeenth", "locked"),
    ("eighteenth", "locked"),
    ("nineteenth", "locked"),
    ("twentieth", "locked"),
)
"""What is planted and counted, each with its own rows."""

UNREAD: tuple[WordSet, ...] = ("fifteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth")
"""Sets that measure and are not trained with; each is ``locked`` as a whole."""

FILLS = 12
"""How often each carrier is filled."""

_DATA = PACKAGE.parent / "tests" / "data"
_FILES: dict[WordSet, str] = {word_set: str(number) for number, word_set in enumerate(get_args(WordSet), 5)}
_LOCALES: dict[Half, Literal["tune", "test"]] = {"seen": "tune", "locked": "test"}
_DAYS = 365 * 25
_EACH = 4
_RECORD_NUMBERS = ("########", "00######", "E#########", "MR0######", "####-##-##", "M########", "##-##-##-##")
_PAGERS = ("####", "#####", "###-####")
_EXTENSIONS = ("####", "#####", "#-####", "##-####")


class Kept(NamedTuple):
    """A clinical text, the words of it that must come through the gate whole, and their kind."""

    text: str
    words: str
    kind: str


def read_half(name: str, half: Half, word_set: WordSet = "fifth") -> list[dict[str, str]]:
    """The rows of one half of ``privacy_{name}5.csv``, or of the file of another set.

    Parameters
    ----------
    name : str
        ``carriers``, ``surnames``, ``dates`` or ``kept``.
    half : str
        ``seen`` or ``locked``.
    word_set : str
        ``fifth`` to ``twentieth``.

    Raises
    ------
    InputError
        If the file is not there: it belongs to the checkout, not to the package.
    """
    path = _DATA / f"privacy_{name}{_FILES[word_set]}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [row for row in csv.DictReader(file) if row["half"] == half]
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; measure from a checkout of the project") from error


def read_kept(half: Half, word_set: WordSet = "fifth") -> list[Kept]:
    """Clinical words that look like names, dates or numbers of a person."""
    return [Kept(row["text"], row["keep"], row["kind"]) for row in read_half("kept", half, word_set)]


def plant_words(
    texts: Sequence[str], half: Half, *, seed: int, fills: int = FILLS, word_set: WordSet = "fifth"
) -> Iterator[PlantedReport]:
    """Plant every carrier of a half ``fills`` times, four a report, and two of its texts to keep beside them.

    Parameters
    ----------
    texts : sequence of str
        De-identified reports; they begin again where there are too few.
    half : str
        ``seen`` or ``locked``.
    seed : int
        The same seed plants the same.
    fills : int
        How often each carrier is filled, each time with other values.
    word_set : str
        ``fifth`` to ``twentieth``.

    Raises
    ------
    InputError
        If the rows are not there.
    UsageError
        If Faker is not installed.
    """
    choice = random.Random(seed)  # noqa: S311 - no secret
    carriers = _draw_carriers(half, word_set, fills, seed, choice)
    kept = _cycle([row.text for row in read_kept(half, word_set)], choice)
    for number in range(-(-len(read_half("carriers", half, word_set)) * fills // _EACH)):
        pieces = split_sentences(texts[number % len(texts)])
        for carrier, slots in itertools.islice(carriers, _EACH):
            pieces.insert(choice.randint(0, len(pieces)), plant_sentence(carrier, slots))
        for _ in range(_EACH // 2):
            pieces.insert(choice.randint(0, len(pieces)), (next(kept), ()))
        yield join_pieces(pieces)


def plant_alone(half: Half, *, seed: int, word_set: WordSet, fills: int = FILLS) -> Iterator[PlantedReport]:
    """Every carrier of a half, ``fills`` times, as a text of its own: a note, a field, a line of a message.

    Parameters
    ----------
    half : str
        ``seen`` or ``locked``.
    seed : int
        The same seed plants the same.
    word_set : str
        ``fifth`` to ``twentieth``.
    fills : int
        How often each carrier is filled, each time with other values.

    Raises
    ------
    InputError
        If the rows are not there.
    UsageError
        If Faker is not installed.
    """
    choice = random.Random(seed)  # noqa: S311 - no secret
    for carrier, slots in _draw_carriers(half, word_set, fills, seed, choice):
        yield PlantedReport(*plant_sentence(carrier, slots))


def _draw_carriers(
    half: Half, word_set: WordSet, fills: int, seed: int, choice: random.Random
) -> Iterator[tuple[str, Slots]]:
    """The carriers of a half in any order, and what fills them."""
    people, english = make_fakers(_LOCALES[half], seed)
    words = _cycle([row["surname"] for row in read_half("surnames", half, word_set)], choice)
    forms = _cycle([row["form"] for row in read_half("dates", half, word_set)], choice)
    carriers = [row["text"] for row in read_half("carriers", half, word_set)] * fills
    choice.shuffle(carriers)
    for carrier in carriers:
        slots = make_slots(choice.choice(people), english, choice) | _make_words(words, forms, english, choice)
        slots["FIRST"] = lambda slots=slots: slots["first"]().upper()  # type: ignore[misc]
        yield carrier, slots


def _cycle(values: list[str], choice: random.Random) -> Iterator[str]:
    """Each value once, then each once again in another order: no chance decides which are planted."""
    while True:
        yield from choice.sample(values, len(values))


def _make_words(words: Iterator[str], forms: Iterator[str], english: Faker, choice: random.Random) -> Slots:
    return {
        "word": lambda: next(words),
        "WORD": lambda: next(words).upper(),
        "lower": lambda: next(words).lower(),
        "nhs": lambda: " ".join(str(choice.randrange(10**n // 10, 10**n)) for n in (3, 3, 4)),
        "odd": lambda: write_date(date(1998, 1, 1) + timedelta(days=choice.randrange(_DAYS)), next(forms)),
        "month": lambda: date(2000, choice.randint(1, 12), 1).strftime("%B"),
        "mrn": lambda: english.numerify(choice.choice(_RECORD_NUMBERS)),
        "uid": lambda: english.numerify("1.2.840.113619.2.%%.3.%#########.%##"),
        "extension": lambda: english.numerify(choice.choice(_EXTENSIONS)),
        "pager": lambda: english.numerify(choice.choice(_PAGERS)),
    }


def write_date(day: date, form: str) -> str:
    """A date in a form of ``privacy_dates5.csv`` to ``privacy_dates9.csv``.

    Examples
    --------
    >>> write_date(date(2021, 3, 2), "{d}{th} {Mon} '{yy}")
    "2nd Mar '21"
    """
    ending = "th" if 10 < day.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    month, full = day.strftime("%b"), day.strftime("%B")
    return form.format(
        d=day.day, dd=f"{day.day:02}", m=day.month, mm=f"{day.month:02}", yy=f"{day.year % 100:02}", yyyy=day.year,
        th=ending, mon=month.lower(), Mon=month, MON=month.upper(), month=full.lower(), Month=full, MONTH=full.upper(),
        wd=day.strftime("%a"), weekday=day.strftime("%A"),
    )  # fmt: skip


__all__ = [
    "FILLS",
    "HALVES",
    "PARTS",
    "UNREAD",
    "Half",
    "Kept",
    "WordSet",
    "plant_alone",
    "plant_words",
    "read_half",
    "read_kept",
    "write_date",
]
