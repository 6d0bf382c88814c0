"""Likelihood ratios and priors in a sentence: "13 times its usual odds", "usually 0.04".

Examples
--------
>>> [(o.bound, o.low, o.high) for o in find_odds("(probability 0.38; 13 times its usual odds)")]
[('', '13', '')]
>>> [(o.bound, o.low, o.high) for o in find_odds("(0.59 to 1.7 times their usual odds)")]
[('', '0.59', '1.7')]
>>> holds(next(find_odds("(at most 0.4 times their usual odds)")), [0.4, 0.1])
True
>>> find_usual("(probability 0.38, usually 0.04; 13 times its usual odds)")
[Usual(text='0.04', start=18, end=31)]
>>> find_stray_odds("(probability 0.38, usually at most 0.04)"), find_stray_odds("pneumonia is usually one-sided")
(['usually'], [])
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

_USUAL = re.compile(rf"(?<=\d), usually (?P<number>{_NUMBER})(?=\s*[;)])", re.IGNORECASE)
"""The one form in which the prior stands behind a probability."""

_NORM = r"(?:usual|usually|normally|typically|ordinarily|on average)"
_STRAY_USUAL = re.compile(rf"\b{_NORM}\b(?=[^;()]{{0,40}}\d)|(?<=\d) (?:as )?{_NORM}\b", re.IGNORECASE)
"""Words that call a number usual in any other form."""

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


class Usual(NamedTuple):
    """One statement of a prior.

    Parameters
    ----------
    text : str
        Its digits.
    start, end : int
        Positions of its first character and behind its last.
    """

    text: str
    start: int
    end: int


def find_usual(text: str) -> list[Usual]:
    """Find every prior that is stated in the one form that can be checked: "usually 0.04", behind a probability."""
    return [Usual(match["number"], match.start() + 1, match.end()) for match in _USUAL.finditer(text)]


def find_stated(text: str) -> list[Odds | Usual]:
    """Find every ratio and every prior that can be checked."""
    return [*find_odds(text), *find_usual(text)]


def find_stray_odds(text: str) -> list[str]:
    """Find words of a ratio or of a prior in any other form, which cannot be checked."""
    for one in find_stated(text):
        text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    return [match.group().strip().lower() for one in (_STRAY, _STRAY_USUAL) for match in one.finditer(text)]


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


__all__ = ["Odds", "Usual", "find_odds", "find_stated", "find_stray_odds", "find_usual", "holds"]
