"""Headers of reports made by program: fields of people and of things, side by side, in many layouts.

Every radiology system has its own labels and gaps ("Attg: Hill.   Room: 3", "TECH: FOX    VIEWS: 2"). What tells a
person there is the label alone, and what ends the name is the next label. The labels and values stand in
``tests/data/privacy_voices.txt``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from thoracite.evaluation.privacy_tuning import read_tuning

_NAMES = (
    "{word}", "{word}", "{word}", "{WORD}", "{WORD}", "{first} {word}", "{first} {word}", "{word}, {first}",
    "{WORD}, {FIRST}", "{WORD},{FIRST}", "{WORD} {FIRST}", "{FIRST} {WORD}", "Dr {word}", "Dr. {first} {word}",
    "{init}. {word}", "{word} {init}", "{first} {init}. {word}, MD", "{word} MD", "{word}, RN", "{word}/{word}",
    "{word}, {word}", "{lower}", "{first}", "{word}-{last}", "{last}", "{first} {last}", "{init}{init}", "Mr {word}",
    "{WORD}^{FIRST}", "{word} & {word}", "{first} {word}, {dept}", "{word} (ED)",
)  # fmt: skip
_OTHERS = (
    "MRN: {mrn}", "ID {mrn}", "Acc#: {accession}", "Order #{number}", "DOB: {date}", "DOB {odd}", "Date: {odd}",
    "{date}", "{odd}", "{mrn}", "Tel: {phone}", "Ext {extension}", "Pager {pager}", "Fax: {phone}",
    "Site: {hospital}", "Facility: {hospital}", "Ward: {ward}", "{hospital}", "Taken: {odd} {time}", "Signed {odd}",
    "Age: {age}", "Address: {street}, {city}", "Visit: {mrn}", "SSN: {ssn}", "Town: {city}", "Time: {time}",
    "Age: {young}", "Exam: {accession}", "Dict: {date}", "{accession}", "Case #: {number}", "D: {date}  T: {date}",
)  # fmt: skip
_GAPS = (
    "  ", "  ", "   ", "   ", "    ", "     ", " | ", "; ", ", ", ". ", ".  ", "\n", "\n", "\n", " / ", "\t", " - ",
)  # fmt: skip
_COLONS = (": ", ": ", ": ", ": ", ":", " : ", ":  ", " - ", "= ", ":\t")


class _Labels(NamedTuple):
    people: tuple[str, ...]
    things: tuple[tuple[str, tuple[str, ...]], ...]
    alone: tuple[str, ...]


@cache
def _read_labels() -> _Labels:
    people, things, alone = (
        tuple(part.strip() for part in " ".join(read_tuning(name, "voices")).split(";"))
        for name in ("labels of people", "labels of things", "values alone")
    )
    pairs = (thing.split(": ", 1) for thing in things)
    return _Labels(people, tuple((label, tuple(values.split(", "))) for label, values in pairs), alone)


def make_header(choice: random.Random) -> str:
    """One header with one to five fields, as a carrier whose slots are still to be filled.

    Examples
    --------
    >>> make_header(random.Random(5)).count("{") >= 0
    True
    """
    cases: list[Callable[[str], str]] = [str, str.upper, str.lower]
    labels, case = _read_labels(), choice.choices(cases, weights=(74, 15, 11))[0]
    gap, colon = choice.choice(_GAPS), choice.choice(_COLONS)
    parts: list[str] = []
    for _ in range(choice.choice((1, 2, 2, 3, 3, 4, 5))):
        drawn = choice.random()
        if drawn < 0.45:
            parts.append(f"{case(choice.choice(labels.people))}{colon}{choice.choice(_NAMES)}")
        elif drawn < 0.8:
            label, values = choice.choice(labels.things)
            parts.append(f"{case(label)}{colon}{case(choice.choice(values))}")
        else:
            parts.append(choice.choice(_OTHERS) if drawn < 0.92 else case(choice.choice(labels.alone)))
    return gap.join(parts) + choice.choice((".", "", "", ""))


__all__ = ["make_header"]
