"""Sentences that rest on what they cite change with it; a repeater and a verifier are told from both together."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.readings import FINDINGS, FixedEncoder, write_grey
from thoracite import Explainer
from thoracite.evaluation.knockout import (
    MASKED,
    REPEATED,
    VERIFIER,
    WRITER,
    Bench,
    Knocked,
    knock_out,
    mask_piece,
    measure_knocked,
)
from thoracite.kg.extract.extractor import open_extractor
from thoracite.settings import Settings
from thoracite.types import Explanation
from thoracite.vision.encoder import Reading


@pytest.fixture(scope="module")
def bench(graph_folder: Path) -> Iterator[Bench]:
    with Explainer(Settings(graph=graph_folder), encoder=FixedEncoder(Reading(findings=FINDINGS))) as explainer:
        yield Bench(explainer, explainer.retriever.linker.link, open_extractor())


@pytest.fixture(scope="module")
def explanation(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Explanation:
    return bench.explainer.explain(write_grey(tmp_path_factory.mktemp("knockout") / "a.png"))


def test_shares_of_sentences_that_change(bench: Bench, explanation: Explanation) -> None:
    rows = {
        (row.system, row.metric): row.value
        for row in measure_knocked(list(knock_out(bench, explanation, "p", random.Random(0))))
    }
    cited = "sentences changed or gone, one cited piece taken away"
    assert rows[WRITER, cited] >= 0.95
    assert rows[VERIFIER, cited] == 1
    assert rows[REPEATED, cited] == 0
    assert rows[WRITER, "sentences changed or gone, nothing taken away"] == 0
    assert rows[WRITER, MASKED] == 0
    assert rows[REPEATED, MASKED] == 1
    again = "sentences changed or gone, names and identifiers masked"
    assert (rows[WRITER, again], rows[REPEATED, again]) == (1, 0)


def test_masked_evidence_keeps_all_but_names_and_identifiers(explanation: Explanation) -> None:
    ids = {piece.about.id: mask_piece(piece).about.id for piece in explanation.evidence}
    assert len(set(ids.values())) == len(ids)
    for piece in explanation.evidence:
        masked = mask_piece(piece)
        assert masked.about.id != piece.about.id
        assert masked.about.label != piece.about.label
        assert masked.key == piece.key
        assert mask_piece(piece) == masked
        assert masked.score == piece.score


def test_shares_are_by_what_was_taken_and_who_wrote() -> None:
    knocked = [Knocked("a", "x", WRITER, True), Knocked("b", "x", WRITER, False), Knocked("a", "x", REPEATED, False)]
    assert [(row.system, row.value, row.n) for row in measure_knocked(knocked)] == [(WRITER, 0.5, 2), (REPEATED, 0, 1)]
