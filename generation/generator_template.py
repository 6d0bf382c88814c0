"""The deterministic generator: plain radiology English from findings and evidence, every sentence with its citations.

The same evidence gives the same sentences. They state what was found: side, place and certainty where
the image evidence has them, never severity, which no model here measures. A reason joins two things that the image
shows with the fact that ties them; of all else that the graph knows one sentence a finding is said: its foremost sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from thoracite.generation.citations import join_citations
from thoracite.generation.phrases import (
    begin,
    join_words,
    name_generic,
    name_indefinite,
    state_certainty,
    state_place,
    state_probability,
    verb,
)
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
from thoracite.types import Certainty, Entity, Evidence, Finding, Study, Triple

_MAIN = 3
"""Most findings that are explained one by one; the others are named."""

_REASONS = 2
"""Most sentences about one finding that join it with something else that the image shows."""


_NOT_TOLD = frozenset({"thx:pulmonary_infiltrates", "thx:lung_mass", "thx:pulmonary_nodule"})
"""Findings of which no textbook sign is told: a label of data sets, and two whose first sign is their definition."""


class TemplateGenerator:
    """Generator of sentences by templates.

    Examples
    --------
    >>> heart = Entity(id="thx:cardiomegaly", label="cardiomegaly", kind="finding")
    >>> finding = Finding(entity=heart, probability=0.64, certainty=Certainty.PRESENT)
    >>> evidence = [Evidence(key="E1", kind="finding", score=0.64, about=heart, finding=finding)]
    >>> TemplateGenerator().write(Study(image="chest.png"), [finding], evidence)
    ['Cardiomegaly is likely (probability 0.64) [E1].']
    """

    name = "template"

    def write(self, study: Study, findings: Sequence[Finding], evidence: Sequence[Evidence]) -> list[str]:  # noqa: ARG002
        """Write sentences about the findings, each citing evidence by key.

        Parameters
        ----------
        study : Study
            Not used: indication and prior would have to be evidence to be cited.
        findings : sequence of Finding
            All findings of the image.
        evidence : sequence of Evidence
            In reading order; a finding without evidence is left out.
        """
        page = _Page(findings, evidence)
        sentences = [sentence for finding in page.positive[:_MAIN] for sentence in page.explain(finding)]
        sentences += page.name_others(page.positive[_MAIN:])
        sentences += page.deny(page.absent)
        return [begin(sentence) for sentence in sentences]


class _Page:
    """Findings and evidence of one image, by their subject."""

    def __init__(self, findings: Sequence[Finding], evidence: Sequence[Evidence]) -> None:
        self.evidence = evidence
        self.found = {finding.entity.id: finding for finding in findings}
        order = [e.about.id for e in evidence if e.kind == "finding" and e.about.id in self.found]
        cited = [self.found[identifier] for identifier in dict.fromkeys(order)]
        self.positive = [finding for finding in cited if finding.certainty is not Certainty.ABSENT]
        self.absent = [finding for finding in cited if finding.certainty is Certainty.ABSENT]

    def keys(self, finding: Finding, *kinds: str) -> str:
        """Return citations of a finding's evidence of these kinds."""
        return join_citations(e.key for e in self.evidence if e.about.id == finding.entity.id and e.kind in kinds)

    def explain(self, finding: Finding) -> Iterator[str]:
        """Write the observation, the signs that carry it, at most two reasons and one sentence of background."""
        yield self._observe(finding)
        triples = [e for e in self.evidence if e.kind == "triple" and e.about.id == finding.entity.id]
        yield from self._explain_signs(finding, triples)
        stated = ((piece, piece.triple) for piece in triples if piece.triple is not None)
        yield from list(filter(None, (self._join(finding, *pair) for pair in stated)))[:_REASONS]
        yield from self._tell_foremost_sign(finding, triples)

    def name_others(self, findings: Sequence[Finding]) -> Iterator[str]:
        """Write one sentence for each certainty among findings that are only named."""
        for certainty in (Certainty.PRESENT, Certainty.UNCERTAIN):
            same = [finding for finding in findings if finding.certainty is certainty]
            if same:
                named = [
                    f"{finding.entity.label} ({finding.number}) {self.keys(finding, 'finding')}" for finding in same
                ]
                are = "are" if len(same) > 1 else verb(same[0].entity)
                yield f"also {state_certainty(same[0])} {are} {join_words(named)}."

    def deny(self, findings: Sequence[Finding]) -> Iterator[str]:
        """Write the absent findings; where none is absent, the nearest one with its probability."""
        ranked = sorted(findings, key=lambda finding: -finding.probability)
        if not self.positive and len(ranked) > 1:
            nearest, *ranked = ranked
            yield (
                f"{nearest.entity.label} {verb(nearest.entity)} unlikely ({nearest.number}) "
                f"{self.keys(nearest, 'finding')}."
            )
        if ranked:
            labels = join_words([finding.entity.label for finding in ranked], "or")
            highest = "highest " if len(ranked) > 1 else ""
            keys = "".join(self.keys(finding, "finding") for finding in ranked)
            probability = ranked[0].number
            yield f"no {labels} is detected ({highest}{probability}) {keys}."

    def _observe(self, finding: Finding) -> str:
        side, place = state_place(finding)
        subject = name_indefinite(finding.entity, side)
        said = f"{verb(finding.entity)} {state_certainty(finding)}"
        if finding.certainty is Certainty.PRESENT and finding.calibrated and finding.probability >= 0.9:
            said = f"{verb(finding.entity)} present"
        keys = self.keys(finding, "finding", "region") if side or place else self.keys(finding, "finding")
        where = f" {place}" if place else ""
        return f"{subject} {said}{where} ({finding.number}) {keys}."

    def _explain_signs(self, finding: Finding, triples: list[Evidence]) -> Iterator[str]:
        """Write signs that carry the finding, each with its triple; such triples are used up."""
        for piece in [e for e in self.evidence if e.kind == "sign" and e.about.id == finding.entity.id]:
            sign = piece.sign.sign.entity if piece.sign else finding.entity
            if sign.id == finding.entity.id:
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

    def _join(self, finding: Finding, piece: Evidence, triple: Triple) -> str | None:
        """Word a triple between the finding and something else that the image shows; None for any other."""
        ends = [end for end in (triple.subject, triple.object) if end.id != finding.entity.id]
        read = self.found.get(ends[0].id) if len(ends) == 1 else None
        if read is None or read.certainty is Certainty.ABSENT or triple.relation.id == CO_OCCURS:
            return None  # that two things are often reported together is no reason for either
        if read.certainty is not Certainty.PRESENT and read.probability < finding.probability:
            return None  # what is less sure than the finding supports nothing
        if triple.relation.id in {CAUSED_BY, MIMICS} and read.certainty is not Certainty.PRESENT:
            return None  # a cause or a mimic that is itself only possible
        if _leads_on(triple, finding.entity):
            return self._diagnose(finding, read, piece)
        if triple.relation.id == CAUSED_BY and triple.subject.id == finding.entity.id:
            return (
                f"{self._read_out(read)} {verb(read.entity)} a possible cause of the {self._seen_here(finding)} "
                f"{self.keys(finding, 'finding')}[{piece.key}]."
            )
        first = triple.object if triple.relation.id == HAS_SIGN else triple.subject
        if first.id != read.entity.id:
            return None
        sentence = state_triple(triple, leading=self._read_out(read))
        return None if sentence is None else f"{sentence} [{piece.key}]."

    def _read_out(self, read: Finding) -> str:
        """Name a finding with its certainty in this image."""
        said = f"{verb(read.entity)} {state_certainty(read)} ({read.number}) {self.keys(read, 'finding')}"
        return f"{read.entity.label}, which {said},"

    def _tell_foremost_sign(self, finding: Finding, triples: Sequence[Evidence]) -> Iterator[str]:
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
            if sign.id not in self.found:
                yield f"{state_triple(triple)} [{piece.key}]."
                return

    def _diagnose(self, finding: Finding, read: Finding, piece: Evidence) -> str:
        """Write that a finding of the image suggests another one."""
        return (
            f"{name_indefinite(read.entity)} {verb(read.entity)} {state_certainty(read)} "
            f"({read.number}) {self.keys(read, 'finding')}, because {finding.entity.label}, "
            f"which {verb(finding.entity)} {state_certainty(finding)} ({finding.number}) "
            f"{self.keys(finding, 'finding')}, {verb(finding.entity)} suggestive of {read.entity.label} [{piece.key}]."
        )

    def _seen_here(self, finding: Finding) -> str:
        return f"{finding.entity.label} that {verb(finding.entity)} {state_certainty(finding)} here ({finding.number})"


