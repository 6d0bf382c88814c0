"""The base class of all nouns, and the plain types of their fields."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Curie = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][\w.\-]*:\S+$")]
"""A compact identifier, ``prefix:local`` (W3C CURIE Syntax 1.0), such as ``thx:pleural_effusion``."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
"""A calibrated probability in [0, 1]; numbers that are not calibrated are called ``score``."""

Confidence = Literal["high", "medium", "low", "not stated"]
"""Clarity of a source's statement; counts have none."""

Commonness = Literal["common", "occasional", "rare", "not stated"]
"""How often the source says that the sign or relation is met where the subject is."""

Limit = (
    Literal[
        "frontal", "pa", "ap", "lateral", "decubitus", "ct", "mri", "ultrasound",
        "erect", "supine", "expiratory", "serial films", "adult", "child", "neonate",
    ]
    | Curie
)  # fmt: skip
"""What a fact is limited to: a view or modality, a position, an age, or a condition by its CURIE."""

Side = Literal["left", "right", "bilateral"]
"""Side of the patient."""

EvidenceKey = Annotated[str, StringConstraints(pattern=r"^E[1-9]\d*$")]
"""Key of evidence in a sentence: ``E1``, ``E2``, …"""

CITATION = re.compile(r"\[(E[1-9]\d*)\]")
"""Form of a citation in a sentence: ``[E1]``."""


class Noun(BaseModel):
    """Base of every noun: immutable, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


__all__ = ["CITATION", "Commonness", "Confidence", "Curie", "EvidenceKey", "Limit", "Noun", "Probability", "Side"]
