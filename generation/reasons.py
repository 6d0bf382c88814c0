"""Sentences that explain one finding: its verdict with what carries it, its signs, and reasons from the graph.

A reason joins what the image shows with the fact that ties it to the finding. Of all else that the graph knows one
sentence is said, of what leads or stands out, where nothing else speaks for it: the sign that textbooks list first, if
this image has no value of it. What the image does not decide on is nobody's reason.

Examples
--------
>>> heart = Entity(id="thx:cardiomegaly", label="cardiomegaly", kind="finding")
>>> finding = Finding(entity=heart, probability=0.64, prior=0.03, certainty="definitely present")
>>> evidence = [Evidence(key="E1", kind="finding", score=0.64, about=heart, finding=finding)]
>>> list(explain_finding(CitedFindings([finding], evidence), finding))
['cardiomegaly is likely (probability 0.64, usually 0.03; 57 times its usual odds) [E1].']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from thoracite.generation.cited_findings import CitedFindings
from thoracite.generation.general import state_triple
from thoracite.generation.groups import observe
from thoracite.generation.phrases import name_indefinite, state_numbers, verb
from thoracite.generation.signs.background import find_named, tell_background
from thoracite.generation.signs.sentences import carry, find_tying, state_own_reading, tell_sign
from thoracite.generation.signs.words import find_words
from thoracite.kg.facts import read_first_signs
from thoracite.kg.vocabulary import CAUSED_BY, CO_OCCURS, HAS_SIGN, MIMICS, SUGGESTS
from thoracite.types import Entity, Evidence, Finding, Triple
from thoracite.types.verdict import ASSERTED, OUTSTANDING

_REASONS = 2
"""Most sentences about one finding that speak for it."""

_LEAST, _LEAST_ABSENT = 0.1, 0.05
"""Least log-odds of a sign that is told, and of one that was looked for and is absent."""


def explain_finding(cited: CitedFindings, finding: Finding, *, leading: bool = True) -> Iterator[str]:
    """Write the verdict and what carries it, the signs and reasons, or one sentence of background.

    Parameters
    ----------
    cited : CitedFindings
        All findings of the image, with their evidence.
    finding : Finding
        One of those that are likely, suspected or possible.
    leading : bool
        Whether it is the first one; of others one sign is told, or one reason.
    """
    triples, signs = cited.list_triples(finding), cited.list_signs(finding)
    yield f"{observe(cited, finding).removesuffix('.')}{carry(signs) or state_own_reading(finding)}."
    told = choose_signs([(piece, find_tying(piece, triples)) for piece in signs], leading=leading)
    yield from (tell_sign(piece, tie, brief=cited.tell_once(piece)) for piece, tie in told)
    stated = ((piece, piece.triple) for piece in triples if piece.triple is not None)
    joined = list(filter(None, (_join(cited, finding, *pair) for pair in stated)))
    yield from joined[: max(0, 1 - len(told)) if signs else _REASONS]
    if (leading or finding.verdict in OUTSTANDING) and not any(piece.stance == "for" for piece, _ in told):
        yield from _tell_unjudged(cited, finding, triples)


def tell_foremost_reason(cited: CitedFindings) -> Iterator[str]:
    """Write the strongest sign that a fact ties to the foremost finding that has one, else one against the foremost."""
    tied = [_choose_tied(cited, finding) for finding in cited.asserted]
    speaking = [signs for signs in tied if signs and signs[0][0].stance == "for"]
    for signs in (*speaking, *tied[:1])[:1]:
        yield from (tell_sign(piece, tie, brief=cited.tell_once(piece)) for piece, tie in signs[:1])


def _choose_tied(cited: CitedFindings, finding: Finding) -> list[Tied]:
    triples = cited.list_triples(finding)
    tied = [(piece, tie) for piece in cited.list_signs(finding) if (tie := find_tying(piece, triples)) is not None]
    return choose_signs(tied, leading=True)


def tell_absent(cited: CitedFindings, most: int = 2) -> Iterator[str]:
    """Write the most telling signs that were looked for and are absent, of unlikely findings, then of undecided ones.

    Parameters
    ----------
    cited : CitedFindings
        All findings of the image, with their evidence.
    most : int
        Most sentences, each about another measure; what was told before is not told again.
    """
    told: set[str] = set()
    for findings in (cited.denied, cited.undecided):
        pairs = [pair for finding in findings for pair in _tie_absent(cited, finding) if _rate(*pair) >= _LEAST_ABSENT]
        for piece, tie in sorted(pairs, key=lambda pair: -_rate(*pair)):
            measure = "" if piece.sign is None else find_words(piece.sign, sided=False).value
            if len(told) < most and measure not in told and not cited.tell_once(piece):
                told.add(measure)
                yield tell_sign(piece, tie)


def _tie_absent(cited: CitedFindings, finding: Finding) -> Iterator[Tied]:
    triples = cited.list_triples(finding)
    for piece in cited.list_signs(finding):
        tie = find_tying(piece, triples)
        if tie is not None and piece.stance == "against":
            yield piece, tie


Tied = tuple[Evidence, Evidence | None]
"""A sign, and the fact that ties it."""


def choose_signs(signs: Sequence[Tied], *, leading: bool) -> list[Tied]:
    """Choose the strongest signs for the finding, then the strongest against it; each value once."""
    ranked = sorted((one for one in signs if _rate(*one) >= _LEAST), key=lambda one: -_rate(*one))
    chosen: list[Tied] = []
    for stance, most in (("for", _REASONS if leading else 1), ("against", 1)):
        for piece, tie in (one for one in ranked if one[0].stance == stance):
            told = [other for other, _ in chosen if other.stance == stance]
            if len(told) < most and (leading or not chosen) and _find_value(piece) not in map(_find_value, told):
                chosen.append((piece, tie))
    return chosen


def _find_value(piece: Evidence) -> float:
    return 0.0 if piece.sign is None else abs(piece.sign.value or 0.0)


def _rate(piece: Evidence, tie: Evidence | None) -> float:
    """Rate a sign by what it adds; where no fact ties it, a fifth of it, and nothing where it is absent."""
    if piece.sign is None or (tie is None and piece.sign.answer == "no"):
        return 0.0
    return abs(piece.sign.log_odds) / (1 if tie is not None else 5)


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
        here = f"{finding.entity.label} that {verb(finding.entity)} {finding.verdict} here ({state_numbers(finding)})"
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
    said = f"{verb(read.entity)} {read.verdict} ({state_numbers(read)}) {cited.cite([read])}"
    return f"{read.entity.label}, which {said},"


def _diagnose(cited: CitedFindings, finding: Finding, read: Finding, piece: Evidence) -> str:
    """Write that a finding of the image suggests another one."""
    reason = f"{_read_out(cited, finding)} {verb(finding.entity)} suggestive of {read.entity.label} [{piece.key}]"
    said = f"{verb(read.entity)} {read.verdict} ({state_numbers(read)}) {cited.cite([read])}"
    return f"{name_indefinite(read.entity)} {said}, because {reason}."


def _tell_unjudged(cited: CitedFindings, finding: Finding, triples: Sequence[Evidence]) -> Iterator[str]:
    """Write the sign that textbooks list first for the finding, if this image has no value of it."""
    first = read_first_signs()
    for piece in triples:
        named = None if piece.triple is None else find_named(piece.triple)
        if named is None or named[0].id != finding.entity.id:
            continue  # what would settle a kind of it names a diagnosis that nothing here speaks for
        sign = named[1]
        if (finding.entity.id, sign.id) in first and sign.id not in cited.found:
            if told := tell_background(finding, cited.cite([finding]), sign, piece.key):
                yield told
            return


def _leads_on(triple: Triple, finding: Entity) -> bool:
    """Tell whether a triple leads from the finding to something that it may point to."""
    ends = {SUGGESTS: triple.subject.id, HAS_SIGN: triple.object.id}
    return ends.get(triple.relation.id) == finding.id


__all__ = ["choose_signs", "explain_finding", "tell_absent", "tell_foremost_reason"]
