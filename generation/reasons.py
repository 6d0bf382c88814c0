"""Sentences that explain one finding: its verdict, the signs that carry it, and reasons from the graph.

A reason joins two things that the image shows with the fact that ties them; of all else that the graph knows one
sentence a finding is said: its foremost sign. What the image does not decide on is nobody's reason.

Examples
--------
>>> heart = Entity(id="thx:cardiomegaly", label="cardiomegaly", kind="finding")
>>> finding = Finding(entity=heart, probability=0.64, prior=0.03, certainty="definitely present")
>>> evidence = [Evidence(key="E1", kind="finding", score=0.64, about=heart, finding=finding)]
>>> list(explain_finding(CitedFindings([finding], evidence), finding))
['cardiomegaly is likely (probability 0.64; 57 times its usual odds) [E1].']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.general import state_triple
from thoracite.generation.groups import observe
from thoracite.generation.phrases import name_indefinite, state_probability, verb
from thoracite.kg.vocabulary import CAUSED_BY, CO_OCCURS, HAS_SIGN, MIMICS, SUGGESTS
from thoracite.types import Entity, Evidence, Finding, Triple
from thoracite.types.verdict import ASSERTED

_REASONS = 2
"""Most sentences about one finding that join it with something else that the image shows."""

_NOT_TOLD = frozenset({"thx:pulmonary_infiltrates", "thx:lung_mass", "thx:pulmonary_nodule"})
"""Findings of which no textbook sign is told: a label of data sets, and two whose first sign is their definition."""


def explain_finding(cited: CitedFindings, finding: Finding) -> Iterator[str]:
    """Write the verdict, the signs that carry it, at most two reasons and one sentence of background.

    Parameters
    ----------
    cited : CitedFindings
        All findings of the image, with their evidence.
    finding : Finding
        One of those that are likely, suspected or possible.
    """
    yield observe(cited, finding)
    triples = [e for e in cited.evidence if e.kind == "triple" and e.about.id == finding.entity.id]
    yield from _explain_signs(cited, finding, triples)
    stated = ((piece, piece.triple) for piece in triples if piece.triple is not None)
    yield from list(filter(None, (_join(cited, finding, *pair) for pair in stated)))[:_REASONS]
    yield from _tell_foremost_sign(cited, finding, triples)


def _explain_signs(cited: CitedFindings, finding: Finding, triples: list[Evidence]) -> Iterator[str]:
    """Write signs that carry the finding, each with its triple; such triples are used up."""
    for piece in [e for e in cited.evidence if e.kind == "sign" and e.about.id == finding.entity.id]:
        sign = piece.sign.sign.entity if piece.sign else finding.entity
        if sign.id == finding.entity.id or _is_left_open(cited, sign):
            continue
        seen = f"{verb(sign)} likely ({state_probability(piece.score)})"
        linking = next((t for t in triples if t.triple and _is_sign(t.triple, sign, finding.entity)), None)
        if linking is None:
            yield f"{sign.label} {seen} [{piece.key}]."
            continue
        triples.remove(linking)
        yield (
            f"{sign.label}, which {seen} [{piece.key}], {verb(sign)} a radiographic sign of "
            f"{finding.entity.label} [{linking.key}]."
        )


def _is_left_open(cited: CitedFindings, entity: Entity) -> bool:
    """Tell whether a concept is a finding that the explanation does not assert."""
    return entity.id in cited.found and cited.found[entity.id].verdict not in ASSERTED


def _join(cited: CitedFindings, finding: Finding, piece: Evidence, triple: Triple) -> str | None:
    """Word a triple between the finding and something else that the image shows; None for any other."""
    ends = [end for end in (triple.subject, triple.object) if end.id != finding.entity.id]
    read = cited.found.get(ends[0].id) if len(ends) == 1 else None
    if read is None or read.verdict not in ASSERTED or triple.relation.id == CO_OCCURS:
        return None  # that two things are often reported together is no reason for either
    if read.verdict != "likely" and _is_weaker(read, finding):
        return None  # what is less sure than the finding supports nothing
    if triple.relation.id in {CAUSED_BY, MIMICS} and read.verdict != "likely":
        return None  # a cause or a mimic that is itself only possible
    if _leads_on(triple, finding.entity):
        return _diagnose(cited, finding, read, piece)
    if triple.relation.id == CAUSED_BY and triple.subject.id == finding.entity.id:
        here = f"{finding.entity.label} that {verb(finding.entity)} {finding.verdict} here ({finding.number})"
        return (
            f"{_read_out(cited, read)} {verb(read.entity)} a possible cause of the {here} "
            f"{cited.cite([finding])}[{piece.key}]."
        )
    first = triple.object if triple.relation.id == HAS_SIGN else triple.subject
    if first.id != read.entity.id:
        return None
    sentence = state_triple(triple, leading=_read_out(cited, read))
    return None if sentence is None else f"{sentence} [{piece.key}]."


def _is_weaker(read: Finding, finding: Finding) -> bool:
    """Compare by likelihood ratio where both are known, else by probability."""
    if read.likelihood_ratio is None or finding.likelihood_ratio is None:
        return read.probability < finding.probability
    return read.likelihood_ratio < finding.likelihood_ratio


def _read_out(cited: CitedFindings, read: Finding) -> str:
    """Name a finding with its verdict in this image."""
    said = f"{verb(read.entity)} {read.verdict} ({read.number}) {cited.cite([read])}"
    return f"{read.entity.label}, which {said},"


def _diagnose(cited: CitedFindings, finding: Finding, read: Finding, piece: Evidence) -> str:
    """Write that a finding of the image suggests another one."""
    return (
        f"{name_indefinite(read.entity)} {verb(read.entity)} {read.verdict} ({read.number}) {cited.cite([read])}, "
        f"because {_read_out(cited, finding)} {verb(finding.entity)} suggestive of {read.entity.label} [{piece.key}]."
    )


def _tell_foremost_sign(cited: CitedFindings, finding: Finding, triples: Sequence[Evidence]) -> Iterator[str]:
    """Write the first sign of the finding itself that the image does not tell of."""
    if finding.entity.id in _NOT_TOLD:
        return
    for piece in triples:
        triple = piece.triple
        if triple is None or (triple.relation.id, finding.entity.id) not in (
            (HAS_SIGN, triple.subject.id),
            (SUGGESTS, triple.object.id),
        ):
            continue
        sign = triple.object if triple.relation.id == HAS_SIGN else triple.subject
        if sign.id not in cited.found:
            yield f"{state_triple(triple)} [{piece.key}]."
            return


def _is_sign(triple: Triple, sign: Entity, finding: Entity) -> bool:
    return triple.key in {(finding.id, HAS_SIGN, sign.id), (sign.id, SUGGESTS, finding.id)}


def _leads_on(triple: Triple, finding: Entity) -> bool:
    """Tell whether a triple leads from the finding to something that it may point to."""
    ends = {SUGGESTS: triple.subject.id, HAS_SIGN: triple.object.id}
    return ends.get(triple.relation.id) == finding.id


__all__ = ["explain_finding"]
