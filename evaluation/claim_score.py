"""A score of one chest X-ray text against another, claim by claim, by what matters to a patient.

Both texts are read into claims: concept, certainty, side, place, degree, change, length, and where a device ends. Each
claim is held against the other text's best one; a claim that is contradicted agrees on nothing, one that differs in a
detail on less, and a detail that is not said costs little. Each claim counts by its clinical weight, what is denied far
less than what is stated, and a denial that the other text leaves out hardly at all. The score is the weighted share
that
is agreed on in both directions, in [0, 1].

Sentences of which nothing was read are compared by vectors, so that an unread paraphrase is not taken for an omission.

References
----------
Bannur S, et al. MAIRA-2: grounded radiology report generation. 2024. arXiv:2406.04449 (RadFact: claims entailed in both
directions).

Examples
--------
>>> score_claims("Small left pleural effusion.", "There is a small pleural effusion on the left side.")
1.0
>>> right = score_claims("The pleural spaces are free of fluid.", "No pleural effusion.")
>>> wrong = score_claims("Pleural effusion.", "No pleural effusion.")
>>> right > 0.9, wrong
(True, 0.0)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from thoracite.evaluation.claim_kinds import compare_concepts, is_of, weigh_concept
from thoracite.evaluation.claim_reading import Claim, read_claims
from thoracite.evaluation.claim_unread import Unread, compare, find_unread, resemble


class Weights(NamedTuple):
    """What counts for how much.

    Parameters
    ----------
    denied, unsaid : float
        Weight of a denial that both texts make, and of one that only one makes, as shares of the finding's own.
    unknown : float
        What is left of agreement where one text does not say a detail.
    side, place, contradicted : float
        What is left where sides, places or directions of change differ.
    old : float
        Weight of what is old or healed, as a share.
    floor, likeness, cap : float
        Cosine from which on an unread part may say a claim, what it is multiplied by, and the most that it gives.
    unread : float
        Weight of an unread part where the other text has one, too.
    """

    denied: float = 0.15
    unsaid: float = 0.03
    unknown: float = 0.97
    side: float = 0.15
    place: float = 0.3
    contradicted: float = 0.35
    old: float = 0.25
    floor: float = 0.1
    likeness: float = 3.0
    cap: float = 0.9
    unread: float = 0.25


WEIGHTS = Weights()
_BY_GAP = ((0.0, 1.0), (0.7, 0.95), (1.0, 0.8), (2.0, 0.5), (3.0, 0.25))
"""What is left where sizes or severities differ by so many steps at most: trace and small are near."""
_BY_DEGREE = (0.7, 0.85, 1.0, 1.25)
DENIED = 0.2
"""Certainty below which a claim is a denial."""
_OPPOSED = 0.6
"""Difference of certainties from which on two claims contradict each other."""
_AXES = (
    frozenset({"upper", "mid", "lower", "hilar"}), frozenset({"peripheral", "hilar"}), frozenset({"anterior",
    "posterior"}),
)  # fmt: skip


def score_claims(candidate: str, reference: str, weights: Weights = WEIGHTS) -> float:
    """Score a text against a reference.

    Parameters
    ----------
    candidate, reference : str
        Sentences about one chest radiograph.
    weights : Weights
        What counts for how much.

    Returns
    -------
    float
        In [0, 1]; 1 where both claim the same, or neither claims anything.
    """
    said, asked = read_claims(candidate), read_claims(reference)
    said_else, asked_else = find_unread(candidate), find_unread(reference)
    held = [
        *_hold_all(said, asked, asked_else, weights),
        *_hold_all(asked, said, said_else, weights),
        *_hold_unread(said_else, asked_else, weights),
        *_hold_unread(asked_else, said_else, weights),
    ]
    whole = sum(weight for _, weight in held)
    return round(sum(shared for shared, _ in held) / whole, 6) if whole else 1.0


def _hold_all(
    claims: Sequence[Claim], others: Sequence[Claim], unread: Sequence[Unread], weights: Weights
) -> Iterator[tuple[float, float]]:
    """Hold claims against another text's, and against what was not read of it."""
    likeness = resemble(unread, [one.concept for one in claims])
    for at, one in enumerate(claims):
        denied = one.certainty < DENIED
        alike = max((likeness[row, at] for row, part in enumerate(unread) if part.denies == denied), default=0.0)
        hint = min(weights.cap, weights.likeness * float(alike)) if alike > weights.floor else 0.0
        yield _hold(one, others, hint, weights)


def _hold_unread(parts: Sequence[Unread], others: Sequence[Unread], weights: Weights) -> Iterator[tuple[float, float]]:
    """Hold unread parts against those of another text; where that has none, it may have said them in words we read."""
    for part in parts if others else ():
        alike = max(compare(part, other) for other in others)
        hint = alike if alike == 1 else min(weights.cap, weights.likeness * alike) if alike > weights.floor else 0.0
        yield hint * weights.unread, weights.unread


