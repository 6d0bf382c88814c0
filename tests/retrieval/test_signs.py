"""Signs of an image as evidence, each with the fact that ties it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.signs import IMAGES, read_image
from thoracite.kg.ties import find_tie
from thoracite.retrieval.retriever import Retriever
from thoracite.retrieval.scene import Seen
from thoracite.retrieval.signs import search_signs, tie_signs
from thoracite.settings import Settings
from thoracite.types import Certainty, Entity, Finding, SignScore
from thoracite.vision.mini.signs.listed import read_signs


@pytest.fixture(scope="module")
def retriever(graph_folder: Path) -> Iterator[Retriever]:
    with Retriever(Settings(graph=graph_folder)) as opened:
        yield opened


@pytest.mark.parametrize("name", IMAGES)
def test_signs_come_strongest_first_with_stance_and_drawing(name: str, retriever: Retriever) -> None:
    view, findings = read_image(name)
    found = retriever.search(findings, view=view)
    for seed in found.seeds:
        finding = next(one for one in findings if one.entity.id == seed.id)
        pieces = [piece for piece in found.evidence if piece.kind == "sign" and piece.about.id == seed.id]
        scores = [piece.sign for piece in pieces if piece.sign is not None]
        answered = sum(score.answer is not None for score in finding.signs)
        assert len(scores) == answered
        assert [abs(score.log_odds) for score in scores] == sorted((abs(s.log_odds) for s in scores), reverse=True)
        assert [piece.stance for piece in pieces] == ["for" if score.log_odds > 0 else "against" for score in scores]
        assert all(score.drawing for score in scores)


def test_a_fact_ties_the_sign_that_stands_before_it(retriever: Retriever) -> None:
    tied = 0
    for name in IMAGES:
        view, findings = read_image(name)
        evidence = retriever.search(findings, view=view).evidence
        for before, piece in pairwise(evidence):
            if before.sign is not None and piece.triple is not None and piece.about == before.about:
                tie = find_tie(before.sign, before.about.id, piece.triple)
                tied += tie is not None and tie.stance == before.stance == piece.stance
    assert tied >= 25


def test_a_fact_of_another_view_ties_nothing(retriever: Retriever) -> None:
    _, findings = read_image("wide heart on PA")
    kinds = [piece.kind for piece in retriever.search(findings, view="AP").evidence[:3]]
    assert kinds[:2] == ["finding", "sign"]
    ratio = retriever.search(findings, view="AP").evidence[2]
    assert ratio.triple is None or "PA view" not in ratio.triple.subject.label + ratio.triple.object.label


def test_what_speaks_for_a_kind_is_no_reason_for_a_finding_that_is_only_possible(retriever: Retriever) -> None:
    domes = next(sign.sign for sign in read_signs() if sign.measure == "dome above its chord")
    score = SignScore(sign=domes, value=0.01, unit="chest widths", answer="yes", log_odds=0.5)
    facts = search_signs(retriever.store, [domes.entity.id])
    for probability, certainty, expected in ((0.1, Certainty.UNCERTAIN, 0), (0.9, Certainty.PRESENT, 1)):
        finding = Finding(
            entity=Entity(id="thx:pneumothorax", label="pneumothorax"),
            probability=probability,
            prior=0.04,
            certainty=certainty,
            signs=(score,),
        )
        assert len(tie_signs(finding, facts, seen=Seen(view="PA"))) == expected, finding.verdict
