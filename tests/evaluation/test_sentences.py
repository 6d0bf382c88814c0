"""Sentences of explanations are counted by kind, and images with the same finding are compared."""

from __future__ import annotations

from pathlib import Path

from tests.generation.conftest import triple
from thoracite.evaluation.sentences import compare_pairs, count_sentences, draw_cases, names_unseen
from thoracite.kg.vocabulary import CAUSED_BY, HAS_SIGN, SUGGESTS
from thoracite.types import Claim, Entity, Evidence, Explanation, Finding, Sign, SignScore
from thoracite.vision.training.cases import Case

HEART = Entity(id="thx:cardiomegaly", label="cardiomegaly", kind="finding")
FINDING = Finding(entity=HEART, probability=0.2, prior=0.03, certainty="uncertain")
WIDE = SignScore(
    sign=Sign(id="thx:a", question="Is it wide?", entity=Entity(id="thx:a", label="wide heart", kind="sign")),
    value=0.6,
    answer="yes",
)
EVIDENCE = (
    Evidence(key="E1", kind="finding", score=0.2, about=HEART, finding=FINDING),
    Evidence(key="E2", kind="sign", score=1.0, about=HEART, finding=FINDING, sign=WIDE),
)


def explain(*sentences: str) -> Explanation:
    claims = [Claim(sentence="Cardiomegaly is possible [E1].", kind="diagnosis", citations=("E1",))]
    claims += [Claim(sentence=sentence, kind="observation", citations=(sentence[-4:-2],)) for sentence in sentences]
    return Explanation(image="a.png", generator="template", graph="g", findings=(FINDING,), evidence=EVIDENCE, claims=tuple(claims))  # fmt: skip  # noqa: E501


def test_kinds_are_counted_and_sentences_about_signs_cite_one() -> None:
    rows = {row.metric: row for row in count_sentences([explain("It is wide, 0.60 [E2]."), explain("It is so [E1].")])}
    assert rows["sentences an image"].value == 2
    assert rows["sentences about signs that cite a sign of the image"].value == 0.5
    assert rows["sentences of kind observation"].value == 2
    assert rows["findings with more than one sentence of background"].n == 0


def test_causes_and_diagnoses_that_only_the_graph_knows_are_counted() -> None:
    told = {
        "a sign of its own": triple("cardiomegaly", HAS_SIGN, "kerley b lines"),
        "a cause": triple("cardiomegaly", CAUSED_BY, "fluid overload"),
        "a diagnosis": triple("kerley b lines", SUGGESTS, "heart failure"),
    }
    unseen = []
    for words, fact in told.items():
        piece = Evidence(key="E3", kind="triple", score=1.0, about=HEART, triple=fact, sparql="S", cypher="C")
        one = explain().model_copy(update={"evidence": (*EVIDENCE, piece)})
        unseen.append(names_unseen(Claim(sentence=f"{words} [E3].", kind="background", citations=("E3",)), one))
    assert unseen == [False, True, True]
    assert not names_unseen(explain().claims[0], explain())


def test_images_with_the_same_foremost_finding_differ_by_words_not_by_numbers() -> None:
    wide, wider, dense = (
        explain("It is wide, 0.60 [E2]."),
        explain("It is wide, 0.71 [E2]."),
        explain("It is dense [E2]."),
    )
    assert list(compare_pairs([wide, wider, dense])) == [False, True, True]


def test_each_patient_is_drawn_once_before_any_twice() -> None:
    cases = [Case(Path(f"{n}.png"), "nih", "a", f"p{n % 3}", "PA", frozenset(), "", ()) for n in range(9)]
    drawn = draw_cases(cases, 5, seed=1)
    assert len({case.group for case in drawn[:3]}) == 3
    assert len(drawn) == 5
