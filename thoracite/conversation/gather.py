"""Evidence beyond an explanation: about one finding that it gives no reasons for, and about diagnoses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from thoracite.interventions import keep_keys
from thoracite.kg.queries.render import render_cypher, render_sparql
from thoracite.kg.stores.store import GraphStore
from thoracite.retrieval.diagnosis.differential import Diagnosis
from thoracite.retrieval.evidence import collect_evidence
from thoracite.retrieval.scene import find_seen
from thoracite.retrieval.signs import list_concepts, search_signs, tie_signs
from thoracite.retrieval.subgraph import search_subgraph
from thoracite.types import Entity, Evidence, Explanation, Finding, Subgraph, Triple


def gather_finding(store: GraphStore | None, explanation: Explanation, finding: Finding) -> tuple[Evidence, ...]:
    """Gather the signs of one finding and the facts that tie them, whatever its verdict.

    Parameters
    ----------
    store : GraphStore or None
        The graph; None where the explanation was written without one.
    explanation : Explanation
        Its evidence keeps its keys.
    finding : Finding
        One of its findings.

    Returns
    -------
    tuple of Evidence
        About this finding alone; new pieces have keys behind the explanation's.
    """
    subgraph = Subgraph(seeds=(finding.entity,))
    if store is not None:
        seen = find_seen(explanation.findings, view=explanation.view)
        tied = tie_signs(finding, search_signs(store, list_concepts([finding])), seen=seen)
        subgraph = search_subgraph(store, [finding.entity], seen=seen, tied=tied)
    left_out = set() if explanation.changes is None else set(explanation.changes.without)
    found = collect_evidence([finding], subgraph)
    kept = [one for one in found if one.triple is None or " ".join(one.triple.key) not in left_out]
    return keep_keys(kept, explanation.evidence)


def gather_diagnoses(explanation: Explanation, diagnoses: Iterable[Diagnosis]) -> tuple[Evidence, ...]:
    """Gather the facts by which signs fit diagnoses.

    Parameters
    ----------
    explanation : Explanation
        Its evidence keeps its keys.
    diagnoses : iterable of Diagnosis
        Of a differential.
    """
    facts: dict[tuple[str, str, str], Evidence] = {}
    for one in diagnoses:
        for argument in one.fits:
            for triple in argument.path:
                facts.setdefault(triple.key, _cite(triple, one.entity))
    return keep_keys(facts.values(), explanation.evidence)


def _cite(triple: Triple, about: Entity) -> Evidence:
    return Evidence(
        key="E1",
        kind="triple",
        score=float(triple.support),
        why="a sign by which it is recognised",
        about=about,
        triple=triple,
        sparql=render_sparql(triple),
        cypher=render_cypher(triple),
    )


def join_evidence(first: Sequence[Evidence], *others: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Join evidence by key; of two pieces with one key the first stays."""
    joined = {piece.key: piece for pieces in reversed((first, *others)) for piece in pieces}
    order = dict.fromkeys(piece.key for pieces in (first, *others) for piece in pieces)
    return tuple(joined[key] for key in order)


__all__ = ["gather_diagnoses", "gather_finding", "join_evidence"]
