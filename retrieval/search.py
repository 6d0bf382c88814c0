"""From a query to its subgraph: candidates, parts of their scores, choice, connection.

The same query has the same subgraph in every process and from every store: candidates are sorted by identifiers, sums
are made in that order, and ties go to the triple with more reports, then to the first identifier.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from thoracite.kg.vocabulary import CHEST_RADIOGRAPH, HAS_SIGN, SUGGESTS
from thoracite.retrieval.asked import Asked, Seed
from thoracite.retrieval.candidates import Candidates, Key
from thoracite.retrieval.connection import join_parts
from thoracite.retrieval.parts import Judged, Known, count_uses, is_kin, judge, keeps_rules
from thoracite.retrieval.ranking import Ranking
from thoracite.retrieval.scene import find_kinds
from thoracite.retrieval.walk import walk_from
from thoracite.types import ScoredTriple, Subgraph, Triple

_SIGNS = frozenset({HAS_SIGN, SUGGESTS})
_DEEP = 10
"""For each triple that is chosen, how many candidates are looked at."""


class _Draft(NamedTuple):
    """A candidate with the seed that it is the best reason for."""

    triple: Triple
    seed: str
    judged: Judged

    def rank(self, lost: float = 0.0) -> tuple[float, int, Key]:
        return (round(lost - self.judged.score, 9), -self.triple.counts.present, self.triple.key)

    def scored(self, lost: float = 0.0) -> ScoredTriple:
        parts = dict(self.judged.parts) | ({"diversity": round(-lost, 6)} if lost else {})
        return ScoredTriple(
            triple=self.triple,
            score=round(max(0.0, sum(parts.values())), 6),
            parts=parts,
            about=self.seed,
            role=self.judged.role,
            stance=self.judged.stance,
        )


def search_graph(asked: Asked, candidates: Candidates, ranking: Ranking) -> Subgraph:
    """Choose the subgraph of a query among its candidates.

    Parameters
    ----------
    asked : Asked
        The query.
    candidates : Candidates
        Triples, each once, sorted by identifiers.
    ranking : Ranking
        Weights, switches and limits.

    Returns
    -------
    Subgraph
        Best first; triples that join its parts, whose role is ``connection``, stand last.
    """
    known = _learn(asked, candidates, ranking)
    drafts = _judge_all(asked, candidates.triples, known, ranking)
    chosen = _choose(drafts, ranking)
    if ranking.uses("connection") and chosen:
        chosen = _connect(chosen, drafts, candidates.triples, asked=asked, ranking=ranking)
    return Subgraph(seeds=asked.entities, triples=tuple(chosen))


def _learn(asked: Asked, candidates: Candidates, ranking: Ranking) -> Known:
    start = {seed.entity.id: seed.weight for seed in asked.seeds}
    start |= {one: 1.0 for one in sorted(asked.seen.present) if one not in start}
    reached = [one for one in candidates.triples if CHEST_RADIOGRAPH.id not in (one.subject.id, one.object.id)]
    walk = walk_from(reached, start, damping=ranking.damping) if ranking.uses("walk") else {}
    return Known(walk, candidates.likeness, count_uses(candidates.triples, _SIGNS))


def _judge_all(asked: Asked, triples: Sequence[Triple], known: Known, ranking: Ranking) -> list[_Draft]:
    """Judge each triple for the seeds that it touches, and keep the seed that it is the best reason for."""
    beside: defaultdict[str, list[Triple]] = defaultdict(list)
    for triple in triples:
        for end in dict.fromkeys((triple.subject.id, triple.object.id)):
            beside[end].append(triple)
    best: dict[Key, _Draft] = {}
    for seed in asked.seeds:
        for triple in _touch(seed, beside):
            judged = judge(triple, seed.entity, seed.weight, asked=asked, known=known, ranking=ranking)
            if judged is None:
                continue
            earlier = best.get(triple.key)
            if earlier is None or judged.score > earlier.judged.score:
                best[triple.key] = _Draft(triple, seed.entity.id, judged)
    return sorted(best.values(), key=_Draft.rank)


def _touch(seed: Seed, beside: Mapping[str, Sequence[Triple]]) -> Iterable[Triple]:
    """Return the triples at a seed and at its kinds, each once, in a fixed order."""
    ends = (seed.entity.id, *sorted(find_kinds(seed.entity.id)))
    return {triple.key: triple for end in ends for triple in beside.get(end, ())}.values()


def _choose(drafts: Sequence[_Draft], ranking: Ranking) -> list[ScoredTriple]:
    """Choose one triple after the other; each loses for the roles and concepts that stand already."""
    left = list(drafts[: _DEEP * ranking.limit])
    lost = [0.0] * len(left)
    chosen: list[ScoredTriple] = []
    while left and len(chosen) < ranking.limit:
        at = min(range(len(left)), key=lambda number: left[number].rank(lost[number]))
        draft, less = left.pop(at), lost.pop(at)
        chosen.append(draft.scored(less))
        if ranking.uses("diversity"):
            lost = [less + ranking.repetition * _count_alike(draft, one) for one, less in zip(left, lost, strict=True)]
    return chosen


def _count_alike(draft: _Draft, other: _Draft) -> int:
    """Count what two triples share: the seed's role, the concept or a kind of it, and both ends."""
    if draft.seed != other.seed:
        return 0
    again = is_kin(draft.judged.other.id, other.judged.other.id)
    same = {*draft.triple.key[::2]} == {*other.triple.key[::2]}
    return (draft.judged.role == other.judged.role) + 2 * again + 3 * same


