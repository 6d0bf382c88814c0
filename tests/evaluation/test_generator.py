"""Swaps tell a generator that sees pixels and triples from one that repeats itself; releases are counted by author."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.readings import LINKER, rate_finding
from thoracite.evaluation.generator import (
    Timed,
    Unchecked,
    compare_released,
    compare_texts,
    count_released,
    count_swaps,
)
from thoracite.evaluation.generator_swaps import Bench, Seen, renumber, swap
from thoracite.generation.generator import CheckedGenerator, TextGenerator
from thoracite.kg.extract.extractor import open_extractor
from thoracite.retrieval.retriever import Retriever
from thoracite.settings import Settings
from thoracite.types import Claim, Dropped, Evidence, Explanation, Study
from thoracite.vision.encoder import Reading
from thoracite.vision.image import Radiograph


class Parrot:
    """Says the same of everything."""

    name = "parrot"

    def describe(self, study: Study, radiograph: Radiograph, reading: Reading, evidence: Sequence[Evidence]) -> str:
        return "Cardiomegaly is likely."


class Seer:
    """Says what the pixels show, a bright image a heart and a dark one an effusion, and the first triple's ends."""

    name = "seer"

    def describe(self, study: Study, radiograph: Radiograph, reading: Reading, evidence: Sequence[Evidence]) -> str:
        seen = "Cardiomegaly" if radiograph.pixels.mean() > 0.5 else "A pleural effusion"
        return f"{seen} is likely."


@pytest.fixture(scope="module")
def images(graph_folder: Path) -> Iterator[tuple[Seen, Seen]]:
    made = []
    with Retriever(Settings(graph=graph_folder)) as retriever:
        for name, level in (("cardiomegaly", 0.9), ("pleural effusion", 0.1)):
            other = "pleural effusion" if name == "cardiomegaly" else "cardiomegaly"
            findings = (rate_finding(name, 0.8, 0.05), rate_finding(other, 0.01, 0.05))
            found = retriever.search(findings, view="PA")
            pixels = np.full((64, 64), level, dtype=np.float32)
            reading = Reading(findings=findings, view="PA")
            made.append(Seen(Study(image=name), Radiograph(pixels), reading, tuple(found.evidence), name))
        yield made[0], made[1]


@pytest.mark.parametrize(("generator", "sees"), [(Parrot(), False), (Seer(), True)])
def test_only_what_sees_follows_the_pixels(images: tuple[Seen, Seen], generator: Seer, sees: bool) -> None:
    bench = Bench(generator, LINKER.link, open_extractor())
    swapped = [swap(bench, *pair) for pair in (images, images[::-1])]
    rows = {row.metric: row.value for row in count_swaps(generator.name, swapped)}
    assert rows["re-run: texts that change"] == 0
    assert rows["pixels swapped: texts that change, less re-run"] == sees
    assert rows["pixels swapped: towards the new image"] == (2 if sees else 0)
    assert rows["triples swapped: texts that change, less re-run"] == 0


def test_foreign_triples_get_keys_of_their_own(images: tuple[Seen, Seen]) -> None:
    first, second = images
    renumbered = renumber(second.triples, first.evidence)
    assert renumbered
    assert not {piece.key for piece in renumbered} & {piece.key for piece in first.evidence}
    assert renumber(first.triples, first.evidence) == []


def test_sentences_are_counted_by_author() -> None:
    claims = [
        Claim(sentence="A.", kind="summary", citations=(), verdict="supported", origin=origin)
        for origin in ("decoder", "decoder", "decoder", "rewritten")
    ]
    gone = Dropped(sentence="B.", verdict="unsupported", why="it cites nothing")
    told = [
        Explanation(image="a", generator="x", graph="none", claims=tuple(claims), dropped=(gone,)),
        Explanation(image="b", generator="x", graph="none", abstained=True, reason="no sentence", dropped=(gone,)),
        Explanation(image="c", generator="x", graph="none", abstained=True, reason="no radiograph"),
    ]
    rows = {row.metric: row.value for row in count_released("x", [Timed(one, 1.0, 0.5, one.image) for one in told])}
    assert rows["images released"] == pytest.approx(1 / 3)
    assert rows["images released, of those that the gate accepts"] == 0.5
    assert rows["released sentences of origin decoder"] == 0.75
    assert rows["sentences written that are released verbatim"] == 0.5
    assert rows["seconds an image, by the clock, mean"] == 1


def test_checked_is_compared_with_unchecked_image_by_image() -> None:
    def tell(image: str, own: int, dropped: int, seconds: float) -> Timed:
        claim = Claim(sentence="A.", kind="summary", citations=(), verdict="supported", origin="decoder")
        gone = Dropped(sentence="B.", verdict="unsupported", why="it cites nothing")
        told = Explanation(image=image, generator="x", graph="none", claims=(claim,) * own, dropped=(gone,) * dropped)
        return Timed(told, seconds, seconds, image)

    checked = [tell("a", 3, 0, 2.0), tell("b", 3, 1, 4.0)]
    unchecked = [tell("a", 2, 1, 1.0), tell("b", 3, 1, 1.0)]
    rows = {(row.system, row.metric): row for row in compare_released("x", checked, unchecked)}
    gain = rows["checked minus unchecked", "own sentences released, an image"]
    assert (gain.value, gain.low, gain.high) == (0.5, 0, 1)
    assert rows["checked minus unchecked", "sentences dropped, an image"].value == -0.5
    assert rows["checked minus unchecked", "seconds an image, by the processor"].value == 2
    share = "sentences written that are released verbatim"
    assert rows["x, unchecked", share].value == pytest.approx(5 / 7)
    assert rows["checked minus unchecked", share].value == pytest.approx(6 / 7 - 5 / 7)
    soon = {row.metric: row.value for row in count_released("x", checked)}
    assert soon["images explained in less than 3 s, by the clock"] == 0.5
    assert soon["seconds an image, by the clock, longest"] == 4


def test_unchecked_a_generator_only_describes() -> None:
    assert not isinstance(Unchecked(Parrot()), CheckedGenerator)
    assert isinstance(Unchecked(Parrot()), TextGenerator)
    assert Unchecked(Parrot()).name == "parrot, unchecked"


def test_the_same_words_score_more_than_others() -> None:
    pytest.importorskip("pycocoevalcap")
    report = ["No pneumothorax. Small left pleural effusion.", "Mild cardiomegaly. No consolidation."]
    same = {row.metric: row.value for row in compare_texts("same", report, report, "it")}
    turned = {row.metric: row.value for row in compare_texts("turned", report[::-1], report, "it")}
    assert all(same[name] > turned[name] for name in same)
