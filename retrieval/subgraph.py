"""From findings to the few triples that explain them: search, rank, prune.

A triple is a *reason* for a finding when the finding is one of its ends and the relation has a :class:`Role` there:
"pleural effusion has radiographic sign meniscus sign" is a sign of the effusion, "consolidation suggestive of
pneumonia" leads from the consolidation to a diagnosis, "skin fold may mimic pneumothorax" speaks against it. A sign of
a kind of the finding (``skos:broader``) is a sign of it too, in that kind; what an image denies, it denies of every
kind.

The score is a product of four factors, each in [0, 2.5]; none was fitted, they order reasons by what a reader asks for:
the worth of the relation as a reason, the best of its sources (:func:`~thoracite.retrieval.scene.rate_source`: does it
hold for this view, how common is it, how plainly is it said), whether the image shows the other end, and whether the
place agrees. Of an image no diagnosis, cause or consequence is a reason unless it is seen there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from thoracite.kg.facts import read_first_signs
from thoracite.kg.stores.store import GraphStore
from thoracite.kg.vocabulary import (
    ARGUES_AGAINST,
    ASSOCIATED,
    CAUSED_BY,
    CO_OCCURS,
    HAS_ATTRIBUTE,
    HAS_SIGN,
    LOCATED_AT,
    LOCATED_IN,
    MIMICS,
    SUGGESTS,
)
from thoracite.retrieval.scene import Seen, find_kinds, is_established, rate_source
from thoracite.types import Certainty, Entity, Finding, Region, ScoredTriple, Subgraph, Triple
from thoracite.types.verdict import ASSERTED, find_rank


class Role(NamedTuple):
    """Role of a triple for a finding at one of its ends.

    Parameters
    ----------
    name : str
        ``sign``, ``diagnosis``, ``cause``, ``against``, ``mimic``, ``co-occurrence``, ``place`` or ``attribute``.
    weight : float
        Its worth as a reason, in (0, 1].
    stance : str
        ``for`` or ``against`` the finding.
    """

    name: str
    weight: float
    stance: Literal["for", "against"] = "for"


_ROLES: Mapping[tuple[str, str], Role] = {
    (HAS_SIGN, "subject"): Role("sign", 1.0),
    (SUGGESTS, "object"): Role("sign", 1.0),
    (SUGGESTS, "subject"): Role("diagnosis", 0.9),
    (HAS_SIGN, "object"): Role("diagnosis", 0.8),
    (CAUSED_BY, "subject"): Role("cause", 0.7),
    (ARGUES_AGAINST, "object"): Role("against", 0.7, "against"),
    (MIMICS, "object"): Role("mimic", 0.7, "against"),
    (MIMICS, "subject"): Role("mimic", 0.5, "against"),
    (ASSOCIATED, "subject"): Role("co-occurrence", 0.5),
    (ASSOCIATED, "object"): Role("co-occurrence", 0.5),
    (CO_OCCURS, "subject"): Role("co-occurrence", 0.3),
    (CO_OCCURS, "object"): Role("co-occurrence", 0.3),
    (LOCATED_IN, "subject"): Role("place", 0.5),
    (LOCATED_AT, "subject"): Role("place", 0.4),
    (CAUSED_BY, "object"): Role("consequence", 0.4),
    (HAS_ATTRIBUTE, "subject"): Role("attribute", 0.4),
}
"""Roles by relation and by the finding's end; a triple without a role there is not a reason. Counted co-occurrence
was weighed on the development half of the judged queries (decision 13)."""

_LEVELS = {
    "upper": frozenset({"upper", "apex", "apices", "apical", "biapical"}),
    "mid": frozenset({"mid", "middle"}),
    "lower": frozenset({"lower", "base", "bases", "basal", "basilar", "bibasilar", "costophrenic", "diaphragm"}),
}
ALONE = frozenset({"diagnosis", "cause", "consequence", "co-occurrence"})
"""Roles whose other end an image must show: no cause or diagnosis follows from the graph alone."""

_INHERITED = 0.6
"""Worth of a sign of a kind of the finding."""

_FIRST = {1: 1.5, 2: 1.3}
"""Worth of a sign that a textbook lists first or second for a finding; what is seen is worth more still."""

_A_SIDE = re.compile(r"\b(left|right)\b(?! (?:atri|ventric|heart(?! border)|main))")
"""A side of the chest, not a chamber; the right heart border lies on the right."""


def find_role(entity: str, triple: Triple) -> Role | None:
    """Return the role of a triple for a finding; None where it is not a reason for it.

    Parameters
    ----------
    entity : str
        CURIE of the finding.
    triple : Triple
        Any triple of the graph; a sign of a kind of the finding is a sign of it, worth less.
    """
    if triple.subject.id == triple.object.id:
        return None
    for end, one in (("subject", triple.subject.id), ("object", triple.object.id)):
        if one == entity:
            return _ROLES.get((triple.relation.id, end))
    for end, one in (("subject", triple.subject.id), ("object", triple.object.id)):
        role = _ROLES.get((triple.relation.id, end))
        if one in find_kinds(entity) and role is not None and role.name == "sign":
            return role._replace(weight=role.weight * _INHERITED)
    return None


def find_seeds(findings: Iterable[Finding]) -> tuple[Entity, ...]:
    """Return the seeds: findings that are likely, suspected or possible, in the order of their rank."""
    asserted = [finding for finding in findings if finding.verdict in ASSERTED]
    return tuple(finding.entity for finding in sorted(asserted, key=find_rank))


def search_neighbours(store: GraphStore, entities: Iterable[str]) -> dict[str, tuple[Triple, ...]]:
    """Find the reasons for each finding at its node in the graph, by CURIE.

    Parameters
    ----------
    store : GraphStore
        An open graph.
    entities : iterable of str
        CURIEs of findings.
    """
    relations = sorted({relation for relation, _ in _ROLES})
    found = {}
    for entity in entities:
        near = store.find_neighbours([entity], hops=1, relations=relations, limit=500)
        if kinds := sorted(find_kinds(entity)):
            near += store.find_neighbours(kinds, hops=1, relations=[HAS_SIGN, SUGGESTS], limit=500)
        unique = {triple.key: triple for triple in near if find_role(entity, triple)}
        found[entity] = tuple(unique.values())
    return found


def rank_triples(entity: str, triples: Iterable[Triple], *, seen: Seen | None = None) -> list[ScoredTriple]:
    """Rank reasons for one finding, best first.

    Parameters
    ----------
    entity : str
        CURIE of the finding.
    triples : iterable of Triple
        Candidates. Left out are those without a role, those that reports or the image deny, those about the other side,
        and, of an image, those that hold for other views and diagnoses that it does not show.
    seen : Seen or None
        Findings and signs of the image, or of a text.

    Returns
    -------
    list of ScoredTriple
        Of the same score, what more reports affirm comes first, then by identifiers: the same question has the same
        answer.
    """
    seen = seen or Seen()
    scored = []
    for triple in triples:
        role = find_role(entity, triple)
        if role is None or Certainty.ABSENT in (triple.subject_certainty, triple.object_certainty):
            continue
        if seen.view and not is_established(triple):
            continue
        own, other = find_ends(entity, triple)
        score = _rate_role(entity, other, role) * rate_source(triple, seen) * _fit(own, other, role, seen)
        if region := seen.regions.get(entity):
            score *= min(rate_place(end, region) for end in {own, other} if end.id != entity)
        if score > 0:
            scored.append(ScoredTriple(triple=triple, score=round(score, 6)))
    return sorted(scored, key=lambda s: (-s.score, -s.triple.counts.present, s.triple.key))


def _rate_role(entity: str, other: Entity, role: Role) -> float:
    """Rate the relation as a reason; a sign that a textbook lists first is worth more, in a kind of the finding too."""
    first = read_first_signs().get((entity, other.id)) if role.name == "sign" else None
    return role.weight if first is None else _FIRST[first]


def find_ends(entity: str, triple: Triple) -> tuple[Entity, Entity]:
    """Return the end of a reason that is the finding, or a kind of it, and the other end."""
    ends = (triple.subject, triple.object)
    own = next((end for end in ends if end.id == entity), None) or next(
        (end for end in ends if end.id in find_kinds(entity)), triple.object
    )
    return own, ends[own is triple.subject]


def _fit(own: Entity, other: Entity, role: Role, seen: Seen) -> float:
    """Rate the other end in this image: raised if seen, nothing if read as absent or, in some roles, if not seen."""
    if seen.denies(own.id):
        return 0.0
    if seen.shows(other.id):
        return 2.5
    if role.name in ALONE | {"sign"} and seen.denies(other.id):
        return 0.0
    return 0.0 if seen.view and role.name in ALONE else 1.0


def rate_place(end: Entity, region: Region) -> float:
    """Rate the place that a name states: zero for the other side, more for the same level, less for another.

    A sign at another level speaks for a finding all the same; a place or a lobe hardly does.

    Parameters
    ----------
    end : Entity
        An end of a triple, such as "left hilum" or "obscuration of right hemidiaphragm".
    region : Region
        Where the finding lies.

    Examples
    --------
    >>> dome = Entity(id="thx:obscuration_of_right_hemidiaphragm", label="obscuration of right hemidiaphragm")
    >>> [rate_place(dome, Region(box=(0, 0, 1, 1), anatomy="lower zone", side=side)) for side in ("left", "right")]
    [0.0, 1.0]
    """
    words = set(re.findall(r"[a-z]+", end.label.lower()))
    sides = set(_A_SIDE.findall(end.label.lower()))
    if sides and region.side in {"left", "right"} and region.side not in sides:
        return 0.0
    here = _levels(set(re.findall(r"[a-z]+", region.anatomy.lower())))
    there = _levels(words)
    if not here or not there:
        return 1.0
    if here & there:
        return 1.5
    return 0.3 if end.kind == "anatomy" or words & {"lobe", "lobes", "zone", "zones"} else 0.7


def _levels(words: Collection[str]) -> set[str]:
    return {level for level, names in _LEVELS.items() if names & set(words)}


def prune_triples(
    entity: str, ranked: Iterable[ScoredTriple], *, limit: int = 6, per_role: int = 2
) -> list[ScoredTriple]:
    """Choose few and diverse triples: at most ``per_role`` of a role, and one against where the graph has it.

    Parameters
    ----------
    entity : str
        CURIE of the finding.
    ranked : iterable of ScoredTriple
        Best first.
    limit : int
        Most triples.
    per_role : int
        Most triples of one role.
    """
    roles: Counter[str] = Counter()
    kept: list[ScoredTriple] = []
    against: ScoredTriple | None = None
    ends: set[str] = set()
    for scored in ranked:
        role, (_, other) = find_role(entity, scored.triple), find_ends(entity, scored.triple)
        if role is None or roles[role.name] >= per_role or other.id in ends:
            continue
        roles[role.name] += 1
        ends.add(other.id)
        if role.stance == "against" and against is None:
            against = scored
        kept.append(scored)
    chosen = kept[:limit]
    if against is not None and against not in chosen:
        chosen[-1] = against
    return chosen


def search_subgraph(
    store: GraphStore,
    seeds: Sequence[Entity],
    *,
    seen: Seen | None = None,
    neighbours: Mapping[str, Sequence[Triple]] | None = None,
    tied: Sequence[ScoredTriple] = (),
    limit: int = 6,
) -> Subgraph:
    """Find the subgraph that explains the seeds.

    Parameters
    ----------
    store : GraphStore
        An open graph.
    seeds : sequence of Entity
        Findings, or the concepts of a text or a CURIE; see :func:`find_seeds`.
    seen : Seen or None
        Findings and signs of the image; None without an image.
    neighbours : mapping of str to sequence of Triple or None
        Results of :func:`search_neighbours`.
    tied : sequence of ScoredTriple
        Results of :func:`~thoracite.retrieval.signs.tie_signs`; they stand before all others.
    limit : int
        Most further triples for each seed.

    Returns
    -------
    Subgraph
        Each triple once, with its best score; in the order of the seeds, best first.
    """
    known = dict(neighbours or {})
    known |= search_neighbours(store, [seed.id for seed in seeds if seed.id not in known])
    best = {scored.triple.key: scored for scored in tied}
    for seed in seeds:
        ranked = rank_triples(seed.id, known[seed.id], seen=seen)
        for scored in prune_triples(seed.id, ranked, limit=limit):
            earlier = best.get(scored.triple.key)
            if earlier is None or scored.score > earlier.score:
                best[scored.triple.key] = scored
    return Subgraph(seeds=tuple(seeds), triples=tuple(best.values()))


__all__ = [
    "ALONE",
    "Role",
    "find_ends",
    "find_role",
    "find_seeds",
    "prune_triples",
    "rank_triples",
    "rate_place",
    "search_neighbours",
    "search_subgraph",
]
