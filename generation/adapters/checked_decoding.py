"""Decoding that is held against the evidence sentence by sentence: where one does not hold, the next beam that does.

A text is written greedily. From the first sentence that the evidence does not support, the likeliest other sentences
are searched for by beams; the first that holds takes its place, and the text goes on from there. Where none holds, and
beyond the first few, the sentence stays as it is, to be dropped with its reason by whoever judges the text. Names are
not constrained one by one: what a small model gets wrong is seldom a name that the evidence lacks, but a verdict or a
side under the right name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from transformers import StoppingCriteriaList

BEAMS = 8
"""How many other sentences are looked at for one that does not hold."""

SEARCHES = 3
"""How often a text looks for others: one with more sentences that do not hold is not worth the seconds."""

SENTENCE = 80
"""Most tokens of another sentence: a beam that finds no end is not waited for."""

_ENDS = (".", "!", "?")


def find_ends(tokenizer: Any) -> frozenset[int]:
    """Find the tokens that end a sentence; numbers with a point are no business of so small a model.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
        Any.
    """
    known = tokenizer.get_vocab().values()
    return frozenset(token for token in known if tokenizer.decode([token]).rstrip().endswith(_ENDS))


class CheckedDecoder:
    """A model that continues one prompt.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        With ``generate``.
    tokenizer : transformers.PreTrainedTokenizerBase
        The model's.
    laid : mapping
        The prompt as the processor laid it out, one row.
    ends : frozenset of int
        From :func:`find_ends`.
    most : int
        Most tokens of a text.
    """

    def __init__(
        self, model: Any, tokenizer: Any, laid: Mapping[str, torch.Tensor], *, ends: frozenset[int], most: int
    ) -> None:
        self._model, self._tokenizer, self._laid, self._ends, self._most = model, tokenizer, laid, ends, most

    def write(self, holds: Callable[[str], bool]) -> list[int]:
        """Return the tokens of a text.

        Parameters
        ----------
        holds : callable
            Tells whether a sentence may stand.
        """
        told = self._continue([])
        at, left, said = 0, SEARCHES, set[str]()
        while (end := self._find_end(told, at)) is not None:
            sentence = self.read(told[at:end])
            if left and not holds(sentence):
                left -= 1
                other = next(self._find_holding(told[:at], holds, {*said, sentence}), None)
                if other is not None:
                    told = [*told[:at], *other]
                    sentence, end = self.read(other), len(told)
                    told += self._continue(told)
            said.add(sentence)
            at = end
        return told

    def read(self, tokens: Sequence[int]) -> str:
        """Return the words of tokens."""
        text: str = self._tokenizer.decode(list(tokens), skip_special_tokens=True)
        return text.strip()

    def _find_holding(self, before: Sequence[int], holds: Callable[[str], bool], said: set[str]) -> Iterator[list[int]]:
        """Yield other sentences that hold, the likeliest first."""
        for row in self._search(before):
            end = self._find_end(row, 0)
            if end is not None and (sentence := self.read(row[:end])) not in said and holds(sentence):
                yield row[:end]

    def _continue(self, before: Sequence[int]) -> list[int]:
        """Continue greedily to the end of the text."""
        left = self._most - len(before)
        return self._generate(before, num_beams=1, max_new_tokens=left)[0] if left > 0 else []

    def _search(self, before: Sequence[int]) -> list[list[int]]:
        """Continue by beams to the end of a sentence."""
        left = min(self._most - len(before), SENTENCE)
        return self._generate(
            before, num_beams=BEAMS, num_return_sequences=BEAMS, early_stopping=True, max_new_tokens=left,
            stopping_criteria=StoppingCriteriaList([self._stop]),
        )  # fmt: skip

    def _generate(self, before: Sequence[int], **how: Any) -> list[list[int]]:
        given = dict(self._laid)
        row = torch.tensor([list(before)], dtype=given["input_ids"].dtype, device=given["input_ids"].device)
        given["input_ids"] = torch.cat([given["input_ids"], row], dim=1)
        given["attention_mask"] = torch.cat([given["attention_mask"], torch.ones_like(row)], dim=1)
        told = self._model.generate(**given, do_sample=False, **how)
        rows: list[list[int]] = told[:, given["input_ids"].shape[1] :].tolist()
        return rows

    def _stop(self, tokens: torch.Tensor, _: torch.Tensor, **__: Any) -> torch.Tensor:
        """Tell of each beam whether its sentence is at an end."""
        ends = torch.tensor(sorted(self._ends), device=tokens.device)
        return torch.isin(tokens[:, -1], ends)

    def _find_end(self, tokens: Sequence[int], start: int) -> int | None:
        return next((at + 1 for at in range(start, len(tokens)) if tokens[at] in self._ends), None)


__all__ = ["BEAMS", "SEARCHES", "SENTENCE", "CheckedDecoder", "find_ends"]
