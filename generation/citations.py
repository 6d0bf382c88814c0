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
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from thoracite.types import CITATION, Claim, ClaimKind, Entity, Evidence

_CITED = re.compile(r"\s*" + CITATION.pattern)
_GROUP = re.compile(r"\[\s*(E[1-9]\d*(?:\s*[,;]\s*E[1-9]\d*)+)\s*\]")

_OTHERS = re.compile(
    rf",? (?:and|or) (?P<number>\d+) other findings?\b(?P<rest>[^\[;]*)(?P<keys>(?:{_CITED.pattern})+)"
)
"""The one form in which findings may be cited and counted instead of named."""

_SUMMARY = re.compile(r"\bnothing stands out\b|\b(?:does not decide|undecided|could not be measured)\b", re.IGNORECASE)
"""Words of a summary: that nothing stands out, what is undecided, or what could not be measured."""


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


def split_groups(sentence: str) -> str:
    """Write grouped citations, ``[E1, E2]``, one by one.

    Examples
    --------
    >>> split_groups("An effusion is likely [E1, E2].")
    'An effusion is likely [E1][E2].'
    """
    return _GROUP.sub(lambda group: join_citations(re.findall(r"E\d+", group[1])), sentence)


def build_claim(sentence: str, evidence: Sequence[Evidence]) -> Claim:
    """Build a claim; its kind follows from its citations, a summary's from its words.

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


def count_others(labels: Sequence[str], others: int) -> str:
    """Write a list whose last findings are only counted: they are cited, and not named.

    Examples
    --------
    >>> count_others(["hernia", "edema"], 9)
    'hernia, edema and 9 other findings'
    """
    return f"{', '.join(labels)} and {others} other finding{'s' if others > 1 else ''}"


class Counted(NamedTuple):
    """A sentence with names in place of counts, and the counts that are wrong: what is said, and what is cited."""

    sentence: str
    wrong: tuple[tuple[int, int], ...]


def name_counted(sentence: str, findings: Mapping[str, Entity], find: Callable[[str], Collection[str]]) -> Counted:
    """Name the findings that a sentence cites and only counts, so that it is verified like one that names them.

    Parameters
    ----------
    sentence : str
        With its citations.
    findings : mapping of str to Entity
        What each key is about that cites a finding.
    find : callable
        Returns the CURIEs of the concepts that a text names.

    Examples
    --------
    >>> told = {"E1": Entity(id="thx:a", label="edema"), "E2": Entity(id="thx:b", label="hernia")}
    >>> name_counted("It does not decide on edema and 1 other finding [E1][E2].", told, lambda text: ["thx:a"])
    Counted(sentence='It does not decide on edema or hernia [E1][E2].', wrong=())
    """
    wrong: list[tuple[int, int]] = []

    def name(match: re.Match[str]) -> str:
        named = find(strip_citations(sentence[: match.start()]))
        others = [findings[key] for key in dict.fromkeys(parse_citations(match["keys"])) if key in findings]
        labels = [entity.label for entity in others if entity.id not in named]
        if len(labels) != int(match["number"]):
            wrong.append((int(match["number"]), len(labels)))
        listed = "".join(f", {label}" for label in labels[:-1]) + "".join(f" or {label}" for label in labels[-1:])
        return f"{listed}{match['rest']}{match['keys']}"

    return Counted(_OTHERS.sub(name, sentence), tuple(wrong))


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
    "Counted",
    "build_claim",
    "count_others",
    "find_kind",
    "find_unresolved",
    "join_citations",
    "name_counted",
    "parse_citations",
    "split_groups",
    "strip_citations",
]
