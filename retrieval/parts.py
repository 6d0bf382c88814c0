"""Judging one triple for one seed: the rules that it must keep, and the parts of its score.

Side and negation are structure. A triple about the other side is left out; so is one about what is denied. A sign that
was looked for and is absent argues against the finding that it is a sign of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, NamedTuple

from thoracite.kg.facts import read_first_signs
from thoracite.retrieval.asked import Asked
from thoracite.retrieval.ranking import Ranking
from thoracite.retrieval.scene import COMMON, PLAIN, find_kinds, is_established, rate_limits
from thoracite.retrieval.subgraph import ALONE, Role, find_ends, find_role, rate_place
from thoracite.types import Certainty, Entity, Provenance, Region, Triple

_FIRST = {1: 1.0, 2: 0.6}
"""Worth of a sign that a textbook lists first or second."""

_LEAST_PLAIN = min(PLAIN.values())
_SOURCES, _REPORTS, _BEYOND = 3, 1000, 4.0
"""Sources, reports and doublings beyond chance from which a triple has all of the part."""

_UNSEEN, _ABSENT = 0.3, 0.6
"""How well the image shows a sign that it does not decide on, and one that it was looked for in vain."""


class Judged(NamedTuple):
    """A triple as a reason for one seed.

    Parameters
    ----------
    role : str
        What it is for the seed; ``absent`` for a sign that was looked for in vain.
    stance : str
        ``for`` or ``against`` the seed.
    other : Entity
        The end that is not the seed.
    parts : mapping of str to float
        Parts of the score, each already weighted; parts that are switched off are not in it.
    """

    role: str
    stance: Literal["for", "against"]
    other: Entity
    parts: Mapping[str, float]

    @property
    def score(self) -> float:
        """Return the sum of the parts."""
        return sum(self.parts.values())


class Known(NamedTuple):
    """What is known of all candidates of one query.

    Parameters
    ----------
    walk : mapping of str to float
        Share of a walk at each concept, in [0, 1].
    likeness : mapping of tuple to float
        Likeness of a triple's text, in [0, 1].
    uses : mapping of str to int
        Of how many concepts each concept is a sign.
    """

    walk: Mapping[str, float]
    likeness: Mapping[tuple[str, str, str], float]
    uses: Mapping[str, int]


def judge(
    triple: Triple, seed: Entity, weight: float, *, asked: Asked, known: Known, ranking: Ranking
) -> Judged | None:
    """Judge a triple for a seed; None where it is no reason for it, or breaks a rule.

    Parameters
    ----------
    triple : Triple
        A candidate.
    seed : Entity
        A concept that was asked about.
    weight : float
        How strongly it is named, in (0, 1].
    asked : Asked
        The query.
    known : Known
        About all candidates.
    ranking : Ranking
        Weights and switches.
    """
    role = find_role(seed.id, triple)
    if role is None or not keeps_rules(triple, asked=asked, ranking=ranking):
        return None
    own, other = find_ends(seed.id, triple)
    named = _find_stance(own, other, role, asked, ranking)
    if named is None:
        return None
    region = asked.seen.regions.get(seed.id)
    place = _rate_ends((own, other), seed, region)
    if ranking.uses("side") and place == 0:
        return None
    best = _find_best(triple, asked)
    values = {
        "relation": role.weight,
        "textbook": _rate_textbook(seed, other, role),
        "seed": weight,
        "walk": min(known.walk.get(own.id, 0.0), known.walk.get(other.id, 0.0)),
        "text": known.likeness.get(triple.key, 0.0),
        "shown": _rate_shown(other, named[0], asked),
        "place": min(1.0, place / 1.5) if region else 0.0,
        "view": rate_limits(best.holds_for, asked.seen),
        "commonness": COMMON[best.commonness],
        "certainty": _rate_certainty(triple, best),
        "support": _rate_support(triple),
        "lift": 0.5 if triple.lift is None else _rate_lift(triple.lift),
        "specificity": 1.0 / (1.0 + math.log2(max(1, known.uses.get(other.id, 1)))),
    }
    parts = {
        part: round(weighted, 6) for part, value in values.items() if (weighted := ranking.weight(part) * value) > 0
    }
    return Judged(named[0], named[1], other, parts)


def keeps_rules(triple: Triple, *, asked: Asked, ranking: Ranking) -> bool:
    """Tell whether a triple may stand in the subgraph at all, for any seed.

    Parameters
    ----------
    triple : Triple
        A candidate.
    asked : Asked
        The query.
    ranking : Ranking
        Says which rules are switched on.
    """
    if triple.subject.id == triple.object.id:
        return False
    if ranking.uses("negation") and Certainty.ABSENT in (triple.subject_certainty, triple.object_certainty):
        return False
    if ranking.uses("established") and asked.image and not is_established(triple):
        return False
    return not (
        ranking.uses("limits") and all(rate_limits(one.holds_for, asked.seen) == 0 for one in triple.provenance)
    )


def _find_stance(
    own: Entity, other: Entity, role: Role, asked: Asked, ranking: Ranking
) -> tuple[str, Literal["for", "against"]] | None:
    """Name the role and the stance in this scene; None where the triple says nothing here."""
    seen = asked.seen
    if ranking.uses("negation"):
        if seen.denies(own.id):
            return None
        if seen.denies(other.id):
            return ("absent", "against") if role.name == "sign" else None
    if ranking.uses("unseen") and asked.image and role.name in ALONE and not seen.shows(other.id):
        return None
    return role.name, role.stance


def _rate_ends(ends: tuple[Entity, Entity], seed: Entity, region: Region | None) -> float:
    if region is None:
        return 1.0
    return min((rate_place(end, region) for end in ends if end.id != seed.id), default=1.0)


def _find_best(triple: Triple, asked: Asked) -> Provenance:
    """Find the source that holds best here: a text before counts."""
    read = [origin for origin in triple.provenance if origin.extractor == "curated"] or list(triple.provenance)
    return max(read, key=lambda one: rate_limits(one.holds_for, asked.seen) * COMMON[one.commonness])


def _rate_textbook(seed: Entity, other: Entity, role: Role) -> float:
    rank = read_first_signs().get((seed.id, other.id)) if role.name == "sign" else None
    return 0.0 if rank is None else _FIRST[rank]


def _rate_shown(other: Entity, role: str, asked: Asked) -> float:
    if asked.seen.shows(other.id):
        return 1.0
    return _ABSENT if role == "absent" else _UNSEEN


def _rate_certainty(triple: Triple, best: Provenance) -> float:
    if best.extractor == "curated" or not triple.counts.total:
        return (PLAIN[best.confidence] - _LEAST_PLAIN) / (1 - _LEAST_PLAIN)
    return 0.8 * (triple.counts.present + 0.5 * triple.counts.uncertain) / triple.counts.total


def _rate_support(triple: Triple) -> float:
    sources = len({one.source for one in triple.provenance if one.extractor == "curated"})
    affirmed = triple.counts.present + 0.5 * triple.counts.uncertain
    return max(min(1.0, sources / _SOURCES), min(1.0, math.log1p(affirmed) / math.log1p(_REPORTS)))


def _rate_lift(lift: float) -> float:
    return max(0.0, min(1.0, math.log2(max(lift, 1e-9)) / _BEYOND))


def count_uses(triples: tuple[Triple, ...], signs: frozenset[str]) -> dict[str, int]:
    """Count of how many concepts each end of a sign's relation is a sign; kinds of one concept count once each.

    Parameters
    ----------
    triples : tuple of Triple
        Candidates.
    signs : frozenset of str
        CURIEs of the relations that tie signs.
    """
    of: dict[str, set[str]] = {}
    for triple in triples:
        if triple.relation.id in signs:
            of.setdefault(triple.object.id, set()).add(triple.subject.id)
            of.setdefault(triple.subject.id, set()).add(triple.object.id)
    return {curie: len(others) for curie, others in of.items()}


def is_kin(one: str, other: str) -> bool:
    """Tell whether two concepts are the same, or one a kind of the other."""
    return one == other or one in find_kinds(other) or other in find_kinds(one)


__all__ = ["Judged", "Known", "count_uses", "is_kin", "judge", "keeps_rules"]
