"""The verifier: a sentence is supported only if the evidence it cites says the same.

It parses each sentence itself (:mod:`thoracite.generation.statement`) and trusts nothing that a generator says of it.
Finding, side, place, verdict, severity and every number must agree with the cited evidence; a relation must be the
cited triple's, in its direction; a triple alone never supports a presence; a sentence without citations, or with
evidence about something else, is unsupported. "Nothing stands out" is held against all evidence. Words that claim
something but match no rule count as a claim without evidence, so that free wording fails on the safe side.
Sentences that cite signs are read by :mod:`thoracite.generation.signs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from thoracite.generation.changes.check import check_change, check_uncompared
from thoracite.generation.citations import find_kind, is_background
from thoracite.generation.clauses import find_mentions
from thoracite.generation.faults import Fault, Judgement
from thoracite.generation.indication import check_indication
from thoracite.generation.odds import Usual, holds
from thoracite.generation.others import name_counted
from thoracite.generation.places import check_places
from thoracite.generation.relations import find_accepted
from thoracite.generation.signs.background import check_background
from thoracite.generation.signs.claim import check_sign_claim
from thoracite.generation.signs.silence import (
    check_own_reading,
    check_unmeasured,
    is_unmeasured,
    take_own_reading,
)
from thoracite.generation.statement import Presence, Quoted, QuotedOdds, Stated, Statement, parse_statement
from thoracite.generation.wording import Grade, normalise
from thoracite.kg.extract.extractor import Extractor
from thoracite.kg.linking.mentions import Link
from thoracite.kg.vocabulary import CAUSED_BY, SUGGESTS
from thoracite.types import CITATION, Certainty, Claim, ClaimKind, Entity, Evidence, Finding, Triple, Verdict
from thoracite.types.verdict import OUTSTANDING

_ALLOWED: dict[Verdict, frozenset[Grade]] = {
    "likely": frozenset({"likely"}),
    "suspected": frozenset({"suspected"}),
    "possible": frozenset({"possible"}),
    "undecided": frozenset({"undecided"}),
    "unlikely": frozenset({"absent"}),
}
"""Degrees that a sentence may state for each verdict where a prior is known: the verdict's own word."""

_ALLOWED_WITHOUT_PRIOR: dict[Verdict, frozenset[Grade]] = {
    "likely": frozenset({"present", "likely"}),
    "possible": frozenset({"suspected", "possible"}),
    "unlikely": frozenset({"absent"}),
}
"""The same by operating points alone; "definitely" is more than any image model knows."""

_UNJUDGED = re.compile(
    r"\b(?:cannot|can't|can not|not) be (?:judged|told|seen|assessed|measured)\b|\bnot (?:been )?looked for\b",
    re.IGNORECASE,
)

_ASSERTING = frozenset({"certain", "present", "likely", "suspected"})


def verify(
    claims: Iterable[Claim],
    evidence: Sequence[Evidence],
    *,
    linker: Link,
    extractor: Extractor,
    facts_alone: bool = False,
) -> list[Claim]:
    """Judge claims against the evidence they cite.

    Parameters
    ----------
    claims : iterable of Claim
        By any generator, in any wording.
    evidence : sequence of Evidence
        All citable evidence.
    linker : callable
        Phrase → concept or None, such as ``Linker.link``.
    extractor : Extractor
        Finds negation and hedging in a sentence.
    facts_alone : bool
        Whether a sentence may cite facts and nothing of the image: an answer to who asks what the graph knows may, an
        explanation may not.

    Returns
    -------
    list of Claim
        The same sentences in the same order, each with a verdict, and the reason where it is not ``supported``.
    """
    names = {normalise(entity.label): entity for entity in _entities(evidence)}
    known = {piece.key: piece for piece in evidence}
    judged = []
    for claim in claims:
        fault = next(_find_any(claim, known, names, linker, extractor), None)
        cites = {known[key].kind for key in claim.citations if key in known}
        if fault is None and not facts_alone and cites == {"triple"}:
            fault = Fault("unsupported", "it cites facts alone, and nothing of this image")
        verdict, why = ("supported", "") if fault is None else fault
        judged.append(claim.model_copy(update={"verdict": verdict, "why": why}))
    return judged


