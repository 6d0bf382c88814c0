"""Probabilities match frequencies, and operating points hold what they say."""

from __future__ import annotations

import numpy as np

from thoracite.evaluation.encoders import find_calibration_error
from thoracite.types import Certainty
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.calibration import FindingScale
from thoracite.vision.training.fit_scales import PRECISE, PRESENT_FROM, UNCERTAIN_FROM, cross_fit_scales, fit_scale


def draw(share: float, apart: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    targets = (random.random(3000) < share).astype(np.float32)
    return random.normal(0, 1, 3000) + apart * targets + 4, targets


def test_fitted_probabilities_are_calibrated() -> None:
    logits, targets = draw(0.3, 2.0)
    scale = fit_scale("Effusion", logits, targets)
    probabilities = np.array([scale.find_probability(float(logit)) for logit in logits])
    assert find_calibration_error(probabilities, targets) < 0.03
    assert find_calibration_error(1 / (1 + np.exp(-logits)), targets) > 0.3


def test_points_hold_their_shares() -> None:
    logits, targets = draw(0.3, 2.0)
    scale = fit_scale("Effusion", logits, targets)
    read = [scale.find_certainty(scale.find_probability(float(logit))) for logit in logits]
    present = np.array([certainty is Certainty.PRESENT for certainty in read])
    absent = np.array([certainty is Certainty.ABSENT for certainty in read])
    assert targets[present].mean() >= PRECISE
    assert abs(absent[targets == 0].mean() - UNCERTAIN_FROM) < 0.02


def test_few_without_a_common_finding_are_said_to_have_it() -> None:
    logits, targets = draw(0.8, 1.0)  # more than half of any have it, so that the share alone would call most present
    scale = fit_scale("Effusion", logits, targets)
    present = np.array([scale.find_probability(float(logit)) >= scale.high for logit in logits])
    assert abs(present[targets == 0].mean() - (1 - PRESENT_FROM)) < 0.005
    assert PRESENT_FROM >= 0.95


def test_a_finding_that_cannot_be_told_is_never_present() -> None:
    logits, targets = draw(0.02, 0.0)
    scale = fit_scale("Hernia", logits, targets)
    assert scale.high == 1.0
    assert scale.find_certainty(scale.find_probability(float(logits.max()))) is not Certainty.PRESENT


def test_a_lucky_few_are_not_enough_to_call_a_finding_present() -> None:
    logits = np.arange(200.0)
    targets = np.zeros(200, dtype=np.float32)
    targets[[*range(20, 60, 4), 193, 194, 197, 199]] = 1  # four of the highest seven
    assert fit_scale("Nodule", logits, targets).high == 1.0
    targets[[195, 196, 198]] = 1  # all of them
    assert fit_scale("Nodule", logits, targets).high < 1.0


def test_four_cases_are_too_few_to_call_a_finding_present() -> None:
    for fewest, found in ((4, False), (5, True)):
        logits = np.arange(200.0)
        logits[185 : 200 - fewest] = 185  # no point between these, half of which would be right
        targets = np.zeros(200, dtype=np.float32)
        targets[[*range(20, 60, 4), *range(200 - fewest, 200)]] = 1
        assert (fit_scale("Nodule", logits, targets).high < 1.0) is found


def test_what_is_called_present_on_training_folds_holds_on_the_other() -> None:
    random, shares = np.random.default_rng(0), []
    for _ in range(40):
        targets = (random.random(1000) < 0.1).astype(np.float32)
        logits = random.normal(0, 1, 1000) + 1.2 * targets
        scale = fit_scale("Edema", logits[:800], targets[:800])
        present = np.array([scale.find_probability(float(logit)) >= scale.high for logit in logits[800:]])
        shares += targets[800:][present].tolist()
    assert np.mean(shares) > PRECISE


def test_a_finding_is_uncertain_and_present_from_its_points_on() -> None:
    scale = FindingScale(label="Effusion", slope=1.0, offset=0.0, low=0.2, high=0.6)
    read = [scale.find_certainty(probability) for probability in (0.19, 0.2, 0.59, 0.6)]
    assert read == [Certainty.ABSENT, Certainty.UNCERTAIN, Certainty.UNCERTAIN, Certainty.PRESENT]


def test_a_higher_logit_never_means_less_even_if_fitted_backwards() -> None:
    logits, targets = draw(0.3, -2.0)
    scale = fit_scale("Hernia", logits, targets)
    assert scale.slope > 0
    assert scale.find_probability(5.0) > scale.find_probability(0.0)


def test_a_very_large_logit_does_not_overflow() -> None:
    scale = fit_scale("Effusion", *draw(0.3, 2.0))
    assert scale.find_probability(1e9) > 0.99 > 0.01 > scale.find_probability(-1e9)


def test_a_fold_has_no_say_in_its_own_scales() -> None:
    random = np.random.default_rng(0)
    targets = (random.random((300, len(FINDINGS))) < 0.3).astype(np.float32)
    logits = targets * 2 + random.normal(size=targets.shape)
    folds = np.arange(300) % 3
    before = cross_fit_scales(logits, targets, folds)
    logits[folds == 1] = random.normal(size=logits[folds == 1].shape)
    after = cross_fit_scales(logits, targets, folds)
    assert list(before) == [0, 1, 2]
    assert before[1] == after[1]
    assert before[0] != after[0]
