"""The concepts of labels: what the network's outputs are called in the graph."""

from __future__ import annotations

from collections.abc import Sequence

from thoracite.errors import ModelError
from thoracite.kg.concepts import read_concepts
from thoracite.types import Entity


def find_entities(labels: Sequence[str]) -> tuple[Entity, ...]:
    """Return the concepts of labels of ChestX-ray14.

    Raises
    ------
    ModelError
        If a label is the code of no concept.

    Examples
    --------
    >>> [entity.id for entity in find_entities(["Effusion", "Hernia"])]
    ['thx:pleural_effusion', 'thx:hiatal_hernia']
    """
    known = {code: concept.entity for concept in read_concepts() for code in concept.entity.codes}
    missing = [label for label in labels if f"NIH14:{label}" not in known]
    if missing:
        raise ModelError(f"the model reads {', '.join(missing)}, which no concept of the graph has as a code NIH14:…")
    return tuple(known[f"NIH14:{label}"] for label in labels)


__all__ = ["find_entities"]
