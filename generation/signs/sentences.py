"""Sentences about the signs of one finding: what carries the verdict, each sign with the fact that ties it.

Examples
--------
>>> from thoracite.types import Certainty, Entity, Finding, Sign
>>> angle = Entity(id="thx:blunting_of_costophrenic_angle", label="blunting of costophrenic angle", kind="sign")
>>> asked = Sign(id=angle.id, question="Is the right angle blunted?", entity=angle, kind="measured")
>>> score = SignScore(sign=asked, side="right", value=0.0412, unit="chest widths", answer="yes", log_odds=1.2,
...                   reference="> 0.0612 (fitted, PA): nine in ten normal films are above")
>>> effusion = Finding(entity=Entity(id="thx:pleural_effusion", label="pleural effusion"), probability=0.8,
...                    certainty=Certainty.PRESENT, signs=(score,))
>>> piece = Evidence(key="E2", kind="sign", score=1.0, about=effusion.entity, finding=effusion, sign=score)
>>> carry([piece])
', carried by a blunt right costophrenic angle [E2]'
>>> tell_sign(piece, None)
'the right costophrenic angle is blunt (depth below the dome 0.04 chest widths; nine in ten normal PA films have more \
than 0.06) [E2].'
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from thoracite.generation.phrases import join_words, name_indefinite, verb
from thoracite.generation.signs.facts import name_term
from thoracite.generation.signs.words import name_sign, state_sign, state_value
from thoracite.kg.ties import Tie, find_tie, is_too_much, list_terms
from thoracite.kg.vocabulary import SUGGESTS
from thoracite.types import Evidence, Finding, SignScore, Triple, parse_reference

_CARRYING = 0.1
"""Least log-odds of a sign that is said to carry a verdict."""

OWN_READING = "by the network's own reading more than by any named sign"
"""Said of a verdict to which named signs add less than the network's own reading."""

UNMEASURED = "signs could not be measured"
"""Said of signs without a value."""

_SILENT, _REASONS = 10, 2
"""Fewest signs without a value that are told, and most reasons."""

_CARRIERS = 2
"""Most signs that are said to carry a verdict."""


def carry(pieces: Sequence[Evidence]) -> str:
    """Name the strongest signs that carry a verdict, *partly* where they add less than half; empty where none does.

    Where the network's own reading adds more than all signs together, that is said too.

    Parameters
    ----------
    pieces : sequence of Evidence
        The signs of one finding, the strongest first.
    """
    added = [(piece, piece.sign) for piece in pieces if piece.sign is not None and piece.sign.log_odds >= _CARRYING]
    named = [(piece, score) for piece, score in added if score.answer == "yes"][:_CARRIERS]
    if not named:
        return ""
    finding = named[0][0].finding
    partly = "" if finding is None or carries(finding, [piece for piece, _ in named]) else "partly "
    own = f", but {OWN_READING}" if finding is not None and partly and reads_alone(finding) else ""
    return f", {partly}carried by {join_words([f'{name_sign(score)} [{piece.key}]' for piece, score in named])}{own}"


def carries(finding: Finding, pieces: Sequence[Evidence]) -> bool:
    """Tell whether signs add at least half of what lifts a finding above the average image.

    Parameters
    ----------
    finding : Finding
        With all its signs.
    pieces : sequence of Evidence
        Some of them.
    """
    whole = finding.rest_log_odds + sum(score.log_odds for score in finding.signs)
    return 2 * sum(piece.sign.log_odds for piece in pieces if piece.sign is not None) >= whole


def state_own_reading(finding: Finding) -> str:
    """Say that the network's own reading carries a verdict, where its signs add less; else nothing.

    Parameters
    ----------
    finding : Finding
        A finding with its signs, or without any.
    """
    return f", {OWN_READING}" if finding.signs and reads_alone(finding) else ""


def find_tying(piece: Evidence, triples: Sequence[Evidence]) -> Evidence | None:
    """Find the first fact that ties a sign to its finding in the stance that it has in this image."""
    for triple in triples:
        tie = _tie(piece, triple)
        if tie is None or tie.stance != piece.stance:
            continue
        if piece.finding is None or not is_too_much(tie, piece.finding):
            return triple
    return None


def _tie(piece: Evidence, triple: Evidence) -> Tie | None:
    if piece.sign is None or triple.triple is None:
        return None
    return find_tie(piece.sign, piece.about.id, triple.triple)


