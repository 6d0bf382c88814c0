"""Thoracite explains what a chest X-ray shows and cites the evidence for every sentence.

Examples
--------
>>> from thoracite import Explainer                                 # doctest: +SKIP
>>> print(Explainer().explain("chest.png").text)                    # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thoracite.errors import InputError, ModelError, PrivacyError, StoreError, ThoraciteError, UsageError
    from thoracite.pipeline import Explainer
    from thoracite.retrieval.retriever import Retriever
    from thoracite.settings import Settings
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

__version__ = "0.1.0"

_HOMES = {
    "thoracite.errors": ("InputError", "ModelError", "PrivacyError", "StoreError", "ThoraciteError", "UsageError"),
    "thoracite.pipeline": ("Explainer",),
    "thoracite.retrieval.retriever": ("Retriever",),
    "thoracite.settings": ("Settings",),
    "thoracite.types": (
        "Certainty", "Claim", "Concept", "ConceptScore", "Counts", "Entity", "Evidence", "Explanation", "Finding",
        "Provenance", "Region", "Relation", "ScoredTriple", "Study", "Subgraph", "Triple",
    ),
}  # fmt: skip
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for (PEP 562), so that ``thoracite --help`` answers at once."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
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
    "Settings",
    "StoreError",
    "Study",
    "Subgraph",
    "ThoraciteError",
    "Triple",
    "UsageError",
    "__version__",
]