def _find_any(
    claim: Claim, known: dict[str, Evidence], names: dict[str, Entity], link: Link, extractor: Extractor
) -> Iterator[Fault]:
    """Find every fault of a claim, contradictions first; parts about findings are judged as sentences of their own."""
    cited = [known[key] for key in claim.citations if key in known]
    if any(piece.kind == "indication" for piece in cited):
        yield from check_indication(claim.sentence, cited)
        return
    if any(piece.kind == "difference" for piece in cited):
        yield from (*check_change(claim.sentence, cited), *_check_own_kind(claim, "observation"))
        return
    counted = name_counted(
        claim.sentence, cited, lambda text: {said.entity.id for said in find_mentions(text, link=link, names=names)}
    )
    yield from counted.faults
    claim = claim.model_copy(update={"sentence": counted.sentence})
    yield from check_uncompared(claim.sentence, cited, known.values())
    taken = take_own_reading(claim.sentence)
    if taken.said:
        yield from check_own_reading(cited)
        claim = claim.model_copy(update={"sentence": taken.sentence})
    if is_background(claim.sentence):
        yield from (*check_background(claim.sentence, known), *_check_own_kind(claim, "background"))
        return
    if is_unmeasured(claim.sentence):
        yield from (*check_unmeasured(claim.sentence, cited), *_check_own_kind(claim, "summary"))
        return
    if len(cited) < len(claim.citations) or not any(piece.kind == "sign" for piece in cited):
        statement = parse_statement(claim.sentence, link=link, names=names, extractor=extractor)
        yield from _find_faults(claim, statement, known)
        return
    checked = check_sign_claim(claim.sentence, known, names, link)
    faults = list(checked.faults)
    for sentence in checked.sentences:
        keys = tuple(CITATION.findall(sentence))
        part = Claim(sentence=sentence, kind="diagnosis", citations=keys)
        faults += _find_faults(part, parse_statement(sentence, link=link, names=names, extractor=extractor), known)
    if claim.kind != (kind := find_kind(cited)):
        faults.append(Fault("unsupported", f"by what it cites it is a claim of kind {kind}, not {claim.kind}"))
    yield from sorted(faults, key=lambda fault: fault.verdict != "contradicted")


def _check_own_kind(claim: Claim, kind: ClaimKind) -> Iterator[Fault]:
    if claim.kind != kind:
        yield Fault("unsupported", f"it is of kind {kind}, not {claim.kind}")


def _entities(evidence: Iterable[Evidence]) -> Iterator[Entity]:
    for piece in evidence:
        yield piece.about
        if piece.sign is not None:
            yield from filter(None, (piece.sign.sign.entity, piece.sign.opposite))
        if piece.triple is not None:
            yield piece.triple.subject
            yield piece.triple.object


def _find_faults(claim: Claim, statement: Statement, known: dict[str, Evidence]) -> Iterator[Fault]:
    """Find every fault of a claim, contradictions and all, in the order of the checks."""
    if not claim.citations:
        yield Fault("unsupported", "it cites nothing")
        return
    if missing := [key for key in claim.citations if key not in known]:
        yield Fault("unsupported", f"it cites {missing[0]}, which does not exist")
        return
    cited = [known[key] for key in dict.fromkeys(claim.citations)]
    if not statement.presences and not statement.relations:
        yield Fault("unsupported", "it says nothing of a finding or of a relation that can be checked")
    faults = [
        *(fault for presence in statement.presences for fault in _check_presence(presence, cited)),
        *(fault for stated in statement.relations for fault in _check_relation(stated, cited)),
        *(fault for pair in statement.because for fault in _check_because(*pair, cited)),
        *(fault for quoted in statement.numbers for fault in _check_number(quoted, cited)),
        *(fault for quoted in statement.odds for fault in _check_odds(quoted, cited)),
        *(_check_nothing(known.values()) if statement.nothing else ()),
        *_check_kind(claim, statement, cited),
        *_check_unjudged(claim, cited, known.values()),
    ]
    yield from sorted(faults, key=lambda fault: fault.verdict != "contradicted")
    for word in (*statement.modifiers, *statement.unread):
        yield Fault("unsupported", f"no cited evidence says {word!r}")
    yield from _check_places_of_citations(statement, known)


