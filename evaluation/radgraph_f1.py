"""Agreement of two RadGraph annotations of the same report.

Two families: by place (the same span of tokens, the same label), for an annotation of the same text; and RadGraph
F1 (the same words, wherever they stand), for two reports on the same image.

References
----------
Jain S et al. RadGraph. NeurIPS Datasets 2021. arXiv:2106.14463.
Delbrouck J-B et al. Improving the Factual Correctness of Radiology Report Generation with Semantic Rewards.
Findings of EMNLP 2022. arXiv:2210.12186 (RadGraph F1: simple, partial, complete).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from thoracite.evaluation.interval import bootstrap_interval
from thoracite.kg.radgraph import Annotation

Level = Literal["simple", "partial", "complete"]


class Agreement(NamedTuple):
    """Counts of one report.

    Parameters
    ----------
    both, gold, predicted : int
        Items that both annotations have, that the gold has, that were predicted; at least 0.
    """

    both: int
    gold: int
    predicted: int


def find_entities(annotation: Annotation, *, label: str | None = None, labelled: bool = True) -> set[Hashable]:
    """Return entities by place: (first token, last token, label); of one label, or without labels."""
    return {
        (m.start_ix, m.end_ix, m.label if labelled else "")
        for m in annotation.entities
        if label is None or m.label == label
    }


def find_relations(annotation: Annotation, *, name: str | None = None) -> set[Hashable]:
    """Return relations by place: (source span, name, target span); of one name, or all."""
    return {
        (source.start_ix, source.end_ix, relation, target.start_ix, target.end_ix)
        for source, relation, target in annotation.relations()
        if name is None or relation == name
    }


def count_agreement(gold: set[Hashable], predicted: set[Hashable]) -> Agreement:
    """Count the agreement of one report.

    Examples
    --------
    >>> count_agreement({1, 2, 3}, {2, 3, 4, 5})
    Agreement(both=2, gold=3, predicted=4)
    """
    return Agreement(len(gold & predicted), len(gold), len(predicted))


def score_f1(agreements: Sequence[Agreement]) -> tuple[float, float, float]:
    """Compute micro-averaged F1 over reports with its 95 % interval, drawn by report.

    Returns
    -------
    tuple of float
        F1, low, high, each in [0, 1]; zeros where there is nothing to find and nothing was found.

    Examples
    --------
    >>> score_f1([Agreement(2, 2, 2), Agreement(3, 3, 3)])
    (1.0, 1.0, 1.0)
    """
    counts = np.asarray(agreements, dtype=np.int64).reshape(-1, 3)

    def f1(drawn: npt.NDArray[np.int64]) -> float:
        both, gold, predicted = counts[drawn].sum(axis=0)
        return float(2 * both / (gold + predicted)) if gold + predicted else float("nan")

    if not counts.any():
        return 0.0, 0.0, 0.0
    low, high = bootstrap_interval(f1, len(counts))
    return f1(np.arange(len(counts))), low, high


def radgraph_f1(candidate: Annotation, reference: Annotation, *, level: Level = "simple") -> float:
    """Compute RadGraph F1 of one report.

    Parameters
    ----------
    candidate, reference : Annotation
        Annotations of two reports; words count, places do not.
    level : str
        ``simple``: the same tokens and label; ``partial``: and both with, or both without, a relation;
        ``complete``: and the same relations to the same tokens.

    Returns
    -------
    float
        In [0, 1]; 0 where either has no entity.

    Examples
    --------
    >>> from thoracite.kg.extract.extractor import RuleExtractor
    >>> said = RuleExtractor().extract("No pleural effusion.")
    >>> radgraph_f1(said, RuleExtractor().extract("Pleural effusion."), level="simple")
    0.5
    """
    first, second = _items(candidate, level), _items(reference, level)
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def _items(annotation: Annotation, level: Level) -> set[Hashable]:
    words = {m.id: m.tokens.lower() for m in annotation.entities}
    items: set[Hashable] = set()
    for mention in annotation.entities:
        item = (words[mention.id], mention.label)
        if level == "complete" and mention.relations:
            items |= {(*item, name, words[target]) for name, target in mention.relations}
        else:
            items.add((*item, True) if level == "partial" and mention.relations else item)
    return items


__all__ = [
    "Agreement",
    "Level",
    "count_agreement",
    "find_entities",
    "find_relations",
    "radgraph_f1",
    "score_f1",
]
