"""The bundled encoder stands behind LLaVA's interface: same tokens, no weights of its own, loaded by common code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from thoracite.generation.llava.build import build_processor, save_model
from thoracite.generation.llava.images import MiniImageProcessor, cut_margin, lay_square
from thoracite.generation.llava.tokens import count_channels, count_tokens, lay_extras, lay_tokens
from thoracite.generation.llava.tower import TowerConfig, TowerModel, see_tokens
from thoracite.generation.llava.training.kept import Kept


@pytest.mark.parametrize("shape", [(128, 128), (64, 64), (300, 200), (90, 400)])
def test_an_image_comes_back_from_its_square(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).random(shape, dtype=np.float32)
    square = lay_square(pixels)
    inside = cut_margin(square)
    assert square.shape == (128, 128)
    assert max(inside.shape) == min(128, max(shape))
    assert abs(inside.shape[0] / inside.shape[1] - shape[0] / shape[1]) < 0.05
    assert np.array_equal(lay_square(inside)[: inside.shape[0], : inside.shape[1]], inside)


def test_grey_colour_and_floats_are_the_same_image() -> None:
    grey = np.arange(96 * 80, dtype=np.uint32).reshape(96, 80).astype(np.uint8)
    colour = Image.fromarray(grey).convert("RGB")
    processor = MiniImageProcessor()
    laid = [processor(image)["pixel_values"] for image in (grey, colour, grey.astype(np.float32) / 255)]
    assert all(torch.allclose(laid[0], other, atol=1e-6) for other in laid[1:])


def test_the_tower_says_what_was_kept(kept: list[Kept]) -> None:
    for image in kept:
        tokens = see_tokens(lay_square(image.pixels.astype(np.float32) / np.float32(255)))
        assert tokens.shape == (count_tokens(), count_channels())
        assert np.allclose(tokens, lay_tokens(image.maps, lay_extras(image.findings, image.logits)), atol=2e-2)


def test_two_images_have_other_tokens(kept: list[Kept]) -> None:
    first, second = (lay_extras(image.findings, image.logits) for image in kept)
    assert not np.allclose(first, second)
    assert np.array_equal(first[:, : count_tokens()], np.eye(count_tokens()))


def test_what_is_all_margin_shows_nothing() -> None:
    assert see_tokens(np.full((128, 128), -1, dtype=np.float32)).shape == (count_tokens(), count_channels())


def test_a_tower_for_other_signs_is_refused() -> None:
    with pytest.raises(ValueError, match="image tokens"):
        TowerModel(TowerConfig(tokens=12))


def test_saved_and_loaded_by_the_common_classes(
    untrained: LlavaForConditionalGeneration,
    tokenizer: PreTrainedTokenizerFast,
    kept: list[Kept],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    picture = Image.fromarray(kept[0].pixels)
    prompt = "<image>\nFor the given image, what does the image show?"
    processor = build_processor(tokenizer)
    asked = processor(images=[picture], text=[prompt], return_tensors="pt")
    said = untrained.generate(**asked, max_new_tokens=8)
    assert asked["input_ids"].tolist()[0].count(untrained.config.image_token_id) == count_tokens()

    save_model(untrained, processor, tmp_path)
    names = {key for key in untrained.state_dict() if "vision_tower" in key}
    assert not names  # the bundled encoder's weights are not written again

    opened = AutoProcessor.from_pretrained(tmp_path, local_files_only=True)
    model = AutoModelForImageTextToText.from_pretrained(tmp_path, local_files_only=True, dtype=torch.float32)
    assert isinstance(opened, LlavaProcessor)
    assert isinstance(model, LlavaForConditionalGeneration)
    again = model.generate(**opened(images=[picture], text=[prompt], return_tensors="pt"), max_new_tokens=8)
    assert again.shape == said.shape
