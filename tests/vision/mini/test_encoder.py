"""What every encoder promises."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from thoracite.errors import ModelError, UsageError
from thoracite.kg.concepts import read_concepts
from thoracite.settings import Settings
from thoracite.types import find_log_odds
from thoracite.types.verdict import ASSERTED
from thoracite.vision.encoder import ImageEncoder
from thoracite.vision.encoders import NAMES, open_encoder
from thoracite.vision.image import Radiograph, read_radiograph
from thoracite.vision.mini.encoder import FOLDER, MiniEncoder
from thoracite.vision.prevalence import read_prevalence


@pytest.fixture(scope="module", params=NAMES)
def encoder(request: pytest.FixtureRequest) -> ImageEncoder:
    return open_encoder(request.param)


@pytest.fixture(scope="module")
def chest(shared: Path) -> Radiograph:
    path = shared / "data" / "cxr" / "images" / "nih" / "nih_00030180_000.jpg"
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
    assert encoder.read(chest) == encoder.read(Radiograph(chest.pixels.copy(), view=chest.view))


def test_regions_lie_in_the_image_and_absent_findings_have_none(encoder: ImageEncoder, chest: Radiograph) -> None:
    height, width = chest.pixels.shape
    for finding in encoder.read(chest).findings:
        assert (finding.region is not None) == (finding.verdict in ASSERTED)
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


def test_base_and_rest_add_up_and_another_mix_shifts_both(chest: Radiograph, tmp_path: Path) -> None:
    path = tmp_path / "clinic.csv"
    path.write_text("finding,share_all\nEffusion,0.4\n")
    usual, other = MiniEncoder.load(), MiniEncoder.load(prevalence=read_prevalence(path))
    for one, shifted in zip(usual.read(chest).findings, other.read(chest).findings, strict=True):
        assert one.signs == shifted.signs != ()
        added = sum(score.log_odds for score in one.signs)
        total = one.base_log_odds + added + one.rest_log_odds
        assert total == pytest.approx(find_log_odds(one.probability), abs=1e-6)
        assert one.prior is not None
        assert shifted.likelihood_ratio == pytest.approx(one.likelihood_ratio, rel=1e-6)
        assert shifted.rest_log_odds == one.rest_log_odds
        assert (shifted.probability == one.probability) == (one.entity.id != "thx:pleural_effusion")


def test_a_stated_view_is_not_guessed(encoder: ImageEncoder, chest: Radiograph) -> None:
    stated = [encoder.read(chest._replace(view=view)) for view in ("PA", "AP")]  # type: ignore[arg-type]
    assert [(reading.view, reading.view_probability) for reading in stated] == [("PA", None), ("AP", None)]
    told = encoder.read(chest._replace(view="unknown"))
    assert told.view in {"PA", "AP"}
    assert told.view_probability is not None
    assert told.view_probability >= 0.5
    assert told.findings == stated[("PA", "AP").index(told.view)].findings


@pytest.mark.parametrize("side", [64, 128])
def test_a_small_image_is_read_with_a_note(encoder: ImageEncoder, chest: Radiograph, side: int) -> None:
    assert not any("pixels" in note for note in encoder.read(chest).notes)
    small = np.asarray(Image.fromarray(chest.pixels).resize((side, side), Image.Resampling.LANCZOS)).clip(0, 1)
    reading = encoder.read(Radiograph(small))
    assert reading.accepted
    assert reading.notes[0].startswith(f"The image has only {side}×{side} pixels: nodules")
