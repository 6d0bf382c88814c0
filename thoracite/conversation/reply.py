"""Nouns of a conversation."""

from __future__ import annotations

from thoracite.generation.conversation.question import Intent
from thoracite.retrieval.diagnosis.differential import Differential
from thoracite.types import Claim, Entity, Evidence, Noun, Probability, Verdict


class Option(Noun):
    """A sign, and what the finding would be if it had another value; computed, not claimed.

    Parameters
    ----------
    sign : str
        CURIE, and the side behind a space where there is one.
    question : str
        What is asked of the image.
    value : float
        What the sign is set to, in its unit.
    unit : str
        Unit of the value.
    answer : str
        ``yes``, ``no``, or empty where the value decides neither.
    finding : Entity
        The finding that moves.
    before, after : float
        Its probability as read and as it would be, in [0, 1].
    verdict_before, verdict_after : str
        Its verdict.
    sentence : str
        The verified sentence that would then stand first about the finding; empty where there is none.
    """

    sign: str
    question: str
    value: float
    unit: str
    answer: str
    finding: Entity
    before: Probability
    after: Probability
    verdict_before: Verdict
    verdict_after: Verdict
    sentence: str = ""


class Reply(Noun):
    """The answer to one question.

    Parameters
    ----------
    question : str
        As it was asked.
    intent : str
        As it was understood: ``why``, ``why not``, ``change``, ``sources``, ``else``, ``state`` or ``unknown``.
    about : tuple of Entity
        Findings or signs that it was understood to be about.
    claims : tuple of Claim
        Supported sentences only.
    evidence : tuple of Evidence
        What the sentences cite, from the explanation and beyond it; keys run on behind the explanation's.
    options : tuple of Option
        What would change the finding, the strongest first.
    differential : Differential or None
        What else it could be.
    unanswered : str
        Why the evidence does not answer, as a sentence; empty where it does.
    """

    question: str
    intent: Intent
    about: tuple[Entity, ...] = ()
    claims: tuple[Claim, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    options: tuple[Option, ...] = ()
    differential: Differential | None = None
    unanswered: str = ""


__all__ = ["Option", "Reply"]
