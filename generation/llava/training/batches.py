"""Batches of pairs for a LLaVA whose image tokens are kept, so that no image is read twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from thoracite.files import replace_file
from thoracite.generation.llava.tokens import PLACES, count_tokens, lay_extras
from thoracite.generation.llava.training.kept import Kept
from thoracite.generation.llava.training.pairs import Pair
from thoracite.generation.prompts import IMAGE
from thoracite.types.verdict import ASSERTED, OUTSTANDING
from thoracite.vision.mini.efficientnet import FEATURES

IGNORED = -100
"""Label of what is not taught."""

_HIDDEN = 0.5
"""Share of draws in which the maps are hidden: by 12,800 numbers an image is known again, and learned by heart."""

Halves = npt.NDArray[np.float16]


class Example(NamedTuple):
    """One image with its pairs, as it is trained on.

    Parameters
    ----------
    maps : ndarray, shape (10, 1280), float16
        Thirds of the chest and the mean of the whole.
    extras : ndarray, shape (tokens, extras), float16
        From :func:`thoracite.generation.llava.tokens.lay_extras`.
    pairs : tuple of (str, str)
        Prompts and explanations.
    weight : float
        How often it is drawn: images that show something more often.
    """

    maps: Halves
    extras: Halves
    pairs: tuple[tuple[str, str], ...]
    weight: float


def make_example(kept: Kept, pairs: Sequence[Pair]) -> Example:
    """Make an example of a kept image and its pairs."""
    whole, chest = kept.maps
    maps = np.concatenate([chest.reshape(FEATURES, -1).T, whole.mean(axis=(1, 2), dtype=np.float32)[None]])
    verdicts = {finding.verdict for finding in kept.findings}
    weight = 4.0 if verdicts & OUTSTANDING else 2.0 if verdicts & ASSERTED else 1.0
    extras = lay_extras(kept.findings, kept.logits).astype(np.float16)
    return Example(maps.astype(np.float16), extras, tuple((pair.prompt, pair.target) for pair in pairs), weight)


def write_example(example: Example, path: Path) -> None:
    """Write an example; the file is renamed into place when complete."""
    with replace_file(path, binary=True) as file:
        pairs = json.dumps(example.pairs)
        np.savez(file, maps=example.maps, extras=example.extras, pairs=pairs, weight=example.weight)


def read_example(path: Path) -> Example:
    """Read an example that :func:`write_example` wrote."""
    with np.load(path) as file:
        pairs = tuple((str(prompt), str(target)) for prompt, target in json.loads(str(file["pairs"])))
        return Example(file["maps"], file["extras"], pairs, float(file["weight"]))


class Batch(NamedTuple):
    """A batch.

    Parameters
    ----------
    tokens : Tensor, shape (n, tokens, channels), float32
        Image tokens.
    ids, mask, labels : Tensor, shape (n, length), int64
        Tokens of text, padded on the right; labels are -100 but for the explanation and its end.
    """

    tokens: Tensor
    ids: Tensor
    mask: Tensor
    labels: Tensor


class Batches:
    """Batches drawn from examples.

    Parameters
    ----------
    examples : sequence of Example
        What is taught.
    tokenizer : PreTrainedTokenizerFast
        The decoder's.
    size : int
        Pairs in a batch.
    seed : int
        Seed of the draws; the same round gives the same batches.
    """

    def __init__(
        self, examples: Sequence[Example], tokenizer: PreTrainedTokenizerFast, *, size: int = 24, seed: int = 0
    ) -> None:
        self._examples, self._tokenizer, self._size, self._seed = examples, tokenizer, size, seed
        weights = np.array([example.weight for example in examples])
        self._weights = weights / weights.sum()
        self._coded: dict[tuple[int, int], tuple[list[int], list[int]]] = {}

    def draw(self, round_: int, number: int) -> Iterator[Batch]:
        """Draw the batches of one round.

        Parameters
        ----------
        round_ : int
            Number of the round.
        number : int
            Number of batches.
        """
        chance = np.random.default_rng([self._seed, round_])
        drawn = chance.choice(len(self._examples), size=number * self._size, p=self._weights)
        rows = [(int(row), int(chance.integers(len(self._examples[row].pairs)))) for row in drawn]
        pool = 8 * self._size  # batches of like length, drawn from a few at a time
        for start in range(0, len(rows), pool):
            near = sorted(rows[start : start + pool], key=lambda row: sum(map(len, self._code(*row))))
            groups = [near[at : at + self._size] for at in range(0, len(near), self._size)]
            for group in chance.permutation(len(groups)):
                batch = self._lay(groups[group])
                hidden = torch.from_numpy(chance.random(len(groups[group])) < _HIDDEN)
                batch.tokens[hidden, :PLACES, :FEATURES] = 0
                yield batch

    def _code(self, row: int, pair: int) -> tuple[list[int], list[int]]:
        if (row, pair) not in self._coded:
            prompt, target = self._examples[row].pairs[pair]
            prompt = prompt.replace(IMAGE, IMAGE * count_tokens(), 1)
            answer = self._tokenizer(target, add_special_tokens=False).input_ids
            self._coded[row, pair] = self._tokenizer(prompt).input_ids, [*answer, self._tokenizer.eos_token_id]
        return self._coded[row, pair]

    def _lay(self, rows: Sequence[tuple[int, int]]) -> Batch:
        coded = [self._code(*row) for row in rows]
        longest = max(len(prompt) + len(answer) for prompt, answer in coded)
        ids = torch.full((len(rows), longest), int(self._tokenizer.pad_token_id))
        mask = torch.zeros_like(ids)
        labels = torch.full_like(ids, IGNORED)
        for at, (prompt, answer) in enumerate(coded):
            both = torch.tensor([*prompt, *answer])
            ids[at, : len(both)], mask[at, : len(both)] = both, 1
            labels[at, len(prompt) : len(both)] = both[len(prompt) :]
        return Batch(lay_batch([self._examples[row] for row, _ in rows]), ids, mask, labels)


def lay_batch(examples: Sequence[Example]) -> Tensor:
    """Lay the image tokens of several examples, shape (n, tokens, channels), float32."""
    extras = np.stack([example.extras for example in examples]).astype(np.float32)
    laid = np.zeros((*extras.shape[:2], FEATURES + extras.shape[2]), dtype=np.float32)
    laid[:, :PLACES, :FEATURES] = np.stack([example.maps for example in examples])
    laid[:, :, FEATURES:] = extras
    return torch.from_numpy(laid)


__all__ = ["IGNORED", "Batch", "Batches", "Example", "lay_batch", "make_example", "read_example", "write_example"]
