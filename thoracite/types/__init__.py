"""The nouns of Thoracite; read this first.

Data flows one way: a report or a textbook becomes :class:`Triple`\\ s with :class:`Provenance`; an image
becomes :class:`Finding`\\ s with their :class:`SignScore`\\ s; findings retrieve a :class:`Subgraph`; both become
numbered :class:`Evidence`; a generator writes :class:`Claim`\\ s that cite it; together they are an
:class:`Explanation`.

Every noun is immutable and refuses fields that it does not know.
"""

from __future__ import annotations

from thoracite.types.changes import Changes, FindingChange, Touch
from thoracite.types.difference import Change, Difference
from thoracite.types.explanation import Claim, ClaimKind, Dropped, Evidence, Explanation, ImageError
from thoracite.types.graph import Certainty, Counts, Entity, Provenance, Relation, ScoredTriple, Subgraph, Triple
from thoracite.types.image import (
    CERTAINTIES,
    Answer,
    Drawing,
    Finding,
    Region,
    Sign,
    SignKind,
    SignScore,
    Study,
    Verdict,
    View,
    find_log_odds,
    find_verdict,
)
from thoracite.types.noun import CITATION, Commonness, Confidence, Curie, EvidenceKey, Limit, Noun, Probability, Side
from thoracite.types.reference import Reference, parse_reference

__all__ = [
    "CERTAINTIES",
    "CITATION",
    "Answer",
    "Certainty",
    "Change",
    "Changes",
    "Claim",
    "ClaimKind",
    "Commonness",
    "Confidence",
    "Counts",
    "Curie",
    "Difference",
    "Drawing",
    "Dropped",
    "Entity",
    "Evidence",
    "EvidenceKey",
    "Explanation",
    "Finding",
    "FindingChange",
    "ImageError",
    "Limit",
    "Noun",
    "Probability",
    "Provenance",
    "Reference",
    "Region",
    "Relation",
    "ScoredTriple",
    "Side",
    "Sign",
    "SignKind",
    "SignScore",
    "Study",
    "Subgraph",
    "Touch",
    "Triple",
    "Verdict",
    "View",
    "find_log_odds",
    "find_verdict",
    "parse_reference",
]
