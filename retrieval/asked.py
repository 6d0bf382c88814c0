"""What is asked of the graph, whatever it was asked by: seeds with their strength, and the scene around them.

An image gives its findings, each as strong as the image raised its odds, and the answers to its signs. A text gives the
concepts that it names, signs alone those that are there.

Examples
--------
>>> from thoracite.types import Certainty
>>> effusion = Entity(id="thx:pleural_effusion", label="pleural effusion")
>>> finding = Finding(entity=effusion, probability=0.38, prior=0.045, certainty=Certainty.UNCERTAIN)
>>> asked = ask_findings([finding], view="PA")
>>> [(seed.entity.label, round(seed.weight, 2)) for seed in asked.seeds], asked.image
([('pleural effusion', 0.66)], True)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from thoracite.errors import InputError
from thoracite.retrieval.scene import Seen, find_seen
from thoracite.retrieval.signs import find_answered
from thoracite.retrieval.similar.evidence import SimilarImage
from thoracite.retrieval.subgraph import find_seeds
from thoracite.types import Answer, Entity, Finding, Sign, SignScore, View

_SURE = 50.0
"""Likelihood ratio from which a finding is a seed of full strength."""

_LEAST = 0.2

_ANSWERS: Mapping[object, Answer] = {"yes": "yes", "no": "no", True: "yes", False: "no"}


class Seed(NamedTuple):
    """A concept where the search begins, and how strongly it is named, in (0, 1]."""

    entity: Entity
    weight: float = 1.0


class Asked(NamedTuple):
    """A query that was read.

    Parameters
    ----------
    seeds : tuple of Seed
        Where the search begins.
    seen : Seen
        What is there, what is not, and where.
    findings : tuple of Finding
        All findings of an image; none for words.
    signs : tuple of SignScore
        Signs with an answer, the strongest first.
    text : str
        Words to compare texts with; empty without any.
    image : bool
        Whether an image was read, so that a diagnosis needs to be seen in it.
    similar : tuple of SimilarImage
        Images that are like it.
    copied : frozenset of int
        Patients of near-duplicates of it, by their hashes in the ledger of the graph's reports.
    """

    seeds: tuple[Seed, ...] = ()
    seen: Seen = Seen()
    findings: tuple[Finding, ...] = ()
    signs: tuple[SignScore, ...] = ()
    text: str = ""
    image: bool = False
    similar: tuple[SimilarImage, ...] = ()
    copied: frozenset[int] = frozenset()

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Return the concepts of the seeds."""
        return tuple(seed.entity for seed in self.seeds)


def read_answer(sign: str, said: object) -> Answer:
    """Read the answer to a sign: ``yes``, ``no``, True or False.

    Raises
    ------
    InputError
        If it is anything else.
    """
    answer = _ANSWERS.get(said)
    if answer is None:
        raise InputError(f"the answer to {sign} is {said!r}; expected yes or no")
    return answer


def ask_findings(findings: Sequence[Finding], *, view: View = "unknown") -> Asked:
    """Ask for the findings of an image that are likely, suspected or possible; without any, for the signs it shows.

    Parameters
    ----------
    findings : sequence of Finding
        All findings of one image.
    view : str
        The image's view; an unknown one counts as frontal.
    """
    by_id = {finding.entity.id: finding for finding in findings}
    seeds = [Seed(entity, _weigh(by_id[entity.id])) for entity in find_seeds(findings)]
    signs = list_signs(findings)
    if not seeds:
        shown = (score.sign.entity for score in signs if score.answer == "yes")
        seeds = [Seed(entity) for entity in {entity.id: entity for entity in shown}.values()]
    words = ", ".join(seed.entity.label for seed in seeds)
    return Asked(tuple(seeds), find_seen(findings, view=view), tuple(findings), signs, words, image=True)


def _weigh(finding: Finding) -> float:
    ratio = finding.likelihood_ratio
    return max(_LEAST, min(1.0, finding.probability if ratio is None else math.log(max(ratio, 1.0)) / math.log(_SURE)))


def list_signs(findings: Iterable[Finding]) -> tuple[SignScore, ...]:
    """List each answered sign of an image once, with the finding that it changes most, the strongest first."""
    scores = sorted(
        (score for finding in findings for score in find_answered(finding)),
        key=lambda score: (-abs(score.log_odds), score.sign.id, score.side or ""),
    )
    return tuple({(score.sign.id, score.side): score for score in reversed(scores)}.values())[::-1]


def ask_signs(answers: Mapping[str, Answer], entities: Mapping[str, Entity], *, view: View | None = None) -> Asked:
    """Ask by signs alone.

    Parameters
    ----------
    answers : mapping of str to str
        CURIE of a sign or finding → ``yes`` or ``no``.
    entities : mapping of str to Entity
        The concepts of these CURIEs.
    view : str or None
        The view in which they were looked for; None where none is known.
    """
    present = [entities[curie] for curie, answer in answers.items() if answer == "yes"]
    absent = frozenset(curie for curie, answer in answers.items() if answer == "no")
    return Asked(
        tuple(Seed(entity) for entity in present),
        Seen(frozenset(entity.id for entity in present), absent, {}, view),
        signs=tuple(_score(entities[curie], answer) for curie, answer in answers.items()),
        text=", ".join(entity.label for entity in present),
    )


def _score(entity: Entity, answer: Answer) -> SignScore:
    sure = float(answer == "yes")
    sign = Sign(id=entity.id, question=f"Is {entity.label} there?", entity=entity)
    return SignScore(sign=sign, value=sure, probability=sure, answer=answer)


def ask_words(named: Sequence[Entity], *, seen: Seen | None = None, text: str = "") -> Asked:
    """Ask for the concepts of words or of a CURIE.

    Parameters
    ----------
    named : sequence of Entity
        Concepts that are not denied.
    seen : Seen or None
        What the words say is there or not, and where.
    text : str
        The words; by default the concepts' labels.
    """
    words = text or ", ".join(entity.label for entity in named)
    return Asked(tuple(Seed(entity) for entity in named), seen or Seen(), text=words)


__all__ = ["Asked", "Seed", "ask_findings", "ask_signs", "ask_words", "list_signs"]
