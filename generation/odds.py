"""Likelihood ratios in a sentence: "13 times its usual odds".

Examples
--------
>>> [(o.bound, o.low, o.high) for o in find_odds("(probability 0.38; 13 times its usual odds)")]
[('', '13', '')]
>>> [(o.bound, o.low, o.high) for o in find_odds("(0.59 to 1.7 times their usual odds)")]
[('', '0.59', '1.7')]
>>> holds(next(find_odds("(at most 0.4 times their usual odds)")), [0.4, 0.1])
True
>>> list(find_odds("no more than 13 times its usual odds")), find_stray_odds("thirteen times its usual odds")
([], ['times', 'odds'])
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from thoracite.types.verdict import state_ratio

_NUMBER = r"\d+(?:\.\d+)?"
_ODDS = re.compile(
    rf"(?:(?P<bound>at most|at least|more than|less than) )?(?P<low>{_NUMBER})(?: to (?P<high>{_NUMBER}))? "
    r"times (?:its|their) usual odds\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:[(;,]|\b(?:at|with))\s*$")
"""What may stand before a ratio: no word that turns it, such as "not" or "below"."""

_FOLD = r"(?:\d|two|three|four|five|ten|twenty|hundred|thousand|many|mani|several)[- ]?fold"
_STRAY = re.compile(rf"\b(?:times|twice|thrice|odds|likelihood ratio)\b|{_FOLD}\b|×", re.IGNORECASE)


class Odds(NamedTuple):
    """One statement of likelihood ratios.

    Parameters
    ----------
    bound : str
        ``at most``, ``at least``, ``more than``, ``less than``; empty where there is none.
    low, high : str
        Digits; ``high`` is empty unless a range is stated.
    start, end : int
        Positions of its first character and behind its last.
    """

    bound: str
    low: str
    high: str
    start: int
    end: int


def find_odds(text: str) -> Iterator[Odds]:
    """Find every likelihood ratio that is stated in the one form that can be checked."""
    for match in _ODDS.finditer(text):
        bound, high = (match["bound"] or "").lower(), match["high"] or ""
        if _BEFORE.search(text[: match.start()]) and not (bound and high):
            yield Odds(bound, match["low"], high, match.start(), match.end())


def find_stray_odds(text: str) -> list[str]:
    """Find words of a ratio in any other form, which cannot be checked."""
    for odds in find_odds(text):
        text = text[: odds.start] + " " * (odds.end - odds.start) + text[odds.end :]
    return [match.group().lower() for match in _STRAY.finditer(text)]


def holds(odds: Odds, ratios: Sequence[float]) -> bool:
    """Tell whether a statement agrees with the ratios of all findings that it is made of, rounded as they are printed.

    Parameters
    ----------
    odds : Odds
        From :func:`find_odds`.
    ratios : sequence of float
        At least one.
    """
    stated = [state_ratio(ratio) for ratio in sorted(ratios)]
    if odds.high:
        return len(stated) > 1 and (odds.low, odds.high) == (stated[0], stated[-1])
    if odds.bound == "at most":
        return odds.low == stated[-1]
    if odds.bound == "at least":
        return odds.low == stated[0]
    return set(stated) == {f"{odds.bound} {odds.low}".strip()}


__all__ = ["Odds", "find_odds", "find_stray_odds", "holds"]