def _connect(
    chosen: list[ScoredTriple], drafts: Sequence[_Draft], triples: Sequence[Triple], *, asked: Asked, ranking: Ranking
) -> list[ScoredTriple]:
    """Add what joins the parts, and take the last triples out that are not needed for it."""
    seeds = [seed.id for seed in asked.entities]
    if Subgraph(seeds=asked.entities, triples=tuple(chosen)).connected:
        return chosen
    most = max((draft.judged.score for draft in drafts), default=1.0) or 1.0
    worth = {draft.triple.key: draft.judged.score / most for draft in drafts}
    free = [
        (2.0 - worth.get(triple.key, 0.0), triple)
        for triple in triples
        if keeps_rules(triple, asked=asked, ranking=ranking) and _is_told(triple, asked, ranking)
    ]
    joints = join_parts([one.triple for one in chosen], seeds, free, join=ranking.join)
    kept = [*chosen, *(ScoredTriple(triple=joint, score=0.0, role="connection") for joint in joints)]
    while joints and len(kept) > ranking.limit:
        spare = _find_spare(kept, seeds)
        if spare is None:
            return chosen  # what joins the parts would leave too little of them
        kept.remove(spare)
    return kept


def _is_told(triple: Triple, asked: Asked, ranking: Ranking) -> bool:
    """Tell whether no end of a triple is denied."""
    return not ranking.uses("negation") or not any(asked.seen.denies(end.id) for end in (triple.subject, triple.object))


def _find_spare(kept: Sequence[ScoredTriple], seeds: Sequence[str]) -> ScoredTriple | None:
    """Find the last reason without which the subgraph hangs together as well: its end leads no further."""
    at_end = Counter(end.id for one in kept for end in (one.triple.subject, one.triple.object))
    pairs = Counter(frozenset(one.triple.key[::2]) for one in kept)
    for one in reversed(kept):
        ends = (one.triple.subject.id, one.triple.object.id)
        leaves = [end for end in ends if at_end[end] == 1 and end not in seeds]
        needless = len(leaves) == 1 and all(at_end[end] > 1 for end in ends if end not in leaves)
        if one.role != "connection" and (needless or pairs[frozenset(ends)] > 1):
            return one
    return None


__all__ = ["search_graph"]
