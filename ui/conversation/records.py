"""The JSON of a reply, as models."""

from __future__ import annotations

from typing import Literal

from thoracite.conversation import Reply
from thoracite.types import Verdict
from thoracite.ui.records.differential import DifferentialRecord
from thoracite.ui.records.differential_answer import render_differential
from thoracite.ui.records.explanation import AnyEvidence, ClaimRecord, EntityRecord, Record
from thoracite.ui.view import render_evidence


class OptionRecord(Record):
    """A sign, and what the finding would be if it had another value; computed, not claimed."""

    sign: str
    question: str
    value: float
    unit: str
    answer: str
    finding: EntityRecord
    before: float
    after: float
    verdict_before: Verdict
    verdict_after: Verdict
    sentence: str


class ReplyRecord(Record):
    """The answer to a question about an image; ``unanswered`` says why there is none, and is empty otherwise."""

    question: str
    intent: Literal["why", "why not", "change", "sources", "else", "state", "unknown"]
    about: list[EntityRecord]
    claims: list[ClaimRecord]
    evidence: list[AnyEvidence]
    options: list[OptionRecord]
    differential: DifferentialRecord | None
    unanswered: str


def render_reply(reply: Reply) -> dict[str, object]:
    """Render the JSON object of ``POST /ask``.

    Parameters
    ----------
    reply : Reply
        Any.

    Returns
    -------
    dict
        In the form of :class:`ReplyRecord`.

    Examples
    --------
    >>> render_reply(Reply(question="How old?", intent="unknown", unanswered="It was not understood."))["unanswered"]
    'It was not understood.'
    """
    record = {
        **reply.model_dump(include={"question", "intent", "unanswered"}),
        "about": [{"id": one.id, "label": one.label} for one in reply.about],
        "claims": [one.model_dump(include=set(ClaimRecord.model_fields)) for one in reply.claims],
        "evidence": [render_evidence(one) for one in reply.evidence],
        "options": [
            one.model_dump() | {"finding": {"id": one.finding.id, "label": one.finding.label}} for one in reply.options
        ],
        "differential": None if reply.differential is None else render_differential(reply.differential),
    }
    return ReplyRecord.model_validate(record).model_dump(mode="json")


__all__ = ["OptionRecord", "ReplyRecord", "render_reply"]
