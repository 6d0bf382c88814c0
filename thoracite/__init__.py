"""Thoracite explains what a chest X-ray shows and cites the evidence for every sentence.

Examples
--------
>>> from thoracite import Explainer
>>> with Explainer() as explainer:                                      # doctest: +SKIP
...     print(explainer.explain("chest.png").text)
>>> import thoracite
>>> "Explainer" in dir(thoracite)
True
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thoracite.errors import InputError, ModelError, PrivacyError, StoreError, ThoraciteError, UsageError
    from thoracite.generation.generator import Generator
    from thoracite.generation.report.check import ReportCheck
    from thoracite.kg.build.build import build_graph
    from thoracite.kg.concepts import Concept
    from thoracite.kg.graph import open_store
    from thoracite.kg.stores.store import GraphStore
    from thoracite.pipeline import Explainer
    from thoracite.retrieval.retriever import Retrieval, Retriever
    from thoracite.settings import Settings
    from thoracite.types import (
        Certainty,
        Claim,
        Counts,
        Drawing,
        Entity,
        Evidence,
        Explanation,
        Finding,
        Provenance,
        Region,
        Relation,
        ScoredTriple,
        Sign,
        SignScore,
        Study,
        Subgraph,
        Triple,
    )
    from thoracite.types import SignScore as ConceptScore
    from thoracite.vision.encoder import ImageEncoder

__version__ = "0.1.0"

logging.getLogger("thoracite").addHandler(logging.NullHandler())

_HOMES = {
    "thoracite.errors": ("InputError", "ModelError", "PrivacyError", "StoreError", "ThoraciteError", "UsageError"),
    "thoracite.generation.generator": ("Generator",),
    "thoracite.generation.report.check": ("ReportCheck",),
    "thoracite.kg.build.build": ("build_graph",),
    "thoracite.kg.concepts": ("Concept",),
    "thoracite.kg.graph": ("open_store",),
    "thoracite.kg.stores.store": ("GraphStore",),
    "thoracite.pipeline": ("Explainer",),
    "thoracite.retrieval.retriever": ("Retrieval", "Retriever"),
    "thoracite.settings": ("Settings",),
    "thoracite.types": (
        "Certainty", "Claim", "Counts", "Drawing", "Entity", "Evidence", "Explanation", "Finding", "Provenance",
        "Region", "Relation", "ScoredTriple", "Sign", "SignScore", "Study", "Subgraph", "Triple",
    ),
    "thoracite.vision.encoder": ("ImageEncoder",),
}  # fmt: skip
_HOME = {name: (module, name) for module, names in _HOMES.items() for name in names} | {
    "ConceptScore": ("thoracite.types", "SignScore"),  # its name before signs were called signs
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562), so that ``thoracite --help`` answers at once."""
    if name in _HOME:
        module, own = _HOME[name]
        return getattr(importlib.import_module(module), own)
    raise AttributeError(f"module 'thoracite' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, so that a shell completes them."""
    return sorted(__all__)


__all__ = [
    "Certainty",
    "Claim",
    "Concept",
    "ConceptScore",
    "Counts",
    "Drawing",
    "Entity",
    "Evidence",
    "Explainer",
    "Explanation",
    "Finding",
    "Generator",
    "GraphStore",
    "ImageEncoder",
    "InputError",
    "ModelError",
    "PrivacyError",
    "Provenance",
    "Region",
    "Relation",
    "ReportCheck",
    "Retrieval",
    "Retriever",
    "ScoredTriple",
    "Settings",
    "Sign",
    "SignScore",
    "StoreError",
    "Study",
    "Subgraph",
    "ThoraciteError",
    "Triple",
    "UsageError",
    "__version__",
    "build_graph",
    "open_store",
]
