"""What every encoder promises."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from thoracite.errors import ModelError, UsageError
from thoracite.kg.concepts import read_concepts
from thoracite.settings import Settings
from thoracite.types import Certainty
from thoracite.vision.encoder import ImageEncoder
from thoracite.vision.encoders import NAMES, open_encoder
from thoracite.vision.image import Radiograph, read_radiograph
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder


@pytest.fixture(scope="module", params=NAMES)
def encoder(request: pytest.FixtureRequest) -> ImageEncoder:
    return open_encoder(request.param)


@pytest.fixture(scope="module")
def chest(shared: Path) -> Radiograph:
    path = shared / "data" / "cxr" / "images" / "nih" / "nih_00000061_012.jpg"
    return read_radiograph(path, settings=Settings.read())


def test_it_is_an_encoder_with_its_own_name(encoder: ImageEncoder) -> None:
    assert isinstance(encoder, ImageEncoder)
    assert encoder.name in NAMES


def test_every_finding_is_a_concept_of_the_graph_once(encoder: ImageEncoder, chest: Radiograph) -> None:
    found = [finding.entity for finding in encoder.read(chest).findings]
    known = {concept.entity.id: concept.entity for concept in read_concepts()}
    assert len({entity.id for entity in found}) == len(found) == 14
    assert all(known[entity.id] == entity for entity in found)


def test_the_same_image_reads_the_same(encoder: ImageEncoder, chest: Radiograph) -> None:
    assert encoder.read(chest) == encoder.read(Radiograph(chest.pixels.copy()))


def test_regions_lie_in_the_image_and_absent_findings_have_none(encoder: ImageEncoder, chest: Radiograph) -> None:
    height, width = chest.pixels.shape
    for finding in encoder.read(chest).findings:
        assert (finding.region is None) == (finding.certainty is Certainty.ABSENT)
        if finding.region is not None:
            x0, y0, x1, y1 = finding.region.box
            assert 0 <= x0 < x1 <= width
            assert 0 <= y0 < y1 <= height


def test_an_inverted_radiograph_is_righted(encoder: ImageEncoder, chest: Radiograph) -> None:
    inverted = encoder.read(Radiograph(np.float32(1) - chest.pixels))
    assert inverted.accepted
    for one, other in zip(encoder.read(chest).findings, inverted.findings, strict=True):
        assert abs(one.probability - other.probability) < 0.05


def test_unknown_names_and_missing_weights_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no encoder 'nosuch'"):
        open_encoder("nosuch")
    with pytest.raises(ModelError, match="cannot be loaded"):
        MiniEncoder.load(tmp_path)
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    (tmp_path / "weights.safetensors").write_bytes(b"broken")
    with pytest.raises(ModelError, match="cannot be loaded"):
        MiniEncoder.load(tmp_path)


def test_a_model_of_other_measurements_is_one_sentence(tmp_path: Path) -> None:
    for file in FOLDER.glob("*.*"):
        shutil.copy(file, tmp_path)
    facts = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))
    facts["measures"][0] = "hat size"
    (tmp_path / "model.json").write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(ModelError, match="trained on other measurements"):
        MiniEncoder.load(tmp_path)
