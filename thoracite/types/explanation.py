"""Nouns of the explanation: numbered evidence, the sentences that cite it, and both together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from thoracite.types.changes import Changes
from thoracite.types.difference import Difference
from thoracite.types.graph import Entity, Triple
from thoracite.types.image import Finding, SignScore, View
from thoracite.types.noun import CITATION, EvidenceKey, Noun, Probability

ClaimKind = Literal["summary", "observation", "reason", "expected", "diagnosis", "background"]
"""Kinds of sentences."""


class Evidence(Noun):
    """A piece of evidence that a sentence may cite.

    Parameters
    ----------
    key : str
        ``E1``, ``E2``, …
    kind : str
        ``triple`` (graph); ``finding``, ``sign``, ``region`` (this image); ``difference`` (this image and an earlier
        one of the patient); ``image`` (a similar image) or ``indication`` (the words of the request).
    stance : str
        ``for`` or ``against`` the finding in ``about``.
    score : float
        Fit of a triple, any unit, higher is better; or probability of image evidence, in [0, 1].
    parts : mapping of str to float
        For kind ``triple``: what its score adds up from, by name; empty where it is no sum.
    why : str
        One clause in words.
    about : Entity
        The finding that it speaks for or against.
    triple : Triple or None
        For kind ``triple``.
    finding : Finding or None
        For kinds ``finding``, ``sign`` and ``region``: their finding.
    sign : SignScore or None
        For kind ``sign``.
    difference : Difference or None
        For kind ``difference``.
    label : str
        For kinds ``image`` and ``indication``: the similar image's label, the request's words.
    labels : tuple of Entity
        For kind ``image``: the concepts of its label; empty where none is known.
    image : str
        For kind ``image``: name of the similar image in its index.
    distance : float or None
        For kind ``image``: distance of the similar image, at least 0.
    sparql, cypher : str or None
        For kind ``triple``: queries that return it from its graph.

    Raises
    ------
    pydantic.ValidationError
        If the part of its kind is missing.
    """

    key: EvidenceKey
    kind: Literal["triple", "finding", "sign", "region", "difference", "image", "indication"]
    stance: Literal["for", "against"] = "for"
    score: float
    parts: Mapping[str, float] = Field(default_factory=dict)
    why: str = ""
    about: Entity
    triple: Triple | None = None
    finding: Finding | None = None
    sign: SignScore | None = None
    difference: Difference | None = None
    label: str = ""
    labels: tuple[Entity, ...] = ()
    image: str = ""
    distance: float | None = Field(default=None, ge=0)
    sparql: str | None = None
    cypher: str | None = None

    @model_validator(mode="after")
    def _kind_has_its_part(self) -> Self:
        region = self.finding and self.finding.region
        parts = {
            "triple": self.triple,
            "finding": self.finding,
            "sign": self.sign,
            "region": region,
            "difference": self.difference,
        }
        if not parts.get(self.kind, self.label):
            raise ValueError(f"evidence {self.key} of kind {self.kind} lacks its {self.kind}")
        if self.kind == "image" and (not self.image or self.distance is None):
            raise ValueError(f"evidence {self.key} of kind image lacks its name or distance")
        if self.kind == "triple" and not (self.sparql and self.cypher):
            raise ValueError(f"triple evidence {self.key} needs both its SPARQL and its Cypher query")
        return self


class Claim(Noun):
    """A sentence with its citations and the verifier's verdict.

    Parameters
    ----------
    sentence : str
        A sentence with its citations in place: ``… [E1][E2]``.
    kind : str
        ``summary`` (nothing stands out; what is undecided or could not be measured), ``observation`` (a sign or place
        in this image, or a difference from an earlier one), ``reason`` (a triple and the image evidence it speaks of),
        ``expected`` (looked for and absent), ``diagnosis`` (the verdict on a finding) or ``background`` (a
        textbook sign of a finding that has no value here: the triple and the finding; of an answer, triples alone).
    citations : tuple of str
        The keys in the sentence, in order.
    verdict : str
        ``supported``, ``contradicted`` or ``unsupported``.
    why : str
        The verifier's reason where the verdict is not ``supported``.
    origin : str
        Author of the words: ``template``, ``decoder`` or ``rewritten``.
    """

    sentence: str
    kind: ClaimKind
    citations: tuple[EvidenceKey, ...]
    verdict: Literal["supported", "contradicted", "unsupported"] = "unsupported"
    why: str = ""
    origin: Literal["template", "decoder", "rewritten"] = "template"

    @model_validator(mode="after")
    def _citations_match(self) -> Self:
        if tuple(CITATION.findall(self.sentence)) != self.citations:
            raise ValueError(f"the citations in {self.sentence!r} are not {list(self.citations)}")
        return self


class Dropped(Noun):
    """A sentence that was written and not released.

    Parameters
    ----------
    sentence : str
        As it was judged, with its citations, if any.
    verdict : str
        ``contradicted`` or ``unsupported``.
    why : str
        The verifier's reason, as a clause.
    """

    sentence: str
    verdict: Literal["contradicted", "unsupported"]
    why: str = ""


class Explanation(Noun):
    """Findings, the sentences about them, and their evidence.

    Parameters
    ----------
    image : str
        Path or name of the image.
    view : str
        ``PA``, ``AP``, ``lateral`` or ``unknown``: as stated by the caller, else by the file, else told from the image.
    view_probability : float or None
        Probability that a view told from the image is right, in [0, 1]; None where it was stated.
    notes : tuple of str
        Sentences on what cannot be judged in this image.
    findings : tuple of Finding
        Every finding of the model, absent ones too.
    claims : tuple of Claim
        Supported claims only; empty when withheld.
    evidence : tuple of Evidence
        All citable evidence.
    dropped : tuple of Dropped
        Sentences that were written and not released, each with the reason.
    generator : str
        Name of the generator.
    graph : str
        Digest of the graph, ``sha256:…``; ``none`` without a graph.
    abstained : bool
        Whether the explanation was withheld.
    reason : str or None
        Reason for withholding; with claims, the reason why no graph was used.
    changes : Changes or None
        What a sign that was set, or something that was left out, changed; None for the untouched image.

    Raises
    ------
    pydantic.ValidationError
        If a claim cites missing evidence, or a withheld explanation has claims or lacks a reason.
    """

    image: str
    view: View = "unknown"
    view_probability: Probability | None = None
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    claims: tuple[Claim, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    generator: str
    graph: str
    abstained: bool = False
    reason: str | None = None
    changes: Changes | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        known = [e.key for e in self.evidence]
        if len(set(known)) != len(known):
            raise ValueError("two pieces of evidence share a key")
        for claim in self.claims:
            if missing := set(claim.citations) - set(known):
                raise ValueError(f"{claim.sentence!r} cites {sorted(missing)}, which is not in the evidence")
        if self.abstained and (self.claims or not self.reason):
            raise ValueError("a withheld explanation has a reason and no claims")
        return self

    @property
    def text(self) -> str:
        """Return the sentences, or the reason why there are none."""
        if self.abstained:
            return f"Withheld: {self.reason}"
        return " ".join(claim.sentence for claim in self.claims)

    @property
    def similar(self) -> tuple[Evidence, ...]:
        """Return the similar images, which no sentence cites, the most similar first."""
        return tuple(evidence for evidence in self.evidence if evidence.kind == "image")

    def to_json(self) -> str:
        """Return the line that ``thoracite explain --json`` prints."""
        from thoracite.ui.view import render_record

        return json.dumps(render_record(self), ensure_ascii=False)

    def to_html(self) -> str:
        """Return the page that ``thoracite explain --html`` writes; with the picture if the image file still exists.

        Raises
        ------
        InputError
            If the image can no longer be read.
        """
        from thoracite.ui.page import render_explained

        return render_explained([self])


class ImageError(Noun):
    """An image of a batch that could not be read.

    Parameters
    ----------
    image : str
        Path or name of the image.
    error : str
        One sentence: the fault and the expectation.
    """

    image: str
    error: str


__all__ = ["Claim", "ClaimKind", "Dropped", "Evidence", "Explanation", "ImageError"]
