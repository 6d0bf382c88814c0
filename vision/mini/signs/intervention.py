"""Interventions: a sign is set or taken away, and the findings change by what it adds and nothing else.

Base and rest of a finding stay as they were; the sign's part is replaced by that of the new answer. So a finding moves
by exactly what the explanation said of the sign.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from thoracite.errors import UsageError
from thoracite.types import CERTAINTIES, Answer, Finding, SignScore, find_log_odds, find_verdict
from thoracite.types.verdict import ASSERTED
from thoracite.vision.mini.signs.evidence import SignReader
from thoracite.vision.mini.signs.listed import VIEWS, Frontal

TAKEN_AWAY = "it was taken away"
"""Reason why a sign that was taken away is not valid."""

_YES, _NO = 1.0, 0.05
"""Probabilities that a learned sign is set to; a measured one is set beyond its reference, or to its usual value."""

_BEYOND = 1.5
"""A yes of a measured sign, as a multiple of the way from the usual value to the reference."""


def set_signs(
    findings: Sequence[Finding], changes: Mapping[str, float | str | None], *, reader: SignReader, view: Frontal
) -> tuple[Finding, ...]:
    """Set signs, or take them away, and return the findings as they would be.

    Parameters
    ----------
    findings : sequence of Finding
        In the order of the reader's weights.
    changes : mapping of str to float, str or None
        By key: the CURIE, and the side behind a space where there is one. A value in the sign's unit, ``yes``, ``no``,
        or None to take the sign away.
    reader : SignReader
        Weights of evidence.
    view : str
        ``PA`` or ``AP``.

    Raises
    ------
    UsageError
        If a sign is not asked of this view, or a value is neither a number nor ``yes`` nor ``no``.
    """
    asked = {sign.key: number for number, sign in enumerate(reader.signs) if sign.view in (None, view)}
    values = np.full((1, len(reader.signs)), np.nan)
    for key, change in changes.items():
        if key not in asked:
            raise UsageError(f"{key} is no sign that is asked of a {view} film; `thoracite signs` lists them")
        if change is not None:
            values[0, asked[key]] = _find_value(reader, asked[key], change, view)
    parts = reader.weights.find_parts(values, np.array([VIEWS.index(view)]))[0]
    new = {key: (values[0, asked[key]], asked[key]) for key in changes}
    return tuple(
        _replace(finding, {key: (value, float(row[number])) for key, (value, number) in new.items()}, reader, view)
        for finding, row in zip(findings, parts, strict=True)
    )


def find_ranges(reader: SignReader, view: Frontal) -> dict[str, tuple[float, float]]:
    """Find between which values each sign that is asked of a view changes what it adds, in its unit, by its key.

    Parameters
    ----------
    reader : SignReader
        Weights of evidence.
    view : str
        ``PA`` or ``AP``.
    """
    scale, row = reader.weights.scale, VIEWS.index(view)
    ends = scale.middle[row, :, None] + scale.spread[row, :, None] * scale.knots[:, [0, -1]]
    return {
        sign.key: (0.0, 1.0) if sign.kind == "learned" else (float(min(pair)), float(max(pair)))
        for sign, pair in zip(reader.signs, ends.tolist(), strict=True)
        if sign.view in (None, view)
    }


def parse_change(text: str) -> float | Answer | None:
    """Parse what a sign is set to: ``yes``, ``no``, ``off``, or a number.

    Raises
    ------
    UsageError
        If it is none of them.

    Examples
    --------
    >>> parse_change("0.62"), parse_change("yes"), parse_change("off")
    (0.62, 'yes', None)
    """
    if text in ("yes", "no"):
        return "yes" if text == "yes" else "no"
    if text == "off":
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"a sign cannot be set to {text!r}; expected yes, no, off or a number in its unit")
    return value


def _find_value(reader: SignReader, number: int, change: float | str, view: Frontal) -> float:
    """Return the value that a sign is set to."""
    if not isinstance(change, str):
        return change
    if change not in ("yes", "no"):
        raise UsageError(f"a sign cannot be set to {change!r}; expected yes, no or a number in its unit")
    if reader.signs[number].kind == "learned":
        return _YES if change == "yes" else _NO
    scale, row = reader.weights.scale, VIEWS.index(view)
    usual, limit = scale.middle[row, number], scale.limit[row, number]
    return float(usual + _BEYOND * (limit - usual) if change == "yes" else usual)


def _replace(finding: Finding, new: Mapping[str, tuple[float, float]], reader: SignReader, view: Frontal) -> Finding:
    """Return a finding with some signs replaced: key → new value (NaN where it is taken away), and what it adds."""
    before = sum(score.log_odds for score in finding.signs)
    scores = [
        _set_score(score, *new[_name(score)], reader, view) if _name(score) in new else score for score in finding.signs
    ]
    odds = find_log_odds(finding.probability) - before + sum(score.log_odds for score in scores)
    probability = 1 / (1 + math.exp(-odds))
    ratio = 1.0 if finding.prior is None else math.exp(odds - find_log_odds(finding.prior))
    verdict = find_verdict(probability, ratio)
    changed = {
        "probability": probability,
        "certainty": CERTAINTIES[verdict],
        "signs": tuple(sorted(scores, key=lambda score: -abs(score.log_odds))),
        "region": finding.region if verdict in ASSERTED else None,
    }
    return Finding.model_validate({**{name: getattr(finding, name) for name in Finding.model_fields}, **changed})


def _set_score(score: SignScore, value: float, part: float, reader: SignReader, view: Frontal) -> SignScore:
    own = {"sign": score.sign, "side": score.side, "unit": score.unit, "opposite": score.opposite}
    if math.isnan(value):
        return SignScore.model_validate({**own, "valid": False, "invalid_because": TAKEN_AWAY})
    number = next(n for n, sign in enumerate(reader.signs) if sign.key == _name(score) and sign.view in (None, view))
    return reader.score_value(number, value, part, view)


def _name(score: SignScore) -> str:
    return f"{score.sign.id} {score.side}" if score.side else score.sign.id


__all__ = ["TAKEN_AWAY", "find_ranges", "parse_change", "set_signs"]
