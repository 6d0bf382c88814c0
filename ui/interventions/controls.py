"""Controls of a finding's signs: as the image was read, what each may be set to, and what it adds now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from thoracite.interventions import name_score
from thoracite.types import Answer, Finding, SignScore

FIRST = 8
"""Signs that are shown at once; the others are folded away."""


class Control(NamedTuple):
    """The control of one sign.

    Parameters
    ----------
    key : str
        CURIE, and the side behind a space where there is one.
    read : SignScore
        As the image was read.
    now : SignScore
        As it is set.
    low, high : float
        Of the slider, in the sign's unit.
    """

    key: str
    read: SignScore
    now: SignScore
    low: float
    high: float

    @property
    def value(self) -> float:
        """Return the slider's value: as set, else as read, else the middle."""
        known = next((one.value for one in (self.now, self.read) if one.value is not None), None)
        return (self.low + self.high) / 2 if known is None else known

    @property
    def unit(self) -> str:
        """Return the unit; a learned sign's value is a probability."""
        return "probability" if self.read.sign.kind == "learned" else self.read.unit


def list_controls(
    read: Finding, now: Finding, ranges: Mapping[str, tuple[float, float]]
) -> tuple[Sequence[Control], Sequence[Control]]:
    """List the controls of a finding's signs: the first ones, and the rest.

    Parameters
    ----------
    read, now : Finding
        As the image was read, whose order is kept, and as it is set.
    ranges : mapping of str to (float, float)
        Lowest and highest value by key of the sign.
    """
    by_key = {name_score(score): score for score in now.signs}
    controls = [_control(score, by_key.get(name_score(score), score), ranges) for score in read.signs]
    return controls[:FIRST], controls[FIRST:]


def _control(read: SignScore, now: SignScore, ranges: Mapping[str, tuple[float, float]]) -> Control:
    key = name_score(read)
    low, high = ranges.get(key, (0.0, 1.0))
    if read.value is not None:  # a value beyond the range changes nothing more, and still has its place
        low, high = min(low, read.value), max(high, read.value)
    return Control(key, read, now, low, high)


def state_choice(key: str, signs: Mapping[str, float | Answer | None]) -> str:
    """Return the choice of a sign: ``read``, ``yes``, ``no``, ``off`` or ``value``.

    Examples
    --------
    >>> [state_choice(key, {"a": "no", "b": None, "c": 0.3}) for key in "abcd"]
    ['no', 'off', 'value', 'read']
    """
    if key not in signs:
        return "read"
    answer = signs[key]
    return "off" if answer is None else answer if isinstance(answer, str) else "value"


__all__ = ["FIRST", "Control", "list_controls", "state_choice"]
