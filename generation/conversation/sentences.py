"""Sentences that answer a question, from evidence alone; whoever writes them has them verified.

Examples
--------
>>> from thoracite.types import Entity
>>> pneumonia = Entity(id="thx:pneumonia", label="pneumonia", kind="disease")
>>> finding = Finding(entity=pneumonia, probability=0.01, prior=0.012, certainty="uncertain")
>>> evidence = [Evidence(key="E1", kind="finding", score=0.01, about=pneumonia, finding=finding)]
>>> list(tell_stance(CitedFindings([finding], evidence), finding, "against"))
['This image does not decide on pneumonia (0.83 times its usual odds) [E1].']
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.general import state_triple
from thoracite.generation.groups import deny, deny_without_prior, leave_undecided, observe
from thoracite.generation.phrases import begin
from thoracite.generation.signs.sentences import carry, find_tying, state_own_reading, tell_sign
from thoracite.types import Entity, Evidence, Finding
from thoracite.types.verdict import ASSERTED

MOST = 4
"""Most signs that an answer tells."""

_LEAST, _LEAST_UNTIED = 0.02, 0.1
"""Least log-odds of a sign that is told: of one that a fact ties to the finding, and of one that none does."""


def tell_verdict(cited: CitedFindings, finding: Finding) -> str:
    """Write the verdict on one finding, and what carries it where it is likely, suspected or possible."""
    if finding.verdict in ASSERTED:
        carried = carry(cited.list_signs(finding)) or state_own_reading(finding)
        return begin(f"{observe(cited, finding).removesuffix('.')}{carried}.")
    alone = CitedFindings([finding], [one for one in cited.evidence if one.about.id == finding.entity.id])
    said = deny(alone) if finding.prior is not None else deny_without_prior(alone)
    return begin(next(leave_undecided(alone) if finding.verdict == "undecided" else said, ""))


def tell_stance(cited: CitedFindings, finding: Finding, stance: Literal["for", "against"]) -> Iterator[str]:
    """Write the verdict, then the signs that speak for or against the finding, those that a fact ties first.

    Parameters
    ----------
    cited : CitedFindings
        With the evidence about the finding.
    finding : Finding
        One of its findings.
    stance : str
        Which signs are told.
    """
    yield tell_verdict(cited, finding)
    triples = cited.list_triples(finding)
    tied = [(one, find_tying(one, triples)) for one in cited.list_signs(finding) if one.stance == stance]
    told = [(piece, fact) for piece, fact in tied if _is_worth(piece, fact)]
    for piece, fact in sorted(told, key=lambda pair: (pair[1] is None, -_weigh(pair[0])))[:MOST]:
        yield begin(tell_sign(piece, fact))


def _weigh(piece: Evidence) -> float:
    return 0.0 if piece.sign is None else abs(piece.sign.log_odds)


def _is_worth(piece: Evidence, fact: Evidence | None) -> bool:
    """Tell whether a sign is worth a sentence: that something is absent is no reason for a finding by itself."""
    if fact is None and piece.stance == "for" and (piece.sign is None or piece.sign.answer == "no"):
        return False
    return _weigh(piece) >= (_LEAST if fact is not None else _LEAST_UNTIED)


def tell_facts(pieces: Iterable[Evidence]) -> Iterator[str]:
    """Write each fact as a general statement with its citation; one whose relation has no wording is left out."""
    for piece in pieces:
        said = None if piece.triple is None else state_triple(piece.triple)
        if said is not None:
            yield f"{begin(said)} [{piece.key}]."


def tell_sign_of(signs: Sequence[Evidence], about: Entity, facts: Sequence[Evidence]) -> Iterator[str]:
    """Write what an image shows of a sign or of what a fact ties to a diagnosis: sign first, then what follows.

    Parameters
    ----------
    signs : sequence of Evidence
        Of kind ``sign``; the first one that a fact ties to the diagnosis tells each fact.
    about : Entity
        The diagnosis.
    facts : sequence of Evidence
        Of kind ``triple``.
    """
    for fact in facts:
        worded = [piece.model_copy(update={"about": about}) for piece in signs]
        tied = next((one for one in worded if find_tying(one, [fact]) is not None), None)
        yield from [begin(tell_sign(tied, fact))] if tied is not None else tell_facts([fact])


__all__ = ["MOST", "tell_facts", "tell_sign_of", "tell_stance", "tell_verdict"]
