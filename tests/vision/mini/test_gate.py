"""The gate on images that are no radiographs and on radiographs that stand wrong."""

from __future__ import annotations

import numpy as np
import pytest

from thoracite.vision.image import Radiograph
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.mini.gate import find_refusal
from thoracite.vision.training.gate_cases import DRAWN, find_files, find_split, read_negatives


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
