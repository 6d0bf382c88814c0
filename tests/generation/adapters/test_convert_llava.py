"""Original LLaVA checkpoints become transformers': the same keys, the same numbers, and they write."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import CLIPVisionModel, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, ViTConfig
from typer.testing import CliRunner

from tests.generation.adapters.tiny import make_pictures, make_tokenizer, make_vision
from thoracite.cli import app
from thoracite.errors import InputError, ModelError
from thoracite.generation.adapters.convert_llava import convert_llava
from thoracite.generation.adapters.llava_keys import rename_timm
from thoracite.generation.adapters.transformers_generator import TransformersGenerator, load_llava
from thoracite.types import Study
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph

WIDTH = 32
TEXT = {
    "hidden_size": WIDTH, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 4, "max_position_embeddings": 1024, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
}  # fmt: skip


def make_words(kind: str = "llama") -> LlamaForCausalLM | MistralForCausalLM:
    torch.manual_seed(1)
    size = len(make_tokenizer())
    if kind == "mistral":
        return MistralForCausalLM(MistralConfig(vocab_size=size, **TEXT))
    return LlamaForCausalLM(LlamaConfig(vocab_size=size, **TEXT))


def make_projector() -> dict[str, Tensor]:
    torch.manual_seed(2)
    both = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH))
    return {f"model.mm_projector.{name}": value for name, value in both.state_dict().items()}


def make_clip() -> dict[str, Tensor]:
    """A CLIP tower by the names that it has in original checkpoints."""
    torch.manual_seed(3)
    vision = make_vision()
    vision.num_attention_heads = 1  # 64 channels a head in published towers; these have 32 in one
    state = CLIPVisionModel(vision).state_dict()
    plain = {name.removeprefix("vision_model."): value for name, value in state.items()}
    return {f"model.vision_tower.vision_tower.vision_model.{name}": value for name, value in plain.items()}


def write_words(folder: Path, state: dict[str, Tensor], kind: str = "llava_llama", **more: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": kind, "vocab_size": len(make_tokenizer()), "mm_vision_select_layer": -2,
        "mm_vision_select_feature": "patch", "mm_projector_type": "mlp2x_gelu", "mm_hidden_size": WIDTH,
        "mm_vision_tower": "openai/clip-vit-large-patch14-336", **TEXT, **more,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    torch.save(state, folder / "pytorch_model.bin")
    make_tokenizer().save_pretrained(folder)
    return folder


def show() -> Radiograph:
    pixels = np.linspace(0, 1, 96 * 80, dtype=np.float32).reshape(96, 80)
    return Radiograph(pixels)


def open_and_write(folder: Path) -> TransformersGenerator:
    load_llava.cache_clear()
    generator = load_llava(str(folder), device="cpu")
    generator.describe(Study(image="a.png"), show(), Reading(), ())  # it runs; random weights say nothing of worth
    return generator


def test_a_checkpoint_with_its_tower_keeps_every_number(tmp_path: Path) -> None:
    words, projector, clip = make_words("mistral").state_dict(), make_projector(), make_clip()
    old = {"model.layers.0.self_attn.rotary_emb.inv_freq": torch.zeros(4)}
    source = write_words(tmp_path / "med", {**words, **projector, **clip, **old}, kind="llava_mistral")
    done = convert_llava(source, tmp_path / "out")
    assert (done.adapted, done.tower) == (0, "clip_vision_model")
    generator = open_and_write(tmp_path / "out")
    state = generator._model.state_dict()
    size = len(make_tokenizer())
    tokens = state["model.language_model.embed_tokens.weight"]
    assert tokens.shape[0] % 64 == 0
    assert torch.equal(tokens[:size], words["model.embed_tokens.weight"])
    assert torch.equal(state["lm_head.weight"][:size], words["lm_head.weight"])
    assert torch.equal(state["model.multi_modal_projector.linear_2.weight"], projector["model.mm_projector.2.weight"])
    name = "encoder.layers.1.mlp.fc2.weight"
    assert torch.equal(
        state[f"model.vision_tower.{name}"], clip[f"model.vision_tower.vision_tower.vision_model.{name}"]
    )
    laid = generator._lay_out("<image>\nFor the given image, what?")
    assert laid == "[INST] <image>\nFor the given image, what? [/INST]"


def test_the_converted_network_computes_what_the_original_parts_compute(tmp_path: Path) -> None:
    words, projector, clip = make_words(), make_projector(), make_clip()
    source = write_words(tmp_path / "in", {**words.state_dict(), **projector, **clip})
    convert_llava(source, tmp_path / "out")
    generator = open_and_write(tmp_path / "out")
    laid = generator._processor(images=np.zeros((28, 28, 3), np.uint8), text="<image>A mass", return_tensors="pt")
    with torch.inference_mode():
        seen = generator._model.get_image_features(pixel_values=laid["pixel_values"]).pooler_output[0]
        vision = make_vision()
        vision.num_attention_heads = 1
        tower = CLIPVisionModel(vision).eval()
        prefix = next(iter(tower.state_dict())).startswith("vision_model.")
        names = {name.rpartition("vision_model.")[2]: value for name, value in clip.items()}
        tower.load_state_dict({f"{'vision_model.' if prefix else ''}{n}": v for n, v in names.items()})
        own = tower(laid["pixel_values"], output_hidden_states=True).hidden_states[-2][:, 1:]
        both = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH))
        both.load_state_dict({name.removeprefix("model.mm_projector."): value for name, value in projector.items()})
        image = both(own)[0]
        assert torch.allclose(seen, image, atol=1e-5)
        ids = laid["input_ids"][0]
        text = ids[ids != generator._model.config.image_token_index]
        table = words.get_input_embeddings()
        inputs = torch.cat([image, table(text)])[None]
        told = words.eval()(inputs_embeds=inputs).logits[0, -1]
        given = generator._model(**laid).logits[0, -1, : len(make_tokenizer())]
    assert torch.allclose(told, given, atol=1e-4)


def write_adapter(folder: Path) -> tuple[Path, dict[str, Tensor]]:
    """As LLaVA's own training writes it, with names that peft puts a prefix before."""
    torch.manual_seed(4)
    folder.mkdir()
    (folder / "adapter_config.json").write_text(
        json.dumps({"r": 4, "lora_alpha": 8, "base_model_name_or_path": "lmsys/vicuna-7b-v1.5"})
    )
    name = "base_model.model.model.layers.1.self_attn.v_proj"
    adapter = {f"{name}.lora_A.weight": torch.randn(4, WIDTH), f"{name}.lora_B.weight": torch.randn(WIDTH, 4)}
    torch.save(adapter, folder / "adapter_model.bin")
    torch.save({f"base_model.model.{key}": value for key, value in make_projector().items()},
               folder / "non_lora_trainables.bin")  # fmt: skip
    config = {
        "model_type": "llava",
        "vocab_size": len(make_tokenizer()),
        "mm_vision_tower": "biomedclip_cxr_518",
        **TEXT,
    }
    (folder / "config.json").write_text(json.dumps(config))
    return folder, adapter