def _is_sign(triple: Triple, sign: Entity, finding: Entity) -> bool:
    return triple.key in {(finding.id, HAS_SIGN, sign.id), (sign.id, SUGGESTS, finding.id)}


def _leads_on(triple: Triple, finding: Entity) -> bool:
    """Tell whether a triple leads from the finding to something that it may point to."""
    ends = {SUGGESTS: triple.subject.id, HAS_SIGN: triple.object.id}
    return ends.get(triple.relation.id) == finding.id


def state_triple(triple: Triple, *, leading: str = "") -> str | None:
    """Word a triple as a general statement, without its citation; None where its relation has no wording.

    Parameters
    ----------
    triple : Triple
        Any triple of the graph.
    leading : str
        Words for its first end; its label unless given.

    Examples
    --------
    >>> from thoracite.kg.vocabulary import RELATIONS
    >>> from thoracite.types import Provenance
    >>> state_triple(Triple(
    ...     subject=Entity(id="thx:skin_fold", label="skin fold"), relation=RELATIONS["thx:may_mimic"],
    ...     object=Entity(id="thx:pneumothorax", label="pneumothorax"),
    ...     provenance=(Provenance(source="thxs:statpearls", locator="Pneumothorax"),),
    ... ))
    'a skin fold may mimic pneumothorax'
    """
    subject, object_ = triple.subject, triple.object
    counted = f" in {triple.counts.present} of {triple.counts.total} reports" if triple.counts.present else ""
    a_sign = verb(object_, "a radiographic sign", "radiographic signs")
    wordings = {
        HAS_SIGN: (name_generic(object_), f"{verb(object_)} {a_sign} of {subject.label}"),
        SUGGESTS: (name_generic(subject), f"{verb(subject)} suggestive of {object_.label}"),
        CAUSED_BY: (subject.label, f"may be caused by {object_.label}"),
        ARGUES_AGAINST: (name_indefinite(subject), f"would argue against {object_.label}"),
        MIMICS: (name_indefinite(subject), f"may mimic {object_.label}"),
        ASSOCIATED: (subject.label, f"{verb(subject)} associated with {object_.label}"),
        CO_OCCURS: (subject.label, f"{verb(subject)} seen together with {object_.label}"),
        LOCATED_IN: (subject.label, f"{verb(subject)} typically located in the {object_.label}"),
        LOCATED_AT: (subject.label, f"{verb(subject, 'was', 'were')} located at the {object_.label}{counted}"),
        HAS_ATTRIBUTE: (subject.label, f"{verb(subject)} described as “{object_.label}”"),
    }
    if triple.relation.id not in wordings:
        return None
    first, rest = wordings[triple.relation.id]
    return f"{leading or first} {rest}"


__all__ = ["TemplateGenerator", "state_triple"]
