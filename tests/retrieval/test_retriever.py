"""Text, CURIE, image or findings in; seeds, triples and evidence of the real graph out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.readings import FINDINGS, FixedEncoder, write_grey
from thoracite.errors import InputError, StoreError
from thoracite.retrieval.retriever import Retriever
from thoracite.retrieval.scene import find_kinds
from thoracite.settings import Settings
from thoracite.vision.encoder import Reading


@pytest.fixture(scope="module")
def retriever(graph_folder: Path) -> Iterator[Retriever]:
    retriever = Retriever(settings=Settings(graph=graph_folder), encoder=FixedEncoder(Reading(findings=FINDINGS)))
    yield retriever
    retriever.close()


@pytest.mark.parametrize(
    ("query", "seeds"),
    [
        ("thx:pneumothorax", ["pneumothorax"]),
        ("PTX", ["pneumothorax"]),
        ("small left pleural effusion without pneumothorax", ["pleural effusion"]),
        ("effusion and an effusion, enlarged heart", ["pleural effusion", "cardiomegaly"]),
        ("left", ["left"]),
    ],
)
def test_what_is_named_and_not_denied_is_looked_up_once(retriever: Retriever, query: str, seeds: list[str]) -> None:
    found = retriever.retrieve(query)
    assert [seed.label for seed in found.seeds] == seeds
    assert found.findings == ()
    assert len(found.evidence) == len({piece.triple.key for piece in found.evidence if piece.triple})
    for piece in found.evidence:
        assert piece.triple is not None
        asked = {one for seed in found.seeds for one in (seed.id, *find_kinds(seed.id))}
        assert {piece.triple.subject.id, piece.triple.object.id} & asked


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("thx:nosuch", "has no concept thx:nosuch"),
        ("no pneumothorax", "no concept of the graph is named"),
        ("", "no concept of the graph is named"),
        ("word " * 2000, "no concept of the graph is named"),
        ("nosuch.png", "does not exist"),
    ],
)
def test_what_cannot_be_looked_up_is_one_sentence(retriever: Retriever, query: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        retriever.retrieve(query)


def test_an_image_retrieves_for_what_is_not_absent(retriever: Retriever, tmp_path: Path) -> None:
    found = retriever.retrieve(write_grey(tmp_path / "grey.png"))
    assert found.findings == FINDINGS
    assert [seed.label for seed in found.seeds] == ["pleural effusion", "atelectasis"]
    assert found == retriever.retrieve(str(tmp_path / "grey.png"))
    assert found.triples == retriever.retrieve(list(FINDINGS)).triples
    assert retriever.search(FINDINGS).seeds == found.seeds
    for limit in (1, 3):
        answered = sum(score.answer is not None for finding in FINDINGS for score in finding.signs)
        assert len(retriever.search(FINDINGS, limit=limit).triples) <= limit * len(found.seeds) + answered


def test_what_is_not_read_retrieves_nothing(graph_folder: Path, tmp_path: Path) -> None:
    encoder = FixedEncoder(Reading(accepted=False, reason="not a chest X-ray"))
    found = Retriever(settings=Settings(graph=graph_folder), encoder=encoder).retrieve(write_grey(tmp_path / "a.png"))
    assert (found.reason, found.evidence, found.seeds) == ("not a chest X-ray", (), ())


def test_the_graph_is_built_where_there_is_none_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    retriever = Retriever(settings=Settings(graph=tmp_path))
    assert retriever.store.digest.startswith("sha256:")
    retriever.close()
    (tmp_path / "current").write_text("nowhere\n", encoding="utf-8")
    with pytest.raises(StoreError, match="build it again"):
        _ = retriever.store