class Block(nn.Module):
    """A block by timm's names."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, eps=1e-6), nn.LayerNorm(WIDTH, eps=1e-6)
        self.attn = nn.ModuleDict({"qkv": nn.Linear(WIDTH, 3 * WIDTH), "proj": nn.Linear(WIDTH, WIDTH)})
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(WIDTH, 64), "fc2": nn.Linear(64, WIDTH)})

    def forward(self, tokens: Tensor) -> Tensor:
        q, k, v = self.attn["qkv"](self.norm1(tokens)).unflatten(-1, (3, 4, WIDTH // 4)).permute(2, 0, 3, 1, 4)
        told = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        tokens = tokens + self.attn["proj"](told)
        return tokens + self.mlp["fc2"](nn.functional.gelu(self.mlp["fc1"](self.norm2(tokens))))


class Trunk(nn.Module):
    """A vision transformer by timm's names."""

    def __init__(self) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.randn(1, 1, WIDTH))
        self.pos_embed = nn.Parameter(torch.randn(1, 5, WIDTH))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, WIDTH, 14, 14)})
        self.blocks = nn.ModuleList([Block(), Block()])
        self.norm = nn.LayerNorm(WIDTH, eps=1e-6)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        tokens = self.patch_embed["proj"](pixels).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.cls_token.expand(len(tokens), -1, -1), tokens], 1) + self.pos_embed
        told = [tokens]
        for block in self.blocks:
            told.append(block(told[-1]))
        return told


