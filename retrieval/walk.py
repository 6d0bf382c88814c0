"""Personalised PageRank: how often a walk that keeps starting again at the seeds comes by each concept.

networkx has it over scipy, which the light install lacks; over some hundred candidates a sum in Python takes
milliseconds.

References
----------
Page L, Brin S, Motwani R, Winograd T. The PageRank Citation Ranking. 1999. Section 2.6 (personalised).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from thoracite.types import Triple

_STEPS = 12
"""Steps of the power iteration: with a damping of 0.5 what is left is below a thousandth."""


def walk_from(triples: Iterable[Triple], start: Mapping[str, float], *, damping: float = 0.5) -> dict[str, float]:
    """Walk over triples in either direction.

    Parameters
    ----------
    triples : iterable of Triple
        In a fixed order, so that the sums are the same on every run.
    start : mapping of str to float
        CURIE → share of the walks that start there; concepts that no triple has are left out.
    damping : float
        Share of the walks that goes on at each step, in (0, 1).

    Returns
    -------
    dict of str to float
        Share of the time at each concept, the largest 1; empty without triples.

    Examples
    --------
    >>> from thoracite.types import Entity, Provenance, Relation
    >>> origin, sign = (Provenance(source="thxs:s", locator="1"),), Relation(id="thx:suggestive_of", label="suggests")
    >>> def fact(a: str, b: str) -> Triple:
    ...     return Triple(subject=Entity(id=a, label=a), relation=sign, object=Entity(id=b, label=b), provenance=origin)
    >>> shares = walk_from([fact("thx:a", "thx:b"), fact("thx:b", "thx:c")], {"thx:a": 1.0})
    >>> shares["thx:a"] > shares["thx:c"] > 0
    True
    """
    beside: dict[str, list[str]] = {}
    for subject, object_ in dict.fromkeys((one.subject.id, one.object.id) for one in triples):
        beside.setdefault(subject, []).append(object_)
        beside.setdefault(object_, []).append(subject)
    begun = {curie: share for curie, share in start.items() if curie in beside}
    if not begun:
        return {}
    whole = sum(begun.values())
    home = {curie: share / whole for curie, share in begun.items()}
    time = home
    for _ in range(_STEPS):
        time = _step(time, home, beside, damping)
    most = max(time.values())
    return {curie: share / most for curie, share in time.items()}


def _step(
    time: Mapping[str, float], home: Mapping[str, float], beside: Mapping[str, list[str]], damping: float
) -> dict[str, float]:
    after = {curie: (1 - damping) * share for curie, share in home.items()}
    for curie, share in time.items():
        others = beside[curie]
        onward = damping * share / len(others)
        for other in others:
            after[other] = after.get(other, 0.0) + onward
    return after


__all__ = ["walk_from"]
