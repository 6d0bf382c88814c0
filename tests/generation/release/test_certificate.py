"""Certified release: a level gives a margin, and what lies nearer to a verdict's limit becomes undecided."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

from thoracite.errors import ModelError, UsageError
from thoracite.generation.release.certificate import FILE, Certificate, digest_weights, hold_back, open_certificate
from thoracite.phantom import draw_phantom
from thoracite.pipeline import Explainer
from thoracite.settings import MODELS, Settings
from thoracite.types import Certainty, Entity, Finding

MINI = MODELS / "thoracite-mini"
PNEUMONIA = Entity(id="thx:pneumonia", label="pneumonia", kind="finding")
MASS = Entity(id="thx:lung_mass", label="lung mass", kind="finding")
MADE = Certificate(
    weights="", findings=("thx:pneumonia",), margins=(None, 1.0, 0.5, 0.0), risks=(0.0, 0.01, 0.05, 0.2), patients=800
)


def find(entity: Entity, probability: float, certainty: Certainty) -> Finding:
    return Finding(entity=entity, probability=probability, prior=0.02, certainty=certainty)


@pytest.mark.parametrize(("alpha", "margin"), [(0.3, 0.0), (0.15, 0.5), (0.03, 1.0), (0.001, math.inf)])
def test_a_stricter_level_has_a_wider_margin(alpha: float, margin: float) -> None:
    assert MADE.find_margin(alpha) == margin


def test_what_is_near_a_limit_becomes_undecided_and_the_rest_stays() -> None:
    near, far, low, other = (
        find(PNEUMONIA, 0.05, Certainty.UNCERTAIN),  # 2.6 times the usual odds
        find(PNEUMONIA, 0.12, Certainty.UNCERTAIN),  # 6.7 times
        find(PNEUMONIA, 0.008, Certainty.ABSENT),  # 0.4 times
        find(MASS, 0.05, Certainty.UNCERTAIN),
    )
    assert [one.verdict for one in (near, far, low, other)] == ["possible", "possible", "unlikely", "possible"]
    held = hold_back([near, far, low, other], MADE, 0.15)
    assert [one.verdict for one in held] == ["undecided", "possible", "undecided", "possible"]
    assert [one.log_odds for one in held] == [one.log_odds for one in (near, far, low, other)]
    assert held[2].certainty is Certainty.UNCERTAIN
    silent = hold_back([near, far, low], MADE, 0.001)
    assert {one.verdict for one in silent} == {"undecided"}


def test_a_certificate_of_other_weights_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(MINI, tmp_path / "mini")
    assert Certificate.load(folder).weights == digest_weights(folder)
    facts = json.loads((folder / FILE).read_text())
    (folder / FILE).write_text(json.dumps(facts | {"weights": "sha256:0"}))
    with pytest.raises(ModelError, match=r"other weights .* leave --risk out"):
        Certificate.load(folder)
    (folder / FILE).unlink()
    with pytest.raises(ModelError, match=r"missing or damaged; leave --risk out"):
        Certificate.load(folder)


def test_a_level_out_of_range_and_another_encoder_are_refused() -> None:
    with pytest.raises(UsageError, match="risk"):
        Settings(risk=1.5)
    with pytest.raises(UsageError, match="was not measured; leave --risk out"):
        open_certificate("hf:other")


def test_an_explanation_says_less_at_a_stricter_level_and_says_why() -> None:
    """The three opacities of one image, at no level, a common one, and one at which nothing may be said of them."""
    certificate = open_certificate("thoracite-mini")
    asserted = []
    for risk in (None, 0.1, 1e-6):
        with Explainer(Settings(risk=risk)) as explainer:
            told = explainer.explain(draw_phantom(214).image)
        three = [one for one in told.findings if one.entity.id in certificate.findings]
        asserted.append(sum(one.verdict != "undecided" for one in three))
        assert len(three) == 3
        assert any("certified risk" in note for note in told.notes) == (risk is not None)
    assert asserted == sorted(asserted, reverse=True)
    assert asserted[0] > asserted[-1] == 0
