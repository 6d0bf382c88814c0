"""Training of ``thoracite-mini-llava`` from the bundled encoder, the graph and images: in stages, resumable.

1. images are read, and what they show is kept (:mod:`.harvest`); 2. prompts and explanations are written and verified
(:mod:`.pairs`); 3. a tokenizer is trained on them; 4. projector and decoder are fitted (:mod:`.fit`). Each stage goes
on where it was stopped; the vision tower is not trained.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from transformers import PreTrainedTokenizerFast

from thoracite.generation.llava.build import build_model, build_processor, save_model, train_tokenizer
from thoracite.generation.llava.training.batches import Example, make_example, read_example, write_example
from thoracite.generation.llava.training.fit import fit_model
from thoracite.generation.llava.training.harvest import Search, harvest, list_kept, list_sources
from thoracite.generation.llava.training.kept import Kept, read_kept
from thoracite.generation.llava.training.pairs import Judge, Pair, Pool, make_pair
from thoracite.progress import Progress, tell_nobody
from thoracite.types.verdict import ASSERTED, OUTSTANDING

if TYPE_CHECKING:
    from thoracite.vision.mini.encoder import MiniEncoder

IMAGES = 1_900
"""Images that are read, a sixth of them phantoms."""

ROUNDS, STEPS, SIZE = 40, 50, 16
"""Rounds of so many steps, each of so many pairs."""

_POOLED = 300
"""Images whose triples are mixed into the prompts of others."""


class Reader(NamedTuple):
    """What reads images and judges sentences.

    Parameters
    ----------
    encoder : MiniEncoder
        The bundled encoder.
    search : callable
        Finds the evidence of findings.
    judge : Judge
        For the verifier.
    """

    encoder: MiniEncoder
    search: Search
    judge: Judge


class Plan(NamedTuple):
    """How much is trained.

    Parameters
    ----------
    images : int
        Images that are read.
    rounds, steps, size : int
        Rounds, steps of a round, pairs of a batch.
    limit_s : float or None
        Seconds after which fitting ends at the next round, to be resumed; none unless given.
    graph : bool
        False leaves triples out of every prompt, and reasons out of every explanation.
    seed : int
        Seed of every draw.
    """

    images: int = IMAGES
    rounds: int = ROUNDS
    steps: int = STEPS
    size: int = SIZE
    limit_s: float | None = None
    graph: bool = True
    seed: int = 0


def train_mini(
    data: Path | None, work: Path, reader: Reader, plan: Plan | None = None, *, progress: Progress = tell_nobody
) -> bool:
    """Train, or go on with a training that was stopped.

    Parameters
    ----------
    data : Path or None
        Folder with ``manifest.csv`` and images; phantoms alone unless given.
    work : Path
        Folder of what is kept between stages; the model is written to ``work/model``.
    reader : Reader
        Reads and judges.
    plan : Plan or None
        How much is trained; as the bundled model unless given.
    progress : Progress
        Told of each image and round.

    Returns
    -------
    bool
        Whether all rounds are done.

    Raises
    ------
    InputError
        If the data are not there.
    """
    plan = plan or Plan()
    kept, pairs = work / "kept", work / ("pairs" if plan.graph else "pairs-without-graph")
    sources = list_sources(data, images=plan.images, seed=plan.seed)
    harvest(sources, kept, encoder=reader.encoder, search=reader.search, progress=progress)
    write_pairs(list(list_kept(kept)), pairs, reader.judge, plan, progress=progress)
    examples = [example for path in list_kept(pairs) if (example := read_example(path)).pairs]
    run = work / ("fit" if plan.graph else "fit-without-graph")
    tokenizer = open_tokenizer(run / "tokenizer", examples)
    model = build_model(tokenizer, seed=plan.seed)
    done = fit_model(
        model,
        tokenizer,
        examples,
        run / "checkpoint.pt",
        rounds=plan.rounds,
        steps=plan.steps,
        size=plan.size,
        limit_s=plan.limit_s,
        seed=plan.seed,
        progress=progress,
    )
    save_model(model, build_processor(tokenizer), work / ("model" if plan.graph else "model-without-graph"))
    return done


def write_pairs(
    kept: Sequence[Path], folder: Path, judge: Judge, plan: Plan, *, progress: Progress = tell_nobody
) -> None:
    """Write the pairs of every kept image that has none yet.

    Parameters
    ----------
    kept : sequence of Path
        Files of kept images.
    folder : Path
        Made where it is missing.
    judge : Judge
        For the verifier.
    plan : Plan
        Says whether the graph is used, and the seed.
    progress : Progress
        Told after each image.
    """
    folder.mkdir(parents=True, exist_ok=True)
    todo = [path for path in kept if not (folder / path.name).exists()]
    pool = Pool(piece for path in kept[:_POOLED] for piece in read_kept(path).evidence) if todo else Pool()
    for number, path in enumerate(todo, 1):
        image = read_kept(path)
        write_example(make_example(image, list(_make_pairs(image, pool, judge, plan))), folder / path.name)
        progress("images put in words", number, len(todo))


def _make_pairs(kept: Kept, pool: Pool, judge: Judge, plan: Plan) -> Iterator[Pair]:
    """Make more pairs of an image that shows more."""
    chance = random.Random(f"{plan.seed} {kept.name}")  # noqa: S311 - a draw, not a secret
    verdicts = {finding.verdict for finding in kept.findings}
    number = 6 if verdicts & OUTSTANDING else 4 if verdicts & ASSERTED else 2
    for _ in range(number):
        if (pair := make_pair(kept, pool, judge, chance, graph=plan.graph)) is not None:
            yield pair


def open_tokenizer(folder: Path, examples: Sequence[Example]) -> PreTrainedTokenizerFast:
    """Read the tokenizer of a folder; train it and write it there first where it is missing."""
    if not (folder / "tokenizer.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        texts = (text for example in examples for pair in example.pairs for text in pair)
        train_tokenizer(texts).save_pretrained(folder)
    opened: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(folder)
    return opened


__all__ = ["IMAGES", "Plan", "Reader", "open_tokenizer", "train_mini", "write_pairs"]
