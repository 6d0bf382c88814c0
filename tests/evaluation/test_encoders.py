"""The suite of encoders measures what can be opened, and says in words what cannot."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.encoders import write_classifier
from thoracite.errors import InputError, UsageError
from thoracite.evaluation.encoders import find_calibration_error, run_encoders
from thoracite.vision import encoders
from thoracite.vision.adapters.scales import read_scales
from thoracite.vision.encoders import open_encoder
from thoracite.vision.labels import FINDINGS
from thoracite.vision.training.calibrate import calibrate_encoder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images of noise, brighter where there is an effusion; the other labels are drawn."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "cxr").mkdir()
    random = np.random.default_rng(0)
    lines = ["file,source,group_id,view,labels,repo,extra_json,bbox_json,orig_width,orig_height"]
    for n in range(80):
        labels = [label for label in FINDINGS if random.random() < 0.4]
        bright = 90 if "Effusion" in labels else 20
        shade = random.integers(bright, bright + 60, (64, 64), dtype=np.uint8)
        Image.fromarray(shade).save(folder / "cxr" / f"{n}.png")
        reading = json.dumps({"rsna": {"cls": ("Normal", "Lung Opacity")[n % 3 > 0]}}).replace('"', '""')
        lines.append(f'{n}.png,nih,p{n},{("PA", "AP")[n % 2]},{";".join(labels)},one,"{reading}",[],64,64')
    (folder / "cxr" / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def name(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"hf:{write_classifier(tmp_path_factory.mktemp('vit'), 'Effusion', 'Fracture', 'normal')}"


def test_encoders_are_measured_or_named_with_the_reason(data: Path, name: str) -> None:
    suite = run_encoders(data, names=["hf:nobody/nothing", name])
    assert "not measured: hf:nobody/nothing: weights of nobody/nothing are not on this machine" in suite.data
    rows = {row.metric: row for row in suite.rows}
    assert {row.system for row in suite.rows} == {name}
    assert rows["findings read, of 14"].value == 1
    assert not any(metric.startswith("AUROC Pneumonia") for metric in rows)
    area = next(row.value for metric, row in rows.items() if metric.startswith("AUROC Effusion"))
    assert area > 0.9 or area < 0.1  # a random network still tells bright from dark
    assert rows["macro AUROC, pooled"].value == pytest.approx(
        (area + 13 * 0.5) / 14, abs=1e-6
    )  # unread ones are chance
    assert rows["calibration error, mean of findings"].value < 0.3
    assert 0 < rows["CPU ms an image, one core, median"].value < 1000
    assert rows["weights in memory, MB"].value == pytest.approx(0.13, abs=0.1)
    assert not any(math.isnan(row.value) for row in suite.rows)


def test_a_calibration_is_kept_and_makes_probabilities(
    data: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    said = calibrate_encoder(name, data / "cxr")
    assert said.startswith(f"calibrated Effusion of {name} on 80 images: {tmp_path}")
    assert [scale.label for scale in read_scales(name)] == ["Effusion"]
    encoders._load_adapted.cache_clear()
    encoder = open_encoder(name)
    images = [np.full((64, 64), shade, dtype=np.float32) for shade in (0.2, 0.45)]
    effusions, fractures = zip(*(encoder._read_findings(encoder.model.rate(image)) for image in images), strict=True)  # type: ignore[attr-defined]
    assert all(finding.calibrated for finding in effusions)
    assert not any(finding.calibrated for finding in fractures)
    assert effusions[1].probability > effusions[0].probability
    encoders._load_adapted.cache_clear()
    with pytest.raises(UsageError, match="calibrated already"):
        calibrate_encoder("thoracite-mini", data / "cxr")


def test_too_few_cases_are_not_calibrated(data: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thoracite.vision.training.calibrate.FEWEST", 60)
    with pytest.raises(InputError, match="present and absent in at least 60 images"):
        calibrate_encoder(name, data / "cxr")


def test_calibration_error_sees_what_is_too_sure() -> None:
    targets = (np.random.default_rng(0).random(2000) < 0.3).astype(np.float32)
    assert find_calibration_error(np.full(2000, 0.3), targets) < 0.05
    assert find_calibration_error(np.full(2000, 0.9), targets) > 0.5
