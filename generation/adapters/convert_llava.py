"""Checkpoints in original LLaVA's form written as transformers': LLaVA-Rad, LLaVA-Med, Bio-LLaVA's swapped tower.

``SOURCE`` holds ``config.json`` and weights; or an adapter (``adapter_config.json``) that is merged into a base model.
The vision tower is taken from the checkpoint where it is in there, else from a folder of its own: a CLIP or ViT of
transformers, or weights in timm's names (BiomedCLIP, as LLaVA-Rad has it) with a ``config.json`` of a ViT beside them.
Weights are read by name and checked one by one against the network that transformers builds: none is drawn at random.

References
----------
Liu H et al. Visual instruction tuning. NeurIPS 2023. Li C et al. LLaVA-Med. NeurIPS 2023. Zambrano Chaves JM et al.
LLaVA-Rad. arXiv:2403.08002.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoTokenizer,
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
)

from thoracite.errors import InputError, ModelError
from thoracite.generation.adapters.llava_keys import (
    OWN_TOWER,
    TOWER,
    grow_rows,
    is_skipped,
    merge_adapter,
    rename,
    rename_timm,
    strip_adapter,
)
from thoracite.generation.adapters.transformers_generator import explain
from thoracite.generation.prompts import IMAGE

_VICUNA = (
    "A chat between a curious human and an artificial intelligence assistant. The assistant gives helpful, detailed, "
    "and polite answers to the human's questions. USER: <image>\n{words} ASSISTANT:"
)
_MISTRAL = "[INST] <image>\n{words} [/INST]"
_TEMPLATE = (
    "{{% for message in messages %}}{before}{{% for part in message['content'] %}}"
    "{{% if part['type'] == 'text' %}}{{{{ part['text'] }}}}{{% endif %}}{{% endfor %}}{after}{{% endfor %}}"
)
_SIZES = {"llava_mistral": "mistral", "mistral": "mistral"}
_STRATEGIES = {"patch": "default", "cls_patch": "full"}
_MULTIPLE = 64
"""The vocabulary is grown to a multiple of this."""


class Converted(NamedTuple):
    """What was converted: the folder, how many weights, how many of them an adapter changed, and the tower's kind."""

    folder: str
    weights: int
    adapted: int
    tower: str


def convert_llava(source: Path, target: Path, *, base: Path | None = None, tower: Path | None = None) -> Converted:
    """Convert a checkpoint.

    Parameters
    ----------
    source : Path
        Folder with ``config.json`` and weights (``*.safetensors`` or ``pytorch_model*.bin``), or with
        ``adapter_config.json``, ``adapter_model.*`` and ``non_lora_trainables.bin``.
    target : Path
        Folder to write, empty or new; ``llava:TARGET`` opens it.
    base : Path or None
        The language model that an adapter belongs to.
    tower : Path or None
        Folder of the vision tower where the checkpoint holds none, or of another one that it was trained with.

    Raises
    ------
    InputError
        If a folder or file is missing, or the target is not empty.
    ModelError
        If the projector is of another kind, weights are missing or left over, or memory does not suffice.
    """
    if target.exists() and any(target.iterdir()):
        raise InputError(f"folder {target} is not empty; expected a new one")
    with explain(str(source), "cannot be converted"):
        asked = _read_json(source / "config.json")
        state, adapted = _read_weights(source, base)
        pictures, shown = _read_tower(state, asked, tower)
        config, tokenizer = _build_config(asked, base or source, pictures, state)
        named = {rename(name): value for name, value in state.items() if not is_skipped(name)}
        named = {name: value for name, value in named.items() if not name.startswith(TOWER)} | shown
        _grow(named, config.text_config.vocab_size)
        _write(config, named, target)
        process = _find_processor(tower, pictures)
        _join(process, tokenizer, config).save_pretrained(target)
    return Converted(str(target), len(named), adapted, str(pictures.model_type))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read; expected the JSON of a LLaVA checkpoint") from error
    return dict(read)


def _read_state(folder: Path, *patterns: str) -> dict[str, Tensor]:
    """Read the weights of a folder; pickles are read without running what they hold."""
    files = next((found for pattern in patterns if (found := sorted(folder.glob(pattern)))), [])
    if not files:
        raise InputError(f"folder {folder} holds no weights; expected {' or '.join(patterns)}")
    state: dict[str, Tensor] = {}
    for file in files:
        read = load_file(file) if file.suffix == ".safetensors" else torch.load(file, "cpu", weights_only=True)
        state |= read.get("state_dict", read)
    return state


def _read_weights(source: Path, base: Path | None) -> tuple[dict[str, Tensor], int]:
    """Read a checkpoint's weights by their original names, an adapter merged into its base."""
    whole = ("model*.safetensors", "pytorch_model*.bin")
    if not (source / "adapter_config.json").is_file():
        return _read_state(source, *whole), 0
    if base is None:
        named = _read_json(source / "adapter_config.json").get("base_model_name_or_path", "a language model")
        raise InputError(f"{source} is an adapter of {named}; name the folder of that model with --base")
    settings = _read_json(source / "adapter_config.json")
    state = _read_state(base, *whole)
    rank = settings["r"]
    scale = settings["lora_alpha"] / (rank**0.5 if settings.get("use_rslora") else rank)
    adapted = merge_adapter(state, _read_state(source, "adapter_model.safetensors", "adapter_model.bin"), scale)
    if (source / "non_lora_trainables.bin").is_file():
        rest = _read_state(source, "non_lora_trainables.bin")
        state |= {strip_adapter(name): value for name, value in rest.items()}
    return state, adapted


