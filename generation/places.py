"""Sides and places that a sentence states of a finding, held against those that its evidence states.

Examples
--------
>>> from thoracite.generation.statement import Presence
>>> from thoracite.types import Entity
>>> said = Presence(Entity(id="thx:pleural_effusion", label="pleural effusion"), "likely", frozenset({"left"}))
>>> [fault.why for fault in check_places(said, [])]
['pleural effusion: no cited evidence names a side']
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from thoracite.generation.faults import Fault, Judgement
from thoracite.generation.statement import Presence
from thoracite.generation.wording import GENERIC, LEVELS, SIDES
from thoracite.types import Evidence, Side


def check_places(presence: Presence, own: Iterable[Evidence]) -> Iterator[Fault]:
    """Check the side and the place that a sentence states of a finding.

    Parameters
    ----------
    presence : Presence
        What the sentence states of the finding.
    own : iterable of Evidence
        The cited evidence of the finding in the image.
    """
    places = [place for piece in own if (place := _place(piece)) is not None]
    yield from _check_sides(presence, places)
    yield from _check_levels(presence, places)


class _Place(NamedTuple):
    """Side and place, in words, that image evidence states.

    Parameters
    ----------
    side : str or None
        ``left``, ``right`` or ``bilateral``; None where it states none.
    anatomy : str
        Place in words; empty where it states none.
    """

    side: Side | None
    anatomy: str


def _place(piece: Evidence) -> _Place | None:
    region = piece.finding.region if piece.finding is not None else None
    return _Place(region.side, region.anatomy) if region is not None else None


def _check_sides(presence: Presence, places: Sequence[_Place]) -> Iterator[Fault]:
    said = {"bilateral"} if {"left", "right"} <= presence.sides else presence.sides
    if not said:
        return
    seen = {place.side for place in places if place.side is not None}
    if not seen:
        yield Fault("unsupported", f"{presence.entity.label}: no cited evidence names a side")
    elif not said <= seen:
        opposite = seen <= {"left", "right"} and said <= {"left", "right"}
        yield Fault(
            "contradicted" if opposite else "unsupported",
            f"{presence.entity.label}: the sentence says {' and '.join(sorted(said))}, "
            f"the image evidence {' and '.join(sorted(seen))}",
        )


def _check_levels(presence: Presence, places: Sequence[_Place]) -> Iterator[Fault]:
    seen = {word for place in places for word in _place_words(place.anatomy)}
    own = _place_words(presence.entity.label)
    if strange := sorted(presence.places - seen - own):
        verdict: Judgement = "unsupported"
        if {"upper", "lower"} <= {*strange, *seen} and not {"upper", "lower"} <= seen:
            verdict = "contradicted"
        yield Fault(verdict, f"{presence.entity.label}: no cited evidence places it at {', '.join(strange)}")


def _place_words(text: str) -> set[str]:
    words = text.lower().replace("-", " ").split()
    return {LEVELS.get(word, word) for word in words if word not in GENERIC and word not in SIDES}


__all__ = ["check_places"]
