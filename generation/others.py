"""What a sentence says of findings that it does not name: "… and others" that the image does not decide on.

Examples
--------
>>> [fault.why for fault in check_others("This image does not decide on hernia and others.", [], [])]
['the image decides on every other finding']
>>> [fault.why for fault in check_others("A mass and others are likely.", [], [])]
["it is not clear what 'others' are"]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from thoracite.generation.citations import strip_citations
from thoracite.generation.faults import Fault
from thoracite.generation.wording import blank_parentheses, find_open_grade
from thoracite.types import Evidence

OTHERS = "and others"
"""What stands behind the findings that are named where more are undecided than are named."""

_OTHERS = re.compile(r"\bothers?\b", re.IGNORECASE)
_FORM = re.compile(rf"[^;]*(?<![,;]) {OTHERS}\s*\.?", re.IGNORECASE)


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
    named = {piece.about.id for piece in cited}
    found = (piece.finding for piece in evidence if piece.kind == "finding" and piece.about.id not in named)
    if not any(finding is not None and finding.verdict == "undecided" for finding in found):
        yield Fault("contradicted", "the image decides on every other finding")


__all__ = ["OTHERS", "check_others", "has_others"]
