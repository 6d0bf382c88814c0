"""Sentences spoilt on purpose, which a verifier must refuse.

Each spoiler changes one thing that makes a supported sentence wrong, or returns None where the sentence has no such
thing.

Examples
--------
>>> from thoracite.types import Entity, Finding
>>> effusion = Entity(id="thx:pleural_effusion", label="pleural effusion", kind="finding")
>>> finding = Finding(entity=effusion, probability=0.83, certainty="definitely present")
>>> evidence = [Evidence(key="E1", kind="finding", score=0.83, about=effusion, finding=finding)]
>>> sentence = "A pleural effusion is likely (probability 0.83) [E1]."
>>> claim = Claim(sentence=sentence, kind="observation", citations=("E1",))
>>> for name in ("negation", "certainty", "severity", "probability"):
...     print(SPOILERS[name](claim, evidence))
A pleural effusion is not seen (probability 0.83) [E1].
A pleural effusion is definitely present (probability 0.83) [E1].
A severe pleural effusion is likely (probability 0.83) [E1].
A pleural effusion is likely (probability 0.72) [E1].
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from thoracite.types import CITATION, Claim, Evidence

Spoiler = Callable[[Claim, Sequence[Evidence]], str | None]
"""From a claim and all evidence to the spoilt sentence, or None."""

_STATED = re.compile(r"\b(is|are) (?:likely|possible|present)\b")
_DENIED = re.compile(r"^No (.+) is detected")
_RELATED = re.compile(r"\b(is|are|may be|may|would|include|raises|raise) (?!likely|possible|present|not)")
_SILENT = {"could not be measured here": "could be measured here", "was not looked for": "was looked for"}
_STRONGER = {"unlikely": "likely", "possible": "likely", "likely": "definitely present"}


def deny(claim: Claim, evidence: Sequence[Evidence]) -> str | None:  # noqa: ARG001
    """Turn presence into absence, absence into presence, a relation into its denial."""
    if denied := _DENIED.match(claim.sentence):
        return claim.sentence.replace(denied.group(), f"{denied[1].capitalize()} is present", 1)
    if _STATED.search(claim.sentence):
        return _STATED.sub(r"\1 not seen", claim.sentence, count=1)
    for silent, told in _SILENT.items():
        if silent in claim.sentence:
            return claim.sentence.replace(silent, told, 1)
    if claim.kind == "background" and "include" not in claim.sentence:
        return _RELATED.sub(lambda match: f"{match[1]} not ", claim.sentence, count=1)
    return None


def swap_sides(claim: Claim, evidence: Sequence[Evidence]) -> str | None:  # noqa: ARG001
    """Swap left and right."""
    swapped = re.sub(r"\b(left|right)\b", lambda m: "right" if m[1] == "left" else "left", claim.sentence)
    return swapped if swapped != claim.sentence and claim.kind != "background" else None


def strengthen(claim: Claim, evidence: Sequence[Evidence]) -> str | None:  # noqa: ARG001
    """State the finding more surely than the evidence."""
    for weak, strong in _STRONGER.items():
        if re.search(rf"\b(?:is|are|sign of the) {weak}\b", claim.sentence):
            return re.sub(rf"\b(is|are|sign of the) {weak}\b", rf"\1 {strong}", claim.sentence, count=1)
    return None


def add_severity(claim: Claim, evidence: Sequence[Evidence]) -> str | None:
    """Add a severity that was not measured."""
    cited = next((e for e in evidence if e.key in claim.citations and e.finding is not None), None)
    if cited is None or claim.sentence.startswith("No "):
        return None
    label = re.escape(cited.about.label)
    spoilt = re.sub(rf"(?i)\b(an? )?({label})", _with_severe, claim.sentence, count=1)
    return spoilt if spoilt != claim.sentence else None


def _with_severe(match: re.Match[str]) -> str:
    article = "" if match[1] is None else ("A " if match[1][0] == "A" else "a ")
    word = "severe" if article or not match[2][0].isupper() else "Severe"
    return f"{article}{word} {match[2] if article or word == 'severe' else match[2].lower()}"


def change_probability(claim: Claim, evidence: Sequence[Evidence]) -> str | None:  # noqa: ARG001
    """Another probability."""
    number = re.search(r"probability (0\.\d\d|1\.00)", claim.sentence)
    if number is None:
        return None
    value = float(number[1])
    return claim.sentence.replace(number[1], f"{value - 0.11 if value >= 0.11 else value + 0.11:.2f}", 1)


def swap_citation(claim: Claim, evidence: Sequence[Evidence]) -> str | None:
    """Cite evidence of the same kind about something else."""
    known = {piece.key: piece for piece in evidence}
    first = known[claim.citations[0]]
    for piece in evidence:
        other = piece.triple.key != first.triple.key if piece.triple and first.triple else piece.about != first.about
        if (piece.triple is None) == (first.triple is None) and other and piece.key not in claim.citations:
            return claim.sentence.replace(f"[{first.key}]", f"[{piece.key}]", 1)
    return None


def reverse_relation(claim: Claim, evidence: Sequence[Evidence]) -> str | None:
    """Exchange the two ends of the cited triple."""
    triples = [e.triple for e in evidence if e.key in claim.citations and e.triple is not None]
    if claim.kind != "background" or len(triples) != 1 or "associated" in triples[0].relation.label:
        return None
    ends = (triples[0].subject.label.lower(), triples[0].object.label.lower())
    pattern = re.compile("|".join(re.escape(end) for end in sorted(ends, key=len, reverse=True)), re.IGNORECASE)
    if len(pattern.findall(claim.sentence)) != 2:
        return None
    return pattern.sub(lambda match: ends[1] if match.group().lower() == ends[0] else ends[0], claim.sentence)


def drop_citations(claim: Claim, evidence: Sequence[Evidence]) -> str | None:  # noqa: ARG001
    """Drop the citations."""
    return CITATION.sub("", claim.sentence)


def add_finding(claim: Claim, evidence: Sequence[Evidence]) -> str | None:  # noqa: ARG001
    """Add a finding without evidence."""
    if claim.kind not in {"observation", "diagnosis"} or claim.sentence.startswith("No "):
        return None
    if not _STATED.search(claim.sentence):
        return None
    return _STATED.sub(lambda match: f"with rib fractures {match.group()}", claim.sentence, count=1)


SPOILERS: Mapping[str, Spoiler] = {
    "negation": deny,
    "side": swap_sides,
    "certainty": strengthen,
    "severity": add_severity,
    "probability": change_probability,
    "citation": swap_citation,
    "direction": reverse_relation,
    "no citation": drop_citations,
    "added finding": add_finding,
}
"""Spoilers by the name of their target."""

__all__ = ["SPOILERS", "Spoiler"]