def tell_sign(piece: Evidence, triple: Evidence | None, *, brief: bool = False) -> str:
    """Write a sign, and what the fact that ties it makes of it.

    Parameters
    ----------
    piece : Evidence
        Of kind ``sign``.
    triple : Evidence or None
        The fact; without it the sentence is an observation.
    brief : bool
        Whether its value stands in an earlier sentence.
    """
    if piece.sign is None:
        return ""
    value = "" if brief else state_value(piece.sign)
    seen = f"{state_sign(piece.sign)}{f' ({value})' if value else ''} [{piece.key}]"
    tie = None if triple is None else _tie(piece, triple)
    if triple is None or triple.triple is None or tie is None:
        return f"{seen}."
    return f"{seen}{_draw(piece, piece.sign, tie, triple.triple)} [{triple.key}]."


def _draw(piece: Evidence, score: SignScore, tie: Tie, fact: Triple) -> str:
    """Write what follows from a sign, with the terms of the fact."""
    what = f"{tie.finding.label}{_relate(piece, tie)}{_state_terms(score, fact)}"
    if not tie.shown:
        noun = name_sign(score, sided=False)
        return f"; {noun} would be a sign of {what}"
    if tie.stance == "against":
        return f", which argues against {what}"
    if re.search(r"\d", tie.sign.label):
        sign = "suggests" if fact.relation.id == SUGGESTS else f"{verb(tie.sign)} a sign of"
        return f"; {name_indefinite(tie.sign)} {sign} {what}"
    return f", which suggests {what}" if fact.relation.id == SUGGESTS else f", a sign of {what}"


def _relate(piece: Evidence, tie: Tie) -> str:
    """Say how a kind of the finding, or what it is a kind of, belongs to it, unless its name says so."""
    own, end = piece.about.label, tie.finding.label
    if tie.nearness == 2 or own in end or end in own:
        return ""
    return f", a kind of {own}" if tie.nearness == 1 else f", of which {own} is a kind"


def _state_terms(score: SignScore, fact: Triple) -> str:
    view = reference.view if (reference := parse_reference(score.reference)) is not None else ""
    terms = next(iter(list_terms(fact, view)), frozenset())
    return "".join(f" {name_term(term)}" for term in sorted(terms))


def reads_alone(finding: Finding) -> bool:
    """Tell whether the network's own reading adds more to a finding than all its signs together."""
    return finding.rest_log_odds > max(sum(score.log_odds for score in finding.signs), 0.0)


def tell_unmeasured(pieces: Sequence[Evidence]) -> str:
    """Write how many signs could not be measured, and why; empty where they are few.

    Parameters
    ----------
    pieces : sequence of Evidence
        Signs without a value, one for each reason.
    """
    silent = [piece for piece in pieces if piece.sign is not None and piece.finding is not None]
    number = count_unmeasured(silent[0]) if silent else 0
    if number < _SILENT:
        return ""
    reasons = [f"{name_reason(piece)} [{piece.key}]" for piece in silent]
    return f"{number} {UNMEASURED}: {join_words(reasons[:_REASONS])}."


def name_reason(piece: Evidence) -> str:
    """Name why a sign could not be measured, several reasons as a list; empty where it could."""
    reason = None if piece.sign is None else piece.sign.invalid_because
    return join_words((reason or "").split(", "))


def is_mostly_unmeasured(pieces: Sequence[Evidence]) -> bool:
    """Tell whether more signs of an image are without a value than have one.

    Parameters
    ----------
    pieces : sequence of Evidence
        As for :func:`tell_unmeasured`.
    """
    of = next((piece.finding for piece in pieces if piece.finding is not None), None)
    return of is not None and 2 * sum(not score.valid for score in of.signs) > len(of.signs)


def count_unmeasured(piece: Evidence) -> int:
    """Count the signs of an image that could not be measured."""
    return 0 if piece.finding is None else sum(not score.valid for score in piece.finding.signs)


__all__ = [
    "OWN_READING",
    "UNMEASURED",
    "carries",
    "carry",
    "count_unmeasured",
    "find_tying",
    "is_mostly_unmeasured",
    "name_reason",
    "reads_alone",
    "state_own_reading",
    "tell_sign",
    "tell_unmeasured",
]