def _read_tower(state: dict[str, Tensor], asked: dict[str, Any], tower: Path | None) -> tuple[Any, dict[str, Tensor]]:
    """Return the tower's configuration, and its weights by transformers' names."""
    own = {rename(name): value for name, value in state.items() if name.startswith(OWN_TOWER) and not is_skipped(name)}
    if tower is None:
        if not own:
            named = asked.get("mm_vision_tower", "a vision tower")
            raise InputError(f"the checkpoint does not hold its vision tower ({named}); name its folder with --tower")
        return _measure_clip(own), own
    config = AutoConfig.from_pretrained(tower, local_files_only=True)
    config = getattr(config, "vision_config", config)
    read = own or _read_state(tower, "model*.safetensors", "*.safetensors", "*.bin", "*.pt")
    if any("attn.qkv" in name for name in read):
        read = rename_timm({name.removeprefix(TOWER): value for name, value in read.items()})
        read |= _make_pooler(config.hidden_size)
        return config, {TOWER + name: value for name, value in read.items()}
    if own:
        return config, own
    plain = {name.removeprefix("vision_model."): value for name, value in read.items() if not is_skipped(name)}
    strange = ("text_model.", "text_projection", "visual_projection", "logit_scale")
    return config, {TOWER + name: value for name, value in plain.items() if not name.startswith(strange)}


def _make_pooler(width: int) -> dict[str, Tensor]:
    """Return the pooler that transformers' ViT has and that LLaVA does not look at."""
    return {"pooler.dense.weight": torch.zeros(width, width), "pooler.dense.bias": torch.zeros(width)}


def _measure_clip(own: dict[str, Tensor]) -> CLIPVisionConfig:
    """Read the sizes of a CLIP tower off its weights; its heads have 64 channels, as all published ones."""
    patches = own[f"{TOWER}embeddings.patch_embedding.weight"]
    positions = own[f"{TOWER}embeddings.position_embedding.weight"]
    layers = {name.split(".layers.")[1].split(".")[0] for name in own if ".layers." in name}
    width, patch = patches.shape[0], patches.shape[-1]
    return CLIPVisionConfig(
        hidden_size=width,
        intermediate_size=own[f"{TOWER}encoder.layers.0.mlp.fc1.weight"].shape[0],
        num_hidden_layers=len(layers),
        num_attention_heads=max(1, width // 64),
        image_size=patch * round((positions.shape[0] - 1) ** 0.5),
        patch_size=patch,
        projection_dim=768,
    )


def _build_config(asked: dict[str, Any], words: Path, pictures: Any, state: dict[str, Tensor]) -> tuple[Any, Any]:
    """Build the configuration, and the tokenizer with a token for the image."""
    if "model.mm_projector.0.weight" not in state or "model.mm_projector.2.weight" not in state:
        kind = asked.get("mm_projector_type", "unknown")
        raise ModelError(f"the projector is of type {kind}; transformers' LLaVA has mlp2x_gelu only")
    tokenizer = AutoTokenizer.from_pretrained(words, local_files_only=True)
    tokenizer.add_special_tokens({"extra_special_tokens": [IMAGE]})
    if tokenizer.pad_token is None:
        tokenizer.add_special_tokens({"pad_token": "<pad>"})
    kind = _SIZES.get(asked.get("model_type", ""), "llama")
    known = {name: value for name, value in asked.items() if not name.startswith(("mm_", "_", "image_"))}
    text = AutoConfig.for_model(kind, **{k: v for k, v in known.items() if k not in {"model_type", "architectures"}})
    needed = max(len(tokenizer), text.vocab_size)
    build: Any = LlavaConfig
    text.vocab_size = -(-needed // _MULTIPLE) * _MULTIPLE
    return (
        build(
            vision_config=pictures,
            text_config=text,
            image_token_index=tokenizer.convert_tokens_to_ids(IMAGE),
            image_seq_length=(pictures.image_size // pictures.patch_size) ** 2,
            vision_feature_layer=asked.get("mm_vision_select_layer", -2),
            vision_feature_select_strategy=_STRATEGIES[asked.get("mm_vision_select_feature", "patch")],
        ),
        tokenizer,
    )


def _grow(named: dict[str, Tensor], rows: int) -> None:
    for name in ("model.language_model.embed_tokens.weight", "lm_head.weight"):
        if name in named:
            named[name] = grow_rows(named[name], rows)


def _write(config: Any, named: dict[str, Tensor], target: Path) -> None:
    """Write the weights once they fit the network that transformers builds, name by name and shape by shape."""
    with torch.device("meta"):
        model = LlavaForConditionalGeneration(config)
    model.load_state_dict(named, strict=True, assign=True)
    model.generation_config.eos_token_id = config.text_config.eos_token_id
    model.generation_config.bos_token_id = config.text_config.bos_token_id
    target.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(target)


def _find_processor(tower: Path | None, pictures: Any) -> Any:
    if tower is not None and (tower / "preprocessor_config.json").is_file():
        kind: Any = AutoImageProcessor
        return kind.from_pretrained(tower, local_files_only=True)
    side = pictures.image_size
    return CLIPImageProcessor(size={"shortest_edge": side}, crop_size={"height": side, "width": side})


def _join(process: Any, tokenizer: Any, config: Any) -> Any:
    form = _MISTRAL if config.text_config.model_type == "mistral" else _VICUNA
    before, _, after = form.partition("{words}")
    build: Any = LlavaProcessor
    return build(
        image_processor=process,
        tokenizer=tokenizer,
        patch_size=config.vision_config.patch_size,
        vision_feature_select_strategy=config.vision_feature_select_strategy,
        num_additional_image_tokens=1,
        chat_template=_TEMPLATE.format(before=before, after=after),
    )


__all__ = ["Converted", "convert_llava"]