def write_timm(folder: Path) -> tuple[Path, Trunk]:
    torch.manual_seed(5)
    trunk = Trunk().eval()
    folder.mkdir()
    state = {f"visual.trunk.{name}": value for name, value in trunk.state_dict().items()}
    save_file({**state, "text.transformer.x": torch.zeros(2)}, folder / "biomedclip.safetensors")
    ViTConfig(
        hidden_size=WIDTH, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, image_size=28,
        patch_size=14, layer_norm_eps=1e-6,
    ).save_pretrained(folder)  # fmt: skip
    make_pictures().save_pretrained(folder)
    return folder, trunk


def test_an_adapter_is_merged_and_a_tower_in_timms_names_computes_the_same(tmp_path: Path) -> None:
    source, adapter = write_adapter(tmp_path / "rad")
    base = write_words(tmp_path / "vicuna", make_words().state_dict(), kind="llama")
    tower, trunk = write_timm(tmp_path / "tower")
    done = convert_llava(source, tmp_path / "out", base=base, tower=tower)
    assert (done.adapted, done.tower) == (1, "vit")
    generator = open_and_write(tmp_path / "out")
    down, up = adapter.values()
    name = "layers.1.self_attn.v_proj.weight"
    merged = make_words().state_dict()[f"model.{name}"] + 2.0 * up @ down
    assert torch.allclose(generator._model.state_dict()[f"model.language_model.{name}"], merged, atol=1e-6)
    pixels = torch.randn(1, 3, 28, 28)
    with torch.inference_mode():
        own = trunk(pixels)[-2][:, 1:]
        vision = generator._model.model.vision_tower
        assert torch.allclose(vision(pixels, output_hidden_states=True).hidden_states[-2][:, 1:], own, atol=1e-5)
    assert generator._lay_out("<image>\nwhat?").endswith("USER: <image>\nwhat? ASSISTANT:")


def test_a_swapped_tower_of_transformers_is_taken(tmp_path: Path) -> None:
    source = write_words(tmp_path / "bio", {**make_words().state_dict(), **make_projector()})
    torch.manual_seed(6)
    CLIPVisionModel(make_vision()).save_pretrained(tmp_path / "tower")
    done = convert_llava(source, tmp_path / "out", tower=tmp_path / "tower")
    assert done.tower == "clip_vision_model"
    open_and_write(tmp_path / "out")


@pytest.mark.parametrize(
    ("more", "without", "words"),
    [
        ({}, "vision_tower", "does not hold its vision tower"),
        ({"mm_projector_type": "linear"}, "mm_projector.2", "the projector is of type linear"),
        ({}, "layers.1.mlp.up_proj", "Missing key"),
    ],
)
def test_what_lacks_is_told(tmp_path: Path, more: dict[str, str], without: str, words: str) -> None:
    state = {**make_words().state_dict(), **make_projector(), **make_clip()}
    kept = {name: value for name, value in state.items() if without not in name}
    source = write_words(tmp_path / "in", kept, **more)
    with pytest.raises((InputError, ModelError), match=words) as said:
        convert_llava(source, tmp_path / "out")
    assert "\n" not in str(said.value)
    assert not list((tmp_path / "out").glob("*.safetensors"))


def test_an_adapter_without_its_base_says_which_it_needs(tmp_path: Path) -> None:
    source, _ = write_adapter(tmp_path / "rad")
    with pytest.raises(InputError, match=r"is an adapter of lmsys/vicuna-7b-v1.5; name the folder .* --base"):
        convert_llava(source, tmp_path / "out")


def test_a_folder_that_is_not_empty_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(InputError, match="is not empty"):
        convert_llava(tmp_path, tmp_path)


def test_the_command_tells_what_it_did(tmp_path: Path) -> None:
    source = write_words(tmp_path / "in", {**make_words().state_dict(), **make_projector(), **make_clip()})
    result = CliRunner().invoke(app, ["convert-llava", str(source), str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert f"llava:{tmp_path / 'out'}" in result.stdout


def test_timm_names_without_open_clips_prefix_are_read() -> None:
    assert set(rename_timm({"cls_token": torch.zeros(1), "head.weight": torch.zeros(1)})) == {"embeddings.cls_token"}
