"""The bundled LLaVA is small, loads without a network, and says something else of other pixels and other triples."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from thoracite.errors import ModelError
from thoracite.generation.adapters.checked_decoding import BEAMS, SEARCHES
from thoracite.generation.adapters.transformers_generator import TransformersGenerator, load_bundled, load_llava
from thoracite.generation.generator import MINI
from thoracite.generation.grounding import Grounder, ground
from thoracite.generation.grounding.sentences import cut_sentences
from thoracite.generation.llava.training.kept import Kept
from thoracite.generation.llava.training.train_mini import Reader
from thoracite.generation.prompts import build_prompt
from thoracite.settings import MODELS
from thoracite.types import Evidence, Study
from thoracite.vision.encoder import Reading
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


def describe_checked(writer: TransformersGenerator, image: Kept, holds: Callable[[str], bool]) -> str:
    pixels = Radiograph(image.pixels.astype(np.float32) / np.float32(255))
    return writer.describe_checked(Study(image=image.name), pixels, Reading(), image.evidence, holds)


def test_what_holds_stays_and_so_does_what_nothing_else_replaces(
    writer: TransformersGenerator, kept: list[Kept]
) -> None:
    told = describe(writer, kept[0], kept[0].evidence)
    asked: list[str] = []
    assert describe_checked(writer, kept[0], lambda _: True) == told
    assert describe_checked(writer, kept[0], lambda one: asked.append(one) or False) == told
    assert len(set(asked)) > len(cut_sentences(told))
    assert len(asked) <= SEARCHES * (BEAMS + 1)


def test_a_sentence_that_does_not_hold_gives_way_to_another(writer: TransformersGenerator, kept: list[Kept]) -> None:
    first = cut_sentences(describe(writer, kept[0], kept[0].evidence))[0]
    told = cut_sentences(describe_checked(writer, kept[0], lambda one: one != first))
    assert told
    assert first not in told


def test_checked_against_the_evidence_more_of_it_is_supported(
    writer: TransformersGenerator, kept: list[Kept], reader: Reader
) -> None:
    link, extractor = reader.judge
    for image in kept:
        grounder = Grounder(image.findings, image.evidence, linker=link, extractor=extractor)
        before = grounder.ground(describe(writer, image, image.evidence))
        after = grounder.ground(describe_checked(writer, image, grounder.holds))
        assert len(after.dropped) <= len(before.dropped)
        assert len(after.claims) >= min(1, len(before.claims))
        assert all(claim.verdict == "supported" for claim in after.claims)


def test_a_damaged_folder_is_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_llava(str(tmp_path / "model"), device="cpu")
