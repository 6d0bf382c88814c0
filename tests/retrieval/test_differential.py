"""Diagnoses are ranked by what is there and what is not, with the facts, and a sign that settles the first two."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from thoracite.cli import app
from thoracite.errors import InputError
from thoracite.retrieval.retriever import Retriever


@pytest.fixture(scope="module")
def retriever(graph_folder: Path) -> Retriever:
    return Retriever.from_graph(graph_folder)


def test_numbers_add_up_and_rest_on_facts(retriever: Retriever) -> None:
    found = retriever.differential(["meniscus sign", "thx:obscuration_of_hemidiaphragm"], denied=["air bronchogram"])
    assert found.diagnoses[0].entity.label == "pleural effusion"
    for one in found.diagnoses:
        assert one.score == pytest.approx(sum(a.log_odds for a in (*one.fits, *one.misfits)), abs=1e-4)
        assert all(argument.log_odds > 0 for argument in one.fits)
        assert all(argument.log_odds < 0 for argument in one.misfits)
    first = found.diagnoses[0].fits[0]
    assert first.path[0].key in {("thx:meniscus_sign", "thx:suggestive_of", "thx:pleural_effusion")}


def test_what_is_absent_argues_against(retriever: Retriever) -> None:
    signs = ["opaque hemithorax"]
    with_shift = retriever.differential([*signs, "contralateral mediastinal shift"])
    without = retriever.differential(signs, denied=["contralateral mediastinal shift"])
    places = [
        [one.entity.id for one in found.diagnoses].index("thx:large_pleural_effusion")
        for found in (with_shift, without)
    ]
    assert places[0] < places[1]
    assert "thx:pneumothorax" not in {one.entity.id for one in retriever.differential(
        ["visceral pleural line"], denied=["pneumothorax"]).diagnoses}  # fmt: skip


def test_the_separating_sign_was_not_asked_and_says_whether_the_view_shows_it(retriever: Retriever) -> None:
    asked = ["obscuration of right heart border"]
    found = retriever.differential(asked, view="PA")
    assert found.separating is not None
    assert found.separating.sign.label not in asked
    assert {found.separating.favours, found.separating.over} == {one.entity for one in found.diagnoses[:2]}
    assert found.separating.visible or found.separating.needs


def test_unknown_names_are_one_sentence(retriever: Retriever) -> None:
    with pytest.raises(InputError, match="no concept of the graph"):
        retriever.differential(["qqqq"])
    assert retriever.differential([]).diagnoses == ()


def test_the_command_answers_in_words_and_in_json(graph_folder: Path) -> None:
    words = [
        "differential",
        "meniscus sign",
        "--denied",
        "air bronchogram",
        "--view",
        "PA",
        "--graph",
        str(graph_folder),
    ]
    text = CliRunner().invoke(app, words, catch_exceptions=False)
    assert text.exit_code == 0
    assert "1. pleural effusion" in text.stdout
    assert "To tell them apart: " in text.stdout
    assert "Research use only" in text.stdout
    record = json.loads(CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False).stdout)
    assert record["diagnoses"][0]["id"] == "thx:pleural_effusion"
    assert record["diagnoses"][0]["fits"][0]["path"][0]["provenance"]
