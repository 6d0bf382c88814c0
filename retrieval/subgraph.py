"""From findings to the few triples that explain them: search, rank, prune.

A triple is a *reason* for a finding when the finding is one of its ends and the relation has a :class:`Role` there:
"pleural effusion has radiographic sign meniscus sign" is a sign of the effusion, "consolidation suggestive of
pneumonia" leads from the consolidation to a diagnosis, "skin fold may mimic pneumothorax" speaks against it.

The score is a product of five factors, each in [0, 1.5]; none was fitted, they order reasons by what a reader
asks for: the worth of the relation as a reason, the quality of its sources, how specific its other end is
among the findings that can be told apart, whether the image shows that other end, and whether the place agrees.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

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
from thoracite.types import Certainty, Entity, Finding, Region, ScoredTriple, Subgraph, Triple


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
    (CO_OCCURS, "subject"): Role("co-occurrence", 0.5),
    (CO_OCCURS, "object"): Role("co-occurrence", 0.5),
    (LOCATED_IN, "subject"): Role("place", 0.5),
    (LOCATED_AT, "subject"): Role("place", 0.4),
    (CAUSED_BY, "object"): Role("consequence", 0.4),
    (HAS_ATTRIBUTE, "subject"): Role("attribute", 0.4),
}
"""Roles by relation and by the finding's end; a triple without a role there is not a reason."""

_LEVELS = {
    "upper": frozenset({"upper", "apex", "apices", "apical", "biapical"}),
    "mid": frozenset({"mid", "middle"}),
    "lower": frozenset({"lower", "base", "bases", "basal", "basilar", "bibasilar", "costophrenic", "diaphragm"}),
}
_OTHER_VIEW = re.compile(r"\b(?:supine|lateral|decubitus|expiratory) (?:view|film|radiograph)|^supine ")
_A_SIDE = re.compile(r"\b(left|right)\b(?! (?:atri|ventric|heart|main))")
"""A side of the chest, not of the heart."""


def find_role(entity: str, triple: Triple) -> Role | None:
    """Return the role of a triple for a finding; None where it is not a reason for it.

    Parameters
    ----------
    entity : str
        CURIE of the finding.
    triple : Triple
        Any triple of the graph.
    """
    if triple.subject.id == triple.object.id:
        return None
    end = "subject" if triple.subject.id == entity else "object" if triple.object.id == entity else None
    return None if end is None else _ROLES.get((triple.relation.id, end))


def find_seeds(findings: Iterable[Finding]) -> tuple[Entity, ...]:
    """Return the seeds: present findings, then uncertain ones, most probable first; never absent ones."""
    order = {Certainty.PRESENT: 0, Certainty.UNCERTAIN: 1}
    positive = [finding for finding in findings if finding.certainty in order]
    return tuple(f.entity for f in sorted(positive, key=lambda f: (order[f.certainty], -f.probability)))


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
    return {
        entity: tuple(
            triple
            for triple in store.find_neighbours([entity], hops=1, relations=relations, limit=500)
            if find_role(entity, triple)
        )
        for entity in entities
    }


def count_ends(neighbours: Mapping[str, Sequence[Triple]]) -> Counter[str]:
    """Count the findings for which each concept is the other end of a reason; few is specific."""
    return Counter(
        end for entity, triples in neighbours.items() for end in {_other(entity, triple).id for triple in triples}
    )


class Seen(NamedTuple):
    """Findings and signs of an image, and their places.

    Parameters
    ----------
    present, absent : frozenset of str
        CURIEs that the image shows, and that it does not show.
    regions : mapping of str to Region
        Places of findings, by CURIE.
    """

    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    regions: Mapping[str, Region] = {}


def find_seen(findings: Iterable[Finding]) -> Seen:
    """Gather findings and their signs for ranking.

    Parameters
    ----------
    findings : iterable of Finding
        All findings of one image.
    """
    findings = tuple(findings)
    scores = [score for finding in findings for score in finding.signs if score.valid]
    return Seen(
        frozenset(f.entity.id for f in findings if f.certainty is not Certainty.ABSENT)
        | frozenset(s.sign.entity.id for s in scores if (s.probability or 0) >= 0.5),
        frozenset(f.entity.id for f in findings if f.certainty is Certainty.ABSENT),
        {f.entity.id: f.region for f in findings if f.region is not None},
    )


