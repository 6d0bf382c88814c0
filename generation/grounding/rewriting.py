"""Sentences that lack only a hedge, written again by template with the verdict's own word, and marked so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from thoracite.generation.changes.check import find_compared, lacks_verdict
from thoracite.generation.changes.sentences import tell_difference
from thoracite.generation.citations import strip_citations
from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.grounding.source import Source
from thoracite.generation.grounding.vocabulary import find_strange
from thoracite.generation.groups import observe
from thoracite.generation.phrases import begin
from thoracite.generation.signs.claim import TOO_LITTLE
from thoracite.generation.statement import parse_statement
from thoracite.types import Claim, Finding
from thoracite.types.verdict import ASSERTED

_DEGREES = ("certain", "present", "likely", "suspected", "possible")
"""Degrees of a finding that is there, the surest first."""


def rewrite(claim: Claim, findings: Sequence[Finding], source: Source) -> Claim | None:
    """Write a sentence again that is only surer of one finding than the image is; None for any other.

    A verdict that signs are said to carry may be carried partly. Otherwise it must say nothing but that the finding
    is there, without numbers, places that the image does not show, or words of severity; the image must call it likely,
    suspected or possible. "New" and the like may be said where an earlier film bears them out.

    Parameters
    ----------
    claim : Claim
        That is not supported.
    findings : sequence of Finding
        All findings of the image.
    source : Source
        Evidence of the image.
    """
    sentence = strip_citations(claim.sentence)
    if claim.why.startswith(TOO_LITTLE) and find_strange(claim.sentence, source) is None:
        return _release(re.sub(r"\b(?:\w+ly )?carried by\b", "partly carried by", claim.sentence, count=1), source)
    for piece in find_compared(sentence, source.evidence):
        if piece.difference is not None and lacks_verdict(sentence, piece.difference):
            return _release(tell_difference(piece, piece.difference), source)
    if find_strange(sentence, source) is not None:
        return None
    said = parse_statement(sentence, link=source.link, names=source.names, extractor=source.extractor)
    more = (said.relations, said.because, said.numbers, said.odds, said.modifiers, said.unread)
    if any(more) or said.nothing or len(said.presences) != 1 or said.presences[0].grade not in _DEGREES:
        return None
    presence = said.presences[0]
    finding = next((one for one in findings if one.entity.id == presence.entity.id), None)
    if finding is None or finding.verdict not in ASSERTED:
        return None
    if _DEGREES.index(presence.grade) >= _DEGREES.index(finding.verdict):
        return None
    side = None if finding.region is None else finding.region.side
    if (presence.sides and presence.sides != {side}) or presence.places:
        return None
    cited = CitedFindings(findings, source.evidence)
    if not cited.cite([finding]):
        return None
    return _release(observe(cited, finding), source)


def _release(sentence: str, source: Source) -> Claim | None:
    written = source.judge(begin(sentence))
    return written.model_copy(update={"origin": "rewritten"}) if written.verdict == "supported" else None


__all__ = ["rewrite"]
