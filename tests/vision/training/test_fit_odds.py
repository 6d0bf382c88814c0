"""Odds: calibrated for the stated mix whatever the sample's, and made of parts that add up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.vision.labels import FINDINGS
from thoracite.vision.prevalence import read_prevalence
from thoracite.vision.training.cases import Case
from thoracite.vision.training.fit_odds import Material, find_noise, fit_odds, number_views, weigh_cases

EFFUSION = FINDINGS.index("Effusion")


def make_material(number: int, *, share: float, seed: int = 0) -> Material:
    """Cases of both views, of which a share has an effusion, told by logit and by the first measurement."""
    random = np.random.default_rng(seed)
    sick = random.random(number) < share
    cases = [
        Case(
            Path(f"{n}.png"), "nih", "a", f"p{n}", ("PA", "AP")[n % 2],
            frozenset({"Effusion"} if ill else {"No Finding"} if n % 3 else {"Mass"}), "", (),
        )
        for n, ill in enumerate(sick)
    ]  # fmt: skip
    logits = random.normal(size=(number, len(FINDINGS)))
    logits[:, EFFUSION] += 1.5 * sick
    measures = random.normal(size=(number, 3))
    measures[:, 0] += 1.0 * sick
    measures[::10, 0] = np.nan
    return Material(cases, logits, measures, np.zeros(6))


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_probabilities_are_those_of_the_mix_whatever_the_sample(share: float) -> None:
    prevalence, material = read_prevalence(), make_material(6000, share=share)
    reader = fit_odds(material, prevalence)
    views = number_views(material.cases)
    odds = reader.read_all(material.logits, material.measures, views)[:, EFFUSION]
    weights = weigh_cases(material.cases, EFFUSION, prevalence)
    for number, view in enumerate(("PA", "AP")):
        inside = views == number
        mean = np.average(1 / (1 + np.exp(-odds[inside])), weights=weights[inside])
        assert mean == pytest.approx(prevalence.find_share("Effusion", view), rel=0.15)  # type: ignore[arg-type]
        assert np.average(odds[inside], weights=weights[inside]) == pytest.approx(reader.base[number, EFFUSION])


def test_one_image_and_many_are_read_alike() -> None:
    material = make_material(300, share=0.3)
    reader = fit_odds(material, read_prevalence())
    many = reader.read_all(material.logits, material.measures, number_views(material.cases))
    for row, view in ((0, "PA"), (1, "AP"), (10, "PA")):
        one = reader.read(material.logits[row], material.measures[row], view)  # type: ignore[arg-type]
        np.testing.assert_allclose(one, many[row])


def test_a_measurement_that_does_not_repeat_moves_less() -> None:
    material = make_material(4000, share=0.3)
    random = np.random.default_rng(1)
    shaken = material.measures + random.normal(size=material.measures.shape)
    noise = find_noise(material.measures, shaken)
    assert noise.shape == (6,)
    careful = fit_odds(material._replace(noise=noise), read_prevalence()).weight[EFFUSION, 0]
    assert 0 < careful < fit_odds(material, read_prevalence()).weight[EFFUSION, 0]


def test_weights_restore_the_shares_of_the_mix() -> None:
    prevalence, cases = read_prevalence(), make_material(900, share=0.5).cases
    weights, views = weigh_cases(cases, EFFUSION, prevalence), number_views(cases)
    sick = np.array(["Effusion" in case.labels for case in cases])
    clear = np.array(["No Finding" in case.labels for case in cases])
    for number, view in enumerate(("PA", "AP")):
        inside = views == number
        for which, label in ((sick, "Effusion"), (clear, "No Finding")):
            share = weights[inside & which].sum() / weights[inside].sum()
            assert share == pytest.approx(prevalence.find_share(label, view), abs=1e-6)  # type: ignore[arg-type]
