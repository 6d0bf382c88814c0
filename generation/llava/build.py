"""The parts of ``thoracite-mini-llava``: configuration, tokenizer and processor, and a network with no training yet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    GenerationConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from thoracite.generation.llava.images import MiniImageProcessor
from thoracite.generation.llava.tokens import count_tokens
from thoracite.generation.llava.tower import PATCH, TowerConfig, register
from thoracite.generation.prompts import IMAGE

PAD, BEGIN, END = "<pad>", "<s>", "</s>"
VOCABULARY = 1536
"""Most tokens."""

LONGEST = 192
"""Most tokens of an explanation."""


def train_tokenizer(texts: Iterable[str], *, vocabulary: int = VOCABULARY) -> PreTrainedTokenizerFast:
    """Train the tokenizer: pairs of bytes, so that no word is unknown, and each digit by itself.

    Parameters
    ----------
    texts : iterable of str
        Prompts and explanations.
    vocabulary : int
        Most tokens.

    Examples
    --------
    >>> tokenizer = train_tokenizer(["The heart is wide.", "The heart is not wide."])
    >>> tokenizer.decode(tokenizer("The heart is 0.58 wide.").input_ids, skip_special_tokens=True)
    'The heart is 0.58 wide.'
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, BEGIN, END, IMAGE],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", special_tokens=[(BEGIN, tokenizer.token_to_id(BEGIN))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        bos_token=BEGIN,
        eos_token=END,
        extra_special_tokens={"image_token": IMAGE},
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


def build_processor(tokenizer: PreTrainedTokenizerFast) -> LlavaProcessor:
    """Join the image processor and a tokenizer to LLaVA's own processor."""
    patches = (TowerConfig().image_size // PATCH) ** 2
    return LlavaProcessor(
        image_processor=MiniImageProcessor(),
        tokenizer=tokenizer,
        patch_size=PATCH,
        vision_feature_select_strategy="full",
        num_additional_image_tokens=count_tokens() - patches,
    )


def build_model(
    tokenizer: PreTrainedTokenizerFast,
    *,
    hidden: int = 192,
    layers: int = 4,
    heads: int = 6,
    inner: int = 512,
    seed: int = 0,
) -> LlavaForConditionalGeneration:
    """Build the network with fresh weights.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerFast
        Gives the vocabulary.
    hidden, layers, heads, inner : int
        Size of the decoder.
    seed : int
        Seed of the weights.
    """
    register()
    torch.manual_seed(seed)
    ids = {
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    text = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        **ids,
    )
    config = LlavaConfig(
        vision_config=TowerConfig(),
        text_config=text,
        image_token_index=int(tokenizer.convert_tokens_to_ids(IMAGE)),  # type: ignore[arg-type]
        image_seq_length=count_tokens(),
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
        tie_word_embeddings=True,
        **ids,
    )
    model = LlavaForConditionalGeneration(config)
    model.generation_config = GenerationConfig(do_sample=False, max_new_tokens=LONGEST, **ids)
    return model


def save_model(model: LlavaForConditionalGeneration, processor: LlavaProcessor, folder: Path) -> None:
    """Write a model and its processor to a folder, in half precision; the tower's weights are not among them.

    Parameters
    ----------
    model : LlavaForConditionalGeneration
        The model.
    processor : LlavaProcessor
        Its processor.
    folder : Path
        Made where it is missing.
    """
    model.half().save_pretrained(folder)
    processor.save_pretrained(folder)


__all__ = [
    "BEGIN",
    "END",
    "LONGEST",
    "PAD",
    "VOCABULARY",
    "build_model",
    "build_processor",
    "save_model",
    "train_tokenizer",
]
