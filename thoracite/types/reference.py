"""The reference that a measured value is held against, and its wording in ``SignScore.reference``.

The comparison at the beginning says where usual values lie: an angle of 71 degrees is beyond ``< 60 (fitted, PA)``.

Examples
--------
>>> depth = Reference(limit=0.061, usual="above", view="PA", share=0.9)
>>> depth.text
'> 0.061 (fitted, PA): nine in ten normal films are above'
>>> parse_reference(depth.text) == depth
True
>>> depth.passes(0.04), depth.passes(0.08)
(False, True)
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field

from thoracite.types.noun import Noun

_TENTHS = ("", "", "", "", "", "", "six", "seven", "eight", "nine")
"""Words for six to nine in ten."""

_FORM = re.compile(
    r"(?P<sign>[<>]) (?P<limit>-?\d+(?:\.\d+)?) \((?P<source>fitted|published), (?P<view>PA|AP|frontal)\)"
    r"(?:: (?P<share>\w+ in (?:ten|100)) normal films are (?P<usual>above|below))?"
)


class Reference(Noun):
    """The limit between usual values and those beyond.

    Parameters
    ----------
    limit : float
        In the unit of the value; four significant digits are kept in the text.
    usual : str
        Where usual values lie: ``above`` or ``below`` the limit.
    view : str
        ``PA``, ``AP``, or ``frontal`` where the view is not known.
    share : float or None
        Share of normal films on that side, in (0.5, 1), to a hundredth; None where it was not counted.
    source : str
        ``fitted`` on normal films, or ``published``.
    """

    limit: float
    usual: Literal["above", "below"]
    view: Literal["PA", "AP", "frontal"]
    share: float | None = Field(default=None, gt=0.5, lt=1)
    source: Literal["fitted", "published"] = "fitted"

    @property
    def text(self) -> str:
        """Return the form that :func:`parse_reference` reads: ``< 60 (fitted, PA): nine in ten normal films …``."""
        limit = f"{float(f'{self.limit:.4g}'):.10f}".rstrip("0").rstrip(".")
        held = f"{'>' if self.usual == 'above' else '<'} {limit} ({self.source}, {self.view})"
        return held if self.share is None else f"{held}: {state_share(self.share)} normal films are {self.usual}"

    def passes(self, value: float) -> bool:
        """Tell whether a value lies where usual values do."""
        return value > self.limit if self.usual == "above" else value < self.limit


def state_share(share: float) -> str:
    """Write a share of films.

    Examples
    --------
    >>> state_share(0.9), state_share(0.95)
    ('nine in ten', '95 in 100')
    """
    hundredths = round(100 * share)
    return f"{hundredths} in 100" if hundredths % 10 else f"{_TENTHS[hundredths // 10]} in ten"


def parse_reference(text: str) -> Reference | None:
    """Read the text of a reference; None where it has another form or contradicts itself.

    Examples
    --------
    >>> parse_reference("< 60 (fitted, PA)")
    Reference(limit=60.0, usual='below', view='PA', share=None, source='fitted')
    >>> parse_reference("about 60") is None
    True
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    usual: Literal["above", "below"] = "above" if match["sign"] == ">" else "below"
    share = _read_share(match["share"]) if match["share"] else None
    if match["share"] and (share is None or match["usual"] != usual):
        return None
    fields = {"limit": float(match["limit"]), "usual": usual, "view": match["view"]}
    return Reference.model_validate({**fields, "share": share, "source": match["source"]})


def _read_share(words: str) -> float | None:
    count, _, whole = words.partition(" in ")
    if whole == "ten" and count in _TENTHS:
        return _TENTHS.index(count) / 10
    return int(count) / 100 if whole == "100" and count.isdigit() and 50 < int(count) < 100 else None


__all__ = ["Reference", "parse_reference", "state_share"]
