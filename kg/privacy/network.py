"""A small transformer that tells identifiers by the whole of their sentence, beside the linear field.

The field sees four neighbours on either side; the network reads some lines at once, and knows English: its body is
all-MiniLM-L6-v2, taught on planted reports (``evaluation/privacy_network.py``). It is applied with numpy alone.

References
----------
Vaswani A et al. Attention is all you need. NIPS 2017. arXiv:1706.03762. Wang W et al. MiniLM. NeurIPS 2020.
arXiv:2002.10957.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from thoracite.errors import ModelError
from thoracite.kg.privacy.features import GAP, KINDS, Piece, describe, glued_next
from thoracite.settings import MODELS

FOLDER = MODELS / "thoracite-privacy"
"""The bundled weights."""

LONGEST, PARTS, HEADS, LAYERS = 160, 4, 12, 6
"""Parts that are read at once, most parts of a word, heads of attention, layers."""

SHAPES = (
    "mark", "X", "x", "XX", "Xs", "xx", "X's", "Xx", "Xy", "#m", "#0m", "#d", "#0d", "#n", "#0n", "#3", "#year", "#90s",
    *(f"#{digits}" for digits in range(4, 13)),
)  # fmt: skip
"""How a piece is written; of a number also how large it is."""

KEPT = 4096
"""Windows whose reading is kept."""

Floats = npt.NDArray[np.float32]
_FIRST, _LAST, _UNKNOWN, _LINE, _GAP, _DIGITS = "[CLS]", "[SEP]", "[UNK]", "[unused1]", "[unused2]", "0"


class Parts(NamedTuple):
    """What the network is told of some pieces: a row for each part of a word, and one at both ends.

    Parameters
    ----------
    words, shapes, glued : list of int
        Number of the part, of the piece's shape, and 1 where it is glued to the piece before, 2 within a piece.
    kinds : list of tuple of int
        Numbers of the piece's kinds in our lists.
    first : list of int
        For each piece, the row of its first part.
    """

    words: list[int]
    shapes: list[int]
    kinds: list[tuple[int, ...]]
    glued: list[int]
    first: list[int]


class Vocabulary:
    """Parts of words, and how a piece is divided into them: the longest first (WordPiece).

    Parameters
    ----------
    parts : sequence of str
        In the order of their numbers; ``##`` before those that go on.
    """

    def __init__(self, parts: Sequence[str]) -> None:
        self.numbers = {part: number for number, part in enumerate(parts)}
        self._known: dict[str, tuple[tuple[int, ...], int, tuple[int, ...]]] = {}

    def describe(self, text: str) -> tuple[tuple[int, ...], int, tuple[int, ...]]:
        """Numbers of the parts, the shape and the kinds of a piece."""
        if text not in self._known:
            if len(self._known) > 100_000:
                self._known.clear()
            said = describe(text)
            shape = said[0] if text.isdecimal() else said[2][2:] if text[0].isalpha() else SHAPES[0]
            kinds = tuple(KINDS.index(one[2:]) for one in said if one.startswith("k="))
            self._known[text] = (tuple(self._divide(text)), SHAPES.index(shape), kinds)
        return self._known[text]

    def _divide(self, text: str) -> list[int]:
        if text in {"¶", GAP} or (text.isdecimal() and len(text) > PARTS):
            return [self.numbers[_LINE if text == "¶" else _GAP if text == GAP else _DIGITS]]
        plain = "".join(one for one in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(one) != "Mn")
        found: list[int] = []
        for word in _split_marks(plain):
            found += self._divide_word(word)
        return found[:PARTS] or [self.numbers[_UNKNOWN]]

    def _divide_word(self, word: str) -> list[int]:
        found, start = [], 0
        while start < len(word):
            lead = "##" if start else ""
            end = next((end for end in range(len(word), start, -1) if lead + word[start:end] in self.numbers), 0)
            if not end:
                return [self.numbers[_UNKNOWN]]
            found.append(self.numbers[lead + word[start:end]])
            start = end
        return found

    def encode(self, pieces: Sequence[Piece], run: range) -> Parts:
        """What the network is told of a run of pieces."""
        parts = Parts([self.numbers[_FIRST]], [0], [()], [0], [])
        for index in run:
            words, shape, kinds = self.describe(pieces[index].text)
            parts.first.append(len(parts.words))
            parts.words.extend(words)
            parts.shapes.extend([shape] * len(words))
            parts.kinds.extend([kinds] * len(words))
            parts.glued.extend([int(index > 0 and glued_next(pieces, index - 1)), *[2] * (len(words) - 1)])
        parts.words.append(self.numbers[_LAST])
        parts.kinds.append(())
        for row in (parts.shapes, parts.glued):
            row.append(0)
        return parts

    def find_windows(
        self, pieces: Sequence[Piece], asked: AbstractSet[int] | None = None, *, longest: int = LONGEST
    ) -> Iterator[range]:
        """Runs of whole sentences and lines that can be read at once; a longer one is cut.

        Parameters
        ----------
        pieces : sequence of Piece
            Of a whole text.
        asked : set of int, optional
            Indices of pieces; sentences without any of them are left out.
        longest : int
            Parts that a run has at most, 1 to ``LONGEST``.
        """
        window, size = range(0), 0
        for sentence in split_sentences(pieces):
            if asked is not None and asked.isdisjoint(sentence):
                continue
            for run, parts in self._cut(pieces, sentence, longest):
                if window and (run.start != window.stop or size + parts > longest):
                    yield window
                    window, size = range(0), 0
                window, size = range(window.start if window else run.start, run.stop), size + parts
        if window:
            yield window

    def _cut(self, pieces: Sequence[Piece], sentence: range, longest: int) -> Iterator[tuple[range, int]]:
        """A sentence in runs that are short enough, and their parts."""
        start, size = sentence.start, 0
        for index in sentence:
            parts = len(self.describe(pieces[index].text)[0])
            if size + parts > longest and index > start:
                yield range(start, index), size
                start, size = index, 0
            size += parts
        yield range(start, sentence.stop), size


def split_sentences(pieces: Sequence[Piece]) -> Iterator[range]:
    """The sentences and lines; a full stop behind a short word ("Dr.") ends none."""
    start = 0
    for index, piece in enumerate(pieces):
        if piece.text == "¶" or (
            piece.text == "." and index and len(pieces[index - 1].text) > 3 and not glued_next(pieces, index)
        ):
            yield range(start, index + 1)
            start = index + 1
    if start < len(pieces):
        yield range(start, len(pieces))


def _split_marks(word: str) -> Iterator[str]:
    """The stretches of letters or digits, and each mark alone."""
    start = 0
    for index, one in enumerate(word):
        if not one.isalnum():
            yield from filter(None, (word[start:index], one))
            start = index + 1
    if start < len(word):
        yield word[start:]


class Network:
    """A transformer over the parts of words.

    Parameters
    ----------
    weights : mapping of str to ndarray, float32
        As :func:`read_tensors` returns them.
    vocabulary : Vocabulary
        Parts of words.
    labels : sequence of str
        What it tells; the first is that of no identifier.
    """

    def __init__(self, weights: Mapping[str, Floats], vocabulary: Vocabulary, labels: Sequence[str]) -> None:
        self.vocabulary, self.labels = vocabulary, tuple(labels)
        self._weights = {
            name: np.ascontiguousarray(value.T) if name.startswith("layers.") and value.ndim == 2 else value
            for name, value in weights.items()
        }  # a few rows times a table are multiplied faster so
        self._said: dict[str, list[list[float]]] = {}

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Load weights and vocabulary of a folder.

        Raises
        ------
        ModelError
            If they are missing or damaged.
        """
        try:
            vocabulary = Vocabulary((folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n"))
            weights, labels = read_tensors(folder / "weights.safetensors")
            if len(weights["words"]) != len(vocabulary.numbers) or len(weights["head"]) != len(labels):
                raise ValueError("weights and vocabulary differ")
        except Exception as error:
            raise ModelError(
                f"the privacy gate's network in {folder} cannot be loaded ({' '.join(str(error).split())[:200]}); "
                "install thoracite again"
            ) from error
        return cls(weights, vocabulary, labels)

    def weigh(self, pieces: Sequence[Piece], unsure: AbstractSet[int]) -> dict[int, list[float]]:
        """For each piece of the sentences in which a piece is unsure: log of each label's odds to no identifier.

        Parameters
        ----------
        pieces : sequence of Piece
            Of a whole text.
        unsure : set of int
            Indices of the pieces for which the network is asked.
        """
        found: dict[int, list[float]] = {}
        for window in self.vocabulary.find_windows(pieces, unsure):
            found |= dict(zip(window, self._weigh_parts(self.vocabulary.encode(pieces, window)), strict=True))
        return found

    def _weigh_parts(self, parts: Parts) -> list[list[float]]:
        """What is said of some pieces; reports repeat each other, and what was read is kept."""
        key = repr(parts)
        said = self._said.get(key)
        if said is None:
            if len(self._said) >= KEPT:
                self._said.clear()
            logits = self.read(parts)
            said = self._said[key] = (logits - logits[:, :1]).tolist()
        return said

    def read(self, parts: Parts) -> Floats:
        """Logits of each piece.

        Returns
        -------
        ndarray, shape (pieces, labels), float32
        """
        weights = self._weights
        kinds = np.zeros((len(parts.words), len(KINDS)), np.float32)
        for row, of_part in zip(kinds, parts.kinds, strict=True):
            row[list(of_part)] = 1
        state = weights["words"][parts.words] + weights["shapes"][parts.shapes] + weights["glued"][parts.glued]
        state += kinds @ weights["kinds"].T + weights["places"][: len(state)]
        state = _normalise(state, weights["norm.weight"], weights["norm.bias"])
        for layer in range(LAYERS):
            state = self._apply_layer(state, f"layers.{layer}.")
        return state[parts.first] @ weights["head"].T + weights["head.bias"]

    def _apply_layer(self, state: Floats, name: str) -> Floats:
        weights, size = self._weights, state.shape[1]
        asked, keys, values = (
            (state @ weights[f"{name}look"] + weights[f"{name}look.bias"])
            .reshape(len(state), 3, HEADS, size // HEADS)
            .transpose(1, 2, 0, 3)
        )
        scores = asked @ keys.transpose(0, 2, 1) / np.float32(np.sqrt(size // HEADS))
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        seen = (scores / scores.sum(-1, keepdims=True) @ values).transpose(1, 0, 2).reshape(len(state), size)
        seen = seen @ weights[f"{name}join"] + weights[f"{name}join.bias"]
        state = _normalise(state + seen, weights[f"{name}norm1.weight"], weights[f"{name}norm1.bias"])
        inner = _gelu(state @ weights[f"{name}widen"] + weights[f"{name}widen.bias"])
        inner = inner @ weights[f"{name}narrow"] + weights[f"{name}narrow.bias"]
        return _normalise(state + inner, weights[f"{name}norm2.weight"], weights[f"{name}norm2.bias"])


def _normalise(state: Floats, weight: Floats, bias: Floats) -> Floats:
    away = state - state.mean(-1, keepdims=True)
    scaled: Floats = away / np.sqrt((away * away).mean(-1, keepdims=True) + np.float32(1e-12))
    return scaled * weight + bias


def _gelu(value: Floats) -> Floats:
    bent = np.tanh(np.float32(np.sqrt(2 / np.pi)) * value * (1 + np.float32(0.044715) * value * value))
    found: Floats = np.float32(0.5) * value * (1 + bent)
    return found


def read_tensors(path: Path) -> tuple[dict[str, Floats], list[str]]:
    """Weights and labels of a file: eight bits a weight and a scale a row, as :func:`write_tensors` writes them."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        labels = file.metadata()["labels"].split()
        found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    scales = {name: found.pop(f"{name}.scale") for name in list(found) if f"{name}.scale" in found}
    return {
        name: value * scales[name].astype(np.float32)[:, None] if name in scales else value.astype(np.float32)
        for name, value in found.items()
    }, labels


def write_tensors(path: Path, weights: Mapping[str, Floats], labels: Sequence[str]) -> None:
    """Write weights: tables in eight bits with a scale a row, everything else as it is."""
    from safetensors.numpy import save_file

    kept: dict[str, npt.NDArray[np.generic]] = {}
    for name, value in weights.items():
        if value.ndim == 2 and value.size > 20_000:
            scale = np.maximum(np.abs(value).max(1) / 127, 1e-8).astype(np.float32)
            kept[f"{name}.scale"] = scale
            kept[name] = np.rint(value / scale[:, None]).astype(np.int8)
        else:
            kept[name] = value.astype(np.float32)
    save_file(kept, path, metadata={"labels": " ".join(labels)})


@lru_cache(maxsize=1)
def read_network() -> Network:
    """The bundled network."""
    return Network.load()


__all__ = [
    "FOLDER",
    "LONGEST",
    "Network",
    "Parts",
    "Vocabulary",
    "read_network",
    "read_tensors",
    "split_sentences",
    "write_tensors",
]
