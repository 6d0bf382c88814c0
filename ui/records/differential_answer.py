"""A differential diagnosis as JSON and for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

from thoracite.retrieval.diagnosis.differential import Argument, Diagnosis, Differential, Separation
from thoracite.types import Entity, View
from thoracite.ui.records.differential import (
    ArgumentRecord,
    DiagnosisRecord,
    DifferentialRecord,
    SeparationRecord,
)
from thoracite.ui.records.explanation import EntityRecord, TripleRecord
from thoracite.ui.text import NOTICE
from thoracite.ui.view import Record, render_triple

VIEWS: tuple[str, ...] = get_args(View)
"""Views that a differential is asked for."""

_TOLD = 5
"""Diagnoses that the terminal shows."""


def render_differential(found: Differential) -> Record:
    """Render the JSON object of ``thoracite differential --json``.

    Returns
    -------
    dict
        In the form of :class:`~thoracite.ui.records.differential.DifferentialRecord`.
    """
    record = DifferentialRecord(
        findings=_entities(found.findings),
        denied=_entities(found.denied),
        view=found.view,
        diagnoses=[_diagnosis(one) for one in found.diagnoses],
        separating=None if found.separating is None else _separation(found.separating),
    )
    return record.model_dump(mode="json")


def _entities(entities: Iterable[Entity]) -> list[EntityRecord]:
    return [EntityRecord(id=one.id, label=one.label) for one in entities]


def _diagnosis(one: Diagnosis) -> DiagnosisRecord:
    return DiagnosisRecord(
        id=one.entity.id,
        label=one.entity.label,
        score=round(one.score, 4),
        fits=[_argument(argument) for argument in one.fits],
        misfits=[_argument(argument) for argument in one.misfits],
    )


def _argument(one: Argument) -> ArgumentRecord:
    return ArgumentRecord(
        id=one.sign.id,
        label=one.sign.label,
        answer=one.answer,
        log_odds=round(one.log_odds, 4),
        path=[TripleRecord(**render_triple(triple)) for triple in one.path],
    )


def _separation(one: Separation) -> SeparationRecord:
    return SeparationRecord(
        id=one.sign.id,
        label=one.sign.label,
        favours=one.favours.id,
        over=one.over.id,
        log_odds=round(one.log_odds, 4),
        visible=one.visible,
        needs=list(one.needs),
        triple=TripleRecord(**render_triple(one.triple)),
    )


def render_differential_text(found: Differential) -> str:
    """Render a differential for the terminal: what fits, what does not, and what would settle it.

    Examples
    --------
    >>> print(render_differential_text(Differential()))
    No diagnosis of the graph explains what was named.
    <BLANKLINE>
    Research use only, not a medical device.
    """
    if not found.diagnoses:
        return f"No diagnosis of the graph explains what was named.\n\n{NOTICE}"
    lines = [f"Given: {_list(found.findings)}"]
    if found.denied:
        lines.append(f"Absent: {_list(found.denied)}")
    for place, one in enumerate(found.diagnoses[:_TOLD], 1):
        lines += ["", f"{place}. {one.entity.label} ({one.score:+.2f})"]
        lines += [f"   fits:  {_tell(argument)}" for argument in one.fits]
        lines += [f"   not:   {_tell(argument)}" for argument in one.misfits]
    if found.separating is not None:
        lines += ["", _tell_separation(found.separating)]
    return "\n".join([*lines, "", NOTICE])


def _list(entities: Sequence[Entity]) -> str:
    return ", ".join(one.label for one in entities)


def _tell(argument: Argument) -> str:
    seen = argument.sign.label if argument.answer == "yes" else f"no {argument.sign.label}"
    if not argument.path:
        return f"{seen} ({argument.log_odds:+.2f}): no fact ties it to this"
    fact = argument.path[0]
    said = f"{fact.subject.label} {fact.relation.label} {fact.object.label}"
    return f"{seen} ({argument.log_odds:+.2f}): {said}; {fact.provenance[0].source}, {fact.provenance[0].locator}"


def _tell_separation(one: Separation) -> str:
    where = "This view can show it." if one.visible else f"This view does not show it; it needs {', '.join(one.needs)}."
    return f"To tell them apart: {one.sign.label} would favour {one.favours.label} over {one.over.label}. {where}"


__all__ = ["VIEWS", "render_differential", "render_differential_text"]
