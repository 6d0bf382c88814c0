"""Differential diagnosis: which diagnoses explain what is there and what is not, and what would settle the first two.

Each sign changes the log-odds of each diagnosis by how much oftener that diagnosis shows it than the average one does
(:mod:`thoracite.retrieval.diagnosis.likelihood`); an absent sign by how much seldomer. The numbers add up, and each
comes with the fact that it is read from.

Examples
--------
>>> from thoracite.kg.facts import read_facts
>>> table = SignTable(read_facts())
>>> entities = table.signs | table.diagnoses
>>> found = rank_diagnoses(table, [entities["thx:visceral_pleural_line"]], [entities["thx:meniscus_sign"]], view="PA")
>>> found.diagnoses[0].entity.label, found.separating is not None
('pneumothorax', True)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from thoracite.kg.ties import find_family, find_wider
from thoracite.retrieval.diagnosis.likelihood import SignTable, Tied
from thoracite.retrieval.scene import Seen, find_kinds, rate_limits
from thoracite.types import Entity, Noun, Triple, View

MOST = 10
"""Most diagnoses that are told."""


class Argument(Noun):
    """A sign that fits a diagnosis or does not.

    Parameters
    ----------
    sign : Entity
        The sign, or a finding.
    answer : str
        ``yes`` where it is there, ``no`` where it was looked for and is absent.
    log_odds : float
        What it adds to the log-odds of the diagnosis.
    path : tuple of Triple
        The fact that ties it to the diagnosis, or to a kind of it; empty where no fact does.
    """

    sign: Entity
    answer: Literal["yes", "no"]
    log_odds: float
    path: tuple[Triple, ...] = ()


class Diagnosis(Noun):
    """A diagnosis with what speaks for and against it.

    Parameters
    ----------
    entity : Entity
        The diagnosis.
    score : float
        Sum of the arguments' log-odds; it orders diagnoses and is no probability.
    fits : tuple of Argument
        What speaks for it, the strongest first.
    misfits : tuple of Argument
        What speaks against it, or is not explained by it, the strongest first.
    """

    entity: Entity
    score: float
    fits: tuple[Argument, ...] = ()
    misfits: tuple[Argument, ...] = ()


class Separation(Noun):
    """The sign that would best tell the first two diagnoses apart.

    Parameters
    ----------
    sign : Entity
        The sign.
    favours : Entity
        The diagnosis that it would speak for.
    over : Entity
        The other one.
    log_odds : float
        How far it would move them apart.
    visible : bool
        Whether an image of this view can show it.
    needs : tuple of str
        Views, positions or modalities that it needs where this view does not show it.
    triple : Triple
        The fact that ties it.
    """

    sign: Entity
    favours: Entity
    over: Entity
    log_odds: float
    visible: bool
    needs: tuple[str, ...] = ()
    triple: Triple


class Differential(Noun):
    """Diagnoses in order, and the sign that would settle the first two.

    Parameters
    ----------
    findings, denied : tuple of Entity
        What is there, and what was looked for and is absent.
    view : str
        View of the image.
    diagnoses : tuple of Diagnosis
        Best first.
    separating : Separation or None
        None where there are not two, or no sign tells them apart.
    """

    findings: tuple[Entity, ...] = ()
    denied: tuple[Entity, ...] = ()
    view: View = "unknown"
    diagnoses: tuple[Diagnosis, ...] = Field(default=())
    separating: Separation | None = None


def rank_diagnoses(
    table: SignTable,
    findings: Iterable[Entity],
    denied: Iterable[Entity] = (),
    *,
    view: View = "unknown",
    k: int = MOST,
) -> Differential:
    """Rank diagnoses by what is there and what is not.

    Parameters
    ----------
    table : SignTable
        Shares of diagnoses and signs.
    findings, denied : iterable of Entity
        Signs and findings that are there, and that were looked for and are absent.
    view : str
        View of the image; an unknown one counts as frontal.
    k : int
        Most diagnoses.
    """
    present, absent = tuple(findings), tuple(denied)
    told = {one.id for one in present} | {wider for one in present for wider in find_wider(one.id)}
    ruled_out = {one.id for one in absent} | {kind for one in absent for kind in find_kinds(one.id)}
    judged = [
        _judge(table, entity, present, absent)
        for curie, entity in sorted(table.diagnoses.items())
        if curie not in told and curie not in ruled_out
    ]
    explained = [one for one in judged if any(argument.answer == "yes" for argument in one.fits)]
    ranked = sorted(explained, key=_rank)[:k]
    asked = [*present, *absent]
    separating = _separate(table, ranked[0], ranked[1], asked, view) if len(ranked) > 1 else None
    return Differential(findings=present, denied=absent, view=view, diagnoses=tuple(ranked), separating=separating)


def _rank(diagnosis: Diagnosis) -> tuple[float, int, str]:
    """Return the key of the order; of equals the narrower one stands first."""
    return -round(diagnosis.score, 2), -len(find_wider(diagnosis.entity.id)), diagnosis.entity.id


def _judge(table: SignTable, diagnosis: Entity, present: Sequence[Entity], absent: Sequence[Entity]) -> Diagnosis:
    arguments = [_argue(table, diagnosis.id, sign, "yes") for sign in present]
    arguments += [_argue(table, diagnosis.id, sign, "no") for sign in absent]
    moved = sorted((one for one in arguments if one.log_odds), key=lambda one: (-abs(one.log_odds), one.sign.id))
    return Diagnosis(
        entity=diagnosis,
        score=round(sum(one.log_odds for one in arguments), 6),
        fits=tuple(one for one in moved if one.log_odds > 0),
        misfits=tuple(one for one in moved if one.log_odds < 0),
    )


def _argue(table: SignTable, diagnosis: str, sign: Entity, answer: Literal["yes", "no"]) -> Argument:
    share, average = table.share(diagnosis, sign.id), table.background(sign.id)
    if answer == "no":
        share, average = 1 - share, 1 - average
    tied = table.tie(diagnosis, sign.id)
    return Argument(
        sign=sign,
        answer=answer,
        log_odds=round(math.log(share / average), 6),
        path=() if tied is None else (tied.triple,),
    )


def _separate(
    table: SignTable, first: Diagnosis, second: Diagnosis, asked: Sequence[Entity], view: View
) -> Separation | None:
    """Find the sign that moves two diagnoses furthest apart; one that this view shows goes first."""
    known = {curie for one in asked for curie in find_family(one.id)}
    seen = Seen(view=view)
    drafts = []
    for one, other in ((first, second), (second, first)):
        for curie, tied in sorted(table.list_signs(one.entity.id).items()):
            if curie in known or curie in {first.entity.id, second.entity.id} or tied.against:
                continue
            apart = math.log(table.share(one.entity.id, curie) / table.share(other.entity.id, curie))
            visible = _is_visible(tied, seen)
            drafts.append((not visible, -round(apart, 6), curie, one, other, tied))
    if not drafts:
        return None
    hidden, apart, curie, one, other, tied = min(drafts, key=lambda draft: draft[:3])
    if apart >= 0:
        return None
    return Separation(
        sign=table.signs[curie],
        favours=one.entity,
        over=other.entity,
        log_odds=-apart,
        visible=not hidden,
        needs=tuple(sorted({limit for origin in tied.triple.provenance for limit in origin.holds_for}))
        if hidden
        else (),
        triple=tied.triple,
    )


def _is_visible(tied: Tied, seen: Seen) -> bool:
    """Tell whether a source says that the sign is seen in this view; a condition is no matter of the view."""
    limits = ([one for one in origin.holds_for if ":" not in one] for origin in tied.triple.provenance)
    return any(rate_limits(one, seen) > 0 for one in limits)


__all__ = ["MOST", "Argument", "Diagnosis", "Differential", "Separation", "rank_diagnoses"]
