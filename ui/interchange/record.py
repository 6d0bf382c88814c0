"""What an interchange document carries of an explanation, whatever its format.

A document is written from an :class:`Exchange` and read back into one, so that a test can ask for equality. It has no
file name and no word of a request: both may name a patient.
"""

from __future__ import annotations

from collections.abc import Iterable

from thoracite import __version__
from thoracite.kg.vocabulary import expand
from thoracite.types import Answer, Certainty, ClaimKind, Drawing, Evidence, Explanation, Finding, SignScore
from thoracite.types.image import SignKind, Verdict, View
from thoracite.types.noun import Curie, Noun, Side

WHAT_IF = "What if: signs were set or evidence was left out, so that this is not what the image shows."
"""Note on an explanation that was intervened in."""

Key = tuple[Curie, Side | None]
"""A sign's CURIE and side, by which it is named in a document."""


class Read(Noun):
    """A sign as it was read in the image, once for all findings.

    Parameters
    ----------
    id : str
        CURIE of the sign.
    label, question : str
        The sign in words, and as it was asked.
    kind : str
        ``measured`` or ``learned``.
    side : str or None
        ``left``, ``right``, ``bilateral``.
    value : float or None
        Not rounded; None where nothing could be measured.
    unit, reference : str
        As :class:`~thoracite.types.SignScore` has them.
    valid, invalid_because
        As :class:`~thoracite.types.SignScore` has them.
    probability : float or None
        In [0, 1].
    answer : str or None
        ``yes`` or ``no``.
    drawing : tuple of Drawing
        In pixels of the image, to a hundredth.
    """

    id: Curie
    label: str
    question: str
    kind: SignKind
    side: Side | None = None
    value: float | None = None
    unit: str = ""
    reference: str = ""
    valid: bool = True
    invalid_because: str | None = None
    probability: float | None = None
    answer: Answer | None = None
    drawing: tuple[Drawing, ...] = ()

    @property
    def key(self) -> Key:
        """Return CURIE and side."""
        return self.id, self.side


class Part(Noun):
    """What a sign adds to a finding's log-odds; what adds nothing is left out."""

    sign: Curie
    side: Side | None = None
    log_odds: float


class Place(Noun):
    """A box in pixels of the image, to a hundredth: x0, y0, x1, y1."""

    box: tuple[float, float, float, float]
    anatomy: str = ""
    side: Side | None = None


class Result(Noun):
    """A finding with its numbers, unrounded; ``codes`` are those of other vocabularies.

    ``parts`` are those of findings for which a sentence gives reasons; those of others would fill the document.
    """

    id: Curie
    label: str
    codes: tuple[str, ...] = ()
    probability: float
    calibrated: bool = True
    prior: float | None = None
    likelihood_ratio: float | None = None
    verdict: Verdict
    certainty: Certainty
    base_log_odds: float
    rest_log_odds: float
    place: Place | None = None
    parts: tuple[Part, ...] = ()


class Origin(Noun):
    """A place in a source, by IRIs; ``assertion`` is the IRI by which it is cited."""

    source: str
    locator: str
    licence: str
    assertion: str | None = None


class Fact(Noun):
    """A triple of the graph, by IRIs, its labels beside them."""

    subject: str
    relation: str
    object: str
    words: str
    certainty: Certainty
    origins: tuple[Origin, ...]


class Cited(Noun):
    """A piece of evidence that a sentence cites: its kind says which of ``fact`` and ``sign`` is there."""

    key: str
    kind: str
    stance: str
    about: Curie
    sign: Curie | None = None
    side: Side | None = None
    fact: Fact | None = None


class Sentence(Noun):
    """A sentence with its citations, which stand in it too."""

    text: str
    kind: ClaimKind
    citations: tuple[str, ...]


