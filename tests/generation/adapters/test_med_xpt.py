"""Med-XPT from a folder: encoder, transformer projector, GPT-2, with random weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.generation.adapters.tiny import write_med_xpt
from thoracite.errors import ModelError, UsageError
from thoracite.generation.adapters.med_xpt import MedXptGenerator, load_med_xpt, read_projector
from thoracite.generation.generator import open_generator
from thoracite.settings import Settings
from thoracite.types import Evidence, Study
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_med_xpt(tmp_path)


def radiograph(value: float) -> Radiograph:
    pixels = np.full((96, 80), value, dtype=np.float32)
    pixels[20:60, 30:50] = 1 - value
    return Radiograph(pixels)


def test_image_and_triples_stand_before_what_gpt2_writes(
    folder: Path, evidence: Sequence[Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = open_generator(f"med-xpt:{folder}", settings=Settings(device="cpu"))
    assert isinstance(generator, MedXptGenerator)
    given: list[torch.Tensor] = []
    whole = generator._decoder.generate
    monkeypatch.setattr(
        generator._decoder, "generate", lambda **told: given.append(told["inputs_embeds"]) or whole(**told)
    )
    study = Study(image="chest.png")
    first = generator.describe(study, radiograph(0.2), Reading(), evidence)
    assert generator.describe(study, radiograph(0.2), Reading(), evidence) == first
    generator.describe(study, radiograph(0.8), Reading(), evidence)
    generator.describe(study, radiograph(0.2), Reading(), ())
    assert torch.equal(given[0], given[1])
    assert not torch.equal(given[0][:, :3], given[2][:, :3])  # another image, another prefix
    assert torch.equal(given[0][:, 3:], given[2][:, 3:])
    assert given[3].shape[1] < given[0].shape[1]  # fewer triples, a shorter prompt


def test_missing_parts_are_named(folder: Path) -> None:
    (folder / "projector.safetensors").unlink()
    with pytest.raises(ModelError, match=r"lacks projector.safetensors"):
        load_med_xpt(str(folder))


def test_parts_that_do_not_fit_are_told(folder: Path) -> None:
    written = (folder / "projector.json").read_text()
    (folder / "projector.json").write_text(written.replace('"layers":1', '"layers":2'))
    with pytest.raises(ModelError, match=r"the generator med-xpt:.* cannot be loaded \(.*Missing key"):
        load_med_xpt(str(folder))


def test_only_a_folder_is_opened() -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        load_med_xpt("/nowhere")


def test_a_projector_is_read_as_it_was_written(folder: Path) -> None:
    first, second = read_projector(folder), read_projector(folder)
    vectors = torch.ones(2, 32)
    assert torch.equal(first(vectors), second(vectors))
    assert first(vectors).shape == (2, 3, 16)
