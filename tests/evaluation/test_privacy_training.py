"""Training of the privacy gate's tagger: what it is trained with, and that it learns."""

from __future__ import annotations

import random
import re

import pytest

from thoracite.evaluation.privacy_plants import Plant, PlantedReport, make_fakers, plant_sentence
from thoracite.evaluation.privacy_slots import draw_surname, fill_training
from thoracite.evaluation.privacy_training import HANDS, WRITERS, label_pieces, plant_writer, read_writer, train_field
from thoracite.evaluation.privacy_tuning import Texts, expand, read_hand, read_tuning
from thoracite.evaluation.privacy_words import PARTS
from thoracite.kg.privacy.features import split_pieces
from thoracite.kg.privacy.tagger import find_tagged, parse_field

BACKGROUND = ["The lungs are clear. No effusion is seen. The heart is normal in size."] * 3

MEASURED_ONLY = {"fifteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"}


def test_all_sets_but_those_that_only_measure_are_trained_with() -> None:
    assert set(WRITERS) == {word_set for word_set, _ in PARTS} - MEASURED_ONLY


def test_a_text_of_the_writer_left_out_is_not_planted_from_another_either() -> None:
    text = "Watchman device in the left atrial appendage."
    assert all(text in read_writer(writer)[1] for writer in ("sixth", "tenth"))
    assert any(text in report.text for report in plant_writer("sixth", BACKGROUND))
    assert not any(text in report.text for report in plant_writer("sixth", BACKGROUND, without=["tenth"]))


@pytest.mark.parametrize("texts", ["training", "voices", "styles"])
def test_there_are_many_carriers_and_texts_to_keep_and_all_can_be_filled(texts: Texts) -> None:
    choice = random.Random(2)
    people, english = make_fakers("train", 1)
    carriers, kept = read_tuning("carriers", texts), read_tuning("kept", texts)
    assert len(set(carriers)) == len(carriers) >= 400
    assert len(set(kept)) == len(kept) >= 140
    slots = fill_training(choice, people, english, ["{d} {Mon} {yyyy}"])
    for line in carriers + kept:
        assert "{" not in expand(line, choice).format_map({name: make() for name, make in slots.items()})


@pytest.mark.parametrize("hand", HANDS)
def test_a_hand_has_many_lines_and_all_can_be_filled(hand: str) -> None:
    choice = random.Random(2)
    people, english = make_fakers("train", 1)
    carriers, kept = read_hand(hand, "carriers"), read_hand(hand, "kept")
    assert len(set(carriers)) == len(carriers) >= 120
    assert len(set(kept)) == len(kept) >= 130
    slots = fill_training(choice, people, english, ["{d} {Mon} {yyyy}"])
    for line in carriers:
        text, plants = plant_sentence(expand(line, choice), slots)
        assert plants, line
        assert "{" not in re.sub(r"\{[^a-zA-Z]", "", text), line
    assert not any(plant_sentence(expand(line, choice), slots)[1] for line in kept)


def test_signs_of_choices_can_be_written() -> None:
    assert expand("&lt;name&gt;<{word}|{word}>&lt;/name&gt;", random.Random(1)) == "<name>{word}</name>"


def test_surnames_are_mostly_words() -> None:
    choice = random.Random(2)
    people, _ = make_fakers("train", 1)
    names = {draw_surname(choice, people[0]) for _ in range(400)}
    assert len(names) > 350
    assert all(name[0].isalpha() for name in names)


def test_pieces_of_plants_are_labelled() -> None:
    report = PlantedReport("Seen by Rose Hill on 3/4.", (Plant("NAME", 8, 17), Plant("DATE", 21, 24)))
    labels = label_pieces(report, split_pieces(report.text))
    assert labels == ["O", "O", "NAME", "NAME", "O", "DATE", "DATE", "DATE", "O"]


def test_a_field_learns_a_place_of_names_whatever_the_name() -> None:
    pytest.importorskip("pycrfsuite")
    reports = list(plant_writer("ninth", BACKGROUND))[:80]
    assert reports == list(plant_writer("ninth", BACKGROUND))[:80]
    field = parse_field(train_field(reports))
    text = "Findings discussed with Dr. Quux by telephone at 14:35."
    assert [text[start:end] for kind, start, end in find_tagged(text, [], field).spans if kind == "NAME"] == ["Quux"]
    assert find_tagged("The lungs are clear. No effusion is seen.", [], field).spans == []