def weigh(one: Claim, weights: Weights = WEIGHTS) -> float:
    """Weigh a claim, as if it were stated, by what hangs on it for the patient."""
    weight = weigh_concept(one.concept)
    if one.old:
        weight *= weights.old
    if one.degree is not None:
        weight *= _BY_DEGREE[round(one.degree)]
    return weight * (2 if one.placed == "bad" else 1)


def agree(one: Claim, other: Claim, weights: Weights = WEIGHTS) -> float:
    """Return how far two claims agree, in [0, 1]; 0 where they are about other things, or contradict each other."""
    kin = compare_concepts(one.concept, other.concept)
    if kin == 0:
        return 0.0
    kin *= _compare_certainty(one.certainty, other.certainty)
    if min(one.certainty, other.certainty) < DENIED:
        # to deny it on one side is not to deny it on the other, or on both
        return kin * (0.3 if one.sides and other.sides and not one.sides & other.sides else 1.0)
    kin *= _compare_sides(one.sides, other.sides, weights)
    kin *= _compare_places(one.places, other.places, weights)
    kin *= _compare_degrees(one.degree, other.degree, weights)
    kin *= _compare_changes(one.change, other.change, weights)
    kin *= _compare_lengths(one.length, other.length, weights)
    if one.old != other.old:
        kin *= 0.8
    if {one.number, other.number} == {"one", "many"}:
        kin *= 0.6
    if {one.more_on, other.more_on} == {"left", "right"}:
        kin *= weights.contradicted
    return kin * (_compare_devices(one, other, weights) if one.device else 1.0)


def contradicts(one: Claim, other: Claim) -> bool:
    """Tell whether one claim denies what the other states."""
    first, second = sorted((one, other), key=lambda claim: claim.certainty)
    if second.certainty - first.certainty < _OPPOSED:
        return False
    # a class is denied whole; to deny a kind of a finding is not to deny the finding
    related = is_of(second.concept, first.concept) or compare_concepts(first.concept, second.concept) >= 0.75
    return related and not (first.sides and second.sides and not first.sides & second.sides)


def _hold(one: Claim, others: Sequence[Claim], hint: float, weights: Weights) -> tuple[float, float]:
    """Hold a claim against another text's: what is agreed on, and its weight.

    ``hint`` is what to take for agreed on where no claim is about the same, since an unread part may say it.
    """
    best = max((agree(one, other, weights) for other in others), default=0.0)
    weight = weigh(one, weights)
    opposed = [other for other in others if contradicts(one, other)]
    if not opposed and best == 0:
        best = hint
    if one.certainty < DENIED:
        if opposed and best < 0.5:
            return 0.0, max(weigh(other, weights) for other in opposed)
        return (best * weight * weights.denied, weight * weights.denied) if best else (0.0, weight * weights.unsaid)
    if opposed and best < 0.5:
        best = 0.0
    weight *= 1.0 if one.certainty > 0.4 else 0.5
    return best * weight, weight


def _compare_certainty(one: float, other: float) -> float:
    gap = abs(one - other)
    return 1.0 if gap <= 0.16 else 0.9 if gap <= 0.26 else 0.45 if gap <= 0.5 else 0.0


def _compare_sides(one: frozenset[str], other: frozenset[str], weights: Weights) -> float:
    if one == other:
        return 1.0
    if not one or not other:
        return weights.unknown
    return 0.6 if one & other else weights.side


def _compare_places(one: frozenset[str], other: frozenset[str], weights: Weights) -> float:
    left = 1.0
    for axis in _AXES:
        first, second = one & axis, other & axis
        if first and second and not first & second:
            left = min(left, weights.place)
        elif bool(first) != bool(second):
            left = min(left, weights.unknown)
    ribs, other_ribs = ({place for place in places if place.startswith("rib")} for places in (one, other))
    return left if not ribs or not other_ribs or ribs & other_ribs else min(left, 0.6)


def _compare_degrees(one: float | None, other: float | None, weights: Weights) -> float:
    if one is None or other is None:
        return 1.0 if one == other else weights.unknown
    gap = abs(one - other)
    return next(left for most, left in _BY_GAP if gap <= most)


def _compare_changes(one: str, other: str, weights: Weights) -> float:
    if one == other or {one, other} == {"new", "more"}:
        return 1.0
    return weights.unknown if not one or not other else weights.contradicted


def _compare_lengths(one: float, other: float, weights: Weights) -> float:
    if not one or not other:
        return 1.0 if one == other else weights.unknown
    ratio = max(one, other) / min(one, other)
    return 1.0 if ratio < 1.1 else 0.85 if ratio < 1.3 else 0.6 if ratio < 2 else 0.35


def _compare_devices(one: Claim, other: Claim, weights: Weights) -> float:
    if one.placed and other.placed and one.placed != other.placed:
        return 0.15
    if one.tips and other.tips and not one.tips & other.tips:
        return 0.85 if one.placed == other.placed == "ok" else weights.contradicted
    return 1.0 if bool(one.tips) == bool(other.tips) else weights.unknown


__all__ = ["WEIGHTS", "Weights", "agree", "contradicts", "score_claims", "weigh"]
