"""Facts that tie the signs of an image to its findings, and the signs that are evidence.

Examples
--------
>>> from thoracite.types import Certainty, Entity, Sign
>>> angle = Entity(id="thx:blunting_of_costophrenic_angle", label="blunting of costophrenic angle")
>>> asked = Sign(id=angle.id, question="Is the angle blunted?", entity=angle)
>>> scores = (SignScore(sign=asked, value=0.04, answer="yes", log_odds=0.4, side="left"),
...           SignScore(sign=asked, value=0.02, answer="yes", log_odds=1.2, side="right"),
...           SignScore(sign=asked, value=0.07, log_odds=0.1))
>>> effusion = Finding(entity=Entity(id="thx:pleural_effusion", label="pleural effusion"), probability=0.8,
...                    certainty=Certainty.PRESENT, signs=scores)
>>> [score.side for score in find_answered(effusion)]
['right', 'left']
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from thoracite.kg.stores.store import GraphStore
from thoracite.kg.ties import Tie, find_tie, is_too_much, list_terms
from thoracite.kg.vocabulary import ARGUES_AGAINST, HAS_SIGN, SUGGESTS
from thoracite.retrieval.scene import Seen, find_kinds, is_established, rate_source
from thoracite.types import Finding, ScoredTriple, SignScore, Triple

MOST = 8
"""Most signs of a finding that are evidence."""

_NEARNESS = (0.5, 0.6, 1.0)
"""Worth of a fact about what the finding is a kind of, about a kind of it, about itself."""

_SHOWN = 2.5
"""Worth of a sign that the image shows, as for every reason that it shows."""

_ABSENT, _CONDITIONAL = 0.8, 0.5
"""Worth of a sign that was looked for and is absent, and of a fact under a condition."""


def find_answered(finding: Finding) -> tuple[SignScore, ...]:
    """Return the answered signs that change a finding, the strongest first.

    Parameters
    ----------
    finding : Finding
        A finding with its signs, or without any.
    """
    answered = [score for score in finding.signs if score.valid and score.answer and score.log_odds]
    return tuple(sorted(answered, key=lambda score: -abs(score.log_odds))[:MOST])


def find_absent(finding: Finding) -> tuple[SignScore, ...]:
    """Return the signs that were looked for and are absent, and speak against a finding, the strongest first.

    Parameters
    ----------
    finding : Finding
        A finding that the image does not show, with its signs, or without any.
    """
    return tuple(score for score in find_answered(finding) if score.answer == "no" and score.log_odds < 0)


def find_unmeasured(finding: Finding) -> tuple[SignScore, ...]:
    """Return signs that could not be measured, one for each reason, the commonest reason first.

    Parameters
    ----------
    finding : Finding
        Any finding of the image: all have the same signs.
    """
    silent = [score for score in finding.signs if not score.valid]
    reasons = Counter(score.invalid_because for score in silent)
    first = {score.invalid_because: score for score in reversed(silent)}
    return tuple(first[reason] for reason, _ in reasons.most_common())


def list_concepts(findings: Iterable[Finding]) -> list[str]:
    """List the CURIEs of what answered signs mean, and of their opposites."""
    scores = [score for finding in findings for score in find_answered(finding)]
    ends = [end.id for score in scores for end in (score.sign.entity, score.opposite) if end is not None]
    return list(dict.fromkeys(ends))


def search_signs(store: GraphStore, concepts: Iterable[str]) -> dict[str, tuple[Triple, ...]]:
    """Find the facts in which a sign stands, by the CURIE of the sign.

    Parameters
    ----------
    store : GraphStore
        An open graph.
    concepts : iterable of str
        CURIEs of signs.
    """
    relations = [HAS_SIGN, SUGGESTS, ARGUES_AGAINST]
    return {one: tuple(store.find_neighbours([one], hops=1, relations=relations, limit=500)) for one in concepts}


def tie_signs(finding: Finding, facts: Mapping[str, Sequence[Triple]], *, seen: Seen) -> list[ScoredTriple]:
    """Choose for each answered sign of a finding the fact that ties it best, the strongest sign first.

    A fact must hold for the view, and a condition that it names must be seen, or be a kind of the finding, which can be
    said. A fact that turns the sign the other way than the model does is no reason. Nor is what speaks for a kind of a
    finding that is only possible: flat domes are no reason to name a tension pneumothorax.

    Parameters
    ----------
    finding : Finding
        A finding with its signs.
    facts : mapping of str to sequence of Triple
        From :func:`search_signs`.
    seen : Seen
        Findings and signs of the image.
    """
    about = finding.entity.id
    scene = seen._replace(present=seen.present | find_kinds(about) | {about})
    chosen: dict[tuple[str, str, str], ScoredTriple] = {}
    for score in find_answered(finding):
        ends = [end.id for end in (score.sign.entity, score.opposite) if end is not None]
        rated = [
            ScoredTriple(triple=fact, score=round(_rate_tie(tie, fact, seen) * worth, 6))
            for end in ends
            for fact in facts.get(end, ())
            if (tie := find_tie(score, about, fact)) is not None and tie.stance == find_stance(score)
            and not _is_denied(tie, about, seen)
            and not is_too_much(tie, finding)
            and is_established(fact)
            and (worth := rate_source(fact, scene)) > 0
        ]  # fmt: skip
        if rated:
            best = min(rated, key=lambda one: (-one.score, one.triple.key))
            chosen.setdefault(best.triple.key, best)
    return list(chosen.values())


def tie_absent(finding: Finding, facts: Mapping[str, Sequence[Triple]], *, seen: Seen) -> list[ScoredTriple]:
    """Choose the fact that ties the most telling absent sign of a finding that the image does not show; none without.

    What a sign adds counts, and how well its fact holds: one about the finding itself before one about a kind of it,
    one without a condition before one that names it.

    Parameters
    ----------
    finding, facts, seen
        As :func:`tie_signs` takes them.
    """
    tied = [
        (abs(score.log_odds) * scored.score, scored)
        for score in find_absent(finding)
        for scored in tie_signs(finding.model_copy(update={"signs": (score,)}), facts, seen=seen)
    ]
    return [max(tied, key=lambda one: one[0])[1]] if tied else []


def _rate_tie(tie: Tie, fact: Triple, seen: Seen) -> float:
    """Rate a fact by its end, by whether the image shows its sign, and by whether a condition has to be said."""
    conditional = any(":" in term for term in list_terms(fact, seen.view or "")[0])
    return _SHOWN * _NEARNESS[tie.nearness] * (1.0 if tie.shown else _ABSENT) * (_CONDITIONAL if conditional else 1.0)


def find_stance(score: SignScore) -> Literal["for", "against"]:
    """Return whether a sign speaks ``for`` or ``against`` its finding in the model."""
    return "for" if score.log_odds > 0 else "against"


def _is_denied(tie: Tie, about: str, seen: Seen) -> bool:
    """Tell whether the image denies the kind of the finding that a fact for it is about."""
    return tie.stance == "for" and tie.finding.id != about and seen.denies(tie.finding.id)


__all__ = [
    "MOST",
    "find_absent",
    "find_answered",
    "find_stance",
    "find_unmeasured",
    "list_concepts",
    "search_signs",
    "tie_absent",
    "tie_signs",
]
