"""Suite ``free-text``: does grounding find the evidence of true sentences, and none for false ones?

The sentences of templates on phantoms lose their citations and are grounded as a decoder's text would be: they should
come back, each with citations that support it. Then one thing in each is turned: a side, a denial, the verdict's word,
a number, what a fact is said to say. None of these should be released. The baseline cites, at the end of the sentence,
all evidence whose concept the sentence names.

Examples
--------
>>> [flip.kind for flip in flip_sentence("The left angle is blunt.")]
['side', 'negation']
>>> next(flip_sentence("The left angle is blunt.")).sentence
'The right angle is blunt.'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from thoracite.evaluation.patients import summarise
from thoracite.evaluation.suite import Row, Suite
from thoracite.generation.citations import join_citations, strip_citations
from thoracite.generation.grounding import Grounder
from thoracite.generation.grounding.source import Source
from thoracite.kg.extract.extractor import Extractor, open_extractor
from thoracite.kg.linking.mentions import Link
from thoracite.phantom import draw_phantom
from thoracite.pipeline import Explainer

PHANTOMS = 40
"""Number of phantoms."""

FIRST = 730_000
"""First seed; no other use of phantoms comes so far."""

KINDS = ("side", "negation", "verdict", "number", "relation")
GROUNDED, NAMED = "grounding", "citing what is named"

_SIDE = re.compile(r"\b(left|right)\b", re.IGNORECASE)
_VERDICT = re.compile(r"\b(likely|suspected|possible|unlikely)\b")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_OTHER = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
_DENIED = (
    ("here is no sign of", "here is a sign of"), ("does not decide on", "shows"), (" no ", " "), (" not ", " "),
    ("Nothing stands out", "Much stands out"),
)  # fmt: skip
_RELATED = (
    ("suggests", "argues against"), ("argues against", "suggests"), ("a sign of", "no sign of"),
    ("would be a sign of", "would argue against"), ("more than", "less than"), ("less than", "more than"),
)  # fmt: skip


class Flip(NamedTuple):
    """A sentence in which one thing was turned, and what."""

    kind: str
    sentence: str


def flip_sentence(sentence: str) -> Iterator[Flip]:
    """Turn one thing after the other in a sentence without citations."""
    for match in _SIDE.finditer(sentence):
        yield Flip("side", f"{sentence[: match.start()]}{_OTHER[match[0]]}{sentence[match.end() :]}")
    if len(_SIDE.findall(sentence)) > 1:
        yield Flip("side", _SIDE.sub(lambda match: _OTHER[match[0]], sentence))
    for match in re.finditer(r"\b(?:is|are) (?!not\b)", sentence):
        yield Flip("negation", f"{sentence[: match.end()]}not {sentence[match.end() :]}")
    yield from (Flip("negation", sentence.replace(*pair, 1)) for pair in _DENIED if pair[0] in sentence)
    for match in _VERDICT.finditer(sentence):
        for word in {"likely", "suspected", "possible", "unlikely", "present", "absent"} - {match[0]}:
            yield Flip("verdict", f"{sentence[: match.start()]}{word}{sentence[match.end() :]}")
    for match in _NUMBER.finditer(sentence):
        yield Flip("number", f"{sentence[: match.start()]}{_shift(match[0])}{sentence[match.end() :]}")
    yield from (Flip("relation", sentence.replace(*pair, 1)) for pair in _RELATED if pair[0] in sentence)


def _shift(number: str) -> str:
    """Change the first digit that counts by three."""
    at = next((place for place, digit in enumerate(number) if digit in "123456789"), len(number) - 1)
    return f"{number[:at]}{(int(number[at]) + 3) % 10 or 1}{number[at + 1 :]}"


Release = Callable[[str], "list[str]"]
"""What is released of a text, as sentences without citations."""


class Case(NamedTuple):
    """Whether something was released, of which phantom."""

    phantom: str
    metric: str
    system: str
    released: bool


def run_free_text(data: Path, *, phantoms: int = PHANTOMS, explainer: Explainer | None = None) -> Suite:  # noqa: ARG001
    """Ground true sentences and flips of them.

    Parameters
    ----------
    data : Path
        Not used: phantoms are drawn.
    phantoms : int
        How many.
    explainer : Explainer or None
        Explains them; the default one unless given.
    """
    explainer = explainer or Explainer()
    extractor = open_extractor()
    cases = [
        case
        for seed in range(FIRST, FIRST + phantoms)
        for case in measure_phantom(seed, explainer, explainer.retriever.linker.link, extractor)
    ]
    rows = [_count(cases, "true sentences released", system) for system in (GROUNDED, NAMED)]
    rows += [_count(cases, f"flips released, {kind}", system) for kind in KINDS for system in (GROUNDED, NAMED)]
    number = len([case for case in cases if case.system == GROUNDED])
    about = f"{phantoms} phantoms (synthetic): sentences of their explanations, and flips of them"
    return Suite(suite="free-text", data=about, n=number, rows=tuple(row for row in rows if row is not None))


def measure_phantom(seed: int, explainer: Explainer, link: Link, extractor: Extractor) -> Iterator[Case]:
    """Explain one phantom, and yield what is released of its sentences and of their flips.

    Parameters
    ----------
    seed : int
        Of the phantom.
    explainer : Explainer
        Explains it.
    link : callable
        Phrase to concept or None.
    extractor : Extractor
        Finds negation and hedging.
    """
    explanation = explainer.explain(draw_phantom(seed).image)
    grounder = Grounder(explanation.findings, explanation.evidence, linker=link, extractor=extractor)
    source = Source(explanation.evidence, link, extractor)

    def take_grounded(text: str) -> list[str]:
        return [strip_citations(claim.sentence) for claim in grounder.ground(text).claims]

    def take_named(text: str) -> list[str]:
        return [text] if source.judge(cite_named(text, source)).verdict == "supported" else []

    told = [strip_citations(claim.sentence) for claim in explanation.claims]
    for system, take in ((GROUNDED, take_grounded), (NAMED, take_named)):
        yield from _release(told, take, system=system, phantom=str(seed))


def _release(told: list[str], take: Release, *, system: str, phantom: str) -> Iterator[Case]:
    """Yield of true sentences and of flips whether a system releases them, in their own words."""
    for sentence in told:
        yield Case(phantom, "true sentences released", system, sentence in take(sentence))
        for kind, flipped in dict.fromkeys(flip_sentence(sentence)):
            if flipped not in told:
                yield Case(phantom, f"flips released, {kind}", system, flipped in take(flipped))


def cite_named(sentence: str, source: Source) -> str:
    """Cite all evidence whose concept a sentence names, at its end."""
    named = {mention.entity.id for mention in source.find_mentions(sentence)}
    keys = []
    for piece in source.evidence:
        ends = [piece.sign.sign.entity.id] if piece.sign is not None else [piece.about.id]
        if piece.triple is not None:
            ends = [piece.triple.subject.id, piece.triple.object.id]
        if set(ends) <= named:
            keys.append(piece.key)
    return f"{sentence.rstrip('.')} {join_citations(keys)}." if keys else sentence


def _count(cases: list[Case], metric: str, system: str) -> Row | None:
    own = [case for case in cases if case.metric == metric and case.system == system]
    return (
        summarise(system, metric, [float(case.released) for case in own], [case.phantom for case in own])
        if own
        else None
    )


__all__ = [
    "GROUNDED",
    "KINDS",
    "NAMED",
    "Case",
    "Flip",
    "cite_named",
    "flip_sentence",
    "measure_phantom",
    "run_free_text",
]
