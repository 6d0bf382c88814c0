"""Findings of sixteen images, carried by signs, as the encoder may read them: ``data/sign_images.csv``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.signs import score_sign
from thoracite.files import read_rows
from thoracite.generation.report_statements import find_labelled
from thoracite.types import CERTAINTIES, Drawing, Finding, SignScore, View, find_log_odds, find_verdict
from thoracite.vision.mini.signs.listed import read_signs

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
