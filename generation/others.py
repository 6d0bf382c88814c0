"""What a sentence says of findings that it does not name: "… and others", or "… and 9 other findings".

The first leaves open how many there are; the second counts and cites them.

Examples
--------
>>> [fault.why for fault in check_others("This image does not decide on hernia and others.", [], [])]
['the image decides on every other finding']
>>> [fault.why for fault in check_others("A mass and others are likely.", [], [])]
["it is not clear what 'others' are"]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from thoracite.generation.citations import parse_citations, strip_citations
from thoracite.generation.faults import Fault
from thoracite.generation.wording import blank_parentheses, find_open_grade
from thoracite.types import CITATION, Evidence

OTHERS = "and others"
"""What stands behind the findings that are named where more are undecided than are named."""

_OTHERS = re.compile(r"\bothers?\b", re.IGNORECASE)
_FORM = re.compile(rf"[^;]*(?<![,;]) {OTHERS}\s*\.?", re.IGNORECASE)

_COUNT = r",? (?:and|or) (?P<number>\d+) other findings?\b"
_COUNTED = re.compile(rf"{_COUNT}(?P<rest>[^\[;]*)(?P<keys>(?:\s*{CITATION.pattern})+)")
"""The one form in which findings may be cited and counted instead of named."""


def has_others(sentence: str) -> bool:
    """Tell whether a sentence speaks of others."""
    return re.search(r"\bothers\b", sentence, re.IGNORECASE) is not None


def check_others(sentence: str, cited: Iterable[Evidence], evidence: Iterable[Evidence]) -> Iterator[Fault]:
    """Check "and others": the image must leave at least one finding undecided that the sentence does not cite.

    Only undecided findings have others: what is asserted or denied is named.

    Parameters
    ----------
    sentence : str
        With its citations.
    cited, evidence : iterable of Evidence
        What it cites, and all of the image.
    """
    clauses = [one for one in strip_citations(sentence).split(";") if has_others(one)]
    if not clauses:
        return
    clause = blank_parentheses(clauses[0]).rstrip()
    plain = len(clauses) == 1 and _FORM.fullmatch(clause) and len(_OTHERS.findall(clause)) == 1
    if not plain or find_open_grade(clause.lower()) != "undecided":
        yield Fault("unsupported", "it is not clear what 'others' are")
        return
    named = {piece.about.id for piece in cited}
    found = (piece.finding for piece in evidence if piece.kind == "finding" and piece.about.id not in named)
    if not any(finding is not None and finding.verdict == "undecided" for finding in found):
        yield Fault("contradicted", "the image decides on every other finding")


def count_others(labels: Sequence[str], others: int) -> str:
    """Write a list whose last findings are only counted: they are cited, and not named.

    Examples
    --------
    >>> count_others(["hernia", "edema"], 9)
    'hernia, edema and 9 other findings'
    """
    return f"{', '.join(labels)} and {others} other finding{'s' if others > 1 else ''}"


def find_counted(sentence: str) -> int | None:
    """Find where a sentence begins to count findings instead of naming them; None where it does not.

    Examples
    --------
    >>> find_counted("It does not decide on edema and 9 other findings."), find_counted("An effusion is likely.")
    (27, None)
    """
    match = re.search(_COUNT, sentence)
    return None if match is None else match.start()


def leave_out_count(sentence: str) -> str:
    """Leave out how many findings a sentence counts instead of naming them.

    Examples
    --------
    >>> leave_out_count("It does not decide on edema and 9 other findings [E1].")
    'It does not decide on edema [E1].'
    """
    return re.sub(_COUNT, "", sentence)


class Counted(NamedTuple):
    """A sentence with names in place of counts, and a fault for each count that is wrong."""

    sentence: str
    faults: tuple[Fault, ...]


def name_counted(sentence: str, cited: Iterable[Evidence], find: Callable[[str], Collection[str]]) -> Counted:
    """Name the findings that a sentence cites and only counts, so that it is verified like one that names them.

    Parameters
    ----------
    sentence : str
        With its citations.
    cited : iterable of Evidence
        What it cites; findings are counted.
    find : callable
        Returns the CURIEs of the concepts that a text names.

    Examples
    --------
    >>> name_counted("It does not decide on edema [E1].", [], lambda text: [])
    Counted(sentence='It does not decide on edema [E1].', faults=())
    """
    findings = {piece.key: piece.about for piece in cited if piece.kind == "finding"}
    faults: list[Fault] = []

    def name(match: re.Match[str]) -> str:
        named = find(strip_citations(sentence[: match.start()]))
        others = [findings[key] for key in dict.fromkeys(parse_citations(match["keys"])) if key in findings]
        labels = [entity.label for entity in others if entity.id not in named]
        if len(labels) != int(match["number"]):
            faults.append(Fault("contradicted", f"it cites {len(labels)} other findings, not {match['number']}"))
        listed = "".join(f", {label}" for label in labels[:-1]) + "".join(f" or {label}" for label in labels[-1:])
        return f"{listed}{match['rest']}{match['keys']}"

    return Counted(_COUNTED.sub(name, sentence), tuple(faults))


__all__ = [
    "OTHERS",
    "Counted",
    "check_others",
    "count_others",
    "find_counted",
    "has_others",
    "leave_out_count",
    "name_counted",
]
