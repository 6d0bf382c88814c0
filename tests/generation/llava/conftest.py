"""Two phantoms, read and kept as for a training, and a tokenizer and a model without training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from transformers import LlavaForConditionalGeneration, PreTrainedTokenizerFast

from thoracite.generation.llava.build import build_model, train_tokenizer
from thoracite.generation.llava.tower import load_encoder
from thoracite.generation.llava.training.harvest import Search, harvest, list_kept, list_sources
from thoracite.generation.llava.training.kept import Kept, read_kept
from thoracite.generation.llava.training.pairs import Judge, Pair, Pool, make_pair
from thoracite.generation.llava.training.train_mini import Reader
from thoracite.kg.extract.extractor import open_extractor
from thoracite.retrieval.retriever import Retriever
from thoracite.settings import Settings
from thoracite.types import Evidence, Finding, View


@pytest.fixture(scope="session")
def reader(graph_folder: Path) -> Iterator[Reader]:
    encoder = load_encoder()
    with Retriever(Settings(graph=graph_folder), encoder=encoder) as retriever:

        def search(findings: Sequence[Finding], view: View) -> tuple[Sequence[Finding], Sequence[Evidence]]:
            found = retriever.search(findings, view=view)
            return found.findings, found.evidence

        asked: Search = search
        yield Reader(encoder, asked, Judge(retriever.linker.link, open_extractor()))


@pytest.fixture(scope="session")
def kept_folder(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llava") / "kept"
    harvest(list_sources(None, images=2), folder, encoder=reader.encoder, search=reader.search)
    return folder


@pytest.fixture(scope="session")
def kept(kept_folder: Path) -> list[Kept]:
    return [read_kept(path) for path in list_kept(kept_folder)]


@pytest.fixture(scope="session")
def pairs(kept: list[Kept], reader: Reader) -> list[Pair]:
    import random

    pool = Pool(piece for image in kept for piece in image.evidence)
    made = [make_pair(image, pool, reader.judge, random.Random(seed)) for seed in range(12) for image in kept]
    return [pair for pair in made if pair is not None]


@pytest.fixture(scope="session")
def tokenizer(pairs: list[Pair]) -> PreTrainedTokenizerFast:
    return train_tokenizer(text for pair in pairs for text in (pair.prompt, pair.target))


@pytest.fixture
def untrained(tokenizer: PreTrainedTokenizerFast) -> LlavaForConditionalGeneration:
    return build_model(tokenizer, hidden=32, layers=2, heads=2, inner=64)