class Exchange(Noun):
    """Everything that a document carries of one explanation.

    Parameters
    ----------
    view : str
        ``PA``, ``AP``, ``lateral`` or ``unknown``.
    generator, graph, version : str
        Author of the words, digest of the graph, version of Thoracite.
    withheld : str or None
        Why there are no sentences; findings and signs are left out as well then.
    notes : tuple of str
        What cannot be judged in this image.
    results : tuple of Result
        Every finding, absent ones too.
    signs : tuple of Read
        Every sign that was asked, those that could not be read too.
    sentences : tuple of Sentence
        What was said.
    evidence : tuple of Cited
        What the sentences cite.
    """

    view: View = "unknown"
    generator: str
    graph: str
    version: str = __version__
    withheld: str | None = None
    notes: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    signs: tuple[Read, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    evidence: tuple[Cited, ...] = ()


def make_exchange(explanation: Explanation) -> Exchange:
    """Take from an explanation what documents carry.

    Parameters
    ----------
    explanation : Explanation
        Released or withheld; of a withheld one nothing but the reason is carried.

    Examples
    --------
    >>> refused = Explanation(image="cat.png", generator="template", graph="none", abstained=True, reason="no chest")
    >>> make_exchange(refused).withheld, make_exchange(refused).results
    ('no chest', ())
    """
    notes = explanation.notes if explanation.changes is None else (*explanation.notes, WHAT_IF)
    head = Exchange(view=explanation.view, generator=explanation.generator, graph=explanation.graph, notes=notes)
    if explanation.abstained:
        return head.model_copy(update={"withheld": explanation.reason})
    keys = {key for claim in explanation.claims for key in claim.citations}
    cited = tuple(_cited(one) for one in explanation.evidence if one.key in keys)
    spoken_of = {one.about for one in cited if one.kind in ("sign", "triple")}
    return head.model_copy(
        update={
            "results": tuple(_result(finding, finding.entity.id in spoken_of) for finding in explanation.findings),
            "signs": tuple(_signs(explanation.findings)),
            "sentences": tuple(
                Sentence(text=claim.sentence, kind=claim.kind, citations=claim.citations)
                for claim in explanation.claims
            ),
            "evidence": cited,
        }
    )


def _result(finding: Finding, opened: bool) -> Result:
    region = finding.region
    return Result(
        id=finding.entity.id,
        label=finding.entity.label,
        codes=finding.entity.codes,
        **{name: getattr(finding, name) for name in _SHARED},
        place=None if region is None else Place(box=_round(region.box), anatomy=region.anatomy, side=region.side),
        parts=tuple(
            Part(sign=score.sign.id, side=score.side, log_odds=score.log_odds)
            for score in finding.signs
            if score.log_odds and opened
        ),
    )


_SHARED = (
    "probability", "calibrated", "prior", "likelihood_ratio", "verdict", "certainty", "base_log_odds", "rest_log_odds"
)  # fmt: skip


def _signs(findings: Iterable[Finding]) -> Iterable[Read]:
    """Every sign once: what is read of it is the same for all findings."""
    seen: dict[Key, Read] = {}
    for score in (score for finding in findings for score in finding.signs):
        seen.setdefault((score.sign.id, score.side), _read(score))
    return seen.values()


def _read(score: SignScore) -> Read:
    return Read(
        **score.model_dump(exclude={"sign", "log_odds", "drawing", "opposite"}),
        **score.sign.model_dump(include={"id", "question", "kind"}),
        label=score.sign.entity.label,
        drawing=tuple(
            Drawing(kind=one.kind, points=tuple((round(x, 2), round(y, 2)) for x, y in one.points))
            for one in score.drawing
        ),
    )


def _round(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return (round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2))


def _cited(evidence: Evidence) -> Cited:
    sign, triple = evidence.sign, evidence.triple
    return Cited(
        key=evidence.key,
        kind=evidence.kind,
        stance=evidence.stance,
        about=evidence.about.id,
        sign=None if sign is None else sign.sign.id,
        side=None if sign is None else sign.side,
        fact=None
        if triple is None
        else Fact(
            subject=expand(triple.subject.id),
            relation=expand(triple.relation.id),
            object=expand(triple.object.id),
            words=f"{triple.subject.label} {triple.relation.label} {triple.object.label}",
            certainty=triple.certainty,
            origins=tuple(
                Origin(
                    source=expand(one.source),
                    locator=one.locator,
                    licence=one.licence,
                    assertion=expand(one.assertion) if one.assertion else None,
                )
                for one in triple.provenance
            ),
        ),
    )


__all__ = [
    "WHAT_IF",
    "Cited",
    "Exchange",
    "Fact",
    "Key",
    "Origin",
    "Part",
    "Place",
    "Read",
    "Result",
    "Sentence",
    "make_exchange",
]
