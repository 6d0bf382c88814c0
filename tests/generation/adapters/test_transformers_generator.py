"""LLaVA and its kin by transformers: a tiny random checkpoint goes the way of the 7B one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForImageTextToText, LlavaConfig

from tests.generation.adapters.tiny import write_llava
from thoracite.errors import ModelError, UsageError
from thoracite.generation.adapters import transformers_generator
from thoracite.generation.adapters.llava_keys import rename
from thoracite.generation.adapters.transformers_generator import TransformersGenerator, load_llava
from thoracite.generation.generator import TextGenerator, open_generator
from thoracite.generation.llava.training.kg_llava import Recipe, add_adapters
from thoracite.generation.prompts import build_prompt
from thoracite.settings import Settings
from thoracite.types import Evidence, Study
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph

STUDY = Study(image="chest.png")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_llava(tmp_path_factory.mktemp("llava"))


def radiograph(value: float = 0.5) -> Radiograph:
    pixels = np.full((96, 80), value, dtype=np.float32)
    pixels[20:60, 30:50] = 1 - value
    return Radiograph(pixels)


def open_folder(folder: Path) -> TransformersGenerator:
    generator = open_generator(f"llava:{folder}", settings=Settings(device="cpu"))
    assert isinstance(generator, TransformersGenerator)
    return generator


def test_a_folder_writes_the_same_text_each_time(folder: Path, evidence: Sequence[Evidence]) -> None:
    generator = open_folder(folder)
    assert isinstance(generator, TextGenerator)
    assert generator.name == f"llava:{folder}"
    told = [generator.describe(STUDY, radiograph(), Reading(), evidence) for _ in range(2)]
    assert told[0] == told[1]


def test_a_small_model_writes_on_one_thread_and_a_large_one_on_all(
    folder: Path, evidence: Sequence[Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = open_folder(folder)
    used: list[int] = []
    whole, before = generator._model.generate, torch.get_num_threads()
    monkeypatch.setattr(
        generator._model, "generate", lambda **told: used.append(torch.get_num_threads()) or whole(**told)
    )
    torch.set_num_threads(2)
    try:
        for most in (transformers_generator.SMALL, 0):
            monkeypatch.setattr(transformers_generator, "SMALL", most)
            TransformersGenerator("x", generator._model, generator._processor).answer("<image>\nWhat?", radiograph())
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert used == [1, 2]


def test_pixels_and_triples_reach_the_network(
    folder: Path, evidence: Sequence[Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = open_folder(folder)
    given: list[dict[str, torch.Tensor]] = []
    whole = generator._model.generate
    monkeypatch.setattr(generator._model, "generate", lambda **told: given.append(told) or whole(**told))
    generator.describe(STUDY, radiograph(0.2), Reading(), evidence)
    generator.describe(STUDY, radiograph(0.8), Reading(), ())
    first, second = given
    assert not torch.equal(first["pixel_values"], second["pixel_values"])
    read = generator._processor.decode(first["input_ids"][0])
    assert read.count("<image>") == 4  # one a patch of the tower
    assert "consolidation, suggestive of, pneumonia" in read
    assert read.rstrip().endswith("which signs show what the patient has?")
    assert "are: none." in generator._processor.decode(second["input_ids"][0])
    assert first["do_sample"] is False


def test_a_chat_template_is_used_where_there_is_one(tmp_path: Path) -> None:
    generator = open_folder(write_llava(tmp_path, chat=True))
    laid = generator._lay_out(build_prompt(STUDY, [], [], graph=False))
    assert laid == "USER: <image>\nFor the given image, which signs show what the patient has? ASSISTANT:"


def test_an_answer_that_is_cut_off_ends_with_a_full_sentence() -> None:
    cut = TransformersGenerator._cut
    assert cut("An effusion is likely (0.53). The heart is not enl") == "An effusion is likely (0.53)."
    assert cut("An effusion is") == ""


def test_missing_weights_are_told_and_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(ModelError, match=r"fetch them with `thoracite fetch generator llava:nobody/nothing`"):
        open_generator("llava:nobody/nothing", settings=Settings(device="cpu"))


def test_without_a_network_fetching_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match=r"the generator llava:nobody/nothing cannot be fetched") as said:
        load_llava("nobody/nothing", fetch=True)
    assert "\n" not in str(said.value)


def test_what_is_no_name_and_no_folder_is_a_wrong_usage() -> None:
    with pytest.raises(UsageError, match="is not a folder; expected a folder, or OWNER/MODEL"):
        open_generator("llava:no such thing")


def test_a_folder_without_weights_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=rf"the generator llava:{tmp_path} cannot be loaded \("):
        open_generator(f"llava:{tmp_path}")


def test_weights_that_lack_a_part_are_not_drawn_at_random(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = write_llava(tmp_path)
    state = load_file(folder / "model.safetensors")
    kept = {name: value for name, value in state.items() if "multi_modal_projector" not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"weights lack .*multi_modal_projector"):
        open_generator(f"llava:{folder}", settings=Settings(device="cpu"))


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 13.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_too_little_memory_is_told_with_what_to_do(
    folder: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = open_folder(folder)

    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(generator._model, "generate", fail)
    with pytest.raises(ModelError, match=r"needs more memory than there is; use a smaller model, or another device"):
        generator.describe(STUDY, radiograph(), Reading(), ())


def test_any_other_failure_of_the_network_is_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = open_folder(folder)

    def fail(**_: object) -> None:
        raise ValueError("shapes\ndo not fit")

    monkeypatch.setattr(generator._model, "generate", fail)
    with pytest.raises(ModelError, match=r"failed \(shapes do not fit\)$"):
        generator.describe(STUDY, radiograph(), Reading(), ())


def test_the_bundled_model_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(transformers_generator, "MODELS", tmp_path)
    with pytest.raises(ModelError, match="thoracite-mini-llava is not in this installation"):
        open_generator("thoracite-mini-llava", settings=Settings(device="cpu"))


SEVEN_B = {
    "architectures": ["LlavaForConditionalGeneration"],
    "ignore_index": -100,
    "image_token_index": 32000,
    "model_type": "llava",
    "pad_token_id": 32001,
    "projector_hidden_act": "gelu",
    "text_config": {
        "architectures": ["LlamaForCausalLM"],
        "max_position_embeddings": 4096,
        "model_type": "llama",
        "rms_norm_eps": 1e-05,
        "vocab_size": 32064,
    },
    "tie_word_embeddings": False,
    "vision_config": {
        "hidden_size": 1024,
        "image_size": 336,
        "intermediate_size": 4096,
        "model_type": "clip_vision_model",
        "num_attention_heads": 16,
        "num_hidden_layers": 24,
        "patch_size": 14,
        "projection_dim": 768,
        "vocab_size": 32000,
    },
    "vision_feature_layer": -2,
    "vision_feature_select_strategy": "default",
    "vocab_size": 32064,
}
"""config.json of llava-hf/llava-1.5-7b-hf, as published."""


@pytest.fixture
def seven_b(tmp_path: Path) -> torch.nn.Module:
    """LLaVA-1.5-7B from its configuration, without a number."""
    import json

    (tmp_path / "config.json").write_text(json.dumps(SEVEN_B))
    config = AutoConfig.from_pretrained(tmp_path, local_files_only=True)
    assert isinstance(config, LlavaConfig)
    with torch.device("meta"):
        return AutoModelForImageTextToText.from_config(config)  # type: ignore[no-any-return]


def list_original_names() -> set[str]:
    """Names of the weights of liuhaotian/llava-v1.5-7b with its tower, openai/clip-vit-large-patch14-336."""
    sides = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj")
    block = (*sides, "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj", "input_layernorm", "post_attention_layernorm")
    names = {"lm_head.weight", "model.embed_tokens.weight", "model.norm.weight"}
    names |= {f"model.layers.{layer}.{part}.weight" for layer in range(32) for part in block}
    names |= {f"model.mm_projector.{part}.{kind}" for part in (0, 2) for kind in ("weight", "bias")}
    tower = "model.vision_tower.vision_tower.vision_model."
    names |= {f"{tower}embeddings.{part}" for part in ("class_embedding", "patch_embedding.weight")}
    names.add(f"{tower}embeddings.position_embedding.weight")
    parts = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj")
    parts = (*parts, "mlp.fc1", "mlp.fc2", "layer_norm1", "layer_norm2")
    names |= {
        f"{tower}encoder.layers.{layer}.{part}.{kind}"
        for layer in range(24)
        for part in parts
        for kind in ("weight", "bias")
    }
    return names | {
        f"{tower}{part}.{kind}" for part in ("pre_layrnorm", "post_layernorm") for kind in ("weight", "bias")
    }


def test_the_published_configuration_of_the_7b_model_is_built_without_weights(seven_b: torch.nn.Module) -> None:
    count = sum(parameter.numel() for parameter in seven_b.parameters())
    assert type(seven_b).__name__ == "LlavaForConditionalGeneration"
    assert count == 7_063_427_072
    assert {parameter.device.type for parameter in seven_b.parameters()} == {"meta"}


def test_every_weight_of_the_original_7b_checkpoint_has_its_place_in_it(seven_b: torch.nn.Module) -> None:
    original = list_original_names()
    renamed = {rename(name) for name in original}
    assert len(renamed) == len(original) == 686
    assert renamed == set(dict(seven_b.named_parameters()))


def test_the_papers_adapters_fit_the_7b_model(seven_b: torch.nn.Module) -> None:
    with torch.device("meta"):
        adapted = add_adapters(seven_b, Recipe())
    trained = {name: value.numel() for name, value in adapted.named_parameters() if value.requires_grad}
    adapters = sum(number for name, number in trained.items() if "lora_" in name)
    assert len([name for name in trained if "lora_" in name]) == 32 * 7 * 2
    assert adapters == 32 * 128 * (4 * 2 * 4096 + 3 * (4096 + 11008))
    assert sum(trained.values()) - adapters == 1024 * 4096 + 4096 + 4096 * 4096 + 4096
