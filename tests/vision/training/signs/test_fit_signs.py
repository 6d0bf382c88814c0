"""Weights of evidence: calibrated for the mix, monotone where the graph gives a direction, centred, and adding up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.types import Entity
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.signs.listed import VIEWS, AskedSign
from thoracite.vision.prevalence import read_prevalence
from thoracite.vision.training.cases import Case
from thoracite.vision.training.mix import number_views, weigh_cases
from thoracite.vision.training.signs.fit_signs import SignMaterial, find_noise, fit_signs
from thoracite.vision.training.signs.steps import Pulls

EFFUSION = FINDINGS.index("Effusion")


def make_sign(name: str, yes: str, side: str | None = None) -> AskedSign:
    return AskedSign.model_validate(
        {
            "entity": Entity(id=f"thx:{name}", label=name), "opposite": None, "side": side, "view": None,
            "kind": "measured", "measure": f"{side} {name}", "yes": yes, "unit": "", "question": f"{name}?",
            "source": "F0001",
        }
    )  # fmt: skip


SIGNS = (make_sign("angle", "low", "right"), make_sign("angle", "low", "left"), make_sign("heart", "high"))


def make_material(number: int, *, share: float, seed: int = 0) -> SignMaterial:
    """Cases of both views, of which a share has an effusion: told by the logit, and by a small value on one side."""
    random = np.random.default_rng(seed)
    sick, right = random.random(number) < share, random.random(number) < 0.5
    cases = [
        Case(
            Path(f"{n}.png"), "nih", "a", f"p{n}", VIEWS[n % 2],
            frozenset({"Effusion"} if ill else {"No Finding"} if n % 3 else {"Mass"}), "", (),
        )
        for n, ill in enumerate(sick)
    ]  # fmt: skip
    logits = random.normal(size=(number, len(FINDINGS)))
    logits[:, EFFUSION] += 1.5 * sick
    values = random.normal(size=(number, len(SIGNS)))
    values[:, 0] -= 2.0 * (sick & right)
    values[:, 1] -= 2.0 * (sick & ~right)
    values[::10, 0] = np.nan
    return SignMaterial(cases, logits, values, np.zeros(len(SIGNS)))


def find_prior(direction: float) -> np.ndarray:
    prior = np.zeros((len(FINDINGS), len(SIGNS)))
    prior[EFFUSION, :2] = direction
    return prior


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_probabilities_are_those_of_the_mix_whatever_the_sample(share: float) -> None:
    prevalence, material = read_prevalence(), make_material(6000, share=share)
    weights = fit_signs(material, SIGNS, prevalence, Pulls(find_prior(1)))
    views = number_views(material.cases)
    odds = weights.read_all(material.logits, material.values, views)[:, EFFUSION]
    mixed = weigh_cases(material.cases, EFFUSION, prevalence)
    for number, view in enumerate(VIEWS):
        inside = views == number
        mean = np.average(1 / (1 + np.exp(-odds[inside])), weights=mixed[inside])
        assert mean == pytest.approx(prevalence.find_share("Effusion", view), rel=0.2)
        average = np.average(odds[inside], weights=mixed[inside])
        assert average == pytest.approx(weights.base[number, EFFUSION], abs=1e-3)


def test_what_a_sign_adds_is_centred_and_depends_on_its_value_alone() -> None:
    prevalence, material = read_prevalence(), make_material(4000, share=0.3)
    weights = fit_signs(material, SIGNS, prevalence, Pulls(find_prior(1)))
    views = number_views(material.cases)
    parts = weights.find_parts(material.values, views)[:, EFFUSION]
    mixed = weigh_cases(material.cases, EFFUSION, prevalence)
    for number in range(len(VIEWS)):
        inside = views == number
        assert np.abs(np.average(parts[inside], weights=mixed[inside], axis=0)).max() < 1e-6
    other = material.values.copy()
    other[:, 1:] = np.random.default_rng(5).normal(size=other[:, 1:].shape)
    np.testing.assert_array_equal(weights.find_parts(other, views)[:, EFFUSION, 0], parts[:, 0])
    assert (parts[::10, 0] == 0).all()


def test_both_sides_of_a_sign_share_one_function_that_rises_where_the_graph_says_so() -> None:
    weights = fit_signs(make_material(4000, share=0.3), SIGNS, read_prevalence(), Pulls(find_prior(1)))
    np.testing.assert_array_equal(weights.steps[EFFUSION, 0], weights.steps[EFFUSION, 1])
    assert (weights.steps[EFFUSION, 0] >= 0).all()
    assert weights.steps[EFFUSION, 0].sum() > 1
    assert abs(weights.steps[EFFUSION, 2].sum()) < 0.3


def test_a_direction_of_the_graph_that_the_data_deny_leaves_nothing() -> None:
    weights = fit_signs(make_material(4000, share=0.3), SIGNS, read_prevalence(), Pulls(find_prior(-1), pull=0))
    assert np.abs(weights.steps[EFFUSION, 0]).max() < 1e-6
    free = fit_signs(make_material(4000, share=0.3), SIGNS, read_prevalence(), Pulls(find_prior(-1), 0, monotone=False))
    assert free.steps[EFFUSION, 0].sum() > 1


def test_the_pull_draws_a_sign_towards_the_graph_where_data_are_few() -> None:
    few = make_material(60, share=0.3)
    drawn, plain = (
        fit_signs(few, SIGNS, read_prevalence(), Pulls(find_prior(1), pull, 0.1)).steps[EFFUSION, 0].sum()
        for pull in (1.0, 0.0)
    )
    assert drawn > plain


def test_a_value_that_does_not_repeat_moves_less() -> None:
    material = make_material(4000, share=0.3)
    shaken = material.values + np.random.default_rng(1).normal(size=material.values.shape)
    noise = find_noise(material.values, shaken)
    assert noise.shape == (3,)
    assert (noise > 0.3).all()
    pulls = Pulls(find_prior(1), 0)
    careful = fit_signs(material._replace(noise=100 * noise), SIGNS, read_prevalence(), pulls).steps[EFFUSION, 0].sum()
    assert 0 < careful < fit_signs(material, SIGNS, read_prevalence(), pulls).steps[EFFUSION, 0].sum()


def test_arrays_are_laid_out_and_found_again() -> None:
    weights = fit_signs(make_material(400, share=0.3), SIGNS, read_prevalence(), Pulls(find_prior(1)))
    again = type(weights).unflatten(weights.flatten())  # type: ignore[arg-type]
    material = make_material(20, share=0.3)
    views = number_views(material.cases)
    np.testing.assert_array_equal(
        again.read_all(material.logits, material.values, views),
        weights.read_all(material.logits, material.values, views),
    )


def test_where_the_graph_is_silent_a_function_still_goes_one_way() -> None:
    material = make_material(4000, share=0.3)
    bowl = np.abs(material.values[:, 2:]) > 1.2  # the heart is unusual, small or large, in those with an effusion
    material.logits[:, EFFUSION] += 2.0 * bowl[:, 0]
    silent = fit_signs(material, SIGNS, read_prevalence(), Pulls(find_prior(0)))
    for array in (silent.steps[EFFUSION], silent.foretold[EFFUSION]):
        assert ((array >= 0).all(axis=1) | (array <= 0).all(axis=1)).all()
    free = fit_signs(material, SIGNS, read_prevalence(), Pulls(find_prior(0), monotone=False))
    assert len(np.unique(np.sign(np.round(free.foretold[EFFUSION, 2], 3)))) > 1


def test_a_sign_that_was_not_borne_out_weighs_nothing() -> None:
    signs = tuple(sign.model_copy(update={"verified": sign.entity.label != "angle"}) for sign in SIGNS)
    material = make_material(4000, share=0.3)
    weights = fit_signs(material, signs, read_prevalence(), Pulls(find_prior(1)))
    parts = weights.find_parts(material.values, number_views(material.cases))
    assert not parts[:, :, :2].any()
    assert not weights.data[:, :2].any()
    assert parts[:, EFFUSION, 2].any()
