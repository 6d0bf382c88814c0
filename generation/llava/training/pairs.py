"""Pairs of prompt and explanation for one kept image, verified before they are taught.

Most prompts hold the triples that this image's evidence leads with. Some hold other triples, drawn from all images, so
that reasons are learned from what the prompt says and not by heart; some hold none. Verdicts are never in a prompt.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from thoracite.generation.citations import build_claim, strip_citations
from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.llava.training.kept import Kept
from thoracite.generation.llava.training.wordings import Wording
from thoracite.generation.prompts import QUESTIONS, TRIPLES, build_prompt
from thoracite.generation.signs.sentences import find_tying
from thoracite.generation.verify import verify
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.types import Evidence, Study

_OWN, _MIXED = 0.6, 0.25
"""Shares of prompts with the image's own triples, and with triples mixed from all images; the rest holds none."""

_FIRST_FOREIGN = 5000
"""Number of the first key of triples that are not the image's own; no image has so much evidence."""


class Pair(NamedTuple):
    """One prompt with its explanation.

    Parameters
    ----------
    name : str
        Name of the image.
    prompt, target : str
        As they are taught.
    """

    name: str
    prompt: str
    target: str


class Pool:
    """Triples of all images, from which prompts are mixed.

    Parameters
    ----------
    evidence : iterable of Evidence
        Pieces of any kind; triples are kept, each once.
    """

    def __init__(self, evidence: Iterable[Evidence] = ()) -> None:
        self._pieces: dict[tuple[str, str, str], Evidence] = {}
        self.add(evidence)

    def add(self, evidence: Iterable[Evidence]) -> None:
        """Add the triples of one image."""
        for piece in evidence:
            if piece.triple is not None:
                self._pieces.setdefault(piece.triple.key, piece)

    def mix(self, own: Sequence[Evidence], signs: Sequence[Evidence], chance: random.Random) -> list[Evidence]:
        """Mix some of an image's own triples with others, of which half tie a sign of the image where any does.

        Parameters
        ----------
        own : sequence of Evidence
            The image's own triples.
        signs : sequence of Evidence
            The image's signs.
        chance : random.Random
            Draws.
        """
        known = {piece.triple.key for piece in own if piece.triple is not None}
        others = [piece for key, piece in self._pieces.items() if key not in known]
        tying = [
            piece
            for piece in others
            if any(find_tying(sign, [piece]) for sign in signs if sign.sign and sign.sign.valid)
        ]
        kept = chance.sample(list(own), min(len(own), chance.randrange(TRIPLES)))
        drawn = chance.sample(tying, min(len(tying), chance.randrange(4)))
        drawn += chance.sample(others, min(len(others), TRIPLES - min(TRIPLES, len(kept) + len(drawn))))
        foreign = {piece.triple.key: piece for piece in drawn if piece.triple is not None}
        return kept + [
            piece.model_copy(update={"key": f"E{_FIRST_FOREIGN + number}"})
            for number, piece in enumerate(foreign.values())
        ]


class Judge(NamedTuple):
    """What the verifier reads sentences with: a linker and an extractor."""

    link: Link
    extractor: Extractor


def make_pair(kept: Kept, pool: Pool, judge: Judge, chance: random.Random, *, graph: bool = True) -> Pair | None:
    """Make one pair; None where the verifier supports no sentence.

    Parameters
    ----------
    kept : Kept
        The image.
    pool : Pool
        Triples of all images.
    judge : Judge
        For the verifier.
    chance : random.Random
        Draws triples, question and wordings.
    graph : bool
        False leaves the triples out of every prompt, and the reasons out of every explanation.
    """
    told, shown = _draw_triples(kept, pool, chance) if graph else ([], False)
    known = {piece.key for piece in kept.evidence}
    evidence = [*kept.evidence, *(piece for piece in told if piece.key not in known)]
    cited = CitedFindings(kept.findings, evidence)
    claims = [build_claim(sentence, evidence) for sentence in Wording(chance).explain(cited, told)]
    judged = verify(claims, evidence, linker=judge.link, extractor=judge.extractor)
    target = " ".join(strip_citations(claim.sentence) for claim in judged if claim.verdict == "supported")
    if not target:
        return None
    question = QUESTIONS[0] if chance.random() < 0.5 else chance.choice(QUESTIONS)
    prompt = build_prompt(Study(image=kept.name), (), told, question=question, graph=shown)
    return Pair(kept.name, prompt, target)


def _draw_triples(kept: Kept, pool: Pool, chance: random.Random) -> tuple[list[Evidence], bool]:
    """Draw the triples of a prompt, at most as many as it tells, and whether the prompt speaks of the graph at all."""
    own = sorted((piece for piece in kept.evidence if piece.triple is not None), key=lambda piece: -piece.score)
    drawn = chance.random()
    if drawn < _OWN:
        return own[:TRIPLES], True
    if drawn < _OWN + _MIXED:
        mixed = pool.mix(own, [piece for piece in kept.evidence if piece.kind == "sign"], chance)
        return [piece.model_copy(update={"score": chance.random()}) for piece in mixed], True
    return [], chance.random() < 0.5


__all__ = ["Judge", "Pair", "Pool", "make_pair"]