def _check_presence(presence: Presence, cited: Sequence[Evidence]) -> Iterator[Fault]:
    label = presence.entity.label
    own = [piece for piece in cited if _is_image_of(piece, presence.entity)]
    if not own:
        graph = any(piece.triple is not None and _has_end(piece.triple, presence.entity) for piece in cited)
        why = "a triple alone never says that something is there" if graph else "it cites no image evidence of it"
        yield Fault("unsupported", f"{label}: {why}")
        return
    if (finding := _find_finding(own, presence.entity)) is None:
        return
    verdict, has_prior = finding.verdict, finding.prior is not None
    if presence.grade not in (_ALLOWED if has_prior else _ALLOWED_WITHOUT_PRIOR)[verdict]:
        denied = presence.grade == "absent" and verdict in OUTSTANDING
        asserted = presence.grade in _ASSERTING - (set() if has_prior else {"suspected"}) and verdict == "unlikely"
        yield Fault(
            "contradicted" if denied or asserted else "unsupported",
            f"{label}: the sentence says {presence.grade}, the image evidence "
            f"{'absent' if verdict == 'unlikely' else verdict}",
        )
    yield from check_places(presence, own)


def _is_image_of(piece: Evidence, entity: Entity) -> bool:
    if piece.kind in {"triple", "sign"}:
        return False
    return piece.finding is not None and piece.finding.entity.id == entity.id


def _has_end(triple: Triple, entity: Entity) -> bool:
    return entity.id in (triple.subject.id, triple.object.id)


def _find_finding(pieces: Iterable[Evidence], entity: Entity) -> Finding | None:
    return next((p.finding for p in pieces if p.finding is not None and p.finding.entity.id == entity.id), None)


def _check_relation(stated: Stated, cited: Sequence[Evidence]) -> Iterator[Fault]:
    triples = [piece.triple for piece in cited if piece.triple is not None]
    related = stated.relation
    for subject in stated.subjects:
        for object_ in stated.objects:
            said = f"{subject.label} {related.relation.split(':')[1].replace('_', ' ')} {object_.label}"
            if not any(_carries(triple, related.relation, subject.id, object_.id) for triple in triples):
                turned = any(_carries(triple, related.relation, object_.id, subject.id) for triple in triples)
                why = "the cited triple says it the other way round" if turned else "no cited triple says so"
                yield Fault("contradicted" if turned else "unsupported", f"{said}: {why}")
            elif related.negated:
                yield Fault("contradicted", f"{said}: the cited triple says so, the sentence denies it")
            elif related.strong:
                yield Fault("unsupported", f"{said}: the sentence is surer than the cited triple")
            elif stated.patient and related.relation == CAUSED_BY and not related.hedged:
                yield Fault("unsupported", f"{said}: the triple says what may cause it, not what does in this image")


def _carries(triple: Triple, relation: str, subject: str, object_: str) -> bool:
    if Certainty.ABSENT in (triple.subject_certainty, triple.object_certainty):
        return False
    ends = (triple.subject.id, triple.object.id)
    return any(
        triple.relation.id == accepted and ends == ((object_, subject) if turned else (subject, object_))
        for accepted, turned in find_accepted(relation)
    )


def _check_because(reasons: Sequence[Entity], of: Sequence[Entity], cited: Sequence[Evidence]) -> Iterator[Fault]:
    """Check that a triple leads from the reason to the explained finding."""
    triples = [piece.triple for piece in cited if piece.triple is not None]
    linked = any(
        _carries(triple, SUGGESTS, reason.id, entity.id) or _carries(triple, CAUSED_BY, entity.id, reason.id)
        for triple in triples
        for reason in reasons
        for entity in of
    )
    if not linked:
        yield Fault("unsupported", f"no cited triple leads from {reasons[0].label} to {of[0].label}")


def _check_number(quoted: Quoted, cited: Sequence[Evidence]) -> Iterator[Fault]:
    """Check that a number is the probability of its finding, or a count of a cited triple."""
    number, entity, group = quoted
    images = [piece for piece in cited if piece.kind != "triple"]
    if number.bound:
        named = [piece for piece in images if not group or any(_is_image_of(piece, one) for one in group)]
        wanted = [max((piece.score for piece in named), default=-1.0)]
    else:
        wanted = [piece.score for piece in images if entity is None or _is_image_of(piece, entity)]
        wanted += [count for piece in cited if piece.triple is not None for count in _counts(piece.triple)]
    if not any(_equals(number.text, value) for value in wanted):
        beside = f" beside {entity.label}" if entity is not None else ""
        verdict: Judgement = "contradicted" if wanted and wanted != [-1.0] else "unsupported"
        yield Fault(verdict, f"the number {number.text}{beside} is not in the cited evidence")


