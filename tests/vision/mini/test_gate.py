"""The gate on images that are no radiographs and on radiographs that stand wrong."""

from __future__ import annotations

import numpy as np
import pytest

from thoracite.vision.image import Radiograph
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.gate import GateWeights, explain_kind, find_kind, find_refusal, rate_kinds
from thoracite.vision.training.gate_cases import DRAWN, find_files, find_split, read_negatives


@pytest.mark.parametrize(
    ("radiograph", "words"),
    [
        (Radiograph(np.zeros((80, 80), dtype=np.float32)), "blank"),
        (Radiograph(np.eye(80, dtype=np.float32), colour=0.3), "coloured"),
        (Radiograph(np.eye(80, dtype=np.float32), view="lateral"), "lateral"),
        (Radiograph(np.eye(80, dtype=np.float32), modality="CT"), "CT"),
    ],
)
def test_what_the_file_says_is_enough(radiograph: Radiograph, words: str) -> None:
    assert words in str(find_refusal(radiograph))


def test_a_tint_that_one_hardly_sees_is_colour() -> None:
    tinted = [Radiograph(np.eye(80, dtype=np.float32), colour=colour) for colour in (0.03, 0.05)]
    assert [find_refusal(radiograph) is None for radiograph in tinted] == [True, False]


@pytest.mark.parametrize(("threshold", "kind"), [(0.9, "turned"), (0.4, "frontal"), (0.2, "frontal")])
def test_the_fitted_threshold_decides_not_the_best_score(threshold: float, kind: str) -> None:
    features = np.log(np.array([0.41, 0.1, 0.44, 0.05], dtype=np.float32))  # the scores of the kinds, in their order
    gate = GateWeights(np.eye(4, dtype=np.float32), np.zeros(4, dtype=np.float32), threshold=threshold)
    assert find_kind(features, gate) == kind


def test_what_is_withheld_says_what_to_do() -> None:
    assert explain_kind("turned") == "the image looks turned or upside down; turn it upright"
    assert explain_kind("other") == "the image does not look like a frontal chest X-ray" == explain_kind("inverted")


def test_a_score_at_the_threshold_is_accepted() -> None:
    gate = GateWeights(np.eye(4, dtype=np.float32), np.zeros(4, dtype=np.float32), threshold=0.5)
    assert find_kind(np.array([0, 0, -200, -200], dtype=np.float32), gate) == "frontal"  # half and half


def test_each_image_of_a_batch_is_rated_by_itself() -> None:
    gate = GateWeights(np.eye(4, dtype=np.float32), np.zeros(4, dtype=np.float32), threshold=0.5)
    batch = np.array([[9.0, 0, 0, 0], [0, 1000, 0, 0], [1, 1, 1, 1]], dtype=np.float32)
    scores = rate_kinds(batch, gate)
    assert np.allclose(scores.sum(axis=-1), 1)
    assert [np.allclose(row, rate_kinds(one, gate)) for row, one in zip(scores, batch, strict=True)] == [True] * 3
    assert scores.argmax(axis=-1).tolist() == [0, 1, 0]


def test_a_faint_image_is_not_blank() -> None:
    ramp = np.linspace(0, 1, 6400, dtype=np.float32).reshape(80, 80)
    found = [find_refusal(Radiograph(ramp * np.float32(contrast) + np.float32(0.5))) for contrast in (0.018, 0.025)]
    assert found == ["the image is blank", None]


@pytest.fixture(scope="module")
def encoder() -> MiniEncoder:
    return MiniEncoder.load()


@pytest.mark.parametrize("kind", DRAWN)
def test_generated_images_are_withheld(encoder: MiniEncoder, kind: str) -> None:
    readings = [encoder.read(Radiograph(DRAWN[kind](np.random.default_rng(200_000 + seed)))) for seed in range(5)]
    assert [reading.accepted for reading in readings] == [False] * 5
    assert all(reading.reason and not reading.findings for reading in readings)


def test_grey_photographs_of_the_test_split_are_withheld(encoder: MiniEncoder) -> None:
    photographs = [n for n in read_negatives(generated=0) if n.split == "test"]
    assert len(photographs) >= 10
    kept = [n.name for n in photographs if encoder.read(Radiograph(n.pixels)).accepted]
    assert len(kept) <= len(photographs) // 20, kept


def test_no_file_is_in_both_splits() -> None:
    names = [path.name for path in find_files()]
    assert len(set(names)) == len(names)
    assert {find_split(name) for name in names} == {"tuning", "test"}
