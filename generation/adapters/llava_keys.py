"""Names of weights: original LLaVA's, and those of the towers that it was given, in transformers' words.

Examples
--------
>>> rename("model.mm_projector.2.bias"), rename("model.layers.0.mlp.up_proj.weight"), rename("lm_head.weight")
('model.multi_modal_projector.linear_2.bias', 'model.language_model.layers.0.mlp.up_proj.weight', 'lm_head.weight')
>>> rename("model.vision_tower.vision_tower.vision_model.post_layernorm.weight")
'model.vision_tower.post_layernorm.weight'
>>> strip_adapter("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight")
'model.layers.0.self_attn.q_proj.lora_A.weight'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

TOWER = "model.vision_tower."
"""Prefix of a tower's weights in transformers."""

OWN_TOWER = "model.vision_tower."
"""Prefix of a tower's weights in original checkpoints that hold them; ``vision_tower.`` again stands behind it."""

_RENAMED = (
    (re.compile(r"^model\.vision_tower\.(?:vision_tower\.)?(?:vision_model\.)?"), TOWER),
    (re.compile(r"^model\.mm_projector\.0\."), "model.multi_modal_projector.linear_1."),
    (re.compile(r"^model\.mm_projector\.2\."), "model.multi_modal_projector.linear_2."),
    (re.compile(r"^model\.(?=(?:embed_tokens|layers|norm)\.)"), "model.language_model."),
)
_SKIPPED = re.compile(r"(?:rotary_emb\.inv_freq|position_ids)$")
"""Numbers that are computed, which old checkpoints hold beside the weights."""

_PREFIX = re.compile(r"^(?:base_model\.model\.|base_model\.)(?=model\.|lm_head\.)")
_TIMM = (
    ("patch_embed.proj.", "embeddings.patch_embeddings.projection."),
    ("cls_token", "embeddings.cls_token"),
    ("pos_embed", "embeddings.position_embeddings"),
    ("norm.", "layernorm."),
)
_TIMM_BLOCK = {
    "norm1": "layernorm_before",
    "norm2": "layernorm_after",
    "attn.proj": "attention.o_proj",
    "mlp.fc1": "mlp.fc1",
    "mlp.fc2": "mlp.fc2",
}
_BLOCK = re.compile(r"^blocks\.(\d+)\.(.+)\.(weight|bias)$")
_QKV = ("q_proj", "k_proj", "v_proj")


def rename(name: str) -> str:
    """Return transformers' name of a weight of original LLaVA; any other name stays."""
    for pattern, new in _RENAMED:
        if pattern.match(name):
            return pattern.sub(new, name, count=1)
    return name


def is_skipped(name: str) -> bool:
    """Tell whether a weight is computed anew and left out."""
    return _SKIPPED.search(name) is not None


def strip_adapter(name: str) -> str:
    """Return the name of a weight without what peft puts before it."""
    return _PREFIX.sub("", name)


def merge_adapter(state: dict[str, Tensor], adapter: Mapping[str, Tensor], scale: float) -> int:
    """Add the products of an adapter's weights to those that they adapt, and return how many there were.

    Parameters
    ----------
    state : dict of str to Tensor
        Original weights by name; changed in place.
    adapter : mapping of str to Tensor
        ``NAME.lora_A.weight``, shape (r, in), and ``NAME.lora_B.weight``, shape (out, r).
    scale : float
        α divided by r, or by its root where the adapter says so.

    Raises
    ------
    ValueError
        If a part of a pair is missing, or no weight is adapted by it.
    """
    parts = {strip_adapter(name).replace(".default.", "."): value for name, value in adapter.items()}
    downs = {name.removesuffix(".lora_A.weight"): value for name, value in parts.items() if "lora_A" in name}
    for name, down in downs.items():
        up, target = parts.get(f"{name}.lora_B.weight"), f"{name}.weight"
        if up is None or target not in state:
            raise ValueError(f"the adapter's {name} has no {'second part' if up is None else 'weight to adapt'}")
        whole = state[target]
        state[target] = (whole.float() + scale * (up.float() @ down.float())).to(whole.dtype)
    return len(downs)


def rename_timm(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights of timm's vision transformer by the names of transformers' ViT.

    Parameters
    ----------
    state : mapping of str to Tensor
        Perhaps with ``visual.trunk.`` or ``trunk.`` before each name, as open_clip writes them (BiomedCLIP); what
        belongs to no vision transformer is left out.

    Examples
    --------
    >>> sorted(rename_timm({"visual.trunk.blocks.0.attn.qkv.bias": torch.zeros(6), "text.x": torch.zeros(1)}))
    ['layers.0.attention.k_proj.bias', 'layers.0.attention.q_proj.bias', 'layers.0.attention.v_proj.bias']
    """
    cut = re.compile(r"^.*?(?:visual\.)?trunk\.")
    inside = any("trunk." in name for name in state)
    plain = {cut.sub("", name): value for name, value in state.items() if "trunk." in name or not inside}
    return {new: part for name, value in plain.items() for new, part in _rename_one(name, value)}


def _rename_one(name: str, value: Tensor) -> Iterator[tuple[str, Tensor]]:
    if block := _BLOCK.match(name):
        number, part, kind = block.groups()
        if part == "attn.qkv":
            for own, piece in zip(_QKV, value.chunk(3), strict=True):
                yield f"layers.{number}.attention.{own}.{kind}", piece.clone()
        elif part in _TIMM_BLOCK:
            yield f"layers.{number}.{_TIMM_BLOCK[part]}.{kind}", value
        return
    for old, new in _TIMM:
        if name.startswith(old):
            yield new + name[len(old) :], value


def grow_rows(weight: Tensor, rows: int) -> Tensor:
    """Return a table of token vectors with more rows, the new ones the mean of the old.

    Examples
    --------
    >>> grow_rows(torch.tensor([[1.0], [3.0]]), 3)
    tensor([[1.],
            [3.],
            [2.]])
    """
    if rows <= len(weight):
        return weight
    mean = weight.float().mean(0, keepdim=True).to(weight.dtype)
    return torch.cat([weight, mean.expand(rows - len(weight), -1)])


__all__ = ["OWN_TOWER", "TOWER", "grow_rows", "is_skipped", "merge_adapter", "rename", "rename_timm", "strip_adapter"]
