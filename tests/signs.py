"""Answered signs as an encoder may hand them over: every sign of the list, on its side, with both answers."""

from __future__ import annotations

from collections.abc import Iterator

from thoracite.types import Answer, Reference, SignScore
from thoracite.vision.mini.signs.listed import AskedSign, read_signs

LIMITS = {
    "cardiothoracic ratio": (0.5, 0.06), "heart to the right": (0.18, 0.04), "heart to the left": (0.33, 0.06),
    "right costophrenic depth": (0.0612, 0.02), "left costophrenic depth": (0.0587, 0.02),
    "deeper costophrenic depth": (0.0703, 0.03), "right diaphragm edge": (0.52, 0.2),
    "left diaphragm edge": (0.47, 0.2),
    "right dome above left": (0.062, 0.04), "dome above its chord": (0.11, 0.04), "difference of areas": (0.21, 0.15),
    "height above the domes": (0.86, 0.08), "lung area": (0.34, 0.07), "mediastinal shift": (0.041, 0.03),
    "tracheal shift": (0.022, 0.014), "upper mediastinal width": (0.27, 0.05), "contrast": (0.18, 0.06),
    "inner less outer density": (0.35, 0.14), "lower less upper density": (0.41, 0.17), "roughness": (0.19, 0.05),
    "outer roughness": (0.07, 0.02),
}  # fmt: skip
"""Limit and distance of a clear value from it, by measure; 0.3 and 0.12 for all others."""


def score_sign(asked: AskedSign, answer: Answer, *, log_odds: float | None = None, view: str = "PA") -> SignScore:
    """One asked sign with an answer, and a value on the answer's side of its reference."""
    limit, step = LIMITS.get(asked.measure, (0.3, 0.12))
    limit += 0.08 * (asked.view == "AP")
    high = asked.yes == "high"
    if "difference" in asked.measure or "shift" in asked.measure or "above left" in asked.measure:
        limit = limit if high else -limit
    view = asked.view or view
    reference = Reference(limit=limit, usual="below" if high else "above", view=view, share=0.9)
    beyond = high == (answer == "yes")
    added = (0.9 if answer == "yes" else -0.4) if log_odds is None else log_odds
    return SignScore(
        sign=asked.sign,
        side=asked.side,
        value=limit + (step if beyond else -step) * 1.013,
        unit=asked.unit,
        reference=reference.text,
        log_odds=added,
        answer=answer,
        opposite=asked.opposite,
    )


def list_scores() -> Iterator[SignScore]:
    """Every asked sign with both answers."""
    for asked in read_signs():
        for answer in ("yes", "no"):
            yield score_sign(asked, answer)
