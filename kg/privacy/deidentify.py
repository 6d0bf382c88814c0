"""The privacy gate: what could identify a patient is found and replaced before anything is stored or written.

It covers the kinds of the HIPAA Safe Harbor that occur in a report's text: names, dates, ages above 89, telephone and
fax numbers, e-mail, web and network addresses, numbers of records, accounts, licences and devices, and places smaller
than a state, hospitals included. A year alone, a state and a country stay.

References
----------
45 CFR 164.514(b)(2), the Safe Harbor method of de-identification.

Examples
--------
>>> deidentify("Compared to 3/4/2019. Dr. Hill notified; MRN 445566. May represent a 1.2 x 3 cm Hill-Sachs lesion.")
'Compared to [DATE]. Dr. [NAME] notified; MRN [ID]. May represent a 1.2 x 3 cm Hill-Sachs lesion.'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from thoracite.kg.privacy.checks import check_names, is_service, is_state
from thoracite.kg.privacy.fields import find_fielded
from thoracite.kg.privacy.lists import find_listed, find_signed
from thoracite.kg.privacy.names import find_names
from thoracite.kg.privacy.network import Network
from thoracite.kg.privacy.overlap import Stretches
from thoracite.kg.privacy.patterns import Span, find_patterned
from thoracite.kg.privacy.slots import find_slotted
from thoracite.kg.privacy.tagger import Field, Hint, find_tagged
from thoracite.types import Noun

IdentifierKind = Literal["NAME", "DATE", "AGE", "PHONE", "EMAIL", "URL", "IP", "ID", "LOCATION"]

VERSION = "11"
"""Changes whenever the gate finds something else."""

STRANGE, PLACED = 0.0, 150.0
"""What it weighs for the tagger that a rule sees a name by its words (so it is asked), and by its place."""

_PLACEHOLDER = re.compile(r"\[(?:NAME|DATE|AGE|PHONE|EMAIL|URL|IP|ID|LOCATION)\]")
_HOUSE = re.compile(r"(?<![\w.,/:-])\d{1,6} \Z")
_STREET_ENDS = re.compile(r"(?: [A-ZÀ-Þ][\w'’-]*){1,2}")
_BETWEEN_GAPS = re.compile(r"[^\s](?:[^\s]|[ \xa0\n](?=[^\s]))*")
_LABELLED = re.compile(r"[ \xa0]?[:=]")
_TITLED = re.compile(r"(?<!\w)(?i:drs?|mrs?|ms|miss|prof)\b\.?[ ]\Z")
_LAST_FIRST = re.compile(r"[A-ZÀ-Þ'’-]{2,}, [A-ZÀ-Þ'’-]{2,}")
_SEEN_IN = re.compile(r"\b(?:[Ss]een|treated|lives|born) in \Z")
_HAS = re.compile(r" (?:has|had|underwent|presents|complains)\b")
_WAS = re.compile(r" was (?:seen|informed|notified|told|paged|called)\b")
_GRADED = re.compile(
    r"\b(?:[Ss]een|[Rr]eviewed|[Pp]laced|[Ii]nserted) by (?:RMO|SHO|SpR|SMO|CNS|CRNA) ([a-z]{3,})(?=[,.;)\n]|\Z)"
)
"""What tells a person or a place, before, in ("HAND, MARIA") or behind what the rules take for a name."""
_CODE = re.compile(r"[ \xa0]*,?\s{1,2}(?:[A-Z]{2},? )?(\d{5,6}(?:-\d{4})?)(?!\w|[.,/:-]\d|\s?(?:m[gLm]|cc|cm|HU|%))")
"""A postal code behind a place: ", 60637", on the next line, too."""
_JOINT = re.compile(r"[\s,]{1,3}")


class Identifier(Noun):
    """Something in a text that could identify a patient.

    Parameters
    ----------
    kind : str
        NAME, DATE, AGE, PHONE, EMAIL, URL, IP, ID or LOCATION.
    start, end : int
        Characters of the text, the end not included.
    """

    kind: IdentifierKind
    start: int
    end: int


def find_identifiers(text: str, *, field: Field | None = None, network: Network | None = None) -> list[Identifier]:
    """Identifiers of a text, in order and without overlap.

    Parameters
    ----------
    text : str
        A report, or a part of one.
    field : Field, optional
        The tagger's weights; by default the bundled ones.
    network : Network, optional
        By default the bundled one beside the bundled field, and none beside another.

    Examples
    --------
    >>> [(found.kind, found.start, found.end) for found in find_identifiers("Seen on 2019-03-04.")]
    [('DATE', 8, 18)]
    """
    spans = [
        span
        for span in find_patterned(text)
        if span[0] != "LOCATION" or not (is_service(text[slice(*span[1:])]) or is_state(text[slice(*span[1:])]))
    ]
    hints = find_hints(text)
    tagged = find_tagged(text, hints, field, network)
    seen = [*hints, *((start, end, PLACED) for start, end in tagged.sure)]
    for kind, start, end in check_names(text, tagged.spans, seen):
        spans.append(_with_house_number(text, start, end) if kind == "NAME" else (kind, start, end))
    spans += [
        ("LOCATION", *code.span(1)) for kind, _, end in spans if kind == "LOCATION" and (code := _CODE.match(text, end))
    ]
    placeholders = Stretches(match.span() for match in _PLACEHOLDER.finditer(text))
    spans = [span for span in spans if not placeholders.meet(*span[1:])]
    merged: list[Span] = []
    for kind, start, end in sorted(spans, key=lambda span: (span[1], -span[2])):
        if merged and start < merged[-1][2]:
            longer = merged[-1]
            if end - start > longer[2] - longer[1]:
                longer = (kind, longer[1], longer[2])
            merged[-1] = (longer[0], longer[1], max(end, longer[2]))
        elif merged and _one_place(text, merged[-1], (kind, start, end)):
            merged[-1] = ("LOCATION", merged[-1][1], end)
        else:
            merged.append((kind, start, end))
    return [Identifier(kind=kind, start=start, end=end) for kind, start, end in merged]  # type: ignore[arg-type]


def find_hints(text: str) -> list[Hint]:
    """Where the rules see names, and what each kind of rule weighs: a place of people more than a strange word."""
    strange = [span for span in find_names(text) if not is_service(text[slice(*span)])]
    placed = [
        span
        for find in (find_slotted, find_signed, find_fielded)
        for span in find(text)
        if not is_service(text[slice(*span)])
    ]
    placed += find_listed(text, sorted({*strange, *placed}))
    placed += [
        (start, end)
        for start, end in strange
        if _TITLED.search(text, max(0, start - 8), start)
        or (" " in text[start:end] and _HAS.match(text, end))
        or _LAST_FIRST.fullmatch(text, start, end)
        or _SEEN_IN.search(text, max(0, start - 12), start)
        or _WAS.match(text, end)
    ]
    placed += [found.span(1) for found in _GRADED.finditer(text)]
    hints = [(*span, STRANGE) for span in set(strange) - set(placed)] + [(*span, PLACED) for span in set(placed)]
    return [part for hint in hints for part in _cut_at_gaps(text, hint)]


def _cut_at_gaps(text: str, hint: Hint) -> Iterator[Hint]:
    """What a rule takes for one name, in parts where a field of a header ends, without the next field's label."""
    start, end, weight = hint
    for part in _BETWEEN_GAPS.finditer(text, start, end):
        if part.start() == start or not _LABELLED.match(text, part.end()):
            yield part.start(), part.end(), weight


def _with_house_number(text: str, start: int, end: int) -> Span:
    """A name after a number is a street: "738 Jill Land"."""
    number = _HOUSE.search(text, max(0, start - 8), start)
    if not number:
        return "NAME", start, end
    rest = _STREET_ENDS.match(text, end)
    return "LOCATION", number.start(), rest.end() if rest else end


def _one_place(text: str, before: Span, after: Span) -> bool:
    """Whether a street, a town and a code follow each other."""
    return "LOCATION" in (before[0], after[0]) and _JOINT.fullmatch(text[before[2] : after[1]]) is not None


def deidentify(text: str) -> str:
    """The text with every identifier replaced by its kind: ``[NAME]``, ``[DATE]``.

    Applying it again changes nothing.
    """
    parts, last = [], 0
    for found in find_identifiers(text):
        parts += [text[last : found.start], f"[{found.kind}]"]
        last = found.end
    return "".join([*parts, text[last:]])


__all__ = ["VERSION", "Identifier", "IdentifierKind", "deidentify", "find_identifiers"]
