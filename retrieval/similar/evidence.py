"""Similar images as evidence: shown beside an explanation, cited by no sentence of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from thoracite.kg.concepts import read_concepts
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH
from thoracite.types import Entity, Evidence

UNKNOWN = "no label known"
"""Label of an image that has none."""

WHY = "similar by the encoder's features; its labels are their source's and no part of the decision"


class SimilarImage(NamedTuple):
    """An image found by its likeness.

    Parameters
    ----------
    image : str
        Name relative to the indexed folder.
    labels : tuple of str
        CURIEs; empty where none is known.
    distance : float
        One minus the cosine of the features, at least 0.
    """

    image: str
    labels: tuple[str, ...]
    distance: float


def collect_similar(found: Iterable[SimilarImage], before: Sequence[Evidence] = ()) -> tuple[Evidence, ...]:
    """Return similar images as evidence, numbered behind what is there.

    Parameters
    ----------
    found : iterable of SimilarImage
        The most similar first.
    before : sequence of Evidence
        ``E1``, ``E2`` …

    Examples
    --------
    >>> evidence = collect_similar([SimilarImage("a.png", ("thx:pleural_effusion",), 0.1)])
    >>> evidence[0].key, evidence[0].image, evidence[0].label, evidence[0].distance
    ('E1', 'a.png', 'pleural effusion', 0.1)
    """
    return tuple(_number(found, len(before) + 1))


def _number(found: Iterable[SimilarImage], first: int) -> Iterator[Evidence]:
    for number, one in enumerate(found, first):
        labels = tuple(_find_concepts().get(label, Entity(id=label, label=label)) for label in one.labels)
        yield Evidence(
            key=f"E{number}",
            kind="image",
            score=1 - one.distance,
            why=WHY,
            about=CHEST_RADIOGRAPH,
            label=", ".join(entity.label for entity in labels) or UNKNOWN,
            labels=labels,
            image=one.image,
            distance=one.distance,
        )


@cache
def _find_concepts() -> dict[str, Entity]:
    return {concept.entity.id: concept.entity for concept in read_concepts()}


__all__ = ["UNKNOWN", "WHY", "SimilarImage", "collect_similar"]
