"""What every noun shares, and the plain types that their fields are made of."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Curie = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][\w.\-]*:\S+$")]
"""A compact identifier, ``prefix:local`` (W3C CURIE Syntax 1.0), such as ``thx:pleural_effusion``."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
"""A calibrated probability in [0, 1]; what is not calibrated is called ``score``."""

Confidence = Literal["high", "medium", "low", "not stated"]
"""How plainly a source states something; counts state nothing of the kind."""

Side = Literal["left", "right", "bilateral"]
"""The patient's side."""

EvidenceKey = Annotated[str, StringConstraints(pattern=r"^E[1-9]\d*$")]
"""The key a sentence cites: ``E1``, ``E2``, …"""

CITATION = re.compile(r"\[(E[1-9]\d*)\]")
"""How a citation looks in a sentence: ``[E1]``."""


class Noun(BaseModel):
    """Base of every noun: immutable, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


__all__ = ["CITATION", "Confidence", "Curie", "EvidenceKey", "Noun", "Probability", "Side"]
