"""Fitting of ``thoracite-mini-llava``: projector and decoder on kept image tokens, in rounds, resumable."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional
from transformers import LlavaForConditionalGeneration, PreTrainedTokenizerFast

from thoracite.generation.llava.training.batches import IGNORED, Batch, Batches, Example
from thoracite.progress import Progress, tell_nobody
from thoracite.vision.training.loop import Run, find_rate

STEPS = 100
"""Steps of a round; a checkpoint is written after each."""

RATE = 2e-3
"""Highest learning rate."""

_WARM_UP = 100
_AVERAGING = 0.995


def find_loss(model: LlavaForConditionalGeneration, batch: Batch) -> Tensor:
    """Return the mean loss of the explanations' tokens.

    Parameters
    ----------
    model : LlavaForConditionalGeneration
        In either mode; its vision tower is not asked, for the batch holds what it says.
    batch : Batch
        Image tokens and text.
    """
    inner = model.model
    embedded = inner.get_input_embeddings()(batch.ids)
    projected = inner.multi_modal_projector(batch.tokens)
    places = (batch.ids == model.config.image_token_id).unsqueeze(-1)
    embedded = embedded.masked_scatter(places, projected.to(embedded.dtype))
    # padding stands on the right, where no taught token sees it, so that no mask is needed
    hidden = inner.language_model(inputs_embeds=embedded, use_cache=False).last_hidden_state
    taught = batch.labels[:, 1:] != IGNORED
    logits = model.lm_head(hidden[:, :-1][taught])
    return functional.cross_entropy(logits.float(), batch.labels[:, 1:][taught])


def fit_model(
    model: LlavaForConditionalGeneration,
    tokenizer: PreTrainedTokenizerFast,
    examples: Sequence[Example],
    checkpoint: Path,
    *,
    rounds: int,
    steps: int = STEPS,
    size: int = 24,
    limit_s: float | None = None,
    seed: int = 0,
    progress: Progress = tell_nobody,
) -> bool:
    """Fit projector and decoder; a stopped run goes on from its checkpoint.

    Parameters
    ----------
    model : LlavaForConditionalGeneration
        Changed in place; holds the averaged weights in the end.
    tokenizer : PreTrainedTokenizerFast
        The decoder's.
    examples : sequence of Example
        What is taught.
    checkpoint : Path
        Written after each round, renamed into place when complete.
    rounds, steps, size : int
        Rounds, steps of a round, pairs in a batch.
    limit_s : float or None
        Seconds after which this stage ends at the next round; none unless given.
    seed : int
        Seed of the draws.
    progress : Progress
        Told after each round.

    Returns
    -------
    bool
        Whether all rounds are done.
    """
    began = time.monotonic()
    groups = [{"params": [value for value in model.parameters() if value.requires_grad], "weight_decay": 0.02}]
    run = Run(model.train(), groups, averaging=_AVERAGING)
    done = run.resume(checkpoint, device="cpu")
    batches = Batches(examples, tokenizer, size=size, seed=seed)
    for round_ in range(done, rounds):
        losses = []
        for batch in batches.draw(round_, steps):
            rate = RATE * find_rate(min(run.step, rounds * steps - 1), rounds * steps, warm_up=_WARM_UP)
            losses.append(run.learn(find_loss(model, batch), rate=rate))
        run.save(checkpoint, round_ + 1)
        progress(f"rounds (loss {sum(losses) / len(losses):.3f})", round_ + 1, rounds)
        if limit_s is not None and time.monotonic() - began > limit_s:
            break
    average = {name: value for name, value in run.average.items() if torch.is_tensor(value)}
    model.load_state_dict(average)
    model.tie_weights()
    model.eval()
    return run.step >= rounds * steps


__all__ = ["RATE", "STEPS", "find_loss", "fit_model"]