def _check_odds(quoted: QuotedOdds, cited: Sequence[Evidence]) -> Iterator[Fault]:
    """Check that a likelihood ratio or a prior is that of its findings, rounded as it is printed."""
    odds, group = quoted
    labels = ", ".join(entity.label for entity in group)
    findings = [_find_finding(cited, entity) for entity in group]
    if isinstance(odds, Usual):
        priors = [finding.prior for finding in findings if finding is not None and finding.prior is not None]
        if len(group) != 1 or not priors:
            yield Fault("unsupported", f"no cited evidence says how usual {labels or 'anything that is named'} is")
        elif not _equals(odds.text, priors[0]):
            yield Fault("contradicted", f"{labels} is not usually {odds.text} in the cited evidence")
        return
    ratios = [finding.likelihood_ratio for finding in findings if finding is not None]
    known = [ratio for ratio in ratios if ratio is not None]
    if not group or len(known) < len(group):
        yield Fault("unsupported", f"no cited evidence has usual odds of {labels or 'anything that is named'}")
    elif not holds(odds, known):
        said = f"{odds.bound} {odds.low}{f' to {odds.high}' if odds.high else ''}".strip()
        yield Fault("contradicted", f"{said} times the usual odds of {labels} is not in the cited evidence")


def _check_nothing(evidence: Iterable[Evidence]) -> Iterator[Fault]:
    """Check that no finding of the image is likely or suspected, cited or not."""
    for piece in evidence:
        if piece.finding is not None and piece.finding.verdict in OUTSTANDING:
            found = piece.finding
            yield Fault("contradicted", f"the image evidence says that {found.entity.label} is {found.verdict}")
            return


def _check_unjudged(claim: Claim, cited: Sequence[Evidence], evidence: Iterable[Evidence]) -> Iterator[Fault]:
    """Check that a sign of which a sentence says that it cannot be judged here has no answer in this image."""
    if not _UNJUDGED.search(claim.sentence):
        return
    scores = [piece.sign for piece in evidence if piece.sign is not None and piece.sign.answer]
    judged = {end.id for score in scores for end in (score.sign.entity, score.opposite) if end is not None}
    ends = {end.id: end for one in cited if one.triple is not None for end in (one.triple.subject, one.triple.object)}
    if not ends:
        yield Fault("unsupported", "no cited evidence says what cannot be judged")
    if not any(piece.finding is not None for piece in cited):
        yield Fault("unsupported", "it cites nothing of this image beside what cannot be judged")
    for end in ends.values():
        if end.id in judged:
            yield Fault("contradicted", f"{end.label} is answered in this image")


def _counts(triple: Triple) -> tuple[float, ...]:
    counts = triple.counts
    return (triple.support, counts.present, counts.uncertain, counts.absent, counts.total)


def _equals(text: str, value: float) -> bool:
    """Tell whether a number in a text is the value, rounded to the same digits."""
    if text.endswith("%"):
        text, value = text[:-1], 100 * value
    decimals = len(text.partition(".")[2])
    return abs(float(text) - value) <= 0.5 * 10.0 ** (-decimals) + 1e-9


_CITES = {
    "summary": {False},
    "observation": {False},
    "diagnosis": {False},
    "reason": {True, False},
    "expected": {True, False},
    "background": {True},
}
"""For each kind of claim, whether it must cite a triple (True) and image evidence (False)."""


def _check_kind(claim: Claim, statement: Statement, cited: Sequence[Evidence]) -> Iterator[Fault]:
    kinds = {piece.kind == "triple" for piece in cited}
    wanted = _CITES[claim.kind]
    if not wanted <= kinds:
        lacks = "a triple" if True in wanted - kinds else "image evidence"
        yield Fault("unsupported", f"as {claim.kind} it must cite {lacks}")
    named = {identifier for identifier, _ in statement.named}
    said = {presence.entity.id for presence in statement.presences}
    for piece in cited:
        if not _ends(piece) <= (named if piece.triple is not None else said):
            yield Fault("unsupported", f"{piece.key} is about something that the sentence does not say")


def _ends(piece: Evidence) -> set[str]:
    """Return the concepts that a sentence must name to cite a piece of evidence."""
    if piece.triple is not None:
        return {piece.triple.subject.id, piece.triple.object.id}
    return {piece.about.id}


def _check_places_of_citations(statement: Statement, known: dict[str, Evidence]) -> Iterator[Fault]:
    """Check that a citation stands behind the names of its concepts, unless it opens the sentence."""
    for key, at in statement.cited:
        before = {identifier for identifier, end in statement.named if end <= at}
        if before and not _ends(known[key]) <= before:
            yield Fault("unsupported", f"{key} stands before what it is about")


__all__ = ["verify"]
