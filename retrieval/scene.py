"""What an image, or a text, says of the scene, and how well a fact holds in it.

A fact may be limited to a view, a position, an age or a condition (``holds_for``), and tells how common it is. A
finding that is seen counts for everything that it is a kind of (``skos:broader``); one that is denied, for all its
kinds.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import NamedTuple

from thoracite.kg.concepts import find_ancestors, read_concepts
from thoracite.types import Finding, Provenance, Region, Triple, View
from thoracite.types.verdict import ASSERTED

_ELSEWHERE = 0.3
"""Worth of what holds for another view, where no image is asked about."""

COMMON = {"common": 1.0, "occasional": 0.75, "not stated": 0.7, "rare": 0.4}
"""Worth of a statement by how common it says the sign is."""

PLAIN = {"high": 1.0, "not stated": 1.0, "medium": 0.9, "low": 0.7}
"""Worth of a statement by how plainly it is said."""

_LIMITS = (
    ("frontal", "pa", "ap", "lateral", "decubitus", "ct", "mri", "ultrasound"),
    ("erect", "supine"),
    ("expiratory",),
    ("serial films",),
    ("adult", "child", "neonate"),
)
"""Limits of a fact, by kind: one of a kind suffices, each kind that is named must be met."""

_FRONTAL = {"frontal": 1.0, "adult": 1.0}
_SCENES: Mapping[View, Mapping[str, float]] = {
    "PA": _FRONTAL | {"pa": 1.0, "erect": 1.0},
    "AP": _FRONTAL | {"ap": 1.0, "erect": 0.5, "supine": 0.5},
    "unknown": _FRONTAL | {"pa": 1.0, "erect": 1.0, "ap": 0.5},
    "lateral": {"lateral": 1.0, "erect": 1.0, "adult": 1.0},
}
"""How well a limit is met in an image of each view; 0 where it is not named."""


_OFTEN, _BEYOND = 10, 2.0
"""Least reports that affirm a counted triple, and least lift, before it explains an image."""


@cache
def find_kinds(entity: str) -> frozenset[str]:
    """Return the CURIEs of everything that is a kind of a concept, itself left out.

    Examples
    --------
    >>> "thx:cardiogenic_pulmonary_edema" in find_kinds("thx:pulmonary_edema")
    True
    """
    return _find_all_kinds().get(entity, frozenset())


@cache
def _find_all_kinds() -> Mapping[str, frozenset[str]]:
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for entity, above in find_ancestors(read_concepts()).items():
        for wider in above:
            kinds[wider].add(entity)
    return {wider: frozenset(below) for wider, below in kinds.items()}


class Seen(NamedTuple):
    """Findings and signs of an image, and their places.

    Parameters
    ----------
    present, absent : frozenset of str
        CURIEs that the image shows, and that it does not show; what it does not decide on is in neither.
    regions : mapping of str to Region
        Places of findings, by CURIE.
    view : str or None
        View of the image; None where a text is asked about, not an image.
    """

    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    regions: Mapping[str, Region] = {}
    view: View | None = None

    def shows(self, entity: str) -> bool:
        """Tell whether a concept is seen, or a kind of it."""
        return entity in self.present or not self.present.isdisjoint(find_kinds(entity))

    def denies(self, entity: str) -> bool:
        """Tell whether a concept is read as absent, or what it is a kind of; never what is seen."""
        return not self.shows(entity) and (
            entity in self.absent or any(entity in find_kinds(wider) for wider in self.absent)
        )


def find_seen(findings: Iterable[Finding], *, view: View = "unknown") -> Seen:
    """Gather findings and their signs for ranking.

    Parameters
    ----------
    findings : iterable of Finding
        All findings of one image.
    view : str
        The image's view; an unknown one counts as frontal.
    """
    findings = tuple(findings)
    answers = [(s.sign.entity.id, s.answer) for finding in findings for s in finding.signs if s.answer is not None]
    return Seen(
        frozenset(f.entity.id for f in findings if f.verdict in ASSERTED)
        | frozenset(sign for sign, answer in answers if answer == "yes"),
        frozenset(f.entity.id for f in findings if f.verdict == "unlikely")
        | frozenset(sign for sign, answer in answers if answer == "no"),
        {f.entity.id: f.region for f in findings if f.region is not None},
        view,
    )


def rate_source(triple: Triple, seen: Seen | None = None) -> float:
    """Rate the sources, in [0, 1]: a curated text before counted reports, many reports before few.

    Of texts the best counts that holds here: what is common before what is rare, what is plainly said before what is
    not. Of reports, what is named together by chance counts less.

    Parameters
    ----------
    triple : Triple
        Any triple.
    seen : Seen or None
        The image, whose view and findings say what holds here.

    Examples
    --------
    >>> from thoracite.kg.vocabulary import SUGGESTS
    >>> from thoracite.types import Counts, Entity, Relation
    >>> ends = dict(subject=Entity(id="thx:a", label="a"), relation=Relation(id=SUGGESTS, label="suggestive of"),
    ...             object=Entity(id="thx:b", label="b"))
    >>> text = Provenance(source="thxs:openstax", locator="22.1", commonness="common", holds_for=("supine",))
    >>> counted = Triple(**ends, counts=Counts(present=9, uncertain=3), support=12,
    ...                  provenance=(Provenance(source="thxs:openi", locator="-", extractor="thoracite-rules"),))
    >>> standing = Seen(view="PA")
    >>> round(rate_source(Triple(**ends, provenance=(text,))), 2), round(rate_source(counted), 2)
    (0.27, 0.27)
    >>> rate_source(Triple(**ends, provenance=(text,)), standing)
    0.0
    """
    seen = seen or Seen()
    read = [origin for origin in triple.provenance if origin.extractor == "curated"]
    if read:
        several = 1.0 if len({origin.source for origin in read}) > 1 else 0.9
        return several * max(_rate_origin(origin, seen) for origin in read)
    counts = triple.counts
    stated = (counts.present + 0.5 * counts.uncertain) / counts.total if counts.total else 0.5
    chance = 1.0 if triple.lift is None else min(1.0, triple.lift / 2)
    held = max(_rate_origin(origin, seen) for origin in triple.provenance)
    return 0.8 * held * chance * stated * min(1.0, math.log1p(triple.support) / math.log1p(100))


def is_established(triple: Triple) -> bool:
    """Tell whether a triple may explain an image: read in a text, or affirmed by reports often and beyond chance."""
    if any(source.extractor == "curated" for source in triple.provenance) or not triple.counts.total:
        return True
    return triple.counts.present >= _OFTEN and (triple.lift is None or triple.lift >= _BEYOND)


def _rate_origin(origin: Provenance, seen: Seen) -> float:
    return rate_limits(origin.holds_for, seen) * COMMON[origin.commonness] * PLAIN[origin.confidence]


def rate_limits(limits: Collection[str], seen: Seen) -> float:
    """Rate how well a statement's limits are met, in [0, 1]: wholly without any; a condition is met where it is seen.

    Parameters
    ----------
    limits : collection of str
        ``holds_for`` of a source.
    seen : Seen
        The image, whose view and findings say what holds here; without a view nothing is ruled out.
    """
    scene = _SCENES[seen.view or "unknown"]
    rate = 1.0
    for kind in _LIMITS:
        if named := [limit for limit in kind if limit in limits]:
            rate *= max(scene.get(limit, 0.0) for limit in named)
    if conditions := [limit for limit in limits if ":" in limit]:
        rate *= float(any(map(seen.shows, conditions)))
    return rate if seen.view else max(rate, _ELSEWHERE)


__all__ = ["COMMON", "PLAIN", "Seen", "find_kinds", "find_seen", "is_established", "rate_limits", "rate_source"]
