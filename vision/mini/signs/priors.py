"""What the graph says of signs and findings: for, against or nothing, with the facts that say so.

A fact speaks of a sign if one of its ends is the sign, something that the sign is a kind of, or a kind of the sign; and
of a finding in the same way. What speaks against the opposite of a sign speaks for it.

Examples
--------
>>> from thoracite.vision.mini.signs.listed import read_signs
>>> priors = find_priors(read_signs())
>>> prior = priors["thx:blunting_of_costophrenic_angle right", "thx:pleural_effusion"]
>>> prior.direction, prior.facts[0].relation.label
(1, 'has radiographic sign')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from thoracite.kg.facts import read_facts
from thoracite.kg.ties import find_family
from thoracite.kg.vocabulary import ARGUES_AGAINST, HAS_SIGN, SUGGESTS
from thoracite.types import Entity, Triple
from thoracite.vision.encoder import Prior
from thoracite.vision.mini.signs.listed import AskedSign

UNSEEN = frozenset({"lateral", "decubitus", "ct", "mri", "ultrasound", "serial films", "neonate", "expiratory"})
"""Limits of facts that no single frontal film of an adult meets."""


def find_priors(
    signs: Sequence[AskedSign], findings: Iterable[str] = (), *, facts: Iterable[Triple] | None = None
) -> dict[tuple[str, str], Prior]:
    """Find the priors, by key of the sign and CURIE of the finding; pairs of which the graph says nothing are left out.

    Parameters
    ----------
    signs : sequence of AskedSign
        The list of signs.
    findings : iterable of str
        CURIEs; all that facts speak of unless given.
    facts : iterable of Triple or None
        The project's own facts unless given.
    """
    wanted = frozenset(findings)
    found: dict[tuple[str, str], list[tuple[int, Triple]]] = {}
    for fact in read_facts() if facts is None else facts:
        for sign in signs:
            for finding, direction in _interpret(fact, sign):
                for related in find_family(finding):
                    if not wanted or related in wanted:
                        found.setdefault((sign.key, related), []).append((direction, fact))
    return dict(_settle(found))


def lay_priors(
    priors: Mapping[tuple[str, str], Prior], signs: Sequence[AskedSign], findings: Sequence[Entity]
) -> npt.NDArray[np.float64]:
    """Lay priors out as a matrix of 1, -1 and 0 (silent), shape (findings, signs)."""
    rows = [[priors[sign.key, f.id].direction if (sign.key, f.id) in priors else 0 for sign in signs] for f in findings]
    return np.array(rows, dtype=np.float64)


def _settle(
    found: Mapping[tuple[str, str], list[tuple[int, Triple]]],
) -> Iterator[tuple[tuple[str, str], Prior]]:
    """Keep the direction that more facts name; as many for as against cancel out."""
    for pair, said in found.items():
        total = sum(direction for direction, _ in said)
        if total:
            direction = 1 if total > 0 else -1
            sides = [
                tuple(dict.fromkeys(fact for way, fact in said if way == side)) for side in (direction, -direction)
            ]
            yield pair, Prior(direction, *sides)


def _interpret(fact: Triple, sign: AskedSign) -> Iterator[tuple[str, int]]:
    """Return the finding that a fact speaks of, and whether a yes speaks for it (1) or against it (-1)."""
    if UNSEEN.intersection(*(source.holds_for for source in fact.provenance)):
        return
    limits = frozenset({"pa", "ap"}).intersection(*(source.holds_for for source in fact.provenance))
    if sign.view and limits and sign.view.lower() not in limits:
        return
    way = -1 if fact.relation.id == ARGUES_AGAINST else 1
    ends = (fact.object, fact.subject) if fact.relation.id == HAS_SIGN else (fact.subject, fact.object)
    if fact.relation.id not in {HAS_SIGN, SUGGESTS, ARGUES_AGAINST}:
        return
    if ends[0].id in find_family(sign.entity.id):
        yield ends[1].id, way
    elif sign.opposite and ends[0].id == sign.opposite.id:
        yield ends[1].id, -way


__all__ = ["UNSEEN", "Prior", "find_priors", "lay_priors"]
