"""Verdicts in order, and likelihood ratios in digits: what sentences, pages and the verifier share.

A ratio is rounded so that it stays on its verdict's side of 10, 2 and ½: a finding that is undecided at 1.96 is never
printed beside "2 times".

Examples
--------
>>> [state_ratio(ratio) for ratio in (24.3, 3.04, 2.96, 1.0, 0.352, 0.0481)]
['24', '3', '3', '1', '0.35', '0.048']
>>> [state_ratio(ratio) for ratio in (9.97, 1.96, 1.9997, 0.504, 0.5)]
['9.97', '1.96', '1.99', '0.504', '0.5']
>>> state_ratio(4000), state_ratio(1e-9)
('more than 1000', 'less than 0.001')
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from thoracite.types.image import POSSIBLE, SUSPECTED, UNLIKELY, Finding, Verdict

ORDER: tuple[Verdict, ...] = ("likely", "suspected", "possible", "undecided", "unlikely")
"""Verdicts, the surest first."""

OUTSTANDING: frozenset[Verdict] = frozenset({"likely", "suspected"})
"""Verdicts on findings that stand out."""

ASSERTED: frozenset[Verdict] = OUTSTANDING | {"possible"}
"""Verdicts on findings that an explanation may give reasons for."""

_MOST, _LEAST = Decimal(1000), Decimal("0.001")
"""Ratios beyond which only the bound is said."""


def find_rank(finding: Finding) -> tuple[int, bool, float]:
    """Return the key that sorts findings by verdict, then by likelihood ratio, by probability where none is known.

    Parameters
    ----------
    finding : Finding
        Any finding of one image.
    """
    ratio = finding.likelihood_ratio
    strength = finding.probability if ratio is None else ratio
    return ORDER.index(finding.verdict), ratio is None, -strength


def state_ratio(ratio: float) -> str:
    """Return a likelihood ratio as it is printed.

    Whole numbers from 10 on, one decimal from 1 on, two digits below. Where that would cross a limit of the verdicts,
    one digit more, and where that still would, cut off towards the verdict's side.

    Parameters
    ----------
    ratio : float
        Above 0.
    """
    exact = Decimal(repr(ratio))
    if exact > _MOST:
        return f"more than {_MOST}"
    if exact < _LEAST:
        return f"less than {_LEAST}"
    decimals = 0 if ratio >= SUSPECTED else 1 if ratio >= 1 else 1 - exact.adjusted()
    towards = ROUND_CEILING if _round(exact, decimals, ROUND_HALF_EVEN) < exact else ROUND_FLOOR
    tries = (_round(exact, *how) for how in ((decimals, ROUND_HALF_EVEN), (decimals + 1, ROUND_HALF_EVEN)))
    same_side = (one for one in tries if _find_side(one) == _find_side(exact))
    digits = f"{next(same_side, _round(exact, decimals + 1, towards)):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _round(ratio: Decimal, decimals: int, rounding: str) -> Decimal:
    return ratio.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)


def _find_side(ratio: Decimal) -> tuple[bool, bool, bool]:
    return ratio >= Decimal(SUSPECTED), ratio >= Decimal(POSSIBLE), ratio > Decimal(UNLIKELY)


__all__ = ["ASSERTED", "ORDER", "OUTSTANDING", "find_rank", "state_ratio"]
