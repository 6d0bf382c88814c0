"""Tiny models with random weights, written to a folder by transformers as published ones are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from thoracite.generation.adapters.med_xpt import Projector, ProjectorSizes, write_projector

TEXTS = ("<image>", "A pleural effusion is likely.", "The image-specific triplets from the knowledge graph are: none.")
CHAT = (
    "{% for message in messages %}{{ message['role'].upper() }}: {% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>\n{% else %}{{ part['text'] }}{% endif %}{% endfor %} {% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)


def make_tokenizer(texts: Sequence[str] = TEXTS) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<pad>", "<s>", "</s>", "<image>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
        extra_special_tokens={"image_token": "<image>"}, clean_up_tokenization_spaces=False,
    )  # fmt: skip


def make_vision() -> CLIPVisionConfig:
    return CLIPVisionConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4, image_size=28, patch_size=14,
        projection_dim=24,
    )  # fmt: skip


def make_pictures() -> CLIPImageProcessor:
    return CLIPImageProcessor(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28})


def make_llava(tokenizer: PreTrainedTokenizerFast) -> LlavaForConditionalGeneration:
    torch.manual_seed(0)
    text = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=4, max_position_embeddings=1024, bos_token_id=1, eos_token_id=2, pad_token_id=0,
    )  # fmt: skip
    model = LlavaForConditionalGeneration(
        LlavaConfig(vision_config=make_vision(), text_config=text, image_token_index=3, image_seq_length=4)
    )
    model.generation_config.eos_token_id = 2
    model.generation_config.pad_token_id = 0
    return model


def write_llava(folder: Path, *, chat: bool = False) -> Path:
    tokenizer = make_tokenizer()
    make_llava(tokenizer).save_pretrained(folder)
    LlavaProcessor(
        image_processor=make_pictures(), tokenizer=tokenizer, patch_size=14, num_additional_image_tokens=1,
        vision_feature_select_strategy="default", chat_template=CHAT if chat else None,
    ).save_pretrained(folder)  # fmt: skip
    return folder


def write_med_xpt(folder: Path) -> Path:
    torch.manual_seed(0)
    CLIPVisionModelWithProjection(make_vision()).save_pretrained(folder / "encoder")
    make_pictures().save_pretrained(folder / "encoder")
    tokenizer = make_tokenizer()
    tokenizer.save_pretrained(folder / "decoder")
    config = GPT2Config(
        vocab_size=len(tokenizer), n_embd=16, n_layer=2, n_head=2, n_positions=512, bos_token_id=1, eos_token_id=2
    )
    GPT2LMHeadModel(config).save_pretrained(folder / "decoder")
    write_projector(Projector(ProjectorSizes(image=32, text=16, tokens=2, prefix=3, layers=1, heads=2)), folder)
    return folder
