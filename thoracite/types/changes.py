"""Nouns of an intervention: what was set or left out, and what that changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field

from thoracite.types.graph import Entity
from thoracite.types.image import Answer, Verdict
from thoracite.types.noun import Noun, Probability

if TYPE_CHECKING:
    from thoracite.types.explanation import Evidence


class Touch(NamedTuple):
    """What is set or left out before an image that was read is explained.

    Parameters
    ----------
    signs : mapping of str to float, str or None
        Signs that are set, by CURIE and side; None takes one away.
    without : collection of (str, str, str)
        Triples that are left out, by CURIEs.
    before : sequence of Evidence
        Keeps its keys.
    """

    signs: Mapping[str, float | Answer | None] = MappingProxyType({})
    without: Collection[tuple[str, str, str]] = ()
    before: Sequence[Evidence] = ()


class FindingChange(Noun):
    """A finding that moved.

    Parameters
    ----------
    finding : Entity
        The finding.
    before, after : float
        Its probability as the image was read, and as it is now, in [0, 1].
    log_odds : float
        Log-odds after less log-odds before.
    verdict_before, verdict_after : str
        Its words as the image was read, and as they are now.
    """

    finding: Entity
    before: Probability
    after: Probability
    log_odds: float
    verdict_before: Verdict
    verdict_after: Verdict


class Changes(Noun):
    """An explanation held against that of the untouched image.

    Parameters
    ----------
    signs : mapping of str to float, str or None
        Signs that were set, by CURIE and side: a value, ``yes``, ``no``, or None where one was taken away.
    without : tuple of str
        Triples and places that were left out: three CURIEs, or a box in pixels of the image as given.
    findings : tuple of FindingChange
        Findings that moved, the farthest first.
    removed, added : tuple of str
        Sentences that went, and sentences that came; one that was rewritten is in both.
    notes : tuple of str
        Sentences on what the change leaves as it was.
    """

    signs: Mapping[str, float | Answer | None] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    findings: tuple[FindingChange, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


__all__ = ["Changes", "FindingChange", "Touch"]
