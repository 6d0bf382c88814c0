"""Answered signs as an encoder may hand them over: every sign of the list, on its side, with both answers.

Findings of sixteen images, carried by signs, as the encoder may read them, stand in ``data/sign_images.csv``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from thoracite.files import read_rows
from thoracite.generation.report.statements import find_labelled
from thoracite.types import (
    CERTAINTIES,
    Answer,
    Drawing,
    Finding,
    Reference,
    SignScore,
    View,
    find_log_odds,
    find_verdict,
)
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


PRIORS = {
    "Effusion": 0.12, "Cardiomegaly": 0.03, "Edema": 0.03, "Atelectasis": 0.1, "Consolidation": 0.045,
    "Pneumonia": 0.02, "Emphysema": 0.02, "Pneumothorax": 0.045, "Mass": 0.05, "Nodule": 0.06, "Fibrosis": 0.015,
    "Pleural_Thickening": 0.03, "Hernia": 0.002, "Infiltration": 0.17,
}  # fmt: skip
"""Shares of the findings in the mix, by NIH name."""

_ROWS = tuple(read_rows(Path(__file__).parent / "data" / "sign_images.csv"))

IMAGES = tuple(dict.fromkeys(row["image"] for row in _ROWS))
"""Names of the images."""

_VIEWS: Mapping[str, View] = {"PA": "PA", "AP": "AP"}


def read_image(name: str) -> tuple[View, tuple[Finding, ...]]:
    """One of the images: its view and all fourteen findings."""
    rows = [row for row in _ROWS if row["image"] == name]
    view = _VIEWS[rows[0]["view"]]
    told = [[row for row in rows if row["finding"] == label] for label in PRIORS]
    return view, tuple(_make_finding(*pair, view) for pair in zip(PRIORS, told, strict=True))


def _make_finding(label: str, rows: Sequence[Mapping[str, str]], view: View) -> Finding:
    prior = PRIORS[label]
    probability = float(rows[0]["probability"]) if rows else prior / 4
    ratio = math.exp(find_log_odds(probability) - find_log_odds(prior))
    return Finding(
        entity=find_labelled()[label],
        probability=probability,
        prior=prior,
        base_log_odds=find_log_odds(prior) - 0.3,
        certainty=CERTAINTIES[find_verdict(probability, ratio)],
        signs=tuple(_make_score(row, view) for row in rows if row["sign"]),
    )


def _make_score(row: Mapping[str, str], view: View) -> SignScore:
    key = f"thx:{row['sign']} {row['side']}".strip()
    asked = next(one for one in read_signs() if one.key == key and one.view in {None, view})
    if row["answer"] == "invalid":
        why = "the base is cut off"
        return SignScore(sign=asked.sign, side=asked.side, unit=asked.unit, valid=False, invalid_because=why)
    answer = "yes" if row["answer"] == "yes" else "no"
    score = score_sign(asked, answer, log_odds=float(row["log_odds"]), view=view)
    return score.model_copy(update={"drawing": (Drawing(kind="line", points=((10.0, 20.0), (60.0, 90.0))),)})
