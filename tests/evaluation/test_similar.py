"""The figures of similar images: features as the product reads them, and figures that are what they are called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.evaluation.similar import Taken, measure_labels, read_features
from thoracite.phantom import draw_phantom
from thoracite.retrieval.similar.fingerprint import Fingerprint
from thoracite.vision.image import Radiograph
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.training.cases import Case


def make(group: str, angle: float, *labels: str) -> tuple[Case, Fingerprint]:
    case = Case(Path(f"{group}.png"), "nih", "", group, "PA", frozenset(labels), "", ())
    hash_ = np.random.default_rng(int(1000 * angle)).integers(0, 256, 32, dtype=np.uint8)
    return case, Fingerprint(np.array([np.cos(angle), np.sin(angle)], dtype=np.float32), hash_)


def test_features_are_those_of_the_product() -> None:
    encoder = MiniEncoder.load()
    pixels = draw_phantom(1, size=256).image.astype(np.float32)
    read = encoder.read(Radiograph(pixels)).features
    assert np.allclose(read_features(pixels, encoder), read, atol=1e-4)


def test_similar_images_are_counted_by_shared_labels_and_never_the_patients_own() -> None:
    held = [make(f"ill{n}", 0.6 + 0.35 * n, "Effusion") for n in range(3)]
    held += [make(f"well{n}", 3.0 + 0.35 * n, "No Finding") for n in range(3)]
    held += [make("asked", 0.5, "No Finding")]  # of the patient who is asked about
    asked = [make("asked", 0.0, "Effusion", "Mass")]
    rows = measure_labels(Taken(*zip(*asked, strict=True)), Taken(*zip(*held, strict=True)))
    values = {(row.system, row.metric.partition(", ")[2]): row.value for row in rows}
    assert values["similar images", "all queries"] == 1
    assert values["random", "all queries"] == pytest.approx(3 / 7)
    assert values["similar images minus random", "queries with a finding"] == pytest.approx(4 / 7)
