"""Features in files: those of the encoder, by the head that did not see the patient; an interrupted run goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from thoracite.errors import InputError
from thoracite.settings import Settings
from thoracite.vision.image import read_radiograph
from thoracite.vision.mini.encoder import MiniEncoder
from thoracite.vision.training import features as module
from thoracite.vision.training.cases import read_labelled
from thoracite.vision.training.features import cache_features, read_features


def test_files_hold_what_the_encoder_sees(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART", 2)
    data = shared / "data" / "cxr"
    cases = read_labelled(data)[:3]
    assert cache_features(data, tmp_path, cases=cases) == f"features of 3 images are in {tmp_path}"
    table, encoder = read_features(tmp_path, cases), MiniEncoder.load()
    for row, case in enumerate(cases):
        pixels = read_radiograph(case.path, settings=Settings.read()).pixels
        own = encoder.forward(pixels, head=case.head)
        np.testing.assert_allclose(table.maps[row], own.last, atol=0.02)
        np.testing.assert_array_equal(table.boxes[row], own.boxes)
        np.testing.assert_allclose(table.logits[row], own.logits, atol=1e-4)
        linear = encoder.network.choose_head(case.head).linear
        pooled = own.last.mean(axis=(2, 3)) @ linear.weight.detach().numpy().T + linear.bias.detach().numpy()
        np.testing.assert_allclose(pooled.mean(axis=0), table.logits[row], atol=1e-3)
    written = (tmp_path / "0000.npz").stat().st_mtime_ns
    (tmp_path / "0001.npz").unlink()
    with pytest.raises(InputError, match=r"0001\.npz is missing; write it with `thoracite features"):
        read_features(tmp_path, cases)
    cache_features(data, tmp_path, cases=cases)
    assert (tmp_path / "0000.npz").stat().st_mtime_ns == written
    with pytest.raises(InputError, match="features of 3 images; expected those of 4"):
        read_features(tmp_path, [*cases, cases[0]])
