"""Grounding of free text: each sentence is given the citations with which the verifier supports it, or is dropped.

What a sentence speaks of is found by its concepts, its signs and the ends of its facts; citations are set where each
has been said, the fewest first. The verifier decides, as on any generator's sentence: grounding looks for evidence and
never weakens a check, so that a flip of negation, side, verdict or number finds no citations that make it pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from thoracite.generation.changes.check import find_compared
from thoracite.generation.citations import strip_citations
from thoracite.generation.grounding.findings import cite_findings
from thoracite.generation.grounding.rewriting import rewrite
from thoracite.generation.grounding.sentences import LONGEST, cut_sentences, insert_citations
from thoracite.generation.grounding.signs import cite_signs, find_nearest
from thoracite.generation.grounding.source import Source
from thoracite.generation.grounding.vocabulary import find_strange
from thoracite.generation.indication import is_indication
from thoracite.generation.phrases import begin
from thoracite.generation.signs.claim import TOO_LITTLE
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.types import Claim, Dropped, Evidence, Finding

_LIST = re.compile(r", .+ (?:and|or) ")


class Grounded(NamedTuple):
    """A text that was grounded.

    Parameters
    ----------
    claims : tuple of Claim
        Its supported sentences, in order: verbatim (``decoder``), or by template (``rewritten``).
    dropped : tuple of Dropped
        The others, each with verdict and reason.
    """

    claims: tuple[Claim, ...]
    dropped: tuple[Dropped, ...] = ()


def ground(
    text: str, findings: Sequence[Finding], evidence: Sequence[Evidence], *, linker: Link, extractor: Extractor
) -> Grounded:
    """Find the evidence of each sentence of a free text.

    Parameters
    ----------
    text : str
        What a model wrote of an image.
    findings : sequence of Finding
        All findings of the image.
    evidence : sequence of Evidence
        All citable evidence.
    linker : callable
        Phrase to concept or None, such as ``Linker.link``.
    extractor : Extractor
        Finds negation and hedging in a sentence.

    Returns
    -------
    Grounded
        Supported claims, and what is dropped; a sentence that says again what was said is neither.

    Examples
    --------
    >>> from thoracite.kg.extract.extractor import open_extractor
    >>> from thoracite.types import Entity
    >>> mass = Entity(id="thx:lung_mass", label="lung mass", kind="finding")
    >>> finding = Finding(entity=mass, probability=0.64, prior=0.03, certainty="definitely present")
    >>> evidence = [Evidence(key="E1", kind="finding", score=0.64, about=mass, finding=finding)]
    >>> text = "A lung mass is likely. There is no lung mass. A lung mass is present."
    >>> grounded = ground(text, [finding], evidence, linker=lambda phrase: None, extractor=open_extractor())
    >>> [(claim.sentence, claim.origin) for claim in grounded.claims]
    [('A lung mass is likely [E1].', 'decoder')]
    >>> [(one.sentence, one.verdict) for one in grounded.dropped]
    [('There is no lung mass [E1].', 'contradicted')]
    """
    return Grounder(findings, evidence, linker=linker, extractor=extractor).ground(text)


class Grounder:
    """Grounding of one image's sentences, each judged once.

    Parameters
    ----------
    findings, evidence, linker, extractor
        As :func:`ground` takes them.
    """

    def __init__(
        self, findings: Sequence[Finding], evidence: Sequence[Evidence], *, linker: Link, extractor: Extractor
    ) -> None:
        self._findings, self._source = findings, Source(evidence, linker, extractor)
        self._judged: dict[str, Claim] = {}

    def holds(self, text: str) -> bool:
        """Tell whether a text is one sentence that the evidence supports and that names no finding twice.

        Parameters
        ----------
        text : str
            What a model means to write.
        """
        sentences = cut_sentences(text)
        return (
            len(sentences) == 1
            and self._judge(sentences[0]).verdict == "supported"
            and not _repeats(sentences[0], self._source)
        )

    def ground(self, text: str) -> Grounded:
        """Find the evidence of each sentence of a free text, as :func:`ground` does."""
        claims: list[Claim] = []
        dropped: list[Dropped] = []
        said: set[str] = set()
        for sentence in cut_sentences(text):
            claim = self._judge(sentence)
            if claim.verdict != "supported":
                claim = rewrite(claim, self._findings, self._source) or claim
            words = strip_citations(claim.sentence).lower()
            if words in said:
                continue
            said.add(words)
            if claim.verdict == "supported":
                claims.append(claim)
            else:
                dropped.append(Dropped(sentence=claim.sentence, verdict=claim.verdict, why=claim.why))
        return Grounded(tuple(_leave_out_told(claims)), tuple(dropped))

    def _judge(self, sentence: str) -> Claim:
        if sentence not in self._judged:
            self._judged[sentence] = _judge(sentence, self._source)
        return self._judged[sentence]


def _repeats(sentence: str, source: Source) -> bool:
    """Tell whether a list names a finding twice: "a mass, an effusion and a mass are possible"."""
    for piece in re.split(r"[;:.]", sentence):
        named = [one.entity.id for one in source.find_mentions(piece) if one.entity.kind != "anatomy"]
        if _LIST.search(piece) and len(set(named)) < len(named):
            return True
    return False


def _judge(sentence: str, source: Source) -> Claim:
    """Return the claim of a sentence with the first citations that support it, else with those that do least badly."""
    if len(sentence) > LONGEST:
        why = f"it has {len(sentence)} characters; at most {LONGEST} are read"
        return Claim(sentence=sentence, kind="observation", citations=(), why=why, origin="decoder")
    tried = []
    for cited in _list_ways(sentence, source):
        claim = source.judge(begin(insert_citations(sentence, cited))).model_copy(update={"origin": "decoder"})
        if claim.verdict == "supported":
            strange = find_strange(claim.sentence, source)
            return claim if strange is None else _refuse(claim, strange)
        tried.append(claim)
    told = [claim for claim in tried if claim.why.startswith(TOO_LITTLE)]  # what a word mends comes first
    contradicted = [claim for claim in tried if claim.verdict == "contradicted"]
    return next(iter([*told, *contradicted, *tried]))


def _refuse(claim: Claim, word: str) -> Claim:
    why = f"what {word!r} makes of it cannot be checked"
    return claim.model_copy(update={"verdict": "unsupported", "why": why})


def _list_ways(sentence: str, source: Source) -> Iterator[dict[int, tuple[str, ...]]]:
    if is_indication(sentence):
        for piece in source.evidence:
            if piece.kind == "indication":
                yield {len(sentence.rstrip(" .")): (piece.key,)}
    for piece in find_compared(sentence, source.evidence):
        yield {len(sentence.rstrip(" .")): (piece.key,)}
    yield from cite_findings(sentence, source)
    yield from cite_signs(sentence, source)
    yield from find_nearest(sentence, source)
    yield {}


def _leave_out_told(claims: Sequence[Claim]) -> Iterator[Claim]:
    """Leave out rewritten sentences whose evidence another sentence has cited."""
    for number, claim in enumerate(claims):
        others = {key for other in (*claims[:number], *claims[number + 1 :]) for key in other.citations}
        if claim.origin != "rewritten" or not set(claim.citations) <= others:
            yield claim


__all__ = ["Grounded", "Grounder", "ground"]
