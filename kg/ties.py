"""How a fact ties a sign of an image to a finding: which of the sign's concepts, in which direction, under which terms.

A *yes* is tied by the sign's concept, a *no* by the concept that speaks against the finding (a sharp angle against an
effusion), or by the sign that was looked for and is absent. The other end is the finding, a kind of it, or what it is a
kind of (``skos:broader``).

Examples
--------
>>> from thoracite.types import Provenance, Relation, Sign
>>> angle = Entity(id="thx:blunting_of_costophrenic_angle", label="blunting of costophrenic angle")
>>> effusion = Entity(id="thx:pleural_effusion", label="pleural effusion")
>>> fact = Triple(
...     subject=angle, relation=Relation(id=SUGGESTS, label="suggestive of"), object=effusion,
...     provenance=(Provenance(source="thxs:openstax", locator="22.1", holds_for=("erect",)),),
... )
>>> score = SignScore(sign=Sign(id=angle.id, question="Is it blunted?", entity=angle), value=0.04, answer="yes")
>>> tie = find_tie(score, effusion.id, fact)
>>> tie.stance, tie.shown, tie.finding.label
('for', True, 'pleural effusion')
>>> list_terms(fact, "PA"), list_terms(fact, "AP")
([frozenset()], [frozenset({'erect'})])
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from thoracite.kg.concepts import find_ancestors, read_concepts
from thoracite.kg.vocabulary import ARGUES_AGAINST, HAS_SIGN, SUGGESTS
from thoracite.types import Certainty, Entity, Finding, SignScore, Triple
from thoracite.types.verdict import OUTSTANDING

_MET: dict[str, frozenset[str]] = {
    "PA": frozenset({"frontal", "pa", "erect", "adult"}),
    "AP": frozenset({"frontal", "ap", "adult"}),
}
"""What a view itself says of a fact's limits; an unknown one says frontal and adult."""

_KIND = 1
"""Nearness of a fact about a kind of the finding."""

_PLACED = re.compile(r"\blobe\b")
"""In names of kinds that differ by their place."""

_SIDE = re.compile(r"\b(left|right)\b(?! (?:atri|ventric|heart|main|lower than|slightly))")
_RATIO = re.compile(r"\bratio (?P<how>>|<|up to|below|above) ?(?P<limit>0\.\d+)")


class Tie(NamedTuple):
    """What a fact makes of a sign.

    Parameters
    ----------
    stance : str
        ``for`` or ``against`` the finding, given the image's answer.
    shown : bool
        Whether the sign's end of the fact is what the image shows; False where it is looked for and absent.
    sign, finding : Entity
        Both ends; the finding's end may be a kind of the finding, or what it is a kind of.
    nearness : int
        2 where that end is the finding itself, 1 where it is a kind of it, 0 where the finding is a kind of that.
    """

    stance: Literal["for", "against"]
    shown: bool
    sign: Entity
    finding: Entity
    nearness: int


def find_tie(score: SignScore, about: str, triple: Triple) -> Tie | None:
    """Find how a fact ties an answered sign to a finding; None where it does not.

    Parameters
    ----------
    score : SignScore
        A sign with an answer.
    about : str
        CURIE of the finding.
    triple : Triple
        Any fact.
    """
    sign, finding = (
        (triple.subject, triple.object) if triple.relation.id != HAS_SIGN else (triple.object, triple.subject)
    )
    against = triple.relation.id == ARGUES_AGAINST
    if triple.relation.id not in {HAS_SIGN, SUGGESTS, ARGUES_AGAINST} or triple.certainty is Certainty.ABSENT:
        return None
    nearness = _find_nearness(finding.id, about)
    if nearness is None or not _agrees(score, sign, finding):
        return None
    if score.answer == "yes" and sign.id == score.sign.entity.id:
        return Tie("against" if against else "for", True, sign, finding, nearness)
    if score.answer == "no" and against and score.opposite is not None and sign.id == score.opposite.id:
        return Tie("against", True, sign, finding, nearness)
    if score.answer == "no" and not against and sign.id == score.sign.entity.id:
        return Tie("against", False, sign, finding, nearness)
    return None


def is_too_much(tie: Tie, finding: Finding) -> bool:
    """Tell whether a fact is about the signs of a kind of a finding that is not likely or suspected itself.

    Flat domes are no reason to name a tension pneumothorax where a pneumothorax is only possible, and domes that are
    not flat say little of a pneumothorax. A kind that is told by its place, a lobe, is not too much: the place of the
    sign tells it.

    Parameters
    ----------
    tie : Tie
        From :func:`find_tie`.
    finding : Finding
        The finding that it is to be told of.
    """
    narrow = tie.nearness == _KIND and (tie.stance == "for" or not tie.shown)
    return narrow and finding.verdict not in OUTSTANDING and not _PLACED.search(tie.finding.label)


def _find_nearness(end: str, about: str) -> int | None:
    if end == about:
        return 2
    return 1 if about in find_wider(end) else 0 if end in find_wider(about) else None


def _agrees(score: SignScore, sign: Entity, finding: Entity) -> bool:
    """Tell whether side and published limit in the names agree with the sign's side and value."""
    sides = set(_SIDE.findall(finding.label))
    if score.side in {"left", "right"} and sides and score.side not in sides:
        return False
    limit = _RATIO.search(sign.label)
    if limit is None or score.value is None:
        return True
    above = score.value > float(limit["limit"])
    shown = above if limit["how"] in {">", "above"} else not above
    return shown is (sign.id != score.sign.entity.id or score.answer == "yes")


@lru_cache(maxsize=4096)
def find_wider(identifier: str) -> frozenset[str]:
    """A concept and all wider ones.

    Parameters
    ----------
    identifier : str
        CURIE.

    Examples
    --------
    >>> sorted(find_wider("thx:large_pleural_effusion"))
    ['thx:large_pleural_effusion', 'thx:pleural_effusion']
    """
    return _find_all_wider().get(identifier, frozenset()) | {identifier}


@lru_cache(maxsize=4096)
def find_family(identifier: str) -> frozenset[str]:
    """A concept, all wider ones, and all kinds of it.

    Parameters
    ----------
    identifier : str
        CURIE.

    Examples
    --------
    >>> {"thx:large_pleural_effusion", "thx:pleural_effusion"} <= find_family("thx:pleural_effusion")
    True
    """
    kinds = frozenset(one for one, wider in _find_all_wider().items() if identifier in wider)
    return find_wider(identifier) | kinds


@cache
def _find_all_wider() -> Mapping[str, frozenset[str]]:
    return find_ancestors(read_concepts())


def list_terms(triple: Triple, view: str) -> list[frozenset[str]]:
    """List what has to be said beside a fact for it to hold, one set for each of its sources; one of them suffices.

    Parameters
    ----------
    triple : Triple
        Any fact.
    view : str
        View of the image: what it says of itself (a PA film is erect) need not be said.
    """
    met = _MET.get(view, frozenset({"frontal", "adult"}))
    views = frozenset({"frontal", "pa", "ap"})
    read = [one for one in triple.provenance if one.extractor == "curated"] or list(triple.provenance)
    needed = []
    for one in read:
        limits = frozenset(one.holds_for)
        needed.append(limits - met - (views if limits & met & views else frozenset()))
    return sorted(set(needed), key=lambda terms: (len(terms), sorted(terms)))


__all__ = ["Tie", "find_family", "find_tie", "find_wider", "is_too_much", "list_terms"]
