"""What measurements add is learned from them, not from where an image came from, nor from the patients of a fold."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from thoracite.vision.labels import FINDINGS, FOLDS, OUTPUTS
from thoracite.vision.training.cases import Case, find_fold
from thoracite.vision.training.fit_measures import SHARE, fit_measures

EFFUSION = FINDINGS.index("Effusion")


def make_cases(labels: list[bool], collections: list[str]) -> list[Case]:
    return [
        Case(
            Path(f"{row}.png"), "nih", collection, f"patient {row}", "PA",
            frozenset({"Effusion"} if label else {"No Finding"}), "", (),
        )
        for row, (label, collection) in enumerate(zip(labels, collections, strict=True))
    ]  # fmt: skip


def test_a_telling_measurement_adds_to_its_finding_only() -> None:
    random = np.random.default_rng(0)
    measures = random.normal(5, 2, (300, 3))
    cases = make_cases((measures[:, 1] + random.normal(0, 1, 300) > 6).tolist(), ["a"] * 300)
    reader = fit_measures(measures, measures, cases)
    assert reader.weight.shape == (FOLDS, len(OUTPUTS), 6)
    high, low = reader.read(np.array([5.0, 9.0, 5.0])), reader.read(np.array([5.0, 1.0, 5.0]))
    assert (high[:, EFFUSION] > low[:, EFFUSION] + SHARE).all()
    assert not high[:, FINDINGS.index("Hernia")].any()
    assert (reader.read(np.array([9.0, 5.0, 5.0])) - reader.read(np.array([1.0, 5.0, 5.0])))[:, EFFUSION].max() < 0.5


def test_what_the_collection_explains_is_not_read_from_a_measurement() -> None:
    random = np.random.default_rng(1)
    first = random.random(400) < 0.5
    sick = random.random(400) < np.where(first, 0.9, 0.1)
    measures = np.stack([first + random.normal(0, 0.3, 400), random.normal(0, 1, 400)], axis=1)
    collections = ["a" if one else "b" for one in first]
    careful = fit_measures(measures, measures, make_cases(sick.tolist(), collections))
    careless = fit_measures(measures, measures, make_cases(sick.tolist(), ["a"] * 400))

    def swing(reader):
        return (reader.read(np.array([1.0, 0.0])) - reader.read(np.array([0.0, 0.0])))[:, EFFUSION].mean()

    assert abs(swing(careful)) < 0.3 * swing(careless)


def test_a_fold_is_not_fitted_on_its_patients() -> None:
    random = np.random.default_rng(2)
    measures = random.normal(0, 1, (200, 2))
    labels = (measures[:, 0] > 0).tolist()
    cases = make_cases(labels, ["a"] * 200)
    turned = [not label if find_fold(f"patient {row}") == 3 else label for row, label in enumerate(labels)]
    one, other = (
        fit_measures(measures, measures, cases),
        fit_measures(measures, measures, make_cases(turned, ["a"] * 200)),
    )
    np.testing.assert_array_equal(one.weight[3], other.weight[3])
    assert not np.array_equal(one.weight[0], other.weight[0])


def test_what_cannot_be_measured_adds_nothing() -> None:
    random = np.random.default_rng(3)
    measures = random.normal(0, 1, (100, 1))
    measures[:10] = np.nan
    reader = fit_measures(measures, measures, make_cases((random.random(100) < 0.5).tolist(), ["a"] * 100))
    assert np.isfinite(reader.weight).all()
    np.testing.assert_allclose(reader.read(np.array([np.nan])), reader.read(reader.middle))


def test_what_differs_when_it_is_measured_again_is_trusted_less() -> None:
    random = np.random.default_rng(5)
    measures = random.normal(0, 1, (300, 1)) + random.normal(0, 0.1, (300, 2))  # the same twice
    again = measures + random.normal(0, [0.5, 0.0], (300, 2))  # the first cannot be repeated
    reader = fit_measures(measures, again, make_cases((measures.mean(axis=1) > 0).tolist(), ["a"] * 300))
    shaky, firm = (reader.weight[:, EFFUSION, column].mean() for column in (0, 1))
    assert 0 < 2 * shaky < firm


def test_many_are_read_as_one() -> None:
    random = np.random.default_rng(4)
    measures = random.normal(0, 1, (60, 2))
    reader = fit_measures(measures, measures, make_cases((measures[:, 0] > 0).tolist(), ["a"] * 60))
    together = reader.read_all(measures)
    assert together.shape == (FOLDS, 60, len(OUTPUTS))
    np.testing.assert_allclose(together[:, 7], reader.read(measures[7]))
