"""Carriers with choices that the gate's rules were tuned with and its tagger is trained with, and what fills them.

They stand in ``tests/data/privacy_tuning.txt`` and ``privacy_training.txt``: ``<a|b>`` is a choice, ``{slot}`` as in
:mod:`thoracite.evaluation.privacy_plants`.
"""

from __future__ import annotations

import calendar
import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from thoracite.errors import InputError
from thoracite.evaluation.privacy_plants import Slots
from thoracite.evaluation.privacy_words import write_date
from thoracite.settings import PACKAGE

Texts = Literal["tuning", "training", "voices", "styles"]

_DATA = PACKAGE.parent / "tests" / "data"
_CHOICE = re.compile(r"<([^<>]*\|[^<>]*)>")
_ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]


def read_tuning(name: str, texts: Texts = "tuning") -> list[str]:
    """The lines of a list: ``carriers``, ``kept``; of ``tuning`` also ``dates`` and ``words``, of ``styles`` ``lists``.

    Raises
    ------
    InputError
        If the file is not there: it belongs to the checkout, not to the package.
    """
    return _read_part(_DATA / f"privacy_{texts}.txt", name)


def list_hands() -> tuple[str, ...]:
    """Names of the writers imagined for the training, from ``tests/data/privacy_hands``; none outside a checkout."""
    return tuple(sorted(path.stem for path in (_DATA / "privacy_hands").glob("*.txt")))


def read_hand(hand: str, name: Literal["carriers", "kept"]) -> list[str]:
    """The carriers or the texts to keep of an imagined writer."""
    return _read_part(_DATA / "privacy_hands" / f"{hand}.txt", name)


@cache
def _read_part(path: Path, name: str) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; train from a checkout of the project") from error
    part = lines.split(f"\n# {name}\n", 1)[1].split("\n# ", 1)[0]
    return [line for line in part.splitlines() if line and not line.startswith("## ")]


def expand(text: str, choice: random.Random) -> str:
    """One sentence of a line with choices; ``&lt;`` and ``&gt;`` are the signs themselves.

    Examples
    --------
    >>> expand("<Seen|Seen> by {word}.", random.Random(1))
    'Seen by {word}.'
    """
    while found := _CHOICE.search(text):
        text = text[: found.start()] + choice.choice(found[1].split("|")) + text[found.end() :]
    for written, meant in (("\\n", "\n"), ("\\t", "\t"), ("&lt;", "<"), ("&gt;", ">")):
        text = text.replace(written, meant)
    return text


def write_form(day: date, form: str) -> str:
    """A date in a form of ``privacy_tuning.txt``, which also knows weekdays, Roman months and ranges."""
    later = {"d2": min(28, day.day + 3), "roman": _ROMAN[day.month - 1]}
    later |= {"Day": calendar.day_name[day.weekday()], "Dy": calendar.day_abbr[day.weekday()]}
    for name, value in later.items():
        form = form.replace(f"{{{name}}}", str(value))
    return write_date(day, form)


def fill_tuning(choice: random.Random, slots: Slots) -> Slots:
    """Slots for names that are words, names with parts, and dates of many forms."""
    listed, forms = "; ".join(read_tuning("words")).split("; "), read_tuning("dates")
    words: Callable[[], str] = lambda: choice.choice(listed)  # noqa: E731
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
        "odd": lambda: write_form(date(1998, 1, 1) + timedelta(days=choice.randrange(9000)), choice.choice(forms)),
        "mrn": lambda: str(choice.randrange(10**7, 10**8)),
        "extension": lambda: choice.choice((str(choice.randrange(1000, 99999)), f"{choice.randrange(1, 99)}-4410")),
        "month": lambda: calendar.month_name[choice.randrange(1, 13)],
        "month_year": lambda: choice.choice(("March", "June 2019", "Mar 2018", "august 2017", "January of 2015")),
    }


__all__ = ["Texts", "expand", "fill_tuning", "list_hands", "read_hand", "read_tuning", "write_form"]
