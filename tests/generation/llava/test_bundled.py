"""The bundled LLaVA is small, loads without a network, and says something else of other pixels and other triples."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from thoracite.errors import ModelError
from thoracite.generation.adapters.transformers_generator import TransformersGenerator, load_bundled, load_llava
from thoracite.generation.generator import MINI
from thoracite.generation.grounding import ground
from thoracite.generation.llava.training.kept import Kept
from thoracite.generation.llava.training.train_mini import Reader
from thoracite.generation.prompts import build_prompt
from thoracite.settings import MODELS
from thoracite.types import Evidence, Study
from thoracite.vision.image import Radiograph

FOLDER = MODELS / MINI


@pytest.fixture(scope="module")
def writer() -> TransformersGenerator:
    return load_bundled(device="cpu")


def describe(writer: TransformersGenerator, image: Kept, evidence: tuple[Evidence, ...]) -> str:
    prompt = build_prompt(Study(image=image.name), (), evidence)
    return writer.answer(prompt, Radiograph(image.pixels.astype(np.float32) / np.float32(255)))


def test_it_is_small() -> None:
    with safe_open(FOLDER / "model.safetensors", framework="np") as weights:
        names = list(weights.keys())
        sizes = [int(np.prod(weights.get_slice(name).get_shape())) for name in names]
    assert sum(sizes) < 20e6
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 40e6
    assert not [name for name in names if "vision_tower" in name]


def test_it_follows_the_image(writer: TransformersGenerator, kept: list[Kept]) -> None:
    first, second = kept
    text = describe(writer, first, first.evidence)
    assert text == describe(writer, first, first.evidence)
    assert text != describe(writer, second, first.evidence)
    assert text.endswith(".")


def test_reasons_need_triples(writer: TransformersGenerator, kept: list[Kept], reader: Reader) -> None:
    link, extractor = reader.judge
    reasons = {}
    for name, evidence in (("on", kept[0].evidence), ("off", tuple(e for e in kept[0].evidence if e.triple is None))):
        text = describe(writer, kept[0], evidence)
        claims = ground(text, kept[0].findings, kept[0].evidence, linker=link, extractor=extractor).claims
        reasons[name] = sum(claim.kind in {"reason", "expected"} for claim in claims)
    assert reasons["off"] == 0


def test_most_of_what_it_says_is_supported(writer: TransformersGenerator, kept: list[Kept], reader: Reader) -> None:
    link, extractor = reader.judge
    claims, dropped = 0, 0
    for image in kept:
        text = describe(writer, image, image.evidence)
        grounded = ground(text, image.findings, image.evidence, linker=link, extractor=extractor)
        claims += sum(claim.origin == "decoder" for claim in grounded.claims)
        dropped += len(grounded.dropped)
    assert claims >= max(1, dropped)


def test_a_damaged_folder_is_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_llava(str(tmp_path / "model"), device="cpu")
