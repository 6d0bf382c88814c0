"""The JSON of differential diagnoses, as models."""

from __future__ import annotations

from typing import Literal

from thoracite.types import View
from thoracite.ui.records.explanation import EntityRecord, Record, TripleRecord


class ArgumentRecord(Record):
    """A sign that fits a diagnosis or does not; ``path`` are the facts that tie them, empty where none does."""

    id: str
    label: str
    answer: Literal["yes", "no"]
    log_odds: float
    path: list[TripleRecord]


class DiagnosisRecord(Record):
    """A diagnosis; ``score`` is the sum of the log-odds, and no probability."""

    id: str
    label: str
    score: float
    fits: list[ArgumentRecord]
    misfits: list[ArgumentRecord]


class SeparationRecord(Record):
    """The sign that would best tell the first two apart; ``needs`` says what shows it where this view does not."""

    id: str
    label: str
    favours: str
    over: str
    log_odds: float
    visible: bool
    needs: list[str]
    triple: TripleRecord


class DifferentialRecord(Record):
    """Diagnoses, best first."""

    findings: list[EntityRecord]
    denied: list[EntityRecord]
    view: View
    diagnoses: list[DiagnosisRecord]
    separating: SeparationRecord | None


__all__ = ["ArgumentRecord", "DiagnosisRecord", "DifferentialRecord", "SeparationRecord"]
