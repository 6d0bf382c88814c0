"""Small third-party models with weights drawn at random, in the formats in which real ones come."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (
    BertConfig,
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    PreTrainedTokenizerFast,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
    ViTConfig,
    ViTForImageClassification,
    ViTImageProcessor,
)

SIZE = 64
WORDS = [
    "[UNK]", "[PAD]", "[CLS]", "[SEP]", "no", "atelectasis", "cardiomegaly", "consolidation", "pulmonary", "edema",
    "pleural", "effusion", "emphysema", "fibrosis", "hiatal", "hernia", "infiltrates", "lung", "mass", "nodule",
    "thickening", "pneumonia", "pneumothorax",
]  # fmt: skip
_SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}
_IMAGE = {**_SMALL, "image_size": SIZE, "patch_size": 16}
_SHOWN = {"size": {"height": SIZE, "width": SIZE}, "crop_size": {"height": SIZE, "width": SIZE}}


def write_densenet(path: Path) -> Path:
    """The state of a DenseNet of TorchXRayVision."""
    with warnings.catch_warnings():
        import torchxrayvision as xrv
    torch.manual_seed(0)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(xrv.models.DenseNet().state_dict(), path)
    return path


def write_tokenizer(folder: Path) -> Path:
    """A tokenizer that knows whole words."""
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]")
    fast.save_pretrained(folder)
    return folder


def write_open_clip(folder: Path, *, bert: bool = False) -> Path:
    """A model of OpenCLIP; with a text tower of transformers, as BiomedCLIP has it, where ``bert``."""
    import open_clip

    folder.mkdir(parents=True)
    text = {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1}
    if bert:
        BertConfig(**_SMALL, vocab_size=len(WORDS), pad_token_id=1).save_pretrained(folder / "tower")
        write_tokenizer(folder)
        tower = str(folder / "tower")
        text = {"context_length": 16, "hf_model_name": tower, "hf_tokenizer_name": tower, "hf_proj_type": "mlp",
                "hf_pooler_type": "cls_last_hidden_state_pooler", "hf_model_pretrained": False}  # fmt: skip
    seen = {"image_size": SIZE, "layers": 1, "width": 64, "patch_size": 16, "head_width": 32}
    config = {"embed_dim": 32, "vision_cfg": seen, "text_cfg": text}
    normal = {"size": SIZE, "mean": [0.5] * 3, "std": [0.5] * 3}
    described = {"model_cfg": config, "preprocess_cfg": normal}
    (folder / "open_clip_config.json").write_text(json.dumps(described), encoding="utf-8")
    torch.manual_seed(0)
    network = (open_clip.CustomTextCLIP if bert else open_clip.CLIP)(**config)
    torch.save(network.state_dict(), folder / "open_clip_pytorch_model.bin")
    return folder


def write_classifier(folder: Path, *labels: str, apart: bool = True) -> Path:
    """A vision transformer of Hugging Face with the labels; several may hold at once where ``apart``."""
    torch.manual_seed(0)
    kind = "multi_label_classification" if apart else "single_label_classification"
    config = ViTConfig(**_IMAGE, id2label=dict(enumerate(labels)), problem_type=kind)
    network = ViTForImageClassification(config)
    with torch.no_grad():
        network.classifier.weight *= 50  # so that scores differ
    network.save_pretrained(folder)
    ViTImageProcessor(**_SHOWN).save_pretrained(folder)
    return folder


def write_pairs(folder: Path, *, siglip: bool = False) -> Path:
    """A CLIP or SigLIP of Hugging Face."""
    torch.manual_seed(0)
    text = {**_SMALL, "vocab_size": len(WORDS), "max_position_embeddings": 16, "eos_token_id": 1, "pad_token_id": 1,
            "bos_token_id": 0, "projection_size": 32}  # fmt: skip
    if siglip:
        network = SiglipModel(SiglipConfig(text_config=text, vision_config=_IMAGE))
        SiglipImageProcessor(**_SHOWN).save_pretrained(folder)
    else:
        network = CLIPModel(CLIPConfig(text_config=text, vision_config=_IMAGE, projection_dim=32))
        CLIPImageProcessor(**_SHOWN).save_pretrained(folder)
    network.save_pretrained(folder)
    return write_tokenizer(folder)
