"""Citations in sentences: ``[E1]``.

Examples
--------
>>> parse_citations("A right pleural effusion is likely [E1][E2].")
('E1', 'E2')
>>> strip_citations("A right pleural effusion is likely [E1][E2].")
'A right pleural effusion is likely.'
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from thoracite.types import CITATION, Claim, ClaimKind, Evidence

_CITED = re.compile(r"\s*" + CITATION.pattern)
_GROUP = re.compile(r"\[\s*(E[1-9]\d*(?:\s*[,;]\s*E[1-9]\d*)+)\s*\]")

_SUMMARY = re.compile(r"\bnothing stands out\b|\b(?:does not decide|undecided|could not be measured)\b", re.IGNORECASE)
"""Words of a summary: that nothing stands out, what is undecided, or what could not be measured."""

_BACKGROUND = re.compile(r"\btextbook signs?\b", re.IGNORECASE)
"""Words of background that cites a finding beside its fact: what textbooks name for it."""


def parse_citations(sentence: str) -> tuple[str, ...]:
    """Return the keys that a sentence cites, in order, repeated as they occur."""
    return tuple(CITATION.findall(sentence))


def strip_citations(sentence: str) -> str:
    """Remove citations from a sentence, and the space before them."""
    return _CITED.sub("", sentence).strip()


def join_citations(keys: Iterable[str]) -> str:
    """Write keys as citations.

    Examples
    --------
    >>> join_citations(["E1", "E4"])
    '[E1][E4]'
    """
    return "".join(f"[{key}]" for key in keys)


def is_background(sentence: str) -> bool:
    """Tell whether a sentence says what textbooks name for a finding."""
    return _BACKGROUND.search(sentence) is not None


def split_groups(sentence: str) -> str:
    """Write grouped citations, ``[E1, E2]``, one by one.

    Examples
    --------
    >>> split_groups("An effusion is likely [E1, E2].")
    'An effusion is likely [E1][E2].'
    """
    return _GROUP.sub(lambda group: join_citations(re.findall(r"E\d+", group[1])), sentence)


def build_claim(sentence: str, evidence: Sequence[Evidence]) -> Claim:
    """Build a claim; its kind follows from its citations, that of a summary and of background from its words.

    Parameters
    ----------
    sentence : str
        With its citations in place.
    evidence : sequence of Evidence
        Citable evidence; other keys are ignored here, the verifier refuses them.
    """
    cited = [e for e in evidence if e.key in parse_citations(sentence)]
    triple = any(e.kind == "triple" for e in cited)
    kind: ClaimKind = "summary" if not triple and _SUMMARY.search(sentence) else find_kind(cited)
    if triple and is_background(sentence):
        kind = "background"
    return Claim(sentence=sentence, kind=kind, citations=parse_citations(sentence))


def find_kind(cited: Collection[Evidence]) -> ClaimKind:
    """Find the kind of a claim by what it cites.

    Triples alone are background, with a finding or a sign a reason, with signs that are all absent expected; a finding
    without a triple is a diagnosis, anything else of the image an observation.

    Parameters
    ----------
    cited : collection of Evidence
        What its sentence cites.
    """
    kinds = {e.kind for e in cited}
    if "triple" in kinds:
        answers = {e.sign.answer for e in cited if e.sign is not None}
        return "background" if len(kinds) == 1 else "expected" if answers == {"no"} else "reason"
    return "diagnosis" if "finding" in kinds else "observation"


def find_unresolved(claims: Iterable[Claim], evidence: Iterable[Evidence]) -> list[str]:
    """Return cited keys without evidence, each once, in order.

    Examples
    --------
    >>> claim = Claim(sentence="An effusion is likely [E9].", kind="observation", citations=("E9",))
    >>> find_unresolved([claim], [])
    ['E9']
    """
    known = {e.key for e in evidence}
    cited = (key for claim in claims for key in claim.citations)
    return list(dict.fromkeys(key for key in cited if key not in known))


__all__ = [
    "build_claim",
    "find_kind",
    "find_unresolved",
    "is_background",
    "join_citations",
    "parse_citations",
    "split_groups",
    "strip_citations",
]
