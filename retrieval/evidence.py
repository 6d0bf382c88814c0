"""Numbered evidence that sentences cite.

Image evidence is a finding of the model, its place or a sign that carries it; triple evidence is a fact of
the graph, with the SPARQL and the Cypher that find it again. Keys run in reading order: each finding that is likely,
suspected or possible with its place, its answered signs (the strongest first, each with the facts that tie it) and
other facts, then those that the image does not decide on, then the unlikely ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from thoracite.kg.queries.render import render_cypher, render_sparql
from thoracite.kg.ties import find_tie, is_too_much
from thoracite.retrieval.signs import find_absent, find_answered, find_stance, find_unmeasured
from thoracite.retrieval.subgraph import Role, find_role, find_seeds
from thoracite.types import Entity, Evidence, Finding, Region, ScoredTriple, SignScore, Subgraph
from thoracite.types.verdict import ORDER, state_ratio

Key = tuple[str, str, str]
"""Subject, relation and object of a triple."""

_WHY = {
    "sign": "a sign by which it is recognised",
    "diagnosis": "what it may point to",
    "cause": "what may cause it",
    "against": "speaks against it",
    "absent": "a sign that was looked for and is absent",
    "mimic": "may be taken for it, or it for the other",
    "co-occurrence": "often seen together",
    "place": "where it lies",
    "consequence": "what it may cause",
    "attribute": "how it is described",
    "connection": "joins what was asked about",
}


def collect_evidence(findings: Sequence[Finding], subgraph: Subgraph) -> tuple[Evidence, ...]:
    """Number the evidence ``E1``, ``E2``, …

    Parameters
    ----------
    findings : sequence of Finding
        All findings of one image; none for a text or a CURIE.
    subgraph : Subgraph
        Triples retrieved for them; each is evidence once, for the first seed whose sign it ties, else for the first
        that it is a reason for.

    Returns
    -------
    tuple of Evidence
        In reading order.
    """
    findings = tuple(findings)
    by_id = {finding.entity.id: finding for finding in findings}
    seeds = subgraph.seeds or find_seeds(findings)
    left = {scored.triple.key: scored for scored in subgraph.triples}
    signs = {seed.id: list(_take_signs(by_id[seed.id], left)) for seed in seeds if seed.id in by_id}
    seeded = {seed.id for seed in seeds}
    others = sorted((finding for finding in findings if finding.entity.id not in seeded), key=_find_place)
    absent = {finding.entity.id: list(_take_absent(finding, left)) for finding in others}
    placed = _place_triples(seeds, left.values())
    drafts: list[dict[str, Any]] = []
    for seed in seeds:
        finding = by_id.get(seed.id)
        if finding is not None:
            drafts += [*_read_finding(finding), *signs[seed.id]]
        drafts += [_read_triple(seed, role, scored) for role, scored in placed[seed.id]]
    for finding in others:
        drafts += [_finding_draft(finding), *absent[finding.entity.id]]
    drafts += [_sign_draft(findings[0], score) for finding in findings[:1] for score in find_unmeasured(finding)]
    return tuple(Evidence(key=f"E{number}", **draft) for number, draft in enumerate(drafts, 1))


def _find_place(finding: Finding) -> tuple[int, float]:
    """Return the key of the findings behind the seeds: by verdict and ratio; without a prior in the order given."""
    return ORDER.index(finding.verdict), -(finding.likelihood_ratio or 0.0)


def _take_signs(finding: Finding, left: dict[Key, ScoredTriple]) -> Iterator[dict[str, Any]]:
    """Return the answered signs of a finding, each followed by the triples that tie it, which are used up."""
    for score in find_answered(finding):
        yield _sign_draft(finding, score)
        yield from _take_ties(finding, score, left)


def _take_absent(finding: Finding, left: dict[Key, ScoredTriple]) -> Iterator[dict[str, Any]]:
    """Return the strongest absent sign of a finding that the image does not show which a triple ties, with it."""
    for score in find_absent(finding):
        if ties := list(_take_ties(finding, score, left)):
            yield from [_sign_draft(finding, score), *ties]
            return


def _take_ties(finding: Finding, score: SignScore, left: dict[Key, ScoredTriple]) -> Iterator[dict[str, Any]]:
    for key, scored in list(left.items()):
        tie = find_tie(score, finding.entity.id, scored.triple)
        if tie is not None and tie.stance == find_stance(score) and not is_too_much(tie, finding):
            name = "absent" if not tie.shown else "sign" if tie.stance == "for" else "against"
            yield _read_triple(finding.entity, Role(name, 1.0, tie.stance), left.pop(key))


def _place_triples(
    seeds: Iterable[Entity], triples: Iterable[ScoredTriple]
) -> dict[str, list[tuple[Role, ScoredTriple]]]:
    placed: dict[str, list[tuple[Role, ScoredTriple]]] = {seed.id: [] for seed in seeds}
    for scored in triples:
        if scored.role and placed:  # it was ranked for one seed; what joins several stands with the first
            about = scored.about or next(iter(placed))
            placed[about].append((Role(scored.role, 1.0, scored.stance), scored))
            continue
        for seed, of_seed in placed.items():
            role = find_role(seed, scored.triple)
            if role is not None:
                of_seed.append((role, scored))
                break
    return placed


def _read_finding(finding: Finding) -> Iterator[dict[str, Any]]:
    yield _finding_draft(finding)
    if finding.region is not None:
        yield _finding_draft(finding) | {"kind": "region", "why": _describe_region(finding.region)}


def _describe_region(region: Region) -> str:
    return f"where the model looked: {region.anatomy}" if region.anatomy else "where the model looked"


def _finding_draft(finding: Finding) -> dict[str, Any]:
    ratio = finding.likelihood_ratio
    lowered = finding.verdict == "undecided" and ratio is not None and ratio < 1
    odds = "" if ratio is None else f": {state_ratio(ratio)} times the usual odds"
    return {
        "kind": "finding",
        "stance": "against" if lowered or finding.verdict == "unlikely" else "for",
        "score": finding.probability,
        "why": f"the image model reads {finding.entity.label} as {finding.verdict}{odds}",
        "about": finding.entity,
        "finding": finding,
    }


def _sign_draft(finding: Finding, score: SignScore) -> dict[str, Any]:
    sure = float(score.answer == "yes") if score.probability is None else score.probability
    added = f"adds {score.log_odds:+.2f} to the log-odds of {finding.entity.label}"
    return {
        "kind": "sign",
        "stance": find_stance(score),
        "score": sure,
        "why": added if score.valid else f"not measured: {score.invalid_because}",
        "about": finding.entity,
        "finding": finding,
        "sign": score,
    }


def _read_triple(seed: Entity, role: Role, scored: ScoredTriple) -> dict[str, Any]:
    return {
        "kind": "triple",
        "stance": role.stance,
        "score": scored.score,
        "parts": scored.parts,
        "why": f"{_WHY[role.name]} ({role.name})",
        "about": seed,
        "triple": scored.triple,
        "sparql": render_sparql(scored.triple),
        "cypher": render_cypher(scored.triple),
    }


__all__ = ["collect_evidence"]
