"""The bundled LLaVA is small, loads without a network, and says something else of other pixels and other triples."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from thoracite.errors import ModelError
from thoracite.generation.grounding import ground
from thoracite.generation.llava.mini import FOLDER, MiniLlava
from thoracite.generation.llava.training.kept import Kept
from thoracite.generation.llava.training.train_mini import Reader
from thoracite.generation.prompts import build_prompt
from thoracite.types import Evidence, Study


@pytest.fixture(scope="module")
def writer() -> MiniLlava:
    return MiniLlava.load()


def describe(writer: MiniLlava, image: Kept, evidence: tuple[Evidence, ...]) -> str:
    prompt = build_prompt(Study(image=image.name), (), evidence)
    return writer.answer(image.pixels.astype(np.float32) / np.float32(255), prompt)


def test_it_is_small(writer: MiniLlava) -> None:
    assert sum(value.numel() for value in writer.model.parameters()) < 20e6
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 40e6
    assert not [name for name in writer.model.state_dict() if "vision_tower" in name]


def test_it_says_the_same_twice_and_other_things_of_other_images(writer: MiniLlava, kept: list[Kept]) -> None:
    first, second = kept
    text = describe(writer, first, first.evidence)
    assert text == describe(writer, first, first.evidence)
    assert text != describe(writer, second, first.evidence)
    assert text.endswith(".")


def test_reasons_need_the_triples_of_the_prompt(writer: MiniLlava, kept: list[Kept], reader: Reader) -> None:
    link, extractor = reader.judge
    reasons = {}
    for name, evidence in (("on", kept[0].evidence), ("off", tuple(e for e in kept[0].evidence if e.triple is None))):
        text = describe(writer, kept[0], evidence)
        claims = ground(text, kept[0].findings, kept[0].evidence, linker=link, extractor=extractor).claims
        reasons[name] = sum(claim.kind in {"reason", "expected"} for claim in claims)
    assert reasons["off"] == 0


def test_most_of_what_it_says_is_supported(writer: MiniLlava, kept: list[Kept], reader: Reader) -> None:
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
    with pytest.raises(ModelError, match="thoracite train generator"):
        MiniLlava.load(tmp_path / "model")