def rank_triples(
    entity: str, triples: Iterable[Triple], *, seen: Seen | None = None, spread: Mapping[str, int] | None = None
) -> list[ScoredTriple]:
    """Rank reasons for one finding, best first.

    Parameters
    ----------
    entity : str
        CURIE of the finding.
    triples : iterable of Triple
        Candidates; those without a role, stated as absent by the reports, or about the other side are left out.
    seen : Seen or None
        Findings and signs of the image.
    spread : mapping of str to int or None
        Number of findings for which each concept is a reason (:func:`count_ends`).

    Returns
    -------
    list of ScoredTriple
        Ties are ordered by the shorter name, then by identifiers, so that the same question has the same answer.
    """
    seen, spread = seen or Seen(), spread or {}
    scored = []
    for triple in triples:
        role = find_role(entity, triple)
        if role is None or Certainty.ABSENT in (triple.subject_certainty, triple.object_certainty):
            continue
        other = _other(entity, triple)
        score = role.weight * rate_source(triple) * _specificity(other, triple, spread)
        score *= _fit(other, role, seen) * _place_fit(other, seen.regions.get(entity))
        if score > 0:
            scored.append(ScoredTriple(triple=triple, score=round(score, 6)))
    return sorted(scored, key=lambda s: (-s.score, len(_other(entity, s.triple).label), s.triple.key))


def rate_source(triple: Triple) -> float:
    """Rate the sources, in (0, 1]: a curated text before counted reports, many reports before few.

    Examples
    --------
    >>> from thoracite.types import Counts, Provenance, Relation
    >>> ends = dict(subject=Entity(id="thx:a", label="a"), relation=Relation(id=SUGGESTS, label="suggestive of"),
    ...             object=Entity(id="thx:b", label="b"))
    >>> text = Triple(**ends, provenance=(Provenance(source="thxs:openstax", locator="22.1"),))
    >>> counted = Triple(**ends, counts=Counts(present=9, uncertain=3), support=12,
    ...                  provenance=(Provenance(source="thxs:openi", locator="-", extractor="thoracite-rules"),))
    >>> round(rate_source(text), 2), round(rate_source(counted), 2)
    (0.9, 0.39)
    """
    read = {source.source for source in triple.provenance if source.extractor == "curated"}
    if read:
        return 0.9 if len(read) == 1 else 1.0
    counts = triple.counts
    stated = (counts.present + 0.5 * counts.uncertain) / counts.total if counts.total else 0.5
    return 0.8 * stated * min(1.0, math.log1p(triple.support) / math.log1p(100))


def _other(entity: str, triple: Triple) -> Entity:
    return triple.object if triple.subject.id == entity else triple.subject


def _specificity(other: Entity, triple: Triple, spread: Mapping[str, int]) -> float:
    """Lower an end that many findings share, that no vocabulary names or that needs another view, and chance."""
    shared = 1 / math.sqrt(max(1, spread.get(other.id, 1)))
    bare = (0.6 if triple.counts.total else 0.85) if other.kind == "mention" else 1.0
    view = 0.7 if _OTHER_VIEW.search(other.label.lower()) else 1.0
    chance = 1.0 if triple.lift is None else min(1.0, triple.lift / 2)
    return shared * bare * view * chance


def _fit(other: Entity, role: Role, seen: Seen) -> float:
    """Rate the other end in this image: raised if seen, lowered if read as absent."""
    if other.id in seen.present:
        return 1.5
    return 0.4 if other.id in seen.absent and role.name in {"sign", "diagnosis", "co-occurrence", "cause"} else 1.0


def _place_fit(other: Entity, region: Region | None) -> float:
    """Rate the place: zero for the other side, more for the same level of the lung, less for another level."""
    if region is None:
        return 1.0
    words = set(re.findall(r"[a-z]+", other.label.lower()))
    sides = set(_A_SIDE.findall(other.label.lower())) if not words & {"shift", "deviation", "displacement"} else set()
    if sides and region.side in {"left", "right"} and region.side not in sides:
        return 0.0
    if other.kind != "anatomy" and not words & {"lobe", "lobes", "zone", "zones"}:
        return 1.0
    here = _levels(set(re.findall(r"[a-z]+", region.anatomy.lower())))
    there = _levels(words)
    if not here or not there:
        return 1.0
    return 1.5 if here & there else 0.3


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
        role, other = find_role(entity, scored.triple), _other(entity, scored.triple)
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
        Results of :func:`search_neighbours`, also for other findings, which tell how specific an end is.
    limit : int
        Most triples for each seed.

    Returns
    -------
    Subgraph
        Each triple once, with its best score; in the order of the seeds, best first.
    """
    known = dict(neighbours or {})
    known |= search_neighbours(store, [seed.id for seed in seeds if seed.id not in known])
    spread = count_ends(known)
    best: dict[tuple[str, str, str], ScoredTriple] = {}
    for seed in seeds:
        ranked = rank_triples(seed.id, known[seed.id], seen=seen, spread=spread)
        for scored in prune_triples(seed.id, ranked, limit=limit):
            earlier = best.get(scored.triple.key)
            if earlier is None or scored.score > earlier.score:
                best[scored.triple.key] = scored
    return Subgraph(seeds=tuple(seeds), triples=tuple(best.values()))


__all__ = [
    "Role",
    "Seen",
    "count_ends",
    "find_role",
    "find_seeds",
    "find_seen",
    "prune_triples",
    "rank_triples",
    "rate_source",
    "search_neighbours",
    "search_subgraph",
]
