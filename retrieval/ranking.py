"""Settings of the ranking: every part has a name, a weight and a switch.

A triple's score is a sum of named parts, so that it can be read where it comes from. *Rules* are structure: a triple
that breaks one is left out, whatever its score (the other side, what is denied, what holds for other views). *Choices*
shape the subgraph out of the ranked triples.

Examples
--------
>>> ranking = Ranking()
>>> ranking.weight("shown"), ranking.without("shown").weight("shown"), ranking.uses("side")
(2.5, 0.0, True)
>>> Ranking().without("cosine")
Traceback (most recent call last):
thoracite.errors.UsageError: the ranking has no part 'cosine'; parts are relation, textbook, seed, walk, text, ...
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from thoracite.errors import UsageError
from thoracite.types import Noun

WEIGHTS: Mapping[str, float] = MappingProxyType({
    "relation": 2.0,
    "textbook": 1.0,
    "seed": 1.0,
    "walk": 2.0,
    "text": 0.75,
    "shown": 2.5,
    "place": 0.5,
    "view": 0.75,
    "commonness": 1.0,
    "certainty": 0.5,
    "support": 0.5,
    "lift": 0.25,
    "specificity": 0.25,
})  # fmt: skip
"""Weights of the parts. Those of walk and shown, the repetition, and that ``unseen`` is off were chosen on the
development half of the judged queries (decision 13); the others before any query was judged.

relation: worth of the relation as a reason · textbook: a sign that a textbook lists first · seed: how strongly the
image or the text names the concept · walk: personalised PageRank · text: likeness of the texts' vectors · shown: the
image shows the other end · place: level in the lungs · view, commonness, certainty: of the source that holds best ·
support: sources or reports · lift: beyond chance in reports · specificity: how few concepts have the sign.
"""

RULES = ("side", "negation", "unseen", "limits", "established")
"""side: never the other side · negation: never what is denied, and an absent sign argues against · unseen: of an image
no cause or diagnosis that it does not show · limits: nothing that holds for other views alone · established: of
counts only what reports affirm often and beyond chance."""

CHOICES = ("diversity", "connection", "hops")
"""diversity: not the same role or concept again · connection: triples that join what was chosen · hops: candidates
beyond the seeds' own triples."""

PARTS = (*WEIGHTS, *RULES, *CHOICES)
"""Everything that :meth:`Ranking.without` switches off."""


class Ranking(Noun):
    """Settings of the ranking.

    Parameters
    ----------
    limit : int
        Most triples of the subgraph.
    hops : int
        Steps of the walk from each seed to its candidates.
    candidates : int
        Most candidates of each seed.
    damping : float
        Share of a walk that goes on, in (0, 1); the rest starts again at a seed.
    repetition : float
        What a triple loses for each earlier one of its role about the same seed.
    join : str
        How parts that do not hang together are joined: ``steiner`` (networkx), or ``pcst`` (prize-collecting Steiner
        tree; needs the package pcst-fast).
    weights : mapping of str to float
        Weight of each part; those left out have that of :data:`WEIGHTS`.
    off : frozenset of str
        Names of parts that are switched off, of :data:`PARTS`; ``unseen`` unless given.
    """

    limit: int = Field(default=12, ge=1)
    hops: int = Field(default=2, ge=1, le=3)
    candidates: int = Field(default=600, ge=1)
    damping: float = Field(default=0.5, gt=0, lt=1)
    repetition: float = Field(default=0.2, ge=0)
    join: Literal["steiner", "pcst"] = "steiner"
    weights: Mapping[str, float] = Field(default_factory=dict)
    off: frozenset[str] = frozenset({"unseen"})

    def uses(self, part: str) -> bool:
        """Tell whether a part is switched on."""
        return part not in self.off

    def weight(self, part: str) -> float:
        """Return the weight of a part; 0 where it is switched off."""
        return self.weights.get(part, WEIGHTS[part]) if self.uses(part) else 0.0

    def without(self, *parts: str) -> Ranking:
        """Return the same ranking with parts switched off.

        Raises
        ------
        UsageError
            If there is no such part.
        """
        for part in parts:
            if part not in PARTS:
                raise UsageError(f"the ranking has no part {part!r}; parts are {', '.join(PARTS)}")
        return self.model_copy(update={"off": self.off | set(parts)})


__all__ = ["CHOICES", "PARTS", "RULES", "WEIGHTS", "Ranking"]
