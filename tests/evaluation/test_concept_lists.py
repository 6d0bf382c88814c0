"""Lists of questions are linked by the graph, and what they cover, repeat and can be answered by is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from thoracite.errors import InputError
from thoracite.evaluation.concept_lists import (
    CLASSES,
    LISTS,
    find_label,
    find_sign,
    find_tied,
    find_visible,
    link_question,
    list_own,
    measure_list,
    read_answers,
    read_lists,
    run_lists,
)
from thoracite.vision.labels import FINDINGS
from thoracite.vision.mini.signs.listed import read_signs


def measure(*texts: str) -> dict[str, float]:
    return {row.metric: row.value for row in measure_list("a", [link_question(text) for text in texts])}


def test_coverage_counts_what_a_fact_ties_and_not_the_finding_itself() -> None:
    asked = measure("Is the costophrenic angle blunted?", "Is a blunted costophrenic angle visible?")
    assert asked["coverage: findings with a sign, of 14"] >= 1
    assert asked["coverage: findings asked for by name, of 14"] == 0
    assert FINDINGS.index("Effusion") in find_tied()["thx:blunting_of_costophrenic_angle"]
    named = measure("Is there a hiatal hernia?")
    assert named["coverage: findings asked for by name, of 14"] == 1
    assert FINDINGS.index("Hernia") not in find_tied().get("thx:hiatal_hernia", ())


def test_what_repeats_is_no_diversity() -> None:
    asked = measure("Is there a pneumothorax?", "Can a pneumothorax be seen?", "Are the lungs hyperinflated?")
    assert asked["diversity: share that nearly repeats an earlier question"] == pytest.approx(1 / 3)
    assert asked["diversity: words not in common"] == pytest.approx(2 / 3)


def test_what_has_no_concept_is_not_groundable() -> None:
    asked = measure("Is the picture pretty?", "Is there a pleural effusion?")
    for metric in ("linked to a concept", "linked to what a frontal film shows", "that a label answers"):
        assert asked[f"groundability: share {metric}"] == 0.5
    assert asked["groundability: share that a sign answers"] == 0


def test_a_question_is_answered_by_a_sign_or_by_a_label() -> None:
    angle, effusion = link_question("Is the costophrenic angle blunted?"), link_question("Is there a pleural effusion?")
    if angle.concepts:
        assert find_sign(angle) == "thx:blunting_of_costophrenic_angle"
    assert find_label(angle) is None
    assert find_label(effusion) == FINDINGS.index("Effusion")
    assert find_label(link_question("Is the picture pretty?")) is None


def test_a_concept_of_another_view_alone_is_not_visible() -> None:
    assert "thx:pleural_effusion" in find_visible()
    assert "thx:no_such_concept" not in find_visible()


def test_the_own_list_has_each_concept_once() -> None:
    own = list_own()
    assert [question.concepts[0] for question in own] == list(dict.fromkeys(sign.entity.id for sign in read_signs()))


def test_answers_say_nothing_where_no_finding_answers_alike(tmp_path: Path) -> None:
    answers = {"No Finding": {"a": "no", "b": "yes", "c": "yes"}, "Effusion": {"a": "yes", "b": "yes", "c": "no"}}
    (tmp_path / "xray_class2concept2answer.json").write_text(json.dumps(answers), encoding="utf-8")
    assert read_answers(tmp_path) == {"Effusion": {"a": 1, "b": 0, "c": -1}}
    assert set(CLASSES) <= set(FINDINGS)


def test_a_missing_list_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"xray_PubMed.txt is missing; expected one of KnoBo's lists"):
        read_lists(tmp_path)
    with pytest.raises(InputError, match=r"xray_class2concept2answer.json is missing"):
        read_answers(tmp_path)


def test_the_lists_of_the_paper_are_compared(shared: Path) -> None:
    suite = run_lists(shared / "data")
    assert {row.system for row in suite.rows} == {*(f"KnoBo's list, {name}" for name in LISTS), "thoracite's own list"}
    answers = read_answers(shared / "data" / "knowledge" / "knobo")
    for questions in read_lists(shared / "data" / "knowledge" / "knobo").values():
        assert all(question.text in answers["Effusion"] for question in questions)
    covered = {row.system: row.value for row in suite.rows if row.metric == "coverage: findings with a sign, of 14"}
    assert covered["thoracite's own list"] >= max(covered.values()) - 2
