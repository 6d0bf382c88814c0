"""Thoracite explains what a chest X-ray shows and cites the evidence for every sentence.

Examples
--------
>>> from thoracite import Explainer                                 # doctest: +SKIP
>>> print(Explainer().explain("chest.png").text)                    # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from thoracite.errors import (
    InputError,
    ModelError,
    PrivacyError,
    StoreError,
    ThoraciteError,
    UsageError,
)
from thoracite.types import (
    Certainty,
    Claim,
    Concept,
    ConceptScore,
    Counts,
    Entity,
    Evidence,
    Explanation,
    Finding,
    Provenance,
    Region,
    Relation,
    ScoredTriple,
    Study,
    Subgraph,
    Triple,
)

if TYPE_CHECKING:
    from thoracite.pipeline import Explainer
    from thoracite.retrieval.retriever import Retriever

__version__ = "0.1.0"

_LAZY = {"Explainer": "thoracite.pipeline", "Retriever": "thoracite.retrieval.retriever"}


def __getattr__(name: str) -> Any:
    """Import the heavy front doors only when they are asked for (PEP 562)."""
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'thoracite' has no attribute {name!r}")


__all__ = [
    "Certainty",
    "Claim",
    "Concept",
    "ConceptScore",
    "Counts",
    "Entity",
    "Evidence",
    "Explainer",
    "Explanation",
    "Finding",
    "InputError",
    "ModelError",
    "PrivacyError",
    "Provenance",
    "Region",
    "Relation",
    "Retriever",
    "ScoredTriple",
    "StoreError",
    "Study",
    "Subgraph",
    "ThoraciteError",
    "Triple",
    "UsageError",
    "__version__",
]
