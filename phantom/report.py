"""The report of a phantom, and the triples that an extractor must find in it.

The sentences are the project's own, few and plain, so that the extractor reads back exactly the drawn findings.

Examples
--------
>>> from thoracite.phantom.findings import Abnormality, Kind
>>> gold = write_gold([Abnormality(kind=Kind.EFFUSION, side="left", severity="mild")], [])
>>> gold.report.splitlines()[0]
'Small left pleural effusion with a meniscus sign.'
>>> [concept.label for concept in gold.absent][:2]
['pneumothorax', 'cardiomegaly']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from thoracite.errors import ModelError
from thoracite.kg.linking.linker import Linker
from thoracite.kg.vocabulary import CHEST_RADIOGRAPH, LOCATED_AT, MODIFY, SHOWS
from thoracite.phantom.findings import Abnormality, Kind
from thoracite.types import Entity

TripleKey = tuple[str, str, str]

SIGNS = {
    Kind.EFFUSION: "meniscus sign",
    Kind.PNEUMOTHORAX: "visceral pleural line",
    Kind.EDEMA: "septal lines",
    Kind.HYPERINFLATION: "flattened diaphragm",
}
"""The sign drawn with a finding."""

_DENIED = {
    Kind.EFFUSION: "No pleural effusion.",
    Kind.PNEUMOTHORAX: "No pneumothorax.",
    Kind.CARDIOMEGALY: "No cardiomegaly.",
    Kind.CONSOLIDATION: "No consolidation.",
    Kind.NODULE: "No pulmonary nodule.",
    Kind.MASS: "No lung mass.",
    Kind.EDEMA: "No pulmonary edema.",
}
"""Sentences that deny absent findings; the others go unmentioned, as in most reports."""


class Gold(NamedTuple):
    """The ground truth of a phantom in words and triples.

    Parameters
    ----------
    report : str
        One sentence on each line.
    triples : tuple of (str, str, str)
        Subject, relation and object CURIEs of the present findings.
    present, absent : tuple of Entity
        Present findings and signs; denied findings.
    """

    report: str
    triples: tuple[TripleKey, ...]
    present: tuple[Entity, ...]
    absent: tuple[Entity, ...]


@lru_cache(maxsize=1)
def _linker() -> Linker:
    return Linker()


@lru_cache(maxsize=256)
def find_concept(name: str) -> Entity:
    """Return the concept of that name.

    Raises
    ------
    ModelError
        If the vocabulary does not have it.
    """
    concept = _linker().link(name)
    if concept is None:
        raise ModelError(f"the concept {name!r} is not in ontologies/concepts.ttl; phantoms need it")
    return concept


def write_gold(abnormalities: Sequence[Abnormality], diameters: Sequence[float | None]) -> Gold:
    """Write the report and the triples of the drawn findings.

    Parameters
    ----------
    abnormalities : sequence of Abnormality
        In the order of the report.
    diameters : sequence of float or None
        Of nodules and masses, in cm; one for each abnormality, or none at all.
    """
    sizes = [*diameters, *[None] * (len(abnormalities) - len(diameters))]
    sentences = [_state(one, size) for one, size in zip(abnormalities, sizes, strict=True)]
    kinds = {one.kind for one in abnormalities}
    sentences += [sentence for kind, sentence in _DENIED.items() if kind not in kinds]
    triples = dict.fromkeys(triple for one in abnormalities for triple in _list_triples(one))
    present = dict.fromkeys(
        find_concept(name) for one in abnormalities for name in (one.kind.value, SIGNS.get(one.kind)) if name
    )
    absent = tuple(find_concept(kind.value) for kind in _DENIED if kind not in kinds)
    return Gold("\n".join(sentences), tuple(triples), tuple(present), absent)


def _state(one: Abnormality, size: float | None) -> str:
    kind = one.kind
    place = f"in the {one.side} {one.zone} lung zone."
    length = f"{10 * size:.0f} mm " if size else ""
    if kind is Kind.EFFUSION:
        return f"{one.size_word.capitalize()} {one.side} pleural effusion with a meniscus sign."
    if kind is Kind.PNEUMOTHORAX:
        return f"{one.size_word.capitalize()} {one.side} apical pneumothorax with a visceral pleural line."
    if kind is Kind.CARDIOMEGALY:
        return f"{one.severity.capitalize()} cardiomegaly."
    if kind is Kind.EDEMA:
        return f"{one.severity.capitalize()} pulmonary edema with septal lines."
    if kind is Kind.HYPERINFLATION:
        return "Hyperinflation of the lungs with flattened diaphragm."
    words = {
        Kind.NODULE: f"There is a {length}nodule",
        Kind.MASS: f"There is a {length}mass",
        Kind.ATELECTASIS: "Linear atelectasis",
        Kind.CONSOLIDATION: "Consolidation",
    }
    return f"{words[kind]} {place}"


def _list_triples(one: Abnormality) -> Iterator[TripleKey]:
    finding = find_concept(one.kind.value).id
    yield CHEST_RADIOGRAPH.id, SHOWS, finding
    if sign := SIGNS.get(one.kind):
        yield CHEST_RADIOGRAPH.id, SHOWS, find_concept(sign).id
    if one.kind in {Kind.EFFUSION, Kind.PNEUMOTHORAX}:
        yield find_concept(one.size_word).id, MODIFY, finding
    elif one.kind in {Kind.CARDIOMEGALY, Kind.EDEMA}:
        yield find_concept(one.severity).id, MODIFY, finding
    if place := find_place(one):
        yield finding, LOCATED_AT, find_concept(place).id
        if one.side:
            yield find_concept(one.side).id, MODIFY, find_concept(place).id


def find_place(one: Abnormality) -> str | None:
    """Return the name of a finding's anatomy; the side stands beside it."""
    if one.zone:
        return f"{one.zone} lung zones"
    if one.kind is Kind.PNEUMOTHORAX:
        return f"{one.side} lung apex"
    return {Kind.EFFUSION: "pleura", Kind.EDEMA: "lung", Kind.HYPERINFLATION: "lung"}.get(one.kind)


__all__ = ["SIGNS", "Gold", "TripleKey", "find_concept", "find_place", "write_gold"]
